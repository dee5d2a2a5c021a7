//! What the document says, held against Cloudflare's reference pages and validators that are not this project's.

use openapi_spec_validator_rs::{ErrorMode, Options, Outcome, SpecVersion, validate};
use sdk_tests::document::{Example, TEXT, examples, json_schema, load, resolve, schemas, target, values};
use serde_json::{Value, json};

const EDIT: &str = "/paths/~1zones~1{zone_id}~1settings~1ssl_automatic_mode/patch";
const GET: &str = "/paths/~1zones~1{zone_id}~1settings~1ssl_automatic_mode/get";
const LIST: &str = "/paths/~1zones/get";

const README: &str = include_str!("../../openapi/README.md");

/// The answer to the PATCH, as the reference page prints it.
const ENABLED: &str = r#"{
  "errors": [],
  "messages": [],
  "result": {
    "editable": true,
    "id": "ssl_automatic_mode",
    "modified_on": "2014-01-01T05:20:00.12345Z",
    "next_scheduled_scan": "2014-02-01T05:20:00.12345Z",
    "value": "auto"
  },
  "success": true
}"#;

/// The answer to the PATCH where it fails, as the reference page prints it.
const REFUSED: &str = r#"{
  "errors": [
    {
      "code": 1008,
      "message": "Invalid SSL/TLS encryption configuration value, only auto or custom accepted"
    }
  ],
  "messages": [],
  "result": {
    "editable": true,
    "id": "ssl_automatic_mode",
    "modified_on": "2014-01-01T05:20:00.12345Z",
    "value": "custom"
  },
  "success": false
}"#;

#[test]
fn the_document_is_valid_openapi_3_0() {
    let document = load();
    assert_eq!(document["openapi"], "3.0.3");
    assert_eq!(validity(&document), Outcome::Valid);
    assert_eq!(dangling(&document), [""; 0]);
}

#[test]
fn a_broken_document_is_refused() {
    let reference = "/components/schemas/Enrollment/properties/value/allOf/0/$ref";
    let broken = [
        set(reference, json!("#/components/schemas/Nowhere")),
        set(&format!("{EDIT}/parameters"), json!([])),
        set(&format!("{EDIT}/operationId"), json!("zones_list")),
        set("/components/schemas/ZoneId/type", json!("strnig")),
        set("/components/schemas/ZoneId/type", json!(["string", "null"])),
        set("/components/schemas/ZonesMatch/default", json!("none")),
        renamed("/components/schemas/ZoneId", "maxLength", "maxLenght"),
        renamed(EDIT, "summary", "sumary"),
        renamed(EDIT, "responses", "answers"),
    ];
    for (what, document) in broken {
        assert_ne!(validity(&document), Outcome::Valid, "{what}");
    }
}

/// The validator does not follow all references, those to examples for one.
#[test]
fn a_reference_that_leads_nowhere_is_found_wherever_it_is() {
    let example = "/content/application~1json/examples/enabled/$ref";
    let nowhere = "#/components/examples/Nowhere";
    let (_, document) = set(&format!("{EDIT}/responses/200{example}"), json!(nowhere));
    assert_eq!(dangling(&document), [nowhere]);
}

#[test]
fn every_component_is_used() {
    for (kind, named) in load()["components"].as_object().unwrap() {
        for name in named.as_object().unwrap().keys() {
            let used = match kind.as_str() {
                "securitySchemes" => format!("\"{name}\": []"),
                _ => format!("\"$ref\": \"#/components/{kind}/{name}\""),
            };
            assert!(TEXT.contains(&used), "{kind} {name}");
        }
    }
}

#[test]
fn every_example_is_valid_for_the_schema_it_illustrates() {
    let document = load();
    let examples = examples(&document);
    let written = TEXT.matches("\"example\":").count() + TEXT.matches("\"$ref\": \"#/components/examples/").count();
    assert_eq!(examples.len(), written);
    assert_ne!(written, 0);

    assert_eq!(faults(&document), [""; 0]);
}

#[test]
fn a_wrong_example_is_refused() {
    let enabled = "/components/examples/EnrollmentEnabled/value";
    let refused = "/components/examples/EnrollmentRefused/value";
    let page = "/components/examples/ZonesPage/value";
    let wrong = [
        set("/components/examples/EnrollmentEnable/value/value", json!("off")),
        set("/components/examples/NameIs/value", json!("x".repeat(254))),
        set("/components/schemas/ZoneId/example", json!("x".repeat(33))),
        set(&format!("{enabled}/success"), json!("yes")),
        set(&format!("{enabled}/result"), Value::Null),
        set(&format!("{enabled}/result/modified_on"), json!("yesterday")),
        set(&format!("{enabled}/result/modified_on"), Value::Null),
        set(&format!("{refused}/errors/0/code"), json!(999)),
        set(&format!("{page}/result/0/name"), json!("no domain")),
        set(&format!("{page}/result/0/name_servers/0"), json!("no host")),
        renamed(&format!("{page}/result/0"), "owner", "owners"),
    ];
    for (what, document) in wrong {
        assert_ne!(faults(&document), [""; 0], "{what}");
    }
}

#[test]
fn an_example_may_be_null_where_its_schema_is_nullable() {
    let scan = "/components/examples/EnrollmentEnabled/value/result/next_scheduled_scan";
    let (_, document) = set(scan, Value::Null);
    assert_eq!(faults(&document), [""; 0]);
}

#[test]
fn the_documented_bodies_stand_as_the_reference_page_prints_them() {
    let document = load();
    let enabled: Value = serde_json::from_str(ENABLED).unwrap();
    let refused: Value = serde_json::from_str(REFUSED).unwrap();
    let request = shown(&document, &format!("{EDIT}/requestBody"));
    assert_eq!(request, json!({ "enable": { "value": "auto" } }));
    assert_eq!(
        shown(&document, &format!("{EDIT}/responses/200")),
        json!({ "enabled": enabled })
    );
    assert_eq!(
        shown(&document, &format!("{EDIT}/responses/4XX")),
        json!({ "refused": refused })
    );

    let squeezed = |text: &str| text.split_whitespace().collect::<String>();
    for printed in [ENABLED, REFUSED] {
        assert!(
            squeezed(TEXT).contains(&squeezed(printed)),
            "other digits or another order"
        );
    }

    let mut disabled = refused.clone();
    disabled["errors"] = json!([]);
    disabled["success"] = json!(true);
    assert_eq!(
        shown(&document, &format!("{GET}/responses/200")),
        json!({ "enabled": enabled, "disabled": disabled })
    );
    assert_eq!(
        shown(&document, &format!("{GET}/responses/4XX")),
        json!({ "refused": refused })
    );
}

#[test]
fn the_ssl_operations_take_a_zone_and_answer_with_its_enrollment() {
    let document = load();
    let schema = json!({ "$ref": "#/components/schemas/ZoneId" });
    let zone = json!({ "name": "zone_id", "in": "path", "required": true, "schema": schema });
    for operation in [EDIT, GET] {
        let at = |place: &str| format!("{operation}/{place}");
        assert_eq!(bare(part(&document, &at("parameters/0"))), zone);
        assert_eq!(document.pointer(&at("parameters/1")), None);
        assert_eq!(body(&document, &at("responses/200")), "EnrollmentResponse");
        assert_eq!(body(&document, &at("responses/4XX")), "EnrollmentFailure");
    }
    assert_eq!(part(&document, EDIT)["requestBody"]["required"], true);
    assert_eq!(body(&document, &format!("{EDIT}/requestBody")), "EnrollmentEdit");
    assert_eq!(part(&document, EDIT)["operationId"], "ssl_automatic_mode_edit");
    assert_eq!(part(&document, GET)["operationId"], "ssl_automatic_mode_get");
}

#[test]
fn the_ssl_schemas_are_those_of_the_reference_page() {
    let infos = json!({ "type": "array", "items": { "$ref": "#/components/schemas/ResponseInfo" } });
    let mode = json!({ "$ref": "#/components/schemas/AutomaticMode" });
    let time = json!({ "type": "string", "format": "date-time" });
    let envelope = json!({
        "type": "object",
        "properties": {
            "errors": infos,
            "messages": infos,
            "result": { "$ref": "#/components/schemas/Enrollment" },
            "success": { "type": "boolean" },
        },
        "required": ["errors", "messages", "result", "success"],
    });
    let page = json!({
        "ZoneId": { "type": "string", "maxLength": 32 },
        "AutomaticMode": { "type": "string", "enum": ["auto", "custom"] },
        "EnrollmentEdit": { "type": "object", "properties": { "value": mode }, "required": ["value"] },
        "EnrollmentResponse": envelope,
        "EnrollmentFailure": envelope,
        "Enrollment": {
            "type": "object",
            "properties": {
                "id": { "type": "string" },
                "editable": { "type": "boolean" },
                "modified_on": time,
                "value": mode,
                "next_scheduled_scan": { "type": "string", "format": "date-time", "nullable": true },
            },
            "required": ["id", "editable", "modified_on", "value"],
        },
        "ResponseInfo": {
            "type": "object",
            "properties": {
                "code": { "type": "number", "minimum": 1000 },
                "message": { "type": "string" },
                "documentation_url": { "type": "string" },
                "source": { "$ref": "#/components/schemas/ResponseInfoSource" },
            },
            "required": ["code", "message"],
        },
        "ResponseInfoSource": { "type": "object", "properties": { "pointer": { "type": "string" } } },
    });
    assert_schemas(&load(), &page);
}

#[test]
fn zones_are_listed_by_the_published_filters_and_pages() {
    let document = load();
    let list = part(&document, LIST);
    assert_eq!(list["operationId"], "zones_list");
    assert_eq!(body(&document, &format!("{LIST}/responses/200")), "ZonesResponse");
    assert_eq!(body(&document, &format!("{LIST}/responses/4XX")), "ZonesFailure");

    let mut parameters = json!({});
    for parameter in list["parameters"].as_array().unwrap() {
        assert_eq!(parameter["in"], "query");
        assert_eq!(parameter.get("required"), None);
        let schema = bare(resolve(&document, &parameter["schema"]));
        parameters[parameter["name"].as_str().unwrap()] = schema;
    }
    let published = json!({
        "name": { "type": "string", "maxLength": 253 },
        "status": { "type": "string", "enum": ["initializing", "pending", "active", "moved"] },
        "account.id": { "type": "string" },
        "account.name": { "type": "string", "maxLength": 253 },
        "page": { "type": "number", "minimum": 1, "default": 1 },
        "per_page": { "type": "number", "minimum": 5, "maximum": 50, "default": 20 },
        "order": { "type": "string", "enum": ["name", "status", "account.id", "account.name"] },
        "direction": { "type": "string", "enum": ["asc", "desc"] },
        "match": { "type": "string", "enum": ["any", "all"], "default": "all" },
    });
    assert_eq!(parameters, published);
}

#[test]
fn the_zone_schemas_are_those_of_the_published_schema() {
    let named = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let infos = json!({ "type": "array", "items": named("ResponseInfo") });
    let text = json!({ "type": "string" });
    let time = json!({ "type": "string", "format": "date-time" });
    let identifier = json!({ "type": "string", "maxLength": 32 });
    let [number, integer, flag] = ["number", "integer", "boolean"].map(|kind| json!({ "type": kind }));
    let hosts = json!({ "type": "array", "items": { "type": "string", "format": "hostname" } });
    let published = json!({
        "AccountId": identifier,
        "OwnerId": identifier,
        "ZoneName": {
            "type": "string",
            "maxLength": 253,
            "pattern": r"^([a-zA-Z0-9][\-a-zA-Z0-9]*\.)+[\-a-zA-Z0-9]{2,20}$",
        },
        "ZoneAccount": { "type": "object", "properties": { "id": named("AccountId"), "name": text } },
        "ZoneOwner": { "type": "object", "properties": { "id": named("OwnerId"), "name": text, "type": text } },
        "ZoneMeta": {
            "type": "object",
            "properties": {
                "cdn_only": flag,
                "custom_certificate_quota": integer,
                "dns_only": flag,
                "foundation_dns": flag,
                "page_rule_quota": integer,
                "phishing_detected": flag,
                "step": integer,
            },
        },
        "VanityNameServer": { "type": "string", "format": "hostname", "maxLength": 253 },
        "Zone": {
            "type": "object",
            "properties": {
                "id": named("ZoneId"),
                "name": named("ZoneName"),
                "development_mode": number,
                "owner": named("ZoneOwner"),
                "account": named("ZoneAccount"),
                "meta": named("ZoneMeta"),
                "name_servers": hosts,
                "original_name_servers": {
                    "type": "array",
                    "items": { "type": "string", "format": "hostname" },
                    "nullable": true,
                },
                "original_registrar": { "type": "string", "nullable": true },
                "original_dnshost": { "type": "string", "maxLength": 50, "nullable": true },
                "created_on": time,
                "modified_on": time,
                "activated_on": { "type": "string", "format": "date-time", "nullable": true },
                "vanity_name_servers": { "type": "array", "items": named("VanityNameServer") },
            },
            "required": [
                "id", "name", "development_mode", "owner", "account", "meta", "name_servers",
                "original_name_servers", "original_registrar", "original_dnshost", "created_on", "modified_on",
                "activated_on",
            ],
        },
        "ResultInfo": {
            "type": "object",
            "properties": { "count": number, "page": number, "per_page": number, "total_count": number },
        },
        "ZonesResponse": {
            "type": "object",
            "properties": {
                "errors": infos,
                "messages": infos,
                "result": { "type": "array", "items": named("Zone") },
                "result_info": named("ResultInfo"),
                "success": flag,
            },
            "required": ["success", "errors", "messages"],
        },
        "ZonesFailure": {
            "type": "object",
            "properties": {
                "errors": infos,
                "messages": infos,
                "result": { "type": "object", "nullable": true },
                "success": flag,
            },
            "required": ["success", "errors", "messages", "result"],
        },
    });
    assert_schemas(&load(), &published);
}

#[test]
fn a_token_or_an_email_and_a_key_open_every_operation() {
    let document = load();
    for (at, operation) in operations(&document) {
        let either = json!([{ "api_token": [] }, { "api_email": [], "api_key": [] }]);
        assert_eq!(operation["security"], either, "{at}");
    }
    let schemes = bare(&document["components"]["securitySchemes"]);
    let published = json!({
        "api_token": { "type": "http", "scheme": "bearer" },
        "api_email": { "type": "apiKey", "in": "header", "name": "X-Auth-Email" },
        "api_key": { "type": "apiKey", "in": "header", "name": "X-Auth-Key" },
    });
    assert_eq!(schemes, published);
}

#[test]
fn the_permissions_are_those_of_the_reference_pages_and_readers_are_told() {
    let document = load();
    let published = [
        (EDIT, json!(["Zone Settings Write", "SSL and Certificates Write"])),
        (
            GET,
            json!([
                "Zone Settings Write",
                "Zone Settings Read",
                "SSL and Certificates Write",
                "SSL and Certificates Read"
            ]),
        ),
        (LIST, json!(["Zone Zone Read"])),
    ];
    for (operation, permissions) in published {
        assert_eq!(part(&document, operation)["x-api-token-group"], permissions);
    }
    for (at, operation) in operations(&document) {
        let description = operation["description"].as_str().unwrap();
        for permission in operation["x-api-token-group"].as_array().unwrap() {
            assert!(
                description.contains(&format!("`{}`", permission.as_str().unwrap())),
                "{at}"
            );
        }
    }
}

#[test]
fn every_operation_links_to_its_reference_page_and_the_readme_names_it() {
    let document = load();
    for (at, operation) in operations(&document) {
        let page = operation["externalDocs"]["url"].as_str().unwrap();
        assert!(
            page.starts_with("https://developers.cloudflare.com/api/resources/"),
            "{at}"
        );
        assert!(
            operation["description"]
                .as_str()
                .unwrap()
                .contains(&format!("<{page}>")),
            "{at}"
        );
        assert!(README.contains(&format!("<{page}>")), "{at}");
        assert!(
            README.contains(&format!("`{}`", operation["operationId"].as_str().unwrap())),
            "{at}"
        );
    }
}

#[test]
fn every_enumeration_and_every_object_with_members_has_a_name() {
    for (at, schema) in schemas(&load()) {
        if schema.get("enum").is_some() || schema.get("properties").is_some() {
            assert!(is_named(&at), "{at}");
        }
    }
}

#[test]
fn all_that_rustdoc_shows_is_described() {
    let document = load();
    for (at, operation) in operations(&document) {
        assert!(operation["summary"].is_string(), "{at}");
    }
    for (at, schema) in schemas(&document) {
        if is_named(&at) || at.rsplit('/').nth(1) == Some("properties") {
            assert!(schema["description"].is_string(), "{at}");
        }
    }
}

#[test]
fn every_extension_is_explained() {
    for (at, node) in values(&load()) {
        for name in node.as_object().into_iter().flat_map(|members| members.keys()) {
            assert!(
                !name.starts_with("x-") || README.contains(&format!("| `{name}` |")),
                "{name} of {at}"
            );
        }
    }
}

#[test]
fn an_extension_stands_where_it_means_something() {
    let document = load();
    for (at, operation) in operations(&document) {
        assert_eq!(operation["x-idempotent"], true, "{at}");
    }
    let mut nulls = Vec::new();
    for (at, schema) in schemas(&document) {
        assert_eq!(schema["type"] == "number", schema["x-integral"] == true, "{at}");
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            if property["x-observed-null"] == true {
                assert!(
                    schema["required"].as_array().unwrap().contains(&json!(name)),
                    "{at}/{name}"
                );
                assert_ne!(property["nullable"], true, "{at}/{name}");
                nulls.push(format!("{}.{name}", at.rsplit('/').next().unwrap()));
            }
        }
    }
    assert_eq!(nulls, ["Enrollment.modified_on", "EnrollmentFailure.result"]);
}

/// The document's schemas of these names allow what these schemas allow.
fn assert_schemas(document: &Value, expected: &Value) {
    for (name, schema) in expected.as_object().unwrap() {
        let pointer = format!("/components/schemas/{name}");
        assert_eq!(&bare(part(document, &pointer)), schema, "{name}");
    }
}

fn validity(document: &Value) -> Outcome {
    let options = Options {
        version: Some(SpecVersion::V3_0),
        errors: ErrorMode::All,
        ..Options::default()
    };
    validate(document, &options)
}

/// The references that lead nowhere.
fn dangling(document: &Value) -> Vec<&str> {
    (values(document).into_iter())
        .filter_map(|(_, node)| node["$ref"].as_str())
        .filter(|reference| target(document, reference).is_none())
        .collect()
}

/// Where the document's examples depart from the schemas that they illustrate.
fn faults(document: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for Example { at, schema, value } in examples(document) {
        let schema = json_schema(document, schema);
        let validator = jsonschema::options().should_validate_formats(true).build(&schema);
        let validator = validator.unwrap_or_else(|error| panic!("{at}: {error}"));
        found.extend(validator.iter_errors(value).map(|error| format!("{at}: {error}")));
    }
    found
}

/// The document with another value at `pointer`, and what was done to it.
fn set(pointer: &str, value: Value) -> (String, Value) {
    let mut document = load();
    let node = document
        .pointer_mut(pointer)
        .unwrap_or_else(|| panic!("nothing is at {pointer}"));
    assert_ne!(*node, value, "{pointer} is so already");
    let what = format!("{pointer} = {value}");
    *node = value;
    (what, document)
}

/// The document with a member of the object at `pointer` under another name, and what was done to it.
fn renamed(pointer: &str, from: &str, to: &str) -> (String, Value) {
    let mut members = load().pointer(pointer).unwrap().as_object().unwrap().clone();
    let member = members.remove(from).unwrap();
    members.insert(to.into(), member);
    set(pointer, Value::Object(members))
}

/// What is at `pointer`, or what the reference there leads to.
fn part<'d>(document: &'d Value, pointer: &str) -> &'d Value {
    let node = document
        .pointer(pointer)
        .unwrap_or_else(|| panic!("nothing is at {pointer}"));
    resolve(document, node)
}

/// All operations, each with the JSON pointer to it.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let mut found = values(document);
    found.retain(|(_, node)| node.get("operationId").is_some());
    assert!(!found.is_empty());
    found
}

/// The name of the schema of the JSON body of a request or a response.
fn body<'d>(document: &'d Value, pointer: &str) -> &'d str {
    let media_type = part(document, &format!("{pointer}/content/application~1json"));
    let reference = media_type["schema"]["$ref"].as_str().unwrap();
    reference.strip_prefix("#/components/schemas/").unwrap()
}

/// The named examples of the JSON body of a request or a response.
fn shown(document: &Value, pointer: &str) -> Value {
    let examples = part(document, &format!("{pointer}/content/application~1json/examples"));
    (examples.as_object().unwrap().iter())
        .map(|(name, example)| (name.clone(), resolve(document, example)["value"].clone()))
        .collect()
}

/// Whether the schema at `at` is one with a name of its own.
fn is_named(at: &str) -> bool {
    at.strip_prefix("/components/schemas/")
        .is_some_and(|name| !name.contains('/'))
}

/// A schema without the words, examples and extensions that are not part of what it allows.
fn bare(schema: &Value) -> Value {
    match schema {
        Value::Object(members) if members.contains_key("allOf") => bare(&members["allOf"][0]),
        Value::Object(members) => (members.iter())
            .filter(|(name, _)| !["description", "example", "readOnly"].contains(&name.as_str()))
            .filter(|(name, _)| !name.starts_with("x-"))
            .map(|(name, member)| (name.clone(), bare(member)))
            .collect(),
        other => other.clone(),
    }
}
