//! Lets a value that has no type be of the kinds that its examples are of.
//!
//! Without `type`, `properties` say only what holds for objects: a text is as valid. Taking such a schema for one of an
//! object is right nearly always, and where an example in the document is something else, it can be either.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    ptr,
};

use serde_json::{Map, Value, json};

use super::kinds::{infer, is_annotation};
use crate::{
    document::{Document, join, reference},
    report::Report,
};

const PASS: &str = "shown";

/// How many pairs of a schema and a value are looked at, by far more than any document has.
const BUDGET: usize = 1_000_000;

/// How deep schemas are followed into each other.
const DEPTH: usize = 100;

pub(crate) fn run(document: &mut Document, report: &mut Report) {
    let mut examples = Vec::new();
    collect("", &document.0, &mut examples);
    let mut shown = Shown {
        document,
        seen: HashSet::new(),
        kinds: BTreeMap::new(),
    };
    for (pointer, schema, value) in examples {
        shown.visit(pointer, schema, value, true, 0);
    }
    for (pointer, kinds) in shown.kinds {
        let Some(Value::Object(schema)) = document.0.pointer_mut(&pointer) else {
            continue;
        };
        let list: Vec<_> = kinds.iter().copied().collect();
        report.kept(
            PASS,
            &pointer,
            format!(
                "let it be of the type {} as well, as an example of it is",
                list.join(" or ")
            ),
        );
        allow(schema, &kinds);
    }
}

/// Lets a value be of these kinds as well.
fn allow(schema: &mut Map<String, Value>, kinds: &BTreeSet<&'static str>) {
    if kinds.contains("null") {
        schema.insert("nullable".to_owned(), true.into());
    }
    let others: Vec<Value> = (kinds.iter())
        .filter(|kind| **kind != "null")
        .map(|kind| json!({ "type": kind }))
        .collect();
    if others.is_empty() {
        return;
    }
    let mut own = schema.clone();
    own.retain(|keyword, _| !is_annotation(keyword));
    schema.retain(|keyword, _| is_annotation(keyword));
    let all = [own.into()].into_iter().chain(others);
    schema.insert("anyOf".to_owned(), all.collect());
}

/// An example: the place of its schema, the schema, and the value.
type Example<'a> = (String, &'a Value, &'a Value);

/// Collects the examples of schemas, parameters and bodies.
fn collect<'a>(pointer: &str, value: &'a Value, found: &mut Vec<Example<'a>>) {
    match value {
        Value::Object(members) => {
            let is_around = members.contains_key("schema");
            let (place, schema) = match members.get("schema") {
                Some(schema) => (join(pointer, "schema"), schema),
                None => (pointer.to_owned(), value),
            };
            let named = members.get("examples").and_then(Value::as_object).filter(|_| is_around);
            let named = named
                .into_iter()
                .flatten()
                .filter_map(|(_, example)| example.get("value"));
            let own = ["example", "default"]
                .iter()
                .filter_map(|keyword| members.get(*keyword));
            found.extend(own.chain(named).map(|value| (place.clone(), schema, value)));
            for (name, member) in members {
                let place = join(pointer, name);
                match (name.as_str(), member) {
                    ("example" | "examples" | "default" | "enum", _) => {}
                    // Members may have any name.
                    ("properties", Value::Object(members)) => {
                        for (name, member) in members {
                            collect(&join(&place, name), member, found);
                        }
                    }
                    _ => collect(&place, member, found),
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(&format!("{pointer}/{index}"), item, found);
            }
        }
        _ => {}
    }
}

struct Shown<'a> {
    document: &'a Document,
    /// The pairs that were looked at, by their addresses.
    seen: HashSet<(*const Value, *const Value, bool)>,
    /// The kinds that were found, by the place of the schema.
    kinds: BTreeMap<String, BTreeSet<&'static str>>,
}

impl<'a> Shown<'a> {
    /// Looks at a schema and a value of it. What is but a part of the schema is not `whole`, and stays as it is.
    fn visit(&mut self, pointer: String, schema: &'a Value, value: &'a Value, whole: bool, depth: usize) {
        let (pointer, schema) = self.resolve(pointer, schema);
        let Some(members) = schema.as_object() else { return };
        if depth > DEPTH
            || self.seen.len() >= BUDGET
            || !self.seen.insert((ptr::from_ref(schema), ptr::from_ref(value), whole))
        {
            return;
        }
        let kind = kind_of(value);
        match members.get("type").and_then(Value::as_str) {
            Some(of) if !is_of(kind, of) => return,
            Some(_) => {}
            None => {
                let is_other = infer(members).is_some_and(|of| !is_of(kind, of));
                if is_other && whole && !members.contains_key("enum") {
                    self.kinds.entry(pointer).or_default().insert(kind);
                    return;
                }
            }
        }
        for keyword in ["allOf", "oneOf", "anyOf"] {
            let Some(parts) = members.get(keyword).and_then(Value::as_array) else {
                continue;
            };
            let whole = whole
                && (keyword != "allOf" || parts.len() == 1)
                && members.keys().all(|name| name == keyword || is_annotation(name));
            // Where an alternative is of the value's kind, the value is of that one.
            let says = |part: &Value| {
                let of = self.document.resolve(part).get("type").and_then(Value::as_str);
                of.is_some_and(|of| is_of(kind, of))
            };
            let is_told = keyword != "allOf" && parts.iter().any(says);
            let wanted: Vec<_> = (parts.iter().enumerate())
                .filter(|(_, part)| !is_told || says(part))
                .collect();
            for (index, part) in wanted {
                self.visit(format!("{pointer}/{keyword}/{index}"), part, value, whole, depth + 1);
            }
        }
        match value {
            Value::Object(values) => {
                let properties = members.get("properties").and_then(Value::as_object);
                for (name, value) in values {
                    let place = || join(&join(&pointer, "properties"), name);
                    if let Some(member) = properties.and_then(|properties| properties.get(name)) {
                        self.visit(place(), member, value, true, depth + 1);
                    } else if let Some(others) = members.get("additionalProperties") {
                        self.visit(join(&pointer, "additionalProperties"), others, value, true, depth + 1);
                    }
                }
            }
            Value::Array(values) => {
                if let Some(items) = members.get("items") {
                    for value in values {
                        self.visit(join(&pointer, "items"), items, value, true, depth + 1);
                    }
                }
            }
            _ => {}
        }
    }

    /// The schema that is referred to, and its place.
    fn resolve(&self, mut pointer: String, mut schema: &'a Value) -> (String, &'a Value) {
        for _ in 0..64 {
            match reference(schema).and_then(|target| Some((target, self.document.at(target)?))) {
                Some((target, at)) => (pointer, schema) = (target.trim_start_matches('#').to_owned(), at),
                None => break,
            }
        }
        (pointer, schema)
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Whether values of a kind are of a type.
fn is_of(kind: &str, of: &str) -> bool {
    kind == of || kind == "integer" && of == "number"
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::passes::tests::{after, content};

    fn shown(schemas: Value) -> Value {
        after(super::run, json!({}), schemas)["components"]["schemas"]["A"].clone()
    }

    #[test]
    fn an_example_of_another_kind_is_allowed_where_no_type_is_said() {
        let members = json!({ "url": { "type": "string" } });
        let schemas = json!({
            "A": { "description": "A.", "properties": members },
            "B": { "type": "object", "properties": { "value": { "$ref": "#/components/schemas/A" } } },
            "C": { "example": [{ "value": "on" }], "items": { "oneOf": [{ "$ref": "#/components/schemas/B" }] } },
        });
        let expected = json!({ "description": "A.", "anyOf": [{ "properties": members }, { "type": "string" }] });
        assert_eq!(shown(schemas), expected);
        let empty = json!({ "properties": members, "default": null });
        let mut expected = empty.clone();
        expected["nullable"] = true.into();
        assert_eq!(shown(json!({ "A": empty })), expected);
        let named = json!({ "properties": { "schema": { "required": [] }, "example": { "type": "string" } } });
        assert_eq!(shown(json!({ "A": named })), named);
    }

    #[test]
    fn an_example_of_a_body_counts_as_well() {
        let mut body = content(json!({ "$ref": "#/components/schemas/A" }));
        body["content"]["application/json"]["examples"] = json!({ "one": { "value": [1] } });
        let operation = json!({ "requestBody": body });
        let document = after(super::run, operation, json!({ "A": { "required": ["a"] } }));
        let expected = json!({ "anyOf": [{ "required": ["a"] }, { "type": "array" }] });
        assert_eq!(document["components"]["schemas"]["A"], expected);
    }

    #[test]
    fn an_example_that_contradicts_its_schema_changes_nothing() {
        for schema in [
            json!({ "type": "object", "properties": {}, "example": "a" }),
            json!({ "enum": ["a"], "example": 1 }),
            json!({ "format": "uuid", "example": "a" }),
            json!({ "minimum": 1, "example": 2 }),
            json!({ "anyOf": [{ "type": "string" }, { "properties": {} }], "example": "a" }),
            json!({ "allOf": [{ "properties": {} }, { "required": ["a"] }], "example": "a" }),
        ] {
            assert_eq!(shown(json!({ "A": schema.clone() })), schema);
        }
    }
}
