//! Every public model, written and read again: with random values of its schema in the document, and with what the
//! service sends beyond that.

use std::collections::BTreeSet;

use chrono::DateTime;
use cloudflare_sdk::types::{AutomaticMode, EnrollmentEdit, NameFilter, Zone, ZoneId};
use proptest::{prop_assert, prop_assert_eq};
use sdk_tests::{
    document::{by_hand, json_schema, load, resolve, values},
    for_every_model,
    instances::{Extent, anything, check, of_model, texts},
    models::{self, NAMES, OTHER_MODELS, content, is_required, reference, shown},
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The typed half of the SDK as it is checked in.
const GENERATED: &str = include_str!("../../../sdk/src/generated/cloudflare.rs");

/// A model and what can be done with it.
struct Model {
    name: &'static str,
    /// Reads a value and writes it again.
    rewrite: fn(&Value) -> serde_json::Result<Value>,
    /// Reads both values and tells whether they are equal then.
    same: fn(&Value, &Value) -> serde_json::Result<bool>,
}

macro_rules! models {
    ($($model:ident)*) => {
        [$(Model {
            name: stringify!($model),
            rewrite: |value| serde_json::to_value(read::<models::$model>(value)?),
            same: |one, other| Ok(read::<models::$model>(one)? == read::<models::$model>(other)?),
        }),*]
    };
}

fn all() -> impl Iterator<Item = Model> {
    for_every_model!(models).into_iter()
}

fn model(name: &str) -> Model {
    all().find(|model| model.name == name).unwrap()
}

/// Reads from text, as the SDK does.
fn read<T: DeserializeOwned>(value: &Value) -> serde_json::Result<T> {
    serde_json::from_str(&value.to_string())
}

#[test]
fn the_list_of_models_is_that_of_the_generated_code() {
    let (_, types) = GENERATED.split_once("\npub mod types {\n").unwrap();
    let (types, _) = types.split_once("\n}\n").unwrap();
    let declared = types.lines().filter_map(|line| {
        let line = line.strip_prefix("    pub ")?;
        let line = line.strip_prefix("struct ").or_else(|| line.strip_prefix("enum "))?;
        line.split(|c: char| !c.is_alphanumeric()).next()
    });
    let by_hand = ["ResponseInfo", "ResponseInfoSource", "ResultInfo"];
    let declared: BTreeSet<_> = declared.chain(by_hand).collect();
    let listed: BTreeSet<_> = NAMES.iter().chain(OTHER_MODELS).copied().collect();
    assert_eq!(listed, declared, "run `cargo xtask codegen`");
}

#[test]
fn every_object_and_every_enumeration_of_the_document_is_a_model() {
    let document = by_hand();
    for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
        let is_model = schema["properties"].is_object() || schema["enum"].is_array();
        let is_envelope = !schema["properties"]["success"].is_null();
        if is_model && !is_envelope {
            assert!(NAMES.contains(&name.as_str()), "the SDK has no model of {name}");
        }
    }
}

#[test]
fn random_values_are_what_the_document_allows() {
    let document = load();
    for name in NAMES {
        let validator = validator(&document, name);
        check(of_model(&document, name, Extent::Documented), |value| {
            prop_assert!(validator.is_valid(&value), "{name}");
            Ok(())
        });
    }
}

#[test]
fn what_the_document_allows_survives_a_round_trip() {
    round_trip(Extent::Documented);
}

#[test]
fn what_the_service_sends_beyond_the_document_survives_a_round_trip() {
    round_trip(Extent::Received);
}

fn round_trip(extent: Extent) {
    let document = load();
    for Model { name, rewrite, same } in all() {
        let schema = reference(name);
        check(of_model(&document, name, extent), |received| {
            let written = rewrite(&received)?;
            prop_assert_eq!(
                normal(&document, &schema, &written),
                normal(&document, &schema, &received),
                "{}",
                name
            );
            prop_assert!(same(&received, &written)?, "{name}: {written}");
            prop_assert!(
                values(&written).iter().all(|(_, value)| !value.is_null()),
                "{name}: {written}"
            );
            Ok(())
        });
    }
}

#[test]
fn whatever_comes_in_the_place_of_an_error_is_read() {
    let Model { rewrite, same, .. } = model("ResponseInfo");
    let members = &["code", "documentation_url", "message", "pointer", "source"];
    check(anything(members), |received| {
        let written = rewrite(&received)?;
        prop_assert!(same(&received, &written)?, "{written}");
        Ok(())
    });
}

#[test]
fn whatever_comes_in_the_place_of_a_count_is_read() {
    let Model { rewrite, same, .. } = model("ResultInfo");
    for member in ["count", "cursor", "page", "per_page", "total_count", "total_pages"] {
        check(anything(&["page"]), |value| {
            let received = json!({ member: value });
            let written = rewrite(&received)?;
            prop_assert!(same(&received, &written)?, "{written}");
            Ok(())
        });
    }
}

#[test]
fn null_and_missing_are_the_same_for_what_is_optional() {
    let document = load();
    for (name, value) in shown(&document) {
        let schema = content_of(&document, name);
        for (member, property) in schema["properties"].as_object().into_iter().flatten() {
            if !is_optional(schema, member, property) {
                continue;
            }
            let null = with(&value, member, Value::Null);
            let missing = without(&value, member);
            assert!((model(name).same)(&null, &missing).unwrap(), "{name}: {member}");
            let rewritten = (model(name).rewrite)(&null).unwrap();
            assert_eq!(rewritten.get(member), None, "{name}");
        }
    }
}

#[test]
fn what_is_required_and_never_null_must_be_there() {
    let document = load();
    for (name, value) in shown(&document) {
        let schema = content_of(&document, name);
        // Nothing is required of what explains an answer: its reader takes what there is.
        if name == "ResponseInfo" {
            continue;
        }
        for (member, property) in schema["properties"].as_object().into_iter().flatten() {
            if !is_optional(schema, member, property) {
                let error = (model(name).rewrite)(&without(&value, member)).unwrap_err();
                assert!(error.to_string().contains(&format!("`{member}`")), "{name}: {error}");
                assert!(
                    (model(name).rewrite)(&with(&value, member, Value::Null)).is_err(),
                    "{name}: {member}"
                );
            }
        }
    }
}

#[test]
fn unknown_members_are_ignored() {
    for (name, value) in shown(&load()) {
        if value.is_object() {
            let more = with(&value, "a member of a later time", json!({ "value": [null, 7] }));
            assert!((model(name).same)(&more, &value).unwrap(), "{name}");
            assert_eq!(
                (model(name).rewrite)(&more).unwrap(),
                (model(name).rewrite)(&value).unwrap(),
                "{name}"
            );
        }
    }
}

#[test]
fn unknown_values_of_every_enumeration_keep_their_text() {
    let document = load();
    for Model { name, rewrite, same } in all() {
        let Some(known) = content_of(&document, name)["enum"][0].as_str() else {
            continue;
        };
        check(texts(40), |text| {
            prop_assert_eq!(rewrite(&json!(text))?, json!(text), "{}", name);
            Ok(())
        });
        // What only looks like a known value is another one.
        for other in [known.to_uppercase(), format!("{known} "), format!(" {known}")] {
            assert!(!same(&json!(known), &json!(other)).unwrap(), "{name}: {other:?}");
            assert_eq!(rewrite(&json!(other)).unwrap(), json!(other), "{name}");
        }
    }
}

#[test]
fn an_unknown_value_is_told_from_those_that_are_known() {
    let mode: AutomaticMode = read(&json!("adaptive")).unwrap();
    assert_eq!(mode, AutomaticMode::from("adaptive"));
    assert!(matches!(&mode, AutomaticMode::Unknown(text) if text == "adaptive"));
    assert!(!AutomaticMode::VALUES.contains(&mode.as_str()));
    assert_eq!((mode.as_str(), mode.to_string().as_str()), ("adaptive", "adaptive"));
    assert_eq!(read::<AutomaticMode>(&json!("auto")).unwrap(), AutomaticMode::Auto);
}

/// One text too long must not cost the caller a page of zones.
#[test]
fn a_broken_constraint_does_not_cost_what_is_received() {
    let document = load();
    let (_, example) = shown(&document).into_iter().find(|(name, _)| *name == "Zone").unwrap();
    let long = "x".repeat(300);
    let mut value = example;
    value["name"] = json!(long);
    value["id"] = json!(long);
    value["original_dnshost"] = json!(long);
    value["name_servers"] = json!(["no host", long]);
    value["vanity_name_servers"] = json!(["no host", long]);
    value["owner"]["id"] = json!(long);
    value["account"]["id"] = json!(long);

    let zone: Zone = read(&value).unwrap();
    assert_eq!(zone.name, long);
    assert_eq!(zone.vanity_name_servers.as_deref().unwrap_or_default()[1], long);
    let written = serde_json::to_value(&zone).unwrap();
    let schema = reference("Zone");
    assert_eq!(normal(&document, &schema, &written), normal(&document, &schema, &value));

    let code = (model("ResponseInfo").rewrite)(&json!({ "code": 999, "message": "m" })).unwrap();
    assert_eq!(code, json!({ "code": 999, "message": "m" }));
}

#[test]
fn a_builder_asks_for_what_is_required() {
    let validator = validator(&load(), "EnrollmentEdit");
    for value in AutomaticMode::VALUES {
        let edit: EnrollmentEdit = EnrollmentEdit::builder().value(*value).try_into().unwrap();
        assert!(validator.is_valid(&serde_json::to_value(&edit).unwrap()), "{edit:?}");
    }
    let nothing = EnrollmentEdit::try_from(EnrollmentEdit::builder()).unwrap_err();
    assert_eq!(nothing.to_string(), "`value` is required: set it");
}

/// The same type is received, so it is checked where it is sent: the test `requests` has that.
#[test]
fn a_builder_takes_what_the_document_does_not_know() {
    let edit: EnrollmentEdit = EnrollmentEdit::builder().value("adaptive").try_into().unwrap();
    assert_eq!(edit, read(&json!({ "value": "adaptive" })).unwrap());
    assert_eq!(
        EnrollmentEdit::try_from(models::builder::EnrollmentEdit::from(edit.clone())).unwrap(),
        edit
    );
}

/// In characters, not in bytes.
#[test]
fn a_text_that_is_sent_is_as_long_as_the_document_allows() {
    for (longest, is_taken) in [(32, true), (33, false)] {
        let text = "é".repeat(longest);
        assert_eq!(ZoneId::try_from(text.as_str()).is_ok(), is_taken, "{longest}");
        assert_eq!(read::<ZoneId>(&json!(text)).is_ok(), is_taken, "{longest}");
    }
    for (longest, is_taken) in [(253, true), (254, false)] {
        let text = "é".repeat(longest);
        assert_eq!(NameFilter::try_from(&text).is_ok(), is_taken, "{longest}");
    }
}

/// What is to be kept of a value of `schema`: of objects the members that the document knows, of dates the instant.
///
/// Of what is optional, null and an object without members are the same as nothing.
fn normal(document: &Value, schema: &Value, value: &Value) -> Value {
    let schema = content(document, schema);
    match value {
        Value::Object(members) => (schema["properties"].as_object().into_iter().flatten())
            .filter_map(|(name, property)| {
                let value = normal(document, property, members.get(name)?);
                let is_nothing = match &value {
                    Value::Null => true,
                    Value::Object(members) => members.is_empty(),
                    _ => false,
                };
                (!is_nothing || !is_optional(schema, name, property)).then(|| (name.clone(), value))
            })
            .collect(),
        Value::Array(items) => (items.iter())
            .map(|item| normal(document, &schema["items"], item))
            .collect(),
        Value::String(text) if schema["format"] == "date-time" => {
            let instant = DateTime::parse_from_rfc3339(text).unwrap();
            json!([instant.timestamp(), instant.timestamp_subsec_nanos()])
        }
        other => other.clone(),
    }
}

/// Whether a member need not be there: so says the document, or it may be null, or was seen to be.
fn is_optional(object: &Value, member: &str, property: &Value) -> bool {
    !is_required(object, member) || property["nullable"] == true || property["x-observed-null"] == true
}

/// The document's own schema of a model.
fn validator(document: &Value, model: &str) -> jsonschema::Validator {
    let schema = json_schema(document, &reference(model));
    jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap()
}

fn content_of<'d>(document: &'d Value, model: &str) -> &'d Value {
    resolve(document, &document["components"]["schemas"][model])
}

fn with(object: &Value, member: &str, value: Value) -> Value {
    let mut object = object.clone();
    object[member] = value;
    object
}

fn without(object: &Value, member: &str) -> Value {
    let mut object = object.clone();
    object.as_object_mut().unwrap().remove(member);
    object
}
