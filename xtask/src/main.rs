//! The project's tasks, run as `cargo xtask …`.
//!
//! This package does not depend on the SDK, so that it can be built, and mend the generated code, when that code is
//! missing or broken.

mod codegen;
mod cost;
mod drift;
mod import;
mod record;
mod survey;

use std::{
    error::Error,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand};

/// The files by which the root of the workspace is known.
const MARKS: [&str; 2] = ["xtask/Cargo.toml", codegen::DOCUMENT];

/// The project's tasks.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    /// The folder of the workspace; by default the one that cargo runs this for, or else the one around the current folder.
    #[arg(long, global = true)]
    root: Option<PathBuf>,
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Generates the typed half of the SDK from the document.
    Codegen {
        /// Writes nothing; shows what is stale, and exits with 1 if anything is.
        #[arg(long)]
        check: bool,
        /// Writes nothing; tells what is changed in the document before code is generated from it, and where.
        #[arg(long, conflicts_with = "check")]
        explain: bool,
    },
    /// Measures what a program that depends on the SDK takes to build, and how large it is, against one with bare reqwest.
    Cost {
        /// How often each program is built; of the times the least counts.
        #[arg(long, default_value_t = 2)]
        runs: usize,
        /// Measures builds of the dev profile as well.
        #[arg(long)]
        dev: bool,
        /// Where the programs are written and built, and left; by default a temporary folder.
        #[arg(long)]
        keep: Option<PathBuf>,
    },
    /// Tells what a newer published document says otherwise of the operations that the project has.
    ///
    /// Exits with 0 if nothing changed, 1 if nothing breaks callers, 2 if something does, and 3 if it cannot be told.
    Drift {
        /// The published document, OpenAPI 3.0 as JSON.
        #[arg(long)]
        against: PathBuf,
        /// Prints JSON instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Takes operations of a published document into the project's, generates anew and records their examples.
    ///
    /// Whatever cannot be taken is refused, and then nothing is written. Importing again updates.
    Import {
        /// The published document, OpenAPI 3.0 as JSON.
        #[arg(long)]
        from: PathBuf,
        /// Operations: ids, `METHOD /path` or tags, with `*` for any text.
        #[arg(required = true)]
        operations: Vec<String>,
        /// Writes nothing; shows what would become of the document.
        #[arg(long)]
        dry_run: bool,
    },
    /// Captures fresh recordings from Cloudflare; `cargo xtask record --help` tells how.
    #[command(disable_help_flag = true)]
    Record {
        /// What is passed on to the program that records.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Generates and compiles the operations of a published document, and tries the types on all its examples.
    ///
    /// Exits with 1 unless everything is generated, compiles, and every body that is valid comes out of its type as it
    /// went in.
    Survey {
        /// The published document, OpenAPI 3.0 as JSON.
        #[arg(long)]
        from: PathBuf,
        /// Operations: ids, `METHOD /path` or tags, with `*` for any text; by default all.
        #[arg(long, num_args = 1..)]
        only: Vec<String>,
        /// Where the crate with all modules is written, built and left; by default `target/survey`.
        #[arg(long)]
        out: Option<PathBuf>,
        /// Prints JSON instead of tables.
        #[arg(long)]
        json: bool,
        /// Has clippy check the generated code as well; what it warns of is an error.
        #[arg(long)]
        clippy: bool,
        /// Measures instead what generating 10, 100, 500 and all of the operations takes.
        #[arg(long, conflicts_with = "json", group = "measured")]
        measure: bool,
        /// Measures compiling as well.
        #[arg(long, requires = "measured")]
        compile: bool,
        /// Measures the first operations, so many, in this process.
        #[arg(long, hide = true, group = "measured")]
        size: Option<usize>,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(Arguments { root, task }: Arguments) -> Result<ExitCode, Box<dyn Error>> {
    let root = &match root {
        Some(root) => root,
        None => workspace()?,
    };
    let out = &mut std::io::stdout().lock();
    match task {
        Task::Codegen { explain: true, .. } => codegen::explain(root, out),
        Task::Codegen { check, .. } => codegen::run(root, check, out),
        Task::Cost { runs, dev, keep } => cost::run(root, runs.max(1), dev, keep, out),
        Task::Drift { against, json } => Ok(drift::run(root, &drift::Options { against, json }, out)),
        Task::Import {
            from,
            operations,
            dry_run,
        } => {
            let options = import::Options {
                from,
                operations,
                dry_run,
            };
            import::run(root, &options, out)
        }
        Task::Record { arguments } => record::run(root, &arguments),
        Task::Survey {
            from,
            only,
            out: folder,
            json,
            clippy,
            measure,
            compile,
            size,
        } => {
            let options = survey::Options {
                from,
                only,
                out: folder,
                json,
                clippy,
                measure,
                compile,
                size,
            };
            survey::run(root, options, out)
        }
    }
}

/// The folder of the workspace that this program is called for.
///
/// It is found at run time: where several checkouts share one build folder, the program may be built in another one.
fn workspace() -> Result<PathBuf, Box<dyn Error>> {
    // Set by `cargo run` to the folder of this package.
    if let Some(package) = std::env::var_os("CARGO_MANIFEST_DIR") {
        return Ok(Path::new(&package)
            .parent()
            .ok_or("the package xtask is in no folder")?
            .to_owned());
    }
    let folder = std::env::current_dir()?;
    // The root's own Cargo.toml would not do: the folder `sdk` has one as well, and a link to the document.
    let is_root = |folder: &&Path| MARKS.iter().all(|file| folder.join(file).is_file());
    let Some(root) = folder.ancestors().find(is_root) else {
        let message = format!(
            "no workspace found: neither {} nor a folder above it has both {}; call this in the workspace, or name its \
             folder with --root",
            folder.display(),
            MARKS.join(" and ")
        );
        return Err(message.into());
    };
    Ok(root.to_owned())
}
