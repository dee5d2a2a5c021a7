//! Schemas that progenitor takes for parameters.

use serde_json::{Value, json};

use crate::document::{Document, reference};

/// What kind of value a schema is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Scalar,
    List,
    /// Something else, which is wrapped in a list.
    Any,
}

/// A schema that progenitor takes for a parameter: it panics at an object, unless that is in a list.
pub(super) fn fit(document: &Document, mut schema: Value) -> (Value, Shape) {
    infer(&mut schema);
    let resolved = document.resolve(&schema);
    let kind = resolved.get("type").and_then(Value::as_str);
    let is_composed = ["allOf", "anyOf", "oneOf", "not"]
        .iter()
        .any(|key| resolved.get(key).is_some());
    match kind {
        Some("string" | "number" | "integer" | "boolean") if !is_composed => (schema, Shape::Scalar),
        Some("array") if !is_composed => {
            if reference(&schema).is_none() && schema.get("items").is_none() {
                schema["items"] = json!({});
            }
            (schema, Shape::List)
        }
        _ => {
            if let Some(schema) = schema.as_object_mut() {
                schema.remove("nullable");
                schema.remove("default");
            }
            (json!({ "type": "array", "items": schema }), Shape::Any)
        }
    }
}

/// Adds the type that a schema only hints at.
fn infer(schema: &mut Value) {
    let Some(schema) = schema.as_object_mut() else { return };
    let says_more = [
        "type",
        "$ref",
        "allOf",
        "anyOf",
        "oneOf",
        "not",
        "properties",
        "items",
        "enum",
    ];
    if says_more.iter().any(|key| schema.contains_key(*key)) {
        return;
    }
    let hints = |keys: &[&str]| keys.iter().any(|key| schema.contains_key(*key));
    if hints(&["minimum", "maximum", "multipleOf"]) {
        schema.insert("type".to_owned(), "number".into());
    } else if hints(&["minLength", "maxLength", "pattern", "format"]) {
        schema.insert("type".to_owned(), "string".into());
    }
}
