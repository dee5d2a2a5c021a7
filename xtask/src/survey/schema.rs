//! What several schemas say together of one value.

use std::collections::BTreeSet;

use serde_json::Value;

use super::published::{Node, Published};

/// The way that a body goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Way {
    Sent,
    Received,
}

/// All schemas that speak of the value that `schemas` speak of: they, what they refer to, and the parts of which they
/// are composed. Of alternatives, `pick` tells which; without it, all.
pub(crate) fn spread<'a>(
    document: &'a Published,
    schemas: Vec<Node<'a>>,
    pick: Option<&dyn Fn(usize) -> usize>,
) -> Vec<Node<'a>> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    let mut open = schemas;
    open.reverse();
    while let Some(node) = open.pop() {
        let node = document.follow(node);
        if !seen.insert(node.pointer.clone()) {
            continue;
        }
        let mut more = Vec::new();
        if let Some(parts) = node.member("allOf") {
            more.extend(parts.members().into_iter().map(|(_, part)| part));
        }
        for keyword in ["oneOf", "anyOf"] {
            let Some(parts) = node.member(keyword).map(|parts| parts.members()) else {
                continue;
            };
            match pick {
                Some(pick) if !parts.is_empty() => more.push(parts[pick(parts.len()) % parts.len()].1.clone()),
                _ => more.extend(parts.into_iter().map(|(_, part)| part)),
            }
        }
        open.extend(more.into_iter().rev());
        found.push(node);
    }
    found
}

/// All schemas that a value must be of, whichever of the alternatives it is of: what is referred to and what is composed.
pub(crate) fn composed<'a>(document: &'a Published, schemas: Vec<Node<'a>>) -> Vec<Node<'a>> {
    let (mut seen, mut found, mut open) = (BTreeSet::new(), Vec::new(), schemas);
    open.reverse();
    while let Some(node) = open.pop() {
        let node = document.follow(node);
        if !seen.insert(node.pointer.clone()) {
            continue;
        }
        let parts = node.member("allOf").map(|parts| parts.members()).unwrap_or_default();
        open.extend(parts.into_iter().rev().map(|(_, part)| part));
        found.push(node);
    }
    found
}

/// The schemas of a member of an object of which `schemas` speak; they are spread already.
pub(crate) fn of_member<'a>(schemas: &[Node<'a>], name: &str) -> Described<'a> {
    let named: Vec<_> = schemas
        .iter()
        .filter_map(|schema| schema.member("properties")?.member(name))
        .collect();
    if !named.is_empty() {
        return Described::By(named);
    }
    let others = schemas
        .iter()
        .filter_map(|schema| schema.member("additionalProperties"));
    let others: Vec<_> = others.filter(|others| others.value != &Value::Bool(false)).collect();
    let by: Vec<_> = others
        .iter()
        .filter(|others| others.value.is_object())
        .cloned()
        .collect();
    let is_free = !schemas.iter().any(has_properties) && others.is_empty();
    match (by.is_empty(), others.is_empty() && !is_free) {
        (false, _) => Described::By(by),
        (true, false) => Described::Freely,
        (true, true) => Described::Not,
    }
}

/// What is said of a member of an object.
pub(crate) enum Described<'a> {
    By(Vec<Node<'a>>),
    /// It may be there, with any value.
    Freely,
    Not,
}

fn has_properties(schema: &Node<'_>) -> bool {
    let properties = schema.value.get("properties").and_then(Value::as_object);
    properties.is_some_and(|properties| !properties.is_empty())
}

/// Whether an object of these schemas must have the member, the way that it goes.
pub(crate) fn is_required<'a>(document: &'a Published, schemas: &[Node<'a>], name: &str, way: Way) -> bool {
    let is_demanded = schemas.iter().any(|schema| {
        let names = schema.value.get("required").and_then(Value::as_array);
        names.is_some_and(|names| names.iter().any(|other| other == name))
    });
    is_demanded && !is_of_other_way(document, schemas, name, way)
}

/// Whether the member only ever goes the other way.
pub(crate) fn is_of_other_way<'a>(document: &'a Published, schemas: &[Node<'a>], name: &str, way: Way) -> bool {
    let flag = match way {
        Way::Sent => "readOnly",
        Way::Received => "writeOnly",
    };
    match of_member(schemas, name) {
        Described::By(nodes) => spread(document, nodes, None).iter().any(|node| node.is(flag)),
        _ => false,
    }
}

/// Whether one of the schemas, which are spread, lets null be.
pub(crate) fn is_nullable(schemas: &[Node<'_>]) -> bool {
    schemas.is_empty()
        || schemas.iter().any(|schema| {
            let values = schema.value.get("enum").and_then(Value::as_array);
            schema.is("nullable") || values.is_some_and(|values| values.contains(&Value::Null))
        })
}
