//! `cargo xtask import` as it is called: what it writes, prints and exits with.

use std::fs;

use serde_json::{Value, json};

use super::workspace::{DOCUMENT, Workspace, lamps};

const EDIT: &str = "PATCH /zones/{zone_id}/lamps/garden";
const PATH: &str = "/zones/{zone_id}/lamps/garden";
const RECORDING: &str = "sdk-tests/recordings/lamps-garden-edit-200-example-imported.json";
const FAILURE: &str = "sdk-tests/recordings/lamps-garden-edit-4xx-assembled-imported.json";

fn imported(arguments: &[&str]) -> (Workspace, String) {
    let workspace = Workspace::new();
    let (code, text) = workspace.import(&lamps(), arguments);
    assert_eq!(code, 0, "{text}");
    (workspace, text)
}

#[test]
fn an_operation_is_taken_over_as_published_but_for_names() {
    let (workspace, text) = imported(&[EDIT]);
    assert!(
        text.contains(
            "lamps_garden_edit: PATCH /zones/{zone_id}/lamps/garden, published as `lamps-for-a-zone-edit-garden`: new"
        ),
        "{text}"
    );
    let document = workspace.json(DOCUMENT);
    let operation = &document["paths"][PATH]["patch"];
    assert_eq!(operation["operationId"], "lamps_garden_edit");
    assert_eq!(operation["x-published-id"], "lamps-for-a-zone-edit-garden");
    assert!(operation["x-published-in"].as_str().unwrap().starts_with("sha256 "));
    assert_eq!(operation["x-api-token-group"], json!(["Lamps Write"]));
    assert_eq!(operation["security"], json!([{ "api_token": [] }]));
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!(*schema, json!({ "$ref": "#/components/schemas/LampEdit" }));
    assert_eq!(operation["parameters"][0]["name"], "zone_id");
    assert!(document["paths"][PATH].get("get").is_none());

    let published = lamps()["components"]["schemas"]["house-lamps_garden-lamp"].clone();
    assert_eq!(document["components"]["schemas"]["GardenLamp"], published);
    let names = &document["x-published-names"]["schemas"];
    assert_eq!(names["GardenLamp"], "house-lamps_garden-lamp");
    assert_eq!(names.as_object().unwrap().len(), 5, "exactly what it refers to");
    // What was taken by hand is as it was.
    let before = Workspace::new().json(DOCUMENT);
    assert_eq!(document["paths"]["/zones"], before["paths"]["/zones"]);
    assert_eq!(
        document["components"]["schemas"]["Zone"],
        before["components"]["schemas"]["Zone"]
    );
}

#[test]
fn the_call_its_mock_and_its_replay_are_generated() {
    let (workspace, _) = imported(&[EDIT]);
    for (file, line) in [
        ("sdk/src/generated/cloudflare.rs", "pub fn lamps_garden_edit(&self)"),
        ("sdk/src/generated/mock.rs", "fn lamps_garden_edit<F>"),
        ("sdk-tests/src/generated/calls.rs", "\"lamps_garden_edit\" =>"),
    ] {
        let text = fs::read_to_string(workspace.path(file)).unwrap();
        assert!(text.contains(line), "{file}");
    }
}

#[test]
fn every_documented_example_is_recorded_and_what_has_none_is_put_together() {
    let (workspace, _) = imported(&[EDIT]);
    let recording = workspace.json(RECORDING);
    let request = &recording["request"];
    assert_eq!(request["path"], "/zones/023e105f4ecef8ad9ca31a8372d0c353/lamps/garden");
    assert_eq!(request["body"], r#"{"on":false}"#);
    assert_eq!(recording["operation"], "lamps_garden_edit");
    let example = &lamps()["paths"][PATH]["patch"]["responses"]["200"]["content"]["application/json"]["example"];
    assert_eq!(recording["expect"]["shown"], *example);
    let body: Value = serde_json::from_str(recording["response"]["body"].as_str().unwrap()).unwrap();
    assert_eq!(body, *example);

    let failure = workspace.json(FAILURE);
    assert_eq!(failure["response"]["status"], 400);
    assert_eq!(failure["expect"], json!({ "refused": { "codes": [7003] } }));
    let note = failure["source"]["note"].as_str().unwrap();
    assert!(
        note.starts_with("Put together from the examples of single properties"),
        "{note}"
    );
    assert!(note.contains("sha256 "), "{note}");
}

#[test]
fn importing_again_changes_nothing() {
    let (workspace, _) = imported(&["Lamps"]);
    let before = workspace.files();
    let (code, text) = workspace.import(&lamps(), &["Lamps"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("Nothing to do"), "{text}");
    assert_eq!(workspace.files(), before);
}

#[test]
fn what_is_imported_does_not_depend_on_the_order() {
    let (at_once, _) = imported(&["Lamps"]);
    let (one_by_one, _) = imported(&["list-lamps"]);
    for operation in [EDIT, "lamps-for-a-zone-garden-details"] {
        one_by_one.import(&lamps(), &[operation]);
    }
    let texts = [at_once, one_by_one].map(|workspace| fs::read_to_string(workspace.path(DOCUMENT)).unwrap());
    assert!(texts[0] == texts[1]);
}

/// OpenAPI has `4XX` only, and what is imported has to be OpenAPI.
#[test]
fn ranges_of_status_codes_are_spelled_as_openapi_has_them() {
    let mut published = lamps();
    let responses = published["paths"][PATH]["patch"]["responses"].as_object_mut().unwrap();
    let failure = responses.remove("4XX").unwrap();
    responses.insert("4xx".to_owned(), failure);
    let workspace = Workspace::new();
    let (code, text) = workspace.import(&published, &[EDIT]);
    assert_eq!(code, 0, "{text}");
    let document = workspace.json(DOCUMENT);
    let responses = document["paths"][PATH]["patch"]["responses"].as_object().unwrap();
    assert_eq!(responses.keys().collect::<Vec<_>>(), ["200", "4XX"]);
}

#[test]
fn a_newer_document_updates_and_keeps_names() {
    let (workspace, _) = imported(&[EDIT]);
    let mut newer = lamps();
    newer["components"]["schemas"]["house-lamps_garden-lamp"]["properties"]["height"] =
        json!({ "type": "integer", "example": 2 });
    // By the rule the lamp would have another name now.
    newer["components"]["schemas"]["other-lamps_garden-lamp"] = json!({ "type": "string" });
    let responses = &mut newer["paths"][PATH]["patch"]["responses"];
    responses.as_object_mut().unwrap().remove("4XX");
    let (code, text) = workspace.import(&newer, &[EDIT]);
    assert_eq!(code, 0, "{text}");
    assert!(
        text.contains(": updated\n") && text.contains("updated: schemas/GardenLamp"),
        "{text}"
    );
    let document = workspace.json(DOCUMENT);
    let lamp = &document["components"]["schemas"]["GardenLamp"]["properties"];
    assert_eq!(lamp["height"]["type"], "integer");
    let names = document["x-published-names"]["schemas"].as_object().unwrap();
    assert_eq!(names.len(), 4, "the failure is not referred to any more");
    assert!(!workspace.path(FAILURE).exists(), "its recording is gone too");
}

#[test]
fn what_the_generated_code_does_not_say_is_told_with_its_place() {
    let mut published = lamps();
    published["components"]["schemas"]["house-lamps_lamp-edit"]["properties"]["on"]["not"] = json!({});
    let workspace = Workspace::new();
    let (code, text) = workspace.import(&published, &[EDIT]);
    assert_eq!(code, 0, "{text}");
    let place = "/components/schemas/house-lamps_lamp-edit/properties/on";
    assert!(
        text.contains(&format!("lost: took out `not`, which no type can say: {place}\n")),
        "{text}"
    );
    let (_, text) = workspace.import(&published, &["list-lamps"]);
    assert!(!text.contains("lost: "), "{text}");
}

#[test]
fn a_dry_run_shows_what_would_be_and_writes_nothing() {
    let workspace = Workspace::new();
    let before = workspace.files();
    let (code, text) = workspace.import(&lamps(), &["--dry-run", EDIT]);
    assert_eq!(code, 0, "{text}");
    assert!(
        text.contains("\n+        \"operationId\": \"lamps_garden_edit\",\n"),
        "{text}"
    );
    assert!(text.contains(&format!("would be written: {RECORDING}")), "{text}");
    assert!(text.contains("Nothing was written"), "{text}");
    assert_eq!(workspace.files(), before);
}

#[test]
fn a_name_in_the_table_comes_before_that_of_the_rule() {
    let workspace = Workspace::new();
    let table = json!({
        "services": { "house-lamps": "Home" },
        "components": { "house-lamps_garden-lamp": "Lantern" },
        "operations": { "lamps-for-a-zone-edit-garden": "lantern_edit" },
    });
    workspace.write("openapi/names.json", &table);
    let (code, text) = workspace.import(&lamps(), &[EDIT]);
    assert_eq!(code, 0, "{text}");
    let document = workspace.json(DOCUMENT);
    assert_eq!(document["paths"][PATH]["patch"]["operationId"], "lantern_edit");
    let names = &document["x-published-names"]["schemas"];
    assert_eq!(names["Lantern"], "house-lamps_garden-lamp");
    assert_eq!(names["HomeIdentifier"], "house-lamps_identifier");
}

#[test]
fn an_example_that_contradicts_its_schema_stays_and_is_named() {
    let workspace = Workspace::new();
    let mut published = lamps();
    let place = "/paths/~1zones~1{zone_id}~1lamps~1garden/patch/responses/200/content/application~1json/example";
    published.pointer_mut(place).unwrap()["result"]["on"] = json!("yes");
    let (code, text) = workspace.import(&published, &[EDIT]);
    assert_eq!(code, 0, "{text}");
    let document = workspace.json(DOCUMENT);
    assert_eq!(document.pointer(place), published.pointer(place));
    let reason = document["x-contradicting-examples"][place].as_str().unwrap();
    assert!(text.contains(reason), "{text}");
    assert!(!workspace.path(RECORDING).exists());
    let assembled = RECORDING.replace("example", "assembled");
    assert_eq!(workspace.json(&assembled)["expect"]["shown"]["result"]["on"], true);
}

fn assert_refused(published: &Value, operation: &str, reasons: &[&str]) {
    let workspace = Workspace::new();
    let before = workspace.files();
    let (code, text) = workspace.import(published, &[operation]);
    assert_eq!(code, 1, "{text}");
    for reason in reasons {
        assert!(text.contains(reason), "{reason}: {text}");
    }
    assert_eq!(workspace.files(), before);
}

#[test]
fn what_cannot_be_taken_is_refused_and_nothing_is_written() {
    assert_refused(&lamps(), "lamps-*-nowhere", &["no operation matches `lamps-*-nowhere`"]);
    let mut dangling = lamps();
    dangling["components"]["schemas"]["house-lamps_lamp-edit"] = json!({ "$ref": "#/components/schemas/none" });
    assert_refused(
        &dangling,
        EDIT,
        &["/components/schemas/house-lamps_lamp-edit/$ref", "leads nowhere"],
    );
    let mut by_hand = lamps();
    by_hand["paths"]["/zones"] = by_hand["paths"]["/lamps"].clone();
    assert_refused(
        &by_hand,
        "GET /zones",
        &["#/paths/~1zones/get: ", "taken by hand as `zones_list`"],
    );
    let mut later = lamps();
    later["openapi"] = json!("3.1.0");
    assert_refused(&later, EDIT, &["/openapi: OpenAPI 3.1.0 is not supported"]);
    let mut scheme = lamps();
    scheme["components"]["securitySchemes"]["api_token"] = json!({ "type": "http", "scheme": "basic" });
    assert_refused(
        &scheme,
        EDIT,
        &["/components/securitySchemes/api_token", "rename one of them"],
    );
}

#[test]
fn a_table_that_is_none_is_refused() {
    let workspace = Workspace::new();
    workspace.write("openapi/names.json", &json!({ "operations": { "a": "not a name" } }));
    let (code, text) = workspace.import(&lamps(), &[EDIT]);
    assert_eq!(code, 1, "{text}");
    assert!(
        text.contains("openapi/names.json: `operations`: `a`: \"not a name\" is no name for Rust"),
        "{text}"
    );
}
