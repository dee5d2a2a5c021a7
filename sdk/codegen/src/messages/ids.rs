//! Gives every operation an id of its own that can be the name of a method.
//!
//! Progenitor refuses operations without an id and two with the same one, and makes names of them by rules under which
//! two may become one. An id here is what the method is called, so nothing is left to rules. Nothing is lost: the
//! report has the published id.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    document::{Document, METHODS},
    facts::{identifier, is_word},
    report::{Place, Report},
};

const PASS: &str = "ids";

/// Methods of the generated client, and names that the code of its builders uses.
const TAKEN: [&str; 22] = [
    "bool",
    "box",
    "builder",
    "clone",
    "err",
    "error",
    "fmt",
    "from",
    "from_env",
    "from_runtime",
    "into",
    "none",
    "ok",
    "operation_info",
    "option",
    "response",
    "result",
    "runtime",
    "some",
    "string",
    "vec",
    "with_options",
];

pub(crate) fn run(document: &mut Document, report: &mut Report) {
    let mut seen: BTreeSet<String> = TAKEN.iter().map(|name| identifier(name)).collect();
    // Those that are right already keep their ids, wherever they stand.
    let right = |id: &str| method_name(id) == id && !TAKEN.contains(&id) && is_word(id);
    let published: Vec<String> = (document.operations())
        .filter_map(|operation| Some(operation.id()?.to_owned()))
        .filter(|id| right(id))
        .collect();
    let mut first: BTreeSet<String> = BTreeSet::new();
    first.extend(published);
    seen.extend(first.iter().map(|id| identifier(id)));
    let place = Place::ROOT.member("paths");
    let items = document.0.get_mut("paths").and_then(Value::as_object_mut);
    for (path, item) in items.into_iter().flatten() {
        let place = place.member(path);
        for method in METHODS {
            let Some(operation) = item.get_mut(method).and_then(Value::as_object_mut) else {
                continue;
            };
            let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default();
            if first.remove(id) {
                continue;
            }
            let mut wanted = method_name(id);
            if wanted.is_empty() {
                wanted = method_name(&format!("{path}_{method}"));
            }
            let new = distinct(&wanted, &mut seen);
            if new != id {
                let what = match id.is_empty() {
                    true => format!("it has no id; called it `{new}`"),
                    false => format!("called it `{new}` instead of `{id}`"),
                };
                report.kept(PASS, place.member(method), what);
            }
            operation.insert("operationId".to_owned(), new.into());
        }
    }
}

/// A name of its own for what should be called `wanted`.
fn distinct(wanted: &str, seen: &mut BTreeSet<String>) -> String {
    let usable = |name: &str| is_word(name) && !TAKEN.contains(&name);
    let base = if usable(wanted) {
        wanted.to_owned()
    } else {
        format!("{wanted}_operation")
    };
    let mut name = base.clone();
    let mut number = 2;
    while !seen.insert(identifier(&name)) {
        name = format!("{base}_{number}");
        number += 1;
    }
    name
}

/// An id in small letters, with an underscore between its words.
fn method_name(id: &str) -> String {
    let chars: Vec<char> = id.chars().collect();
    let mut name = String::new();
    for (index, c) in chars.iter().enumerate() {
        if !c.is_ascii_alphanumeric() {
            if !name.is_empty() && !name.ends_with('_') {
                name.push('_');
            }
            continue;
        }
        let before = index.checked_sub(1).and_then(|before| chars.get(before));
        let after = chars.get(index + 1);
        let begins_word = c.is_ascii_uppercase()
            && (before.is_some_and(|before| before.is_ascii_lowercase() || before.is_ascii_digit())
                || (before.is_some_and(char::is_ascii_uppercase) && after.is_some_and(char::is_ascii_lowercase)));
        if begins_word && !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
        name.push(c.to_ascii_lowercase());
    }
    let name = name.trim_end_matches('_').to_owned();
    match name.starts_with(|c: char| c.is_ascii_digit()) {
        true => format!("op_{name}"),
        false => name,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_operation_gets_an_id_that_is_a_name() {
        let paths = json!({
            "/a/{b}": { "get": {}, "put": { "operationId": "type" }, "post": { "operationId": "a-b" } },
            "/c": { "get": { "operationId": "a_b" }, "put": { "operationId": "aB" }, "post": { "operationId": "2 x" } },
            "/d": { "get": { "operationId": "clone" }, "put": { "operationId": "a_b" }, "post": { "operationId": "§" } },
            "/e": { "get": { "operationId": "listDNSRecords" } },
        });
        let text = json!({ "openapi": "3.0.3", "info": {}, "paths": paths }).to_string();
        let mut document = Document::parse(&text).unwrap();
        let mut report = Report::default();
        run(&mut document, &mut report);
        let ids: Vec<_> = document.operations().filter_map(|operation| operation.id()).collect();
        let expected = [
            "a_b_get",
            "type_operation",
            "a_b_2",
            "a_b",
            "a_b_3",
            "op_2_x",
            "clone_operation",
            "a_b_4",
            "d_post",
            "list_dns_records",
        ];
        assert_eq!(BTreeSet::from_iter(ids), BTreeSet::from(expected));
        assert_eq!(report.into_changes().len(), 9);
    }
}
