//! Copies named numbers, flags, unconstrained texts, lists and maps to where they are used.
//!
//! Progenitor makes a type of every named schema. A type around a number or a flag checks nothing and is in the way of
//! a caller who has a number or a flag; so is one around a text that may be any text, around a list, a map or any value.
//! What is plain within itself keeps its name.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{
    document::{Document, SCHEMAS, reference},
    facts::resolve,
    report::Report,
};

const PASS: &str = "scalars";

/// How often a plain schema may have another one in it; with more, it keeps its name.
const DEPTH: usize = 16;

pub(crate) fn run(document: &mut Document, report: &mut Report) {
    let plain: BTreeMap<String, Map<String, Value>> = (document.schemas())
        .filter_map(|(name, schema)| {
            let schema = resolve(document, schema);
            let plain = schema.as_object().filter(|schema| is_plain(schema))?;
            has_an_end(document, schema).then(|| (format!("{SCHEMAS}{name}"), plain.clone()))
        })
        .collect();
    document.for_each_schema(&mut |place, schema| {
        let target = schema.get("$ref").and_then(Value::as_str);
        if let Some(scalar) = target.and_then(|target| plain.get(target)) {
            *schema = scalar.clone();
            report.kept(PASS, place, "used the plain type instead of a name for it");
        }
    });
}

/// Whether a plain schema has no more than some plain ones in it, which would be copied as well.
fn has_an_end(document: &Document, schema: &Value) -> bool {
    let mut schema = schema;
    for _ in 0..DEPTH {
        // A list or a map is of one schema.
        let inner = only_reference(schema).map(|inner| resolve(document, inner));
        match inner.filter(|inner| inner.as_object().is_some_and(is_plain)) {
            Some(inner) => schema = inner,
            None => return true,
        }
    }
    false
}

/// What a plain schema refers to, if anything.
fn only_reference(schema: &Value) -> Option<&Value> {
    if reference(schema).is_some() {
        return Some(schema);
    }
    let inner = ["items", "additionalProperties"]
        .iter()
        .find_map(|keyword| schema.get(*keyword));
    let part = || schema.get("allOf")?.get(0);
    inner.or_else(part).and_then(only_reference)
}

fn is_plain(schema: &Map<String, Value>) -> bool {
    let has = |keywords: &[&str]| keywords.iter().any(|keyword| schema.contains_key(*keyword));
    match schema.get("type").and_then(Value::as_str) {
        Some("number" | "integer" | "boolean" | "array") => true,
        Some("string") => !has(&["enum", "maxLength", "minLength", "pattern"]),
        Some("object") => !has(&["properties"]),
        Some(_) => false,
        None => !has(&["$ref", "allOf", "anyOf", "oneOf", "enum"]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::passes::tests::after;

    #[test]
    fn only_a_name_that_checks_something_is_kept() {
        let schemas = json!({
            "Flag": { "type": "boolean" },
            "Text": { "type": "string" },
            "Id": { "type": "string", "maxLength": 32 },
            "Mode": { "type": "string", "enum": ["a"] },
            "All": { "properties": {
                "flag": { "$ref": "#/components/schemas/Flag" },
                "text": { "$ref": "#/components/schemas/Text" },
                "id": { "$ref": "#/components/schemas/Id" },
                "mode": { "$ref": "#/components/schemas/Mode" },
            } },
        });
        let document = after(super::run, json!({}), schemas);
        let expected = json!({
            "flag": { "type": "boolean" },
            "text": { "type": "string" },
            "id": { "$ref": "#/components/schemas/Id" },
            "mode": { "$ref": "#/components/schemas/Mode" },
        });
        assert_eq!(document["components"]["schemas"]["All"]["properties"], expected);
    }

    #[test]
    fn what_is_plain_within_itself_keeps_its_name() {
        let of = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
        let list = |name: &str| json!({ "type": "array", "items": of(name) });
        let schemas = json!({
            "Endless": { "type": "array", "items": { "type": "object", "additionalProperties": of("Endless") } },
            "Around": list("Endless"),
            "Node": { "type": "object", "properties": { "nodes": of("Nodes"), "endless": of("Endless") } },
            "Nodes": list("Node"),
        });
        let document = after(super::run, json!({}), schemas);
        let schemas = &document["components"]["schemas"];
        assert_eq!(schemas["Around"], list("Endless"));
        let expected = json!({ "nodes": list("Node"), "endless": of("Endless") });
        assert_eq!(schemas["Node"]["properties"], expected);
    }
}
