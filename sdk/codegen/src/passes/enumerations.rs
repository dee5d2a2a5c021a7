//! Gives the values of an enumeration names that differ, where those that typify makes of them would not.
//!
//! Typify leaves signs and the case of letters out, so that `<` and `<=`, or `a` and `A`, would have one name, and it
//! fails. Such an enumeration has placeholders for its values; the names and the texts for them are kept beside it, and
//! what is sent and received is the text.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::{
    document::Document,
    report::Report,
    rust_names::{is_plain, spelled, type_name},
};

const PASS: &str = "enumerations";

/// The keyword by which a schema says what stands for what: by placeholder, the text, and for a value its name in Rust.
pub(crate) const WIRE: &str = "x-sdk-wire";

pub(crate) fn run(document: &mut Document, report: &mut Report) {
    document.for_each_schema(&mut |place, schema| {
        if schema.get("type").is_none_or(|kind| kind != "string") {
            return;
        }
        let Some(Value::Array(values)) = schema.get("enum") else {
            return;
        };
        let mut texts: Vec<&str> = Vec::new();
        for text in values.iter().filter_map(Value::as_str) {
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        let mut names = BTreeSet::new();
        let is_good = texts.iter().all(|text| is_plain(text) && names.insert(type_name(text)))
            // One of the two is the name for a value that is not known.
            && !(names.contains("Unknown") && names.contains("Unrecognized"));
        let is_null = values.iter().any(Value::is_null);
        if is_good {
            let duplicate = values.len() != texts.len() + usize::from(is_null);
            if duplicate {
                let texts: Vec<Value> = texts
                    .into_iter()
                    .map(Value::from)
                    .chain(is_null.then_some(Value::Null))
                    .collect();
                schema.insert("enum".to_owned(), texts.into());
                report.kept(PASS, place, "took out values that come twice");
            }
            return;
        }
        let mut taken = BTreeSet::from(["Unknown".to_owned()]);
        let mut wire = Map::new();
        for (index, text) in texts.iter().enumerate() {
            wire.insert(format!("Value{index}"), json!([text, name(text, &mut taken)]));
        }
        let named: Vec<String> = (wire.values().filter_map(Value::as_array))
            .map(|pair| {
                format!(
                    "`{}` as {}",
                    pair[0].as_str().unwrap_or_default(),
                    pair[1].as_str().unwrap_or_default()
                )
            })
            .collect();
        report.kept(PASS, place, format!("named {}", named.join(", ")));
        let values: Vec<Value> = wire
            .keys()
            .map(|name| name.as_str().into())
            .chain(is_null.then_some(Value::Null))
            .collect();
        schema.insert("enum".to_owned(), values.into());
        schema.insert(WIRE.to_owned(), wire.into());
    });
}

/// A name that no other value has: two that differ in case are told apart by it.
fn name(text: &str, taken: &mut BTreeSet<String>) -> String {
    let wanted = match is_plain(text) {
        true => type_name(text),
        false => spelled(text),
    };
    let letters: Vec<char> = text.chars().filter(|c| c.is_alphabetic()).collect();
    let case = match () {
        () if letters.iter().all(|c| c.is_uppercase()) => "Uppercase",
        () if letters.iter().all(|c| c.is_lowercase()) => "Lowercase",
        () => "Mixed",
    };
    let numbered = (2..).map(|number| format!("{wanted}{number}"));
    let mut candidates = [wanted.clone(), format!("{wanted}{case}")].into_iter().chain(numbered);
    // The names go on without end, so that one is free.
    candidates.find(|name| taken.insert(name.clone())).unwrap_or(wanted)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::passes::tests::after;

    fn enumeration(values: Value) -> Value {
        let document = after(
            super::run,
            json!({}),
            json!({ "A": { "type": "string", "enum": values } }),
        );
        document["components"]["schemas"]["A"].clone()
    }

    #[test]
    fn names_that_differ_stay() {
        for values in [json!(["auto", "custom"]), json!(["account.id", "name", null])] {
            assert_eq!(enumeration(values.clone()), json!({ "type": "string", "enum": values }));
        }
        assert_eq!(enumeration(json!(["a", "a"]))["enum"], json!(["a"]));
    }

    #[test]
    fn signs_and_cases_are_told_apart() {
        let of = enumeration(json!(["<", "<=", "", "1.0", "GET", "get", null]));
        assert_eq!(
            of["enum"],
            json!(["Value0", "Value1", "Value2", "Value3", "Value4", "Value5", null])
        );
        let expected = json!({
            "Value0": ["<", "LessThan"],
            "Value1": ["<=", "LessThanOrEqual"],
            "Value2": ["", "Empty"],
            "Value3": ["1.0", "V1_0"],
            "Value4": ["GET", "Get"],
            "Value5": ["get", "GetLowercase"],
        });
        assert_eq!(of["x-sdk-wire"], expected);
    }
}
