//! What an operation may be called: the noun by its path, then Cloudflare's verb.

use super::words::{snake, words};
use crate::survey::{
    published::{Node, Operation, Published, is_json},
    schema::composed,
};

/// What is done by a POST, PUT or PATCH to a path that ends with it; anything else is created or changed.
const ACTIONS: [&str; 39] = [
    "activate",
    "add",
    "archive",
    "bulk_delete",
    "cancel",
    "check",
    "clear",
    "clone",
    "copy",
    "deactivate",
    "disable",
    "dismiss",
    "enable",
    "export",
    "import",
    "list",
    "preview",
    "prioritize",
    "purge",
    "query",
    "refresh",
    "reset",
    "restart",
    "restore",
    "retry",
    "revoke",
    "roll",
    "rollback",
    "rotate",
    "run",
    "scan",
    "search",
    "send",
    "submit",
    "test",
    "trace",
    "unrevoke",
    "validate",
    "verify",
];

/// Verbs that are no nouns as well: where one begins or ends what a path ends with, that is done.
const VERBS: [&str; 14] = [
    "delete", "disable", "enable", "force", "generate", "get", "insert", "purge", "remove", "revoke", "rotate",
    "update", "upsert", "validate",
];

/// What a GET of a path that ends with it does, so that it needs no other verb.
const READINGS: [&str; 3] = ["download", "export", "search"];

/// Names from the best to the one that is sure to be free.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Candidates(pub(crate) Vec<String>);

/// The names that an operation may have, which is one of all of a document.
pub(crate) fn candidates(published: &Published, all: &[Operation], operation: &Operation) -> Candidates {
    let route = Route::new(&operation.path);
    let verb = verb(published, operation, &route);
    let noun = route.nouns.join("_");
    let name = |scope: Option<&str>, verb: &[&str]| {
        let parts = scope.into_iter().chain([noun.as_str()]).chain(verb.iter().copied());
        parts.collect::<Vec<_>>().join("_")
    };
    let verb: Vec<&str> = match is_of_all(published, operation, &route) {
        true => ["bulk"].into_iter().chain(verb).collect(),
        false => verb.into_iter().collect(),
    };
    let mut found = Vec::new();
    if noun.starts_with(|c: char| c.is_ascii_alphabetic()) {
        if !has_plainer(published, all, operation, &route) {
            found.push(name(None, &verb));
            found.push(name(route.scope, &verb));
        }
        // A thing of a list, beside the list itself.
        if let Some(by) = route.parameters.last().filter(|by| !by.is_empty()) {
            found.push(format!("{}_by_{by}", name(None, &verb)));
            found.push(format!("{}_by_{by}", name(route.scope, &verb)));
        }
    }
    found.push(snake(&operation.id));
    found.dedup();
    found.retain(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()));
    if found.is_empty() {
        found.push(format!("operation_{}", snake(&operation.path)));
    }
    Candidates(found)
}

/// What a path says.
struct Route<'p> {
    /// `zone` or `account`, where it is of one.
    scope: Option<&'p str>,
    /// What is named in the rest of it.
    nouns: Vec<String>,
    /// The parameters in the rest of it.
    parameters: Vec<String>,
    ends_with_parameter: bool,
    /// The noun before what a vendor's name, such as `@cf`, begins, or the last one.
    last: String,
}

impl<'p> Route<'p> {
    fn new(path: &'p str) -> Self {
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let is_parameter = |segment: &str| segment.starts_with('{') && segment.ends_with('}');
        let (scope, rest) = match &segments[..] {
            [scope @ ("zones" | "accounts"), parameter, rest @ ..] if is_parameter(parameter) && !rest.is_empty() => {
                (Some(scope.trim_end_matches('s')), rest)
            }
            rest => (None, rest),
        };
        let nouns = |segments: &[&str]| {
            let nouns = segments.iter().filter(|segment| !is_parameter(segment));
            nouns
                .map(|segment| snake(segment))
                .filter(|noun| !noun.is_empty())
                .collect::<Vec<_>>()
        };
        let vendor = rest
            .iter()
            .position(|segment| segment.starts_with('@'))
            .unwrap_or(rest.len());
        Self {
            scope,
            nouns: nouns(rest),
            parameters: (rest.iter().filter(|segment| is_parameter(segment)))
                .map(|segment| snake(segment))
                .collect(),
            ends_with_parameter: rest.last().is_some_and(|last| is_parameter(last)),
            last: nouns(&rest[..vendor]).pop().unwrap_or_default(),
        }
    }
}

/// Cloudflare's verb, unless the path has one.
fn verb<'o>(published: &Published, operation: &'o Operation, route: &Route<'_>) -> Option<&'o str> {
    let is_there = |method: &str| published.root().at(&["paths", &operation.path, method]).is_some();
    match operation.method.as_str() {
        "get" if READINGS.contains(&route.last.as_str()) && !route.ends_with_parameter => None,
        "get" if is_list(published, operation, route) => Some("list"),
        "get" => Some("get"),
        "post" if is_action(&route.last) => None,
        // What can be read as well is a thing.
        "put" | "patch" if is_action(&route.last) && !route.ends_with_parameter && !is_there("get") => None,
        "put" => Some("update"),
        "patch" => Some("edit"),
        "post" => Some("create"),
        other => Some(other),
    }
}

/// Whether what a path ends with is done, and is no thing.
fn is_action(noun: &str) -> bool {
    let words: Vec<&str> = noun.split('_').collect();
    let is_verb = |word: Option<&&str>| word.is_some_and(|word| VERBS.contains(word));
    ACTIONS.contains(&noun) || is_verb(words.first()) || is_verb(words.last())
}

/// Whether a change is of all things of a list at once: of each of them there is such a change, too.
fn is_of_all(published: &Published, operation: &Operation, route: &Route<'_>) -> bool {
    matches!(operation.method.as_str(), "put" | "patch" | "delete")
        && !route.ends_with_parameter
        && route.last.ends_with('s')
        && of_each(published, operation).any(|item| item.member(&operation.method).is_some())
}

/// The path items below a path by one parameter.
fn of_each<'p>(published: &'p Published, operation: &Operation) -> impl Iterator<Item = Node<'p>> {
    let paths = published
        .root()
        .member("paths")
        .map(|paths| paths.members())
        .unwrap_or_default();
    let above = format!("{}/{{", operation.path);
    let is_below = move |path: &str| path.strip_prefix(&above).is_some_and(|rest| !rest.contains('/'));
    paths
        .into_iter()
        .filter(move |(path, _)| is_below(path))
        .map(|(_, item)| item)
}

/// Whether another operation with the same method and nouns needs fewer parameters, and so has the plain name.
fn has_plainer(published: &Published, all: &[Operation], operation: &Operation, route: &Route<'_>) -> bool {
    let nouns = named(&operation.path);
    let mut plainer = all.iter().filter(|other| {
        other.method == operation.method && other.path.len() < operation.path.len() && named(&other.path) == nouns
    });
    plainer.any(|other| {
        let plain = Route::new(&other.path);
        plain.scope == route.scope
            && verb(published, other, &plain) == verb(published, operation, route)
            && !is_of_all(published, other, &plain)
    })
}

/// The segments of a path that are no parameters.
fn named(path: &str) -> Vec<&str> {
    path.split('/').filter(|segment| !segment.starts_with('{')).collect()
}

/// Whether a GET gives a list.
fn is_list(published: &Published, operation: &Operation, route: &Route<'_>) -> bool {
    let node = published
        .root()
        .at(&["paths", &operation.path, &operation.method, "responses"]);
    let responses = node.map(|node| node.members()).unwrap_or_default();
    let success = responses.into_iter().find(|(status, _)| status.starts_with('2'));
    let schema = success.and_then(|(_, response)| {
        let content = published.follow(response).member("content")?;
        let (_, media_type) = content.members().into_iter().find(|(name, _)| is_json(name))?;
        media_type.member("schema")
    });
    let schemas = schema
        .map(|schema| composed(published, vec![schema]))
        .unwrap_or_default();
    let results: Vec<_> = schemas
        .iter()
        .filter_map(|schema| schema.member("properties")?.member("result"))
        .collect();
    // A common envelope that is refined has all kinds of results.
    let results = composed(published, results);
    let of = if results.is_empty() { &schemas } else { &results };
    let has = |kind: &str, keyword: &str| {
        of.iter()
            .any(|schema| schema.text("type") == Some(kind) || schema.member(keyword).is_some())
    };
    let is_called_list = words(&operation.id).iter().any(|word| word == "list");
    match (has("array", "items"), has("object", "properties")) {
        (true, false) => true,
        // A list within an object: of things that can be had one by one, or by its name.
        (false, true) => {
            let has_each = || of_each(published, operation).next().is_some();
            !route.ends_with_parameter && route.last.ends_with('s') && (is_called_list || has_each())
        }
        _ => !route.ends_with_parameter && is_called_list,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn first(method: &str, path: &str, response: serde_json::Value) -> String {
        let document = json!({
            "openapi": "3.0.3",
            "paths": { path: { method: { "operationId": "published-id", "responses": { "200": {
                "content": { "application/json": { "schema": response } },
            } } } } },
        });
        let published = Published::parse(&document.to_string()).unwrap();
        let all = published.operations();
        candidates(&published, &all, &all[0]).0.remove(0)
    }

    #[test]
    fn the_noun_is_the_path_without_its_scope_and_the_verb_is_cloudflares() {
        let one = json!({ "properties": { "result": { "type": "object" } } });
        let list = json!({ "allOf": [{ "properties": { "result": { "type": "array" } } }] });
        let of = |method, path| first(method, path, one.clone());
        assert_eq!(
            of("patch", "/zones/{zone_id}/ssl/universal/settings"),
            "ssl_universal_settings_edit"
        );
        assert_eq!(of("get", "/zones/{zone_id}/cache/variants"), "cache_variants_get");
        assert_eq!(
            of("put", "/accounts/{account_id}/cfd_tunnel/{tunnel_id}"),
            "cfd_tunnel_update"
        );
        assert_eq!(of("post", "/accounts/{account_id}/devices/revoke"), "devices_revoke");
        assert_eq!(of("post", "/zones/{zone_id}/rulesets"), "rulesets_create");
        assert_eq!(of("get", "/zones/{zone_id}"), "zones_get");
        assert_eq!(of("delete", "/user/tokens/{token_id}"), "user_tokens_delete");
        assert_eq!(
            of("get", "/accounts/{accountId}/urlscanner/scan/{scanId}/har"),
            "urlscanner_scan_har_get"
        );
        assert_eq!(first("get", "/accounts/{account_id}/members", list), "members_list");
    }

    #[test]
    fn a_path_that_says_what_is_done_needs_no_other_verb() {
        let of = |method, path| first(method, path, json!({}));
        assert_eq!(of("post", "/a/indexes/{name}/upsert"), "a_indexes_upsert");
        assert_eq!(of("post", "/a/indexes/{name}/delete-by-ids"), "a_indexes_delete_by_ids");
        assert_eq!(of("post", "/a/tunnels/{id}/psk_generate"), "a_tunnels_psk_generate");
        assert_eq!(of("post", "/a/tests"), "a_tests_create");
        assert_eq!(of("put", "/a/certificates/prioritize"), "a_certificates_prioritize");
        assert_eq!(of("get", "/a/documents/{id}/download"), "a_documents_download");
        assert_eq!(
            of("post", "/accounts/{id}/ai/run/@cf/meta/llama-3"),
            "ai_run_cf_meta_llama_3"
        );
        assert_eq!(of("post", "/accounts/{id}/ai/run/{model}"), "ai_run");
    }

    /// The first names of the operations, each a method and a path, of one document; of a list of them, all have a body
    /// that is an object.
    fn names(operations: &[(&str, &str)]) -> Vec<String> {
        let object = json!({ "type": "object", "properties": { "a": {} } });
        let responses = json!({ "200": { "content": { "application/json": { "schema": object } } } });
        let mut paths = json!({});
        for (method, path) in operations {
            paths[path][method] = json!({ "operationId": format!("{method} {path}"), "responses": responses });
        }
        let published = Published::parse(&json!({ "openapi": "3.0.3", "paths": paths }).to_string()).unwrap();
        let all = published.operations();
        let name = |(method, path): &(&str, &str)| {
            let operation = all
                .iter()
                .find(|operation| operation.method == *method && operation.path == *path);
            candidates(&published, &all, operation.unwrap()).0.remove(0)
        };
        operations.iter().map(name).collect()
    }

    #[test]
    fn a_change_of_all_things_of_a_list_is_told_from_that_of_one() {
        let found = names(&[
            ("delete", "/a/lamps"),
            ("delete", "/a/lamps/{id}"),
            ("get", "/a/lamps"),
            ("get", "/a/lamps/{id}"),
        ]);
        assert_eq!(
            found,
            ["a_lamps_bulk_delete", "a_lamps_delete", "a_lamps_list", "a_lamps_get"]
        );
    }

    #[test]
    fn of_two_that_differ_by_parameters_the_plainer_has_the_plain_name() {
        let found = names(&[
            ("patch", "/accounts/{a}/policy"),
            ("patch", "/accounts/{a}/policy/{policy_id}"),
            ("put", "/accounts/{a}/policy/include"),
            ("put", "/accounts/{a}/policy/{policy_id}/include"),
        ]);
        let expected = ["policy_edit", "policy_edit_by_policy_id", "policy_include_update"];
        assert_eq!(found[..3], expected);
        assert_eq!(found[3], "policy_include_update_by_policy_id");
    }

    #[test]
    fn what_can_be_read_where_an_action_seems_to_be_is_a_thing() {
        assert_eq!(
            names(&[("patch", "/a/smart_enable"), ("get", "/a/smart_enable")]),
            ["a_smart_enable_edit", "a_smart_enable_get"]
        );
    }
}
