//! `cargo xtask codegen`: generates the typed half of the SDK, or checks that it is what the generator gives.

use std::{
    error::Error,
    fs,
    io::{ErrorKind, Write},
    path::Path,
    process::ExitCode,
};

use cloudflare_sdk_codegen::{Generator, staleness};
use similar::TextDiff;

const DOCUMENT: &str = "openapi/cloudflare.json";
const GENERATED: &str = "sdk/src/generated/cloudflare.rs";

pub(crate) fn run(root: &Path, check: bool, out: &mut dyn Write) -> Result<ExitCode, Box<dyn Error>> {
    let document = fs::read_to_string(root.join(DOCUMENT)).map_err(|cause| format!("{DOCUMENT}: {cause}"))?;
    let fresh = Generator::of_sdk()
        .generate(&document)
        .map_err(|cause| format!("openapi/{cause}"))?;
    let path = root.join(GENERATED);
    let existing = match fs::read_to_string(&path) {
        Ok(existing) => Some(existing),
        Err(cause) if cause.kind() == ErrorKind::NotFound => None,
        Err(cause) => return Err(format!("{GENERATED}: {cause}").into()),
    };
    let Some(stale) = staleness(existing.as_deref(), &fresh) else {
        writeln!(out, "{GENERATED} is up to date with {DOCUMENT}")?;
        return Ok(ExitCode::SUCCESS);
    };
    if !check {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, fresh).map_err(|cause| format!("{GENERATED}: {cause}"))?;
        writeln!(out, "{GENERATED} is generated anew from {DOCUMENT}: {stale}")?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(existing) = existing {
        let diff = TextDiff::from_lines(&existing, &fresh);
        write!(
            out,
            "{}",
            diff.unified_diff()
                .header(GENERATED, &format!("{GENERATED} (as generated now)"))
        )?;
    }
    writeln!(
        out,
        "\n{GENERATED} is stale: {stale}.\nTo mend it, run: cargo xtask codegen"
    )?;
    Ok(ExitCode::FAILURE)
}
