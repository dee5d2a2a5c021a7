//! What a caller sees of requests: what the client refuses to send, what it sends, and where it does not go.

use cloudflare_sdk::{
    Client, Error, ErrorKind, Method,
    types::{AutomaticMode, EnrollmentEdit, SortDirection, ZoneStatus, ZonesMatch, ZonesOrder},
};
use sdk_test_servers::{Answer, Script};
use sdk_tests::{
    BASE_PATH,
    loopback::{builder, client, edit, enabled, get, nowhere},
    scrub::{EMAIL, KEY, ZONE},
};
use serde_json::json;

// What it refuses to send

#[tokio::test]
async fn a_zone_id_that_cannot_be_one_is_refused_before_anything_is_sent() {
    let server = Script::answering(enabled()).await;
    let client = client(server.url());
    let long = "a".repeat(33);
    for zone_id in [
        "",
        &long,
        ".",
        "..",
        "a/b",
        "/",
        "../../user/tokens",
        "%2e%2e",
        "a%2Fb",
        "a?b",
        "?",
        "a#b",
        "a\\b",
        "..\\..",
        "a\nb",
        "a\r\n",
        "\t",
        " ",
        "a b",
        "a\0b",
    ] {
        let errors = [
            client
                .ssl_automatic_mode_get()
                .zone_id(zone_id)
                .send()
                .await
                .unwrap_err(),
            client
                .ssl_automatic_mode_edit()
                .zone_id(zone_id)
                .value(AutomaticMode::Auto)
                .send()
                .await
                .unwrap_err(),
        ];
        for error in errors {
            let shown = zone_id.escape_debug().to_string().replace(r"\\", r"\");
            assert_refused(&error, &["`zone_id`", &shown]);
        }
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_value_that_the_document_does_not_know_is_refused_before_anything_is_sent() {
    let server = Script::answering(enabled()).await;
    let client = client(server.url());
    let edit = || client.ssl_automatic_mode_edit().zone_id(ZONE);
    let whole: EnrollmentEdit = serde_json::from_value(json!({ "value": "full" })).unwrap();
    for call in [
        edit().value(AutomaticMode::from("full")),
        edit().value("full"),
        edit().body(whole.clone()),
        edit().body(EnrollmentEdit::builder().value("full")),
        edit().body_map(|body| body.value("full")),
    ] {
        let reason = format!("`value`: `full` is not one of {}", listed(AutomaticMode::VALUES));
        assert_refused(&call.send().await.unwrap_err(), &[&reason]);
    }
    for text in ["AUTO", "auto ", "", "off"] {
        let error = edit().value(text).send().await.unwrap_err();
        assert_refused(&error, &[&format!("`value`: `{text}` is not one of")]);
    }
    let list = || client.zones_list();
    for (call, named) in [
        (
            list().status(ZoneStatus::from("gone")),
            ["`status`", "`gone`", &listed(ZoneStatus::VALUES)],
        ),
        (
            list().direction(SortDirection::from("up")),
            ["`direction`", "`up`", &listed(SortDirection::VALUES)],
        ),
        (
            list().match_(ZonesMatch::from("none")),
            ["`match`", "`none`", &listed(ZonesMatch::VALUES)],
        ),
        (
            list().order(ZonesOrder::from("age")),
            ["`order`", "`age`", &listed(ZonesOrder::VALUES)],
        ),
    ] {
        assert_refused(&call.send().await.unwrap_err(), &named);
    }
    assert!(server.requests().is_empty());

    let mut mended: EnrollmentEdit = whole;
    mended.value = AutomaticMode::Custom;
    edit().body(mended).send().await.unwrap();
    assert_eq!(server.only_request().body, br#"{"value":"custom"}"#);
}

#[tokio::test]
async fn what_is_required_and_missing_is_named() {
    let server = Script::answering(enabled()).await;
    let client = client(server.url());
    let edit = || client.ssl_automatic_mode_edit();
    for (error, name) in [
        (client.ssl_automatic_mode_get().send().await.unwrap_err(), "`zone_id`"),
        (edit().value("auto").send().await.unwrap_err(), "`zone_id`"),
        (edit().zone_id(ZONE).send().await.unwrap_err(), "`value`"),
        (
            edit()
                .zone_id(ZONE)
                .body(EnrollmentEdit::builder())
                .send()
                .await
                .unwrap_err(),
            "`value`",
        ),
    ] {
        assert_refused(&error, &[name, "required"]);
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn what_is_out_of_bounds_is_refused_before_anything_is_sent() {
    let server = Script::answering(enabled()).await;
    let client = client(server.url());
    let list = || client.zones_list();
    let long = "a".repeat(254);
    for (call, named) in [
        (list().per_page(4), ["`per_page`", "4"]),
        (list().per_page(51), ["`per_page`", "51"]),
        (list().per_page(-5), ["`per_page`", ""]),
        (list().page(0), ["`page`", "0"]),
        (list().name(&long), ["`name`", "253"]),
        (list().account_name(&long), ["`account.name`", "253"]),
    ] {
        assert_refused(&call.send().await.unwrap_err(), &named);
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_refusal_is_one_line_whatever_was_given() {
    let client = client(nowhere());
    let text = "a\n".repeat(200);
    for error in [
        client.ssl_automatic_mode_get().zone_id(&text).send().await.unwrap_err(),
        client.zones_list().name(&text).send().await.unwrap_err(),
        client.zones_list().status(&text).send().await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert_eq!(error.to_string().lines().count(), 1, "{error}");
    }
}

/// An HTTP client of one's own may take less than the SDK does.
#[tokio::test]
async fn what_the_http_client_refuses_was_never_attempted() {
    let server = Script::answering(enabled()).await;
    let http = reqwest::Client::builder().https_only(true).build().unwrap();
    let client = builder(server.url()).http_client(http).build().unwrap();
    let error = edit(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidRequest, 0));
    assert!(!error.outcome_unknown() && !error.is_retryable());
    assert!(error.to_string().contains("the HTTP client refuses"), "{error}");
    assert!(server.requests().is_empty());
}

// What it sends, and where it does not go

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Script::answering(enabled()).await;
    for status in [301, 302, 303, 307, 308] {
        for location in [elsewhere.url() + "/stolen", format!("{BASE_PATH}/zones")] {
            let server = Script::answering(Answer::new(status).header("location", location.as_str())).await;
            let key = Client::builder()
                .api_key(EMAIL, KEY)
                .unwrap()
                .base_url(server.url())
                .build()
                .unwrap();
            for client in [client(server.url()), key] {
                for error in [get(&client).await.unwrap_err(), edit(&client).await.unwrap_err()] {
                    assert_eq!(error.kind(), ErrorKind::UnexpectedStatus);
                    assert_eq!(error.status().unwrap(), status);
                    assert_eq!(error.headers().unwrap()["location"], location.as_str());
                }
            }
            assert_eq!(server.requests().len(), 4);
        }
    }
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test]
async fn a_cookie_is_not_sent_back() {
    let server = Script::answering(enabled().header("set-cookie", "__cf_bm=1; Path=/")).await;
    let client = client(server.url());
    for _ in 0..2 {
        assert_eq!(get(&client).await.unwrap().headers()["set-cookie"], "__cf_bm=1; Path=/");
    }
    assert!(
        server
            .requests()
            .iter()
            .all(|request| !request.headers.contains_key("cookie"))
    );
}

/// The limit of a body's size is then that of what comes over the wire.
#[tokio::test]
async fn no_compression_is_asked_for() {
    let server = Script::answering(enabled()).await;
    let client = client(server.url());
    get(&client).await.unwrap();
    edit(&client).await.unwrap();
    client
        .request(Method::GET, "/zones/a/export")
        .send_bytes()
        .await
        .unwrap();
    for request in server.requests() {
        assert!(!request.headers.contains_key("accept-encoding"), "{request:?}");
    }
}

#[tokio::test]
async fn the_name_of_the_sdk_is_sent() {
    let server = Script::answering(enabled()).await;
    get(&client(server.url())).await.unwrap();
    let agent = server.only_request().headers["user-agent"].clone();
    assert!(agent.to_str().unwrap().starts_with("cloudflare-sdk-rust/"), "{agent:?}");
}

// What the tests share

/// The request was refused, and the error says what is wrong with it.
#[track_caller]
fn assert_refused(error: &Error, named: &[&str]) {
    assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
    assert_eq!(error.status(), None);
    for part in named {
        assert!(error.to_string().contains(part), "{part}: {error}");
    }
}

/// Values as an error lists them.
fn listed(values: &[&str]) -> String {
    let quoted: Vec<_> = values.iter().map(|value| format!("`{value}`")).collect();
    quoted.join(", ")
}
