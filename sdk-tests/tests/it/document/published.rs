//! The operations, schemas and permissions, held against copies of what Cloudflare publishes.

use sdk_tests::document::{by_hand, load, operations, resolve};
use serde_json::{Value, json};

use super::{EDIT, GET, LIST, PIN, part, text};

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
    let document = by_hand();
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
    let document = by_hand();
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

/// The document's schemas of these names allow what these schemas allow.
fn assert_schemas(document: &Value, expected: &Value) {
    for (name, schema) in expected.as_object().into_iter().flatten() {
        let pointer = format!("/components/schemas/{name}");
        assert_eq!(&bare(part(document, &pointer)), schema, "{pointer}: {PIN}");
    }
}

/// The name of the schema of the JSON body of a request or a response.
fn body<'d>(document: &'d Value, pointer: &str) -> &'d str {
    let media_type = part(document, &format!("{pointer}/content/application~1json"));
    let reference = media_type["schema"]["$ref"].as_str();
    let name = reference.and_then(|reference| reference.strip_prefix("#/components/schemas/"));
    name.unwrap_or_else(|| panic!("let the schema of {pointer} be a `$ref` to one of /components/schemas"))
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
