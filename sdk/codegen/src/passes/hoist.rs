//! Makes a component of every object, enumeration, union and limited text that is described where it is used.
//!
//! Typify names such a schema by its title, or after what it stands in, and of two schemas that get one name the second
//! silently is the first. Here the names are given before, after the place, and no two are the same.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::unions::VARIANTS;
use crate::{
    document::{Document, SCHEMAS},
    facts::identifier,
    report::{Place, Report},
    rust_names::{is_plain, spelled, type_name},
    walk::of_message,
};

const PASS: &str = "hoist";

/// The keywords that say something of the member, not of the schema that it refers to.
const OF_MEMBER: [&str; 6] = [
    "deprecated",
    "description",
    "nullable",
    "readOnly",
    "writeOnly",
    "x-observed-null",
];

pub(crate) fn run(document: &mut Document, report: &mut Report) {
    let taken = document.schemas().map(|(name, _)| identifier(name)).collect();
    let mut hoist = Hoist {
        taken,
        made: Vec::new(),
        report,
    };
    let place = Place::ROOT.member("components");
    if let Some(components) = document.0.get_mut("components").and_then(Value::as_object_mut) {
        for (kind, components) in components {
            let place = place.member(kind);
            for (name, component) in components.as_object_mut().into_iter().flatten() {
                let place = place.member(name);
                if kind != "schemas" {
                    hoist.message(&word(name), &place, component);
                } else if let Some(schema) = component.as_object_mut() {
                    hoist.children(&word(name), &place, schema);
                }
            }
        }
    }
    let mut items = document.0.get_mut("paths").and_then(Value::as_object_mut);
    let paths = Place::ROOT.member("paths");
    for (path, item) in items.iter_mut().flat_map(|items| items.iter_mut()) {
        let place = paths.member(path);
        let Some(item) = item.as_object_mut() else { continue };
        hoist.parameters(&word(path), &place, item);
    }
    document.for_each_operation(|place, operation| {
        let id = word(
            operation
                .get("operationId")
                .and_then(Value::as_str)
                .unwrap_or("operation"),
        );
        hoist.parameters(&id, place, operation);
        if let Some(body) = operation.get_mut("requestBody") {
            hoist.message(&format!("{id}Body"), &place.member("requestBody"), body);
        }
        let place = place.member("responses");
        let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
        for (status, response) in responses.into_iter().flatten() {
            hoist.message(&format!("{id}Response"), &place.member(status), response);
        }
    });
    let made = hoist.made;
    if !made.is_empty()
        && let Some(root) = document.0.as_object_mut()
    {
        let components = root.entry("components").or_insert_with(|| json!({}));
        for (name, schema) in made {
            components["schemas"][&name] = schema;
        }
    }
}

struct Hoist<'a> {
    taken: BTreeSet<String>,
    made: Vec<(String, Value)>,
    report: &'a mut Report,
}

impl Hoist<'_> {
    fn parameters(&mut self, of: &str, place: &Place<'_>, owner: &mut Map<String, Value>) {
        let place = place.member("parameters");
        let parameters = owner.get_mut("parameters").and_then(Value::as_array_mut);
        for (index, parameter) in parameters.into_iter().flatten().enumerate() {
            let name = parameter
                .get("name")
                .and_then(Value::as_str)
                .map(word)
                .unwrap_or_default();
            self.message(&format!("{of}{name}"), &place.item(index), parameter);
        }
    }

    fn message(&mut self, name: &str, place: &Place<'_>, message: &mut Value) {
        of_message(
            crate::walk::Position::Request,
            place,
            message,
            &mut |_, place, schema| {
                self.visit(name, place, schema);
            },
        );
    }

    /// Moves a schema to the components, if it is to have a name, and what is within it.
    fn visit(&mut self, wanted: &str, place: &Place<'_>, value: &mut Value) {
        let Some(schema) = value.as_object_mut() else { return };
        if !wants_name(schema) {
            return self.children(wanted, place, schema);
        }
        let name = self.name(wanted);
        self.children(&name, place, schema);
        self.report.kept(PASS, place, format!("called it `{name}`"));
        let target = json!({ "$ref": format!("{SCHEMAS}{name}") });
        let mut of_member = Map::new();
        for keyword in OF_MEMBER {
            match schema.get(keyword).cloned() {
                Some(value) if keyword == "description" => {
                    of_member.insert(keyword.to_owned(), value);
                }
                Some(value) => {
                    schema.remove(keyword);
                    of_member.insert(keyword.to_owned(), value);
                }
                None => {}
            }
        }
        let reference = if of_member.is_empty() {
            target
        } else {
            of_member.insert("allOf".to_owned(), json!([target]));
            of_member.into()
        };
        let schema = std::mem::replace(value, reference);
        self.made.push((name, schema));
    }

    fn children(&mut self, name: &str, place: &Place<'_>, schema: &mut Map<String, Value>) {
        let variants = schema.get(VARIANTS).cloned().unwrap_or_default();
        for (keyword, value) in schema {
            let place = place.member(keyword);
            match (keyword.as_str(), value) {
                ("properties", Value::Object(members)) => {
                    for (member, value) in members {
                        self.visit(&format!("{name}{}", word(member)), &place.member(member), value);
                    }
                }
                ("items", value) => self.visit(&format!("{name}Item"), &place, value),
                ("additionalProperties", value) => self.visit(&format!("{name}Value"), &place, value),
                ("oneOf", Value::Array(members)) => {
                    for (index, value) in members.iter_mut().enumerate() {
                        let variant = variants.get(index).and_then(Value::as_str).unwrap_or("Variant");
                        self.visit(&format!("{name}{variant}"), &place.item(index), value);
                    }
                }
                _ => {}
            }
        }
    }

    fn name(&mut self, wanted: &str) -> String {
        let wanted = type_name(wanted);
        let mut name = wanted.clone();
        let mut number = 2;
        while !self.taken.insert(identifier(&name)) {
            name = format!("{wanted}{number}");
            number += 1;
        }
        name
    }
}

/// A name of the document as a part of a type's name.
fn word(name: &str) -> String {
    match is_plain(name) {
        true => type_name(name).trim_end_matches('_').to_owned(),
        false => spelled(name).trim_end_matches('_').to_owned(),
    }
}

/// Whether a schema becomes a type of its own.
fn wants_name(schema: &Map<String, Value>) -> bool {
    let has = |keyword: &str| schema.contains_key(keyword);
    let members = schema.get("properties").and_then(Value::as_object);
    match schema.get("type").and_then(Value::as_str) {
        Some("object") => members.is_some_and(|members| !members.is_empty()),
        Some("string") => has("enum") || has("minLength") || has("maxLength"),
        _ => has("oneOf"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::passes::tests::{after, content};

    #[test]
    fn what_is_described_where_it_is_used_gets_a_name_of_its_own() {
        let mode = json!({ "type": "string", "enum": ["a"] });
        let operation = json!({
            "operationId": "thing_get",
            "responses": { "200": content(json!({ "type": "object", "properties": { "mode": mode } })) },
        });
        let item = json!({ "type": "object", "title": "Mode", "properties": { "mode": mode } });
        let schemas = json!({
            "ThingMode": { "type": "string" },
            "Thing": { "type": "object", "properties": {
                "mode": { "type": "string", "enum": ["a"], "nullable": true, "description": "A mode." },
                "list": { "type": "array", "items": item },
                "plain": { "type": "object" },
            } },
        });
        let document = after(super::run, operation, schemas);
        let of = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
        let schemas = &document["components"]["schemas"];
        let expected = json!({
            "mode": { "description": "A mode.", "nullable": true, "allOf": [of("ThingMode2")] },
            "list": { "type": "array", "items": of("ThingListItem") },
            "plain": { "type": "object" },
        });
        assert_eq!(schemas["Thing"]["properties"], expected);
        assert_eq!(
            schemas["ThingMode2"],
            json!({ "type": "string", "enum": ["a"], "description": "A mode." })
        );
        assert_eq!(schemas["ThingListItem"]["properties"]["mode"], of("ThingListItemMode"));
        assert_eq!(
            document["paths"]["/a"]["get"]["responses"]["200"],
            content(of("ThingGetResponse"))
        );
        assert_eq!(
            schemas["ThingGetResponse"]["properties"]["mode"],
            of("ThingGetResponseMode")
        );
    }
}
