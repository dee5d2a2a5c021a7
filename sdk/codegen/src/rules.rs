//! Rules that a document must keep and that progenitor would break over without saying where.

use serde_json::Value;

use crate::{
    document::{Document, Operation, join},
    error::Fault,
};

/// The members of OpenAPI's objects whose own members are named by the document's author.
const NAMING: [&str; 15] = [
    "callbacks",
    "content",
    "encoding",
    "headers",
    "links",
    "mapping",
    "parameters",
    "paths",
    "properties",
    "requestBodies",
    "responses",
    "schemas",
    "scopes",
    "security",
    "variables",
];

/// Checks a document whose `$ref`s all lead somewhere.
pub(crate) fn check(document: &Document) -> Result<(), Fault> {
    schemas("", &document.0, false)?;
    document.operations().try_for_each(|operation| extensions(&operation))
}

/// The extensions of this project, which would be ignored silently if they had another type.
fn extensions(operation: &Operation<'_>) -> Result<(), Fault> {
    let check = |name: &str, rule: &str, keeps: fn(&Value) -> bool| match operation.value.get(name) {
        Some(value) if !keeps(value) => Err(Fault::new(join(&operation.pointer(), name), rule)),
        _ => Ok(()),
    };
    check("x-idempotent", "it must be true or false", Value::is_boolean)?;
    check(
        "x-api-token-group",
        "it must be a list of names of permissions",
        |value| value.as_array().is_some_and(|names| names.iter().all(Value::is_string)),
    )
}

/// The extensions of schemas. `names` says that the members of `value` are named freely.
fn schemas(pointer: &str, value: &Value, names: bool) -> Result<(), Fault> {
    match value {
        Value::Object(object) => {
            if !names {
                for name in ["x-integral", "x-observed-null"] {
                    if object.get(name).is_some_and(|value| !value.is_boolean()) {
                        return Err(Fault::new(join(pointer, name), "it must be true or false"));
                    }
                }
            }
            // What is data, an extension's own, or of types of another kind.
            let is_foreign = |key: &str| {
                !names
                    && (key.starts_with("x-")
                        || matches!(key, "default" | "enum" | "example" | "examples" | "securitySchemes"))
            };
            (object.iter().filter(|(key, _)| !is_foreign(key))).try_for_each(|(key, value)| {
                schemas(&join(pointer, key), value, !names && NAMING.contains(&key.as_str()))
            })
        }
        Value::Array(items) => {
            (items.iter().enumerate()).try_for_each(|(index, item)| schemas(&format!("{pointer}/{index}"), item, false))
        }
        _ => Ok(()),
    }
}
