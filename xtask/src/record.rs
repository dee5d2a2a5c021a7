//! `cargo xtask record`: runs the program that records, which needs the SDK and so is not part of this package.

use std::{
    error::Error,
    path::Path,
    process::{Command, ExitCode},
};

pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<ExitCode, Box<dyn Error>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args([
            "run",
            "--quiet",
            "--package",
            "sdk-tests",
            "--bin",
            "record",
            "--manifest-path",
        ])
        .arg(root.join("Cargo.toml"))
        .arg("--")
        .args(arguments)
        .status()?;
    // Ended by a signal, it has no code.
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}
