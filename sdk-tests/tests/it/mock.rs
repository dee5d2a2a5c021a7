//! The mock server as a test of a downstream crate uses it.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use cloudflare_sdk::{
    Client, Error, ErrorKind, RequestOptions, Response, ResultInfo, StatusCode,
    mock::{API_TOKEN, CutConnection, Failure, Mock, MockServer, MockServerExt as _, examples, operations},
    types::{AutomaticMode, Enrollment, EnrollmentEdit, Zone, ZoneId},
};
use sdk_tests::{
    document,
    generated::calls::examples as examples_of_document,
    given::Example,
    loopback::{edit, get},
    scrub::{EMAIL, KEY, ZONE},
};
use serde_json::{Value, json};

const OTHER_ZONE: &str = "353c0d2738a13dc9da8fece4f501e320";

/// A server that answers `edit` where this is expected.
fn expecting<'s>(
    server: &'s MockServer,
    expect: impl FnOnce(operations::SslAutomaticModeEditWhen) -> operations::SslAutomaticModeEditWhen,
) -> Mock<'s> {
    server.ssl_automatic_mode_edit(|when, then| {
        expect(when);
        then.ok(examples::enrollment_disabled());
    })
}

/// A client without repetitions of its own, so that each call is one request.
fn client(server: &MockServer) -> Client {
    server
        .client()
        .unwrap()
        .with_options(RequestOptions::new().max_retries(0))
}

// Which requests are expected

#[tokio::test]
async fn the_base_url_has_the_path_of_the_api_and_mocks_are_below_it() {
    let server = MockServer::start_async().await;
    assert!(server.base_url().ends_with("/client/v4"), "{}", server.base_url());
    let mock = server.ssl_automatic_mode_get(|_, then| {
        then.ok(examples::enrollment_enabled());
    });
    get(&client(&server)).await.unwrap();
    mock.assert();

    let above = Client::builder().base_url(server.httpmock().base_url());
    let above = above.api_token(API_TOKEN).unwrap().build().unwrap();
    assert_eq!(get(&above).await.unwrap_err().status(), Some(StatusCode::NOT_FOUND));
    mock.assert();
}

#[tokio::test]
async fn a_request_must_be_about_the_expected_zone() {
    let server = MockServer::start_async().await;
    let other = expecting(&server, |when| when.zone_id(OTHER_ZONE));
    assert!(edit(&client(&server)).await.is_err());
    other.assert_calls(0);
    let expected = expecting(&server, |when| when.zone_id(ZONE.parse::<ZoneId>().unwrap()));
    edit(&client(&server)).await.unwrap();
    expected.assert();
}

#[tokio::test]
async fn the_expected_zone_is_taken_literally() {
    let server = MockServer::start_async().await;
    let pattern = expecting(&server, |when| when.zone_id("0.*"));
    let rest = expecting(&server, |when| when.zone_id(&ZONE[..20]));
    assert!(edit(&client(&server)).await.is_err());
    pattern.assert_calls(0);
    rest.assert_calls(0);
    let odd = server.ssl_automatic_mode_get(|when, then| {
        when.zone_id("ä+(b)");
        then.ok(examples::enrollment_enabled());
    });
    client(&server)
        .ssl_automatic_mode_get()
        .zone_id("ä+(b)")
        .send()
        .await
        .unwrap();
    odd.assert();
}

#[tokio::test]
async fn a_request_must_have_the_expected_body() {
    let server = MockServer::start_async().await;
    let whole = expecting(&server, |when| when.body(&examples::enrollment_enable()));
    let member = expecting(&server, |when| when.value(AutomaticMode::Auto));
    assert!(edit(&client(&server)).await.is_err(), "it sends `custom`");
    whole.assert_calls(0);
    member.assert_calls(0);

    let custom: EnrollmentEdit = EnrollmentEdit::builder().value("custom").try_into().unwrap();
    let whole = expecting(&server, |when| when.body(&custom));
    edit(&client(&server)).await.unwrap();
    whole.assert();
    server.httpmock().reset();
    let member = expecting(&server, |when| when.value("custom"));
    edit(&client(&server)).await.unwrap();
    member.assert();
}

#[tokio::test]
async fn a_request_must_have_the_expected_credentials() {
    let server = MockServer::start_async().await;
    let with_key = server.client_builder().api_key(EMAIL, KEY).unwrap().build().unwrap();
    let wrong = [
        expecting(&server, |when| when.api_token("another token")),
        expecting(&server, |when| when.api_token(API_TOKEN.to_lowercase())),
        expecting(&server, |when| when.api_key(EMAIL, "another key")),
        expecting(&server, |when| when.api_key("another@example.com", KEY)),
    ];
    assert!(edit(&client(&server)).await.is_err());
    assert!(edit(&with_key).await.is_err());
    wrong.iter().for_each(|mock| mock.assert_calls(0));

    let token = expecting(&server, |when| when.api_token(API_TOKEN));
    let key = expecting(&server, |when| when.api_key(EMAIL, KEY));
    edit(&client(&server)).await.unwrap();
    edit(&with_key).await.unwrap();
    token.assert();
    key.assert();
}

#[tokio::test]
async fn a_request_must_have_the_expected_query_as_the_client_sends_it() {
    let server = MockServer::start_async().await;
    let other = server.zones_list(|when, then| {
        when.page(3);
        then.ok(Vec::new());
    });
    let expected = server.zones_list(|when, then| {
        let when = when
            .name("ends_with:a&b")
            .status("active")
            .account_id("1+1")
            .page(2)
            .per_page(5);
        let _ = when.and(|when| when.query_param_missing("match"));
        then.ok(examples::zones_page());
    });
    let client = client(&server);
    let call = client
        .zones_list()
        .name("ends_with:a&b")
        .status("active")
        .account_id("1+1");
    call.page(2u64).per_page(5u64).send().await.unwrap();
    expected.assert();
    other.assert_calls(0);
}

#[tokio::test]
async fn operations_on_one_path_are_told_apart() {
    let server = MockServer::start_async().await;
    let edited = expecting(&server, |when| when);
    assert!(get(&client(&server)).await.is_err());
    edited.assert_calls(0);
}

#[tokio::test]
#[should_panic]
async fn a_call_that_was_not_made_is_missed() {
    let server = MockServer::start_async().await;
    expecting(&server, |when| when).assert();
}

#[tokio::test]
async fn servers_in_one_process_do_not_share_mocks() {
    let (one, other) = (MockServer::start_async().await, MockServer::start_async().await);
    expecting(&one, |when| when);
    edit(&client(&one)).await.unwrap();
    assert!(edit(&client(&other)).await.is_err());
}

// What is answered

#[tokio::test]
async fn a_result_is_answered_in_cloudflares_envelope() {
    let server = MockServer::start_async().await;
    expecting(&server, |when| when);
    let response: Response<Enrollment> = edit(&client(&server)).await.unwrap();
    assert_eq!((response.status(), response.messages()), (StatusCode::OK, &[][..]));
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response.into_inner(), examples::enrollment_disabled());
}

#[tokio::test]
async fn a_page_of_a_list_tells_where_it_stands() {
    let server = MockServer::start_async().await;
    server.zones_list(|_, then| {
        then.page(examples::zones_page(), &examples::zones_page_result_info());
    });
    let response = client(&server).zones_list().send().await.unwrap();
    assert_eq!(response.result_info(), Some(&examples::zones_page_result_info()));
    assert_eq!(response.into_inner(), examples::zones_page());
    server.httpmock().reset();
    server.zones_list(|_, then| {
        then.ok(Vec::new());
    });
    let response = client(&server).zones_list().send().await.unwrap();
    assert_eq!(response.result_info(), None);
    assert_eq!(response.into_inner(), Vec::<Zone>::new());
}

#[test]
fn every_documented_example_is_a_ready_value() {
    let document = document::load();
    let mut covered = BTreeSet::new();
    for Example { name, pointer, compare } in examples_of_document() {
        let documented = document.pointer(pointer).unwrap_or(&Value::Null);
        assert_eq!(compare(documented), Ok(()), "{name}");
        covered.extend(
            pointer
                .strip_prefix("/components/examples/")
                .and_then(|rest| rest.split('/').next()),
        );
    }
    // Those of the imported ones that have no value are named where the module is documented.
    let by_hand = document::by_hand();
    let bodies = by_hand["components"]["examples"].as_object().unwrap().iter();
    for (name, _) in bodies.filter(|(_, example)| example["value"].is_object()) {
        assert!(
            covered.contains(name.as_str()),
            "the SDK has no value of the example {name}"
        );
    }
}

#[tokio::test]
async fn a_failure_is_read_as_one_with_its_error_and_its_result() {
    let server = MockServer::start_async().await;
    let mock = server.ssl_automatic_mode_edit(|_, then| {
        then.error(StatusCode::FORBIDDEN, 9109, "Unauthorized to access requested resource");
    });
    let error = edit(&client(&server)).await.unwrap_err();
    assert!(error.is_permission_denied());
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Api, Some(StatusCode::FORBIDDEN))
    );
    assert_eq!(error.errors()[0].code, Some(9109));
    mock.assert();

    server.httpmock().reset();
    server.ssl_automatic_mode_edit(|_, then| {
        then.failure(StatusCode::BAD_REQUEST, &examples::enrollment_refused());
    });
    let error = edit(&client(&server)).await.unwrap_err();
    assert_eq!(error.errors()[0].code, Some(1008));
    assert_eq!(error.result(), Some(examples::enrollment_disabled()));
}

#[tokio::test]
async fn a_failure_takes_more_errors_and_a_result() {
    let failure = Failure::new(1007, "Invalid zone")
        .with_error(1008, "Invalid value")
        .with_result(&examples::enrollment_enabled());
    let server = MockServer::start_async().await;
    server.ssl_automatic_mode_edit(|_, then| {
        then.failure(StatusCode::OK, &failure);
    });
    let error = edit(&client(&server)).await.unwrap_err();
    let codes = error.errors().iter().map(|info| info.code).collect::<Vec<_>>();
    assert_eq!(codes, [Some(1007), Some(1008)]);
    assert_eq!(error.result(), Some(examples::enrollment_enabled()));

    let odd = Failure::from_body("error code: 1015").with_error(1, "").with_result(&1);
    assert_eq!(odd.body(), "error code: 1015");
    let errors = Failure::from_body(r#"{"errors":null}"#).with_error(1, "a");
    let errors: Value = serde_json::from_str(errors.body()).unwrap();
    assert_eq!(errors, json!({ "errors": [{ "code": 1, "message": "a" }] }));
}

#[tokio::test]
async fn a_limit_is_answered_with_the_headers_of_the_service_and_may_pass() {
    let server = MockServer::start_async().await;
    let limited = server.ssl_automatic_mode_edit(|_, then| {
        then.rate_limited(Duration::from_millis(29_500));
    });
    // Not by the SDK, which may wait as it is told.
    let url = format!("{}/zones/{ZONE}/settings/ssl_automatic_mode", server.base_url());
    let response = reqwest::Client::new().patch(url).send().await.unwrap();
    limited.assert();
    assert_eq!(response.status(), 429);
    for (name, value) in [
        ("retry-after", "30"),
        ("ratelimit", "\"default\";r=0;t=30"),
        ("ratelimit-policy", "\"default\";q=1200;w=300"),
    ] {
        assert_eq!(response.headers()[name], value);
    }

    server.httpmock().reset();
    let limited = server.zones_list(|_, then| {
        then.rate_limited(Duration::ZERO).up_to_n_times(1);
    });
    let listed = server.zones_list(|_, then| {
        then.ok(Vec::new());
    });
    let client = client(&server);
    let error = client.zones_list().send().await.unwrap_err();
    assert!(error.is_rate_limited());
    client.zones_list().send().await.unwrap();
    limited.assert();
    listed.assert();
}

#[tokio::test]
async fn the_edge_answers_with_a_page_and_no_envelope() {
    let server = MockServer::start_async().await;
    for status in [502, 503, 520].map(|status| StatusCode::from_u16(status).unwrap()) {
        server.httpmock().reset();
        let mock = server.zones_list(|_, then| {
            then.edge_error(status);
        });
        let error = client(&server).zones_list().send().await.unwrap_err();
        assert_eq!(
            (error.kind(), error.status()),
            (ErrorKind::UnexpectedStatus, Some(status))
        );
        assert!(error.body_text().unwrap().starts_with("<!DOCTYPE html>"));
        mock.assert();
    }
}

#[tokio::test]
async fn an_answer_may_take_its_time() {
    let server = MockServer::start_async().await;
    server.zones_list(|_, then| {
        then.ok(Vec::new())
            .delay(Duration::from_millis(300))
            .and(|then| then.header("cf-ray", "1-SJC"));
    });
    let start = Instant::now();
    let response = client(&server).zones_list().send().await.unwrap();
    assert!(start.elapsed() >= Duration::from_millis(300));
    assert_eq!(response.request_id(), Some("1-SJC"));
}

// A connection that is cut

fn assert_lost(error: &Error) {
    assert_eq!((error.kind(), error.status()), (ErrorKind::Transport, None), "{error}");
}

#[tokio::test]
async fn a_request_arrives_and_its_connection_is_cut() {
    let place = CutConnection::start().unwrap();
    assert_eq!(place.received(), 0);
    let client = place.client().unwrap();
    assert_lost(&edit(&client).await.unwrap_err());
    assert_eq!(place.received(), 3);
    assert_lost(&get(&client).await.unwrap_err());
    assert_eq!(place.received(), 6);
}

#[tokio::test]
async fn after_the_cut_ones_requests_reach_the_server() {
    let server = MockServer::start_async().await;
    let mock = expecting(&server, |when| when.zone_id(ZONE).api_token(API_TOKEN));
    let place = CutConnection::start_before(&server, 1).unwrap();
    let client = place.client().unwrap();
    assert_eq!(edit(&client).await.unwrap().attempts(), 2);
    assert_eq!(place.received(), 1);
    mock.assert();
    edit(&client).await.unwrap();
    mock.assert_calls(2);
}

#[tokio::test]
async fn a_connection_without_a_request_is_not_counted() {
    let server = MockServer::start_async().await;
    let mock = expecting(&server, |when| when);
    let place = CutConnection::start_before(&server, 1).unwrap();
    let address = place.base_url().replace("http://", "").replace("/client/v4", "");
    drop(std::net::TcpStream::connect(address).unwrap());
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(place.received(), 0);
    let client = place.client().unwrap();
    assert_eq!(edit(&client).await.unwrap().attempts(), 2);
    assert_eq!(place.received(), 1);
    mock.assert();
}

#[tokio::test]
async fn a_place_that_is_dropped_is_closed() {
    let place = CutConnection::start().unwrap();
    let address = place.base_url().replace("http://", "").replace("/client/v4", "");
    drop(place);
    let deadline = Instant::now() + Duration::from_secs(5);
    while std::net::TcpStream::connect(&address).is_ok() {
        assert!(Instant::now() < deadline, "{address} is still open");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[test]
fn the_readme_shows_what_the_example_does() {
    let example = include_str!("../../../sdk/examples/offline_test.rs");
    let readme = include_str!("../../../README.md");
    let (_, section) = readme.split_once("## Testing your own code\n").unwrap();
    let block = section.split("```").nth(1).unwrap();
    let (_, code) = block.split_once("#[tokio::test]").unwrap();
    // The two are laid out differently.
    let bare = |code: &str| code.split_whitespace().collect::<String>();
    let example = bare(example);
    for statement in code.split(';') {
        assert!(example.contains(&bare(statement)), "the example has no {statement}");
    }
}

#[test]
fn a_server_needs_no_async_code_to_be_set_up() {
    let server = MockServer::start();
    let mock: Mock<'_> = expecting(&server, |when| when);
    mock.assert_calls(0);
    let info = ResultInfo::default();
    server.zones_list(|_, then| {
        then.page([], &info);
    });
}
