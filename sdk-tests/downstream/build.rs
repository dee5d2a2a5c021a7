use std::{env, error::Error, fs, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=zone.json");
    let document = fs::read_to_string("zone.json")?;
    let code = cloudflare_sdk_codegen::Generator::new("zone.json").generate(&document)?;
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("zone.rs"), code)?;
    Ok(())
}
