//! Renames components whose names would be one in Rust, or would be taken for something else there.
//!
//! Names that differ in case and punctuation alone would give two types of one name, of which typify keeps the first
//! without a word. A model called `Option` or `Error` would hide what everybody knows by that name.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::{
    document::{Document, SCHEMAS, join},
    facts::identifier,
    report::Report,
    rust_names::{is_plain, spelled, type_name},
};

const PASS: &str = "names";

/// The names that generated code, or whoever uses it, has for other things.
const TAKEN: [&str; 39] = [
    "Arc",
    "Box",
    "ByteStream",
    "Bytes",
    "Check",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Deserialize",
    "Display",
    "Drop",
    "Eq",
    "Err",
    "Error",
    "Fn",
    "From",
    "HashMap",
    "Hash",
    "Into",
    "Iterator",
    "None",
    "Nullable",
    "Number",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "Response",
    "ResponseValue",
    "Result",
    "Self",
    "Send",
    "Serialize",
    "Some",
    "String",
    "Sync",
    "TryFrom",
    "Vec",
];

pub(crate) fn run(document: &mut Document, report: &mut Report) {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let is_good =
        |name: &str| is_plain(name) && !TAKEN.contains(&type_name(name).as_str()) && !type_name(name).ends_with('_');
    // Those that can keep their names have them before others get new ones.
    let mut to_name = Vec::new();
    for (name, _) in document.schemas() {
        if !is_good(name) || !seen.insert(identifier(name)) {
            to_name.push(name.clone());
        }
    }
    if to_name.is_empty() {
        return;
    }
    let mut names = BTreeMap::new();
    for name in to_name {
        let wanted = if is_plain(&name) {
            type_name(&name)
        } else {
            spelled(&name)
        };
        let wanted = wanted.trim_end_matches('_');
        let first = if TAKEN.contains(&wanted) {
            format!("{wanted}Model")
        } else {
            wanted.to_owned()
        };
        let mut new = first.clone();
        let mut number = 2;
        while !seen.insert(identifier(&new)) {
            new = format!("{first}{number}");
            number += 1;
        }
        let place = join("/components/schemas", &name);
        report.kept(
            PASS,
            place,
            format!("called it `{new}`, since `{name}` would be taken for another"),
        );
        names.insert(name, new);
    }
    let schemas = document
        .0
        .pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut);
    if let Some(schemas) = schemas {
        let renamed: Map<String, Value> = (std::mem::take(schemas).into_iter())
            .map(|(name, schema)| (names.get(&name).cloned().unwrap_or(name), schema))
            .collect();
        *schemas = renamed;
    }
    document.for_each_schema(&mut |_, schema| {
        if let Some(Value::String(target)) = schema.get_mut("$ref")
            && let Some(new) = target
                .strip_prefix(SCHEMAS)
                .and_then(|name| names.get(&name.replace("~1", "/").replace("~0", "~")))
        {
            *target = format!("{SCHEMAS}{new}");
        }
    });
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::passes::tests::after;

    #[test]
    fn names_that_would_be_one_are_told_apart() {
        let of = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
        let schemas = json!({
            "thing": {},
            "Thing": { "properties": { "a": of("thing"), "b": of("Option") } },
            "Option": {},
            "type": {},
        });
        let document = after(super::run, json!({}), schemas);
        let schemas = document["components"]["schemas"].as_object().unwrap();
        assert_eq!(
            schemas.keys().collect::<Vec<_>>(),
            ["thing", "Thing2", "OptionModel", "type"]
        );
        assert_eq!(
            schemas["Thing2"]["properties"],
            json!({ "a": of("thing"), "b": of("OptionModel") }) as Value
        );
    }
}
