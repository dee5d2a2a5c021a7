//! `cargo xtask survey`: what becomes of a published document, in numbers and with causes.
//!
//! It generates a module for each tag, compiles all of them as one crate, and tries the types on every body that the
//! document has an example of, and on bodies put together from the examples of single properties.

pub(crate) mod assemble;
mod cargo;
mod cases;
mod code;
mod compare;
mod found;
mod json;
mod measure;
mod modules;
mod package;
pub(crate) mod published;
pub(crate) mod schema;
mod table;
mod trial;
mod types;
pub(crate) mod validity;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    error::Error,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

use assemble::Assembler;
use found::Survey;
use modules::{Generated, Refused};
use package::Package;
use published::{Operation, Published};
use validity::Validity;

/// What is surveyed, and how.
pub(crate) struct Options {
    /// The published document.
    pub(crate) from: PathBuf,
    /// Ids, `METHOD /path` or tags of operations, with `*` for anything; without any, all operations.
    pub(crate) only: Vec<String>,
    /// Where the crate is written and built.
    pub(crate) out: Option<PathBuf>,
    pub(crate) json: bool,
    /// Takes what clippy warns of for errors as well.
    pub(crate) clippy: bool,
    /// Measures, instead, what generating takes.
    pub(crate) measure: bool,
    /// Measures compiling as well.
    pub(crate) compile: bool,
    /// Measures the first operations, so many, in this process.
    pub(crate) size: Option<usize>,
}

/// How often the compiler may find something else, once what it found was taken out.
const ROUNDS: usize = 6;

pub(crate) fn run(root: &Path, options: Options, out: &mut dyn Write) -> Result<ExitCode, Box<dyn Error>> {
    let from = &options.from;
    let text = fs::read_to_string(from).map_err(|cause| format!("{}: {cause}", from.display()))?;
    let document = Published::parse(&text).map_err(|cause| format!("{}: {cause}", from.display()))?;
    let operations = selected(&document, &options.only);
    let folder = std::path::absolute(options.out.unwrap_or_else(|| root.join("target/survey")))?;
    let compiled = options.compile.then(|| folder.clone());
    if let Some(size) = options.size {
        measure::row(root, &text, &operations[..size.min(operations.len())], compiled, out)?;
        return Ok(ExitCode::SUCCESS);
    }
    if options.measure {
        measure::run(root, from, &options.only, operations.len(), compiled, out)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut progress = |text: &str| {
        if !options.json {
            eprintln!("{text}");
        }
    };
    progress(&format!("generating {} operations", operations.len()));
    let mut generated = modules::generate(&document, &operations);
    let package = Package::write(root, folder, &generated.files())?;
    let mut survey = Survey::new(operations.len(), &generated);
    progress(&format!(
        "compiling {} modules in {}",
        generated.modules.len(),
        package.folder.display()
    ));
    compile(
        &document,
        &package,
        options.clippy,
        &mut generated,
        &mut survey,
        &mut progress,
    )?;
    progress("trying the types on bodies");
    let validity = Validity::new(&document)?;
    let assembler = Assembler {
        document: &document,
        validity: &validity,
        contradictions: RefCell::default(),
    };
    trial::run(&assembler, &package, &generated, &mut survey)?;
    if options.json {
        writeln!(out, "{}", survey.json())?;
    } else {
        survey.print(out)?;
    }
    Ok(if survey.is_right() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The operations that one of the patterns fits; all of them without a pattern.
fn selected(document: &Published, patterns: &[String]) -> Vec<Operation> {
    let fits = |operation: &Operation| {
        let call = operation.call();
        let names = [&operation.id, &call, &operation.tag];
        patterns.is_empty()
            || patterns
                .iter()
                .any(|pattern| names.iter().any(|name| is_like(pattern, name)))
    };
    document.operations().into_iter().filter(fits).collect()
}

/// Whether a text is like a pattern, in which `*` stands for any text.
fn is_like(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(text) = text.strip_prefix(start) else {
        return false;
    };
    text.char_indices()
        .map(|(index, _)| index)
        .chain([text.len()])
        .any(|index| is_like(rest, &text[index..]))
}

/// Compiles the modules, without the operations for which that is not possible.
fn compile(
    document: &Published,
    package: &Package,
    clippy: bool,
    generated: &mut Generated,
    survey: &mut Survey,
    progress: &mut dyn FnMut(&str),
) -> Result<(), Box<dyn Error>> {
    for _ in 0..ROUNDS {
        let (mistakes, time) = cargo::check(package, clippy)?;
        survey.check_time = time;
        if mistakes.is_empty() {
            return Ok(());
        }
        let mut refused: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        for mistake in &mistakes {
            let module = mistake.module.as_ref();
            let module = module.and_then(|name| generated.modules.iter().find(|module| module.name == *name));
            let Some(module) = module else {
                return Err(format!("the crate does not compile: {}", mistake.message).into());
            };
            let items = code::items(&module.outline.code);
            let calls = match code::item_of(&items, mistake.line) {
                Some(item) => code::operations_of(&module.outline, &items, item),
                None => module.operations.iter().map(Operation::call).collect(),
            };
            let place = format!("src/{}.rs:{}", module.name, mistake.line);
            survey.mistakes.push((place.clone(), mistake.message.clone()));
            for call in calls {
                let reasons = refused.entry(module.name.clone()).or_default();
                reasons
                    .entry(call)
                    .or_insert_with(|| format!("{} ({place})", mistake.message));
            }
        }
        progress(&format!(
            "{} errors; compiling without what they are in",
            mistakes.len()
        ));
        for (name, reasons) in refused {
            let Some(place) = generated.modules.iter().position(|module| module.name == name) else {
                continue;
            };
            let module = generated.modules.remove(place);
            let (out, kept): (Vec<_>, Vec<_>) = module
                .operations
                .into_iter()
                .partition(|operation| reasons.contains_key(&operation.call()));
            survey.not_compiled.extend(out.into_iter().map(|operation| Refused {
                reason: reasons.get(&operation.call()).cloned().unwrap_or_default(),
                pointer: operation.pointer.clone(),
                operation,
            }));
            let mut lost = Vec::new();
            if !kept.is_empty()
                && let Some(module) = modules::module(document, name, kept, &mut lost)
            {
                generated.modules.insert(place, module);
            }
            survey.not_compiled.extend(lost);
        }
        package.write_modules(&generated.files())?;
    }
    let left: BTreeSet<_> = generated
        .modules
        .drain(..)
        .flat_map(|module| module.operations)
        .collect();
    survey.not_compiled.extend(left.into_iter().map(|operation| Refused {
        pointer: operation.pointer.clone(),
        reason: format!("the crate did not compile after {ROUNDS} rounds of taking out what does not"),
        operation,
    }));
    package.write_modules(&generated.files())
}
