//! Examples and defaults that contradict their own schemas as they are published: they stay, and are named, so that
//! neither the generator nor the tests take them for the truth.
//!
//! The schemas are put into the words of JSON Schema draft 4, on which OpenAPI 3.0 builds, as the tests of the document
//! do.

use serde_json::{Map, Value, json};

use super::{names::PUBLISHED_NAMES, surgery::PUBLISHED_ID};
use crate::survey::{
    published::{Node, Published},
    validity::in_short,
};

/// The member of the project's document that names them, with the reasons.
pub(crate) const CONTRADICTING: &str = "x-contradicting-examples";

/// Names the contradictions of what was imported in a document.
pub(crate) fn run(document: &mut Value) {
    let found = find(document);
    let Some(root) = document.as_object_mut() else { return };
    root.remove(CONTRADICTING);
    if !found.is_empty() {
        root.insert(CONTRADICTING.to_owned(), found.into());
    }
}

fn find(document: &Value) -> Map<String, Value> {
    let Ok(published) = Published::parse(&document.to_string()) else {
        return Map::new();
    };
    let mut schemas = document["components"]["schemas"].clone();
    allow_null(&mut schemas);
    let mut found = Vec::new();
    for node in imported(&published) {
        examples(&published, &node, false, &mut |place, schema, value| {
            if let Some(reason) = fault(&schemas, schema, value) {
                found.push((place, Value::from(reason)));
            }
        });
    }
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    found.dedup_by(|(one, _), (other, _)| one == other);
    found.into_iter().collect()
}

/// What was imported: operations and components.
fn imported(published: &Published) -> Vec<Node<'_>> {
    let root = published.root();
    let mut found = Vec::new();
    for (_, item) in root.member("paths").map(|paths| paths.members()).unwrap_or_default() {
        let operations = item.members().into_iter().map(|(_, operation)| operation);
        found.extend(operations.filter(|operation| operation.member(PUBLISHED_ID).is_some()));
    }
    let names = root
        .member(PUBLISHED_NAMES)
        .map(|names| names.members())
        .unwrap_or_default();
    for (kind, names) in names {
        let components = names
            .members()
            .into_iter()
            .filter_map(|(name, _)| root.at(&["components", kind, name]));
        found.extend(components);
    }
    found
}

/// Calls `each` with every example and default within a node: its place, its schema and its value. `names` says that the members of
/// the node are named freely.
fn examples<'p>(
    published: &'p Published,
    node: &Node<'p>,
    names: bool,
    each: &mut impl FnMut(String, &'p Value, &'p Value),
) {
    if !names {
        let schema = node.member("schema");
        if let Some(schema) = &schema {
            for (_, example) in node
                .member("examples")
                .map(|examples| examples.members())
                .unwrap_or_default()
            {
                let example = published.follow(example);
                if let Some(value) = example.member("value") {
                    each(value.pointer, schema.value, value.value);
                }
            }
        }
        if let Some(default) = node.member("default") {
            each(default.pointer, node.value, default.value);
        }
        if let Some(example) = node.member("example") {
            let schema = schema.map_or(node.value, |schema| schema.value);
            each(example.pointer, schema, example.value);
        }
    }
    const NAMING: [&str; 5] = ["content", "headers", "properties", "responses", "schemas"];
    for (member, part) in node.members() {
        let is_data = matches!(member, "default" | "enum" | "example" | "examples") || member.starts_with("x-");
        if names || !is_data {
            examples(published, &part, !names && NAMING.contains(&member), each);
        }
    }
}

/// Why a value is not of a schema.
fn fault(schemas: &Value, schema: &Value, value: &Value) -> Option<String> {
    let schema_of = schema;
    let mut schema = schema.clone();
    allow_null(&mut schema);
    let whole = json!({
        "$schema": "http://json-schema.org/draft-04/schema#",
        "allOf": [schema],
        "components": { "schemas": reachable(schemas, schema_of) },
    });
    match jsonschema::options().should_validate_formats(true).build(&whole) {
        Ok(validator) => validator
            .iter_errors(value)
            .next()
            .map(|error| in_short(&error.to_string())),
        Err(error) => Some(in_short(&format!("the schema itself is none: {error}"))),
    }
}

/// Those of the schemas that one of them refers to, and so on.
fn reachable(schemas: &Value, schema: &Value) -> Map<String, Value> {
    let (mut found, mut open) = (Map::new(), vec![schema]);
    while let Some(value) = open.pop() {
        match value {
            Value::Object(members) => {
                let target = members.get("$ref").and_then(Value::as_str);
                if let Some(name) = target.and_then(|target| target.strip_prefix("#/components/schemas/"))
                    && !found.contains_key(name)
                    && let Some(schema) = schemas.get(name)
                {
                    found.insert(name.to_owned(), schema.clone());
                    open.push(schema);
                }
                open.extend(members.values());
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_and_defaults_are_held_against_their_schemas_wherever_they_stand() {
        let schema = json!({ "properties": {
            "a": { "type": "string", "example": 1 },
            "example": { "type": "string" },
            "b": { "type": "integer", "nullable": true, "example": null, "default": 1 },
            "c": { "type": "boolean", "default": "true" },
        } });
        let body = json!({ "schema": { "$ref": "#/components/schemas/One" }, "example": { "a": 1 } });
        let mut document = json!({
            "paths": { "/a": { "get": {
                "x-published-id": "a",
                "responses": { "200": { "content": { "application/json": body } } },
            } } },
            "components": { "schemas": { "One": schema, "Other": { "type": "string", "example": 1 } } },
            "x-published-names": { "schemas": { "One": "one" } },
        });
        run(&mut document);
        let found: Vec<_> = document[CONTRADICTING].as_object().unwrap().keys().cloned().collect();
        assert_eq!(
            found,
            [
                "/components/schemas/One/properties/a/example",
                "/components/schemas/One/properties/c/default",
                "/paths/~1a/get/responses/200/content/application~1json/example",
            ]
        );
    }
}
