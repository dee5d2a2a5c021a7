//! Rules that a document must keep and that progenitor would break over without saying where.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{
    document::{Document, Operation, join},
    error::Fault,
    facts,
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
    let names = document.schemas().map(|(name, _)| name.as_str());
    distinct(names, |name| join("/components/schemas", name))?;
    // Progenitor's own names for what the runtime calls otherwise.
    if let Some((name, _)) = document
        .schemas()
        .find(|(name, _)| matches!(name.as_str(), "ByteStream" | "ResponseValue"))
    {
        return Err(Fault::new(
            join("/components/schemas", name),
            "this name is taken by the generator; choose another",
        ));
    }
    document.operations().try_for_each(|operation| extensions(&operation))
}

/// Names that differ in case and punctuation alone would be one name in Rust, or be taken for one another.
fn distinct<'a>(names: impl Iterator<Item = &'a str>, place: impl Fn(&str) -> String) -> Result<(), Fault> {
    let mut seen = BTreeMap::new();
    for name in names {
        if let Some(other) = seen.insert(facts::identifier(name), name)
            && other != name
        {
            let reason = format!("`{name}` and `{other}` differ in case and punctuation alone; rename one");
            return Err(Fault::new(place(name), reason));
        }
    }
    Ok(())
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

/// The types of schemas, which progenitor does not check. `names` says that the members of `value` are named freely.
fn schemas(pointer: &str, value: &Value, names: bool) -> Result<(), Fault> {
    match value {
        Value::Object(object) => {
            if !names {
                schema(pointer, object)?;
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

fn schema(pointer: &str, schema: &Map<String, Value>) -> Result<(), Fault> {
    const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];
    for name in ["x-integral", "x-observed-null"] {
        if schema.get(name).is_some_and(|value| !value.is_boolean()) {
            return Err(Fault::new(join(pointer, name), "it must be true or false"));
        }
    }
    let Some(kind) = schema.get("type") else { return Ok(()) };
    if !kind.as_str().is_some_and(|kind| TYPES.contains(&kind)) {
        return Err(Fault::new(
            join(pointer, "type"),
            format!("{kind} is not one of {}", TYPES.join(", ")),
        ));
    }
    if kind == "array" && !schema.contains_key("items") {
        return Err(Fault::new(pointer, "an array must say what its `items` are"));
    }
    Ok(())
}
