//! Moves null from a named schema to the members that use it.
//!
//! Progenitor wraps a named schema that may be null into a type around an option, which is in the way of everybody; a
//! member that may be null is simply optional. A null among the values of an enumeration says the same.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    document::{Document, join, reference},
    report::Report,
};

const PASS: &str = "nullable";

pub(crate) fn run(document: &mut Document, report: &mut Report) {
    document.for_each_schema(&mut |place, schema| {
        if let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut) {
            let before = values.len();
            values.retain(|value| !value.is_null());
            if values.len() < before {
                report.kept(
                    PASS,
                    place,
                    "made null no value of the enumeration, but that there is none",
                );
                schema.insert("nullable".to_owned(), true.into());
            }
        }
    });
    let mut nullable = BTreeSet::new();
    let schemas = document
        .0
        .pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut);
    for (name, schema) in schemas.into_iter().flatten() {
        let removed = schema.as_object_mut().and_then(|schema| schema.remove("nullable"));
        if removed == Some(Value::Bool(true)) {
            nullable.insert(format!("#/components/schemas/{name}"));
            let what = "moved null from the schema to the members that use it";
            report.kept(PASS, join("/components/schemas", name), what);
        }
    }
    // A name for another name may be null where that one may.
    loop {
        let before = nullable.len();
        let aliases = document.schemas().filter(|(_, schema)| refers_to(schema, &nullable));
        let aliases: Vec<_> = aliases
            .map(|(name, _)| format!("#/components/schemas/{name}"))
            .collect();
        nullable.extend(aliases);
        if nullable.len() == before {
            break;
        }
    }
    document.for_each_schema(&mut |_, schema| {
        let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
        properties
            .into_iter()
            .flatten()
            .for_each(|(_, property)| mark(property, &nullable));
        for keyword in ["items", "additionalProperties"] {
            if let Some(part) = schema.get_mut(keyword) {
                mark(part, &nullable);
            }
        }
    });
    // A result may be null as well.
    document.for_each_operation(|_, operation| {
        let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
        let contents = responses
            .into_iter()
            .flatten()
            .filter_map(|(_, response)| response.get_mut("content")?.as_object_mut());
        for (_, media_type) in contents.flatten() {
            if let Some(schema) = media_type.get_mut("schema") {
                mark(schema, &nullable);
            }
        }
    });
}

/// Lets a use of a nullable name be null.
fn mark(schema: &mut Value, nullable: &BTreeSet<String>) {
    if refers_to(schema, nullable) {
        *schema = json!({ "allOf": [schema.take()], "nullable": true });
    } else if let Some([part]) = schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice)
        && refers_to(part, nullable)
    {
        schema["nullable"] = true.into();
    }
}

fn refers_to(schema: &Value, names: &BTreeSet<String>) -> bool {
    reference(schema).is_some_and(|target| names.contains(target))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::passes::tests::{after, content};

    #[test]
    fn a_named_schema_is_never_null_and_its_users_may_be() {
        let mode = json!({ "$ref": "#/components/schemas/Mode" });
        let alias = json!({ "$ref": "#/components/schemas/Alias" });
        let operation = json!({ "responses": { "200": content(alias.clone()) } });
        let schemas = json!({
            "Alias": mode,
            "Mode": { "type": "string", "enum": ["a", null] },
            "Thing": { "properties": {
                "mode": mode,
                "described": { "allOf": [mode], "description": "A mode." },
                "list": { "type": "array", "items": mode },
                "map": { "type": "object", "additionalProperties": alias },
                "plain": { "type": "string", "nullable": true },
            } },
        });
        let document = after(super::run, operation, schemas);
        let schemas = &document["components"]["schemas"];
        let nullable = |of: &Value| json!({ "allOf": [of], "nullable": true });
        let responses = &document["paths"]["/a"]["get"]["responses"];
        assert_eq!(*responses, json!({ "200": content(nullable(&alias)) }));
        let properties = &schemas["Thing"]["properties"];
        assert_eq!(properties["described"]["nullable"], json!(true));
        assert_eq!(properties["list"]["items"], nullable(&mode));
        assert_eq!(properties["map"]["additionalProperties"], nullable(&alias));
        assert_eq!(schemas["Mode"], json!({ "type": "string", "enum": ["a"] }));
        assert_eq!(
            schemas["Thing"]["properties"]["mode"],
            json!({ "allOf": [mode], "nullable": true })
        );
        assert_eq!(schemas["Thing"]["properties"]["plain"]["nullable"], json!(true));
    }
}
