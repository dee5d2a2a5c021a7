//! Whether each generated type is of its schema, of no other, and can be read at all.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use cloudflare_sdk_codegen::{Outline, TypeOutline};
use serde_json::Value;

use super::{
    assemble::{Assembler, Wanted},
    published::{Node, Published},
    schema::Way,
    validity::Validity,
};

/// What there is to say of the types of a module, before any was read.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    /// Types that are not what their schema says, with the place in the document after the passes.
    pub(crate) aliases: Vec<(String, String)>,
    /// Types that no component of the document is named like.
    pub(crate) unnamed: Vec<String>,
    /// For each type, values of which it must read one.
    pub(crate) instances: Vec<(String, Vec<Value>)>,
}

/// How many alternatives are tried at most.
const ALTERNATIVES: usize = 8;

/// Holds the types against the document that they were made of.
pub(crate) fn judge(outline: &Outline) -> Result<Judged, String> {
    let mut shaped: Value = serde_json::from_str(&outline.shaped).map_err(|cause| cause.to_string())?;
    restore(&mut shaped);
    let document = Published::of(shaped)?;
    let validity = Validity::new(&document)?;
    let assembler = Assembler {
        document: &document,
        validity: &validity,
        contradictions: RefCell::default(),
    };
    let types: BTreeMap<_, _> = outline.types.iter().map(|of| (plain(&of.name), of)).collect();
    let components = document
        .root()
        .at(&["components", "schemas"])
        .map(|schemas| schemas.members());
    let components: BTreeMap<_, _> = components
        .unwrap_or_default()
        .into_iter()
        .map(|(name, schema)| (plain(name), schema))
        .collect();
    let mut judged = Judged::default();
    let uses = Uses {
        types: &types,
        components: &components,
    };
    for (name, of) in &types {
        let Some(schema) = components.get(name) else {
            judged.unnamed.push(of.name.clone());
            continue;
        };
        uses.check_members(of, schema, &mut judged.aliases);
        let mut wanted = vec![Wanted::Required, Wanted::Nulls];
        let alternatives = assembler.alternatives(schema).min(ALTERNATIVES);
        wanted.extend((0..alternatives).map(Wanted::All));
        let mut values = Vec::new();
        for value in wanted
            .into_iter()
            .map(|wanted| assembler.value(schema, Way::Received, wanted))
        {
            if !values.contains(&value) {
                values.push(value);
            }
        }
        judged.instances.push((of.name.clone(), values));
    }
    for operation in document.operations() {
        let Some(outline) = operation.of_outline(outline) else {
            continue;
        };
        let Some(node) = document.root().at(&["paths", &operation.path, &operation.method]) else {
            continue;
        };
        let body = node.member("requestBody").map(|body| document.follow(body));
        if let (Some(of), Some(body)) = (&outline.body, body) {
            uses.check_contents(&body, of, &mut judged.aliases);
        }
        if outline.has_json_value() {
            for (_, response) in node
                .member("responses")
                .map(|responses| responses.members())
                .unwrap_or_default()
            {
                uses.check_contents(&document.follow(response), &outline.value, &mut judged.aliases);
            }
        }
    }
    Ok(judged)
}

/// The extension by which the passes name the variants of a union.
const VARIANTS: &str = "x-sdk-variants";

/// The extension by which the passes keep names that Rust cannot have.
const WIRE: &str = "x-sdk-wire";

/// Puts names that the passes wrote otherwise back: as they are sent and received.
fn restore(value: &mut Value) {
    let Value::Object(members) = value else {
        if let Value::Array(items) = value {
            items.iter_mut().for_each(restore);
        }
        return;
    };
    members.values_mut().for_each(restore);
    if let Some(names) = members.remove(WIRE) {
        let wire = |name: &str| {
            let kept = names.get(name).map(|kept| kept.get(0).unwrap_or(kept));
            kept.and_then(Value::as_str).unwrap_or(name).to_owned()
        };
        if let Some(Value::Object(properties)) = members.get_mut("properties") {
            *properties = std::mem::take(properties)
                .into_iter()
                .map(|(name, of)| (wire(&name), of))
                .collect();
        }
        for keyword in ["required", "enum"] {
            let texts = members
                .get_mut(keyword)
                .and_then(Value::as_array_mut)
                .into_iter()
                .flatten();
            for text in texts {
                if let Some(name) = text.as_str() {
                    *text = wire(name).into();
                }
            }
        }
    }
}

struct Uses<'u, 'a> {
    types: &'u BTreeMap<String, &'u TypeOutline>,
    components: &'u BTreeMap<String, Node<'a>>,
}

impl<'a> Uses<'_, 'a> {
    /// Compares the members of a type with those that its schema says.
    fn check_members(&self, of: &TypeOutline, schema: &Node<'a>, aliases: &mut Vec<(String, String)>) {
        let mut differs = |pointer: &str, what: String| {
            aliases.push((pointer.to_owned(), format!("the type `{}` {what}", of.name)));
        };
        let names: BTreeSet<_> = of
            .members
            .iter()
            .map(|member| member.name.as_str())
            .filter(|name| !name.is_empty())
            .collect();
        if let Some(values) = schema.value.get("enum").and_then(Value::as_array) {
            let values: BTreeSet<_> = values.iter().filter_map(Value::as_str).collect();
            if values != names && !names.is_empty() {
                differs(
                    &schema.pointer,
                    format!("has the values {names:?}, and the schema {values:?}"),
                );
            }
            return;
        }
        let properties = schema
            .member("properties")
            .map(|properties| properties.members())
            .unwrap_or_default();
        if let Some(variants) = schema.value.get(VARIANTS).and_then(Value::as_array) {
            let variants: BTreeSet<_> = variants.iter().filter_map(Value::as_str).collect();
            if !variants.is_subset(&names) {
                differs(
                    &schema.pointer,
                    format!("has the variants {names:?}, and the schema {variants:?}"),
                );
            }
        }
        if !properties.is_empty() {
            let expected: BTreeSet<_> = properties.iter().map(|(name, _)| *name).collect();
            if expected != names {
                differs(
                    &schema.pointer,
                    format!("has the members {names:?}, and the schema {expected:?}"),
                );
            }
        }
        for (name, property) in properties {
            let member = of.members.iter().find(|member| member.name == name);
            if let Some(written) = member.and_then(|member| member.of.as_ref())
                && let Some(missing) = self.missing(&property, written)
            {
                differs(
                    &property.pointer,
                    format!("has `{name}` as `{written}`, and the schema is that of `{missing}`"),
                );
            }
        }
        for keyword in ["oneOf", "anyOf"] {
            for (_, part) in schema.member(keyword).map(|parts| parts.members()).unwrap_or_default() {
                let written: Vec<_> = of.members.iter().filter_map(|member| member.of.as_deref()).collect();
                if let Some(missing) = self.missing(&part, &written.join(",")) {
                    differs(&part.pointer, format!("has no variant for `{missing}`"));
                }
            }
        }
    }

    fn check_contents(&self, message: &Node<'a>, written: &str, aliases: &mut Vec<(String, String)>) {
        for (_, media_type) in message
            .member("content")
            .map(|content| content.members())
            .unwrap_or_default()
        {
            let Some(schema) = media_type.member("schema") else {
                continue;
            };
            if let Some(missing) = self.missing(&schema, written) {
                aliases.push((
                    schema.pointer,
                    format!("it is `{written}`, and the schema is that of `{missing}`"),
                ));
            }
        }
    }

    /// The name of a type that the schema refers to, where it is not among the names of the type as it is `written`.
    fn missing(&self, schema: &Node<'a>, written: &str) -> Option<String> {
        let target = schema
            .text("$ref")
            .and_then(|target| target.strip_prefix("#/components/schemas/"));
        if let Some(target) = target {
            let name = plain(target);
            if let Some(of) = self.types.get(&name) {
                let words = written.split(|c: char| !(c.is_alphanumeric() || c == '_')).map(plain);
                let mut named = words.filter(|word| self.types.contains_key(word)).peekable();
                // What is but a text with limits is read as that text.
                let is_plain = matches!(&of.members[..], [member] if member.name.is_empty());
                let is_right = (is_plain && named.peek().is_none()) || named.any(|word| word == name);
                return (!is_right).then(|| of.name.clone());
            }
            // A name for what has no type of its own, such as a list.
            return self
                .components
                .get(&name)
                .and_then(|schema| self.missing(schema, written));
        }
        let inner = ["items", "additionalProperties"]
            .iter()
            .filter_map(|keyword| schema.member(keyword));
        let parts = schema.member("allOf").map(|parts| parts.members()).unwrap_or_default();
        let parts = if parts.len() == 1 { parts } else { Vec::new() };
        inner
            .chain(parts.into_iter().map(|(_, part)| part))
            .find_map(|part| self.missing(&part, written))
    }
}

/// A name without what differs between the document and Rust: case and punctuation.
fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use cloudflare_sdk_codegen::Generator;
    use serde_json::json;

    use super::*;

    fn outline() -> Outline {
        let refer = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
        let body = json!({ "content": { "application/json": { "schema": refer("Thing") } }, "description": "" });
        let document = json!({
            "openapi": "3.0.3",
            "info": { "title": "Things", "version": "1" },
            "paths": { "/things": { "get": { "operationId": "things_get", "responses": { "200": body } } } },
            "components": { "schemas": {
                "Thing": { "type": "object", "properties": { "kind": refer("Kind"), "part": refer("Part") } },
                "Part": { "type": "object", "properties": { "kind": refer("Kind") } },
                "Kind": { "type": "string", "enum": ["small", "large"] },
            } },
        });
        Generator::new("things.json").outline(&document.to_string()).unwrap()
    }

    #[test]
    fn what_is_generated_is_of_its_schema_and_has_values_to_read() {
        let judged = judge(&outline()).unwrap();
        assert_eq!(judged.aliases, []);
        assert_eq!(judged.unnamed, [""; 0]);
        let names: Vec<_> = judged.instances.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["Kind", "Part", "Thing"]);
        assert!(
            judged.instances[2]
                .1
                .contains(&json!({ "kind": "small", "part": { "kind": "small" } }))
        );
    }

    #[test]
    fn a_type_in_the_place_of_another_is_found() {
        let mut outline = outline();
        outline.operations[0].value = "types::Part".to_owned();
        for of in &mut outline.types {
            match of.name.as_str() {
                "Thing" => of.members[1].of = Some("Option<Thing>".to_owned()),
                "Kind" => of.members.truncate(1),
                _ => {}
            }
        }
        let judged = judge(&outline).unwrap();
        let places: Vec<_> = judged.aliases.iter().map(|(place, _)| place.as_str()).collect();
        let of_body = "/paths/~1things/get/responses/2XX/content/application~1json/schema";
        assert_eq!(
            places,
            [
                "/components/schemas/Kind",
                "/components/schemas/Thing/properties/part",
                of_body
            ]
        );
    }

    #[test]
    fn names_that_the_passes_wrote_otherwise_are_put_back() {
        let mut schemas = json!({
            "Comparison": { "enum": ["Value0", "Value1"], "x-sdk-wire": { "Value0": ["<", "Less"], "Value1": [">", "More"] } },
            "Hours": { "properties": { "v1": {} }, "required": ["v1"], "x-sdk-wire": { "v1": "1" } },
        });
        restore(&mut schemas);
        let expected = json!({
            "Comparison": { "enum": ["<", ">"] },
            "Hours": { "properties": { "1": {} }, "required": ["1"] },
        });
        assert_eq!(schemas, expected);
    }
}
