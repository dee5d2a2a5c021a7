//! Makes parameters of the parts of a body of several, so that each has a setter of its type.
//!
//! OpenAPI's defaults say what a part is: bytes are a file, an object is JSON, a list is several parts of one name, and
//! all else is text; `encoding` says otherwise. A text of no further kind may be a file as well, as publishers often
//! forget to say. Of a schema that has alternatives, the parts of all of them are taken, none of them as required.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{
    media_types::is_json,
    sent::{PARAMETER, Place as At, Sent},
    shape::{Shape, fit},
};
use crate::{
    document::Document,
    report::{Place, Report},
};

const PASS: &str = "parts";

/// The parts of a body.
pub(super) struct Parts {
    pub(super) parameters: Vec<Value>,
    /// Whether there may be parts of other names.
    pub(super) is_open: bool,
}

pub(super) fn parameters(
    document: &Document,
    media_type: &Value,
    is_required: bool,
    place: &Place<'_>,
    report: &mut Report,
) -> Parts {
    let mut object = Object::default();
    if let Some(schema) = media_type.get("schema") {
        object.add(document, schema, true, 0);
    }
    let mut parts = Parts {
        parameters: Vec::new(),
        is_open: !object.is_closed,
    };
    let schemas = place.member("schema");
    for (name, schema) in &object.properties {
        let here = schemas.member(name);
        let resolved = document.resolve(schema);
        // Such as `<any part name>`.
        if name.is_empty() || (name.starts_with('<') && name.ends_with('>')) {
            parts.is_open = true;
            report.kept(PASS, here, "took the name for a stand-in for any name");
            continue;
        }
        if resolved.get("readOnly") == Some(&Value::Bool(true)) {
            report.kept(PASS, here, "left out what is only received");
            continue;
        }
        let encoding = media_type.get("encoding").and_then(|all| all.get(name));
        let content_type = encoding
            .and_then(|encoding| encoding.get("contentType"))
            .and_then(Value::as_str);
        // A choice of several is the caller's.
        let content_type = content_type.filter(|name| !name.contains([',', '*']) && name.contains('/'));
        let (schema, at, is_one) = shape(document, schema, content_type);
        let sent = Sent {
            is_one,
            content_type: content_type.map(str::to_owned),
            ..Sent::new(name, at)
        };
        let required = is_required && object.required.contains(name);
        let mut parameter = json!({
            "name": name, "in": at.name(), "required": required, "schema": schema, PARAMETER: sent.to_value(),
        });
        for key in ["description", "example"] {
            if let Some(value) = resolved.get(key) {
                parameter[key] = value.clone();
            }
        }
        parts.parameters.push(parameter);
    }
    parts
}

/// The schema of a part for progenitor, what it is, and whether that is no list, though the schema says so.
fn shape(document: &Document, schema: &Value, content_type: Option<&str>) -> (Value, At, bool) {
    let resolved = document.resolve(schema);
    let text = || json!({ "type": "string" });
    let is_structured = content_type.is_some_and(is_json);
    if is_file(resolved) && !is_structured {
        return (text(), At::File, false);
    }
    let items = (resolved.get("type").is_some_and(|kind| kind == "array")).then(|| resolved.get("items"));
    if let Some(items) = items.flatten()
        && is_file(document.resolve(items))
        && !is_structured
    {
        return (json!({ "type": "array", "items": text() }), At::File, false);
    }
    let (schema, shape) = fit(document, schema.clone());
    (schema, At::Part, shape == Shape::Any)
}

/// Whether a schema is of bytes, or of anything.
fn is_file(schema: &Value) -> bool {
    let Some(schema) = schema.as_object() else { return false };
    let format = schema.get("format").and_then(Value::as_str);
    match schema.get("type").and_then(Value::as_str) {
        Some("string") => matches!(format, Some("binary" | "byte" | "base64")),
        Some("file") => true,
        Some(_) => false,
        None => !["properties", "allOf", "anyOf", "oneOf", "enum", "$ref"]
            .iter()
            .any(|key| schema.contains_key(*key)),
    }
}

/// Whether a part is a text that may as well be a file: of no further kind.
pub(crate) fn is_free_text(schema: &Value) -> bool {
    let Some(schema) = schema.as_object() else { return false };
    schema.get("type").is_some_and(|kind| kind == "string")
        && !["enum", "format", "maxLength", "minLength"]
            .iter()
            .any(|key| schema.contains_key(*key))
}

/// The properties of an object and of what it is composed of.
#[derive(Default)]
struct Object {
    properties: Map<String, Value>,
    required: BTreeSet<String>,
    is_closed: bool,
}

impl Object {
    fn add(&mut self, document: &Document, schema: &Value, is_certain: bool, depth: usize) {
        // As deep as a person may nest compositions.
        if depth > 16 {
            return;
        }
        let schema = document.resolve(schema);
        for (name, property) in schema
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            self.properties.entry(name.clone()).or_insert_with(|| property.clone());
        }
        if is_certain {
            let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
            self.required
                .extend(required.filter_map(|name| Some(name.as_str()?.to_owned())));
        }
        self.is_closed |= schema.get("additionalProperties") == Some(&Value::Bool(false));
        for (keyword, is_certain) in [("allOf", is_certain), ("anyOf", false), ("oneOf", false)] {
            for part in schema.get(keyword).and_then(Value::as_array).into_iter().flatten() {
                self.add(document, part, is_certain, depth + 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::messages::{
        sent::{Body, Place, Sent},
        tests::{after, operation},
    };

    /// Name, place, schema, whether it is required, and content type.
    type Described = (String, Place, Value, bool, Option<String>);

    /// What becomes of a body of several parts: its parameters, and whether there may be others.
    fn parts(schema: Value, encoding: Value) -> (Vec<Described>, bool) {
        let content = json!({ "multipart/form-data": { "schema": schema, "encoding": encoding } });
        let body = json!({ "required": true, "content": content });
        let (operation, _) = after(operation(json!({ "requestBody": body })), json!({}));
        let parameters = operation["parameters"].as_array().unwrap();
        let parts = parameters.iter().filter_map(|parameter| {
            let sent = Sent::of(parameter)?;
            let required = parameter["required"] == json!(true);
            Some((
                sent.name,
                sent.place,
                parameter["schema"].clone(),
                required,
                sent.content_type,
            ))
        });
        assert_eq!(operation.get("requestBody"), None);
        (parts.collect(), Body::of(&operation).unwrap().is_open)
    }

    #[test]
    fn each_property_is_a_part_of_its_kind() {
        let schema = json!({ "required": ["file", "gone"], "additionalProperties": false, "allOf": [{ "properties": {
            "file": { "type": "string", "format": "binary" },
            "files": { "type": "array", "items": { "type": "string", "format": "binary" } },
            "size": { "type": "integer" },
            "tags": { "type": "array", "items": { "type": "string" } },
            "metadata": { "type": "object", "properties": { "a": {} } },
            "any": {},
            "id": { "type": "string", "readOnly": true },
        } }] });
        let encoding = json!({ "file": { "contentType": "image/png" }, "any": { "contentType": "a/b, c/d" } });
        let (parts, is_open) = parts(schema, encoding);
        assert!(!is_open);
        let text = json!({ "type": "string" });
        let object = json!({ "type": "object", "properties": { "a": {} } });
        let expected = [
            ("file", Place::File, text.clone(), true, Some("image/png")),
            (
                "files",
                Place::File,
                json!({ "type": "array", "items": text }),
                false,
                None,
            ),
            ("size", Place::Part, json!({ "type": "integer" }), false, None),
            (
                "tags",
                Place::Part,
                json!({ "type": "array", "items": text }),
                false,
                None,
            ),
            (
                "metadata",
                Place::Part,
                json!({ "type": "array", "items": object }),
                false,
                None,
            ),
            ("any", Place::File, text.clone(), false, None),
        ];
        let expected = expected.map(|(name, place, schema, required, content_type)| {
            (
                name.to_owned(),
                place,
                schema,
                required,
                content_type.map(str::to_owned),
            )
        });
        assert_eq!(parts, expected);
    }

    #[test]
    fn a_stand_in_for_any_name_is_no_name() {
        let schema = json!({ "additionalProperties": false, "properties": { "<any part name>": { "type": "array" } } });
        assert_eq!(parts(schema, json!({})), (Vec::new(), true));
    }
}
