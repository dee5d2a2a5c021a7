//! The examples: valid for their schemas, and those of the reference page.

use sdk_tests::document::{Example, TEXT, by_hand, contradicting, examples, json_schema, load, resolve};
use serde_json::{Value, json};

use super::{EDIT, GET, PIN, part, renamed, set};

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
fn every_example_is_valid_for_the_schema_it_illustrates() {
    let document = by_hand();
    let text = serde_json::to_string_pretty(&document).unwrap();
    let written = text.matches("\"example\":").count() + text.matches("\"$ref\": \"#/components/examples/").count();
    let found: Vec<_> = examples(&document).into_iter().map(|example| example.at).collect();
    assert_eq!(
        found.len(),
        written,
        "an example is not where one is looked for, which is in `example` of a schema, a parameter or a body, and in \
         `examples` by a `$ref` to /components/examples; these were found: {found:#?}"
    );
    assert_ne!(written, 0);

    assert_eq!(
        faults(&load()),
        [""; 0],
        "these examples are not valid for their schemas; mend the example or the schema at each place, or if they were \
         published so, import the operation again"
    );
}

#[test]
fn what_is_said_to_contradict_its_schema_does() {
    let document = load();
    let named = contradicting(&document);
    for Example { at, schema, value } in examples(&document) {
        let at = place(&document, &at);
        let is_valid = || fault(&document, schema, value).is_none();
        assert!(
            !named.contains(&at.as_str()) || !is_valid(),
            "the example at {at} is valid; import the operation again, or take it out of `x-contradicting-examples`"
        );
    }
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

/// Where the document's examples depart from the schemas that they illustrate, without those that are known to.
fn faults(document: &Value) -> Vec<String> {
    let known = contradicting(document);
    let mut found = Vec::new();
    for Example { at, schema, value } in examples(document) {
        if !known.contains(&place(document, &at).as_str()) {
            found.extend(fault(document, schema, value).map(|fault| format!("{at}: {fault}")));
        }
    }
    found
}

/// Where the value of the example stands that `at` shows.
fn place(document: &Value, at: &str) -> String {
    let node = document.pointer(at).unwrap_or(&Value::Null);
    match node["$ref"].as_str() {
        Some(reference) => format!("{}/value", reference.trim_start_matches('#')),
        None if at.rsplit('/').nth(1) == Some("examples") && node.get("value").is_some() => format!("{at}/value"),
        None => format!("{at}/example"),
    }
}

/// Why a value is not of a schema.
fn fault(document: &Value, schema: &Value, value: &Value) -> Option<String> {
    let schema = json_schema(document, schema);
    let validator = jsonschema::options().should_validate_formats(true).build(&schema);
    match validator {
        Ok(validator) => validator.iter_errors(value).next().map(|error| error.to_string()),
        Err(error) => Some(error.to_string()),
    }
}

/// The named examples of the JSON body of a request or a response.
fn shown(document: &Value, pointer: &str) -> Value {
    let examples = part(document, &format!("{pointer}/content/application~1json/examples"));
    (examples.as_object().into_iter().flatten())
        .map(|(name, example)| (name.clone(), resolve(document, example)["value"].clone()))
        .collect()
}
