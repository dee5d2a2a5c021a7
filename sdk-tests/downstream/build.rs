use std::{env, error::Error, fs, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=zone.json");
    let document = fs::read_to_string("zone.json")?;
    let generator = cloudflare_sdk_codegen::Generator::new("zone.json");
    let folder = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(folder.join("zone.rs"), generator.generate(&document)?)?;
    fs::write(folder.join("zone_mock.rs"), generator.generate_mock(&document)?)?;
    Ok(())
}
