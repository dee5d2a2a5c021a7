//! What a caller of the generator gets for documents good and bad.

use cloudflare_sdk_codegen::{Error, Generator};
use serde_json::{Value, json};

fn generate(document: &Value) -> Result<String, Error> {
    Generator::new("api.json").generate(&document.to_string())
}

/// A document of one operation, `GET /zones/{zone_id}/thing`, with what `change` makes of it.
fn document(change: impl FnOnce(&mut Value)) -> Value {
    let mut document = json!({
        "openapi": "3.0.3",
        "info": { "title": "A", "version": "1" },
        "paths": { "/zones/{zone_id}/thing": { "get": {
            "operationId": "thing_get",
            "parameters": [{ "name": "zone_id", "in": "path", "required": true, "schema": { "type": "string" } }],
            "responses": { "200": { "description": "", "content": { "application/json": { "schema": {
                "type": "object",
                "properties": {
                    "success": { "type": "boolean" },
                    "result": { "$ref": "#/components/schemas/Thing" },
                },
            } } } } },
        } } },
        "components": { "schemas": { "Thing": { "type": "object", "properties": {} } } },
    });
    change(&mut document);
    document
}

fn operation(document: &mut Value) -> &mut Value {
    &mut document["paths"]["/zones/{zone_id}/thing"]["get"]
}

const OPERATION: &str = "/paths/~1zones~1{zone_id}~1thing/get";

#[track_caller]
fn assert_fault(document: &Value, pointer: &str, reason: &str) {
    let error = generate(document).unwrap_err();
    assert_eq!(error.document(), "api.json");
    assert_eq!(error.pointer(), pointer, "{error}");
    assert!(error.reason().contains(reason), "{error}");
    assert!(!error.to_string().contains('\n'), "{error}");
}

#[test]
fn a_small_document_is_generated() {
    let code = generate(&document(|_| ())).unwrap();
    for part in [
        "pub fn thing_get(&self)",
        "pub fn zone_id<V>",
        "Result<Response<types::Thing>, Error>",
    ] {
        assert!(code.contains(part), "{part} is not in:\n{code}");
    }
    for foreign in [
        "progenitor_client",
        "reqwest",
        "api-version",
        "ResponseValue",
        ".unwrap()",
    ] {
        assert!(!code.contains(foreign), "{foreign} is in:\n{code}");
    }
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let document = document(|_| ());
    assert_eq!(generate(&document).unwrap(), generate(&document).unwrap());
}

#[test]
fn what_is_not_a_document_is_refused() {
    let error = Generator::new("api.json").generate("openapi: 3.0.3").unwrap_err();
    assert!(error.to_string().starts_with("api.json: not JSON: "), "{error}");
    assert_fault(
        &document(|document| document["openapi"] = json!("3.1.0")),
        "/openapi",
        "OpenAPI 3.1.0",
    );
    assert_fault(
        &document(|document| document["openapi"] = json!(3)),
        "",
        "no member `openapi`",
    );
}

#[test]
fn a_reference_that_leads_nowhere_is_named() {
    let broken = document(|document| {
        operation(document)["parameters"][0]["schema"] = json!({ "$ref": "#/components/schemas/Gone" });
    });
    assert_fault(
        &broken,
        &format!("{OPERATION}/parameters/0/schema/$ref"),
        "`#/components/schemas/Gone` leads nowhere",
    );
}

#[test]
fn an_operation_that_progenitor_cannot_take_is_named() {
    type Change = fn(&mut Value);
    let changes: [(&str, Change); 6] = [
        ("cookie parameters are not supported", |document| {
            let cookie = json!({ "name": "a", "in": "cookie", "schema": { "type": "string" } });
            operation(document)["parameters"].as_array_mut().unwrap().push(cookie);
        }),
        ("zone_id", |document| operation(document)["parameters"] = json!([])),
        ("missing from path", |document| {
            let other = json!({ "name": "b", "in": "path", "required": true, "schema": { "type": "string" } });
            operation(document)["parameters"].as_array_mut().unwrap().push(other);
        }),
        ("response_types.len() <= 1", |document| {
            let text =
                json!({ "description": "", "content": { "application/json": { "schema": { "type": "string" } } } });
            operation(document)["responses"]["202"] = text;
        }),
        ("no schema", |document| {
            operation(document)["responses"]["200"]["content"]["application/json"] = json!({});
        }),
        ("unexpected content type: application/xml", |document| {
            let body = json!({ "content": { "application/xml": { "schema": { "type": "string" } } } });
            operation(document)["requestBody"] = body;
        }),
    ];
    for (reason, change) in changes {
        assert_fault(&document(change), OPERATION, reason);
    }
}

#[test]
fn a_schema_that_progenitor_cannot_take_is_named() {
    let broken = document(|document| {
        document["components"]["schemas"]["Thing"] =
            json!({ "properties": { "a": { "$ref": "#/components/schemas/Odd" } } });
        document["components"]["schemas"]["Odd"] = json!({ "type": "string", "enum": ["a", "A", "a "] });
    });
    assert_fault(&broken, "/components/schemas/Odd", "progenitor cannot take this");
}

#[test]
fn an_operation_without_an_id_is_refused() {
    let broken = document(|document| {
        operation(document).as_object_mut().unwrap().remove("operationId");
    });
    assert_fault(&broken, OPERATION, "missing operation ID");
}

#[test]
fn what_is_not_openapi_is_refused_at_its_place() {
    let broken = document(|document| operation(document)["parameters"][0]["in"] = json!("nowhere"));
    assert_fault(&broken, OPERATION, "not OpenAPI 3.0");
    let broken = document(|document| document["components"]["schemas"]["Thing"] = json!(["no schema"]));
    assert_fault(&broken, "/components/schemas/Thing", "not OpenAPI 3.0");
}

#[test]
fn a_panic_inside_the_generator_does_not_silence_those_after_it() {
    let broken = document(|document| operation(document)["parameters"] = json!([]));
    assert!(generate(&broken).is_err());
    let caught = std::panic::catch_unwind(|| panic!("this one is to be seen"));
    assert_eq!(caught.unwrap_err().downcast_ref(), Some(&"this one is to be seen"));
}
