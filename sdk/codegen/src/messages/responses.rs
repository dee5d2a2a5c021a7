//! Leaves progenitor one success an operation, which it takes rightly: JSON of a schema, bytes, or nothing.
//!
//! Progenitor panics at successes of several types and at JSON without a schema, and takes JSON by another name for
//! bytes. Here JSON by any name is JSON, and successes of several types become one that holds them all: nothing or
//! something is what may be missing; several schemas are one of them, with the result still taken out of an envelope; and
//! where one is not JSON, all are bytes. The status and the headers that come with a response tell them apart.

use serde_json::{Map, Value, json};

use super::{
    media_types::is_json,
    sent::{ANSWER, Answer},
};
use crate::{
    document::Document,
    passes::{envelope, errors},
    report::{Place, Report},
};

const PASS: &str = "responses";

/// What a documented success is.
#[derive(Clone, Debug, PartialEq)]
enum Success {
    Nothing,
    Bytes,
    /// JSON of a schema, or of any kind.
    Json(Option<Value>),
}

pub(super) fn run(document: &mut Document, original: &Document, report: &mut Report) {
    document.for_each_operation(|place, operation| {
        let responses = operation
            .get("responses")
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default();
        let successes: Vec<(&String, &Value)> = (responses.iter())
            .filter(|(status, _)| errors::is_success(status, Some(&responses)))
            .map(|(status, response)| (status, original.resolve(response)))
            .collect();
        // A response to HEAD never has a body.
        let is_head = matches!(place, Place::Member(_, "head"));
        if !is_head
            && !successes.is_empty()
            && successes.iter().all(|(status, response)| is_ordinary(status, response))
            && are_alike(&successes)
        {
            return;
        }
        let place = place.member("responses");
        let mut kinds: Vec<Success> = successes.iter().map(|(_, response)| Success::of(response)).collect();
        if successes.iter().any(|(status, _)| has_no_body(status)) {
            kinds.push(Success::Nothing);
        }
        if is_head {
            kinds = vec![Success::Nothing];
        }
        let (success, answer) = unite(original, &kinds, &place, report);
        let description = successes.iter().find_map(|(_, response)| response.get("description"));
        let mut new = Map::new();
        new.insert(
            "description".to_owned(),
            description.cloned().unwrap_or_else(|| "".into()),
        );
        let content = match success {
            Success::Nothing => None,
            Success::Bytes => Some(json!({ "application/octet-stream": {} })),
            Success::Json(schema) => {
                Some(json!({ "application/json": { "schema": schema.unwrap_or_else(|| json!({})) } }))
            }
        };
        new.extend(content.map(|content| ("content".to_owned(), content)));
        let mut responses: Map<String, Value> = (responses.clone().into_iter())
            .filter(|(status, _)| !errors::is_success(status, Some(&responses)))
            .collect();
        responses.insert("2XX".to_owned(), new.into());
        operation.insert("responses".to_owned(), responses.into());
        operation.insert(ANSWER.to_owned(), answer.to_value());
    });
}

/// Whether progenitor makes of it what it says.
fn is_ordinary(status: &str, response: &Value) -> bool {
    let Some(content) = response.get("content").and_then(Value::as_object) else {
        return true;
    };
    if has_no_body(status) {
        return content.is_empty();
    }
    let is_json = |(name, media_type): (&String, &Value)| {
        name == "application/json" && media_type.get("schema").is_some() && media_type.get("encoding").is_none()
    };
    content.is_empty() || (content.len() == 1 && content.iter().all(is_json))
}

/// Whether HTTP has no body with a status, whatever a document says.
fn has_no_body(status: &str) -> bool {
    matches!(status, "204" | "205")
}

fn are_alike(successes: &[(&String, &Value)]) -> bool {
    let statuses = successes.iter().all(|(status, _)| {
        let is_code = status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit());
        is_code || *status == "2XX" || *status == "default"
    });
    let mut contents = successes.iter().map(|(_, response)| response.get("content"));
    let first = contents.next();
    statuses && contents.all(|content| Some(content) == first)
}

impl Success {
    fn of(response: &Value) -> Self {
        let content = response.get("content").and_then(Value::as_object);
        let Some(content) = content.filter(|content| !content.is_empty()) else {
            return Self::Nothing;
        };
        let exact = content.iter().find(|(name, _)| *name == "application/json");
        let json = exact.or_else(|| content.iter().find(|(name, _)| is_json(name)));
        // By a wildcard, publishers mean what their framework makes of a schema.
        let any = || {
            content.iter().find(|(name, media_type)| {
                let schema = media_type.get("schema");
                name.starts_with("*/")
                    && schema.is_some_and(|schema| schema.get("type").is_none_or(|kind| kind != "string"))
            })
        };
        match json.or_else(any) {
            Some((_, media_type)) => Self::Json(media_type.get("schema").cloned()),
            None => Self::Bytes,
        }
    }
}

/// One success that holds all of them.
fn unite(document: &Document, kinds: &[Success], place: &Place<'_>, report: &mut Report) -> (Success, Answer) {
    let mut distinct: Vec<&Success> = Vec::new();
    kinds.iter().for_each(|kind| {
        if !distinct.contains(&kind) {
            distinct.push(kind);
        }
    });
    if distinct.is_empty() {
        report.lost(
            PASS,
            place,
            "took what comes with a success for bytes, since none is documented",
        );
        return (Success::Bytes, Answer::Typed);
    }
    if distinct.contains(&&Success::Bytes) {
        match distinct.len() {
            1 => report.kept(PASS, place, "took what comes with a success for bytes"),
            _ => report.lost(PASS, place, "took successes of several kinds for bytes"),
        }
        return (Success::Bytes, Answer::Typed);
    }
    let may_be_empty = distinct.contains(&&Success::Nothing);
    let schemas: Option<Vec<&Value>> = (distinct.iter())
        .filter_map(|kind| match kind {
            Success::Json(schema) => Some(schema.as_ref()),
            _ => None,
        })
        .collect();
    match schemas.as_deref() {
        Some([]) => (Success::Nothing, Answer::Typed),
        None => {
            report.kept(
                PASS,
                place,
                "took what comes with a success for JSON of any kind, since it has no schema",
            );
            (Success::Json(None), Answer::Any)
        }
        Some([schema]) if !may_be_empty => {
            report.kept(PASS, place, "took it for JSON by its name");
            (Success::Json(Some((*schema).clone())), Answer::Typed)
        }
        Some([schema]) => {
            report.kept(PASS, place, "made one success of those with and without a body");
            (Success::Json(Some(optional(document, schema))), Answer::MaybeEmpty)
        }
        Some(several) => {
            let are_envelopes = several.iter().all(|schema| envelope::is_envelope(document, schema));
            let are_none = !several.iter().any(|schema| envelope::is_envelope(document, schema));
            if !are_envelopes && !are_none {
                report.lost(
                    PASS,
                    place,
                    "took successes with and without an envelope for JSON of any kind",
                );
                return (Success::Json(None), Answer::Any);
            }
            report.kept(PASS, place, "made one success of those of several types");
            let schema = match are_envelopes {
                true => around(union(
                    several.iter().filter_map(|schema| envelope::result(document, schema)),
                )),
                false => union(several.iter().map(|schema| (*schema).clone())),
            };
            match may_be_empty {
                true => (Success::Json(Some(optional(document, &schema))), Answer::MaybeEmpty),
                false => (Success::Json(Some(schema)), Answer::Typed),
            }
        }
    }
}

/// One schema for values of any of these.
fn union(schemas: impl Iterator<Item = Value>) -> Value {
    let mut distinct: Vec<Value> = Vec::new();
    schemas.for_each(|schema| {
        if !distinct.contains(&schema) {
            distinct.push(schema);
        }
    });
    match distinct.as_slice() {
        [] => json!({}),
        [schema] => schema.clone(),
        _ => json!({ "oneOf": distinct }),
    }
}

/// A schema whose value may be missing; in an envelope, it is the result that may be.
fn optional(document: &Document, schema: &Value) -> Value {
    let nullable = |schema: Value| json!({ "allOf": [schema], "nullable": true });
    match envelope::is_envelope(document, schema) {
        true => around(envelope::result(document, schema).map_or_else(|| json!({}), nullable)),
        false => nullable(schema.clone()),
    }
}

/// An envelope around a result.
fn around(result: Value) -> Value {
    json!({ "type": "object", "properties": { "success": {}, "errors": {}, "result": result } })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::messages::{
        sent::Answer,
        tests::{after, operation},
    };

    fn content(schema: Value) -> Value {
        json!({ "description": "", "content": { "application/json": { "schema": schema } } })
    }

    /// What becomes of these responses, how it is read, and whether something is lost.
    fn success(responses: Value) -> (Value, Answer, bool) {
        let (mut operation, changes) = after(operation(json!({ "responses": responses })), json!({}));
        let lost = changes.iter().any(|change| change.is_loss());
        let answer = Answer::of(&operation);
        let success = operation["responses"]["2XX"].take();
        (success["content"].clone(), answer, lost)
    }

    #[test]
    fn json_by_any_name_is_json_and_all_else_is_bytes() {
        let text = json!({ "type": "string" });
        let json = json!({ "application/json": { "schema": text } });
        let other = json!({ "200": { "content": { "application/problem+json": { "schema": text }, "text/csv": {} } } });
        assert_eq!(success(other), (json.clone(), Answer::Typed, false));
        let bytes = json!({ "application/octet-stream": {} });
        for name in ["image/png", "application/x-ndjson", "string", "text/csv"] {
            let (content, _, lost) = success(json!({ "2xx": { "content": { name: { "schema": text } } } }));
            assert_eq!((content, lost), (bytes.clone(), false));
        }
        assert_eq!(success(json!({ "404": {} })), (bytes.clone(), Answer::Typed, true));
        let both = json!({ "200": { "content": { "image/png": {} } }, "202": content(text) });
        assert_eq!(success(both), (bytes, Answer::Typed, true));
    }

    #[test]
    fn json_without_a_schema_is_any_json() {
        let any = json!({ "application/json": { "schema": {} } });
        let responses = json!({ "200": { "content": { "application/json": {} } } });
        assert_eq!(success(responses), (any, Answer::Any, false));
    }

    #[test]
    fn a_success_without_a_body_makes_the_other_optional() {
        let (read, answer, lost) = success(json!({ "200": content(json!({ "type": "string" })), "204": {} }));
        let schema = json!({ "allOf": [{ "type": "string" }], "nullable": true });
        assert_eq!((answer, lost), (Answer::MaybeEmpty, false));
        assert_eq!(read, json!({ "application/json": { "schema": schema } }));
    }

    #[test]
    fn what_http_has_no_body_for_need_not_have_the_documented_one() {
        let (read, answer, _) = success(json!({ "204": content(json!({ "type": "string" })) }));
        assert_eq!(answer, Answer::MaybeEmpty);
        assert_eq!(read["application/json"]["schema"]["nullable"], json!(true));
    }

    #[test]
    fn several_types_are_one_of_them_and_envelopes_stay_envelopes() {
        let (text, number) = (json!({ "type": "string" }), json!({ "type": "integer" }));
        let responses = json!({ "200": content(text.clone()), "default": {}, "201": content(number.clone()) });
        let (read, answer, lost) = success(responses);
        let union = json!({ "oneOf": [text, number] });
        assert_eq!(
            (&read["application/json"]["schema"], answer, lost),
            (&union, Answer::Typed, false)
        );
        let envelope =
            |result: &Value| content(json!({ "properties": { "success": {}, "errors": {}, "result": result } }));
        let (read, answer, _) = success(json!({ "200": envelope(&text), "202": envelope(&number) }));
        let result = &read["application/json"]["schema"]["properties"]["result"];
        assert_eq!((result, answer), (&union, Answer::Typed));
        let (read, answer, lost) = success(json!({ "200": envelope(&text), "202": content(number) }));
        assert_eq!(
            (&read["application/json"]["schema"], answer, lost),
            (&json!({}), Answer::Any, true)
        );
    }
}
