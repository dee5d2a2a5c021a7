//! Rules that a document must keep and that progenitor would break over without saying where.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{
    document::{Document, Operation, join},
    error::Fault,
    facts,
};

/// The methods of the generated client that are not operations.
const TAKEN: [&str; 7] = [
    "builder",
    "clone",
    "fmt",
    "from_env",
    "from_runtime",
    "runtime",
    "with_options",
];

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
    let mut ids = BTreeMap::new();
    document.operations().try_for_each(|operation| {
        identifier(&operation, &mut ids)?;
        extensions(&operation)?;
        parameters(document, &operation)
    })
}

fn identifier(operation: &Operation<'_>, ids: &mut BTreeMap<String, String>) -> Result<(), Fault> {
    let pointer = operation.pointer();
    let Some(id) = operation.id() else {
        return Err(Fault::new(
            pointer,
            "it has no `operationId`, which would be the name of its method",
        ));
    };
    let at = join(&pointer, "operationId");
    let method: String = id
        .chars()
        .map(|c| {
            if c.is_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '_'
            }
        })
        .collect();
    if TAKEN.contains(&method.as_str()) {
        return Err(Fault::new(
            at,
            format!("the client has a method `{id}` of its own; choose another id"),
        ));
    }
    match ids.insert(method, at.clone()) {
        Some(other) => Err(Fault::new(
            at,
            format!("`{id}` is the id of another operation already, at {other}"),
        )),
        None => Ok(()),
    }
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

fn parameters(document: &Document, operation: &Operation<'_>) -> Result<(), Fault> {
    /// The methods of a builder that are not setters.
    const OF_BUILDER: [&str; 5] = ["body", "body_map", "clone", "new", "send"];
    let pointer = operation.pointer();
    let refuse = |reason: String| Err(Fault::new(pointer.clone(), reason));
    let mut seen = BTreeMap::new();
    let mut in_path = BTreeSet::new();
    for parameter in operation.parameters().map(|parameter| document.resolve(parameter)) {
        let text = |member: &str| parameter.get(member).and_then(Value::as_str).unwrap_or_default();
        let (name, place) = (text("name"), text("in"));
        match seen.insert(facts::identifier(name), (name, place)) {
            // A parameter of the path item, which the operation's own comes before and replaces.
            Some(own) if own == (name, place) => continue,
            Some((other, _)) => {
                return refuse(format!(
                    "the parameters `{other}` and `{name}` would have one name in Rust; progenitor has one setter a name"
                ));
            }
            None => {}
        }
        if OF_BUILDER.contains(&name) {
            return refuse(format!(
                "the parameter `{name}` has the name of a method that each builder has"
            ));
        }
        if place == "path" {
            in_path.insert(name);
        }
        let schema = parameter.get("schema").map(|schema| document.resolve(schema));
        let kind = schema
            .and_then(|schema| schema.get("type"))
            .and_then(Value::as_str)
            .unwrap_or_default();
        let is_exploded = parameter.get("explode") != Some(&Value::Bool(false));
        match (place, kind) {
            ("query", "array") if is_exploded => {}
            (_, "array") => {
                return refuse(format!(
                    "the list `{name}` is not in the query, one pair an item; there is no code for it"
                ));
            }
            (_, "object") => {
                return refuse(format!(
                    "the parameter `{name}` is an object, for which there is no code"
                ));
            }
            _ => {}
        }
    }
    let named: BTreeSet<&str> = operation
        .path
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split('}').next())
        .collect();
    if let Some(name) = named.difference(&in_path).next() {
        return refuse(format!("`{{{name}}}` in the path has no parameter of that name"));
    }
    if let Some(name) = in_path.difference(&named).next() {
        return refuse(format!("the path has no `{{{name}}}` for the path parameter `{name}`"));
    }
    Ok(())
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
