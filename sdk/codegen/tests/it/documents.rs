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
fn a_message_that_progenitor_cannot_take_is_generated_all_the_same() {
    type Change = fn(&mut Value);
    let changes: [(&str, Change); 9] = [
        (
            r#".cookie("a", cloudflare_sdk::runtime::simple_text("a", &a, true))"#,
            |document| {
                let cookie = json!({ "name": "a", "in": "cookie", "schema": { "type": "string" } });
                operation(document)["parameters"].as_array_mut().unwrap().push(cookie);
            },
        ),
        (r#"encode_path("zone_id", &zone_id.to_string())"#, |document| {
            operation(document)["parameters"] = json!([])
        }),
        ("let Self { client, zone_id } = self;", |document| {
            let other = json!({ "name": "b", "in": "path", "required": true, "schema": { "type": "string" } });
            operation(document)["parameters"].as_array_mut().unwrap().push(other);
        }),
        ("Response::any(response)", |document| {
            let text =
                json!({ "description": "", "content": { "application/json": { "schema": { "type": "string" } } } });
            operation(document)["responses"]["202"] = text;
        }),
        ("Result<Response<::serde_json::Value>, Error>", |document| {
            operation(document)["responses"]["200"]["content"]["application/json"] = json!({});
        }),
        (r#".raw_body("application/xml", body)"#, |document| {
            let body = json!({ "content": { "application/xml": { "schema": { "type": "string" } } } });
            operation(document)["requestBody"] = body;
        }),
        (
            r#".query(&cloudflare_sdk::runtime::QueryParam::new("a", &a).deep())"#,
            |document| {
                let schema = json!({ "type": "object", "properties": { "b": { "type": "string" } } });
                let object = json!({ "name": "a", "in": "query", "style": "deepObject", "schema": schema });
                operation(document)["parameters"].as_array_mut().unwrap().push(object);
            },
        ),
        ("pub fn thing_zones_zone_id_get(", |document| {
            document["paths"] = json!({ "/thing/zones/{zone_id}": document["paths"]["/zones/{zone_id}/thing"] });
            document["paths"]["/thing/zones/{zone_id}"]["get"]
                .as_object_mut()
                .unwrap()
                .remove("operationId");
        }),
        ("pub fn from_env_operation(", |document| {
            operation(document)["operationId"] = json!("from_env");
        }),
    ];
    for (part, change) in changes {
        let code = generate(&document(change)).unwrap();
        let bare = |text: &str| -> String { text.split_whitespace().collect::<String>().replace(",)", ")") };
        assert!(bare(&code).contains(&bare(part)), "{part} is not in:\n{code}");
    }
}

#[test]
fn values_that_differ_in_case_alone_are_variants_of_their_own() {
    let odd = document(|document| {
        document["components"]["schemas"]["Thing"] =
            json!({ "properties": { "a": { "$ref": "#/components/schemas/Odd" } } });
        document["components"]["schemas"]["Odd"] = json!({ "type": "string", "enum": ["a", "A", "a ", "<="] });
    });
    let code = generate(&odd).unwrap();
    for part in [
        r#"Self::A => "a","#,
        r#"Self::AUppercase => "A","#,
        r#"Self::LessThanOrEqual => "<=","#,
    ] {
        assert!(code.contains(part), "{part} is not in:\n{code}");
    }
    assert!(!code.contains("Value0"), "{code}");
}

#[test]
fn what_is_not_openapi_is_refused_at_its_place() {
    let broken = document(|document| {
        let lost = json!({ "name": "a", "in": "nowhere", "schema": { "type": "string" } });
        operation(document)["parameters"].as_array_mut().unwrap().push(lost);
    });
    assert_fault(&broken, OPERATION, "not OpenAPI 3.0");
    let odd = document(|document| document["components"]["schemas"]["Thing"] = json!(["no schema"]));
    assert!(generate(&odd).unwrap().contains("Response<::serde_json::Value>"));
}

#[test]
fn a_rule_that_is_broken_is_named_with_its_place() {
    type Change = fn(&mut Value);
    let schema = "/components/schemas/Thing";
    let changes: [(String, &str, Change); 3] = [
        (format!("{OPERATION}/x-idempotent"), "true or false", |document| {
            operation(document)["x-idempotent"] = json!("yes");
        }),
        (
            format!("{OPERATION}/x-api-token-group"),
            "a list of names",
            |document| {
                operation(document)["x-api-token-group"] = json!("Zone Read");
            },
        ),
        (format!("{schema}/x-integral"), "true or false", |document| {
            document["components"]["schemas"]["Thing"]["x-integral"] = json!("yes");
        }),
    ];
    for (pointer, reason, change) in changes {
        assert_fault(&document(change), &pointer, reason);
    }
}

#[test]
fn properties_may_have_the_names_of_keywords() {
    let document = document(|document| {
        document["components"]["schemas"]["Thing"]["properties"] = json!({
            "type": { "type": "string" },
            "items": { "type": "string" },
            "properties": { "type": "object", "properties": { "type": { "type": "string" } } },
            "x-integral": { "type": "string" },
            "securitySchemes": { "type": "object", "properties": { "example": { "type": "string" } } },
        });
        document["components"]["headers"] = json!({ "type": { "schema": { "type": "string" } } });
        operation(document)["x-foreign"] = json!({ "type": "anything" });
    });
    generate(&document).unwrap();
}

#[test]
fn two_schemas_of_one_name_get_two() {
    let twins = document(|document| {
        let of_text = json!({ "type": "object", "properties": { "a": { "type": "string" } } });
        document["components"]["schemas"]["thing"] = of_text;
        document["components"]["schemas"]["Thing"]["properties"]["a"] = json!({ "$ref": "#/components/schemas/thing" });
    });
    let code = generate(&twins).unwrap();
    assert!(
        code.contains("pub struct Thing {") && code.contains("pub struct Thing2 {"),
        "{code}"
    );
    let changes = Generator::new("api.json").explain(&twins.to_string()).unwrap();
    let renamed = changes.iter().find(|change| change.pass() == "names").unwrap();
    assert_eq!(renamed.pointer(), "/components/schemas/thing");
    assert!(!renamed.is_loss() && renamed.what().contains("`Thing2`"), "{renamed}");
}

#[test]
fn two_parameters_of_one_name_have_setters_of_their_own() {
    let document = document(|document| {
        let twins = ["query", "header", "cookie"]
            .map(|place| json!({ "name": "zone-id", "in": place, "schema": { "type": "string" } }));
        operation(document)["parameters"].as_array_mut().unwrap().extend(twins);
    });
    let code = generate(&document).unwrap();
    for setter in ["zone_id", "zone_id_query", "zone_id_header", "zone_id_cookie"] {
        assert!(
            code.contains(&format!("pub fn {setter}<V>")),
            "{setter} is not in:\n{code}"
        );
    }
    assert!(code.contains("QueryParam::new(\"zone-id\", &zone_id_query)"), "{code}");
}

#[test]
fn what_is_sent_is_checked_also_where_the_same_type_is_received() {
    let shared = document(|document| {
        let body = json!({ "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } } } });
        operation(document)["requestBody"] = body;
        document["components"]["schemas"]["Thing"]["properties"] = json!({
            "mode": { "$ref": "#/components/schemas/Mode" },
            "modes": { "type": "object", "additionalProperties": { "$ref": "#/components/schemas/Mode" } },
            "name": { "type": "string", "maxLength": 9 },
            "size": { "type": "integer", "minimum": 5, "maximum": 50 },
        });
        document["components"]["schemas"]["Mode"] = json!({ "type": "string", "enum": ["a", "b"] });
    });
    let code: String = generate(&shared).unwrap().split_whitespace().collect();
    let code = code.replace(",)", ")");
    for check in [
        "Check::check(&body,\"body\")",
        "Check::check(&self.mode,\"mode\")?;",
        "Check::check(&self.modes,\"modes\")?;",
        "length(&self.name,\"name\",::std::option::Option::None,::std::option::Option::Some(9))?;",
        "within(&self.size,\"size\",::std::option::Option::Some(5),::std::option::Option::Some(50))?;",
    ] {
        assert!(code.contains(check), "{check} is not in {code}");
    }
}

#[test]
fn a_parameter_that_the_operation_replaces_is_not_looked_at() {
    let document = document(|document| {
        let replaced = json!({ "name": "zone_id", "in": "path", "required": true, "schema": { "type": "object" } });
        document["paths"]["/zones/{zone_id}/thing"]["parameters"] = json!([replaced]);
    });
    generate(&document).unwrap();
}
