//! With feature `codegen`, generates the typed half from the document; without it, does nothing.

#[cfg(feature = "codegen")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    use std::{env, fs, path::PathBuf};

    let path = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("openapi/cloudflare.json");
    println!("cargo::rerun-if-changed={}", path.display());
    let document = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let code = cloudflare_sdk_codegen::Generator::of_sdk().generate(&document)?;
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("cloudflare.rs"), code)?;
    Ok(())
}

#[cfg(not(feature = "codegen"))]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
}
