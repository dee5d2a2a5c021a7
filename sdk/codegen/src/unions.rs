//! What is known of the variants of a union: by what a value is told to be one of them.

use serde_json::{Map, Value};

use crate::{
    document::Document,
    facts::resolve,
    passes::{
        enumerations::WIRE,
        unions::{CONSTANT, VARIANTS},
    },
};

/// How deep a union within unions is looked into.
const DEPTH: usize = 8;

/// A variant of a union.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct VariantFacts {
    pub(crate) name: String,
    /// The kinds of JSON that it may be.
    pub(crate) kinds: Vec<String>,
    /// The members that an object must have.
    pub(crate) required: Vec<String>,
    /// The members that an object may have.
    pub(crate) known: Vec<String>,
    /// The texts that a member must be one of.
    pub(crate) constants: Vec<(String, Vec<String>)>,
}

/// The variants of a schema that is a union; of another, none.
pub(crate) fn facts(document: &Document, schema: &Value) -> Vec<VariantFacts> {
    let names = schema.get(VARIANTS).and_then(Value::as_array);
    let members = schema.get("oneOf").and_then(Value::as_array);
    let (Some(names), Some(members)) = (names, members) else {
        return Vec::new();
    };
    (names.iter().zip(members))
        .map(|(name, member)| {
            let mut facts = VariantFacts::of(document, member, 0);
            facts.name = name.as_str().unwrap_or_default().to_owned();
            let constants = member.get(CONSTANT).and_then(Value::as_object);
            for (name, texts) in constants.into_iter().flatten() {
                facts.constants.retain(|(known, _)| known != name);
                facts.constants.push((name.clone(), texts_of(texts)));
            }
            facts
        })
        .collect()
}

impl VariantFacts {
    fn of(document: &Document, schema: &Value, depth: usize) -> Self {
        let schema = resolve(document, schema);
        if let Some(members) = schema.get("oneOf").and_then(Value::as_array) {
            // A union within a union is any of its own variants.
            let mut facts = Self::default();
            for member in members.iter().filter(|_| depth < DEPTH) {
                let inner = Self::of(document, member, depth + 1);
                facts.kinds.extend(inner.kinds);
                facts.known.extend(inner.known);
            }
            for list in [&mut facts.kinds, &mut facts.known] {
                list.sort();
                list.dedup();
            }
            return facts;
        }
        let kind = schema.get("type").and_then(Value::as_str);
        let wire = |name: &String| {
            let wire = || schema.get(WIRE)?.get(name)?.as_str();
            wire().unwrap_or(name).to_owned()
        };
        let members = schema.get("properties").and_then(Value::as_object);
        let constants = (members.into_iter().flatten())
            .filter_map(|(name, member)| Some((wire(name), constant(resolve(document, member))?)))
            .collect();
        let required = schema.get("required").map(texts_of).unwrap_or_default();
        Self {
            name: String::new(),
            kinds: kind.map(str::to_owned).into_iter().collect(),
            required: required.iter().map(wire).collect(),
            known: members.into_iter().flat_map(Map::keys).map(wire).collect(),
            constants,
        }
    }
}

/// The only value of an enumeration that has but one.
fn constant(schema: &Value) -> Option<Vec<String>> {
    let [Value::String(text)] = schema.get("enum")?.as_array()?.as_slice() else {
        return None;
    };
    let wire = || schema.get(WIRE)?.get(text)?.get(0)?.as_str();
    Some(vec![wire().unwrap_or(text).to_owned()])
}

fn texts_of(value: &Value) -> Vec<String> {
    let values = value.as_array().into_iter().flatten();
    values.filter_map(|text| Some(text.as_str()?.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_variant_is_told_by_its_kind_its_members_and_its_constants() {
        let document = Document(json!({ "components": { "schemas": {
            "Cat": { "type": "object", "required": ["kind"], "properties": {
                "kind": { "type": "string", "enum": ["cat"] },
                "created_on_2": { "type": "string" },
            }, WIRE: { "created_on_2": "createdOn" } },
        } } }));
        let union = json!({
            "oneOf": [{ "$ref": "#/components/schemas/Cat", CONSTANT: { "type": ["c"] } }, { "type": "integer" }],
            VARIANTS: ["Cat", "Integer"],
        });
        let text = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let cat = VariantFacts {
            name: "Cat".to_owned(),
            kinds: text(&["object"]),
            required: text(&["kind"]),
            known: text(&["kind", "createdOn"]),
            constants: vec![("kind".to_owned(), text(&["cat"])), ("type".to_owned(), text(&["c"]))],
        };
        let integer = VariantFacts {
            name: "Integer".to_owned(),
            kinds: text(&["integer"]),
            ..VariantFacts::default()
        };
        assert_eq!(facts(&document, &union), [cat, integer]);
    }
}
