//! What is done to the messages of a document (parameters, bodies, responses) in memory, so that progenitor takes them.
//!
//! Progenitor knows few kinds of messages, panics at some and mangles others. These passes leave it those that it takes
//! rightly; what it is not told stands beside them in extensions ([`sent`]), out of which
//! [`facts`](crate::facts) and [`retarget`](crate::retarget) make the rest. What is ordinary stays as it is.

mod bodies;
mod ids;
mod media_types;
mod names;
mod parameters;
pub(crate) mod parts;
mod responses;
pub(crate) mod sent;
mod shape;

pub(crate) use ids::run as ids;

use crate::{document::Document, report::Report};

/// Runs every pass; each reports what it changes.
pub(crate) fn run(document: &mut Document, report: &mut Report) {
    let original = document.clone();
    bodies::run(document, &original, report);
    parameters::run(document, &original, report);
    responses::run(document, &original, report);
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::{Change, document::Document, report::Report};

    /// A document of one operation, `POST /a/{b}`, with what is reported of it.
    pub(super) fn after(operation: Value, components: Value) -> (Value, Vec<Change>) {
        let text = json!({
            "openapi": "3.0.3",
            "info": {},
            "paths": { "/a/{b}": { "post": operation } },
            "components": components,
        });
        let mut document = Document::parse(&text.to_string()).unwrap();
        let mut report = Report::default();
        super::ids(&mut document, &mut report);
        super::run(&mut document, &mut report);
        let operation = document.0["paths"]["/a/{b}"]["post"].take();
        (operation, report.into_changes())
    }

    /// An operation with its parameter and a response, so that nothing else is changed.
    pub(super) fn operation(more: Value) -> Value {
        let mut operation = json!({
            "operationId": "a",
            "parameters": [{ "name": "b", "in": "path", "required": true, "schema": { "type": "string" } }],
            "responses": { "200": { "content": { "application/json": { "schema": { "type": "string" } } } } },
        });
        if let (Value::Object(operation), Value::Object(more)) = (&mut operation, more) {
            operation.extend(more);
        }
        operation
    }

    #[test]
    fn what_is_ordinary_stays_as_it_is() {
        let body = json!({ "required": true, "content": { "application/json": { "schema": { "type": "object" } } } });
        let operation = operation(json!({ "requestBody": body }));
        let (document, changes) = after(operation.clone(), json!({}));
        assert_eq!(document, operation);
        assert_eq!(changes, []);
    }
}
