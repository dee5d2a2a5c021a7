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
const CLIENT: &str = "sdk/src/generated/cloudflare.rs";
const MOCK: &str = "sdk/src/generated/mock.rs";

pub(crate) fn run(root: &Path, check: bool, out: &mut dyn Write) -> Result<ExitCode, Box<dyn Error>> {
    let document = fs::read_to_string(root.join(DOCUMENT)).map_err(|cause| format!("{DOCUMENT}: {cause}"))?;
    let generator = Generator::of_sdk();
    let of_document = |cause| format!("openapi/{cause}");
    // Nothing is written unless all can be.
    let client = generator.generate(&document).map_err(of_document)?;
    let mock = generator.generate_mock(&document).map_err(of_document)?;
    let mut is_stale = false;
    for (name, fresh) in [(CLIENT, client), (MOCK, mock)] {
        is_stale |= file(root, name, &fresh, check, out)?;
    }
    if check && is_stale {
        writeln!(out, "\nTo mend it, run: cargo xtask codegen")?;
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints what is changed in the document before code is generated from it.
pub(crate) fn explain(root: &Path, out: &mut dyn Write) -> Result<ExitCode, Box<dyn Error>> {
    let document = fs::read_to_string(root.join(DOCUMENT)).map_err(|cause| format!("{DOCUMENT}: {cause}"))?;
    let changes = Generator::of_sdk()
        .explain(&document)
        .map_err(|cause| format!("openapi/{cause}"))?;
    changes.iter().try_for_each(|change| writeln!(out, "{change}"))?;
    Ok(ExitCode::SUCCESS)
}

/// Generates one file, or checks it; tells whether it was stale.
fn file(root: &Path, name: &str, fresh: &str, check: bool, out: &mut dyn Write) -> Result<bool, Box<dyn Error>> {
    let path = root.join(name);
    let existing = match fs::read_to_string(&path) {
        Ok(existing) => Some(existing),
        Err(cause) if cause.kind() == ErrorKind::NotFound => None,
        Err(cause) => return Err(format!("{name}: {cause}").into()),
    };
    let Some(stale) = staleness(existing.as_deref(), fresh) else {
        writeln!(out, "{name} is up to date with {DOCUMENT}")?;
        return Ok(false);
    };
    if !check {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, fresh).map_err(|cause| format!("{name}: {cause}"))?;
        writeln!(out, "{name} is generated anew from {DOCUMENT}: {stale}")?;
        return Ok(true);
    }
    if let Some(existing) = existing {
        let diff = TextDiff::from_lines(&existing, fresh);
        write!(
            out,
            "{}",
            diff.unified_diff().header(name, &format!("{name} (as generated now)"))
        )?;
    }
    writeln!(out, "\n{name} is stale: {stale}.")?;
    Ok(true)
}
