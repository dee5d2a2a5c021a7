//! Whether what came out of a type is what went in, as far as the schema describes it.

use chrono::DateTime;
use serde_json::{Number, Value};

use super::{
    published::{Node, Published, join},
    schema::{Described, Way, is_nullable, of_member, spread},
};

/// What a comparison found.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    pub(crate) differences: Vec<Difference>,
    /// How many members no schema describes; they are not compared.
    pub(crate) undescribed: usize,
}

/// A place where what came out is not what went in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// The place within the value.
    pub(crate) at: String,
    /// The schema that describes it; empty where any value is allowed.
    pub(crate) schema: String,
    pub(crate) what: What,
    pub(crate) detail: String,
}

/// The kinds of differences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum What {
    Lost,
    Added,
    Changed,
    /// A number that is equal as a number, and has another text.
    NumberText,
    /// A null that went in and did not come out, or the other way round.
    Null,
}

impl What {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Lost => "a member or item is lost",
            Self::Added => "a member or item is added",
            Self::Changed => "a value is changed",
            Self::NumberText => "a number changes its text",
            Self::Null => "null and missing are confused",
        }
    }
}

/// Compares what went in with what came out.
pub(crate) fn compare<'a>(
    document: &'a Published,
    schemas: Described<'a>,
    way: Way,
    given: &Value,
    got: &Value,
) -> Comparison {
    let mut comparing = Comparing {
        document,
        way,
        result: Comparison::default(),
    };
    comparing.value("", schemas, given, got);
    comparing.result
}

struct Comparing<'a> {
    document: &'a Published,
    way: Way,
    result: Comparison,
}

impl<'a> Comparing<'a> {
    fn value(&mut self, at: &str, described: Described<'a>, given: &Value, got: &Value) {
        let schemas = match described {
            Described::By(schemas) => spread(self.document, schemas, None),
            Described::Freely => Vec::new(),
            Described::Not => {
                self.result.undescribed += 1;
                return;
            }
        };
        match (given, got) {
            (Value::Object(given), Value::Object(got)) => {
                for (name, value) in given {
                    let at = join(at, name);
                    let described = of_member(&schemas, name);
                    match got.get(name) {
                        Some(other) => self.value(&at, described, value, other),
                        None => self.missing(&at, described, value),
                    }
                }
                for (name, value) in got.iter().filter(|(name, _)| !given.contains_key(*name)) {
                    if value.is_null() && self.way == Way::Received {
                        continue;
                    }
                    let what = if value.is_null() { What::Null } else { What::Added };
                    self.differs(&join(at, name), &schemas, what, &format!("{value}"));
                }
            }
            (Value::Array(given), Value::Array(got)) => {
                let items: Vec<_> = schemas.iter().filter_map(|schema| schema.member("items")).collect();
                for (index, (value, other)) in given.iter().zip(got).enumerate() {
                    let described = if items.is_empty() {
                        Described::Freely
                    } else {
                        Described::By(items.clone())
                    };
                    self.value(&join(at, &index.to_string()), described, value, other);
                }
                if given.len() != got.len() {
                    let what = if given.len() > got.len() {
                        What::Lost
                    } else {
                        What::Added
                    };
                    self.differs(
                        at,
                        &schemas,
                        what,
                        &format!("{} items, then {}", given.len(), got.len()),
                    );
                }
            }
            (Value::Number(one), Value::Number(other)) if one != other => {
                let what = if is_equal(one, other) {
                    What::NumberText
                } else {
                    What::Changed
                };
                if what == What::Changed || self.way == Way::Sent {
                    self.differs(at, &schemas, what, &format!("{one}, then {other}"));
                }
            }
            (Value::String(one), Value::String(other)) if one != other && is_instant(&schemas, one, other) => {}
            (given, got) if given != got => {
                let what = if given.is_null() || got.is_null() {
                    What::Null
                } else {
                    What::Changed
                };
                self.differs(at, &schemas, what, &format!("{given}, then {got}"));
            }
            _ => {}
        }
    }

    /// A member that did not come out.
    fn missing(&mut self, at: &str, described: Described<'a>, given: &Value) {
        let schemas = match described {
            Described::Not => {
                self.result.undescribed += 1;
                return;
            }
            Described::By(schemas) => spread(self.document, schemas, None),
            Described::Freely => Vec::new(),
        };
        // In what is received, null and missing are alike where null is allowed.
        if given.is_null() && self.way == Way::Received && is_nullable(&schemas) {
            return;
        }
        let what = if given.is_null() { What::Null } else { What::Lost };
        self.differs(at, &schemas, what, &format!("{given}"));
    }

    fn differs(&mut self, at: &str, schemas: &[Node<'a>], what: What, detail: &str) {
        self.result.differences.push(Difference {
            at: at.to_owned(),
            schema: schemas.first().map(|schema| schema.pointer.clone()).unwrap_or_default(),
            what,
            detail: super::validity::in_short(detail),
        });
    }
}

fn is_equal(one: &Number, other: &Number) -> bool {
    one.as_f64() == other.as_f64()
}

/// Whether two texts are one moment, where the schema says that they are moments.
fn is_instant(schemas: &[Node<'_>], one: &str, other: &str) -> bool {
    schemas.iter().any(|schema| schema.text("format") == Some("date-time"))
        && match (DateTime::parse_from_rfc3339(one), DateTime::parse_from_rfc3339(other)) {
            (Ok(one), Ok(other)) => one == other,
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn compared(schema: Value, way: Way, given: Value, got: Value) -> Comparison {
        let text = json!({ "paths": {}, "components": { "schemas": { "A": schema } } }).to_string();
        let document = Published::parse(&text).unwrap();
        let schema = document.root().at(&["components", "schemas", "A"]).unwrap();
        compare(&document, Described::By(vec![schema]), way, &given, &got)
    }

    fn found(schema: Value, way: Way, given: Value, got: Value) -> Vec<(String, What)> {
        let differences = compared(schema, way, given, got).differences.into_iter();
        differences.map(|difference| (difference.at, difference.what)).collect()
    }

    #[test]
    fn a_described_member_must_come_out_and_another_need_not() {
        let schema = json!({ "properties": { "a": {}, "b": {} } });
        let comparison = compared(schema, Way::Sent, json!({ "a": 1, "b": 2, "c": 3 }), json!({ "a": 1 }));
        assert_eq!(comparison.undescribed, 1);
        let [difference] = &comparison.differences[..] else {
            panic!("{comparison:?}")
        };
        assert_eq!((difference.at.as_str(), difference.what), ("/b", What::Lost));
        assert_eq!(difference.schema, "/components/schemas/A/properties/b");
    }

    #[test]
    fn where_nothing_is_described_all_is() {
        let map = json!({ "type": "object", "additionalProperties": { "type": "object" } });
        assert_eq!(
            found(map, Way::Sent, json!({ "a": { "b": 1 } }), json!({ "a": {} })),
            [("/a/b".to_owned(), What::Lost)]
        );
    }

    #[test]
    fn null_and_missing_are_alike_in_what_is_received_alone() {
        let schema = json!({ "properties": { "a": { "type": "string", "nullable": true } } });
        let (null, missing) = (json!({ "a": null }), json!({}));
        assert_eq!(found(schema.clone(), Way::Received, null.clone(), missing.clone()), []);
        assert_eq!(found(schema.clone(), Way::Received, missing.clone(), null.clone()), []);
        let confused = [("/a".to_owned(), What::Null)];
        assert_eq!(
            found(schema.clone(), Way::Sent, null.clone(), missing.clone()),
            confused
        );
        assert_eq!(found(schema, Way::Sent, missing, null), confused);
    }

    #[test]
    fn numbers_keep_their_text_in_what_is_sent() {
        let schema = json!({ "type": "number" });
        let text = [(String::new(), What::NumberText)];
        assert_eq!(found(schema.clone(), Way::Sent, json!(3600), json!(3600.0)), text);
        assert_eq!(found(schema.clone(), Way::Received, json!(3600), json!(3600.0)), []);
        assert_eq!(
            found(schema, Way::Received, json!(3600), json!(3601)),
            [(String::new(), What::Changed)]
        );
    }

    #[test]
    fn date_times_are_equal_as_moments_and_other_texts_as_texts() {
        let (one, other) = (json!("2014-01-01T05:20:00.10Z"), json!("2014-01-01T06:20:00.1+01:00"));
        let moment = json!({ "type": "string", "format": "date-time" });
        assert_eq!(found(moment, Way::Sent, one.clone(), other.clone()), []);
        assert_eq!(
            found(json!({ "type": "string" }), Way::Sent, one, other),
            [(String::new(), What::Changed)]
        );
    }

    #[test]
    fn what_any_alternative_describes_must_come_out() {
        let schema = json!({ "anyOf": [
            { "properties": { "a": {} } },
            { "allOf": [{ "properties": { "b": {} } }] },
        ] });
        assert_eq!(
            found(schema, Way::Sent, json!({ "a": 1, "b": 2 }), json!({ "a": 1 })),
            [("/b".to_owned(), What::Lost)]
        );
    }

    #[test]
    fn items_are_compared_one_by_one_and_counted() {
        let schema = json!({ "type": "array", "items": { "properties": { "a": {} } } });
        assert_eq!(
            found(schema.clone(), Way::Sent, json!([{ "a": 1 }, {}]), json!([{ "a": 2 }])),
            [("/0/a".to_owned(), What::Changed), (String::new(), What::Lost)]
        );
        assert_eq!(found(schema, Way::Sent, json!([{ "b": 1 }]), json!([{}])), []);
    }
}
