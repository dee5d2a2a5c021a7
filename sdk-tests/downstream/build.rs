//! Generates some operations of a published document: one as a module with mocks, and some as a module for each tag.

use std::{env, error::Error, fs, path::PathBuf};

use cloudflare_sdk_codegen::Generator;

/// The document, in the folder of this crate.
const DOCUMENT: &str = "published.json";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={DOCUMENT}");
    let document = fs::read_to_string(DOCUMENT)?;
    let folder = PathBuf::from(env::var("OUT_DIR")?);

    let zone = Generator::new(DOCUMENT).operations(["GET /zones/{zone_id}"]);
    fs::write(folder.join("zone.rs"), zone.generate(&document)?)?;
    fs::write(folder.join("zone_mock.rs"), zone.generate_mock(&document)?)?;

    // By tag and by id; each module is compiled with the feature of its name.
    let by_tag = Generator::new(DOCUMENT)
        .operations(["DNS Records for a Zone", "user-api-tokens-*"])
        .module_features(true);
    fs::create_dir_all(folder.join("by_tag"))?;
    for (name, code) in by_tag.modules(&document)?.files() {
        fs::write(folder.join("by_tag").join(name), code)?;
    }
    Ok(())
}
