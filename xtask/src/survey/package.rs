//! The crate with all modules, and the program that reads and writes bodies with their types.

use std::{
    collections::BTreeMap,
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use super::schema::Way;

/// The types that the program reads, each by the module and the way that it goes.
#[derive(Default)]
pub(crate) struct Types {
    /// By module: the type, and whether it is one that is sent.
    by_module: BTreeMap<String, Vec<(String, Way)>>,
}

impl Types {
    /// The number of a type within its module.
    pub(crate) fn number(&mut self, module: &str, of: &str, way: Way) -> usize {
        let types = self.by_module.entry(module.to_owned()).or_default();
        let wanted = (of.to_owned(), way);
        types.iter().position(|known| *known == wanted).unwrap_or_else(|| {
            types.push(wanted);
            types.len() - 1
        })
    }
}

/// The folder of the crate.
pub(crate) struct Package {
    pub(crate) folder: PathBuf,
}

impl Package {
    /// Writes the manifest and the modules, which are names and code.
    pub(crate) fn write(root: &Path, folder: PathBuf, modules: &[(&str, &str)]) -> Result<Self, Box<dyn Error>> {
        let sdk = root.join("sdk").canonicalize()?;
        let sdk = sdk.to_str().ok_or("the path of the SDK is not UTF-8")?;
        let this = Self { folder };
        for (folder, name) in [(this.folder.clone(), "surveyed"), (this.program(), "pass")] {
            let source = folder.join("src");
            if source.exists() {
                fs::remove_dir_all(&source)?;
            }
            fs::create_dir_all(&source)?;
            fs::write(folder.join("Cargo.toml"), manifest(name, sdk))?;
            // The versions that the workspace has are the ones that are at hand without network.
            fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
        }
        this.write_modules(modules)?;
        Ok(this)
    }

    /// Writes the modules anew.
    pub(crate) fn write_modules(&self, modules: &[(&str, &str)]) -> Result<(), Box<dyn Error>> {
        let mut library = String::from("//! Every module of the survey.\n\n#![deny(warnings)]\n\n");
        for (name, code) in modules {
            writeln!(library, "pub mod {name};")?;
            fs::write(self.module(name), code)?;
        }
        fs::write(self.folder.join("src/lib.rs"), library)?;
        Ok(())
    }

    /// The folder of the program's crate. It is one of its own, with the same modules: of a library everything would be
    /// made into machine code, of a program only what it uses.
    pub(crate) fn program(&self) -> PathBuf {
        self.folder.join("program")
    }

    fn module(&self, name: &str) -> PathBuf {
        self.folder.join(format!("src/{name}.rs"))
    }

    /// Writes the program that reads bodies of the types.
    pub(crate) fn write_program(&self, types: &Types) -> Result<(), Box<dyn Error>> {
        let mut program = String::from(PROGRAM);
        let mut arms = String::new();
        for (module, types) in &types.by_module {
            writeln!(arms, "        \"{module}\" => {module}::pass(of, text),")?;
            writeln!(
                program,
                "\nmod {module} {{\n    #[path = {:?}]\n    mod generated;\n",
                self.module(module)
            )?;
            writeln!(program, "    #[allow(unused_imports)]\n    use generated::types;\n")?;
            writeln!(
                program,
                "    pub fn pass(of: usize, text: &str) -> Result<String, String> {{"
            )?;
            writeln!(program, "        match of {{")?;
            for (number, (of, way)) in types.iter().enumerate() {
                let function = match way {
                    Way::Sent => "sent",
                    Way::Received => "received",
                };
                writeln!(program, "            {number} => crate::{function}::<{of}>(text),")?;
            }
            writeln!(
                program,
                "            _ => Err(\"no such type\".to_owned()),\n        }}\n    }}\n}}"
            )?;
        }
        let program = program.replace("        // The modules.\n", &arms);
        fs::write(self.program().join("src/main.rs"), program)?;
        Ok(())
    }
}

/// The manifest of a crate that has the dependencies of generated code.
fn manifest(name: &str, sdk: &str) -> String {
    format!(
        r#"[package]
name = "{name}"
version = "0.0.0"
edition = "2024"

[dependencies]
chrono = {{ version = "0.4", default-features = false, features = ["serde"] }}
cloudflare-sdk = {{ path = {sdk:?}, default-features = false }}
serde = {{ version = "1", features = ["derive"] }}
serde_json = "1"

[profile.dev]
debug = 0
incremental = false

[workspace]
"#
    )
}

/// Each line that it reads is a module, the number of a type, and a body; each line that it writes begins with `=`,
/// before the body as it was written again, or with `!`, before the reason why not.
const PROGRAM: &str = r#"//! Reads bodies and writes them again.

#![allow(dead_code)]

use std::io::{BufRead, Write};

use cloudflare_sdk::runtime::Check;
use serde::{Serialize, de::DeserializeOwned};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let mut parts = line.splitn(3, '\t');
        let (Some(module), Some(of), Some(text)) = (parts.next(), parts.next(), parts.next()) else {
            return Err("a line without three parts".into());
        };
        let of = of.parse()?;
        let outcome = std::panic::catch_unwind(|| pass(module, of, text));
        match outcome.unwrap_or_else(|_| Err("it panicked".to_owned())) {
            Ok(text) => writeln!(out, "={text}")?,
            Err(reason) => writeln!(out, "!{}", reason.replace(['\n', '\r'], " "))?,
        }
    }
    Ok(())
}

fn received<T: DeserializeOwned + Serialize>(text: &str) -> Result<String, String> {
    let value: T = serde_json::from_str(text).map_err(|cause| format!("it cannot be read: {cause}"))?;
    serde_json::to_string(&value).map_err(|cause| format!("it cannot be written: {cause}"))
}

fn sent<T: DeserializeOwned + Serialize + Check>(text: &str) -> Result<String, String> {
    let value: T = serde_json::from_str(text).map_err(|cause| format!("it cannot be read: {cause}"))?;
    value.check("body").map_err(|reason| format!("it is not sent: {reason}"))?;
    serde_json::to_string(&value).map_err(|cause| format!("it cannot be written: {cause}"))
}

fn pass(module: &str, of: usize, text: &str) -> Result<String, String> {
    match module {
        // The modules.
        _ => Err("no such module".to_owned()),
    }
}
"#;
