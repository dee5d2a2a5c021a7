//! What an operation may be called: the noun by its path, then Cloudflare's verb.

use super::words::{snake, words};
use crate::survey::{
    published::{Operation, Published, is_json},
    schema::composed,
};

/// What is done by a POST to a path that ends with it; anything else is created.
const ACTIONS: [&str; 34] = [
    "activate",
    "archive",
    "bulk_delete",
    "cancel",
    "check",
    "clear",
    "clone",
    "copy",
    "deactivate",
    "disable",
    "enable",
    "import",
    "preview",
    "purge",
    "purge_cache",
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
    "rotate_secret",
    "scan",
    "search",
    "send",
    "test",
    "unrevoke",
    "validate",
    "verify",
    "trace",
];

/// Names from the best to the one that is sure to be free.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Candidates(pub(crate) Vec<String>);

/// The names that an operation may have.
pub(crate) fn candidates(published: &Published, operation: &Operation) -> Candidates {
    let segments: Vec<&str> = operation
        .path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    let is_parameter = |segment: &str| segment.starts_with('{') && segment.ends_with('}');
    let (scope, rest) = match &segments[..] {
        [scope @ ("zones" | "accounts"), parameter, rest @ ..] if is_parameter(parameter) && !rest.is_empty() => {
            (Some(scope.trim_end_matches('s')), rest)
        }
        rest => (None, rest),
    };
    let nouns: Vec<String> = rest
        .iter()
        .filter(|segment| !is_parameter(segment))
        .map(|segment| snake(segment))
        .filter(|noun| !noun.is_empty())
        .collect();
    let ends_with_parameter = rest.last().is_some_and(|last| is_parameter(last));
    let verb = match operation.method.as_str() {
        "get" if is_list(published, operation, ends_with_parameter) => Some("list"),
        "get" => Some("get"),
        "put" => Some("update"),
        "patch" => Some("edit"),
        "post" if !ends_with_parameter && nouns.last().is_some_and(|noun| ACTIONS.contains(&noun.as_str())) => None,
        "post" => Some("create"),
        other => Some(other),
    };
    let name = |parts: &[Option<&str>], noun: &str| {
        let before = parts.iter().flatten().map(|part| (*part).to_owned());
        let all: Vec<_> = before.chain([noun.to_owned()]).chain(verb.map(str::to_owned)).collect();
        all.join("_")
    };
    let noun = nouns.join("_");
    let parameter = rest.iter().rev().find(|segment| is_parameter(segment));
    let by = parameter.map(|parameter| snake(parameter)).unwrap_or_default();
    let mut found = Vec::new();
    if noun.starts_with(|c: char| c.is_ascii_alphabetic()) {
        found.push(name(&[], &noun));
        found.push(name(&[scope], &noun));
        // A thing of a list, beside the list itself.
        if !by.is_empty() {
            found.push(format!("{}_by_{by}", name(&[scope], &noun)));
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

/// Whether a GET gives a list.
fn is_list(published: &Published, operation: &Operation, ends_with_parameter: bool) -> bool {
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
    match (has("array", "items"), has("object", "properties")) {
        (true, false) => return true,
        (false, true) => return false,
        _ => {}
    }
    !ends_with_parameter && words(&operation.id).iter().any(|word| word == "list")
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
        let operation = &published.operations()[0];
        candidates(&published, operation).0.remove(0)
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
}
