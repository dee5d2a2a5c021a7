//! Takes every response but success out of the operations.
//!
//! Progenitor types one error body an operation and decodes it by the documented status. Cloudflare's edge answers
//! with bodies and statuses that no document foresees, so the runtime reads every failure itself, into one error type.

use serde_json::{Map, Value};

use crate::{document::Document, report::Report};

const PASS: &str = "errors";

pub(crate) fn run(document: &mut Document, report: &mut Report) {
    document.for_each_operation(|place, operation| {
        if let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) {
            let all = responses.clone();
            let place = place.member("responses");
            responses.retain(|status, _| {
                let is_success = is_success(status, Some(&all));
                if !is_success {
                    report.kept(PASS, place.member(status), "left the failure to the runtime");
                }
                is_success
            });
        }
    });
}

/// Whether a documented status is success: 2xx, or the default of an operation that documents no 2xx.
pub(crate) fn is_success(status: &str, responses: Option<&Map<String, Value>>) -> bool {
    let has_success = || responses.is_some_and(|all| all.keys().any(|status| status.starts_with('2')));
    status.starts_with('2') || (status == "default" && !has_success())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::passes::tests::after;

    #[test]
    fn only_success_is_left() {
        let operation = json!({ "responses": { "200": {}, "4XX": {}, "default": {} } });
        let document = after(super::run, operation, json!({}));
        assert_eq!(document["paths"]["/a"]["get"]["responses"], json!({ "200": {} }));
    }

    #[test]
    fn a_default_is_the_success_of_an_operation_without_another() {
        let operation = json!({ "responses": { "404": {}, "default": {} } });
        let document = after(super::run, operation, json!({}));
        assert_eq!(document["paths"]["/a"]["get"]["responses"], json!({ "default": {} }));
    }
}
