//! Says of every schema what type its values have.
//!
//! Many schemas leave `type` out though their other keywords tell it; progenitor takes such a schema for one of any
//! value. A list of types, which OpenAPI 3.1 has, becomes a choice. What contradicts itself becomes any value: nothing
//! could be read into it. `not` has no equal among the types of Rust; what it excludes can be sent.

use serde_json::{Map, Value, json};

use crate::{
    document::Document,
    report::{Place, Report},
};

const PASS: &str = "kinds";

const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];

/// The keywords that say something about a value beside what it is.
pub(crate) const ANNOTATIONS: [&str; 12] = [
    "default",
    "deprecated",
    "description",
    "discriminator",
    "example",
    "examples",
    "externalDocs",
    "nullable",
    "readOnly",
    "title",
    "writeOnly",
    "xml",
];

pub(crate) fn run(document: &mut Document, report: &mut Report) {
    document.for_each_root(&mut |_, place, schema| {
        if !schema.is_object() {
            report.lost(PASS, place, "let it be any value, since it is no schema");
            *schema = json!({});
        }
    });
    document.for_each_schema(&mut |place, schema| {
        if schema.contains_key("$ref") {
            return;
        }
        if schema.remove("not").is_some() {
            report.lost(PASS, place, "took out `not`, which no type can say");
        }
        lists(place, schema, report);
        let kind = schema.get("type").cloned();
        if let Some(kind) = kind
            && !kind.as_str().is_some_and(|kind| TYPES.contains(&kind))
        {
            schema.remove("type");
            match kind == "null" {
                true => {
                    schema.insert("enum".to_owned(), json!([null]));
                }
                false => report.lost(PASS, place, format!("took out the type {kind}, which there is not")),
            }
        }
        if let Some(kind) = infer(schema) {
            schema.insert("type".to_owned(), kind.into());
            report.kept(
                PASS,
                place,
                format!("made it of the type `{kind}`, as its keywords say"),
            );
        }
        items(place, schema, report);
        values(place, schema, report);
    });
}

/// Turns several types into a choice of one.
fn lists(place: &Place<'_>, schema: &mut Map<String, Value>, report: &mut Report) {
    let Some(Value::Array(types)) = schema.get("type") else {
        return;
    };
    let mut types = types.clone();
    let before = types.len();
    types.retain(|kind| kind != "null");
    if types.len() < before {
        schema.insert("nullable".to_owned(), true.into());
    }
    schema.remove("type");
    report.kept(PASS, place, "turned the list of types into a choice of one");
    if let [kind] = types.as_slice() {
        schema.insert("type".to_owned(), kind.clone());
        return;
    }
    if is_composed(schema) {
        return;
    }
    let mut of_each = schema.clone();
    of_each.retain(|keyword, _| !is_annotation(keyword));
    schema.retain(|keyword, _| is_annotation(keyword));
    let choices = types.into_iter().map(|kind| {
        let mut choice = of_each.clone();
        choice.insert("type".to_owned(), kind);
        Value::Object(choice)
    });
    schema.insert("anyOf".to_owned(), choices.collect());
}

pub(crate) fn is_annotation(keyword: &str) -> bool {
    ANNOTATIONS.contains(&keyword) || keyword.starts_with("x-")
}

fn is_composed(schema: &Map<String, Value>) -> bool {
    ["allOf", "anyOf", "oneOf"]
        .iter()
        .any(|keyword| schema.contains_key(*keyword))
}

/// The type that the keywords of a schema without one tell.
pub(crate) fn infer(schema: &Map<String, Value>) -> Option<&'static str> {
    let has = |keywords: &[&str]| keywords.iter().any(|keyword| schema.contains_key(*keyword));
    if has(&["type", "$ref"]) || is_composed(schema) {
        return None;
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        let all = |is: fn(&Value) -> bool| {
            let mut values = values.iter().filter(|value| !value.is_null()).peekable();
            values.peek().is_some() && values.all(is)
        };
        return if all(Value::is_string) {
            Some("string")
        } else if all(Value::is_boolean) {
            Some("boolean")
        } else if all(|value| value.is_i64() || value.is_u64()) {
            Some("integer")
        } else {
            all(Value::is_number).then_some("number")
        };
    }
    let format = schema.get("format").and_then(Value::as_str);
    if has(&[
        "properties",
        "additionalProperties",
        "required",
        "minProperties",
        "maxProperties",
    ]) {
        Some("object")
    } else if has(&["items", "minItems", "maxItems", "uniqueItems"]) {
        Some("array")
    } else if has(&["pattern", "minLength", "maxLength"]) {
        Some("string")
    } else {
        match format {
            Some("int32" | "int64" | "uint32" | "uint64") => Some("integer"),
            Some("float" | "double") => Some("number"),
            Some(_) => Some("string"),
            None if has(&["minimum", "maximum", "multipleOf"]) => Some("number"),
            None => None,
        }
    }
}

/// Lists say what they hold, and nothing else does.
fn items(place: &Place<'_>, schema: &mut Map<String, Value>, report: &mut Report) {
    match schema.get("type").and_then(Value::as_str) {
        Some("array") if !schema.get("items").is_some_and(Value::is_object) => {
            schema.insert("items".to_owned(), Map::new().into());
            report.kept(PASS, place, "let the list hold any values, since it does not say which");
        }
        Some("object") if schema.contains_key("items") && !schema.contains_key("properties") => {
            schema.retain(|keyword, _| is_annotation(keyword));
            report.lost(
                PASS,
                place,
                "let it be any value, since it is said to be an object and a list",
            );
        }
        _ => {}
    }
}

/// The values of an enumeration are of its type.
fn values(place: &Place<'_>, schema: &mut Map<String, Value>, report: &mut Report) {
    let kind = schema
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let Some(values) = schema.get_mut("enum") else { return };
    let is_of_null = |values: &[Value]| !values.is_empty() && values.iter().all(Value::is_null);
    match values {
        Value::Array(values) if is_of_null(values) => {}
        Value::Array(values) if kind == "string" => {
            for value in values.iter_mut().filter(|value| !value.is_string() && !value.is_null()) {
                *value = value.to_string().into();
                report.kept(
                    PASS,
                    place,
                    format!("took the value {value} for a text, as its type says"),
                );
            }
        }
        Value::Array(_) if !kind.is_empty() && kind != "object" && kind != "array" => {}
        _ => {
            schema.remove("enum");
            report.lost(
                PASS,
                place,
                "took out the enumeration, whose values are of several types or none",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::passes::tests::after;

    #[track_caller]
    fn assert_becomes(schema: Value, expected: Value) {
        let document = after(super::run, json!({}), json!({ "A": schema }));
        assert_eq!(document["components"]["schemas"]["A"], expected);
    }

    #[test]
    fn keywords_tell_the_type() {
        for (schema, kind) in [
            (json!({ "properties": {} }), "object"),
            (json!({ "required": ["a"] }), "object"),
            (json!({ "items": {} }), "array"),
            (json!({ "enum": ["a", null] }), "string"),
            (json!({ "enum": [true] }), "boolean"),
            (json!({ "enum": [1, 2] }), "integer"),
            (json!({ "enum": [1, 2.5] }), "number"),
            (json!({ "maxLength": 3 }), "string"),
            (json!({ "format": "uuid" }), "string"),
            (json!({ "format": "int32" }), "integer"),
            (json!({ "minimum": 3 }), "number"),
        ] {
            let mut expected = schema.clone();
            expected["type"] = kind.into();
            assert_becomes(schema, expected);
        }
        assert_becomes(
            json!({ "description": "Anything." }),
            json!({ "description": "Anything." }),
        );
    }

    #[test]
    fn a_list_of_types_is_a_choice() {
        assert_becomes(
            json!({ "type": ["string", "null"] }),
            json!({ "type": "string", "nullable": true }),
        );
        let expected = json!({ "description": "A.", "anyOf": [{ "type": "string" }, { "type": "integer" }] });
        assert_becomes(json!({ "type": ["string", "integer"], "description": "A." }), expected);
    }

    #[test]
    fn a_list_may_hold_anything_unless_it_says_more() {
        assert_becomes(json!({ "type": "array" }), json!({ "type": "array", "items": {} }));
        assert_becomes(json!({ "type": "object", "items": { "type": "string" } }), json!({}));
    }

    #[test]
    fn what_no_type_can_say_is_taken_out() {
        assert_becomes(
            json!({ "type": "string", "not": { "enum": ["a"] } }),
            json!({ "type": "string" }),
        );
        assert_becomes(json!({ "type": "any" }), json!({}));
        assert_becomes(json!({ "enum": ["a", 1] }), json!({}));
        assert_becomes(
            json!({ "type": "string", "enum": [1, "b"] }),
            json!({ "type": "string", "enum": ["1", "b"] }),
        );
    }
}
