//! `cargo xtask import`: takes operations of a published document into the project's own, with exactly what they refer
//! to, generates the SDK anew, and records every documented example.

mod contradictions;
mod files;
mod losses;
mod names;
mod operation_name;
mod order;
mod other_bodies;
mod recordings;
mod request;
mod surgery;
mod table;
mod words;

use std::{
    cell::RefCell,
    error::Error,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

use cloudflare_sdk_codegen::Generator;
use serde_json::Value;
use sha2::{Digest, Sha256};
use similar::TextDiff;

use crate::{
    codegen,
    survey::{
        assemble::Assembler,
        published::{Operation, Published},
        validity::Validity,
    },
};
use files::Files;
use names::Names;
use recordings::Recordings;
use request::Requests;
use surgery::{Change, Surgery, Taken};
use table::Table;

pub(crate) use surgery::{PUBLISHED_ID, without_names};

/// What is imported, and how.
pub(crate) struct Options {
    /// The published document.
    pub(crate) from: PathBuf,
    /// Ids, `METHOD /path` or tags of operations, with `*` for anything.
    pub(crate) operations: Vec<String>,
    pub(crate) dry_run: bool,
}

pub(crate) fn run(root: &Path, options: &Options, out: &mut dyn Write) -> Result<ExitCode, Box<dyn Error>> {
    let from = &options.from;
    let at = |cause: String| format!("{}: {cause}", from.display());
    let published = fs::read_to_string(from).map_err(|cause| at(cause.to_string()))?;
    let file = from.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let generator = Generator::new(&file).operations(&options.operations);
    let parse = |text: &str| Ok::<_, String>(Published::parse(text).map_err(&at)?.with_ranges_spelled());
    let (part, whole) = (parse(&generator.select(&published)?)?, parse(&published)?);
    let before =
        fs::read_to_string(root.join(codegen::DOCUMENT)).map_err(|cause| format!("{}: {cause}", codegen::DOCUMENT))?;
    let mut document: Value =
        serde_json::from_str(&before).map_err(|cause| format!("{}: {cause}", codegen::DOCUMENT))?;

    let names = Names::new(&whole, &document, &Table::read(root)?);
    let refused = |reason: String| format!("{file}#{reason}\nnothing was imported");
    let surgery = surgery::run(&mut document, &part, &names, &sha256(&published)).map_err(refused)?;
    contradictions::run(&mut document);
    let text = format!("{document:#}\n");
    let generated = codegen::generate(&text).map_err(|cause| refusal(&cause, &part, &document))?;
    let ids: Vec<&str> = surgery.taken.iter().map(|taken| taken.id.as_str()).collect();
    let recordings = record(&text, &ids)?;

    let mut files = Files::default();
    let is_changed = files.write(root, codegen::DOCUMENT, text.clone());
    for (name, code) in generated {
        files.write(root, name, code);
    }
    for (name, text) in &recordings.files {
        files.write(root, name, text.clone());
    }
    for name in recordings::stale(root, &document, &ids, &recordings) {
        files.remove(name);
    }
    report(&surgery, &recordings, out)?;
    contradictions(&before, &document, out)?;
    losses::print(&generator.explain(&published)?, out)?;
    if options.dry_run {
        if is_changed {
            let diff = TextDiff::from_lines(&before, &text);
            let changed = format!("{} (imported)", codegen::DOCUMENT);
            writeln!(out, "\n{}", diff.unified_diff().header(codegen::DOCUMENT, &changed))?;
        }
        list(&files, "would be written", "would be removed", out)?;
        writeln!(out, "\nNothing was written: this was a dry run.")?;
        return Ok(ExitCode::SUCCESS);
    }
    if files.is_empty() {
        writeln!(out, "\nNothing to do: all of it is so already.")?;
        return Ok(ExitCode::SUCCESS);
    }
    list(&files, "written", "removed", out)?;
    files.commit(root)?;
    writeln!(out, "\nNext: cargo test")?;
    Ok(ExitCode::SUCCESS)
}

fn record(text: &str, ids: &[&str]) -> Result<Recordings, String> {
    let document = Published::parse(text)?;
    let validity = Validity::new(&document)?;
    let assembler = Assembler {
        document: &document,
        validity: &validity,
        contradictions: RefCell::default(),
    };
    let requests = Requests {
        document: &document,
        assembler: &assembler,
        validity: &validity,
    };
    Ok(recordings::of(&document, ids, &requests))
}

/// Why nothing can be generated, with the place in the published document.
fn refusal(cause: &cloudflare_sdk_codegen::Error, part: &Published, document: &Value) -> String {
    let pointer = cause.pointer();
    let mut place = pointer.to_owned();
    if let Some(rest) = pointer.strip_prefix("/components/") {
        let mut parts = rest.splitn(3, '/');
        if let (Some(kind), Some(name)) = (parts.next(), parts.next())
            && let Some(published) = document[names::PUBLISHED_NAMES][kind][name].as_str()
        {
            let rest = parts.next().map(|rest| format!("/{rest}")).unwrap_or_default();
            place = format!("/components/{kind}/{published}{rest}");
        }
    }
    let users = part.operations();
    let users = match users.len() {
        1 => users.iter().map(|Operation { id, .. }| format!(" (`{id}`)")).collect(),
        _ => String::new(),
    };
    format!(
        "{place}{users}: {}\nnothing was imported. Leave out what needs this, or add a pass to sdk/codegen/src/passes \
         that the generator can take it after",
        cause.reason()
    )
}

fn report(surgery: &Surgery, recordings: &Recordings, out: &mut dyn Write) -> std::io::Result<()> {
    for Taken { operation, id, change } in &surgery.taken {
        let change = match change {
            Change::New => "new",
            Change::Updated => "updated",
            Change::None => "as it was",
        };
        let Operation {
            method,
            path,
            id: published,
            ..
        } = operation;
        writeln!(
            out,
            "{id}: {} {path}, published as `{published}`: {change}",
            method.to_uppercase()
        )?;
    }
    for updated in &surgery.updated {
        writeln!(out, "updated: {updated}")?;
    }
    for note in surgery.notes.iter().chain(&recordings.notes) {
        writeln!(out, "note: {note}")?;
    }
    Ok(())
}

/// Tells of the contradictions that were not there before; of many, how many there are.
fn contradictions(before: &str, document: &Value, out: &mut dyn Write) -> std::io::Result<()> {
    const TOLD: usize = 5;
    let before: Value = serde_json::from_str(before).unwrap_or_default();
    let found = document[contradictions::CONTRADICTING].as_object();
    let is_new = |place: &str| before[contradictions::CONTRADICTING][place].is_null();
    let new: Vec<_> = found.into_iter().flatten().filter(|(place, _)| is_new(place)).collect();
    for (place, reason) in new.iter().take(TOLD) {
        let what = if place.ends_with("/default") {
            "default"
        } else {
            "example"
        };
        let reason = reason.as_str().unwrap_or_default();
        writeln!(out, "note: the {what} at {place} contradicts its schema: {reason}")?;
    }
    match new.len().saturating_sub(TOLD) {
        0 => Ok(()),
        more => writeln!(
            out,
            "note: {more} more examples and defaults contradict their schemas; `{}` of {} names all",
            contradictions::CONTRADICTING,
            codegen::DOCUMENT
        ),
    }
}

fn list(files: &Files, written: &str, removed: &str, out: &mut dyn Write) -> std::io::Result<()> {
    let (to_write, to_remove) = files.names();
    for name in to_write {
        writeln!(out, "{written}: {name}")?;
    }
    for name in to_remove {
        writeln!(out, "{removed}: {name}")?;
    }
    Ok(())
}

fn sha256(text: &str) -> String {
    let digits = Sha256::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<String>();
    format!("sha256 {digits}")
}
