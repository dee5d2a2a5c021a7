//! Copies named numbers, flags, unconstrained texts, lists and maps to where they are used.
//!
//! Progenitor makes a type of every named schema. A type around a number or a flag checks nothing and is in the way of
//! a caller who has a number or a flag; so is one around a text that may be any text, around a list, a map or any value.
//! What is within itself keeps its name.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value};

use crate::{
    document::{Document, SCHEMAS},
    facts::resolve,
    report::Report,
};

const PASS: &str = "scalars";

pub(crate) fn run(document: &mut Document, report: &mut Report) {
    let plain: BTreeMap<String, Map<String, Value>> = (document.schemas())
        .filter_map(|(name, schema)| {
            let plain = resolve(document, schema)
                .as_object()
                .filter(|schema| is_plain(schema))?;
            let within = document.reached(vec![schema]);
            (!within.contains(name) && !is_endless(document, &within))
                .then(|| (format!("{SCHEMAS}{name}"), plain.clone()))
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

/// Whether one of these schemas, which would be copied as well, is a plain one within itself.
fn is_endless(document: &Document, names: &HashSet<String>) -> bool {
    names.iter().any(|name| {
        let schema = document.at("/components/schemas").and_then(|schemas| schemas.get(name));
        let is_plain = |schema: &Value| resolve(document, schema).as_object().is_some_and(is_plain);
        schema.is_some_and(|schema| is_plain(schema) && document.reached(vec![schema]).contains(name))
    })
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
}
