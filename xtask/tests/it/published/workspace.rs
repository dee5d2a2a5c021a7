//! A workspace in a temporary folder, and a published document of our own writing.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};
use tempfile::TempDir;

pub const DOCUMENT: &str = "openapi/cloudflare.json";

/// A workspace with what is checked in of this one, as far as the tasks read it.
pub struct Workspace(TempDir);

impl Workspace {
    pub fn new() -> Self {
        let this = Self(tempfile::tempdir().unwrap());
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        for file in [
            DOCUMENT,
            "openapi/names.json",
            "sdk/src/generated/cloudflare.rs",
            "sdk/src/generated/mock.rs",
            "sdk-tests/src/generated/calls.rs",
            "sdk-tests/recordings/list-page-documented.json",
        ] {
            fs::create_dir_all(this.path(file).parent().unwrap()).unwrap();
            fs::copy(source.join(file), this.path(file)).unwrap();
        }
        let mut document = this.json(DOCUMENT);
        take_imports_out(&mut document);
        this.write(DOCUMENT, &document);
        this
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    pub fn write(&self, file: &str, value: &Value) {
        fs::write(self.path(file), format!("{value:#}\n")).unwrap();
    }

    pub fn json(&self, file: &str) -> Value {
        serde_json::from_str(&fs::read_to_string(self.path(file)).unwrap()).unwrap()
    }

    /// Every file but the published document, by its name.
    pub fn files(&self) -> BTreeMap<PathBuf, String> {
        let (mut found, mut open) = (BTreeMap::new(), vec![self.0.path().to_owned()]);
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                match entry.is_dir() {
                    true => open.push(entry),
                    false if entry.ends_with("published.json") => {}
                    false => _ = found.insert(entry.clone(), fs::read_to_string(entry).unwrap()),
                }
            }
        }
        found
    }

    /// Runs a task on the published document; gives the exit code and all that it printed.
    pub fn run(&self, task: &str, option: &str, published: &Value, arguments: &[&str]) -> (i32, String) {
        self.write("published.json", published);
        let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .arg(task)
            .arg("--root")
            .arg(self.0.path())
            .arg(option)
            .arg(self.path("published.json"))
            .args(arguments)
            // Not the workspace's folder: the result does not depend on where it is called.
            .current_dir(std::env::temp_dir())
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        (output.status.code().unwrap(), text.concat())
    }

    pub fn import(&self, published: &Value, arguments: &[&str]) -> (i32, String) {
        self.run("import", "--from", published, arguments)
    }
}

/// Leaves of the project's document what was taken by hand, so that these tests do not depend on what is imported.
fn take_imports_out(document: &mut Value) {
    let root = document.as_object_mut().unwrap();
    root.remove("x-contradicting-examples");
    let names = root.remove("x-published-names").unwrap_or_default();
    for (kind, names) in names.as_object().into_iter().flatten() {
        let components = document["components"][kind].as_object_mut().unwrap();
        components.retain(|name, _| names.get(name).is_none());
    }
    let paths = document["paths"].as_object_mut().unwrap();
    for item in paths.values_mut() {
        let operations = item.as_object_mut().unwrap();
        operations.retain(|_, operation| operation.get("x-published-id").is_none());
    }
    paths.retain(|_, item| item.as_object().is_some_and(|item| !item.is_empty()));
}

/// A published document about lamps of a zone.
pub fn lamps() -> Value {
    let schema = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let content = |name: &str| json!({ "application/json": { "schema": schema(name) } });
    let zone = json!({ "name": "zone_id", "in": "path", "required": true, "schema": schema("house-lamps_identifier") });
    let failure = json!({ "description": "No.", "content": content("house-lamps_api-response-common-failure") });
    json!({
        "openapi": "3.0.3",
        "info": { "title": "Lamps", "version": "4.0.0" },
        "security": [{ "api_token": [] }],
        "paths": {
            "/zones/{zone_id}/lamps/garden": {
                "parameters": [zone],
                "get": {
                    "operationId": "lamps-for-a-zone-garden-details",
                    "tags": ["Lamps"],
                    "summary": "Garden lamp",
                    "responses": {
                        "200": { "description": "The lamp.", "content": content("house-lamps_single-lamp") },
                        "4XX": failure,
                    },
                },
                "patch": {
                    "operationId": "lamps-for-a-zone-edit-garden",
                    "tags": ["Lamps"],
                    "summary": "Edit the garden lamp",
                    "description": "Turns it on or off.",
                    "x-api-token-group": ["Lamps Write"],
                    "requestBody": { "required": true, "content": content("house-lamps_lamp-edit") },
                    "responses": {
                        "200": { "description": "The lamp.", "content": { "application/json": {
                            "schema": schema("house-lamps_single-lamp"),
                            "example": {
                                "success": true, "errors": [], "messages": [],
                                "result": { "id": "garden", "on": true, "colour": null },
                            },
                        } } },
                        "4XX": failure,
                    },
                },
            },
            "/lamps": { "get": {
                "operationId": "list-lamps",
                "tags": ["Lamps", "Overview"],
                "parameters": [{ "name": "tree", "in": "query", "schema": { "type": "string", "example": "oak" } }],
                "responses": { "200": { "description": "All.", "content": content("house-lamps_lamps") } },
            } },
        },
        "components": {
            "securitySchemes": { "api_token": { "type": "http", "scheme": "bearer" } },
            "schemas": {
                "house-lamps_identifier": { "type": "string", "maxLength": 32, "example": "023e105f4ecef8ad9ca31a8372d0c353" },
                "house-lamps_lamp-edit": { "type": "object", "properties": { "on": { "type": "boolean", "example": false } } },
                "house-lamps_garden-lamp": {
                    "type": "object",
                    "required": ["id", "on"],
                    "properties": {
                        "id": { "type": "string", "example": "garden" },
                        "on": { "type": "boolean", "example": true },
                        "colour": { "type": "string", "nullable": true, "example": "red" },
                    },
                },
                "house-lamps_single-lamp": {
                    "type": "object",
                    "required": ["success", "errors", "messages", "result"],
                    "properties": {
                        "success": { "type": "boolean", "example": true },
                        "errors": { "type": "array", "items": { "type": "object" }, "example": [] },
                        "messages": { "type": "array", "items": { "type": "object" }, "example": [] },
                        "result": schema("house-lamps_garden-lamp"),
                    },
                },
                "house-lamps_lamps": {
                    "type": "object",
                    "properties": {
                        "success": { "type": "boolean", "example": true },
                        "errors": { "type": "array", "items": { "type": "object" }, "example": [] },
                        "result": { "type": "array", "items": schema("house-lamps_garden-lamp") },
                    },
                },
                "house-lamps_api-response-common-failure": {
                    "type": "object",
                    "properties": {
                        "success": { "type": "boolean", "example": false },
                        "errors": {
                            "type": "array",
                            "items": { "type": "object", "properties": {
                                "code": { "type": "integer", "example": 7003 },
                                "message": { "type": "string", "example": "No route for the URI" },
                            } },
                        },
                        "result": { "type": "object", "enum": [null], "nullable": true },
                    },
                },
                "other-lamps_unused": { "type": "string" },
            },
        },
    })
}
