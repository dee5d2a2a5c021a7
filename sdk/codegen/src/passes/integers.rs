//! Gives whole numbers an integer type.
//!
//! Cloudflare publishes page numbers, counts and codes as `type: number`, which progenitor makes `f64`; `x-integral`
//! says that such a number is always whole. All integers become 64 bits wide, unsigned where what is sent cannot be
//! negative, so that `.page(2)` compiles; their limits are checked by the generated builders, not by types.

use serde_json::{Map, Value};

use crate::{document::Document, report::Report};

const PASS: &str = "integers";

pub(crate) fn run(document: &mut Document, report: &mut Report) {
    document.for_each_schema(&mut |place, schema| {
        let kind = schema.get("type").and_then(Value::as_str);
        let integral = schema.get("x-integral").and_then(Value::as_bool).unwrap_or(false);
        if kind == Some("integer") || (kind == Some("number") && integral) {
            let unsigned = schema
                .get("minimum")
                .and_then(Value::as_f64)
                .is_some_and(|minimum| minimum >= 0.0);
            let format = if unsigned { "uint64" } else { "int64" };
            if schema.get("format").is_none_or(|before| before != format) || kind == Some("number") {
                report.kept(PASS, place, format!("made it a whole number of the format `{format}`"));
            }
            schema.insert("type".to_owned(), "integer".into());
            schema.insert("format".to_owned(), format.into());
            without_limits(schema);
        }
    });
}

fn without_limits(schema: &mut Map<String, Value>) {
    schema.retain(|keyword, _| {
        !matches!(
            keyword.as_str(),
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf"
        )
    });
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::passes::tests::after;

    #[test]
    fn a_number_that_is_always_whole_becomes_an_integer() {
        let schemas = json!({
            "Page": { "type": "number", "minimum": 1, "x-integral": true },
            "Weight": { "type": "number" },
            "Offset": { "type": "integer", "maximum": 9 },
        });
        let schemas = &after(super::run, json!({}), schemas)["components"]["schemas"];
        assert_eq!(
            schemas["Page"],
            json!({ "type": "integer", "x-integral": true, "format": "uint64" })
        );
        assert_eq!(schemas["Weight"], json!({ "type": "number" }));
        assert_eq!(schemas["Offset"], json!({ "type": "integer", "format": "int64" }));
    }
}
