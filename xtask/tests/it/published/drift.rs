//! `cargo xtask drift` as it is called: what it prints and exits with.

use serde_json::{Value, json};

use super::workspace::{Workspace, lamps};

const PATH: &str = "/zones/{zone_id}/lamps/garden";

/// A workspace with nothing but the lamps, and the task run against a document of them that `change` made of theirs.
fn drift(change: impl FnOnce(&mut Value), arguments: &[&str]) -> (i32, String) {
    let workspace = Workspace::new();
    workspace.write("openapi/cloudflare.json", &ours());
    let mut published = lamps();
    change(&mut published);
    workspace.run("drift", "--against", &published, arguments)
}

/// The lamps as an import leaves them, of hand-taken operations none.
fn ours() -> Value {
    let workspace = Workspace::new();
    let (code, text) = workspace.import(&lamps(), &["Lamps"]);
    assert_eq!(code, 0, "{text}");
    let mut document = workspace.json("openapi/cloudflare.json");
    document["paths"]
        .as_object_mut()
        .unwrap()
        .retain(|path, _| path.contains("lamps"));
    document
}

fn schema<'d>(document: &'d mut Value, name: &str) -> &'d mut Value {
    &mut document["components"]["schemas"][name]
}

#[track_caller]
fn assert_drift(change: impl FnOnce(&mut Value), code: i32, words: &[&str]) {
    let (actual, text) = drift(change, &[]);
    assert_eq!(actual, code, "{text}");
    for words in words {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn what_was_imported_has_not_drifted() {
    assert_drift(
        |_| {},
        0,
        &[
            "lamps_garden_edit: PATCH /zones/{zone_id}/lamps/garden: no change",
            "0 changes",
        ],
    );
}

#[test]
fn names_places_and_the_order_of_members_are_no_drift() {
    let change = |document: &mut Value| {
        let text = document
            .to_string()
            .replace("house-lamps_garden-lamp", "lanterns_lantern");
        *document = serde_json::from_str(&text).unwrap();
        // A component in the place where it is used, with its members the other way round.
        let edit = schema(document, "house-lamps_lamp-edit").clone();
        let members: Vec<_> = edit.as_object().unwrap().clone().into_iter().rev().collect();
        let body = &mut document["paths"][PATH]["patch"]["requestBody"]["content"]["application/json"];
        body["schema"] = json!({ "allOf": [Value::Object(members.into_iter().collect())] });
        // A parameter of the path has no name that is sent.
        let text = document.to_string().replace("zone_id", "zone_identifier");
        *document = serde_json::from_str(&text).unwrap();
    };
    assert_drift(change, 0, &["0 changes"]);
}

#[test]
fn what_is_new_and_required_breaks_in_a_request_alone() {
    let in_request = |required: bool| {
        move |document: &mut Value| {
            let edit = schema(document, "house-lamps_lamp-edit");
            edit["properties"]["dim"] = json!({ "type": "integer" });
            if required {
                edit["required"] = json!(["dim"]);
            }
        }
    };
    let place = "published: #/components/schemas/house-lamps_lamp-edit/properties/dim";
    assert_drift(
        in_request(true),
        2,
        &["BREAKING  request body `dim`: it is new, and must be there", place],
    );
    assert_drift(in_request(false), 1, &["harmless  request body `dim`: it is new\n"]);
    let in_response = |document: &mut Value| {
        let lamp = schema(document, "house-lamps_garden-lamp");
        lamp["properties"]["height"] = json!({ "type": "integer" });
        lamp["required"] = json!(["height", "id", "on"]);
    };
    assert_drift(
        in_response,
        1,
        &["harmless  response 200 `result.height`: it is new, and must be there"],
    );
}

#[test]
fn what_is_gone_breaks() {
    let member = |document: &mut Value| {
        schema(document, "house-lamps_garden-lamp")["properties"]
            .as_object_mut()
            .unwrap()
            .remove("colour");
    };
    assert_drift(member, 2, &["BREAKING  response 200 `result.colour`: it is gone"]);
    let parameter = |document: &mut Value| {
        document["paths"]["/lamps"]["get"]
            .as_object_mut()
            .unwrap()
            .remove("parameters");
    };
    assert_drift(parameter, 2, &["BREAKING  parameter `tree`: it is gone"]);
    let operation = |document: &mut Value| {
        document["paths"].as_object_mut().unwrap().remove("/lamps");
    };
    assert_drift(operation, 2, &["BREAKING  the document does not have it"]);
    let response = |document: &mut Value| {
        document["paths"][PATH]["patch"]["responses"]
            .as_object_mut()
            .unwrap()
            .remove("4XX");
    };
    assert_drift(response, 1, &["harmless  response 4XX: it is gone"]);
}

#[test]
fn how_ranges_of_status_codes_are_spelled_is_no_drift() {
    let change = |document: &mut Value| {
        let responses = document["paths"][PATH]["patch"]["responses"].as_object_mut().unwrap();
        let failure = responses.remove("4XX").unwrap();
        responses.insert("4xx".to_owned(), failure);
    };
    assert_drift(change, 0, &["0 changes"]);
}

#[test]
fn an_operation_that_moved_is_found_by_its_id() {
    let change = |document: &mut Value| {
        let item = document["paths"].as_object_mut().unwrap().remove("/lamps").unwrap();
        document["paths"]["/lanterns"] = item;
    };
    assert_drift(change, 2, &["BREAKING  it is now GET /lanterns and was GET /lamps"]);
}

#[test]
fn required_null_and_type_break_by_their_direction() {
    let optional = |document: &mut Value| schema(document, "house-lamps_garden-lamp")["required"] = json!(["id"]);
    assert_drift(
        optional,
        2,
        &["BREAKING  response 200 `result.on`: it need not be there any more"],
    );
    let null = |document: &mut Value| {
        schema(document, "house-lamps_lamp-edit")["properties"]["on"]["nullable"] = json!(true);
    };
    assert_drift(null, 1, &["harmless  request body `on`: it may be null"]);
    let kind = |document: &mut Value| {
        schema(document, "house-lamps_garden-lamp")["properties"]["id"]["type"] = json!("integer");
    };
    assert_drift(
        kind,
        2,
        &["BREAKING  response 200 `result.id`: the type is `integer` and was `string`"],
    );
}

#[test]
fn values_of_an_enumeration_that_are_gone_break_in_a_request_alone() {
    let workspace = Workspace::new();
    let with = |values: Value, colours: Value| {
        let mut document = lamps();
        schema(&mut document, "house-lamps_lamp-edit")["properties"]["mode"] =
            json!({ "type": "string", "enum": values });
        schema(&mut document, "house-lamps_garden-lamp")["properties"]["mode"] =
            json!({ "type": "string", "enum": colours });
        document
    };
    let (code, text) = workspace.import(&with(json!(["a", "b"]), json!(["a", "b"])), &["Lamps"]);
    assert_eq!(code, 0, "{text}");
    let mut document = workspace.json("openapi/cloudflare.json");
    document["paths"]
        .as_object_mut()
        .unwrap()
        .retain(|path, _| path.contains("lamps"));
    workspace.write("openapi/cloudflare.json", &document);
    let against = |published: &Value| workspace.run("drift", "--against", published, &[]);
    let (code, text) = against(&with(json!(["a", "b", "c"]), json!(["a"])));
    assert_eq!(code, 1, "{text}");
    assert!(
        text.contains("harmless  request body `mode`: the value \"c\" is new"),
        "{text}"
    );
    assert!(
        text.contains("harmless  response 200 `result.mode`: the value \"b\" is gone"),
        "{text}"
    );
    let (code, text) = against(&with(json!(["a"]), json!(["a", "b"])));
    assert_eq!(code, 2, "{text}");
    assert!(
        text.contains("BREAKING  request body `mode`: the value \"b\" is gone"),
        "{text}"
    );
}

#[test]
fn permissions_credentials_media_types_and_deprecation_are_told() {
    let permission = |document: &mut Value| {
        document["paths"][PATH]["patch"]["x-api-token-group"] = json!(["Garden Write"]);
    };
    let words = [
        "BREAKING  permissions: `Lamps Write` is not enough any more",
        "harmless  permissions: `Garden Write` is enough",
    ];
    assert_drift(permission, 2, &words);
    let credentials = |document: &mut Value| document["security"] = json!([{ "api_key": [], "api_email": [] }]);
    assert_drift(
        credentials,
        2,
        &["BREAKING  credentials: api_token is not accepted any more"],
    );
    let deprecated = |document: &mut Value| document["paths"]["/lamps"]["get"]["deprecated"] = json!(true);
    assert_drift(deprecated, 1, &["harmless  it is deprecated"]);
    let media_type = |document: &mut Value| {
        let content = &mut document["paths"][PATH]["patch"]["requestBody"]["content"];
        *content = json!({ "text/plain": { "schema": { "type": "string" } } });
    };
    assert_drift(
        media_type,
        2,
        &[
            "BREAKING  request body: `application/json` is gone",
            "`text/plain` is new",
        ],
    );
    let limit = |document: &mut Value| schema(document, "house-lamps_identifier")["maxLength"] = json!(16);
    assert_drift(
        limit,
        2,
        &["BREAKING  parameter `zone_id`: `maxLength` is 16 and was 32"],
    );
    let words = |document: &mut Value| document["paths"][PATH]["patch"]["description"] = json!("Otherwise.");
    assert_drift(words, 1, &["harmless  the description is another"]);
}

#[test]
fn the_same_is_told_as_json() {
    let change = |document: &mut Value| document["paths"]["/lamps"]["get"]["deprecated"] = json!(true);
    let (code, text) = drift(change, &["--json"]);
    assert_eq!(code, 1, "{text}");
    let told: Value = serde_json::from_str(&text).unwrap();
    let expected = json!({ "changes": [{
        "operation": "lamps_list",
        "breaking": false,
        "change": "it is deprecated",
        "ours": "/paths/~1lamps/get",
        "published": "/paths/~1lamps/get",
    }] });
    assert_eq!(told, expected);
}

#[test]
fn what_cannot_be_compared_is_told_apart_from_drift() {
    let workspace = Workspace::new();
    let (code, text) = workspace.run("drift", "--against", &json!([]), &[]);
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("it has no object `paths`"), "{text}");
}
