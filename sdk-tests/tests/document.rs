//! What the document says, held against Cloudflare's reference pages and validators that are not this project's.

use openapi_spec_validator_rs::{ErrorMode, Options, Outcome, SpecVersion, validate};
use sdk_tests::{
    document::{Example, TEXT, examples, json_schema, load, operations, resolve, schemas, target, values},
    models::is_required,
};
use serde_json::{Map, Value, json};

const EDIT: &str = "/paths/~1zones~1{zone_id}~1settings~1ssl_automatic_mode/patch";
const GET: &str = "/paths/~1zones~1{zone_id}~1settings~1ssl_automatic_mode/get";
const LIST: &str = "/paths/~1zones/get";

const README: &str = include_str!("../../openapi/README.md");

/// What a failure says where the document is held against a copy.
const PIN: &str = "this pins what Cloudflare publishes, as read in November 2026: if Cloudflare changed it, change this \
                   copy too; if not, the document is wrong";

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
    assert_eq!(
        validity(&document),
        Outcome::Valid,
        "OpenAPI 3.0 does not allow this; mend openapi/cloudflare.json where it says"
    );
    assert_eq!(
        dangling(&document),
        [""; 0],
        "these references lead nowhere; add what they name under `components`, or mend them"
    );
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
    for (kind, named) in load()["components"].as_object().into_iter().flatten() {
        for name in named.as_object().into_iter().flat_map(Map::keys) {
            let used = match kind.as_str() {
                "securitySchemes" => format!("\"{name}\": []"),
                _ => format!("\"$ref\": \"#/components/{kind}/{name}\""),
            };
            assert!(
                TEXT.contains(&used),
                "nothing uses /components/{kind}/{name}; use it as {used}, or take it out"
            );
        }
    }
}

#[test]
fn every_example_is_valid_for_the_schema_it_illustrates() {
    let document = load();
    let examples = examples(&document);
    let written = TEXT.matches("\"example\":").count() + TEXT.matches("\"$ref\": \"#/components/examples/").count();
    let found: Vec<_> = examples.iter().map(|example| &example.at).collect();
    assert_eq!(
        found.len(),
        written,
        "an example is not where one is looked for, which is in `example` of a schema, a parameter or a body, and in \
         `examples` by a `$ref` to /components/examples; these were found: {found:#?}"
    );
    assert_ne!(written, 0);

    assert_eq!(
        faults(&document),
        [""; 0],
        "these examples are not valid for their schemas; mend the example or the schema at each place"
    );
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
    assert_eq!(
        request,
        json!({ "enable": { "value": "auto" } }),
        "{EDIT}/requestBody: {PIN}"
    );
    assert_eq!(
        shown(&document, &format!("{EDIT}/responses/200")),
        json!({ "enabled": enabled }),
        "{EDIT}/responses/200: {PIN}"
    );
    assert_eq!(
        shown(&document, &format!("{EDIT}/responses/4XX")),
        json!({ "refused": refused }),
        "{EDIT}/responses/4XX: {PIN}"
    );

    let squeezed = |text: &str| text.split_whitespace().collect::<String>();
    for printed in [ENABLED, REFUSED] {
        assert!(
            squeezed(TEXT).contains(&squeezed(printed)),
            "other digits or another order than in {printed}; {PIN}"
        );
    }

    let mut disabled = refused.clone();
    disabled["errors"] = json!([]);
    disabled["success"] = json!(true);
    assert_eq!(
        shown(&document, &format!("{GET}/responses/200")),
        json!({ "enabled": enabled, "disabled": disabled }),
        "{GET}/responses/200: {PIN}"
    );
    assert_eq!(
        shown(&document, &format!("{GET}/responses/4XX")),
        json!({ "refused": refused }),
        "{GET}/responses/4XX: {PIN}"
    );
}

#[test]
fn the_ssl_operations_take_a_zone_and_answer_with_its_enrollment() {
    let document = load();
    let schema = json!({ "$ref": "#/components/schemas/ZoneId" });
    let zone = json!({ "name": "zone_id", "in": "path", "required": true, "schema": schema });
    for operation in [EDIT, GET] {
        let at = |place: &str| format!("{operation}/{place}");
        assert_eq!(bare(part(&document, &at("parameters/0"))), zone, "{operation}: {PIN}");
        assert_eq!(document.pointer(&at("parameters/1")), None, "{operation}: {PIN}");
        assert_eq!(
            body(&document, &at("responses/200")),
            "EnrollmentResponse",
            "{operation}"
        );
        assert_eq!(
            body(&document, &at("responses/4XX")),
            "EnrollmentFailure",
            "{operation}"
        );
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
    for parameter in list["parameters"].as_array().into_iter().flatten() {
        let parameter = resolve(&document, parameter);
        let name = text(
            parameter,
            "name",
            "a parameter of zones_list",
            "it is the setter's name",
        );
        assert_eq!(parameter["in"], "query", "`{name}` of zones_list: {PIN}");
        assert_eq!(parameter.get("required"), None, "`{name}` of zones_list: {PIN}");
        parameters[name] = bare(resolve(&document, &parameter["schema"]));
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
    assert_eq!(parameters, published, "the parameters of zones_list: {PIN}");
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
    let either = json!([{ "api_token": [] }, { "api_email": [], "api_key": [] }]);
    for (operation, node) in operations(&document) {
        assert_eq!(
            node["security"], either,
            "`security` of {operation}: the SDK sends a token, or an e-mail address and a key; write it as the other \
             operations have it"
        );
    }
    let schemes = bare(&document["components"]["securitySchemes"]);
    let published = json!({
        "api_token": { "type": "http", "scheme": "bearer" },
        "api_email": { "type": "apiKey", "in": "header", "name": "X-Auth-Email" },
        "api_key": { "type": "apiKey", "in": "header", "name": "X-Auth-Key" },
    });
    assert_eq!(schemes, published, "/components/securitySchemes: {PIN}");
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
        let stated = &part(&document, operation)["x-api-token-group"];
        assert_eq!(*stated, permissions, "`x-api-token-group` of {operation}: {PIN}");
    }
    for (operation, node) in operations(&document) {
        let permissions = node["x-api-token-group"].as_array();
        let permissions = permissions
            .filter(|permissions| !permissions.is_empty())
            .unwrap_or_else(|| {
                panic!("give {operation} its `x-api-token-group`: the permissions on its reference page")
            });
        let description = text(
            node,
            "description",
            operation,
            "it becomes the documentation of the call",
        );
        for permission in permissions {
            let name = permission.as_str();
            let name = name.unwrap_or_else(|| panic!("`x-api-token-group` of {operation}: {permission} is no text"));
            assert!(
                description.contains(&format!("`{name}`")),
                "describe the permission `{name}` in the description of {operation}, in backticks"
            );
        }
    }
}

#[test]
fn every_operation_links_to_its_reference_page_and_the_readme_names_it() {
    const PAGES: &str = "https://developers.cloudflare.com/api/resources/";
    let document = load();
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
    for (at, schema) in schemas(&load()) {
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
    let document = load();
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
    for (at, node) in values(&load()) {
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
    let document = load();
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

/// The document's schemas of these names allow what these schemas allow.
fn assert_schemas(document: &Value, expected: &Value) {
    for (name, schema) in expected.as_object().into_iter().flatten() {
        let pointer = format!("/components/schemas/{name}");
        assert_eq!(&bare(part(document, &pointer)), schema, "{pointer}: {PIN}");
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

/// The text that a member of a part of the document must be; fails with what to do if it is none.
#[track_caller]
fn text<'d>(node: &'d Value, member: &str, place: &str, why: &str) -> &'d str {
    let text = node[member].as_str().filter(|text| !text.is_empty());
    text.unwrap_or_else(|| panic!("give {place} a `{member}`: {why}"))
}

/// The name of the schema of the JSON body of a request or a response.
fn body<'d>(document: &'d Value, pointer: &str) -> &'d str {
    let media_type = part(document, &format!("{pointer}/content/application~1json"));
    let reference = media_type["schema"]["$ref"].as_str();
    let name = reference.and_then(|reference| reference.strip_prefix("#/components/schemas/"));
    name.unwrap_or_else(|| panic!("let the schema of {pointer} be a `$ref` to one of /components/schemas"))
}

/// The named examples of the JSON body of a request or a response.
fn shown(document: &Value, pointer: &str) -> Value {
    let examples = part(document, &format!("{pointer}/content/application~1json/examples"));
    (examples.as_object().into_iter().flatten())
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
