//! Generates a client for the document of messages that the SDK's own document has none of.

use std::{env, error::Error, fs, path::PathBuf};

use cloudflare_sdk_codegen::Generator;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=documents/wire.json");
    let document = fs::read_to_string("documents/wire.json")?;
    let generator = Generator::new("wire.json");
    let folder = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(folder.join("wire.rs"), generator.generate(&document)?)?;
    fs::write(folder.join("wire_mock.rs"), generator.generate_mock(&document)?)?;
    Ok(())
}
