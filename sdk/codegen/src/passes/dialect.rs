//! Takes out the keywords for which generated code would need crates that a caller of one endpoint does not.
//!
//! `pattern` would need a regular-expression engine and `format: uuid` a UUID type; `format: ipv4` and its like would
//! refuse what the service sends; `additionalProperties: false` would refuse members that are new, and an enumeration
//! of numbers, which progenitor closes, new values. Dates keep their
//! types, since telling when the next scan is due takes arithmetic.

use serde_json::Value;

use crate::document::Document;

const FORMATS: [&str; 5] = ["date-time", "date", "int64", "uint64", "binary"];

pub(crate) fn run(document: &mut Document) {
    document.for_each_schema(&mut |schema| {
        schema.remove("pattern");
        schema.remove("uniqueItems");
        if schema.get("type").is_some_and(|kind| kind != "string") {
            schema.remove("enum");
        }
        let foreign = |format: &Value| !format.as_str().is_some_and(|format| FORMATS.contains(&format));
        if schema.get("format").is_some_and(foreign) {
            schema.remove("format");
        }
        if schema.get("additionalProperties") == Some(&Value::Bool(false)) {
            schema.remove("additionalProperties");
        }
    });
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::passes::tests::after;

    #[test]
    fn keywords_that_need_other_crates_are_taken_out() {
        let schemas = json!({
            "A": { "type": "string", "format": "uuid", "pattern": "^a$" },
            "B": { "type": "string", "format": "date-time" },
            "D": { "type": "integer", "enum": [60, 120] },
            "C": { "type": "object", "additionalProperties": false },
        });
        let schemas = &after(super::run, json!({}), schemas)["components"]["schemas"];
        assert_eq!(schemas["A"], json!({ "type": "string" }));
        assert_eq!(schemas["B"], json!({ "type": "string", "format": "date-time" }));
        assert_eq!(schemas["D"], json!({ "type": "integer" }));
        assert_eq!(schemas["C"], json!({ "type": "object" }));
    }
}
