//! What this project asks of what it took into the document by hand, beside what Cloudflare publishes.

use sdk_tests::{
    document::{by_hand, operations, schemas, values},
    models::is_required,
};
use serde_json::{Map, Value};

use super::{EDIT, GET, LIST, README, part, text};

#[test]
fn every_operation_links_to_its_reference_page_and_the_readme_names_it() {
    const PAGES: &str = "https://developers.cloudflare.com/api/resources/";
    let document = by_hand();
    for (operation, node) in operations(&document) {
        let why = "its `url` is the operation's page in Cloudflare's reference";
        assert!(
            node["externalDocs"].is_object(),
            "give {operation} `externalDocs`: {why}"
        );
        let page = text(
            &node["externalDocs"],
            "url",
            &format!("`externalDocs` of {operation}"),
            why,
        );
        assert!(
            page.starts_with(PAGES),
            "{page} of {operation} is not below {PAGES}: {why}"
        );
        assert!(
            text(
                node,
                "description",
                operation,
                "it becomes the documentation of the call"
            )
            .contains(&format!("<{page}>")),
            "link to the page in the description of {operation}, as <{page}>"
        );
        for named in [format!("`{operation}`"), format!("<{page}>")] {
            assert!(
                README.contains(&named),
                "add {operation} and its page to the table in openapi/README.md, as `{operation}` and <{page}>: {named} \
                 is not there"
            );
        }
    }
}

#[test]
fn every_enumeration_and_every_object_with_members_has_a_name() {
    for (at, schema) in schemas(&by_hand()) {
        for keyword in ["enum", "properties"] {
            assert!(
                schema.get(keyword).is_none() || is_named(&at),
                "the schema at {at} has `{keyword}` and no name for its Rust type; put it into /components/schemas, and \
                 a `$ref` in its place"
            );
        }
    }
}

#[test]
fn all_that_rustdoc_shows_is_described() {
    let document = by_hand();
    for (operation, node) in operations(&document) {
        text(
            node,
            "summary",
            operation,
            "it is the first line of the call's documentation",
        );
    }
    for (at, schema) in schemas(&document) {
        if is_named(&at) || at.rsplit('/').nth(1) == Some("properties") {
            text(
                schema,
                "description",
                &at,
                "it becomes documentation (beside a `$ref` it needs an `allOf`)",
            );
        }
    }
}

#[test]
fn every_extension_is_explained() {
    for (at, node) in values(&by_hand()) {
        for name in node.as_object().into_iter().flat_map(Map::keys) {
            assert!(
                !name.starts_with("x-") || README.contains(&format!("| `{name}` |")),
                "explain the extension `{name}`, which {at} has, in the table of extensions in openapi/README.md"
            );
        }
    }
}

#[test]
fn an_extension_stands_where_it_means_something() {
    let document = by_hand();
    for (operation, node) in operations(&document) {
        let idempotent = node.get("x-idempotent");
        assert!(
            idempotent.is_none_or(Value::is_boolean),
            "`x-idempotent` of {operation} is true or false, or left out where a request is not safe to repeat"
        );
    }
    for shipped in [EDIT, GET, LIST] {
        let idempotent = &part(&document, shipped)["x-idempotent"];
        assert_eq!(*idempotent, true, "`x-idempotent` of {shipped}: it is safe to repeat");
    }
    let mut nulls = Vec::new();
    for (at, schema) in schemas(&document) {
        let integral = schema.get("x-integral");
        match schema["type"].as_str() {
            Some("number") => assert!(
                integral.is_some_and(Value::is_boolean),
                "say whether the `number` at {at} is always whole: `x-integral` is true, or false for a floating-point type"
            ),
            _ => assert_eq!(
                integral, None,
                "`x-integral` says something of a `number` only; take it out of {at}"
            ),
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            if property["x-observed-null"] == true {
                assert!(
                    is_required(schema, name) && property["nullable"] != true,
                    "{at}/properties/{name} may be null or missing anyway; take `x-observed-null` out of it"
                );
                nulls.push(format!("{}.{name}", at.trim_start_matches("/components/schemas/")));
            }
        }
    }
    assert_eq!(
        nulls,
        ["Enrollment.modified_on", "EnrollmentFailure.result"],
        "this pins where null was seen; change it only with a recording in sdk-tests/recordings that shows it"
    );
}

/// Whether the schema at `at` is one with a name of its own.
fn is_named(at: &str) -> bool {
    at.strip_prefix("/components/schemas/")
        .is_some_and(|name| !name.contains('/'))
}
