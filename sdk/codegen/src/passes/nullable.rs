//! Moves null from a named schema to the members that use it.
//!
//! Progenitor wraps a named schema that may be null into a type around an option, which is in the way of everybody; a
//! member that may be null is simply optional. A null among the values of an enumeration says the same.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::document::Document;

pub(crate) fn run(document: &mut Document) {
    document.for_each_schema(&mut |schema| {
        if let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut) {
            let before = values.len();
            values.retain(|value| !value.is_null());
            if values.len() < before {
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
        }
    }
    document.for_each_schema(&mut |schema| {
        let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
        for (_, property) in properties.into_iter().flatten() {
            if property
                .get("$ref")
                .and_then(Value::as_str)
                .is_some_and(|target| nullable.contains(target))
            {
                *property = json!({ "allOf": [property.take()], "nullable": true });
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::passes::tests::after;

    #[test]
    fn a_named_schema_is_never_null_and_its_users_may_be() {
        let mode = json!({ "$ref": "#/components/schemas/Mode" });
        let schemas = json!({
            "Mode": { "type": "string", "enum": ["a", null] },
            "Thing": { "properties": { "mode": mode, "plain": { "type": "string", "nullable": true } } },
        });
        let document = after(super::run, json!({}), schemas);
        let schemas = &document["components"]["schemas"];
        assert_eq!(schemas["Mode"], json!({ "type": "string", "enum": ["a"] }));
        assert_eq!(
            schemas["Thing"]["properties"]["mode"],
            json!({ "allOf": [mode], "nullable": true })
        );
        assert_eq!(schemas["Thing"]["properties"]["plain"]["nullable"], json!(true));
    }
}
