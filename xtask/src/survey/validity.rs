//! Whether a value is of a schema as published, by a validator that is not ours.
//!
//! Schemas are put into the words of JSON Schema draft 4, on which OpenAPI 3.0 builds: `exclusiveMinimum` is a boolean
//! in both, and both ignore what stands beside a `$ref`.

use std::{
    cell::RefCell,
    collections::{BTreeSet, HashMap},
    rc::Rc,
};

use jsonschema::{Draft, Registry, Validator};
use serde_json::{Map, Value, json};

use super::{
    published::{Node, Published},
    schema::{Way, spread},
};

/// The validators of a document's schemas, made when they are asked for.
pub(crate) struct Validity {
    sent: Registry<'static>,
    received: Registry<'static>,
    validators: RefCell<HashMap<(Way, String), Rc<Result<Validator, String>>>>,
}

/// Why a value is not of its schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contradiction {
    /// The place within the value.
    pub(crate) at: String,
    pub(crate) reason: String,
}

/// Where the converted components are, for references to them.
const BASE: &str = "urn:published";

impl Validity {
    pub(crate) fn new(document: &Published) -> Result<Self, String> {
        let registry = |way| {
            let mut schemas = Map::new();
            if let Some(components) = document.root().at(&["components", "schemas"]) {
                for (name, schema) in components.members() {
                    schemas.insert(name.to_owned(), converted(document, &schema, way));
                }
            }
            let registry = Registry::new().draft(Draft::Draft4);
            let registry = registry.add(BASE, json!({ "components": { "schemas": schemas } }));
            registry
                .and_then(|registry| registry.prepare())
                .map_err(|cause| cause.to_string())
        };
        Ok(Self {
            sent: registry(Way::Sent)?,
            received: registry(Way::Received)?,
            validators: RefCell::default(),
        })
    }

    /// Holds a value against the schema.
    pub(crate) fn check(
        &self,
        document: &Published,
        schema: &Node<'_>,
        way: Way,
        value: &Value,
    ) -> Result<(), Contradiction> {
        let key = (way, schema.pointer.clone());
        let known = self.validators.borrow().get(&key).cloned();
        let validator = known.unwrap_or_else(|| {
            let made = Rc::new(self.validator(&converted(document, schema, way), way));
            self.validators.borrow_mut().insert(key, Rc::clone(&made));
            made
        });
        match &*validator {
            Ok(validator) => validator.validate(value).map_err(|error| Contradiction {
                at: error.instance_path().to_string(),
                reason: in_short(&error.to_string()),
            }),
            Err(reason) => Err(Contradiction {
                at: String::new(),
                reason: format!("the schema cannot be used by the validator: {reason}"),
            }),
        }
    }

    fn validator(&self, schema: &Value, way: Way) -> Result<Validator, String> {
        let registry = match way {
            Way::Sent => &self.sent,
            Way::Received => &self.received,
        };
        let options = jsonschema::options().with_draft(Draft::Draft4).with_registry(registry);
        let options = options
            .should_validate_formats(true)
            .should_ignore_unknown_formats(true);
        options.build(schema).map_err(|error| in_short(&error.to_string()))
    }
}

/// One line of a reason that may show whole values.
pub(crate) fn in_short(reason: &str) -> String {
    const LIMIT: usize = 200;
    let line = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LIMIT) {
        // The end says what is wrong, the beginning shows the value.
        Some(_) => {
            let from = line.char_indices().rev().nth(LIMIT - 40).map_or(0, |(index, _)| index);
            let to = line.char_indices().nth(40).map_or(0, |(index, _)| index);
            format!("{} … {}", &line[..to], &line[from..])
        }
        None => line,
    }
}

/// A schema in words of JSON Schema: what it says of values, and nothing else.
pub(crate) fn converted(document: &Published, schema: &Node<'_>, way: Way) -> Value {
    let undemanded = BTreeSet::new();
    Conversion { document, way }.schema(schema, &undemanded, 0)
}

/// How deep a composition is written out where a reference would do.
const DEPTH: usize = 16;

struct Conversion<'a> {
    document: &'a Published,
    way: Way,
}

impl Conversion<'_> {
    /// `undemanded` are members that only ever go the other way, so that they need not be there.
    fn schema(&self, schema: &Node<'_>, undemanded: &BTreeSet<String>, depth: usize) -> Value {
        if let Some(target) = schema.text("$ref") {
            if undemanded.is_empty() || depth > DEPTH {
                return json!({ "$ref": format!("{BASE}{target}") });
            }
            return self.schema(&self.document.follow(schema.clone()), undemanded, depth + 1);
        }
        let Some(members) = schema.value.as_object() else {
            // A flag, for further properties.
            return schema.value.clone();
        };
        let mut undemanded = undemanded.clone();
        undemanded.extend(self.of_other_way(schema));
        let part = |node: &Node<'_>| self.schema(node, &undemanded, depth + 1);
        let inner = |node: &Node<'_>| self.schema(node, &BTreeSet::new(), 0);
        let mut made = Map::new();
        for (keyword, value) in members {
            let Some(node) = schema.member(keyword) else { continue };
            let value = match (keyword.as_str(), value) {
                ("properties", Value::Object(_)) => {
                    let properties = node.members().into_iter();
                    let properties = properties.map(|(name, property)| (name.to_owned(), inner(&property)));
                    Value::Object(properties.collect())
                }
                ("allOf" | "anyOf" | "oneOf", Value::Array(parts)) if !parts.is_empty() => {
                    node.members().iter().map(|(_, node)| part(node)).collect()
                }
                ("not", Value::Object(_)) => part(&node),
                ("items", Value::Object(_)) | ("additionalProperties", Value::Object(_) | Value::Bool(_)) => {
                    inner(&node)
                }
                ("type", Value::String(kind)) if schema.is("nullable") => json!([kind, "null"]),
                ("required", Value::Array(names)) => {
                    let is_demanded = |name: &&Value| name.as_str().is_some_and(|name| !undemanded.contains(name));
                    let names = distinct(names.iter().filter(is_demanded));
                    if names.is_empty() {
                        continue;
                    }
                    names.into()
                }
                ("enum", Value::Array(values)) if !values.is_empty() => distinct(values.iter()).into(),
                ("pattern", Value::String(pattern)) if is_pattern(pattern) => value.clone(),
                ("type" | "format", Value::String(_))
                | ("minimum" | "maximum" | "multipleOf", Value::Number(_))
                | ("minLength" | "maxLength" | "minItems" | "maxItems", Value::Number(_))
                | ("minProperties" | "maxProperties", Value::Number(_))
                | ("exclusiveMinimum" | "exclusiveMaximum" | "uniqueItems", Value::Bool(_)) => value.clone(),
                _ => continue,
            };
            made.insert(keyword.clone(), value);
        }
        for (flag, limit) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
            if !made.contains_key(limit) {
                made.remove(flag);
            }
        }
        made.into()
    }

    /// The members of an object, in whichever part of its schema they stand, that only ever go the other way.
    fn of_other_way(&self, schema: &Node<'_>) -> BTreeSet<String> {
        let flag = match self.way {
            Way::Sent => "readOnly",
            Way::Received => "writeOnly",
        };
        let parts = spread(self.document, vec![schema.clone()], None);
        let properties = parts.iter().filter_map(|part| part.member("properties"));
        let mut found = BTreeSet::new();
        for (name, property) in properties.flat_map(|properties| properties.members()) {
            if spread(self.document, vec![property], None)
                .iter()
                .any(|part| part.is(flag))
            {
                found.insert(name.to_owned());
            }
        }
        found
    }
}

/// The values, each once.
fn distinct<'a>(values: impl Iterator<Item = &'a Value>) -> Vec<Value> {
    let mut distinct: Vec<Value> = Vec::new();
    for value in values {
        if !distinct.contains(value) {
            distinct.push(value.clone());
        }
    }
    distinct
}

/// Whether the validator takes a pattern, which is of another dialect.
fn is_pattern(pattern: &str) -> bool {
    let schema = json!({ "pattern": pattern });
    jsonschema::options().with_draft(Draft::Draft4).build(&schema).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(schemas: &Value, way: Way, value: &Value) -> Result<(), Contradiction> {
        let text = json!({ "paths": {}, "components": { "schemas": schemas } }).to_string();
        let document = Published::parse(&text).unwrap();
        let schema = document.root().at(&["components", "schemas", "A"]).unwrap();
        Validity::new(&document).unwrap().check(&document, &schema, way, value)
    }

    fn is_valid(schema: Value, value: Value) -> bool {
        check(&json!({ "A": schema }), Way::Received, &value).is_ok()
    }

    #[test]
    fn null_is_valid_where_the_schema_of_a_type_says_so() {
        assert!(is_valid(json!({ "type": "string", "nullable": true }), Value::Null));
        assert!(!is_valid(json!({ "type": "string" }), Value::Null));
        assert!(!is_valid(
            json!({ "type": "string", "nullable": true, "enum": ["a"] }),
            Value::Null
        ));
    }

    #[test]
    fn an_excluded_limit_is_a_flag() {
        let schema = json!({ "type": "integer", "minimum": 1, "exclusiveMinimum": true });
        assert!(is_valid(schema.clone(), json!(2)));
        assert!(!is_valid(schema, json!(1)));
        assert!(is_valid(
            json!({ "type": "integer", "exclusiveMinimum": true }),
            json!(1)
        ));
    }

    #[test]
    fn a_pattern_of_another_dialect_is_left_out_and_another_is_not() {
        assert!(is_valid(json!({ "type": "string", "pattern": "^(a" }), json!("b")));
        assert!(!is_valid(json!({ "type": "string", "pattern": "^a" }), json!("b")));
    }

    #[test]
    fn a_contradiction_is_told_with_its_place() {
        let schemas = json!({
            "A": { "properties": { "list": { "type": "array", "items": { "$ref": "#/components/schemas/B" } } } },
            "B": { "type": "integer" },
        });
        let contradiction = check(&schemas, Way::Sent, &json!({ "list": [1, "b"] })).unwrap_err();
        assert_eq!(contradiction.at, "/list/1");
        assert_eq!(contradiction.reason, r#""b" is not of type "integer""#);
    }

    #[test]
    fn what_goes_the_other_way_is_not_demanded_in_whichever_part_it_stands() {
        let schemas = json!({
            "A": { "allOf": [
                { "$ref": "#/components/schemas/Demanding" },
                { "properties": { "id": { "type": "string", "readOnly": true }, "name": { "type": "string" } } },
            ] },
            "Demanding": { "required": ["id", "name"] },
        });
        assert!(check(&schemas, Way::Sent, &json!({ "name": "a" })).is_ok());
        assert!(check(&schemas, Way::Sent, &json!({ "id": "a" })).is_err());
        assert!(check(&schemas, Way::Received, &json!({ "name": "a" })).is_err());
    }

    #[test]
    fn a_keyword_of_another_form_is_left_out() {
        assert!(is_valid(
            json!({ "type": "string", "required": true, "enum": [], "minLength": "1" }),
            json!("a")
        ));
    }
}
