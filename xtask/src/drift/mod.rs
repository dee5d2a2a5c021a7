//! `cargo xtask drift`: what a newer published document says otherwise of the operations that we hold.

mod change;
mod operations;
mod schemas;

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

use serde_json::{Value, json};

use crate::{
    codegen,
    import::{PUBLISHED_ID, without_names},
    survey::published::{Node, Operation, Published},
};
use change::{Change, Changes};
use operations::Pair;

/// What is compared.
pub(crate) struct Options {
    /// The published document.
    pub(crate) against: PathBuf,
    pub(crate) json: bool,
}

/// No change; changes that break no caller; changes that break callers; it could not be told.
const NONE: u8 = 0;
const HARMLESS: u8 = 1;
const BREAKING: u8 = 2;
const FAILED: u8 = 3;

/// Compares, and tells.
pub(crate) fn run(root: &Path, options: &Options, out: &mut dyn Write) -> ExitCode {
    match compare(root, options, out) {
        Ok(code) => ExitCode::from(code),
        Err(reason) => {
            eprintln!("error: {reason}");
            ExitCode::from(FAILED)
        }
    }
}

fn compare(root: &Path, options: &Options, out: &mut dyn Write) -> Result<u8, String> {
    let read = |path: &Path, name: &str| -> Result<Published, String> {
        let text = fs::read_to_string(path).map_err(|cause| format!("{name}: {cause}"))?;
        let document = Published::parse(&text).map_err(|cause| format!("{name}: {cause}"))?;
        Ok(document.with_ranges_spelled())
    };
    let ours = read(&root.join(codegen::DOCUMENT), codegen::DOCUMENT)?;
    let theirs = read(&options.against, &options.against.display().to_string())?;
    let others = theirs.operations();
    let drifts: Vec<(Operation, Vec<Change>)> = (ours.operations().into_iter())
        .map(|own| {
            let changes = of_operation(&ours, &theirs, &own, &others);
            (own, changes)
        })
        .collect();
    let all = || drifts.iter().flat_map(|(_, changes)| changes);
    let code = match () {
        () if all().any(|change| change.breaking) => BREAKING,
        () if all().next().is_some() => HARMLESS,
        () => NONE,
    };
    let printed = match options.json {
        true => print_json(&drifts, out),
        false => print(&drifts, out),
    };
    printed.map_err(|cause| cause.to_string())?;
    Ok(code)
}

fn of_operation(ours: &Published, theirs: &Published, own: &Operation, others: &[Operation]) -> Vec<Change> {
    let place = |operation: &Operation| (operation.method.clone(), without_names(&operation.path));
    let node = ours.root().at(&["paths", &own.path, &own.method]);
    let id = node.as_ref().and_then(|node| node.text(PUBLISHED_ID));
    let other = others.iter().find(|other| place(other) == place(own));
    // An operation that moved keeps its id.
    let other = other.or_else(|| others.iter().find(|other| Some(other.id.as_str()) == id));
    match other {
        Some(other) => {
            Pair {
                ours,
                theirs,
                own,
                other,
            }
            .changes()
            .0
        }
        None => {
            let mut changes = Changes::default();
            changes.add(
                true,
                "the document does not have it".to_owned(),
                node.as_ref(),
                None::<&Node<'_>>,
            );
            changes.0
        }
    }
}

fn print(drifts: &[(Operation, Vec<Change>)], out: &mut dyn Write) -> std::io::Result<()> {
    for (operation, changes) in drifts {
        let Operation { id, method, path, .. } = operation;
        let count = match changes.len() {
            0 => "no change".to_owned(),
            1 => "1 change".to_owned(),
            count => format!("{count} changes"),
        };
        writeln!(out, "{id}: {} {path}: {count}", method.to_uppercase())?;
        let (breaking, rest): (Vec<&Change>, Vec<&Change>) = changes.iter().partition(|change| change.breaking);
        for change in breaking.into_iter().chain(rest) {
            let mark = if change.breaking { "BREAKING" } else { "harmless" };
            writeln!(out, "  {mark}  {}", change.what)?;
            writeln!(out, "            ours:      #{}", change.ours)?;
            writeln!(out, "            published: #{}", change.theirs)?;
        }
    }
    let all = || drifts.iter().flat_map(|(_, changes)| changes);
    let breaking = all().filter(|change| change.breaking).count();
    writeln!(out, "\n{} changes, {breaking} of them breaking", all().count())
}

fn print_json(drifts: &[(Operation, Vec<Change>)], out: &mut dyn Write) -> std::io::Result<()> {
    let changes: Vec<Value> = drifts
        .iter()
        .flat_map(|(operation, changes)| changes.iter().map(|change| change.json(&operation.id)))
        .collect();
    writeln!(out, "{:#}", json!({ "changes": changes }))
}
