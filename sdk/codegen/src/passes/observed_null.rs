//! Lets null and missing be the same, also where the live service departs from what is published.
//!
//! A required property that may be null may as well be missing from what is only received; what is sent has to have it.
//! `x-observed-null` marks a required property that is published as never null and yet was seen as null: the document
//! keeps the published claim, the model does not.

use serde_json::{Map, Value};

use crate::{document::Document, report::Report, walk::Position};

const PASS: &str = "observed_null";

pub(crate) fn run(document: &mut Document, report: &mut Report) {
    let sent = document.sent();
    document.for_each_schema_at(&mut |position, place, schema| {
        let is_sent = match position {
            Position::Component(name) => sent.contains(name),
            Position::Request => true,
            Position::Response => false,
        };
        let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else {
            return;
        };
        let mut optional = Vec::new();
        for (name, property) in properties {
            let Some(property) = property.as_object_mut() else {
                continue;
            };
            let is_observed = is_set(property, "x-observed-null");
            if is_observed {
                property.insert("nullable".to_owned(), true.into());
            }
            // What has to be sent is sent, as null where it is that.
            if is_observed || !is_sent && is_set(property, "nullable") {
                optional.push(name.clone());
            }
        }
        if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
            let place = place.member("properties");
            required.retain(|name| {
                let is_optional = optional.iter().find(|optional| name == *optional);
                if let Some(name) = is_optional {
                    report.kept(PASS, place.member(name), "took null and missing for the same");
                }
                is_optional.is_none()
            });
        }
    });
}

fn is_set(schema: &Map<String, Value>, keyword: &str) -> bool {
    schema.get(keyword).and_then(Value::as_bool).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::passes::tests::after;

    #[test]
    fn what_may_be_null_need_not_be_there() {
        let schema = json!({
            "required": ["a", "b", "c"],
            "properties": { "a": {}, "b": { "nullable": true }, "c": { "x-observed-null": true } },
        });
        let document = after(super::run, json!({}), json!({ "A": schema }));
        let schema = &document["components"]["schemas"]["A"];
        assert_eq!(schema["required"], json!(["a"]));
        assert_eq!(schema["properties"]["c"]["nullable"], json!(true));
    }
}
