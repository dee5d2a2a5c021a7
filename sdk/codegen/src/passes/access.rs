//! Demands nothing that the other side alone writes.
//!
//! A member that is read-only and required comes with every response, and a request that had to have it could not be
//! made. A member that is write-only is in no response. A schema that is both sent and received demands neither.

use serde_json::Value;

use crate::{document::Document, report::Report, walk::Position};

const PASS: &str = "access";

pub(crate) fn run(document: &mut Document, report: &mut Report) {
    let (sent, received) = (document.sent(), document.received());
    let original = Document(serde_json::json!({ "components": { "schemas": document.at("/components/schemas") } }));
    document.for_each_schema_at(&mut |position, place, schema| {
        let (is_sent, is_received) = match position {
            Position::Component(name) => (sent.contains(name), received.contains(name)),
            Position::Request => (true, false),
            Position::Response => (false, true),
        };
        let Some(members) = schema.get("properties").and_then(Value::as_object).cloned() else {
            return;
        };
        let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) else {
            return;
        };
        required.retain(|name| {
            let Some(name) = name.as_str() else { return true };
            let is = |flag: &str| {
                let member = members.get(name);
                let says = |schema: &Value| schema.get(flag) == Some(&Value::Bool(true));
                member.is_some_and(|member| says(member) || says(original.resolve(member)))
            };
            let free = is_sent && is("readOnly") || is_received && is("writeOnly");
            if free {
                let place = place.member("properties");
                report.kept(
                    PASS,
                    place.member(name),
                    "demanded it of neither side, since one cannot write or read it",
                );
            }
            !free
        });
    });
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::passes::tests::{after, content};

    #[test]
    fn what_the_other_side_writes_is_not_demanded() {
        let thing = |name: &str| content(json!({ "$ref": format!("#/components/schemas/{name}") }));
        let operation = json!({ "requestBody": thing("Sent"), "responses": { "200": thing("Received") } });
        let schema = json!({
            "required": ["id", "key", "name"],
            "properties": { "id": { "readOnly": true }, "key": { "writeOnly": true }, "name": {} },
        });
        let document = after(super::run, operation, json!({ "Sent": schema, "Received": schema }));
        let required = |name: &str| document["components"]["schemas"][name]["required"].clone();
        let expected: [Value; 2] = [json!(["key", "name"]), json!(["id", "name"])];
        assert_eq!([required("Sent"), required("Received")], expected);
    }
}
