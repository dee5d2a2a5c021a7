//! With feature `codegen`, generates the typed half from the document; without it, does nothing.

#[cfg(feature = "codegen")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    use std::{env, fs, path::PathBuf};

    let path = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("openapi/cloudflare.json");
    println!("cargo::rerun-if-changed={}", path.display());
    let document = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let generator = cloudflare_sdk_codegen::Generator::of_sdk();
    let folder = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(folder.join("cloudflare.rs"), generator.generate(&document)?)?;
    fs::write(folder.join("mock.rs"), generator.generate_mock(&document)?)?;
    Ok(())
}

#[cfg(not(feature = "codegen"))]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
}
