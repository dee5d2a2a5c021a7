//! A recording for every documented example of an operation, in the form of those in `sdk-tests/recordings`.
//!
//! Where a body has no example, it is put together from the examples of single properties, and its note says so.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::{Value, json};

use super::{contradictions::CONTRADICTING, other_bodies, request::Requests};
use crate::survey::{
    assemble::Wanted,
    published::{Node, Published, is_json, join},
    schema::{Described, Way, composed, of_member, spread},
};

/// The folder of the recordings.
pub(crate) const FOLDER: &str = "sdk-tests/recordings";

/// What the files of this task end with.
const ENDING: &str = "-imported.json";

/// The recordings of some operations, as files.
#[derive(Debug, Default)]
pub(crate) struct Recordings {
    /// By the name of the file.
    pub(crate) files: BTreeMap<String, String>,
    /// What could not be recorded, in sentences.
    pub(crate) notes: Vec<String>,
}

/// A body that is recorded.
struct Body {
    /// What its file is called after.
    name: String,
    /// None if there is no body.
    content_type: Option<String>,
    /// What is in it: JSON, or a text.
    value: Value,
    note: String,
}

/// The recordings of the operations with these ids.
pub(crate) fn of<'a>(document: &'a Published, ids: &[&str], requests: &Requests<'a>) -> Recordings {
    let mut recordings = Recordings::default();
    for operation in document.operations() {
        if !ids.contains(&operation.id.as_str()) {
            continue;
        }
        let Some(node) = document.root().at(&["paths", &operation.path, &operation.method]) else {
            continue;
        };
        let source = node.text(super::surgery::PUBLISHED_IN).unwrap_or_default();
        let request = match requests.of(&operation, &node) {
            Ok(request) => request,
            Err(reason) => {
                recordings
                    .notes
                    .push(format!("no recording of `{}`: {reason}", operation.id));
                continue;
            }
        };
        let mut is_recorded = false;
        for (status, response) in node.member("responses").map(|node| node.members()).unwrap_or_default() {
            let is_success = status.starts_with('2');
            let notes = &mut recordings.notes;
            for body in bodies(document, requests, &operation.id, response, is_success, source, notes) {
                let name = file(&operation.id, status, &body.name);
                let expect = expectation(document, &node, status, is_success, &body);
                let (headers, text) = match &body.content_type {
                    Some(name) if is_json(name) => (json!({ "content-type": "application/json" }), pretty(&body.value)),
                    Some(name) => (
                        json!({ "content-type": name }),
                        body.value.as_str().unwrap_or_default().to_owned(),
                    ),
                    None => (json!({}), String::new()),
                };
                let recording = json!({
                    "source": { "kind": "documented", "note": body.note },
                    "operation": operation.id,
                    "request": request,
                    "response": { "status": number(status), "headers": headers, "body": text },
                    "expect": expect,
                });
                recordings
                    .files
                    .insert(format!("{FOLDER}/{name}"), pretty(&recording) + "\n");
                is_recorded = true;
            }
        }
        if !is_recorded {
            recordings
                .notes
                .push(format!("`{}` documents no response that can be recorded", operation.id));
        }
    }
    recordings
}

/// The recordings in the folder that this task wrote, of these operations or of none in the document.
pub(crate) fn stale(root: &Path, document: &Value, ids: &[&str], fresh: &Recordings) -> Vec<String> {
    let is_known = |id: &str| {
        let items = document["paths"].as_object().into_iter().flatten();
        let operations = items.flat_map(|(_, item)| item.as_object().into_iter().flatten());
        operations
            .into_iter()
            .any(|(_, operation)| operation["operationId"] == *id)
    };
    let mut found = Vec::new();
    for entry in fs::read_dir(root.join(FOLDER)).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{FOLDER}/{name}");
        if !name.ends_with(ENDING) || fresh.files.contains_key(&path) {
            continue;
        }
        let text = fs::read_to_string(entry.path()).unwrap_or_default();
        let recording: Value = serde_json::from_str(&text).unwrap_or_default();
        let id = recording["operation"].as_str().unwrap_or_default();
        if ids.contains(&id) || !is_known(id) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn file(id: &str, status: &str, name: &str) -> String {
    let plain = |text: &str| {
        let kept = text.chars().map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        });
        kept.collect::<String>()
    };
    format!("{}-{}-{}{ENDING}", plain(id), plain(status), plain(name))
}

/// The bodies of a response that are recorded.
fn bodies<'a>(
    document: &'a Published,
    requests: &Requests<'a>,
    id: &str,
    response: Node<'a>,
    is_success: bool,
    source: &str,
    notes: &mut Vec<String>,
) -> Vec<Body> {
    let place = response.pointer.clone();
    let response = document.follow(response);
    let content = response
        .member("content")
        .map(|content| content.members())
        .unwrap_or_default();
    let Some((name, media_type)) = content.iter().find(|(name, _)| is_json(name)) else {
        if content.is_empty() {
            let note = format!("A response without a body, at {place} in the published document with {source}.");
            return vec![Body {
                name: "empty".to_owned(),
                content_type: None,
                value: Value::Null,
                note,
            }];
        }
        let (name, media_type) = &content[0];
        let text = other_bodies::text(requests, media_type);
        let what = match text == other_bodies::STAND_IN {
            true => "A text that stands in for the body",
            false => "The example of the body",
        };
        return vec![Body {
            name: "text".to_owned(),
            content_type: Some((*name).to_owned()),
            value: text.into(),
            note: format!("{what}, which is not JSON, at {place} in the published document with {source}."),
        }];
    };
    // By where it is used: components have other names where they were published.
    let place = join(&join(&place, "content"), name);
    let mut found = Vec::new();
    let mut add = |name: &str, value: &Node<'_>, at: &str| {
        // Failures have no types that they would have to fit.
        if is_success && !document.root().value[CONTRADICTING][&value.pointer].is_null() {
            notes.push(format!(
                "`{id}`: the example at {at} contradicts its own schema and is not recorded"
            ));
            return;
        }
        let note = format!("The example at {at} in the published document with {source}.");
        found.push(Body {
            name: name.to_owned(),
            content_type: Some("application/json".to_owned()),
            value: value.value.clone(),
            note,
        });
    };
    for (name, example) in media_type
        .member("examples")
        .map(|node| node.members())
        .unwrap_or_default()
    {
        if let Some(value) = document.follow(example).member("value") {
            add(name, &value, &join(&join(&place, "examples"), name));
        }
    }
    if let Some(value) = media_type.member("example") {
        add("example", &value, &join(&place, "example"));
    }
    let schema = media_type.member("schema");
    if found.is_empty() && schema.is_none() {
        found.push(Body {
            name: "assembled".to_owned(),
            content_type: Some("application/json".to_owned()),
            value: json!({}),
            note: format!(
                "An object that stands in for any JSON, which is all that {place} in the published document with {source} \
                 says."
            ),
        });
    } else if let (true, Some(schema)) = (found.is_empty(), schema) {
        match put_together(document, requests, &schema, is_success) {
            Ok(value) => {
                let note = format!(
                    "Put together from the examples of single properties, by the schema at {place} in the published \
                     document with {source}, which shows no example of the whole."
                );
                found.push(Body {
                    name: "assembled".to_owned(),
                    content_type: Some("application/json".to_owned()),
                    value,
                    note,
                });
            }
            Err(reason) => notes.push(format!("`{id}`: no body can be put together for {place}: {reason}")),
        }
    }
    found
}

/// A body of a schema; where nothing is valid by it, which is so for most envelopes of failures and for some of
/// successes, an envelope with what is documented of its parts.
fn put_together<'a>(
    document: &'a Published,
    requests: &Requests<'a>,
    schema: &Node<'a>,
    is_success: bool,
) -> Result<Value, String> {
    const WANTED: [Wanted; 3] = [Wanted::Whole, Wanted::All(0), Wanted::Required];
    let reason = match requests.assembled(schema, Way::Received, &WANTED) {
        Ok(value) => return Ok(value),
        Err(reason) => reason,
    };
    // A part that refines another one comes after it.
    let parts = composed(document, vec![schema.clone()]);
    let member = |name: &str| {
        parts
            .iter()
            .rev()
            .find_map(|part| part.member("properties")?.member(name))
    };
    if member("success").is_none() {
        return Err(reason);
    }
    let of = |name: &str, otherwise: Value| match member(name) {
        Some(schema) => requests.assembled(&schema, Way::Received, &WANTED).unwrap_or(otherwise),
        None => otherwise,
    };
    Ok(match (is_success, member("result")) {
        (false, _) => json!({ "errors": of("errors", json!([])), "messages": [], "result": null, "success": false }),
        (true, None) => json!({ "errors": [], "messages": [], "success": true }),
        (true, Some(result)) => {
            let result = requests.assembled(&result, Way::Received, &WANTED)?;
            json!({ "errors": [], "messages": [], "result": result, "success": true })
        }
    })
}

/// What the SDK is to make of a response.
fn expectation(document: &Published, operation: &Node<'_>, status: &str, is_success: bool, body: &Body) -> Value {
    let value = &body.value;
    if !is_success || value.get("success") == Some(&Value::Bool(false)) {
        let errors = value["errors"].as_array().into_iter().flatten();
        let codes: Vec<u64> = errors.filter_map(|error| error["code"].as_u64()).collect();
        return json!({ "refused": { "codes": codes } });
    }
    let response = operation
        .at(&["responses", status])
        .map(|response| document.follow(response));
    let schema = response.and_then(|response| {
        let content = response.member("content")?;
        let (_, media_type) = content.members().into_iter().find(|(name, _)| is_json(name))?;
        media_type.member("schema")
    });
    let described = schema.map_or(Described::Freely, |schema| Described::By(vec![schema]));
    json!({ "shown": described_part(document, described, value) })
}

/// What a schema describes of a value: the models have no other members.
fn described_part(document: &Published, described: Described<'_>, value: &Value) -> Value {
    let schemas = match described {
        Described::By(schemas) => spread(document, schemas, None),
        _ => Vec::new(),
    };
    match value {
        Value::Object(members) => (members.iter())
            .filter_map(|(name, value)| match of_member(&schemas, name) {
                Described::Not => None,
                described => Some((name.clone(), described_part(document, described, value))),
            })
            .collect(),
        Value::Array(items) => {
            let of_items: Vec<_> = schemas.iter().filter_map(|schema| schema.member("items")).collect();
            let described = || match of_items.is_empty() {
                true => Described::Freely,
                false => Described::By(of_items.clone()),
            };
            items
                .iter()
                .map(|item| described_part(document, described(), item))
                .collect()
        }
        other => other.clone(),
    }
}

/// A status that is of the documented class.
fn number(status: &str) -> u16 {
    match status.parse() {
        Ok(status) => status,
        Err(_) => match status.as_bytes().first() {
            Some(class @ b'1'..=b'5') => u16::from(class - b'0') * 100,
            _ => 400,
        },
    }
}

fn pretty(value: &Value) -> String {
    format!("{value:#}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_schema_describes_is_expected() {
        let document = json!({
            "paths": {},
            "components": { "schemas": {
                "A": { "allOf": [{ "properties": { "a": { "properties": { "b": {} } } } }, { "properties": { "c": {} } }] },
                "Free": { "type": "object" },
            } },
        });
        let document = Published::parse(&document.to_string()).unwrap();
        let part = |name: &str, value: Value| {
            let schema = document.root().at(&["components", "schemas", name]).unwrap();
            described_part(&document, Described::By(vec![schema]), &value)
        };
        let value = json!({ "a": { "b": [{ "x": 1 }], "d": 1 }, "c": null, "e": 1 });
        assert_eq!(part("A", value), json!({ "a": { "b": [{ "x": 1 }] }, "c": null }));
        assert_eq!(part("Free", json!({ "a": 1 })), json!({ "a": 1 }));
    }

    #[test]
    fn a_class_of_statuses_is_recorded_by_one_of_them() {
        assert_eq!(["200", "4XX", "5xx", "default"].map(number), [200, 400, 500, 400]);
        assert_eq!(file("a_get", "4XX", "Not found"), "a-get-4xx-not-found-imported.json");
    }
}
