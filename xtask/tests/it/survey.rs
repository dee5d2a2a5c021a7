//! `cargo xtask survey` as it is called, on a small document: what it generates, compiles, tries and prints.

use std::{io::Write, path::Path, process::Command};

use serde_json::{Value, json};

/// Three operations: one that reads, one that writes, and one whose schema is nowhere.
fn document() -> Value {
    let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let body = |schema: Value| json!({ "application/json": { "schema": schema } });
    let envelope = json!({
        "type": "object",
        "required": ["success", "errors"],
        "properties": {
            "success": { "type": "boolean", "example": true },
            "errors": { "type": "array", "items": { "type": "object" } },
            "result": reference("Thing"),
        },
    });
    let success = |content: Value| json!({ "200": { "description": "", "content": content } });
    let mut documented = body(envelope);
    documented["application/json"]["example"] = json!({
        "success": true,
        "errors": [],
        "result": { "id": "a", "kind": "small", "changed_on": "2026-01-01T00:00:00Z", "unforeseen": 1 },
    });
    json!({
        "openapi": "3.0.3",
        "info": { "title": "Things", "version": "1" },
        "paths": {
            "/things/{id}": {
                "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }],
                "get": { "operationId": "things_get", "tags": ["Things"], "responses": success(documented) },
                "put": {
                    "operationId": "things_update",
                    "tags": ["Things"],
                    "requestBody": { "required": true, "content": body(reference("ThingUpdate")) },
                    "responses": { "204": { "description": "" } },
                },
            },
            "/broken": {
                "get": {
                    "operationId": "broken_get",
                    "tags": ["Broken"],
                    "responses": success(body(reference("Nowhere"))),
                },
            },
        },
        "components": { "schemas": {
            "Thing": { "type": "object", "required": ["id", "kind"], "properties": {
                "id": { "type": "string", "maxLength": 32 },
                "kind": reference("Kind"),
                "changed_on": { "type": "string", "format": "date-time" },
                "size": { "type": "integer", "example": "large" },
            } },
            "ThingUpdate": { "type": "object", "required": ["kind"], "properties": {
                "kind": reference("Kind"),
                "size": { "type": "integer", "minimum": 1 },
            } },
            "Kind": { "type": "string", "enum": ["small", "large"] },
        } },
    })
}

/// Runs the survey; gives the exit code and what it printed.
fn survey(arguments: &[&str]) -> (i32, String) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    write!(file, "{}", document()).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["survey", "--from"])
        .arg(file.path())
        .arg("--out")
        .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("surveyed"))
        .args(arguments)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    (output.status.code().unwrap(), text)
}

#[test]
fn all_that_can_be_is_generated_compiled_and_tried_and_the_rest_is_told_with_its_place() {
    let (code, text) = survey(&[]);
    assert_eq!(code, 1, "{text}");
    for line in [
        "| operations | 3 |",
        "| generated | 2 |",
        "| compiled | 2 |",
        "| refused | 1 |",
        "| documented bodies received, round-tripped | 1 |",
        "| members that no schema describes | 1 |",
        "| types that nothing can be read into | 0 |",
        "| types that are not of their schema | 0 |",
        "| numbers that change their text | 0 |",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    assert!(
        text.contains(
            "GET /broken: `#/components/schemas/Nowhere` leads nowhere at /paths/~1broken/get/responses/200/"
        ),
        "{text}"
    );
    let example = "/components/schemas/Thing/properties/size/example at ``: \"large\" is not of type \"integer\"";
    assert!(text.contains(example), "{text}");

    let (code, text) = survey(&["--only", "things_*", "--json"]);
    assert_eq!(code, 0, "{text}");
    let found: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(found["right"], json!(true));
    assert_eq!(found["figures"]["compiled"], json!("2"));
    assert_eq!(found["findings"], json!([]));
}

#[test]
fn what_generating_takes_is_measured_by_the_number_of_operations() {
    let (code, text) = survey(&["--only", "Things", "--measure"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("| operations | modules | code |"), "{text}");
    assert!(text.contains("\n| 2 | 1 | "), "{text}");
}
