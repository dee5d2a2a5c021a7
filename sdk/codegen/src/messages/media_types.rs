//! What the names of media types say, also those that are none.

use serde_json::Value;

use super::sent::Kind;
use crate::document::Document;

/// What a body of a media type is.
pub(super) fn kind(document: &Document, name: &str, media_type: &Value) -> Kind {
    let essence = essence(name);
    let schema = media_type.get("schema").map(|schema| document.resolve(schema));
    match essence.as_str() {
        "application/x-www-form-urlencoded" if is_object(document, schema) => Kind::Form,
        "multipart/form-data" => Kind::Multipart,
        // By a wildcard, publishers mean what their framework makes of an object.
        "*/*" | "application/*" if schema.is_some_and(is_structured) => Kind::Json,
        name if is_json(name) => Kind::Json,
        _ => Kind::Raw,
    }
}

/// What is sent as the content type of a body, or accepted as that of a response.
pub(super) fn content_type(name: &str, kind: Kind) -> String {
    let is_valid = name.is_ascii()
        && !name.contains('*')
        && !name.chars().any(char::is_control)
        && name
            .split_once('/')
            .is_some_and(|(kind, rest)| !kind.trim().is_empty() && !rest.trim().is_empty());
    match (is_valid, kind) {
        (true, _) => name.trim().to_owned(),
        (false, Kind::Json) => "application/json".to_owned(),
        (false, _) => "application/octet-stream".to_owned(),
    }
}

pub(super) fn is_json(name: &str) -> bool {
    let essence = essence(name);
    essence == "application/json" || essence == "text/json" || essence.ends_with("+json")
}

fn essence(name: &str) -> String {
    name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether a schema is of an object or a list.
fn is_structured(schema: &Value) -> bool {
    let kind = schema.get("type").and_then(Value::as_str);
    matches!(kind, Some("object" | "array")) || (kind.is_none() && schema.as_object().is_some_and(|s| !s.is_empty()))
}

/// Whether a schema is of an object, whose members can be the fields of a form.
fn is_object(document: &Document, schema: Option<&Value>) -> bool {
    let Some(schema) = schema else { return false };
    let parts = schema.get("allOf").and_then(Value::as_array);
    schema.get("type").is_some_and(|kind| kind == "object")
        || schema.get("properties").is_some()
        || parts.is_some_and(|parts| {
            parts
                .iter()
                .any(|part| is_object(document, Some(document.resolve(part))))
        })
}
