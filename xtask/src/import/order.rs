//! The project's document after an import: without what nothing refers to, and in an order that depends on what is in it
//! alone.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{names::PUBLISHED_NAMES, surgery::PUBLISHED_ID};
use crate::survey::published::{METHODS, join};

/// Takes out the published components that nothing refers to any more.
pub(crate) fn prune(ours: &mut Value) {
    let mut used = BTreeSet::new();
    let mut open: Vec<&Value> = ours["paths"]
        .as_object()
        .map(|paths| paths.values().collect())
        .unwrap_or_default();
    // What was taken by hand is kept whether it is used or not.
    for (kind, of_kind) in ours["components"].as_object().into_iter().flatten() {
        let by_hand = of_kind.as_object().into_iter().flatten();
        open.extend(
            by_hand
                .filter(|(name, _)| ours[PUBLISHED_NAMES][kind][*name].is_null())
                .map(|(_, value)| value),
        );
    }
    while let Some(value) = open.pop() {
        match value {
            Value::Object(members) => {
                let named = members.get("$ref").into_iter();
                let mapped = members
                    .get("mapping")
                    .and_then(Value::as_object)
                    .into_iter()
                    .flat_map(Map::values);
                for target in named.chain(mapped).filter_map(Value::as_str) {
                    if let Some(pointer) = target.strip_prefix('#')
                        && used.insert(pointer.to_owned())
                    {
                        open.extend(ours.pointer(pointer));
                    }
                }
                open.extend(members.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    let names = ours[PUBLISHED_NAMES].as_object().cloned().unwrap_or_default();
    for (kind, of_kind) in names {
        for name in of_kind.as_object().into_iter().flat_map(Map::keys) {
            if !used.contains(&join(&format!("/components/{kind}"), name)) {
                for parent in ["components", PUBLISHED_NAMES] {
                    if let Some(of_kind) = ours[parent][&kind].as_object_mut() {
                        of_kind.remove(name);
                    }
                }
            }
        }
    }
}

/// Puts what was imported into an order that does not depend on what was imported when: after what was taken by hand,
/// by name.
pub(crate) fn settle(ours: &mut Value) {
    let names = ours[PUBLISHED_NAMES].clone();
    if let Some(kinds) = ours["components"].as_object_mut() {
        for (kind, of_kind) in kinds.iter_mut() {
            let is_published = |name: &str| !names[kind][name].is_null();
            sort(of_kind, |name, _| is_published(name).then(|| name.to_owned()));
        }
        kinds.retain(|_, of_kind| of_kind.as_object().is_none_or(|of_kind| !of_kind.is_empty()));
    }
    sort(&mut ours["paths"], |path, item| {
        let mut operations = item
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(_, operation)| operation.get("responses").is_some());
        operations
            .all(|(_, operation)| operation.get(PUBLISHED_ID).is_some())
            .then(|| path.to_owned())
    });
    for (_, item) in ours["paths"].as_object_mut().into_iter().flatten() {
        sort(item, |method, operation| {
            let at = METHODS.iter().position(|other| *other == method);
            at.filter(|_| operation.get(PUBLISHED_ID).is_some())
                .map(|at| at.to_string())
        });
    }
    if let Some(root) = ours.as_object_mut()
        && let Some(mut names) = root.remove(PUBLISHED_NAMES)
    {
        for (_, of_kind) in names.as_object_mut().into_iter().flatten() {
            sort(of_kind, |name, _| Some(name.to_owned()));
        }
        sort(&mut names, |kind, _| Some(kind.to_owned()));
        if let Some(names) = names.as_object_mut() {
            names.retain(|_, of_kind| of_kind.as_object().is_some_and(|of_kind| !of_kind.is_empty()));
        }
        if names.as_object().is_some_and(|names| !names.is_empty()) {
            root.insert(PUBLISHED_NAMES.to_owned(), names);
        }
    }
}

/// Moves the members that have a key to the end, in the order of their keys.
fn sort(object: &mut Value, key: impl Fn(&str, &Value) -> Option<String>) {
    let Some(members) = object.as_object_mut() else { return };
    let (mut moved, mut kept) = (BTreeMap::new(), Map::new());
    for (name, value) in std::mem::take(members) {
        match key(&name, &value) {
            Some(key) => _ = moved.insert((key, name), value),
            None => _ = kept.insert(name, value),
        }
    }
    kept.extend(moved.into_iter().map(|((_, name), value)| (name, value)));
    *members = kept;
}
