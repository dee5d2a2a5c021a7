//! Bodies of requests that are not JSON: texts and files, and bodies of several parts.
//!
//! Where a published document shows nothing of them, which is the rule, a text stands in for what is sent.

use serde_json::Value;

use super::request::{Requests, texts};
use crate::survey::{
    assemble::Wanted,
    published::{Node, is_json},
    schema::{Described, Way, spread},
};

/// What stands in for a text or a file.
pub(super) const STAND_IN: &str = "text";

/// What the replay of recordings takes for the boundary between parts.
const BOUNDARY: &str = "recorded";

const PARTS: &str = "multipart/form-data";

/// A body as it is recorded.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SentBody {
    pub(super) content_type: String,
    pub(super) text: String,
}

/// A body of one of these media types, none of which is JSON.
pub(super) fn of<'a>(requests: &Requests<'a>, content: &[(&str, Node<'a>)]) -> Result<SentBody, String> {
    if let Some((_, media_type)) = content.iter().find(|(name, _)| *name == PARTS) {
        return Ok(SentBody {
            content_type: format!("{PARTS}; boundary={BOUNDARY}"),
            text: parts(requests, media_type)?,
        });
    }
    let Some((name, media_type)) = content.first() else {
        return Err("its body has no media type".to_owned());
    };
    if name.starts_with("application/x-www-form-urlencoded") {
        return Err("its body is a form".to_owned());
    }
    Ok(SentBody {
        content_type: content_type(name).to_owned(),
        text: text(requests, media_type),
    })
}

/// The content type that is sent for a media type, which may be none.
fn content_type(name: &str) -> &str {
    let is_one = name
        .split_once('/')
        .is_some_and(|(kind, rest)| !kind.is_empty() && !rest.is_empty());
    match is_one && !name.contains('*') {
        true => name,
        false => "application/octet-stream",
    }
}

/// What is in a body or an answer that is not JSON, by its example where that is a text.
pub(super) fn text<'a>(requests: &Requests<'a>, media_type: &Node<'a>) -> String {
    let example = requests.example(media_type).or_else(|| {
        let schema = requests.document.follow(media_type.member("schema")?);
        requests.example(&schema)
    });
    let text = example.and_then(|example| example.value.as_str());
    text.filter(|text| !text.is_empty()).unwrap_or(STAND_IN).to_owned()
}

/// The parts of a body, in the order of the document.
fn parts<'a>(requests: &Requests<'a>, media_type: &Node<'a>) -> Result<String, String> {
    let schemas: Vec<_> = media_type.member("schema").into_iter().collect();
    let schemas = spread(requests.document, schemas, None);
    let properties = schemas.iter().filter_map(|schema| schema.member("properties"));
    let mut text = String::new();
    let mut seen: Vec<&str> = Vec::new();
    for (name, property) in properties.flat_map(|properties| properties.members()) {
        let is_stand_in = name.is_empty() || (name.starts_with('<') && name.ends_with('>'));
        if is_stand_in || seen.contains(&name) || requests.document.follow(property.clone()).is("readOnly") {
            continue;
        }
        seen.push(name);
        let content_type = media_type
            .at(&["encoding", name])
            .and_then(|encoding| encoding.text("contentType"));
        let content_type = content_type.filter(|name| !name.contains([',', '*']) && name.contains('/'));
        for (head, content) in contents(requests, name, &property, content_type)? {
            text +=
                &format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{head}\r\n\r\n{content}\r\n");
        }
    }
    match text.is_empty() {
        true => Err("none of the parts of its body is known".to_owned()),
        false => Ok(format!("{text}--{BOUNDARY}--\r\n")),
    }
}

/// What stands in the parts of a property: the rest of the head, and the content.
fn contents<'a>(
    requests: &Requests<'a>,
    name: &str,
    property: &Node<'a>,
    content_type: Option<&str>,
) -> Result<Vec<(String, String)>, String> {
    let line = |content_type: &str| format!("\r\nContent-Type: {content_type}");
    let resolved = requests.document.follow(property.clone());
    let items = resolved.member("items").map(|items| requests.document.follow(items));
    if !content_type.is_some_and(is_json) && (is_file(&resolved) || items.is_some_and(|items| is_file(&items))) {
        let head = format!(
            "; filename=\"{name}\"{}",
            line(content_type.unwrap_or("application/octet-stream"))
        );
        return Ok(vec![(head, STAND_IN.to_owned())]);
    }
    let value = requests.assembled(property, Way::Sent, &[Wanted::Whole, Wanted::All(0), Wanted::Required]);
    let value = value.map_err(|reason| format!("the part `{name}` of its body cannot be put together: {reason}"))?;
    let value = requests.sent(Described::By(vec![property.clone()]), &value);
    if let Some(texts) = texts(&value) {
        let head = content_type.map(line).unwrap_or_default();
        return Ok(texts.into_iter().map(|text| (head.clone(), text)).collect());
    }
    Ok(match value {
        Value::Object(_) => vec![(line(content_type.unwrap_or("application/json")), value.to_string())],
        _ => Vec::new(),
    })
}

/// Whether a schema is of bytes, or of anything.
fn is_file(schema: &Node<'_>) -> bool {
    match schema.text("type") {
        Some("string") => matches!(schema.text("format"), Some("binary" | "byte" | "base64")),
        Some("file") => true,
        Some(_) => false,
        None => !["properties", "allOf", "anyOf", "oneOf", "enum"]
            .iter()
            .any(|key| schema.member(key).is_some()),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use serde_json::json;

    use super::*;
    use crate::survey::{assemble::Assembler, published::Published, validity::Validity};

    /// The recorded request of a POST that takes these media types.
    fn request(content: Value) -> Result<Value, String> {
        let responses = json!({ "200": { "description": "", "content": { "text/csv": {} } } });
        let operation = json!({
            "operationId": "post", "requestBody": { "required": true, "content": content }, "responses": responses,
        });
        let document = json!({ "openapi": "3.0.3", "paths": { "/a": { "post": operation } } });
        let document = Published::parse(&document.to_string())?;
        let validity = Validity::new(&document)?;
        let assembler = Assembler {
            document: &document,
            validity: &validity,
            contradictions: RefCell::default(),
        };
        let requests = Requests {
            document: &document,
            assembler: &assembler,
            validity: &validity,
        };
        let node = document.root().at(&["paths", "/a", "post"]).unwrap();
        requests.of(&document.operations()[0], &node)
    }

    #[test]
    fn a_text_or_a_file_is_sent_as_its_example_or_as_what_stands_in_for_it() {
        let schema = json!({ "type": "string", "example": "addEventListener()" });
        let sent = request(json!({ "application/javascript": { "schema": schema } })).unwrap();
        assert_eq!(sent["body"], "addEventListener()");
        assert_eq!(sent["headers"]["content-type"], "application/javascript");
        assert_eq!(sent["headers"]["accept"], "*/*");
        let sent = request(json!({ "string": { "schema": { "type": "string", "format": "binary" } } })).unwrap();
        assert_eq!(sent["body"], "text");
        assert_eq!(sent["headers"]["content-type"], "application/octet-stream");
    }

    #[test]
    fn a_body_of_several_parts_has_a_part_of_each_kind() {
        let properties = json!({
            "file": { "type": "string", "format": "binary" },
            "kind": { "type": "string", "example": "one" },
            "sizes": { "type": "array", "items": { "type": "integer" }, "example": [1] },
            "metadata": { "type": "object", "properties": { "b": { "type": "string", "example": "x" } } },
            "id": { "type": "string", "readOnly": true },
            "<any name>": { "type": "string" },
        });
        let form = json!({
            "schema": { "type": "object", "properties": properties },
            "encoding": { "file": { "contentType": "image/png" } },
        });
        let sent = request(json!({ "multipart/form-data": form })).unwrap();
        let expected = "--B\n\
            Content-Disposition: form-data; name=\"file\"; filename=\"file\"\nContent-Type: image/png\n\ntext\n--B\n\
            Content-Disposition: form-data; name=\"kind\"\n\none\n--B\n\
            Content-Disposition: form-data; name=\"sizes\"\n\n1\n--B\n\
            Content-Disposition: form-data; name=\"metadata\"\nContent-Type: application/json\n\n{\"b\":\"x\"}\n--B--\n";
        let body = sent["body"].as_str().unwrap();
        assert_eq!(body, expected.replace("--B", "--recorded").replace('\n', "\r\n"));
        assert_eq!(
            sent["headers"]["content-type"],
            "multipart/form-data; boundary=recorded"
        );
    }

    #[test]
    fn what_cannot_be_recorded_is_told_with_the_reason() {
        let form = json!({ "application/x-www-form-urlencoded": {} });
        assert_eq!(request(form), Err("its body is a form".to_owned()));
        let parts = json!({ "multipart/form-data": { "schema": { "type": "object" } } });
        assert_eq!(request(parts), Err("none of the parts of its body is known".to_owned()));
    }
}
