//! Copies named numbers, flags and unconstrained texts to where they are used.
//!
//! Progenitor makes a type of every named schema. A type around a number or a flag checks nothing and is in the way of
//! a caller who has a number or a flag; so is one around a text that may be any text.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{document::Document, report::Report};

const PASS: &str = "scalars";

pub(crate) fn run(document: &mut Document, report: &mut Report) {
    let plain: BTreeMap<String, Map<String, Value>> = (document.schemas())
        .filter_map(|(name, schema)| {
            let schema = schema.as_object().filter(|schema| is_plain(schema))?;
            Some((format!("#/components/schemas/{name}"), schema.clone()))
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

fn is_plain(schema: &Map<String, Value>) -> bool {
    if schema.contains_key("enum") {
        return false;
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("number" | "integer" | "boolean") => true,
        Some("string") => !["maxLength", "minLength", "pattern"]
            .iter()
            .any(|keyword| schema.contains_key(*keyword)),
        _ => false,
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
