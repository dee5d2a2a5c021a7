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
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand};

/// The project's tasks.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
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
        /// The folder of the workspace; by default the one that this program was built in.
        #[arg(long, default_value = workspace())]
        root: PathBuf,
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
        /// The folder of the workspace; by default the one that this program was built in.
        #[arg(long, default_value = workspace())]
        root: PathBuf,
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
        /// The folder of the workspace; by default the one that this program was built in.
        #[arg(long, default_value = workspace())]
        root: PathBuf,
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
    let outcome = match Arguments::parse().task {
        Task::Codegen {
            explain: true, root, ..
        } => codegen::explain(&root, &mut std::io::stdout().lock()),
        Task::Codegen { check, root, .. } => codegen::run(&root, check, &mut std::io::stdout().lock()),
        Task::Cost { runs, dev, keep } => cost::run(
            Path::new(workspace()),
            runs.max(1),
            dev,
            keep,
            &mut std::io::stdout().lock(),
        ),
        Task::Drift { against, json, root } => {
            let options = drift::Options { against, json };
            Ok(drift::run(&root, &options, &mut std::io::stdout().lock()))
        }
        Task::Import {
            from,
            operations,
            dry_run,
            root,
        } => {
            let options = import::Options {
                from,
                operations,
                dry_run,
            };
            import::run(&root, &options, &mut std::io::stdout().lock())
        }
        Task::Record { arguments } => record::run(Path::new(workspace()), &arguments),
        Task::Survey {
            from,
            only,
            out,
            json,
            clippy,
            measure,
            compile,
            size,
        } => survey::run(
            Path::new(workspace()),
            survey::Options {
                from,
                only,
                out,
                json,
                clippy,
                measure,
                compile,
                size,
            },
            &mut std::io::stdout().lock(),
        ),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The folder of the workspace that this program was built in.
fn workspace() -> &'static str {
    env!("CARGO_MANIFEST_DIR").trim_end_matches("xtask")
}
