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
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
