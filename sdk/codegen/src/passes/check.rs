//! Holds every schema to the small language that progenitor and typify are known to digest rightly.
//!
//! A schema of it is a reference, any value, a text, a number, a flag, a list, a map, an object whose members have
//! names that differ, or a union. Of each only the keywords that typify knows are left; titles are not, since typify
//! names types by them. Whatever else came through the passes becomes any value, so that nothing in a later document
//! can break the generator, or make it say what is not so.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::unions::VARIANTS;
use crate::{
    document::{Document, SCHEMAS, reference},
    report::{Place, Report},
    rust_names::{member_name, type_name},
    walk::Position,
};

const PASS: &str = "check";

/// How deep schemas may stand in each other; by far more than any has.
const DEPTH: usize = 100;

pub(crate) fn run(document: &mut Document, report: &mut Report) {
    let names: BTreeSet<String> = document.schemas().map(|(name, _)| name.clone()).collect();
    let mut check = Check { names, report };
    document.for_each_root(&mut |position, place, schema| {
        let depth = usize::from(!matches!(position, Position::Component(_)));
        *schema = check.small(place, schema, depth);
    });
}

struct Check<'a> {
    names: BTreeSet<String>,
    report: &'a mut Report,
}

impl Check<'_> {
    /// The schema in the small language.
    fn small(&mut self, place: &Place<'_>, schema: &Value, depth: usize) -> Value {
        let Some(schema) = schema.as_object() else {
            return self.any(place, &Map::new(), "it is no schema");
        };
        if depth > DEPTH {
            return self.any(place, schema, "it is too deep within others");
        }
        let mut small = Map::new();
        let description = schema.get("description").filter(|text| text.is_string());
        let nullable = schema.get("nullable").filter(|flag| flag.is_boolean());
        for (keyword, value) in [("description", description), ("nullable", nullable)] {
            small.extend(value.map(|value| (keyword.to_owned(), value.clone())));
        }
        if let Some(target) = schema.get("$ref") {
            return match target.as_str().filter(|target| self.is_known(target)) {
                Some(target) => json!({ "$ref": target }),
                None => self.any(place, schema, "it refers to no schema of its own"),
            };
        }
        if let Some(parts) = schema.get("allOf") {
            let Some([part]) = parts.as_array().map(Vec::as_slice) else {
                return self.any(place, schema, "its parts were not merged");
            };
            let Some(target) = reference(part) else {
                // A plain type that was put in the place of its name.
                let mut part = part.as_object().cloned().unwrap_or_default();
                part.extend(small);
                return self.small(place, &part.into(), depth + 1);
            };
            if !self.is_known(target) {
                return self.any(place, schema, "it refers to no schema of its own");
            }
            small.insert("allOf".to_owned(), json!([{ "$ref": target }]));
            return small.into();
        }
        if let Some(members) = schema.get("oneOf") {
            return match (members.as_array(), schema.get(VARIANTS)) {
                (Some(members), Some(_)) => self.union(place, small, members, depth),
                _ => self.any(place, schema, "its alternatives have no names"),
            };
        }
        match schema.get("type").and_then(Value::as_str) {
            Some("string") => self.text(place, schema, &mut small),
            Some("integer") => {
                let format = schema.get("format").filter(|format| *format == "uint64").cloned();
                small.insert("format".to_owned(), format.unwrap_or_else(|| "int64".into()));
            }
            Some("number" | "boolean") => {}
            Some("array") => {
                let items = schema.get("items").cloned().unwrap_or_else(|| json!({}));
                let items = self.small(&place.member("items"), &items, depth + 1);
                small.insert("items".to_owned(), items);
            }
            Some("object") => self.object(place, schema, &mut small, depth),
            None if !says_more(schema) => return any(small),
            _ => return self.any(place, schema, "it has no type that there is code for"),
        }
        small.insert("type".to_owned(), schema.get("type").cloned().unwrap_or_default());
        small.into()
    }

    fn text(&mut self, place: &Place<'_>, schema: &Map<String, Value>, small: &mut Map<String, Value>) {
        let is_known = |format: &&Value| ["date-time", "date", "binary"].iter().any(|known| *format == known);
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            let mut names = BTreeSet::new();
            let is_good = |value: &Value| value.as_str().is_some_and(|text| names.insert(type_name(text)));
            if !values.is_empty() && values.iter().all(is_good) {
                small.insert("enum".to_owned(), values.clone().into());
                return;
            }
            self.report.lost(
                PASS,
                place,
                "let it be any text, since its values have no names that differ",
            );
        }
        if let Some(format) = schema.get("format").filter(is_known) {
            small.insert("format".to_owned(), format.clone());
            return;
        }
        for keyword in ["minLength", "maxLength"] {
            // Typify takes them for 32 bits wide.
            if let Some(length) = schema
                .get(keyword)
                .filter(|length| length.as_u64().is_some_and(|n| n <= u32::MAX.into()))
            {
                small.insert(keyword.to_owned(), length.clone());
            }
        }
    }

    fn object(&mut self, place: &Place<'_>, schema: &Map<String, Value>, small: &mut Map<String, Value>, depth: usize) {
        let others = match schema.get("additionalProperties") {
            Some(Value::Bool(true)) => Some(Value::Bool(true)),
            Some(others @ Value::Object(_)) => {
                Some(self.small(&place.member("additionalProperties"), others, depth + 1))
            }
            _ => None,
        };
        let members = schema.get("properties").and_then(Value::as_object);
        let within = place.member("properties");
        let mut properties = Map::new();
        let mut names = BTreeSet::new();
        for (name, member) in members.into_iter().flatten() {
            if !names.insert(member_name(name)) {
                self.report.lost(
                    PASS,
                    within.member(name),
                    "left it out, since another has its name in Rust",
                );
                continue;
            }
            properties.insert(name.clone(), self.small(&within.member(name), member, depth + 1));
        }
        let mut required = Vec::new();
        for name in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
            match name.as_str() {
                Some(name) if properties.contains_key(name) && !required.contains(&name) => required.push(name),
                Some(name) if !properties.contains_key(name) => {
                    let what = format!("took `{name}` out of what is required, since it is not described");
                    self.report.lost(PASS, place, what);
                }
                _ => {}
            }
        }
        if !required.is_empty() {
            small.insert("required".to_owned(), required.into());
        }
        // Without a name, an object of no members that are described is one of any.
        if schema.contains_key("properties") && (depth == 0 || !properties.is_empty()) {
            small.insert("properties".to_owned(), properties.into());
        }
        small.extend(others.map(|others| ("additionalProperties".to_owned(), others)));
    }

    /// A union, as the object that it is until it is made an enumeration of Rust: typify names and boxes what is in it.
    fn union(&mut self, place: &Place<'_>, mut small: Map<String, Value>, members: &[Value], depth: usize) -> Value {
        let within = place.member("oneOf");
        let mut properties = Map::new();
        for (index, member) in members.iter().enumerate() {
            let member = self.small(&within.item(index), member, depth + 1);
            properties.insert(variant(index), member);
        }
        let names: Vec<Value> = properties.keys().map(|name| name.as_str().into()).collect();
        small.insert("type".to_owned(), "object".into());
        small.insert("required".to_owned(), names.into());
        small.insert("properties".to_owned(), properties.into());
        small.into()
    }

    fn is_known(&self, target: &str) -> bool {
        target
            .strip_prefix(SCHEMAS)
            .is_some_and(|name| self.names.contains(name))
    }

    fn any(&mut self, place: &Place<'_>, schema: &Map<String, Value>, why: &str) -> Value {
        self.report.lost(PASS, place, format!("let it be any value: {why}"));
        let description = schema.get("description").filter(|text| text.is_string());
        any(description
            .map(|text| ("description".to_owned(), text.clone()))
            .into_iter()
            .collect())
    }
}

/// Any value may be null anyway.
fn any(mut small: Map<String, Value>) -> Value {
    small.remove("nullable");
    small.into()
}

fn says_more(schema: &Map<String, Value>) -> bool {
    schema.keys().any(|keyword| !super::kinds::is_annotation(keyword))
}

/// What the variant of an index is called until the union is made an enumeration of Rust.
pub(crate) fn variant(index: usize) -> String {
    format!("variant_{index}")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::passes::tests::after;

    #[track_caller]
    fn assert_becomes(schema: Value, expected: Value) {
        let document = after(super::run, json!({}), json!({ "A": schema, "B": { "type": "string" } }));
        assert_eq!(document["components"]["schemas"]["A"], expected);
    }

    #[test]
    fn the_small_language_stays() {
        let reference = json!({ "$ref": "#/components/schemas/B" });
        for schema in [
            json!({}),
            json!({ "type": "string", "minLength": 1, "nullable": true }),
            json!({ "type": "integer", "format": "uint64" }),
            json!({ "type": "array", "items": reference }),
            json!({ "description": "A.", "nullable": true, "allOf": [reference] }),
            json!({ "type": "object", "required": ["a"], "properties": { "a": reference }, "additionalProperties": true }),
        ] {
            assert_becomes(schema.clone(), schema);
        }
    }

    #[test]
    fn what_is_not_of_it_is_any_value() {
        for schema in [
            json!({ "allOf": [{}, {}] }),
            json!({ "oneOf": [{ "type": "string" }] }),
            json!({ "type": "any" }),
            json!({ "if": {} }),
            json!(true),
        ] {
            assert_becomes(schema, json!({}));
        }
    }

    #[test]
    fn keywords_that_nothing_is_made_of_are_taken_out() {
        assert_becomes(
            json!({ "type": "string", "title": "A", "minLength": "1", "x-a": 1 }),
            json!({ "type": "string" }),
        );
        assert_becomes(
            json!({ "type": "object", "required": ["a"], "minProperties": 1 }),
            json!({ "type": "object" }),
        );
        assert_becomes(
            json!({ "type": "string", "enum": ["a", "A"] }),
            json!({ "type": "string" }),
        );
    }
}
