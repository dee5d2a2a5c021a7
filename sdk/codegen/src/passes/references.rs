//! Makes every reference lead to a component that is a schema of its own.
//!
//! Progenitor goes by the name of a component alone. A reference into another place, such as a property of a schema,
//! gets a component there is none for; what it leads to is not changed. A schema that is nothing but a reference to
//! itself, over however many others, says nothing and is any value.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use crate::{
    document::{Document, SCHEMAS, join, reference},
    report::Report,
};

const PASS: &str = "references";

pub(crate) fn run(document: &mut Document, report: &mut Report) {
    elsewhere(document, report);
    circles(document, report);
}

/// Gives a component to each schema that is referred to where it stands.
fn elsewhere(document: &mut Document, report: &mut Report) {
    let mut targets = Vec::new();
    document.for_each_schema(&mut |_, schema| {
        if let Some(Value::String(target)) = schema.get("$ref")
            && !is_component(target)
            && !targets.contains(target)
        {
            targets.push(target.clone());
        }
    });
    let mut names: Map<String, Value> = Map::new();
    for target in targets {
        let Some(schema) = document.at(&target).cloned() else {
            continue;
        };
        let words = target
            .split('/')
            .skip(1)
            .filter(|word| !matches!(*word, "components" | "schemas" | "properties" | "paths"));
        let wanted: String = words.map(crate::rust_names::type_name).collect();
        let is_taken = |name: &str| document.schemas().any(|(taken, _)| taken == name);
        let mut name = wanted.clone();
        let mut number = 2;
        while is_taken(&name) {
            name = format!("{wanted}{number}");
            number += 1;
        }
        report.kept(
            PASS,
            target.trim_start_matches('#'),
            format!("made it the component `{name}`, since it is referred to"),
        );
        document.0["components"]["schemas"][&name] = schema;
        names.insert(target, name.into());
    }
    if names.is_empty() {
        return;
    }
    document.for_each_schema(&mut |_, schema| {
        if let Some(Value::String(target)) = schema.get_mut("$ref")
            && let Some(Value::String(name)) = names.get(target)
        {
            *target = format!("{SCHEMAS}{name}");
        }
    });
}

fn is_component(target: &str) -> bool {
    target.strip_prefix(SCHEMAS).is_some_and(|name| !name.contains('/'))
}

/// Lets a schema be any value that is a reference to itself.
fn circles(document: &mut Document, report: &mut Report) {
    let next: HashMap<String, &str> = (document.schemas())
        .filter_map(|(name, schema)| Some((format!("#{}", join("/components/schemas", name)), only(schema)?)))
        .collect();
    let mut endless: Vec<String> = Vec::new();
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (start, name) in next.keys().enumerate() {
        let mut own = name.as_str();
        let mut path = Vec::new();
        while let Some(target) = next.get(own) {
            if let Some(by) = seen.insert(own, start) {
                // What this path comes back to is a circle; what an earlier one came to was looked at then.
                if by == start {
                    let circle = path.iter().skip_while(|name| **name != own);
                    endless.extend(circle.map(|name: &&str| name.trim_start_matches('#').to_owned()));
                }
                break;
            }
            path.push(own);
            own = target;
        }
    }
    endless.sort_unstable();
    for place in endless {
        report.lost(PASS, &place, "let it be any value, since it is a reference to itself");
        if let Some(schema) = document.0.pointer_mut(&place) {
            *schema = json!({});
        }
    }
}

/// What a schema refers to that is nothing else.
fn only(schema: &Value) -> Option<&str> {
    let part = || match schema.get("allOf")?.as_array()?.as_slice() {
        [part] => reference(part),
        _ => None,
    };
    reference(schema).or_else(part)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::passes::tests::after;

    #[test]
    fn what_is_referred_to_elsewhere_becomes_a_component() {
        let schemas = json!({
            "A": { "properties": { "mode": { "type": "string", "enum": ["a"] } } },
            "B": { "properties": { "mode": { "$ref": "#/components/schemas/A/properties/mode" } } },
        });
        let document = after(super::run, json!({}), schemas);
        let schemas = &document["components"]["schemas"];
        assert_eq!(schemas["AMode"], json!({ "type": "string", "enum": ["a"] }));
        assert_eq!(
            schemas["B"]["properties"]["mode"],
            json!({ "$ref": "#/components/schemas/AMode" })
        );
    }

    #[test]
    fn a_schema_that_is_a_reference_to_itself_is_any_value() {
        let of = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
        let document = after(
            super::run,
            json!({}),
            json!({ "A": of("B"), "B": { "allOf": [of("A")] }, "C": of("A") }),
        );
        let schemas = &document["components"]["schemas"];
        assert_eq!(
            (&schemas["A"], &schemas["B"], &schemas["C"]),
            (&json!({}), &json!({}), &of("A"))
        );
    }
}
