//! Documents that would make a generator explode: what comes out is no larger than goes with them, and the rest any value.

use cloudflare_sdk_codegen::{Error, Generator};
use serde_json::{Map, Value, json};

fn refer(name: impl std::fmt::Display) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// What is generated for an operation that sends and receives the schema `A0`.
fn generated(schemas: Map<String, Value>) -> Result<String, Error> {
    let body = json!({ "application/json": { "schema": refer("A0") } });
    let operation = json!({
        "operationId": "thing_edit",
        "requestBody": { "content": body },
        "responses": { "200": { "description": "", "content": body } },
    });
    let document = json!({
        "openapi": "3.0.3",
        "info": { "title": "A", "version": "1" },
        "paths": { "/thing": { "patch": operation } },
        "components": { "schemas": schemas },
    });
    Generator::new("api.json").generate(&document.to_string())
}

/// The schemas `A0` to `A{count}`, of which each but the last is made of the name of the next.
fn chain(count: usize, link: impl Fn(Value) -> Value) -> Map<String, Value> {
    let last = json!({ "type": "object", "properties": { "end": { "type": "string" } } });
    let links = (0..count).map(|index| (format!("A{index}"), link(refer(format!("A{}", index + 1)))));
    links.chain([(format!("A{count}"), last)]).collect()
}

/// Generates the code, and holds it to be of a size that goes with the document's, whatever time the machine has.
#[track_caller]
fn assert_small(schemas: impl IntoIterator<Item = (String, Value)>, most: usize) {
    let code = generated(schemas.into_iter().collect()).unwrap();
    assert!(code.len() < most, "{} bytes", code.len());
}

/// The schema `A0` alone.
fn only(schema: Value) -> [(String, Value); 1] {
    [("A0".to_owned(), schema)]
}

fn with_member(name: &str) -> Value {
    json!({ "properties": { name: { "type": "string" } } })
}

#[test]
fn parts_that_double_at_each_level_are_any_value() {
    let link = |next: Value| {
        let (left, right) = (with_member("a"), with_member("b"));
        json!({ "type": "object", "properties": {
            "left": { "allOf": [next, left] },
            "right": { "allOf": [next, right] },
        } })
    };
    assert_small(chain(20, link), 20_000);
    let link = |next: Value| json!({ "oneOf": [{ "allOf": [next, with_member("a")] }, { "allOf": [next, with_member("b")] }] });
    assert_small(chain(20, link), 20_000);
}

#[test]
fn alternatives_times_alternatives_are_any_value() {
    let either =
        |index: usize| json!({ "anyOf": [with_member(&format!("a{index}")), with_member(&format!("b{index}"))] });
    let parts: Vec<Value> = (0..40).map(either).collect();
    assert_small(only(json!({ "allOf": parts })), 20_000);
}

#[test]
fn parts_in_parts_without_end_are_any_value() {
    assert_small(chain(2000, |next| json!({ "allOf": [next, with_member("a")] })), 20_000);
    assert_small(
        chain(
            300,
            |next| json!({ "properties": { "next": { "allOf": [next, with_member("a")] } } }),
        ),
        3_000_000,
    );
}

#[test]
fn long_chains_grow_with_their_length_alone() {
    let links: [fn(Value) -> Value; 5] = [
        |next| json!({ "type": "object", "properties": { "next": next } }),
        |next| next,
        |next| json!({ "type": "array", "items": next }),
        |next| json!({ "nullable": true, "allOf": [next] }),
        |next| json!({ "oneOf": [next, { "type": "string" }] }),
    ];
    for link in links {
        assert_small(chain(100, link), 500_000);
    }
}

#[test]
fn what_is_within_itself_has_an_end() {
    let list = |name: &str| json!({ "type": "array", "items": refer(name) });
    let outer = [
        json!({ "allOf": [refer("A0"), { "properties": { "a": refer("A0") } }] }),
        json!({ "allOf": [refer("A1"), { "properties": { "a": { "allOf": [refer("A0"), refer("A1")] } } }] }),
        json!({ "oneOf": [refer("A0"), { "allOf": [refer("A0"), refer("A1")] }] }),
        json!({ "anyOf": [refer("A1"), refer("A0"), list("A1")] }),
        json!({ "type": "object", "additionalProperties": refer("A0") }),
        list("A0"),
        list("A1"),
    ];
    let inner = [
        json!({ "allOf": [refer("A0"), refer("A1")] }),
        json!({ "properties": { "a": { "allOf": [refer("A0"), { "properties": { "b": refer("A1") } }] } } }),
        json!({ "oneOf": [refer("A0"), { "type": "string" }] }),
        refer("A0"),
        list("A0"),
    ];
    for outer in &outer {
        for inner in &inner {
            assert_small(
                [("A0".to_owned(), outer.clone()), ("A1".to_owned(), inner.clone())],
                40_000,
            );
        }
    }
}

#[test]
fn many_members_and_values_are_as_many_in_rust() {
    let members = (0..500).map(|index| (format!("p{index}"), json!({ "type": "string" })));
    let members: Map<String, Value> = members.collect();
    assert_small(only(json!({ "type": "object", "properties": members })), 1_000_000);
    let values: Vec<String> = (0..500).map(|index| format!("v{index}")).collect();
    assert_small(only(json!({ "type": "string", "enum": values })), 200_000);
}

#[test]
fn a_document_that_is_too_deep_to_be_read_is_refused() {
    let deep = format!("{}{{}}{}", r#"{"items":"#.repeat(200), "}".repeat(200));
    let document =
        format!(r#"{{"openapi":"3.0.3","info":{{}},"paths":{{}},"components":{{"schemas":{{"A":{deep}}}}}}}"#);
    let error = Generator::new("api.json").generate(&document).unwrap_err();
    assert!(error.reason().contains("recursion limit"), "{error}");
}
