//! Every file in `recordings` goes through the SDK, and together they show all that Cloudflare documents.

use std::collections::BTreeSet;

use cloudflare_sdk::types::AutomaticMode;
use sdk_tests::{
    document,
    recording::{Expectation, Recording, SourceKind, folder, read_all},
    replay::{replay, replay_folder},
    scrub::{KEY, TOKEN},
};
use serde_json::{Value, json};

const SUCCESS: &str = "edit-auto-documented";
const FAILURE: &str = "edit-refused-documented";
const LIST: &str = "list-every-parameter";

#[tokio::test]
async fn every_recording_replays() {
    assert_eq!(replay_folder(&folder()).await, Ok(recordings().len()));
}

#[tokio::test]
async fn a_recording_that_is_dropped_into_a_folder_is_replayed() {
    let folder = tempfile::tempdir().unwrap();
    let empty = replay_folder(folder.path()).await.unwrap_err();
    assert!(empty.contains("no recording"), "{empty}");

    recording(SUCCESS).write(&folder.path().join("as-it-is.json")).unwrap();
    assert_eq!(replay_folder(folder.path()).await, Ok(1));

    changed(SUCCESS, |r| r.request.query = "a=b".into())
        .write(&folder.path().join("wrong.json"))
        .unwrap();
    let fault = replay_folder(folder.path()).await.unwrap_err();
    assert_eq!(fault, r#"wrong.json: the query: None instead of Some("a=b")"#);
}

#[tokio::test]
async fn a_request_that_is_not_as_recorded_fails() {
    let wrong = [
        ("the method", changed(SUCCESS, |r| r.request.method = "PUT".into())),
        ("the path", changed(SUCCESS, |r| r.request.path.push('/'))),
        ("the query", changed(SUCCESS, |r| r.request.query = "a=b".into())),
        ("the query", changed(LIST, |r| r.request.query.push('&'))),
        ("page", changed(LIST, |r| r.request.query = "page=1.0".into())),
        (
            "no parameter `pages`",
            changed(LIST, |r| r.request.query = "pages=1".into()),
        ),
        ("the headers", changed(SUCCESS, |r| set(r, "accept", "text/html"))),
        ("the headers", changed(SUCCESS, |r| set(r, "api-version", "4.0.0"))),
        (
            "the headers",
            changed(SUCCESS, |r| _ = r.request.headers.remove("accept")),
        ),
        (
            "the headers",
            changed(SUCCESS, |r| _ = r.request.headers.remove("content-type")),
        ),
        (
            "the credentials",
            changed(SUCCESS, |r| _ = r.request.headers.remove("authorization")),
        ),
        ("the credentials", changed(SUCCESS, |r| set(r, "x-auth-key", KEY))),
        (
            "the body",
            changed(SUCCESS, |r| r.request.body = Some(r#"{"value": "auto"}"#.into())),
        ),
        (
            "the body",
            changed("get-enabled-documented", |r| r.request.body = Some("{}".into())),
        ),
        (
            "0 requests",
            changed(SUCCESS, |r| r.request.body = Some(r#"{"value":"full"}"#.into())),
        ),
        (
            "the method",
            changed(SUCCESS, |r| r.operation = "ssl_automatic_mode_get".into()),
        ),
        (
            "no call is known",
            changed(SUCCESS, |r| r.operation = "zones_delete".into()),
        ),
    ];
    for (what, recording) in wrong {
        assert_refused(what, &recording).await;
    }
}

#[tokio::test]
async fn an_outcome_that_is_not_as_expected_fails() {
    let wrong = [
        changed(SUCCESS, |r| result(r)["value"] = json!("custom")),
        changed(SUCCESS, |r| {
            result(r)["modified_on"] = json!("2014-01-01T05:20:00.12346Z")
        }),
        changed(SUCCESS, |r| result(r)["more"] = json!(1)),
        changed(SUCCESS, |r| {
            _ = result(r).as_object_mut().unwrap().remove("next_scheduled_scan")
        }),
        changed(SUCCESS, |r| r.expect = recording(FAILURE).expect),
        changed(SUCCESS, |r| r.response.status = 400),
        changed(SUCCESS, |r| r.response.body = "404 page not found".into()),
        changed(FAILURE, |r| *error(r).0 = "Decode".into()),
        changed(FAILURE, |r| error(r).1.clear()),
        changed(FAILURE, |r| error(r).1.push(1009)),
        changed(FAILURE, |r| *error(r).2 = None),
        changed(FAILURE, |r| result(r)["value"] = json!("auto")),
        changed(FAILURE, |r| r.expect = recording(SUCCESS).expect),
    ];
    for recording in &wrong {
        assert_refused("the outcome", recording).await;
    }
}

#[tokio::test]
async fn a_moment_may_be_written_in_any_way() {
    let same = changed(SUCCESS, |r| {
        result(r)["modified_on"] = json!("2014-01-01T06:20:00.123450+01:00")
    });
    assert_eq!(replay("", &same).await, Ok(()));
}

#[test]
fn every_response_that_was_published_with_an_example_is_recorded() {
    let document = document::load();
    let recordings = recordings();
    let contradicting = document::contradicting(&document).into_iter();
    let contradicting: Vec<_> = contradicting.filter_map(|place| document.pointer(place)).collect();
    let published = document::operations(&document).into_iter();
    for (operation, node) in published.filter(|(_, node)| document::is_published(node)) {
        let of_operation: Vec<_> = (recordings.iter())
            .filter(|(_, recording)| {
                recording.operation == operation && recording.source.kind == SourceKind::Documented
            })
            .collect();
        // `cargo xtask import` says of what it can make no request.
        if of_operation.is_empty() {
            continue;
        }
        for (status, response) in node["responses"].as_object().into_iter().flatten() {
            let media_type = &document::resolve(&document, response)["content"]["application/json"];
            let named = media_type["examples"].as_object().into_iter().flatten();
            let named = named.filter_map(|(_, example)| document::resolve(&document, example).get("value"));
            let bodies = named.chain(media_type.get("example"));
            for body in bodies.filter(|body| !contradicting.contains(body)) {
                let is_it =
                    |recording: &Recording| serde_json::from_str(&recording.response.body).ok().as_ref() == Some(body);
                assert!(
                    of_operation.iter().any(|(_, recording)| is_it(recording)),
                    "no recording of an example of {operation}, {status}: import it again, which writes it: {body}"
                );
            }
        }
    }
}

#[test]
fn every_documented_response_is_recorded_as_it_is_printed() {
    let document = document::by_hand();
    let recordings = recordings();
    for (operation, node) in document::operations(&document) {
        let page = node["externalDocs"]["url"].as_str().unwrap_or_default();
        for (status, response) in node["responses"].as_object().into_iter().flatten() {
            let response = document::resolve(&document, response);
            let examples = response["content"]["application/json"]["examples"].as_object();
            let examples = examples.filter(|examples| !examples.is_empty()).unwrap_or_else(|| {
                panic!(
                    "{operation} shows no response of {status}: add `examples` with the body on its reference page, and \
                     a recording of it"
                )
            });
            for (name, example) in examples {
                let body = &document::resolve(&document, example)["value"];
                let printed = serde_json::to_string_pretty(body).unwrap();
                let is_it = |recording: &Recording| {
                    let Recording { source, response, .. } = recording;
                    recording.operation == operation
                        && source.kind == SourceKind::Documented
                        && source.url.as_deref() == Some(page)
                        && response.status.to_string().starts_with(status.trim_end_matches('X'))
                        && response.body == printed
                };
                assert!(
                    recordings.iter().any(|(_, recording)| is_it(recording)),
                    "no recording of the example `{name}` of {operation}, {status}: add one to sdk-tests/recordings, of \
                     kind `documented`, with the `url` {page}, and with this body: {}",
                    Value::from(printed)
                );
            }
        }
    }
}

#[test]
fn both_schemes_of_credentials_and_every_value_of_the_mode_are_recorded() {
    let schemes = seen(|r| r.request.headers.contains_key("x-auth-key").to_string());
    assert_eq!(schemes, ["false", "true"]);
    let bodies = seen(|r| r.request.body.clone().unwrap_or_default());
    for value in AutomaticMode::VALUES {
        let body = json!({ "value": value }).to_string();
        assert!(
            bodies.contains(&body),
            "nothing in sdk-tests/recordings sends {body}: add a recording of it"
        );
    }
}

#[test]
fn every_query_parameter_is_recorded() {
    let document = document::by_hand();
    for (operation, node) in document::operations(&document) {
        for parameter in node["parameters"].as_array().into_iter().flatten() {
            let parameter = document::resolve(&document, parameter);
            let name = parameter["name"].as_str().unwrap_or_default();
            let is_recorded = recordings().iter().any(|(_, recording)| {
                let query = format!("&{}", recording.request.query);
                recording.operation == operation && query.contains(&format!("&{name}="))
            });
            assert!(
                parameter["in"] != "query" || is_recorded,
                "no recording sends the query parameter `{name}` of {operation}: add one to sdk-tests/recordings"
            );
        }
    }
    let query = recording(LIST).request.query;
    assert!(query.contains("&page=1&per_page=50&"), "{query}");
}

#[test]
fn every_recording_says_where_it_is_from() {
    for (name, Recording { source, .. }) in recordings() {
        assert!(
            source.note.len() > 20 && source.note.ends_with('.'),
            "{name}: let the note say in a sentence where it is from"
        );
        assert!(
            source.kind != SourceKind::Documented || source.url.is_some() || source.note.contains("sha256"),
            "{name}: give the `url` of the page, or the sha256 of the document, that shows it"
        );
    }
}

#[test]
fn a_recording_has_no_credentials_but_the_examples_of_the_reference() {
    let allowed = [
        ("authorization", format!("Bearer {TOKEN}")),
        ("x-auth-key", KEY.to_owned()),
    ];
    for (name, recording) in recordings() {
        for (header, value) in &allowed {
            let sent = recording.request.headers.get(*header);
            assert!(
                sent.is_none_or(|sent| sent == value),
                "{name}: put the example of the reference into `{header}`: {value}"
            );
        }
    }
}

async fn assert_refused(what: &str, recording: &Recording) {
    let fault = replay("changed", recording).await.expect_err(what);
    assert!(
        fault.starts_with("changed.json: ") && fault.contains(what),
        "{what}: {fault}"
    );
}

fn recordings() -> Vec<(String, Recording)> {
    read_all(&folder()).unwrap().into_iter().collect()
}

fn recording(name: &str) -> Recording {
    Recording::read(&folder().join(format!("{name}.json"))).unwrap()
}

fn changed(name: &str, change: impl FnOnce(&mut Recording)) -> Recording {
    let mut recording = recording(name);
    change(&mut recording);
    recording
}

fn set(recording: &mut Recording, header: &str, value: &str) {
    recording.request.headers.insert(header.into(), value.into());
}

/// The result that is expected, as a value or with an error.
fn result(recording: &mut Recording) -> &mut Value {
    match &mut recording.expect {
        Expectation::Value(value) => value,
        Expectation::Error { result, .. } => result.as_mut().unwrap(),
        other => panic!("it expects {other:?}"),
    }
}

/// The kind, the codes and the result of the error that is expected.
fn error(recording: &mut Recording) -> (&mut String, &mut Vec<u64>, &mut Option<Value>) {
    match &mut recording.expect {
        Expectation::Error { kind, codes, result } => (kind, codes, result),
        other => panic!("it expects {other:?}"),
    }
}

/// What the recordings have there, each once.
fn seen(there: impl Fn(&Recording) -> String) -> Vec<String> {
    let seen: BTreeSet<_> = recordings().iter().map(|(_, recording)| there(recording)).collect();
    seen.into_iter().collect()
}
