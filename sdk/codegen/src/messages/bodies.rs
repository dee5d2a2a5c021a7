//! Leaves progenitor the bodies that it takes rightly: JSON and forms of one media type, and bytes.
//!
//! Progenitor panics at a second media type, at an encoding and at what is not JSON, a form, bytes or text; it sends
//! every body, also one that may be missing; and it knows one content type for each kind. Here JSON of any name is JSON,
//! the parts of a body of several become parameters, and all else is bytes. What is sent as the content type, and
//! whether the body may be missing, stands beside. Lost are the types of media types beside the first; they can be sent
//! as bytes.

use serde_json::{Map, Value, json};

use super::{
    media_types::{content_type, kind},
    parts,
    sent::{BODY, Body, Kind},
};
use crate::{
    document::Document,
    report::{Place, Report},
};

const PASS: &str = "bodies";

pub(super) fn run(document: &mut Document, original: &Document, report: &mut Report) {
    document.for_each_operation(|place, operation| {
        let Some(body) = operation.get("requestBody") else {
            return;
        };
        let body = original.resolve(body).clone();
        let place = place.member("requestBody");
        let content = body.get("content").and_then(Value::as_object);
        let Some(content) = content.filter(|content| !content.is_empty()) else {
            operation.remove("requestBody");
            report.lost(PASS, place, "left out the body, since it has no media type");
            return;
        };
        let required = body.get("required") == Some(&Value::Bool(true));
        if !(required && is_ordinary(content)) {
            rewrite(&place, operation, &body, content, required, original, report);
        }
    });
}

/// Whether progenitor makes of it what it says.
fn is_ordinary(content: &Map<String, Value>) -> bool {
    let is_json = |(name, media_type): (&String, &Value)| {
        name == "application/json" && media_type.get("schema").is_some() && media_type.get("encoding").is_none()
    };
    content.len() == 1 && content.iter().all(is_json)
}

fn rewrite(
    place: &Place<'_>,
    operation: &mut Map<String, Value>,
    body: &Value,
    content: &Map<String, Value>,
    required: bool,
    original: &Document,
    report: &mut Report,
) {
    let kinds = content
        .iter()
        .map(|(name, media_type)| (kind(original, name, media_type), name, media_type));
    let rank = |kind: Kind, name: &str| match kind {
        Kind::Json if name == "application/json" => 0,
        Kind::Json => 1,
        Kind::Multipart => 2,
        Kind::Form => 3,
        Kind::Raw => 4,
    };
    let Some((kind, name, media_type)) = kinds.min_by_key(|(kind, name, _)| rank(*kind, name)) else {
        return;
    };
    let is_open = content.len() > 1 || name.contains('*');
    let mut sent = Body {
        kind,
        content_type: content_type(name, kind),
        required,
        is_open,
    };
    let contents = place.member("content");
    let place = contents.member(name);
    for other in content.keys().filter(|other| *other != name) {
        report.lost(
            PASS,
            contents.member(other),
            "left it to be sent as bytes with this content type",
        );
    }
    let mut new = Map::new();
    new.extend(
        body.get("description")
            .map(|text| ("description".to_owned(), text.clone())),
    );
    new.insert("required".to_owned(), true.into());
    let mut typed = |name: &str, schema: Value| {
        let mut entry = Map::new();
        for key in ["example", "examples"] {
            entry.extend(media_type.get(key).map(|value| (key.to_owned(), value.clone())));
        }
        entry.insert("schema".to_owned(), schema);
        new.insert("content".to_owned(), json!({ name: entry }));
    };
    let schema = media_type.get("schema").cloned();
    match kind {
        Kind::Json => {
            if schema.is_none() {
                report.kept(PASS, place, "took it for JSON of any kind, since it has no schema");
            } else if name != "application/json" {
                report.kept(
                    PASS,
                    place,
                    format!("took it for JSON, sent as `{}`", sent.content_type),
                );
            }
            typed("application/json", schema.unwrap_or_else(|| json!({})));
        }
        Kind::Form => typed("application/x-www-form-urlencoded", schema.unwrap_or_else(|| json!({}))),
        Kind::Multipart => {
            report.kept(PASS, place, "made a setter of each of its parts");
            let parts = parts::parameters(original, media_type, required, &place, report);
            sent.is_open = parts.is_open;
            let list = operation.entry("parameters").or_insert_with(|| json!([]));
            if let Value::Array(list) = list {
                list.extend(parts.parameters);
            }
        }
        Kind::Raw => {
            report.kept(
                PASS,
                place,
                format!("took it for bytes, sent as `{}`", sent.content_type),
            );
            typed(
                "application/octet-stream",
                json!({ "type": "string", "format": "binary" }),
            );
        }
    }
    if !required {
        report.kept(PASS, contents, "sent the body only where one is given");
    }
    operation.insert(BODY.to_owned(), sent.to_value());
    match kind {
        Kind::Multipart => operation.remove("requestBody"),
        _ => operation.insert("requestBody".to_owned(), new.into()),
    };
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{BODY, Body, Kind};
    use crate::messages::tests::{after, operation};

    /// The body of an operation whose content is this, with the media type that progenitor sees and what is lost.
    fn body(required: bool, content: Value) -> (Body, Value, usize) {
        let body = json!({ "$ref": "#/components/requestBodies/B" });
        let components = json!({ "requestBodies": { "B": { "required": required, "content": content } } });
        let (operation, changes) = after(operation(json!({ "requestBody": body })), components);
        let lost = changes.iter().filter(|change| change.is_loss()).count();
        let read = Body::of(&operation).unwrap_or_else(|| panic!("no {BODY} in {operation}"));
        (read, operation["requestBody"]["content"].clone(), lost)
    }

    #[test]
    fn json_by_any_name_is_json_and_keeps_its_name() {
        for name in [
            "application/merge-patch+json",
            "application/json; charset=utf-8",
            "application/vnd.a.b+json",
        ] {
            let (read, content, lost) = body(true, json!({ name: { "schema": { "type": "object" } } }));
            assert_eq!(
                (read.kind, read.content_type.as_str(), read.is_open, lost),
                (Kind::Json, name, false, 0)
            );
            assert_eq!(
                content,
                json!({ "application/json": { "schema": { "type": "object" } } })
            );
        }
        let (read, content, _) = body(true, json!({ "*/*": { "schema": { "type": "object" } } }));
        assert_eq!((read.content_type.as_str(), read.is_open), ("application/json", true));
        assert_eq!(
            content,
            json!({ "application/json": { "schema": { "type": "object" } } })
        );
    }

    #[test]
    fn a_body_without_a_schema_is_any_json_and_may_be_missing() {
        let (read, content, lost) = body(false, json!({ "application/json": {} }));
        assert_eq!((read.kind, read.required, lost), (Kind::Json, false, 0));
        assert_eq!(content, json!({ "application/json": { "schema": {} } }));
    }

    #[test]
    fn what_is_neither_json_nor_form_is_bytes_with_its_content_type() {
        for (name, sent) in [
            ("application/javascript", "application/javascript"),
            ("text/plain; charset=utf-8", "text/plain; charset=utf-8"),
            ("application/x-ndjson", "application/x-ndjson"),
            ("application/xml", "application/xml"),
            ("string", "application/octet-stream"),
            ("", "application/octet-stream"),
            ("*/*", "application/octet-stream"),
            ("application/x-www-form-urlencoded", "application/x-www-form-urlencoded"),
        ] {
            let (read, content, _) = body(
                true,
                json!({ name: { "schema": { "type": "string" }, "encoding": {} } }),
            );
            assert_eq!((read.kind, read.content_type.as_str()), (Kind::Raw, sent), "{name}");
            let bytes = json!({ "schema": { "type": "string", "format": "binary" } });
            assert_eq!(content, json!({ "application/octet-stream": bytes }));
        }
    }

    #[test]
    fn of_several_media_types_json_is_typed_and_the_others_are_lost_visibly() {
        let content = json!({ "text/csv": {}, "application/json": { "schema": {} }, "multipart/form-data": {} });
        let (read, content, lost) = body(true, content);
        assert_eq!((read.kind, read.is_open, lost), (Kind::Json, true, 2));
        assert_eq!(content, json!({ "application/json": { "schema": {} } }));
    }

    #[test]
    fn a_body_without_a_media_type_is_none() {
        let (operation, changes) = after(operation(json!({ "requestBody": { "content": {} } })), json!({}));
        assert_eq!(operation.get("requestBody"), None);
        assert!(changes.iter().any(|change| change.is_loss()));
    }
}
