//! Takes the constraints out of what is received.
//!
//! A name one character too long must not cost the caller the whole response. Constraints stay on what is only sent,
//! where they turn a mistake into an error before the request. A scalar that is both, such as a zone's id, is copied
//! into the schemas that are received, without its constraints.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{document::Document, report::Report, walk::Position};

const CONSTRAINTS: [&str; 11] = [
    "maxLength",
    "minLength",
    "pattern",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "uniqueItems",
];

const PASS: &str = "relax";

pub(crate) fn run(document: &mut Document, report: &mut Report) {
    let received = document.received();
    let scalars: BTreeMap<String, Map<String, Value>> = (document.schemas())
        .filter_map(|(name, schema)| {
            let schema = schema.as_object().filter(|schema| is_scalar(schema))?;
            Some((component(name), schema.clone()))
        })
        .collect();
    document.for_each_schema_at(&mut |position, place, schema| {
        let is_received = match position {
            Position::Component(name) => received.contains(name) && !scalars.contains_key(&component(name)),
            Position::Response => true,
            Position::Request => false,
        };
        if !is_received {
            return;
        }
        if let Some(target) = schema.get("$ref").and_then(Value::as_str)
            && let Some(scalar) = scalars.get(target)
        {
            *schema = scalar.clone();
        }
        let before = schema.len();
        schema.retain(|keyword, _| !CONSTRAINTS.contains(&keyword.as_str()));
        if schema.len() < before {
            report.kept(PASS, place, "took the limits out of what is received");
        }
    });
}

fn component(name: &str) -> String {
    format!("#/components/schemas/{name}")
}

/// Whether a schema is a string, a number or a boolean, other than an enumeration.
fn is_scalar(schema: &Map<String, Value>) -> bool {
    let scalar = |name: &str| matches!(name, "string" | "number" | "integer" | "boolean");
    schema.get("type").and_then(Value::as_str).is_some_and(scalar) && !schema.contains_key("enum")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::passes::tests::{after, content};

    #[test]
    fn what_is_received_loses_its_constraints_and_what_is_sent_keeps_them() {
        let id = json!({ "type": "string", "maxLength": 32 });
        let operation = json!({
            "parameters": [{ "name": "id", "in": "query", "schema": { "$ref": "#/components/schemas/Id" } }],
            "responses": { "200": content(json!({ "$ref": "#/components/schemas/Zone" })) },
        });
        let schemas = json!({
            "Id": id,
            "Zone": { "properties": {
                "id": { "$ref": "#/components/schemas/Id" },
                "pattern": { "type": "string", "pattern": "^a$" },
            } },
        });
        let document = after(super::run, operation, schemas);
        let schemas = &document["components"]["schemas"];
        assert_eq!(schemas["Id"], id);
        let expected = json!({ "properties": { "id": { "type": "string" }, "pattern": { "type": "string" } } });
        assert_eq!(schemas["Zone"], expected);
    }

    #[test]
    fn an_enumeration_that_is_received_stays_a_type_of_its_own() {
        let operation = json!({ "responses": { "200": content(json!({ "$ref": "#/components/schemas/Mode" })) } });
        let schemas = json!({ "Mode": { "type": "string", "enum": ["a"] } });
        let document = after(super::run, operation.clone(), schemas);
        assert_eq!(document["paths"]["/a"]["get"], operation);
    }
}
