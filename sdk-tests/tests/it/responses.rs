//! What a caller sees of responses: values with all that comes around them, and failures with all that had arrived.

use std::{error::Error as _, time::Duration};

use cloudflare_sdk::{
    Error, ErrorKind, http,
    types::{AutomaticMode, Enrollment, Zone},
};
use sdk_test_servers::{Answer, Script};
use sdk_tests::{
    document,
    loopback::{builder, client, edit, enabled, get, nowhere},
    script::Then,
};
use serde_json::json;

// What it makes of values

#[tokio::test]
async fn a_value_that_the_document_does_not_know_survives_with_its_text() {
    let mut body = document::load()["components"]["examples"]["EnrollmentEnabled"]["value"].clone();
    body["result"]["value"] = json!("full");
    let server = Script::answering(Answer::new(200).json(body)).await;
    let enrollment = get(&client(server.url())).await.unwrap().into_inner();
    assert_eq!(enrollment.value.as_str(), "full");
    assert_eq!(enrollment.value.to_string(), "full");
    assert_eq!(enrollment.value, AutomaticMode::from("full"));
    assert!(!AutomaticMode::VALUES.contains(&enrollment.value.as_str()));
    let json = serde_json::to_value(&enrollment).unwrap();
    assert_eq!(json["value"], "full");
    assert_eq!(serde_json::from_value::<Enrollment>(json).unwrap(), enrollment);
}

#[tokio::test]
async fn a_mode_reads_naturally_in_a_match() {
    let server = Script::answering(enabled()).await;
    let enrollment = get(&client(server.url())).await.unwrap();
    let text = match &enrollment.value {
        AutomaticMode::Auto => "on",
        AutomaticMode::Custom => "off",
        other => other.as_str(),
    };
    assert_eq!(text, "on");
}

#[tokio::test]
async fn what_comes_around_a_value_is_kept() {
    let mut body = document::load()["components"]["examples"]["ZonesPage"]["value"].clone();
    body["messages"] =
        json!([{ "code": 10000, "message": "This API Token is valid", "documentation_url": "https://a" }]);
    let server = Script::answering(Answer::new(200).json(body).header("cf-ray", "1-FRA")).await;
    let response = client(server.url()).zones_list().send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.request_id(), Some("1-FRA"));
    assert_eq!(response.messages()[0].message, "This API Token is valid");
    assert_eq!(response.messages()[0].documentation_url.as_deref(), Some("https://a"));
    assert_eq!(response.result_info().unwrap().total_count, Some(2000));
    let zones: Vec<Zone> = response.into_inner();
    assert_eq!(zones[0].name, "example.com");
}

/// To JSON, and to Cloudflare's reference that publishes both as `number`, 1008 and 1008.0 are the same.
#[tokio::test]
async fn a_whole_number_may_be_written_with_a_fraction_of_zero() {
    let body = r#"{"success":false,"errors":[{"code":1008.0,"message":"wrong"}]}"#;
    let server = Script::answering(Answer::new(400).text(body)).await;
    let error = get(&client(server.url())).await.unwrap_err();
    assert!(error.has_code(1008), "{error:?}");

    let mut body = document::load()["components"]["examples"]["ZonesPage"]["value"].clone();
    body["result"][0]["development_mode"] = json!(7200.0);
    let server = Script::answering(Answer::new(200).json(body)).await;
    let zones = client(server.url()).zones_list().send().await.unwrap();
    assert_eq!(zones[0].development_mode, 7200);
}

// What it makes of responses that fail

#[tokio::test]
async fn what_comes_with_an_error_is_kept() {
    let info = |text| json!([{ "code": 1008, "message": text, "source": { "pointer": "/value" } }]);
    let body = json!({ "success": false, "errors": info("wrong"), "messages": info("a remark"), "result": null });
    let server = Script::answering(Answer::new(400).json(&body).header("cf-ray", "1-FRA")).await;
    let error = edit(&client(server.url())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api);
    assert_eq!(error.operation_id(), Some("ssl_automatic_mode_edit"));
    assert_eq!(
        (error.errors()[0].message.as_str(), error.errors()[0].pointer()),
        ("wrong", Some("/value"))
    );
    assert_eq!(error.messages()[0].message, "a remark");
    assert_eq!(error.body_text().unwrap(), body.to_string());
    for part in ["ssl_automatic_mode_edit", "400", "wrong", "1008", "1-FRA"] {
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[tokio::test]
async fn a_403_in_cloudflares_envelope_is_of_permissions_and_names_them() {
    let body = json!({ "success": false, "errors": [{ "code": 9109, "message": "Unauthorized" }] });
    let server = Script::answering(Answer::new(403).json(body)).await;
    let error = edit(&client(server.url())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api);
    assert!(error.is_permission_denied());
    assert!(!error.accepted_permissions().is_empty());
    for permission in error.accepted_permissions() {
        assert!(error.to_string().contains(permission), "{error}");
    }
}

/// The edge blocks addresses, where no permission helps.
#[tokio::test]
async fn a_403_of_the_edge_is_not_of_permissions_and_names_none() {
    let page = "<html><title>Attention Required! | Cloudflare</title></html>";
    let server = Script::answering(Answer::new(403).body_of("text/html", page)).await;
    let error = edit(&client(server.url())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedStatus);
    assert!(!error.is_permission_denied());
    for permission in error.accepted_permissions() {
        assert!(!error.to_string().contains(permission), "{error}");
    }
    assert!(!error.to_string().contains("permission"), "{error}");
}

#[tokio::test]
async fn a_failure_under_a_status_of_success_is_cloudflares_refusal() {
    let body = json!({ "success": false, "errors": [{ "code": 1008, "message": "wrong" }], "result": null });
    let server = Script::answering(Answer::new(200).json(body)).await;
    for error in [
        get(&client(server.url())).await.unwrap_err(),
        edit(&client(server.url())).await.unwrap_err(),
    ] {
        assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Api, 200));
        assert!(error.has_code(1008), "{error:?}");
        assert!(!error.is_permission_denied());
    }
}

/// Cloudflare says that it did what was asked.
#[tokio::test]
async fn a_success_with_errors_that_cannot_be_read_is_no_refusal() {
    let body = json!({ "success": true, "errors": [{ "code": 1008, "message": "wrong" }], "result": null });
    let server = Script::answering(Answer::new(200).json(&body)).await;
    let client = client(server.url());
    for (error, unknown) in [
        (get(&client).await.unwrap_err(), false),
        (edit(&client).await.unwrap_err(), true),
    ] {
        assert_eq!(
            (error.kind(), error.outcome_unknown()),
            (ErrorKind::Decode, unknown),
            "{error:?}"
        );
        assert_eq!(error.body_text().unwrap(), body.to_string());
    }
    let response = |status| http::Response::builder().status(status).body(body.to_string()).unwrap();
    assert_eq!(Error::from_response(response(200)).kind(), ErrorKind::Decode);
    assert_eq!(Error::from_response(response(400)).kind(), ErrorKind::Api);
}

#[tokio::test]
async fn a_body_over_the_limit_is_an_error_with_the_part_that_was_read() {
    let body = "x".repeat(100);
    let server = Script::answering(Answer::new(502).text(&body).header("cf-ray", "1-FRA")).await;
    for (limit, kind, read) in [
        (100, ErrorKind::UnexpectedStatus, 100),
        (99, ErrorKind::BodyTooLarge, 99),
        (10, ErrorKind::BodyTooLarge, 10),
        (0, ErrorKind::BodyTooLarge, 0),
    ] {
        let error = get(&builder(server.url()).max_body_size(limit).build().unwrap())
            .await
            .unwrap_err();
        assert_eq!(error.kind(), kind);
        assert_kept(&error, 502, &body[..read]);
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_not_read_to_its_end() {
    let server = Script::sending(partial(200, "content-length: 1000000000"), Then::Hold).await;
    let error = get(&builder(server.url()).max_body_size(4).build().unwrap())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BodyTooLarge);
    assert_kept(&error, 200, "{\"su");
}

#[tokio::test]
async fn a_body_that_is_cut_short_is_an_error_with_what_had_arrived() {
    for (status, framing, arrived) in [
        (200, "content-length: 100", BEGINNING),
        (502, "content-length: 100", BEGINNING),
        (200, "transfer-encoding: chunked", ""),
    ] {
        let server = Script::sending(partial(status, framing), Then::Close).await;
        let error = get(&client(server.url())).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport, "{framing}");
        assert_kept(&error, status, arrived);
        assert!(error.source().is_some());
    }
    let chunk = format!("{:x}\r\n{BEGINNING}\r\n", BEGINNING.len());
    let answer = partial(200, "transfer-encoding: chunked").replace(BEGINNING, &chunk);
    let server = Script::sending(answer, Then::Close).await;
    let error = get(&client(server.url())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert_kept(&error, 200, BEGINNING);
}

#[tokio::test]
async fn an_answer_that_is_not_http_is_an_error_of_the_connection() {
    for answer in ["", "404 page not found\n", "HTTP/1.1 200 OK\r\nconte"] {
        let server = Script::sending(answer, Then::Close).await;
        let error = get(&client(server.url())).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport, "{answer:?}");
        assert_eq!((error.status(), error.body()), (None, None));
        assert!(error.source().is_some());
    }
}

#[tokio::test]
async fn an_answer_that_does_not_come_in_time_is_an_error_with_what_had_arrived() {
    let impatient = |url: String| builder(url).timeout(Duration::from_secs(1)).build().unwrap();
    let server = Script::sending("", Then::Hold).await;
    let silent = get(&impatient(server.url())).await.unwrap_err();
    assert_eq!(silent.kind(), ErrorKind::Timeout);
    assert!(silent.is_timeout() && silent.status().is_none());

    let server = Script::sending(partial(200, "content-length: 100"), Then::Hold).await;
    let slow = get(&impatient(server.url())).await.unwrap_err();
    assert_eq!(slow.kind(), ErrorKind::Timeout);
    assert_kept(&slow, 200, BEGINNING);
}

#[tokio::test]
async fn a_connection_that_is_refused_is_an_error_of_its_own() {
    let error = get(&client(nowhere())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.is_connect() && error.source().is_some());
    assert_eq!(
        (error.status(), error.operation_id()),
        (None, Some("ssl_automatic_mode_get"))
    );
}

// What the tests share

/// A body of which the end is missing.
const BEGINNING: &str = r#"{"success":true,"resu"#;

/// An answer with the beginning of a body.
fn partial(status: u16, framing: &str) -> String {
    format!("HTTP/1.1 {status} Some Reason\r\ncf-ray: 1-FRA\r\n{framing}\r\n\r\n{BEGINNING}")
}

/// The error has the status, the request id and the body of an answer.
#[track_caller]
fn assert_kept(error: &Error, status: u16, body: &str) {
    assert_eq!(error.status().unwrap(), status);
    assert_eq!(error.request_id(), Some("1-FRA"));
    assert_eq!(error.body_text().unwrap(), body);
    assert_eq!(error.operation_id(), Some("ssl_automatic_mode_get"));
}
