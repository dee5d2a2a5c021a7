//! What a caller of the generator gets for documents of many operations.

use cloudflare_sdk_codegen::Generator;
use serde_json::{Value, json};

fn operation(id: &str, tags: &[&str]) -> Value {
    let schema = json!({ "$ref": format!("#/components/schemas/{id}") });
    let response = json!({ "description": "", "content": { "application/json": { "schema": schema } } });
    json!({ "operationId": id, "tags": tags, "responses": { "200": response } })
}

/// A document of three operations, two of one tag and one without any.
fn document() -> Value {
    let model = |member: &str| json!({ "type": "object", "properties": { member: { "type": "string" } } });
    json!({
        "openapi": "3.0.3",
        "info": { "title": "A", "version": "1" },
        "paths": {
            "/zones": { "get": operation("zones_list", &["Zones"]), "post": operation("zones_create", &["Zones", "More"]) },
            "/ips": { "get": operation("ips_list", &[]) },
        },
        "components": { "schemas": {
            "zones_list": model("a"), "zones_create": model("b"), "ips_list": model("c"), "unused": model("d"),
        } },
    })
}

fn modules(generator: &Generator) -> Vec<(String, String)> {
    let modules = generator.modules(&document().to_string()).unwrap();
    modules.files().map(|(name, code)| (name, code.to_owned())).collect()
}

#[test]
fn each_tag_is_a_module_of_its_own_and_a_root_leads_to_all() {
    let files = modules(&Generator::new("api.json"));
    let names: Vec<_> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["mod.rs", "untagged.rs", "zones.rs"]);
    for part in [
        "pub mod untagged;",
        "pub mod zones;",
        "pub fn zones(&self) -> zones::Client",
    ] {
        assert!(files[0].1.contains(part), "{part} is not in:\n{}", files[0].1);
    }
    assert!(!files[0].1.contains("cfg"), "{}", files[0].1);
    assert!(files[1].1.contains("pub fn ips_list(&self)") && !files[1].1.contains("ZonesList"));
    assert!(files[2].1.contains("pub fn zones_create(&self)") && files[2].1.contains("pub fn zones_list(&self)"));
}

#[test]
fn a_module_is_what_is_generated_for_its_operations_alone() {
    let files = modules(&Generator::new("api.json"));
    let alone = Generator::new("api.json").operations(["Zones"]);
    assert_eq!(files[2].1, alone.generate(&document().to_string()).unwrap());
}

#[test]
fn with_features_a_module_is_compiled_where_its_own_is_on() {
    let files = modules(&Generator::new("api.json").module_features(true));
    assert_eq!(
        files[0].1.matches(r#"#[cfg(feature = "zones")]"#).count(),
        2,
        "{}",
        files[0].1
    );
}

#[test]
fn only_operations_that_are_wanted_are_in_modules() {
    let files = modules(&Generator::new("api.json").operations(["GET /zones"]));
    assert_eq!(files.len(), 2);
    assert!(!files[1].1.contains("zones_create"));
}

#[test]
fn what_is_not_wanted_may_be_at_fault() {
    let mut document = document();
    document["components"]["schemas"]["ips_list"] = json!({ "$ref": "#/components/schemas/nowhere" });
    let zones = Generator::new("api.json").operations(["zones_*"]);
    zones.modules(&document.to_string()).unwrap();
    let error = Generator::new("api.json").modules(&document.to_string()).unwrap_err();
    assert_eq!(error.pointer(), "/components/schemas/ips_list/$ref");
}
