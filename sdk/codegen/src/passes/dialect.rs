//! Takes out the keywords for which generated code would need crates that a caller of one endpoint does not.
//!
//! `pattern` would need a regular-expression engine and `format: uuid` a UUID type; `format: ipv4` and its like would
//! refuse what the service sends; `additionalProperties: false` would refuse members that are new, and an enumeration
//! of numbers, which progenitor closes, new values. Dates keep their
//! types, since telling when the next scan is due takes arithmetic.

use serde_json::{Map, Value};

use crate::{document::Document, report::Report};

const FORMATS: [&str; 5] = ["date-time", "date", "int64", "uint64", "binary"];

const PASS: &str = "dialect";

pub(crate) fn run(document: &mut Document, report: &mut Report) {
    document.for_each_schema(&mut |place, schema| {
        let mut remove = |keyword: &str, schema: &mut Map<String, Value>| {
            if schema.remove(keyword).is_some() {
                report.lost(PASS, place, format!("took out `{keyword}`, which is not checked"));
            }
        };
        remove("pattern", schema);
        remove("uniqueItems", schema);
        if schema.get("type").is_some_and(|kind| kind != "string") {
            remove("enum", schema);
        }
        let foreign = |format: &Value| !format.as_str().is_some_and(|format| FORMATS.contains(&format));
        if schema.get("format").is_some_and(foreign) {
            remove("format", schema);
        }
        if schema.get("additionalProperties") == Some(&Value::Bool(false)) {
            schema.remove("additionalProperties");
            report.kept(PASS, place, "allowed members that are new");
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
