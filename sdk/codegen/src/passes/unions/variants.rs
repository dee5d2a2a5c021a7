//! The names of the variants of a union.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    document::{SCHEMAS, reference},
    rust_names::{is_plain, spelled, type_name},
};

/// The keyword by which a union names its variants, in their order.
pub(crate) const VARIANTS: &str = "x-sdk-variants";

/// The keyword by which an alternative says which constants a discriminator gives it.
pub(crate) const CONSTANT: &str = "x-sdk-constant";

/// A name for each alternative: its title, its component, its constant, a member that it alone has, or its type.
pub(super) fn names(members: &[Value], all: &[&Value]) -> Vec<String> {
    let mut taken = BTreeSet::from(["Unknown".to_owned()]);
    let mut name = |wanted: &str| {
        let wanted = if is_plain(wanted) {
            type_name(wanted)
        } else {
            spelled(wanted)
        };
        let mut name = wanted.clone();
        let mut number = 2;
        while !taken.insert(name.clone()) {
            name = format!("{wanted}{number}");
            number += 1;
        }
        name
    };
    (members.iter().zip(all))
        .map(|(member, resolved)| {
            let title = member.get("title").and_then(Value::as_str);
            let component = || reference(member)?.strip_prefix(SCHEMAS);
            let own = || own_member(resolved, all);
            name(
                title
                    .or_else(component)
                    .or_else(|| constant(resolved))
                    .or_else(own)
                    .unwrap_or_else(|| kind(resolved)),
            )
        })
        .collect()
}

/// The only value of a member that has but one, such as its `type`.
fn constant(schema: &Value) -> Option<&str> {
    let members = schema.get("properties")?.as_object()?;
    let mut constants = members
        .values()
        .filter_map(|member| match member.get("enum")?.as_array()?.as_slice() {
            [Value::String(text)] => Some(text.as_str()),
            _ => None,
        });
    constants.next()
}

/// The first member that an object must have and no other alternative knows.
fn own_member<'a>(schema: &'a Value, all: &[&Value]) -> Option<&'a str> {
    let mut required = schema.get("required")?.as_array()?.iter().filter_map(Value::as_str);
    let knows = |other: &Value, name: &str| {
        other
            .get("properties")
            .is_some_and(|members| members.get(name).is_some())
    };
    required.find(|name| all.iter().filter(|other| knows(other, name)).count() == 1)
}

fn kind(schema: &Value) -> &'static str {
    let is_date = |format: &str| schema.get("format").is_some_and(|of| of == format);
    match schema.get("type").and_then(Value::as_str) {
        Some("string") if is_date("date-time") || is_date("date") => "Date",
        Some("string") if schema.get("enum").is_some() => "Value",
        Some("string") => "String",
        Some("integer") => "Integer",
        Some("number") => "Number",
        Some("boolean") => "Boolean",
        Some("array") => "List",
        Some("object") => "Object",
        _ => "Other",
    }
}
