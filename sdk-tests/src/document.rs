//! Cloudflare's OpenAPI document, read for its references, schemas and examples.

use serde_json::{Map, Value, json};

/// The document as it lies in `openapi/`.
pub const TEXT: &str = include_str!("../../openapi/cloudflare.json");

/// The member that tells which components were taken from a published document, by kind and name.
const PUBLISHED_NAMES: &str = "x-published-names";

/// The member that names the examples that contradict their own schemas as they are published.
const CONTRADICTING: &str = "x-contradicting-examples";

/// A part of the document and the JSON pointer to it.
pub type At<'d> = (String, &'d Value);

/// A value that the document shows, and the schema that it illustrates.
#[derive(Debug)]
pub struct Example<'d> {
    /// The JSON pointer to the place that shows it.
    pub at: String,
    /// The schema.
    pub schema: &'d Value,
    /// The value.
    pub value: &'d Value,
}

/// The document.
///
/// # Panics
///
/// When its text is not JSON.
pub fn load() -> Value {
    serde_json::from_str(TEXT).expect("openapi/cloudflare.json is JSON")
}

/// What this project took into the document by hand: all but what `cargo xtask import` wrote, which is as Cloudflare
/// published it and not as this project asks of its own.
///
/// # Panics
///
/// When its text is not JSON.
pub fn by_hand() -> Value {
    without_published(load())
}

fn without_published(mut document: Value) -> Value {
    let names = document.as_object_mut().and_then(|root| root.remove(PUBLISHED_NAMES));
    for (kind, names) in names.iter().filter_map(Value::as_object).flatten() {
        for name in names.as_object().into_iter().flat_map(Map::keys) {
            let components = document["components"][kind].as_object_mut();
            components.and_then(|components| components.remove(name));
        }
    }
    let paths = document["paths"].as_object_mut();
    if let Some(paths) = paths {
        for (_, item) in paths.iter_mut() {
            let item = item.as_object_mut();
            if let Some(item) = item {
                item.retain(|_, operation| !is_published(operation));
            }
        }
        paths.retain(|_, item| item.as_object().is_none_or(|item| !item.is_empty()));
    }
    if let Some(root) = document.as_object_mut() {
        root.remove(CONTRADICTING);
    }
    let text = document["paths"].to_string();
    if let Some(schemes) = document["components"]["securitySchemes"].as_object_mut() {
        schemes.retain(|name, _| text.contains(&format!("\"{name}\":[]")));
    }
    document
}

/// Whether an operation was taken from a published document by `cargo xtask import`.
pub fn is_published(operation: &Value) -> bool {
    operation.get("x-published-id").is_some()
}

/// The places of examples that contradict their own schemas as they are published.
pub fn contradicting(document: &Value) -> Vec<&str> {
    let places = document[CONTRADICTING].as_object();
    places.into_iter().flat_map(Map::keys).map(String::as_str).collect()
}

/// What a reference leads to within the document.
pub fn target<'d>(document: &'d Value, reference: &str) -> Option<&'d Value> {
    document.pointer(reference.strip_prefix('#')?)
}

/// What `node` stands for: itself, or what its `$ref` leads to.
///
/// # Panics
///
/// When the reference leads nowhere.
pub fn resolve<'d>(document: &'d Value, mut node: &'d Value) -> &'d Value {
    while let Some(reference) = node["$ref"].as_str() {
        node = target(document, reference).unwrap_or_else(|| panic!("{reference} leads nowhere"));
    }
    node
}

/// Every operation in the document, by its `operationId`.
///
/// # Panics
///
/// When one has no `operationId`, saying which, and when there is none.
pub fn operations(document: &Value) -> Vec<(&str, &Value)> {
    const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for method in METHODS {
            if let Some(operation) = item.get(method) {
                let id = operation["operationId"].as_str();
                let id = id.unwrap_or_else(|| panic!("give {method} {path} an `operationId`: it names the call"));
                found.push((id, operation));
            }
        }
    }
    assert!(!found.is_empty(), "the document has no operation");
    found
}

/// Every value in the document, the document itself included.
pub fn values(document: &Value) -> Vec<At<'_>> {
    reach((String::new(), document), &|(at, node)| children(at, node))
}

/// Every schema in the document: those with a name, those in their place, and those within them.
pub fn schemas(document: &Value) -> Vec<At<'_>> {
    let named = children("/components/schemas", &document["components"]["schemas"]);
    let placed = (carriers(document).into_iter()).map(|(at, carrier)| (format!("{at}/schema"), &carrier["schema"]));
    named
        .into_iter()
        .chain(placed)
        .flat_map(|schema| reach(schema, &|(at, node)| subschemas(at, node)))
        .collect()
}

/// Every example in the document: of bodies, of parameters and of schemas.
///
/// # Panics
///
/// When a reference to an example leads nowhere.
pub fn examples(document: &Value) -> Vec<Example<'_>> {
    let mut found = Vec::new();
    for (at, schema) in schemas(document) {
        if let Some(value) = schema.get("example") {
            found.push(Example { at, schema, value });
        }
    }
    for (at, carrier) in carriers(document) {
        let schema = &carrier["schema"];
        if let Some(value) = carrier.get("example") {
            found.push(Example {
                at: at.clone(),
                schema,
                value,
            });
        }
        for (at, example) in children(&format!("{at}/examples"), &carrier["examples"]) {
            let value = &resolve(document, example)["value"];
            found.push(Example { at, schema, value });
        }
    }
    found
}

/// `schema` as a JSON Schema that stands alone, with what the document's references lead to.
///
/// It is of draft 4, which OpenAPI 3.0 builds on: `exclusiveMinimum` is a boolean in both, and both ignore what stands
/// beside a `$ref`. Only `nullable` has to be put into draft 4's words.
pub fn json_schema(document: &Value, schema: &Value) -> Value {
    let mut whole = json!({
        "$schema": "http://json-schema.org/draft-04/schema#",
        "allOf": [schema],
        "components": { "schemas": reachable(document, schema) },
    });
    allow_null(&mut whole);
    whole
}

/// The named schemas that a schema refers to, and those that they refer to.
fn reachable(document: &Value, schema: &Value) -> Map<String, Value> {
    let (mut found, mut open) = (Map::new(), vec![schema]);
    while let Some(node) = open.pop() {
        let name = node["$ref"]
            .as_str()
            .and_then(|reference| reference.strip_prefix("#/components/schemas/"));
        if let Some(name) = name.filter(|name| !found.contains_key(*name)) {
            let schema = &document["components"]["schemas"][name];
            found.insert(name.to_owned(), schema.clone());
            open.push(schema);
        }
        match node {
            Value::Object(members) => open.extend(members.values()),
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    found
}

fn allow_null(node: &mut Value) {
    if node["nullable"] == true && node["type"].is_string() {
        node["type"] = json!([node["type"], "null"]);
    }
    match node {
        Value::Object(members) => members.values_mut().for_each(allow_null),
        Value::Array(items) => items.iter_mut().for_each(allow_null),
        _ => {}
    }
}

/// What says that a value is of a schema: a parameter, a header or a body.
fn carriers(document: &Value) -> Vec<At<'_>> {
    let elsewhere = |at: &str| at.starts_with("/components/schemas/") || at.starts_with("/components/examples/");
    (values(document).into_iter())
        .filter(|(at, node)| node.get("schema").is_some() && !elsewhere(at))
        .collect()
}

/// The schemas that a schema is made of.
fn subschemas<'d>(at: &str, schema: &'d Value) -> Vec<At<'d>> {
    let several = ["properties", "allOf", "anyOf", "oneOf"]
        .into_iter()
        .flat_map(|name| children(&format!("{at}/{name}"), &schema[name]));
    let single = ["items", "not", "additionalProperties"]
        .into_iter()
        .filter(|name| schema[name].is_object())
        .map(|name| (format!("{at}/{name}"), &schema[name]));
    several.chain(single).collect()
}

/// The members of an object or the items of an array.
fn children<'d>(at: &str, node: &'d Value) -> Vec<At<'d>> {
    match node {
        Value::Object(members) => (members.iter())
            .map(|(name, member)| {
                let name = name.replace('~', "~0").replace('/', "~1");
                (format!("{at}/{name}"), member)
            })
            .collect(),
        Value::Array(items) => (items.iter().enumerate())
            .map(|(index, item)| (format!("{at}/{index}"), item))
            .collect(),
        _ => Vec::new(),
    }
}

/// `from` and all that `next` leads to from there.
fn reach<'d>(from: At<'d>, next: &dyn Fn(&At<'d>) -> Vec<At<'d>>) -> Vec<At<'d>> {
    let mut found = vec![from];
    let mut seen = 0;
    while seen < found.len() {
        let more = next(&found[seen]);
        found.extend(more);
        seen += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_imported_is_told_from_what_was_taken_by_hand() {
        let own = json!({ "operationId": "own", "security": [{ "api_token": [] }] });
        let imported =
            json!({ "operationId": "other", "x-published-id": "a", "security": [{ "user_service_key": [] }] });
        let mut document = json!({
            "paths": { "/a": { "get": own, "put": imported }, "/b": { "get": imported } },
            "components": {
                "schemas": { "Own": {}, "Other": {} },
                "securitySchemes": { "api_token": {}, "user_service_key": {} },
            },
            "x-published-names": { "schemas": { "Other": "a_other" } },
            "x-contradicting-examples": { "/a": "why" },
        });
        assert_eq!(contradicting(&document), ["/a"]);
        document = without_published(document);
        let expected = json!({
            "paths": { "/a": { "get": own } },
            "components": { "schemas": { "Own": {} }, "securitySchemes": { "api_token": {} } },
        });
        assert_eq!(document, expected);
    }
}
