//! Makes of `oneOf` and `anyOf` what Rust has for it: one type where one is enough, and named unions.
//!
//! Progenitor's enumeration for `oneOf` refuses what fits no alternative or, for `anyOf`, flattens optional members into
//! each other. One alternative beside null is that alternative; texts are one text, an enumeration if all of them are,
//! and so are numbers and flags; with an alternative of any value all is any value. The rest stays a `oneOf` with a
//! name for each variant, which is a union in Rust: an enumeration that is read by what the document says of each
//! variant, and that keeps a value that fits none.

mod variants;

use std::{collections::HashSet, ptr};

use serde_json::{Map, Value, json};

use super::kinds::is_annotation;
use crate::{
    document::{Document, join, reference},
    facts::resolve,
    report::{Place, Report},
};

pub(crate) use variants::{CONSTANT, VARIANTS};

const PASS: &str = "unions";

/// How many alternatives a union may have.
const LIMIT: usize = 128;

pub(crate) fn run(document: &mut Document, report: &mut Report) {
    without_circles(document, report);
    let original = Document(json!({ "components": { "schemas": document.at("/components/schemas") } }));
    document.for_each_schema(&mut |place, schema| {
        let Some(members) = take(schema) else { return };
        settle(&original, place, schema, members, report);
    });
}

/// Lets no union be an alternative of itself: reading it would have no end. Such a one has all the alternatives of those
/// that it is in a circle with.
fn without_circles(document: &mut Document, report: &mut Report) {
    let circular: Vec<(String, Vec<Value>)> = (document.schemas())
        .filter_map(|(name, schema)| Some((join("/components/schemas", name), leaves(document, schema)?)))
        .collect();
    for (place, members) in circular {
        report.kept(PASS, &place, "took it out of its own alternatives");
        if let Some(Value::Object(schema)) = document.0.pointer_mut(&place) {
            take(schema);
            schema.insert("oneOf".to_owned(), members.into());
        }
    }
}

/// The alternatives of a union that is one of its own, over however many others: those that are no unions.
fn leaves(document: &Document, union: &Value) -> Option<Vec<Value>> {
    let (mut found, mut seen, mut is_circular) = (Vec::new(), HashSet::new(), false);
    let mut open = alternatives(union)?;
    while let Some(member) = open.pop() {
        let schema = resolve(document, member);
        match alternatives(schema) {
            Some(_) if ptr::eq(schema, union) => is_circular = true,
            Some(members) if seen.insert(ptr::from_ref(schema)) => open.extend(members),
            Some(_) => {}
            None => found.push(member.clone()),
        }
    }
    is_circular.then_some(found)
}

/// The alternatives of a union, the last one first.
fn alternatives(schema: &Value) -> Option<Vec<&Value>> {
    let members = ["oneOf", "anyOf"]
        .iter()
        .find_map(|keyword| schema.get(*keyword)?.as_array())?;
    Some(members.iter().rev().collect())
}

/// Takes the alternatives out of a schema.
fn take(schema: &mut Map<String, Value>) -> Option<Vec<Value>> {
    let keyword = ["oneOf", "anyOf"]
        .into_iter()
        .find(|keyword| schema.contains_key(*keyword))?;
    match schema.remove(keyword)? {
        Value::Array(members) => Some(members),
        _ => Some(Vec::new()),
    }
}

fn settle(
    document: &Document,
    place: &Place<'_>,
    schema: &mut Map<String, Value>,
    members: Vec<Value>,
    report: &mut Report,
) {
    let mut flat = Vec::new();
    flatten(members, &mut flat, 0);
    let before = flat.len();
    let mut nullable = false;
    flat.retain(|member| {
        let resolved = resolve(document, member);
        nullable |=
            resolved.get("nullable") == Some(&Value::Bool(true)) || member.get("nullable") == Some(&Value::Bool(true));
        let is_null = is_null(resolved);
        nullable |= is_null;
        !is_null
    });
    let mut members: Vec<Value> = Vec::new();
    for member in flat {
        if !members.iter().any(|known| is_same(known, &member)) {
            members.push(member);
        }
    }
    if nullable {
        schema.insert("nullable".to_owned(), true.into());
    }
    let is_any = |member: &Value| {
        member
            .as_object()
            .is_some_and(|member| member.keys().all(|keyword| is_annotation(keyword)))
    };
    if members.is_empty() || members.len() > LIMIT || members.iter().any(|member| is_any(resolve(document, member))) {
        schema.remove("type");
        let what =
            format!("let it be any value: one of its {before} alternatives may be, or there are too many or none");
        return report.lost(PASS, place, what);
    }
    if let [member] = members.as_mut_slice() {
        let member = member.take();
        report.kept(PASS, place, "took its only alternative for it");
        return match reference(&member) {
            Some(_) if schema.is_empty() => *schema = member.as_object().cloned().unwrap_or_default(),
            Some(_) => {
                schema.insert("allOf".to_owned(), json!([member]));
            }
            None => {
                for (keyword, value) in member.as_object().cloned().unwrap_or_default() {
                    schema.entry(keyword).or_insert(value);
                }
            }
        };
    }
    let kinds: Vec<&str> = members.iter().map(|member| kind(document, member, 0)).collect();
    let all = |of: &[&str]| kinds.iter().all(|kind| of.contains(kind));
    if all(&["string"]) {
        let resolved: Vec<&Value> = members.iter().map(|member| resolve(document, member)).collect();
        texts(place, schema, &resolved, report);
    } else if all(&["integer", "number"]) {
        let kind = if all(&["integer"]) { "integer" } else { "number" };
        schema.insert("type".to_owned(), kind.into());
        report.lost(PASS, place, "made one number of its alternatives, without their limits");
    } else if all(&["boolean"]) {
        schema.insert("type".to_owned(), "boolean".into());
        report.kept(PASS, place, "made one flag of its alternatives");
    } else {
        let resolved: Vec<&Value> = members.iter().map(|member| resolve(document, member)).collect();
        let names = variants::names(&members, &resolved);
        report.kept(PASS, place, format!("made a union of {}", names.join(", ")));
        constants(schema.get("discriminator"), &mut members);
        // What may be null is the union, not a variant of it.
        members.iter_mut().filter_map(Value::as_object_mut).for_each(|member| {
            member.remove("nullable");
        });
        schema.remove("type");
        schema.insert("oneOf".to_owned(), members.into());
        schema.insert(VARIANTS.to_owned(), names.into());
    }
}

/// The type of a schema; of one with alternatives, the one that they have in common.
fn kind<'a>(document: &'a Document, schema: &'a Value, depth: usize) -> &'a str {
    let schema = resolve(document, schema);
    let alternatives = ["oneOf", "anyOf"]
        .iter()
        .find_map(|keyword| schema.get(*keyword)?.as_array());
    match (schema.get("type").and_then(Value::as_str), alternatives) {
        (Some(kind), None) => kind,
        (_, Some(alternatives)) if depth < 8 => {
            let mut kinds = alternatives.iter().map(|schema| kind(document, schema, depth + 1));
            let first = kinds.next().unwrap_or_default();
            if kinds.all(|kind| kind == first) { first } else { "" }
        }
        _ => "",
    }
}

/// Puts the alternatives of alternatives beside the others.
fn flatten(members: Vec<Value>, flat: &mut Vec<Value>, depth: usize) {
    for mut member in members {
        let inner = member.as_object_mut().filter(|member| {
            let says = |keyword: &String| !is_annotation(keyword) && keyword != "oneOf" && keyword != "anyOf";
            depth < 8 && !member.keys().any(says) && member.get("nullable") != Some(&Value::Bool(true))
        });
        match inner.and_then(take) {
            Some(inner) => flatten(inner, flat, depth + 1),
            None => flat.push(member),
        }
    }
}

/// Makes one text, or one enumeration, of texts.
fn texts(place: &Place<'_>, schema: &mut Map<String, Value>, members: &[&Value], report: &mut Report) {
    schema.insert("type".to_owned(), "string".into());
    let values = members
        .iter()
        .map(|member| member.get("enum").and_then(Value::as_array));
    match values.collect::<Option<Vec<_>>>() {
        Some(values) => {
            let mut all: Vec<Value> = Vec::new();
            for value in values.into_iter().flatten() {
                if !all.contains(value) {
                    all.push(value.clone());
                }
            }
            schema.insert("enum".to_owned(), all.into());
            report.kept(PASS, place, "made one enumeration of its alternatives");
        }
        None => {
            // A format that all have is kept.
            let formats = members.iter().map(|member| member.get("format")).collect::<Vec<_>>();
            if let Some(Some(format)) = formats.first()
                && formats.iter().all(|other| *other == Some(*format))
            {
                schema.insert("format".to_owned(), (*format).clone());
            }
            report.lost(
                PASS,
                place,
                "made one text of its alternatives, without their limits and values",
            );
        }
    }
}

/// Says of each alternative which constant the document's discriminator gives it.
fn constants(discriminator: Option<&Value>, members: &mut [Value]) {
    let Some(property) = discriminator.and_then(|of| of.get("propertyName")?.as_str()) else {
        return;
    };
    let mapping = discriminator.and_then(|of| of.get("mapping")?.as_object());
    for member in members {
        let texts: Vec<Value> = (mapping.into_iter().flatten())
            .filter(|(_, target)| target.as_str().is_some_and(|target| Some(target) == reference(member)))
            .map(|(text, _)| text.as_str().into())
            .collect();
        if !texts.is_empty()
            && let Some(member) = member.as_object_mut()
        {
            // Beside a reference, where only the variant's own facts look for it.
            member.insert(CONSTANT.to_owned(), json!({ property: texts }));
        }
    }
}

fn is_null(schema: &Value) -> bool {
    let values = schema.get("enum").and_then(Value::as_array);
    let is_only_nullable = || {
        schema.get("nullable") == Some(&Value::Bool(true))
            && schema
                .as_object()
                .is_some_and(|schema| schema.keys().all(|keyword| is_annotation(keyword)))
    };
    values.is_some_and(|values| !values.is_empty() && values.iter().all(Value::is_null)) || is_only_nullable()
}

/// Whether two alternatives differ in annotations alone.
fn is_same(one: &Value, other: &Value) -> bool {
    let (Some(one), Some(other)) = (one.as_object(), other.as_object()) else {
        return one == other;
    };
    let says = |schema: &Map<String, Value>| {
        let mut schema = schema.clone();
        schema.retain(|keyword, _| !is_annotation(keyword));
        schema
    };
    says(one) == says(other)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::passes::tests::after;

    #[track_caller]
    fn assert_becomes(schema: Value, expected: Value) {
        let schemas = json!({
            "A": schema,
            "Text": { "type": "string" },
            "Thing": { "type": "object", "properties": { "a": { "type": "string" } } },
        });
        let document = after(super::run, json!({}), schemas);
        assert_eq!(document["components"]["schemas"]["A"], expected);
    }

    #[test]
    fn one_alternative_beside_null_is_that_one() {
        let thing = json!({ "$ref": "#/components/schemas/Thing" });
        assert_becomes(json!({ "oneOf": [thing] }), thing.clone());
        assert_becomes(
            json!({ "description": "A.", "anyOf": [thing, { "enum": [null] }] }),
            json!({ "description": "A.", "nullable": true, "allOf": [thing] }),
        );
        assert_becomes(
            json!({ "oneOf": [{ "type": "boolean" }, { "nullable": true }] }),
            json!({ "type": "boolean", "nullable": true }),
        );
    }

    #[test]
    fn scalars_of_one_kind_are_one() {
        let of = |values: &[&str]| json!({ "type": "string", "enum": values });
        assert_becomes(
            json!({ "anyOf": [of(&["a", "b"]), of(&["b", "c"])] }),
            of(&["a", "b", "c"]),
        );
        assert_becomes(
            json!({ "anyOf": [of(&["a"]), { "$ref": "#/components/schemas/Text" }] }),
            json!({ "type": "string" }),
        );
        assert_becomes(
            json!({ "oneOf": [{ "type": "integer" }, { "type": "number", "minimum": 1 }] }),
            json!({ "type": "number" }),
        );
    }

    #[test]
    fn a_union_is_no_alternative_of_itself() {
        let of = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
        let schemas = json!({
            "A": { "oneOf": [of("B"), { "type": "string" }, of("A")] },
            "B": { "description": "B.", "anyOf": [{ "type": "integer" }, { "allOf": [of("A")] }] },
            "C": { "oneOf": [{ "type": "boolean" }, of("A")] },
        });
        let document = after(super::run, json!({}), schemas);
        let members = |name: &str| document["components"]["schemas"][name]["oneOf"].clone();
        let (text, number) = (json!({ "type": "string" }), json!({ "type": "integer" }));
        assert_eq!(members("A"), json!([number, text]));
        assert_eq!(members("B"), json!([number, text]));
        assert_eq!(members("C"), json!([{ "type": "boolean" }, of("A")]));
    }

    #[test]
    fn an_alternative_of_any_value_is_any_value() {
        assert_becomes(json!({ "oneOf": [{ "type": "string" }, {}] }), json!({}));
    }

    #[test]
    fn alternatives_of_several_kinds_are_a_union_with_a_name_for_each() {
        let thing = json!({ "$ref": "#/components/schemas/Thing" });
        let list = json!({ "type": "array", "items": { "type": "string" } });
        assert_becomes(
            json!({ "oneOf": [{ "anyOf": [thing, list] }, { "type": "string" }] }),
            json!({ "oneOf": [thing, list, { "type": "string" }], "x-sdk-variants": ["Thing", "List", "String"] }),
        );
    }
}
