//! Bodies put together from the examples of single properties, as a reference site does.

use std::{cell::RefCell, collections::BTreeMap};

use serde_json::{Map, Number, Value, json};

use super::{
    published::{Node, Published, join},
    schema::{Described, Way, is_nullable, is_of_other_way, is_required, of_member, spread},
    validity::{Contradiction, Validity},
};

/// How deep objects and lists may go; what is deeper is left out.
const DEPTH: usize = 12;

/// How many alternatives are tried for one that goes with the other parts of a schema.
const ALTERNATIVES: usize = 8;

/// Which of the many values of a schema is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Examples of whole schemas where there are any, with all properties.
    Whole,
    /// All properties, each from its own example; of alternatives the one of that number.
    All(usize),
    /// Only the properties that must be there.
    Required,
    /// All properties, null where they may be.
    Nulls,
}

/// What puts bodies together.
pub(crate) struct Assembler<'a> {
    pub(crate) document: &'a Published,
    pub(crate) validity: &'a Validity,
    /// The examples and defaults that contradict their own schema, by their place.
    pub(crate) contradictions: RefCell<BTreeMap<String, Contradiction>>,
}

impl<'a> Assembler<'a> {
    /// A value of the schema; it may still turn out not to be valid.
    pub(crate) fn value(&self, schema: &Node<'a>, way: Way, wanted: Wanted) -> Value {
        let making = Making {
            assembler: self,
            way,
            wanted,
        };
        making.value(vec![schema.clone()], 0)
    }

    /// The greatest number of alternatives anywhere in the schema.
    pub(crate) fn alternatives(&self, schema: &Node<'a>) -> usize {
        let mut seen = std::collections::BTreeSet::new();
        let mut open = vec![schema.clone()];
        let mut most = 1;
        while let Some(node) = open.pop() {
            let node = self.document.follow(node);
            if !seen.insert(node.pointer.clone()) {
                continue;
            }
            for keyword in ["oneOf", "anyOf", "allOf", "properties"] {
                let parts = node.member(keyword).map(|parts| parts.members()).unwrap_or_default();
                if keyword.ends_with("Of") && keyword != "allOf" {
                    most = most.max(parts.len());
                }
                open.extend(parts.into_iter().map(|(_, part)| part));
            }
            open.extend(
                ["items", "additionalProperties"]
                    .iter()
                    .filter_map(|keyword| node.member(keyword)),
            );
        }
        most
    }

    /// An example or default of the schema's own, if it does not contradict it.
    fn own(&self, schema: &Node<'a>, keyword: &str, way: Way) -> Option<&'a Value> {
        let example = schema.value.get(keyword)?;
        match self.validity.check(self.document, schema, way, example) {
            Ok(()) => Some(example),
            Err(contradiction) => {
                let place = join(&schema.pointer, keyword);
                self.contradictions.borrow_mut().insert(place, contradiction);
                None
            }
        }
    }
}

struct Making<'m, 'a> {
    assembler: &'m Assembler<'a>,
    way: Way,
    wanted: Wanted,
}

impl<'a> Making<'_, 'a> {
    fn value(&self, schemas: Vec<Node<'a>>, depth: usize) -> Value {
        let document = self.assembler.document;
        let may_be_null = |schema: &Node<'a>| {
            let validity = self.assembler.validity;
            validity.check(document, schema, self.way, &Value::Null).is_ok()
        };
        // A schema without a type allows null as it allows everything; only where it says so is it meant.
        let is_meant = || is_nullable(&spread(document, schemas.clone(), None));
        if depth > 0 && self.wanted == Wanted::Nulls && schemas.iter().all(may_be_null) && is_meant() {
            return Value::Null;
        }
        let schemas = self.of_one_type(schemas);
        let values = schemas.iter().find_map(|schema| schema.value.get("enum")?.as_array());
        let is_null = |values: &&Vec<Value>| !values.is_empty() && values.iter().all(Value::is_null);
        if values.filter(is_null).is_some() {
            return Value::Null;
        }
        let has = |keyword| schemas.iter().any(|schema| schema.member(keyword).is_some());
        let has_others = || {
            let mut others = schemas
                .iter()
                .filter_map(|schema| schema.member("additionalProperties"));
            others.any(|others| others.value.is_object())
        };
        let kind = kind(&schemas);
        let is_object = kind.map_or_else(
            || has("properties") || has("required") || has_others(),
            |kind| kind == "object",
        );
        let is_list = kind.map_or_else(|| has("items"), |kind| kind == "array");
        let is_leaf = !is_object && !is_list;
        if is_leaf || (self.wanted == Wanted::Whole && depth > 0) || !has_parts(&schemas) {
            let of = |keyword| {
                schemas
                    .iter()
                    .find_map(|schema| self.assembler.own(schema, keyword, self.way))
            };
            if let Some(example) = of("example") {
                return example.clone();
            }
            if let Some(default) = of("default").filter(|_| is_leaf) {
                return default.clone();
            }
        }
        match (values, is_object, is_list) {
            (Some(values), _, _) => one_of(values, self.wanted),
            (None, true, _) => self.object(&schemas, depth),
            (None, false, true) => self.list(&schemas, depth),
            (None, false, false) => leaf(&schemas, self.wanted),
        }
    }

    /// The schemas that speak of a value, with one of each of their alternatives: that of the wanted number, or the
    /// next with which all are of one type.
    fn of_one_type(&self, schemas: Vec<Node<'a>>) -> Vec<Node<'a>> {
        let document = self.assembler.document;
        let wanted = match self.wanted {
            Wanted::All(number) => number,
            _ => 0,
        };
        let spread = |number| spread(document, schemas.clone(), Some(&move |_| number));
        let is_of_one = |schemas: &Vec<Node<'a>>| {
            let mut kinds = schemas.iter().filter_map(said_kind);
            let first = kinds.next();
            kinds.all(|kind| Some(kind) == first)
        };
        let mut candidates = (wanted..wanted + ALTERNATIVES).map(spread);
        candidates.find(is_of_one).unwrap_or_else(|| spread(wanted))
    }

    fn object(&self, schemas: &[Node<'a>], depth: usize) -> Value {
        let document = self.assembler.document;
        let mut made = Map::new();
        let properties = schemas.iter().filter_map(|schema| schema.member("properties"));
        for (name, _) in properties.flat_map(|properties| properties.members()) {
            let required = is_required(document, schemas, name, self.way);
            let wanted = required || (self.wanted != Wanted::Required && depth < DEPTH);
            if made.contains_key(name) || !wanted || is_of_other_way(document, schemas, name, self.way) {
                continue;
            }
            if depth >= 2 * DEPTH {
                break;
            }
            if let Described::By(of) = of_member(schemas, name) {
                made.insert(name.to_owned(), self.value(of, depth + 1));
            }
        }
        // A member may be demanded and not described.
        let required = schemas
            .iter()
            .filter_map(|schema| schema.value.get("required")?.as_array());
        for name in required.flatten().filter_map(Value::as_str) {
            if !made.contains_key(name) && is_required(document, schemas, name, self.way) && depth < DEPTH {
                made.insert(name.to_owned(), json!("anything"));
            }
        }
        let others = schemas
            .iter()
            .filter_map(|schema| schema.member("additionalProperties"));
        let others: Vec<_> = others.filter(|others| others.value.is_object()).collect();
        if !others.is_empty() && made.is_empty() && depth < DEPTH && self.wanted != Wanted::Required {
            made.insert("key".to_owned(), self.value(others, depth + 1));
        }
        made.into()
    }

    fn list(&self, schemas: &[Node<'a>], depth: usize) -> Value {
        let items: Vec<_> = schemas.iter().filter_map(|schema| schema.member("items")).collect();
        let least = number(schemas, "minItems").map_or(0, |least| least as usize).min(64);
        let wanted = if depth >= DEPTH || self.wanted == Wanted::Required {
            least
        } else {
            least.max(1)
        };
        if wanted == 0 || depth >= 2 * DEPTH {
            return json!([]);
        }
        vec![self.value(items, depth + 1); wanted].into()
    }
}

/// Whether there are schemas of parts, so that the value need not be taken whole.
fn has_parts(schemas: &[Node<'_>]) -> bool {
    let keywords = ["properties", "items", "additionalProperties"];
    schemas.iter().any(|schema| {
        let parts = keywords
            .iter()
            .filter_map(|keyword| schema.value.get(keyword)?.as_object());
        parts.into_iter().any(|parts| !parts.is_empty())
    })
}

fn kind<'a>(schemas: &[Node<'a>]) -> Option<&'a str> {
    schemas.iter().find_map(|schema| schema.text("type"))
}

/// The type that a schema says, or that what it describes is meant for.
fn said_kind<'a>(schema: &Node<'a>) -> Option<&'a str> {
    let described = || match (schema.value.get("properties"), schema.value.get("items")) {
        (Some(_), _) => Some("object"),
        (None, Some(_)) => Some("array"),
        (None, None) => None,
    };
    schema.text("type").or_else(described)
}

fn number(schemas: &[Node<'_>], keyword: &str) -> Option<f64> {
    schemas.iter().find_map(|schema| schema.value.get(keyword)?.as_f64())
}

/// A value of an enumeration.
fn one_of(values: &[Value], wanted: Wanted) -> Value {
    let mut values = values.iter().filter(|value| !value.is_null());
    let value = match wanted {
        Wanted::Required => values.next_back(),
        _ => values.next(),
    };
    value.cloned().unwrap_or(Value::Null)
}

/// A plain value where nothing is documented.
fn leaf(schemas: &[Node<'_>], wanted: Wanted) -> Value {
    let excludes = |flag| schemas.iter().any(|schema| schema.is(flag));
    match kind(schemas) {
        Some("boolean") => json!(true),
        Some(kind @ ("integer" | "number")) => {
            let least = number(schemas, "minimum");
            let most = number(schemas, "maximum");
            let step = number(schemas, "multipleOf").filter(|step| *step > 0.0).unwrap_or(1.0);
            let from = least.map_or(
                if most.is_some_and(|most| most < 1.0) {
                    most.unwrap_or(0.0)
                } else {
                    1.0
                },
                |least| {
                    if excludes("exclusiveMinimum") {
                        least + step
                    } else {
                        least
                    }
                },
            );
            let whole = (from / step).ceil() * step;
            let is_fraction = kind == "number" && wanted == Wanted::Required && step == 1.0;
            let fraction = whole + 0.5;
            if is_fraction && most.is_none_or(|most| fraction < most) {
                return json!(fraction);
            }
            whole_number(whole)
        }
        Some("string") => text(schemas).into(),
        _ => json!("anything"),
    }
}

/// A number without a fraction where it has none.
fn whole_number(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 9e15 {
        return json!(number as i64);
    }
    Number::from_f64(number).map_or(json!(1), Value::Number)
}

fn text(schemas: &[Node<'_>]) -> String {
    let format = schemas.iter().find_map(|schema| schema.text("format"));
    let plain = match format.unwrap_or_default() {
        "date-time" => "2014-01-01T05:20:00.12345Z",
        "date" => "2014-01-01",
        "time" => "05:20:00Z",
        "duration" => "P1D",
        "email" | "idn-email" => "user@example.com",
        "hostname" | "idn-hostname" => "example.com",
        "ipv4" => "192.0.2.1",
        "ipv6" => "2001:db8::1",
        "uri" | "url" | "iri" => "https://example.com/",
        "uri-reference" => "/example",
        "uuid" => "f174e90a-fafe-4643-bbbc-4a0ed4fc8415",
        "byte" => "dGV4dA==",
        "regex" => "^a$",
        _ => "text",
    };
    let least = number(schemas, "minLength").map_or(0, |least| least as usize).min(4096);
    let most = number(schemas, "maxLength").map_or(usize::MAX, |most| most as usize);
    let filler = std::iter::repeat('a');
    let length = plain.chars().count().max(least).min(most);
    plain.chars().chain(filler).take(length).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is put together for the schema `A` of the components.
    fn assembled(schemas: &Value, way: Way, wanted: Wanted) -> (Value, Vec<String>) {
        let text = json!({ "paths": {}, "components": { "schemas": schemas } }).to_string();
        let document = Published::parse(&text).unwrap();
        let validity = Validity::new(&document).unwrap();
        let assembler = Assembler {
            document: &document,
            validity: &validity,
            contradictions: RefCell::default(),
        };
        let schema = document.root().at(&["components", "schemas", "A"]).unwrap();
        let value = assembler.value(&schema, way, wanted);
        let places = assembler.contradictions.borrow().keys().cloned().collect();
        (value, places)
    }

    #[test]
    fn properties_get_their_example_their_default_or_their_first_value() {
        let schemas = json!({
            "A": { "type": "object", "required": ["mode"], "properties": {
                "name": { "type": "string", "example": "a" },
                "size": { "type": "integer", "default": 7 },
                "mode": { "type": "string", "enum": ["on", "off"] },
                "list": { "type": "array", "items": { "$ref": "#/components/schemas/B" } },
                "free": { "type": "boolean" },
            } },
            "B": { "type": "object", "properties": { "at": { "type": "string", "format": "date" } } },
        });
        let (value, _) = assembled(&schemas, Way::Sent, Wanted::All(0));
        let expected = json!({ "name": "a", "size": 7, "mode": "on", "list": [{ "at": "2014-01-01" }], "free": true });
        assert_eq!(value, expected);
        assert_eq!(
            assembled(&schemas, Way::Sent, Wanted::Required).0,
            json!({ "mode": "off" })
        );
    }

    #[test]
    fn an_example_that_contradicts_its_schema_is_told_and_not_used() {
        let schemas = json!({ "A": { "properties": { "size": { "type": "integer", "example": "large" } } } });
        let (value, places) = assembled(&schemas, Way::Sent, Wanted::All(0));
        assert_eq!(value, json!({ "size": 1 }));
        assert_eq!(places, ["/components/schemas/A/properties/size/example"]);
    }

    #[test]
    fn the_parts_of_a_composition_are_put_into_one_and_alternatives_are_taken_in_turn() {
        let schemas = json!({ "A": {
            "allOf": [{ "properties": { "a": { "type": "boolean" } } }, { "properties": { "b": { "type": "boolean" } } }],
            "oneOf": [{ "properties": { "c": { "enum": [1] } } }, { "properties": { "d": { "enum": [2] } } }],
        } });
        let all = |number| assembled(&schemas, Way::Sent, Wanted::All(number)).0;
        assert_eq!(all(0), json!({ "a": true, "b": true, "c": 1 }));
        assert_eq!(all(1), json!({ "a": true, "b": true, "d": 2 }));
    }

    #[test]
    fn an_alternative_is_of_the_type_that_the_other_parts_say() {
        let schemas = json!({ "A": { "allOf": [
            { "anyOf": [{ "type": "object" }, { "type": "array", "items": { "type": "boolean" } }] },
            { "type": "array", "properties": { "a": {} } },
        ] } });
        assert_eq!(assembled(&schemas, Way::Sent, Wanted::All(0)).0, json!([true]));
        let schemas = json!({ "A": { "allOf": [
            { "anyOf": [{ "type": "string" }, { "type": "object" }] },
            { "properties": { "a": { "type": "boolean" } } },
        ] } });
        assert_eq!(assembled(&schemas, Way::Sent, Wanted::All(0)).0, json!({ "a": true }));
    }

    #[test]
    fn a_list_may_be_a_value_of_an_enumeration() {
        let schemas = json!({ "A": { "type": "array", "items": { "type": "boolean" }, "enum": [[]] } });
        assert_eq!(assembled(&schemas, Way::Received, Wanted::All(0)).0, json!([]));
    }

    #[test]
    fn what_is_read_only_is_not_sent_and_null_stands_where_it_may() {
        let schemas = json!({ "A": { "required": ["id"], "properties": {
            "id": { "type": "string", "readOnly": true },
            "note": { "type": "string", "nullable": true },
        } } });
        assert_eq!(assembled(&schemas, Way::Sent, Wanted::Nulls).0, json!({ "note": null }));
        assert_eq!(
            assembled(&schemas, Way::Received, Wanted::Required).0,
            json!({ "id": "text" })
        );
    }

    #[test]
    fn a_member_that_is_demanded_and_not_described_is_there() {
        let schemas = json!({ "A": { "required": ["a"] } });
        assert_eq!(
            assembled(&schemas, Way::Sent, Wanted::Required).0,
            json!({ "a": "anything" })
        );
    }

    #[test]
    fn a_schema_within_itself_has_an_end() {
        let schemas = json!({ "A": { "properties": {
            "more": { "$ref": "#/components/schemas/A" },
            "list": { "type": "array", "items": { "$ref": "#/components/schemas/A" } },
        } } });
        assert!(assembled(&schemas, Way::Sent, Wanted::All(0)).0["more"]["more"].is_object());
    }

    #[test]
    fn numbers_keep_to_their_limits_and_are_whole_unless_they_need_not_be() {
        let of = |schema: Value, wanted| assembled(&json!({ "A": schema }), Way::Sent, wanted).0;
        assert_eq!(of(json!({ "type": "integer", "minimum": 5 }), Wanted::All(0)), json!(5));
        assert_eq!(
            of(
                json!({ "type": "integer", "minimum": 5, "exclusiveMinimum": true }),
                Wanted::All(0)
            ),
            json!(6)
        );
        assert_eq!(of(json!({ "type": "number", "maximum": 0 }), Wanted::All(0)), json!(0));
        assert_eq!(of(json!({ "type": "number" }), Wanted::Required), json!(1.5));
        assert_eq!(
            of(json!({ "type": "number", "multipleOf": 0.25 }), Wanted::All(0)),
            json!(1)
        );
    }
}
