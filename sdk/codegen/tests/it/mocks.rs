//! What a caller gets for the mocks of a document.

use cloudflare_sdk_codegen::{Error, Generator};
use serde_json::{Value, json};

fn generate(document: &Value) -> Result<String, Error> {
    Generator::new("api.json").generate_mock(&document.to_string())
}

/// The text without white space and trailing commas, so that it does not matter how it is laid out.
fn bare(code: &str) -> String {
    let code: String = code.split_whitespace().collect();
    code.replace(",)", ")")
        .replace(",}", "}")
        .replace(",]", "]")
        .replace(",>", ">")
}

#[track_caller]
fn assert_has(code: &str, parts: &[&str]) {
    for part in parts {
        assert!(bare(code).contains(&bare(part)), "{part} is not in:\n{code}");
    }
}

fn json_body(schema: Value) -> Value {
    json!({ "description": "", "content": { "application/json": { "schema": schema } } })
}

/// A document of one operation, `POST /things/{thing_id}`, with what `change` makes of it.
fn document(change: impl FnOnce(&mut Value)) -> Value {
    let thing = json!({ "$ref": "#/components/schemas/Thing" });
    let mut document = json!({
        "openapi": "3.0.3",
        "info": { "title": "A", "version": "1" },
        "paths": { "/things/{thing_id}": { "post": {
            "operationId": "things_make",
            "summary": "Make a thing",
            "parameters": [
                { "name": "thing_id", "in": "path", "required": true, "schema": { "$ref": "#/components/schemas/Id" } },
                { "name": "how-many", "in": "query", "schema": { "type": "integer", "minimum": 1 } },
                { "name": "X-Why", "in": "header", "schema": { "type": "string" } },
            ],
            "requestBody": json_body(thing.clone()),
            "responses": { "200": json_body(json!({
                "type": "object",
                "properties": { "success": { "type": "boolean" }, "result": thing },
            })) },
        } } },
        "components": {
            "schemas": {
                "Id": { "type": "string", "maxLength": 9 },
                "Mode": { "type": "string", "enum": ["a", "b"] },
                "Part": { "type": "object", "properties": { "n": { "type": "number", "x-integral": true } } },
                "Thing": {
                    "type": "object",
                    "required": ["mode", "made_on"],
                    "properties": {
                        "mode": { "$ref": "#/components/schemas/Mode" },
                        "made_on": { "type": "string", "format": "date-time" },
                        "day": { "type": "string", "format": "date" },
                        "type": { "type": "string" },
                        "parts": { "type": "array", "items": { "$ref": "#/components/schemas/Part" } },
                        "share": { "type": "number" },
                        "flag": { "type": "boolean", "nullable": true },
                    },
                },
            },
        },
    });
    change(&mut document);
    document
}

fn operation(document: &mut Value) -> &mut Value {
    &mut document["paths"]["/things/{thing_id}"]["post"]
}

fn with_example(value: Value) -> Value {
    document(|document| {
        let example = json!({ "success": true, "errors": [], "messages": [], "result": value });
        let media_type = &mut operation(document)["responses"]["200"]["content"]["application/json"];
        media_type["examples"] = json!({ "one": { "summary": "One thing.", "value": example } });
    })
}

const EXAMPLE: &str = "/paths/~1things~1{thing_id}/post/responses/200/content/application~1json/examples/one/value";

#[test]
fn a_mock_speaks_of_a_call_in_its_own_words() {
    let code = generate(&document(|_| ())).unwrap();
    assert_has(
        &code,
        &[
            "fn things_make<F>(&self, config: F) -> cloudflare_sdk::mock::Mock<'_>",
            "cloudflare_sdk::mock::Then<cloudflare_sdk::mock::Enveloped<types::Thing>>",
            r#"method: cloudflare_sdk::mock::httpmock::Method::POST, path: "/things/{thing_id}""#,
            "pub fn thing_id(self, value: impl Into<::std::string::String>)",
            r#"self.0.path_parameter("thing_id", &value)"#,
            r#"self.0.query_parameter("how-many", &value)"#,
            r#"self.0.header_text("X-Why", cloudflare_sdk::runtime::simple_text("X-Why", &value, false))"#,
            "pub fn body(self, body: &types::Thing)",
            "pub fn mode(self, value: impl Into<types::Mode>)",
            r#"self.0.body_member("type", &value)"#,
        ],
    );
    assert!(code.contains("/// Mocks `things_make`: Make a thing."), "{code}");
    for foreign in ["unwrap", "expect(", "regex", "serde_json"] {
        assert!(!code.contains(foreign), "{foreign} is in:\n{code}");
    }
}

#[test]
fn a_mock_answers_as_the_operation_does() {
    type Change = fn(&mut Value);
    let changes: [(&str, Change); 4] = [
        ("Then<cloudflare_sdk::mock::Json<types::Thing>>", |responses| {
            responses["200"] = json_body(json!({ "$ref": "#/components/schemas/Thing" }));
        }),
        ("Then<cloudflare_sdk::mock::Empty>", |responses| {
            *responses = json!({ "204": { "description": "" } });
        }),
        ("Then<cloudflare_sdk::mock::Raw>", |responses| {
            let text = json!({ "text/plain": { "schema": { "type": "string" } } });
            responses["200"]["content"] = text;
        }),
        (
            "Then<cloudflare_sdk::mock::Enveloped<::std::vec::Vec<types::Thing>>>",
            |responses| {
                let list = json!({ "type": "array", "items": { "$ref": "#/components/schemas/Thing" } });
                responses["200"] = json_body(json!({ "properties": { "success": {}, "errors": {}, "result": list } }));
            },
        ),
    ];
    for (expected, change) in changes {
        let code = generate(&document(|document| change(&mut operation(document)["responses"]))).unwrap();
        assert_has(&code, &[expected]);
    }
}

#[test]
fn a_body_that_is_not_json_is_expected_as_it_is_sent() {
    let with = |name: &str, schema: Value| {
        generate(&document(|document| {
            operation(document)["requestBody"] = json!({ "content": { name: { "schema": schema } } });
        }))
        .unwrap()
    };
    for (name, schema) in [
        (
            "application/octet-stream",
            json!({ "type": "string", "format": "binary" }),
        ),
        ("text/plain", json!({ "type": "string" })),
    ] {
        let expected = "pub fn body(self, body: impl Into<::std::vec::Vec<u8>>)";
        assert_has(&with(name, schema), &[expected, "self.0.raw_body(body)"]);
    }
    let form = with(
        "application/x-www-form-urlencoded",
        json!({ "$ref": "#/components/schemas/Part" }),
    );
    assert_has(&form, &["self.0.form_fields(\"body\", body)"]);
}

#[test]
fn an_example_becomes_an_expression() {
    let code = generate(&with_example(json!({
        "mode": "new",
        "made_on": "2014-01-01T05:20:00.12345Z",
        "day": "2014-01-01",
        "type": "\"quoted\"",
        "parts": [{ "n": 2.0 }, {}],
        "share": 1,
        "flag": null,
        "unknown": {},
    })))
    .unwrap();
    assert_has(
        &code,
        &[
            "pub fn things_make_one() -> types::Thing",
            r#"mode: types::Mode::from("new")"#,
            r#"made_on: cloudflare_sdk::mock::time("2014-01-01T05:20:00.12345Z")"#,
            r#"day: ::std::option::Option::Some(cloudflare_sdk::mock::date("2014-01-01"))"#,
            r#"type_: ::std::option::Option::Some("\"quoted\"".to_owned())"#,
            "n: ::std::option::Option::Some(2)",
            "n: ::std::option::Option::None",
            "share: ::std::option::Option::Some(cloudflare_sdk::runtime::Number::from(1i64))",
            "flag: cloudflare_sdk::runtime::Nullable::Null",
        ],
    );
    assert!(code.contains("/// One thing."), "{code}");
}

#[test]
fn an_example_that_does_not_fit_is_left_out_and_named_with_its_place() {
    let good = json!({ "mode": "a", "made_on": "2014-01-01T05:20:00Z" });
    generate(&with_example(good.clone())).unwrap();
    for (place, value, reason) in [
        ("", json!([]), "it is not an object"),
        ("", json!({ "mode": "a" }), "it has no `made_on`"),
        (
            "/mode",
            json!({ "mode": 1, "made_on": "2014-01-01T05:20:00Z" }),
            "it is not a text",
        ),
        ("/made_on", json!({ "made_on": "yesterday" }), "it is not a date-time"),
        ("/day", json!({ "day": "2014-13-01" }), "it is not a date"),
        ("/parts", json!({ "parts": {} }), "it is not a list"),
        (
            "/parts/1/n",
            json!({ "parts": [{}, { "n": 0.5 }] }),
            "it is not a whole number",
        ),
        ("/share", json!({ "share": "1" }), "it is not a number"),
        ("/flag", json!({ "flag": "yes" }), "neither true nor false"),
        ("/type", json!({ "type": 1 }), "it is not a text"),
    ] {
        let mut value = value;
        if !place.is_empty() {
            for (name, member) in good.as_object().unwrap() {
                value.as_object_mut().unwrap().entry(name).or_insert(member.clone());
            }
        }
        let code = generate(&with_example(value)).unwrap();
        assert!(!code.contains("fn things_make_one"), "{code}");
        let line = code
            .lines()
            .find(|line| line.contains("it does not fit its schema"))
            .unwrap();
        assert!(
            line.contains(&format!("`{EXAMPLE}/result{place}`")) && line.contains(reason),
            "{line}"
        );
    }
}

#[test]
fn an_example_without_an_expression_is_left_out_and_named() {
    let mut document = with_example(json!({ "mode": "a", "made_on": "2014-01-01T05:20:00Z", "any": [1] }));
    document["components"]["schemas"]["Thing"]["properties"]["any"] = json!({
        "oneOf": [{ "type": "string" }, { "type": "array", "items": { "type": "integer" } }],
    });
    let code = generate(&document).unwrap();
    assert!(code.contains("/// - `things_make_one`: values of the type"), "{code}");
    assert!(!code.contains("fn things_make_one"), "{code}");
}

#[test]
fn examples_of_requests_and_failures_are_values_too() {
    let code = generate(&document(|document| {
        let example = json!({ "value": { "mode": "a", "made_on": "2014-01-01T05:20:00Z" } });
        document["components"]["examples"] =
            json!({ "ThingToMake": example, "Refused": { "value": { "a": 1 } }, "2nd": { "value": {} } });
        let operation = operation(document);
        operation["requestBody"]["content"]["application/json"]["examples"] =
            json!({ "x": { "$ref": "#/components/examples/ThingToMake" } });
        operation["responses"]["4XX"] = json_body(json!({}));
        let failure = &mut operation["responses"]["4XX"]["content"]["application/json"];
        failure["examples"] = json!({
            "y": { "$ref": "#/components/examples/Refused" },
            "z": { "$ref": "#/components/examples/2nd" },
        });
        operation["responses"]["500"] = json_body(json!({}));
        operation["responses"]["500"]["content"]["application/json"]["example"] = json!("text");
    }))
    .unwrap();
    assert_has(
        &code,
        &[
            "pub fn thing_to_make() -> types::Thing",
            r#"pub fn refused() -> cloudflare_sdk::mock::Failure { cloudflare_sdk::mock::Failure::from_body("{\"a\":1}") }"#,
            "pub fn things_make_2nd() -> cloudflare_sdk::mock::Failure",
            r#"pub fn things_make_500() -> cloudflare_sdk::mock::Failure"#,
        ],
    );
}

#[test]
fn the_place_of_a_page_in_its_list_is_a_value_of_its_own() {
    let mut document = with_example(json!({ "mode": "a", "made_on": "2014-01-01T05:20:00Z" }));
    operation(&mut document)["responses"]["200"]["content"]["application/json"]["examples"]["one"]["value"]["result_info"] =
        json!({ "page": 1 });
    let code = generate(&document).unwrap();
    assert_has(
        &code,
        &[r#"pub fn things_make_one_result_info() -> cloudflare_sdk::mock::ResultInfo"#],
    );
}

#[test]
fn a_document_that_has_no_client_has_no_mocks() {
    let broken = document(|document| document["openapi"] = json!("3.1.0"));
    assert_eq!(generate(&broken).unwrap_err().pointer(), "/openapi");
    let odd = Generator::new("api.json")
        .mock("not a path")
        .generate_mock(&document(|_| ()).to_string());
    assert!(odd.unwrap_err().reason().contains("`not a path` is not a path of Rust"));
}

/// The calls that replay recordings of the operations.
fn replay(document: &Value) -> String {
    Generator::of_sdk().generate_replay(&document.to_string()).unwrap()
}

#[test]
fn a_recorded_body_of_several_parts_is_given_part_by_part() {
    let code = replay(&document(|document| {
        let properties = json!({
            "file": { "type": "string", "format": "binary" },
            "files": { "type": "array", "items": { "type": "string", "format": "binary" } },
            "kind": { "$ref": "#/components/schemas/Mode" },
        });
        let form = json!({ "schema": { "type": "object", "properties": properties } });
        operation(document)["requestBody"] = json!({ "required": true, "content": { "multipart/form-data": form } });
    }));
    assert_has(
        &code,
        &[
            r#"if let Some(value) = given.files("file").pop() { call = call.file(value); }"#,
            r#"if let Some(value) = Some(given.files("files")).filter(|files| !files.is_empty()) { call = call.files(value); }"#,
            r#"if let Some(value) = given.part::<types::Mode>("kind")? { call = call.kind(value); }"#,
        ],
    );
    assert!(!code.contains("crate::runtime"), "{code}");
}

#[test]
fn only_models_that_are_components_of_a_document_are_looked_for_in_it() {
    let code = replay(&document(|document| {
        let kind = json!({ "type": "string", "enum": ["a", "b"] });
        let kind = json!({ "name": "kind", "in": "query", "schema": kind });
        operation(document)["parameters"].as_array_mut().unwrap().push(kind);
    }));
    let (named, others) = code.split_once("pub const OTHER_MODELS").unwrap();
    let named = named.split_once("macro_rules! for_every_model").unwrap().1;
    assert!(named.contains("Thing") && !named.contains("ThingsMakeKind"), "{named}");
    assert!(others.contains("\"ThingsMakeKind\""), "{others}");
}
