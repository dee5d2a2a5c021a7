//! Merges the parts of an `allOf` into one schema.
//!
//! Typify's own merge takes every combination of the parts' alternatives until memory is gone, and makes types that
//! have no value where two parts contradict each other. Here a later part refines an earlier one, and nothing comes out
//! that no value fits: of two types, or of enumerations that have nothing in common, more is allowed, and said so. A
//! part with alternatives gives a choice of merged alternatives. A schema that goes on within itself without end, has
//! more than [`LIMIT`] alternatives, or becomes larger than any that is meant for people, becomes any value.
//!
//! An `allOf` of one reference stays: it is how a reference gets a description of its own.

mod merge;

use serde_json::{Map, Value};

use super::kinds::{infer, is_annotation};
use crate::{
    document::{Document, SCHEMAS},
    report::{Place, Report},
    walk::{Position, for_each_child},
};

const PASS: &str = "all_of";

/// How many alternatives a merged schema may have.
const LIMIT: usize = 64;

/// How often a schema may be merged within itself before its inner self is left as it is.
const DEPTH: usize = 2;

/// How many references to references are followed.
const DEPTH_OF_REFERENCES: usize = 16;

/// How deep merged schemas may stand in each other, and parts in parts; by far more than any do.
const NESTING: usize = 100;

/// How many values of JSON may be copied to merge one schema with all that is in it, and all of a document: an explosion
/// ends here. The largest schema that Cloudflare publishes takes a tenth.
const BUDGET: usize = 50_000;
const BUDGET_OF_ALL: usize = 500_000;

pub(crate) fn run(document: &mut Document, report: &mut Report) {
    let schemas = document.at("/components/schemas").and_then(Value::as_object).cloned();
    let mut all_of = AllOf {
        schemas: schemas.unwrap_or_default(),
        report,
        open: Vec::new(),
        left: 0,
        left_of_all: BUDGET_OF_ALL,
    };
    document.for_each_root(&mut |position, place, schema| {
        all_of.open.clear();
        if let Position::Component(name) = position {
            all_of.open.push(name.to_owned());
        }
        all_of.left = BUDGET.min(all_of.left_of_all);
        let (before, changes) = (all_of.left, all_of.report.len());
        let description = schema.get("description").cloned();
        all_of.expand(place, schema, 0);
        all_of.left_of_all -= before - all_of.left;
        if all_of.left == 0 {
            let description = description.map(|text| ("description".to_owned(), text));
            *schema = Value::Object(description.into_iter().collect());
            all_of.report.truncate(changes);
            let what = "let it be any value, since it is too large with all the parts that it is composed of";
            all_of.report.lost(PASS, place, what);
        }
    });
}

struct AllOf<'a> {
    /// The schemas of the components as they were.
    schemas: Map<String, Value>,
    report: &'a mut Report,
    /// The components that are being merged, from the outside in.
    open: Vec<String>,
    /// How many values may be copied for the schema that is being merged, and for all that follow.
    left: usize,
    left_of_all: usize,
}

/// What is to be merged: the plain parts, and the alternatives of each part that has some.
#[derive(Default)]
struct Parts {
    plain: Vec<Map<String, Value>>,
    choices: Vec<Vec<Value>>,
    /// The components that the parts are of.
    names: Vec<String>,
}

impl AllOf<'_> {
    /// Merges what is within a schema, from the outside in.
    fn expand(&mut self, place: &Place<'_>, schema: &mut Value, depth: usize) {
        let Some(object) = schema.as_object_mut().filter(|_| self.left > 0) else {
            return;
        };
        let before = self.open.len();
        if depth > NESTING {
            object.retain(|keyword, _| is_annotation(keyword));
            let what = "let it be any value, since it is too deep within others";
            self.report.lost(PASS, place, what);
        } else if needs_merging(object) {
            self.merge(place, object);
        }
        for_each_child(place, object, &mut |place, child| self.expand(place, child, depth + 1));
        self.open.truncate(before);
    }

    fn merge(&mut self, place: &Place<'_>, schema: &mut Map<String, Value>) {
        let mut parts = Parts::default();
        self.take(std::mem::take(schema), &mut parts, 0);
        let again = |name: &&String| self.open.iter().filter(|open| open == name).count() >= DEPTH;
        let endless = parts.names.iter().find(again).cloned();
        if let Some(name) = endless {
            schema.insert("$ref".to_owned(), format!("{SCHEMAS}{name}").into());
            return self
                .report
                .lost(PASS, place, format!("took it for `{name}` alone, which it is within"));
        }
        if self.left == 0 {
            return;
        }
        let count = parts.plain.len();
        let mut plain = parts.plain.into_iter();
        *schema = plain.next().unwrap_or_default();
        for part in plain {
            merge::merge(PASS, place, schema, part, self.report);
        }
        if count > 1 {
            self.report
                .kept(PASS, place, format!("merged {count} parts into one schema"));
        }
        self.open.extend(parts.names);
        self.distribute(place, schema, parts.choices);
        if let Some(kind) = infer(schema) {
            schema.insert("type".to_owned(), kind.into());
        }
    }

    /// Takes a schema apart: into those that its references and `allOf` lead to, and what it says itself.
    fn take(&mut self, mut schema: Map<String, Value>, parts: &mut Parts, depth: usize) {
        if depth > NESTING {
            self.left = 0;
        }
        if self.left == 0 {
            return;
        }
        if let Some(Value::String(target)) = schema.get("$ref") {
            // Only schemas among the components are named so; what is composed of itself has no more parts.
            if let Some(name) = target.strip_prefix(SCHEMAS)
                && !parts.names.iter().any(|known| known == name)
                && let Some(Value::Object(schema)) = self.schemas.get(name)
            {
                parts.names.push(name.to_owned());
                let schema = schema.clone();
                self.left = self.left.saturating_sub(size(&schema));
                self.take(schema, parts, depth + 1);
            }
            return;
        }
        if let Some(Value::Array(all)) = schema.remove("allOf") {
            for part in all {
                if let Value::Object(part) = part {
                    self.take(part, parts, depth + 1);
                }
            }
        }
        for keyword in ["oneOf", "anyOf"] {
            if let Some(Value::Array(choice)) = schema.remove(keyword) {
                parts.choices.push(choice);
            }
        }
        if !schema.is_empty() {
            parts.plain.push(schema);
        }
    }

    /// Makes one choice of merged alternatives of a schema and the alternatives of its parts.
    fn distribute(&mut self, place: &Place<'_>, schema: &mut Map<String, Value>, mut choices: Vec<Vec<Value>>) {
        let before = choices.len();
        choices.retain(|choice| !choice.iter().all(only_requires));
        if choices.len() < before {
            let what = "took out which members must come together, which no type can say";
            self.report.lost(PASS, place, what);
        }
        if choices.is_empty() {
            return;
        }
        let mut outer = schema.clone();
        outer.retain(|keyword, _| is_annotation(keyword));
        let mut base = std::mem::take(schema);
        base.retain(|keyword, _| !is_annotation(keyword));
        // An alternative of another type than the rest is none, unless that would leave none.
        if let Some(kind) = base.get("type").and_then(Value::as_str) {
            for choice in &mut choices {
                let fits = |part: &Value| self.kind(part).is_none_or(|other| other == kind || kind == "number");
                if choice.iter().any(fits) {
                    choice.retain(fits);
                }
            }
        }
        let is_bare = base.keys().all(|keyword| keyword == "type" || keyword == "required");
        *schema = outer;
        if let ([_], true) = (choices.as_slice(), is_bare) {
            schema.insert("oneOf".to_owned(), choices.remove(0).into());
            return;
        }
        if choices.iter().map(Vec::len).product::<usize>() > LIMIT {
            let what = format!("let it be any value, since it has more than {LIMIT} alternatives");
            return self.report.lost(PASS, place, what);
        }
        let combinations = choices.iter().map(Vec::len).product::<usize>();
        self.left = self.left.saturating_sub(combinations * (1 + size(&base)));
        let mut combined: Vec<Vec<Value>> = vec![vec![base.into()]];
        for choice in choices {
            combined = (combined.iter())
                .flat_map(|parts| {
                    choice
                        .iter()
                        .map(move |part| [parts.as_slice(), std::slice::from_ref(part)].concat())
                })
                .collect();
        }
        let merged = combined.into_iter().map(|parts| {
            let name = parts.last().and_then(|part| self.name_of(part));
            let mut merged = Map::from_iter([("allOf".to_owned(), parts.into())]);
            merged.extend(name.map(|name| ("title".to_owned(), name.into())));
            Value::Object(merged)
        });
        let merged: Vec<_> = merged.collect();
        self.report
            .kept(PASS, place, format!("made a choice of {} merged schemas", merged.len()));
        schema.insert("oneOf".to_owned(), merged.into());
    }

    /// The type of an alternative.
    fn kind<'b>(&'b self, mut part: &'b Value) -> Option<&'b str> {
        for _ in 0..DEPTH_OF_REFERENCES {
            let target = part.get("$ref").and_then(Value::as_str);
            match target.and_then(|target| self.schemas.get(target.strip_prefix(SCHEMAS)?)) {
                Some(target) => part = target,
                None => break,
            }
        }
        part.get("type").and_then(Value::as_str)
    }

    /// What an alternative is called: by its title, or by the component that it is.
    fn name_of(&self, part: &Value) -> Option<String> {
        let title = part.get("title").and_then(Value::as_str);
        let component = part
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|target| target.strip_prefix(SCHEMAS));
        title.or(component).map(str::to_owned)
    }
}

/// How many values there are in a schema.
fn size(schema: &Map<String, Value>) -> usize {
    fn of(value: &Value) -> usize {
        match value {
            Value::Object(members) => size(members),
            Value::Array(items) => 1 + items.iter().map(of).sum::<usize>(),
            _ => 1,
        }
    }
    1 + schema.values().map(of).sum::<usize>()
}

/// Whether a schema has parts, or alternatives beside what it says itself.
fn needs_merging(schema: &Map<String, Value>) -> bool {
    let says_more = |besides: &[&str]| {
        (schema.keys()).any(|keyword| !is_annotation(keyword) && !besides.contains(&keyword.as_str()))
    };
    match schema.get("allOf") {
        Some(Value::Array(parts)) => match parts.as_slice() {
            [part] if part.get("$ref").is_some() => says_more(&["allOf"]),
            _ => true,
        },
        Some(_) => true,
        None => match (schema.contains_key("oneOf"), schema.contains_key("anyOf")) {
            (true, true) => true,
            (false, false) => false,
            _ => says_more(&["oneOf", "anyOf"]),
        },
    }
}

/// Whether an alternative says only which members there must be.
fn only_requires(part: &Value) -> bool {
    part.as_object().is_some_and(|part| {
        part.contains_key("required")
            && (part.iter()).all(|(keyword, value)| {
                keyword == "required" || is_annotation(keyword) || keyword == "type" && value == "object"
            })
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::passes::tests::after;

    fn merged(schemas: Value) -> Value {
        after(super::run, json!({}), schemas)["components"]["schemas"]["A"].clone()
    }

    #[test]
    fn parts_become_one_schema() {
        let schemas = json!({
            "A": { "description": "A.", "allOf": [
                { "$ref": "#/components/schemas/B" },
                { "type": "object", "required": ["c"], "properties": { "c": { "type": "string" } } },
            ] },
            "B": { "description": "B.", "type": "object", "required": ["b"], "properties": { "b": { "type": "string" } } },
        });
        let expected = json!({
            "type": "object",
            "description": "A.",
            "required": ["b", "c"],
            "properties": { "b": { "type": "string" }, "c": { "type": "string" } },
        });
        assert_eq!(merged(schemas), expected);
    }

    #[test]
    fn a_reference_with_a_description_stays_one() {
        let part = json!({ "$ref": "#/components/schemas/B" });
        let described = json!({ "description": "A.", "nullable": true, "allOf": [part] });
        assert_eq!(merged(json!({ "A": described, "B": {} })), described);
    }

    #[test]
    fn alternatives_beside_members_are_merged_with_each() {
        let schemas = json!({
            "A": {
                "type": "object",
                "description": "A.",
                "properties": { "id": { "type": "string" } },
                "oneOf": [{ "$ref": "#/components/schemas/B" }, { "properties": { "c": {} } }],
            },
            "B": { "type": "object", "properties": { "b": {} } },
        });
        let a = merged(schemas);
        assert_eq!(a["description"], "A.");
        let expected = json!([
            { "type": "object", "properties": { "id": { "type": "string" }, "b": {} }, "title": "B" },
            { "type": "object", "properties": { "id": { "type": "string" }, "c": {} } },
        ]);
        assert_eq!(a["oneOf"], expected);
        assert!(a.get("properties").is_none(), "{a}");
    }

    #[test]
    fn an_alternative_that_a_later_part_rules_out_is_none() {
        let schemas = json!({ "A": { "allOf": [
            { "anyOf": [{ "type": "object" }, { "type": "string" }, { "type": "array", "items": {} }] },
            { "type": "object", "properties": { "a": {} } },
        ] } });
        let expected = json!([{ "type": "object", "properties": { "a": {} } }]);
        assert_eq!(merged(schemas)["oneOf"], expected);
    }

    #[test]
    fn which_members_come_together_is_not_said() {
        let members = json!({ "a": { "type": "string" }, "b": { "type": "string" } });
        let schemas = json!({ "A": {
            "type": "object",
            "properties": members,
            "anyOf": [{ "required": ["a"] }, { "required": ["b"] }],
        } });
        assert_eq!(merged(schemas), json!({ "type": "object", "properties": members }));
    }

    #[test]
    fn what_goes_on_without_end_is_cut() {
        let schemas = json!({ "A": { "allOf": [
            { "properties": { "child": { "allOf": [{ "$ref": "#/components/schemas/A" }, { "required": ["a"] }] } } },
            { "properties": { "a": { "type": "string" } } },
        ] } });
        let a = merged(schemas);
        assert!(a.to_string().len() < 2000, "{a}");
    }

    #[test]
    fn too_many_alternatives_are_any_value() {
        let choice = |name: &str| {
            let members = (0..10).map(|index| json!({ "properties": { format!("{name}{index}"): {} } }));
            json!({ "oneOf": members.collect::<Vec<_>>() })
        };
        let a = merged(json!({ "A": { "allOf": [choice("a"), choice("b")] } }));
        assert_eq!(a, json!({}));
    }
}
