//! What a service, a network or a mistake cannot get from the client: credentials anywhere but in requests to the base
//! URL, and headers that nobody asked for.

use std::{error::Error as _, panic};

use cloudflare_sdk::{Client, Credentials, Error, ErrorKind, Method, RequestOptions};
use sdk_tests::{
    leap::Leap,
    loopback::{self, edit, get},
    script::{Act, Script, answer},
    scrub::{EMAIL, KEY, TOKEN},
};
use serde_json::{Value, json};

// Redirects

#[tokio::test]
async fn a_redirect_to_another_server_is_not_followed_with_any_credentials() {
    for status in [301, 302, 303, 307, 308] {
        for credentials in schemes() {
            let elsewhere = Script::start([answer(200, "", "{}")]).await;
            let location = format!("location: {}/client/v4/zones\r\n", elsewhere.url());
            let server = Script::start([answer(status, &location, "")]).await;
            let client = Client::builder()
                .credentials(credentials)
                .base_url(server.url())
                .build()
                .unwrap();
            for error in [get(&client).await.unwrap_err(), edit(&client).await.unwrap_err()] {
                assert_eq!((error.kind(), error.attempts()), (ErrorKind::UnexpectedStatus, 1));
                assert_eq!(error.status().unwrap(), status);
                assert!(error.headers().unwrap().contains_key("location"));
            }
            drop(client);
            assert_eq!(elsewhere.finish().await.connections, 0);
        }
    }
}

#[tokio::test]
async fn an_http_client_that_follows_redirects_hands_no_token_over_and_its_answer_is_refused() {
    for status in [301, 302, 303, 307, 308] {
        let good = r#"{"success":true,"result":{"id":"a","value":"auto","editable":true,"modified_on":null}}"#;
        let elsewhere = Script::start([answer(200, "", good)]).await;
        let location = format!("location: {}/client/v4/zones\r\n", elsewhere.url());
        let server = Script::start([answer(status, &location, "")]).await;
        let client = loopback::builder(server.url())
            .http_client(reqwest::Client::new())
            .build()
            .unwrap();
        for error in [get(&client).await.unwrap_err(), edit(&client).await.unwrap_err()] {
            assert_eq!(
                (error.kind(), error.status(), error.body()),
                (ErrorKind::Redirect, None, None)
            );
            assert!(error.to_string().contains(&elsewhere.url()), "{error}");
            assert!(error.to_string().contains("redirect policy of none"), "{error}");
            assert_hidden(&error);
        }
        drop(client);
        for request in elsewhere.finish().await.requests {
            let request = String::from_utf8(request).unwrap();
            assert!(
                !request.contains(TOKEN) && !request.to_lowercase().contains("authorization"),
                "{request}"
            );
        }
    }
}

/// No repetition makes the answer Cloudflare's.
#[tokio::test]
async fn a_redirect_that_was_followed_is_not_repeated() {
    let elsewhere = Script::start([answer(200, "", "{}")]).await;
    let location = format!("location: {}/\r\n", elsewhere.url());
    let server = Script::start([answer(302, &location, "")]).await;
    assert_eq!(get(&following(&server)).await.unwrap_err().attempts(), 1);
}

/// A PATCH becomes a GET of something else by a 303, and what that gives is no success of the PATCH.
#[tokio::test]
async fn a_redirect_that_was_followed_on_the_same_server_gives_no_success() {
    let good = r#"{"success":true,"result":{"id":"a","value":"auto","editable":true,"modified_on":null}}"#;
    for status in [301, 302, 303, 307, 308] {
        for location in ["/client/v4/zones/other", "?other=1"] {
            let location = format!("location: {location}\r\n");
            let server = Script::start([answer(status, &location, ""), answer(200, "", good)]).await;
            let error = edit(&following(&server)).await.unwrap_err();
            assert_eq!((error.kind(), error.attempts()), (ErrorKind::Redirect, 1));
            assert!(error.outcome_unknown() && !error.is_retryable());
            assert!(error.to_string().contains("redirect policy of none"), "{error}");
            assert_hidden(&error);
            assert_eq!(server.log().requests.len(), 2);
        }
    }
}

#[tokio::test]
async fn an_http_client_in_a_loop_of_redirects_is_not_sent_there_again() {
    let server = Script::start([answer(307, "location: /client/v4/zones\r\n", "")]).await;
    let error = edit(&following(&server)).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Redirect, 1));
    assert!(error.outcome_unknown() && !error.is_retryable());
    assert!(error.to_string().contains("redirect policy of none"), "{error}");
    assert_hidden(&error);
    assert_eq!(server.log().requests.len(), 11, "reqwest follows ten times");
}

/// The HTTP client says of it what it says of a request that it cannot make.
#[tokio::test]
async fn a_redirect_to_what_is_not_http_is_no_mistake_in_the_request() {
    let server = Script::start([answer(303, "location: ftp://127.0.0.1/\r\n", "")]).await;
    let error = edit(&following(&server)).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Redirect, 1));
    assert!(error.outcome_unknown());
}

#[tokio::test]
async fn an_http_client_that_would_follow_redirects_serves_where_there_are_none() {
    let server = Script::start([answer(200, "", r#"{"success":true}"#)]).await;
    let client = following(&server);
    for path in ["/a", "/a%2Fb//c/", "/a?b=c%20d", "/a~b'(c)*;=@!"] {
        let call = client.request(Method::GET, path).query("name", "ä&b='c' |#");
        call.send::<Value>()
            .await
            .unwrap_or_else(|error| panic!("{path}: {error}"));
    }
    client.zones_list().name("ä b#c").send().await.unwrap_err();
}

#[test]
fn a_global_api_key_is_not_given_to_an_http_client_of_ones_own() {
    let builder = Client::builder()
        .api_key(EMAIL, KEY)
        .unwrap()
        .http_client(reqwest::Client::new());
    let error = builder.build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains("API token"), "{error}");
    assert_hidden(&error);
}

// Headers

#[test]
fn nothing_that_becomes_a_header_can_smuggle_another_one() {
    for breaking in [
        "\r\nx-evil: 1",
        "\nx-evil: 1",
        "\rx-evil: 1",
        "\0",
        "\r\n\r\nGET / HTTP/1.1",
    ] {
        let with = |text: &str| format!("{text}{breaking}");
        let errors = [
            Credentials::api_token(with(TOKEN)).unwrap_err(),
            Credentials::api_key(with(EMAIL), KEY).unwrap_err(),
            Credentials::api_key(EMAIL, with(KEY)).unwrap_err(),
            Client::builder().api_token(with(TOKEN)).unwrap_err(),
            Client::builder().api_key(with(EMAIL), KEY).unwrap_err(),
            loopback::builder("http://127.0.0.1:1")
                .user_agent_suffix(with("a/1"))
                .build()
                .unwrap_err(),
            RequestOptions::new().header("x-a", &with("a")).unwrap_err(),
            RequestOptions::new().header(&with("x-a"), "a").unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
            assert!(!error.to_string().contains(['\r', '\n', '\0']), "{error:?}");
            assert_hidden(&error);
        }
    }
}

#[tokio::test]
async fn a_suffix_and_extra_headers_are_sent_and_later_options_win() {
    let server = Script::start([answer(400, "", "no")]).await;
    let options = |name, value| RequestOptions::new().header(name, value).unwrap();
    let builder = loopback::builder(server.url()).user_agent_suffix("zone-audit/1.0 (edge; fleet)");
    let client = builder
        .options(options("x-a", "1"))
        .options(options("x-b", "2"))
        .build()
        .unwrap();
    get(&client.with_options(options("X-B", "3"))).await.unwrap_err();
    get(&client).await.unwrap_err();
    let sent: Vec<_> = server
        .log()
        .requests
        .into_iter()
        .map(|request| String::from_utf8(request).unwrap())
        .collect();
    let agent = concat!(
        "\r\nuser-agent: cloudflare-sdk-rust/",
        env!("CARGO_PKG_VERSION"),
        " zone-audit/1.0 (edge; fleet)\r\n"
    );
    for (request, b) in sent.iter().zip(["3", "2"]) {
        assert!(request.contains(agent), "{request}");
        assert!(
            request.contains("\r\nx-a: 1\r\n") && request.contains(&format!("\r\nx-b: {b}\r\n")),
            "{request}"
        );
        assert_eq!(request.matches("x-b").count(), 1);
    }
}

#[test]
fn extra_headers_that_the_sdk_sets_are_refused() {
    for name in [
        "Authorization",
        "x-auth-key",
        "X-Auth-Email",
        "user-agent",
        "host",
        "content-length",
        "cookie",
    ] {
        let error = RequestOptions::new().header(name, "a").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains(name), "{error}");
    }
}

// Echoes

/// In each place of a response from which a text of an error may come.
#[tokio::test]
async fn secrets_that_a_service_repeats_are_in_no_text_of_an_error() {
    for (credentials, secrets) in schemes().into_iter().zip([vec![TOKEN], vec![EMAIL, KEY]]) {
        // Texts are cut at 300 bytes: a secret must not be cut in two by that.
        let before = [0, 250, 285, 299].map(|count| "a".repeat(count));
        let echoes: Vec<_> = secrets
            .iter()
            .flat_map(|secret| before.each_ref().map(|before| before.clone() + secret))
            .collect();
        let answers: Vec<_> = echoes
            .iter()
            .flat_map(|echo| [200, 400, 502].map(|status| repeating(echo, status)))
            .flatten()
            .collect();
        let calls = answers.len();
        let server = Script::start(answers).await;
        let client = client_of(&server, credentials);
        let mut failures = 0;
        for _ in 0..calls {
            let Err(error) = get(&client).await else { continue };
            failures += 1;
            assert_hidden(&error);
            for info in error.errors().iter().chain(error.messages()) {
                for secret in &secrets {
                    assert!(!format!("{info} {info:?}").contains(secret), "{info:?}");
                }
            }
        }
        assert!(failures > calls / 2, "{failures} of {calls}");
    }
}

/// Answers that repeat a text in one place each, and in headers.
fn repeating(echo: &str, status: u16) -> Vec<Act> {
    let bodies = [
        json!({ "success": false, "errors": [{ "code": 1, "message": echo }] }),
        json!({ "success": false, "errors": [{ "code": 1, "message": { "a": echo } }] }),
        json!({ "success": false, "errors": [echo] }),
        json!({ "success": false, "errors": [{ "message": "a", "source": { "pointer": echo } }] }),
        json!({ "success": false, "errors": [{ "message": "a", "documentation_url": echo }] }),
        json!({ "success": false, "errors": [], "messages": [{ "message": echo }] }),
        json!({ "success": true, "result": echo }),
        json!({ "success": true, "result": { "id": "a", "value": "auto", "editable": true, "modified_on": echo } }),
        json!(echo),
    ];
    let bodies = bodies
        .iter()
        .map(Value::to_string)
        .chain([echo.to_owned(), format!("<html>{echo}</html>")]);
    let headers = format!("cf-ray: {echo}\r\nlocation: {echo}\r\n");
    bodies.map(|body| answer(status, &headers, body)).collect()
}

#[tokio::test]
async fn secrets_that_a_service_repeats_beside_a_value_are_not_shown_with_it() {
    for (credentials, secrets) in schemes().into_iter().zip([vec![TOKEN], vec![EMAIL, KEY]]) {
        for secret in secrets {
            let info = json!([{
                "code": 1,
                "message": format!("a {secret}"),
                "documentation_url": secret,
                "source": { "pointer": secret },
            }]);
            let body = json!({ "success": true, "messages": info, "result": [] }).to_string();
            let headers = format!("cf-ray: {secret}-FRA\r\n");
            let server = Script::start([answer(200, &headers, body), answer(200, &headers, "")]).await;
            let client = client_of(&server, credentials.clone());
            let response = client.zones_list().send().await.unwrap();
            let raw = client.request(Method::GET, "/a").send_bytes().await.unwrap();
            assert_eq!(response.messages()[0].message, "a [redacted]");
            let text = format!("{response:?} {response:#?} {:?} {raw:?}", response.messages());
            assert!(!text.contains(secret), "{text}");
        }
    }
}

/// Serde repeats names that a type of the caller's does not know.
#[tokio::test]
async fn secrets_that_a_service_sends_as_a_name_are_in_no_text_of_an_error() {
    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Strict {}
    #[derive(Debug, serde::Deserialize)]
    enum Mode {}
    for before in [0, 270, 299].map(|count| "a".repeat(count)) {
        let name = before + TOKEN;
        let body = json!({ "success": true, "result": { &*name: 1 } }).to_string();
        let server = Script::start([answer(200, "", body)]).await;
        let client = client_of(&server, Credentials::api_token(TOKEN).unwrap());
        let call = || client.request(Method::GET, "/a");
        assert_hidden(&call().send::<Strict>().await.unwrap_err());
        assert_hidden(&call().send::<Mode>().await.unwrap_err());
    }
}

/// As where a token and an identifier are swapped; wherever the text is cut that repeats them.
#[tokio::test]
async fn secrets_that_a_caller_gives_for_something_else_are_in_no_text_of_an_error() {
    let server = Script::start([answer(200, "", "{}")]).await;
    for (credentials, secrets) in schemes().into_iter().zip([vec![TOKEN], vec![EMAIL, KEY]]) {
        let client = client_of(&server, credentials);
        let zone = |id: &str| client.ssl_automatic_mode_get().zone_id(id);
        for (secret, filler) in secrets
            .into_iter()
            .flat_map(|secret| [0, 20, 40, 60].map(|count| (secret, count)))
        {
            let text = "-".repeat(filler) + secret;
            let raw = |path: String| client.request(Method::POST, path);
            let refused = [
                zone(&format!("{text} ")).send().await.unwrap_err(),
                zone(&format!("/{text}")).send().await.unwrap_err(),
                zone(&format!("{text}{}", "-".repeat(40))).send().await.unwrap_err(),
                client
                    .ssl_automatic_mode_edit()
                    .zone_id("a")
                    .value(&*text)
                    .send()
                    .await
                    .unwrap_err(),
                client.zones_list().name(text.repeat(20)).send().await.unwrap_err(),
                client.zones_list().order(&*text).send().await.unwrap_err(),
                raw(format!("{text}/")).send::<Value>().await.unwrap_err(),
                raw(format!("/zones/{text}/ ")).send_bytes().await.unwrap_err(),
                raw("/a".to_owned())
                    .body(&format!("{text}\n"), "")
                    .send_bytes()
                    .await
                    .unwrap_err(),
                raw("/a".to_owned()).query(&text, [[1]]).send_bytes().await.unwrap_err(),
            ];
            for error in refused {
                assert_eq!(
                    (error.kind(), error.attempts()),
                    (ErrorKind::InvalidRequest, 0),
                    "{error}"
                );
                assert_hidden(&error);
            }
        }
    }
}

/// A path may be of any length.
#[tokio::test]
async fn a_path_that_is_refused_is_not_repeated_without_end() {
    let server = Script::start([answer(200, "", "{}")]).await;
    let client = client_of(&server, Credentials::api_token(TOKEN).unwrap());
    let error = client
        .request(Method::GET, "a".repeat(1_000_000))
        .send::<Value>()
        .await
        .unwrap_err();
    let length = error.to_string().len();
    assert!(length < 300, "{length}");
}

#[tokio::test]
async fn secrets_are_not_in_a_panic() {
    let body = json!({ "success": false, "errors": [{ "code": 1, "message": TOKEN }] }).to_string();
    let server = Script::start([answer(400, &format!("cf-ray: {TOKEN}\r\n"), body)]).await;
    let client = client_of(&server, Credentials::api_token(TOKEN).unwrap());
    let outcome = get(&client).await;
    let panic = panic::catch_unwind(panic::AssertUnwindSafe(|| outcome.unwrap())).unwrap_err();
    let message = panic.downcast_ref::<String>().unwrap();
    assert!(message.contains("kind: Api"), "{message}");
    assert!(!message.contains(TOKEN), "{message}");
}

// What the tests share

fn schemes() -> [Credentials; 2] {
    [
        Credentials::api_token(TOKEN).unwrap(),
        Credentials::api_key(EMAIL, KEY).unwrap(),
    ]
}

fn client_of(server: &Script, credentials: Credentials) -> Client {
    let builder = Client::builder().credentials(credentials).base_url(server.url());
    builder.max_retries(0).build().unwrap()
}

/// A client whose HTTP client follows redirects, and which repeats calls.
fn following(server: &Script) -> Client {
    let builder = loopback::builder(server.url()).max_retries(2).clock(Leap::new());
    builder.http_client(reqwest::Client::new()).build().unwrap()
}

/// No text of an error holds a secret, nor the beginning of one.
#[track_caller]
fn assert_hidden(error: &Error) {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut source = error.source();
    while let Some(cause) = source {
        text += &format!(" {cause} {cause:?}");
        source = cause.source();
    }
    for secret in [TOKEN, EMAIL, KEY] {
        assert!(!text.contains(&secret[..8]), "{text}");
    }
}
