//! Takes the `result` out of Cloudflare's response envelope.
//!
//! Every caller wants the result; the rest of the envelope (`success`, `errors`, `messages`, `result_info`) is the
//! same everywhere, and the runtime reads it once for all operations and more liberally than a schema could.

use serde_json::{Map, Value};

use crate::{
    document::{Document, is_json, json_schema},
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
            let result = property(&original, schema, "result")
                .cloned()
                .unwrap_or_else(|| Map::new().into());
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
    let has = |name| property(document, schema, name).is_some();
    has("success") && (has("result") || has("errors"))
}

/// A property of an object schema, also where the schema is composed by `allOf`, the last part first.
pub(crate) fn property<'a>(document: &'a Document, schema: &'a Value, name: &str) -> Option<&'a Value> {
    let schema = document.resolve(schema);
    let own = schema.get("properties").and_then(|properties| properties.get(name));
    let parts = schema.get("allOf").and_then(Value::as_array);
    own.or_else(|| parts?.iter().rev().find_map(|part| property(document, part, name)))
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

    #[test]
    fn another_body_stays_as_it_is() {
        let responses = json!({ "200": content(json!({ "properties": { "result": {} } })) });
        let document = after(super::run, json!({ "responses": responses }), json!({}));
        assert_eq!(document["paths"]["/a"]["get"]["responses"], responses);
    }
}
