//! Widens the one documented success to every 2xx status.
//!
//! A 201 or 202 with the body that is documented for 200 is a success to the caller, not an unexpected response.
//! Operations that document several bodies are left alone: progenitor cannot type them, and its refusal says where.

use serde_json::{Map, Value};

use crate::{document::Document, report::Report};

const PASS: &str = "success";

pub(crate) fn run(document: &mut Document, report: &mut Report) {
    let original = document.clone();
    document.for_each_operation(|place, operation| {
        if let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) {
            let mut values = responses.values();
            if let Some(first) = values.next()
                && values.all(|other| original.resolve(other).get("content") == original.resolve(first).get("content"))
            {
                *responses = Map::from_iter([("2XX".to_owned(), first.clone())]);
                report.kept(
                    PASS,
                    place.member("responses"),
                    "took the success for that of every 2xx status",
                );
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::passes::tests::{after, content};

    #[test]
    fn one_success_becomes_every_success() {
        let operation = json!({ "responses": { "200": content(json!({})) } });
        let document = after(super::run, operation, json!({}));
        assert_eq!(
            document["paths"]["/a"]["get"]["responses"],
            json!({ "2XX": content(json!({})) })
        );
    }

    #[test]
    fn successes_of_two_types_stay_as_they_are() {
        let responses = json!({ "200": content(json!({})), "202": content(json!({ "type": "string" })) });
        let document = after(super::run, json!({ "responses": responses }), json!({}));
        assert_eq!(document["paths"]["/a"]["get"]["responses"], responses);
    }
}
