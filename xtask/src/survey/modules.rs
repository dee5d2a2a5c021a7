//! One module of generated code for each tag.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use cloudflare_sdk_codegen::{Error, Generator, Outline};

use super::published::{Operation, Published};

/// The operations of a tag, and what was generated for them.
pub(crate) struct Module {
    /// The name in Rust.
    pub(crate) name: String,
    pub(crate) operations: Vec<Operation>,
    pub(crate) outline: Outline,
}

/// An operation that was taken out, and why.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    pub(crate) operation: Operation,
    pub(crate) pointer: String,
    pub(crate) reason: String,
}

/// What came of generating.
#[derive(Default)]
pub(crate) struct Generated {
    pub(crate) modules: Vec<Module>,
    pub(crate) refused: Vec<Refused>,
    pub(crate) time: Duration,
}

impl Generated {
    /// The names and the code of the modules.
    pub(crate) fn files(&self) -> Vec<(&str, &str)> {
        let files = self.modules.iter();
        files
            .map(|module| (module.name.as_str(), module.outline.code.as_str()))
            .collect()
    }
}

/// Generates the modules. An operation that makes its module fail is taken out.
pub(crate) fn generate(document: &Published, operations: &[Operation]) -> Generated {
    let start = Instant::now();
    let mut generated = Generated::default();
    let mut names = BTreeSet::new();
    for operations in by_tag(operations) {
        let name = name(&operations[0].tag, &mut names);
        if let Some(module) = module(document, name, operations, &mut generated.refused) {
            generated.modules.push(module);
        }
    }
    generated.time = start.elapsed();
    generated
}

/// The operations in groups of one tag each, in the order in which tags first come.
fn by_tag(operations: &[Operation]) -> Vec<Vec<Operation>> {
    let mut groups: Vec<Vec<Operation>> = Vec::new();
    let mut places = BTreeMap::new();
    for operation in operations {
        let place = *places.entry(operation.tag.as_str()).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[place].push(operation.clone());
    }
    groups
}

/// Generates one module of what can be generated.
pub(crate) fn module(
    document: &Published,
    name: String,
    operations: Vec<Operation>,
    refused: &mut Vec<Refused>,
) -> Option<Module> {
    let mut refuse = |operation: &Operation, error: &Error| {
        refused.push(Refused {
            operation: operation.clone(),
            pointer: error.pointer().to_owned(),
            reason: error.reason().to_owned(),
        });
    };
    let outline = |operations: &[Operation]| outline(document, operations);
    if let Ok(outline) = outline(&operations) {
        return Some(Module {
            name,
            operations,
            outline,
        });
    }
    let mut kept = Vec::new();
    let mut last = None;
    for operation in operations {
        if let Err(error) = outline(std::slice::from_ref(&operation)) {
            refuse(&operation, &error);
            continue;
        }
        // Alone it can be generated, and perhaps not together with the others.
        kept.push(operation);
        match outline(&kept) {
            Ok(outline) => last = Some(outline),
            Err(error) => {
                if let Some(operation) = kept.pop() {
                    refuse(&operation, &error);
                }
            }
        }
    }
    Some(Module {
        name,
        operations: kept,
        outline: last?,
    })
}

fn outline(document: &Published, operations: &[Operation]) -> Result<Outline, Error> {
    let part = document.part(&operations.iter().collect::<Vec<_>>());
    Generator::new("published").outline(&part.to_string())
}

/// A name for the module of a tag that none of `taken` is.
fn name(tag: &str, taken: &mut BTreeSet<String>) -> String {
    let mut plain = String::from("tag");
    for c in tag.chars() {
        match c {
            'a'..='z' | '0'..='9' | 'A'..='Z' => {
                if plain.ends_with('-') {
                    plain.pop();
                    plain.push('_');
                }
                plain.push(c.to_ascii_lowercase());
            }
            _ => {
                if !plain.ends_with('-') {
                    plain.push('-');
                }
            }
        }
        if plain == "tag" || (plain.len() == 4 && !plain.ends_with('-')) {
            plain.insert(3, '_');
        }
    }
    let plain = plain.trim_end_matches('-').to_owned();
    let mut name = plain.clone();
    let mut number = 1;
    while !taken.insert(name.clone()) {
        number += 1;
        name = format!("{plain}_{number}");
    }
    name
}
