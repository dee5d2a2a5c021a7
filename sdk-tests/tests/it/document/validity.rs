//! That the document is OpenAPI, and that its references lead somewhere.

use openapi_spec_validator_rs::{ErrorMode, Options, Outcome, SpecVersion, validate};
use sdk_tests::document::{TEXT, contradicting, load, target, values};
use serde_json::{Map, Value, json};

use super::{EDIT, renamed, set};

#[test]
fn the_document_is_valid_openapi_3_0() {
    let document = load();
    assert_eq!(document["openapi"], "3.0.3");
    assert_eq!(
        validity(&without_contradictions(document.clone())),
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

#[test]
fn a_default_that_contradicts_its_schema_as_published_is_left_out() {
    let default = "/components/schemas/ZonesMatch/default";
    let (_, mut document) = set(default, json!("none"));
    document["x-contradicting-examples"][default] = json!("it is none of the values");
    assert_ne!(validity(&document), Outcome::Valid);
    assert_eq!(validity(&without_contradictions(document)), Outcome::Valid);
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

/// The document without the examples and defaults that contradict their own schemas as they are published.
fn without_contradictions(mut document: Value) -> Value {
    let places: Vec<String> = contradicting(&document).into_iter().map(str::to_owned).collect();
    for place in places {
        let parent = place
            .rsplit_once('/')
            .and_then(|(parent, member)| Some((document.pointer_mut(parent)?, member)));
        if let Some((Value::Object(members), member)) = parent {
            members.remove(member);
        }
    }
    document
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
