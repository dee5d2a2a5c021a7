//! Takes the `result` out of Cloudflare's response envelope.
//!
//! Every caller wants the result; the rest of the envelope (`success`, `errors`, `messages`, `result_info`) is the
//! same everywhere, and the runtime reads it once for all operations and more liberally than a schema could.
//!
//! Where several parts of an envelope have a result, that of the last part says most. One before it counts where it
//! describes members, which belong to the result as well; and null is a result where every part allows it.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use crate::{
    document::{Document, is_json, json_schema, reference},
    report::Report,
};

const PASS: &str = "envelope";

pub(crate) fn run(document: &mut Document, report: &mut Report) {
    let original = document.clone();
    document.for_each_operation(|place, operation| {
        let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
        // Successes of several types cannot be told apart later, so they are not made alike here.
        for (status, response) in responses.filter(|responses| responses.len() == 1).into_iter().flatten() {
            let resolved = original.resolve(response);
            let Some(schema) = json_schema(resolved) else { continue };
            if !is_envelope(&original, schema) {
                continue;
            }
            // Without a documented result, whatever comes is the result.
            let result = result(&original, schema).unwrap_or_else(|| Map::new().into());
            let mut unwrapped = resolved.clone();
            let content = unwrapped.get_mut("content").and_then(Value::as_object_mut);
            for (_, media_type) in content.into_iter().flatten().filter(|(name, _)| is_json(name)) {
                media_type["schema"] = result.clone();
            }
            *response = unwrapped;
            let responses = place.member("responses");
            report.kept(PASS, responses.member(status), "took the result out of its envelope");
        }
    });
}

/// Whether a schema is Cloudflare's envelope: an object with `success` beside `result` or `errors`.
pub(crate) fn is_envelope(document: &Document, schema: &Value) -> bool {
    let has = |name| !properties(document, schema, name).is_empty();
    has("success") && (has("result") || has("errors"))
}

/// The schema of an envelope's result.
pub(crate) fn result(document: &Document, schema: &Value) -> Option<Value> {
    let mut results = properties(document, schema, "result");
    let may_be_null = results.len() > 1
        && results.iter().any(|result| mentions_null(document, result))
        && (results.iter()).all(|result| allows_null(document, result, &mut HashMap::new()));
    let last = results.pop()?;
    results.retain(|result| describes_members(document, result));
    let mut result = last.clone();
    if !results.is_empty() {
        results.push(last);
        result = json!({ "allOf": results });
    }
    Some(match may_be_null && result.get("nullable").is_none() {
        true => json!({ "allOf": [result], "nullable": true }),
        false => result,
    })
}

/// A property of an object schema, once for each of its parts that has it, in their order.
fn properties<'a>(document: &'a Document, schema: &'a Value, name: &str) -> Vec<&'a Value> {
    let (mut found, mut seen, mut open) = (Vec::new(), HashSet::new(), vec![schema]);
    while let Some(schema) = open.pop() {
        // What is composed of itself has no more parts.
        if reference(schema).is_some_and(|target| !seen.insert(target)) {
            continue;
        }
        let schema = document.resolve(schema);
        found.extend(schema.get("properties").and_then(|properties| properties.get(name)));
        let parts = schema.get("allOf").and_then(Value::as_array);
        open.extend(parts.into_iter().flatten());
    }
    // The last part was taken first, and a schema's own property says more than those of its parts.
    found.reverse();
    found
}

/// Whether null is a value of a schema as published: where a type is said, it is if it is said to be. What is `known` of
/// components is kept; a component within itself is taken for one that allows it.
fn allows_null<'a>(document: &'a Document, schema: &'a Value, known: &mut HashMap<&'a str, bool>) -> bool {
    let target = reference(schema);
    if let Some(allows) = target.and_then(|target| known.get(target)) {
        return *allows;
    }
    known.extend(target.map(|target| (target, true)));
    let resolved = document.resolve(schema);
    let parts = |keyword: &str| resolved.get(keyword).and_then(Value::as_array);
    let mut inner = |part| allows_null(document, part, known);
    let is_nullable = resolved.get("nullable") == Some(&Value::Bool(true));
    let allows = (resolved.get("type").is_none() || is_nullable)
        && parts("enum").is_none_or(|values| values.contains(&Value::Null))
        && parts("allOf").is_none_or(|parts| parts.iter().all(&mut inner))
        && parts("oneOf").is_none_or(|parts| parts.iter().any(&mut inner))
        && parts("anyOf").is_none_or(|parts| parts.iter().any(&mut inner));
    known.extend(target.map(|target| (target, allows)));
    allows
}

/// Whether a schema, or a part of it, says of null that it is a value.
fn mentions_null(document: &Document, schema: &Value) -> bool {
    parts(document, schema).iter().any(|part| {
        let values = part.get("enum").and_then(Value::as_array);
        part.get("nullable") == Some(&Value::Bool(true)) || values.is_some_and(|values| values.contains(&Value::Null))
    })
}

/// Whether a schema, or a part of it, says which members there are.
fn describes_members(document: &Document, schema: &Value) -> bool {
    parts(document, schema).iter().any(|part| {
        let members = part.get("properties").and_then(Value::as_object);
        members.is_some_and(|members| !members.is_empty())
    })
}

/// A schema with all that it is composed of, and its alternatives.
fn parts<'a>(document: &'a Document, schema: &'a Value) -> Vec<&'a Value> {
    let (mut found, mut seen, mut open) = (Vec::new(), HashSet::new(), vec![schema]);
    while let Some(schema) = open.pop() {
        if reference(schema).is_some_and(|target| !seen.insert(target)) {
            continue;
        }
        let schema = document.resolve(schema);
        let parts = ["allOf", "oneOf", "anyOf"]
            .iter()
            .filter_map(|keyword| schema.get(*keyword)?.as_array());
        open.extend(parts.flatten());
        found.push(schema);
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::passes::tests::{after, content};

    #[test]
    fn an_envelope_gives_way_to_its_result() {
        let envelope = json!({ "properties": { "success": {}, "errors": {}, "result": { "type": "string" } } });
        let operation = json!({ "responses": { "200": content(envelope) } });
        let document = after(super::run, operation, json!({}));
        let expected = json!({ "200": content(json!({ "type": "string" })) });
        assert_eq!(document["paths"]["/a"]["get"]["responses"], expected);
    }

    #[test]
    fn an_envelope_composed_by_references_gives_way_to_its_result() {
        let schemas = json!({
            "Common": { "properties": { "success": {}, "errors": {} } },
            "Answer": { "allOf": [
                { "$ref": "#/components/schemas/Common" },
                { "properties": { "result": { "type": "integer" } } },
            ] },
        });
        let operation = json!({ "responses": { "200": content(json!({ "$ref": "#/components/schemas/Answer" })) } });
        let document = after(super::run, operation, schemas);
        let expected = json!({ "200": content(json!({ "type": "integer" })) });
        assert_eq!(document["paths"]["/a"]["get"]["responses"], expected);
    }

    /// The schema of the result of an envelope whose parts have these results.
    fn of_parts(results: [serde_json::Value; 2]) -> serde_json::Value {
        let part = |result| json!({ "properties": { "success": {}, "errors": {}, "result": result } });
        let operation = json!({ "responses": { "200": content(json!({ "allOf": results.map(part) })) } });
        let mut document = after(
            super::run,
            operation,
            json!({ "Thing": { "properties": { "id": {} } } }),
        );
        document["paths"]["/a"]["get"]["responses"]["200"]["content"]["application/json"]["schema"].take()
    }

    #[test]
    fn members_of_the_result_in_any_part_are_its_members() {
        let (a, b) = (
            json!({ "type": "object", "properties": { "a": {} } }),
            json!({ "properties": { "b": {} } }),
        );
        assert_eq!(of_parts([a.clone(), b.clone()]), json!({ "allOf": [a, b] }));
        let thing = json!({ "$ref": "#/components/schemas/Thing" });
        assert_eq!(of_parts([json!({ "type": "object" }), thing.clone()]), thing);
    }

    #[test]
    fn null_is_a_result_where_every_part_allows_it() {
        let thing = json!({ "$ref": "#/components/schemas/Thing" });
        let may_be_null = json!({ "type": "object", "nullable": true });
        assert_eq!(
            of_parts([may_be_null.clone(), thing.clone()]),
            json!({ "allOf": [thing], "nullable": true })
        );
        let object = json!({ "type": "object" });
        assert_eq!(of_parts([may_be_null, object.clone()]), object);
    }

    #[test]
    fn an_envelope_composed_of_itself_has_an_end() {
        let of = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
        let parts = json!({ "properties": { "success": {}, "result": { "allOf": [of("A"), of("B")] } } });
        let schemas = json!({ "A": { "allOf": [of("B"), parts] }, "B": { "oneOf": [of("A"), of("B")] } });
        let operation = json!({ "responses": { "200": content(of("A")) } });
        let document = after(super::run, operation, schemas);
        let schema = &document["paths"]["/a"]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        assert_eq!(*schema, json!({ "allOf": [of("A"), of("B")] }));
    }

    #[test]
    fn another_body_stays_as_it_is() {
        let responses = json!({ "200": content(json!({ "properties": { "result": {} } })) });
        let document = after(super::run, json!({ "responses": responses }), json!({}));
        assert_eq!(document["paths"]["/a"]["get"]["responses"], responses);
    }
}
