//! Takes out default values.
//!
//! A default is what the server does when a value is not sent. Progenitor would make the client send it, and would
//! take a null for a mistake where a default is given.

use crate::{document::Document, report::Report};

const PASS: &str = "defaults";

pub(crate) fn run(document: &mut Document, report: &mut Report) {
    document.for_each_schema(&mut |place, schema| {
        if schema.remove("default").is_some() {
            report.kept(PASS, place, "took the default value out, which the server knows");
        }
    });
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::passes::tests::after;

    #[test]
    fn a_default_is_not_sent_and_a_property_of_that_name_stays() {
        let schemas = json!({ "A": { "default": {}, "properties": { "default": { "type": "string" } } } });
        let document = after(super::run, json!({}), schemas);
        let expected = json!({ "properties": { "default": { "type": "string" } } });
        assert_eq!(document["components"]["schemas"]["A"], expected);
    }
}
