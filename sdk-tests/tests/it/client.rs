//! What a caller sees of the client: how it is made, and what it keeps to itself.

use std::{
    env,
    error::Error as _,
    ffi::OsStr,
    fmt::{Debug, Display},
    process::Command,
    time::Duration,
};

use cloudflare_sdk::{Client, ClientBuilder, Credentials, Error, ErrorKind, Method, types::AutomaticMode};
use sdk_test_servers::{Answer, Request, Script};
use sdk_tests::{
    BASE_PATH,
    loopback::{builder, client, enabled, get, nowhere},
    script::Then,
    scrub::{EMAIL, KEY, TOKEN, ZONE},
};
use serde_json::json;

// How it is made

#[tokio::test(flavor = "multi_thread")]
async fn a_token_and_the_base_url_are_taken_from_the_environment() {
    let server = Script::answering(enabled()).await;
    let url = server.url() + BASE_PATH;
    assert_eq!(
        in_process(&[], &[("CLOUDFLARE_API_TOKEN", TOKEN), ("CLOUDFLARE_BASE_URL", &url)]),
        "auto"
    );
    let request = server.only_request();
    assert_eq!(
        request.path,
        format!("{BASE_PATH}/zones/{ZONE}/settings/ssl_automatic_mode")
    );
    assert_eq!(credentials(&request), [("authorization", format!("Bearer {TOKEN}"))]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_and_a_key_are_taken_from_the_environment() {
    let server = Script::answering(enabled()).await;
    let variables = [
        ("CLOUDFLARE_EMAIL", EMAIL),
        ("CLOUDFLARE_API_KEY", KEY),
        ("CLOUDFLARE_BASE_URL", &server.url()),
    ];
    assert_eq!(in_process(&[], &variables), "auto");
    let sent = [("x-auth-email", EMAIL.to_owned()), ("x-auth-key", KEY.to_owned())];
    assert_eq!(credentials(&server.only_request()), sent);
}

#[test]
fn an_environment_without_one_set_of_credentials_is_refused_by_the_names_of_the_variables() {
    let (token, email, key) = (
        ("CLOUDFLARE_API_TOKEN", TOKEN),
        ("CLOUDFLARE_EMAIL", EMAIL),
        ("CLOUDFLARE_API_KEY", KEY),
    );
    for (variables, named) in [
        (vec![], vec![token.0, email.0, key.0]),
        (vec![("CLOUDFLARE_API_TOKEN", "")], vec![token.0, email.0, key.0]),
        (vec![email], vec![email.0, key.0]),
        (vec![key], vec![email.0, key.0]),
        (vec![token, key], vec![token.0, key.0]),
        (vec![token, email, key], vec![token.0, key.0]),
        (vec![("CLOUDFLARE_API_TOKEN", "line\nbreak")], vec![token.0]),
        (
            vec![token, ("CLOUDFLARE_BASE_URL", "http://api.example")],
            vec!["CLOUDFLARE_BASE_URL"],
        ),
    ] {
        let outcome = in_process(&[], &variables);
        assert!(outcome.starts_with("Configuration: "), "{variables:?}: {outcome}");
        for name in named {
            assert!(outcome.contains(name), "{variables:?}: {outcome}");
        }
        assert_hidden(&[outcome]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_is_made_reads_nothing_from_the_environment() {
    let (server, other) = (Script::answering(enabled()).await, Script::answering(enabled()).await);
    let variables = [
        ("CLOUDFLARE_API_TOKEN", "another".to_owned()),
        ("CLOUDFLARE_EMAIL", "another".to_owned()),
        ("CLOUDFLARE_API_KEY", "another".to_owned()),
        ("CLOUDFLARE_BASE_URL", other.url()),
        ("HTTP_PROXY", other.url()),
        ("http_proxy", other.url()),
        ("ALL_PROXY", other.url()),
    ];
    assert_eq!(in_process(&[server.url()], &variables), "auto");
    assert_eq!(
        credentials(&server.only_request()),
        [("authorization", format!("Bearer {TOKEN}"))]
    );
    assert!(other.requests().is_empty());
}

/// The outcome of a call in a process of its own with these variables: a test cannot change those that it shares.
fn in_process<V: AsRef<OsStr>>(arguments: &[String], variables: &[(&str, V)]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_call"));
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy().to_lowercase();
        if text.starts_with("cloudflare_") || text.ends_with("_proxy") {
            command.env_remove(name);
        }
    }
    let variables = variables.iter().map(|(name, value)| (name, value));
    let output = command.args(arguments).envs(variables).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

#[test]
fn plain_http_to_another_machine_is_refused() {
    for url in [
        "http://api.cloudflare.com/client/v4",
        "http://10.0.0.1",
        "http://localhost.example",
        "http://[::2]",
    ] {
        let error = builder(url).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains(url), "{error}");
    }
}

#[test]
fn a_client_without_credentials_is_refused() {
    let error = Client::builder().build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains("api_token"), "{error}");
}

#[test]
fn a_time_to_connect_is_refused_beside_an_http_client_which_has_its_own() {
    let second = Duration::from_secs(1);
    let own = || builder(nowhere()).http_client(reqwest::Client::new());
    assert!(own().build().is_ok());
    let error = own().connect_timeout(second).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    for named in [
        "`connect_timeout`",
        "`http_client`",
        "`reqwest::ClientBuilder::connect_timeout`",
    ] {
        assert!(error.to_string().contains(named), "{error}");
    }
}

#[test]
fn a_client_is_cheap_to_share() {
    fn shared<T: Clone + Debug + Send + Sync + 'static>(_: &T) {}
    fn sent<T: Send>(_: T) {}
    let client = client(nowhere());
    shared(&client);
    shared(&client.runtime().clone());
    sent(client.zones_list().send());
    sent(client.ssl_automatic_mode_get().send());
    sent(client.ssl_automatic_mode_edit().send());
    sent(client.request(Method::GET, "/zones").send::<serde_json::Value>());
    sent(client.request(Method::GET, "/zones").send_bytes());
}

#[tokio::test]
async fn a_call_can_be_spawned() {
    let server = Script::answering(enabled()).await;
    let client = client(server.url());
    let call = tokio::spawn(async move { get(&client).await });
    assert_eq!(call.await.unwrap().unwrap().value, AutomaticMode::Auto);
}

// What it keeps to itself

#[tokio::test]
async fn credentials_are_never_shown() {
    let token = Credentials::api_token(TOKEN).unwrap();
    let key = Credentials::api_key(EMAIL, KEY).unwrap();
    for credentials in [token, key] {
        let server = Script::answering(enabled()).await;
        let builder = Client::builder()
            .credentials(credentials.clone())
            .base_url(server.url())
            .max_retries(0)
            .timeout(Duration::from_secs(10));
        let client = builder.clone().build().unwrap();
        let response = get(&client).await.unwrap();
        assert_hidden(&[
            debug(&credentials),
            debug(&builder),
            debug(&client),
            debug(client.runtime()),
            debug(&client.zones_list()),
            debug(&client.ssl_automatic_mode_get().zone_id(ZONE)),
            debug(&client.ssl_automatic_mode_edit().zone_id(ZONE).value("auto")),
            debug(&response),
        ]);
        for error in failures(&builder).await {
            assert_hidden(&[debug(&error), shown(&error)]);
        }
    }
}

#[test]
fn credentials_that_are_refused_are_not_shown() {
    let broken = [TOKEN, EMAIL, KEY].map(|secret| format!("{secret}\n"));
    let [token, email, key] = &broken;
    for error in [
        Credentials::api_token(token).unwrap_err(),
        Credentials::api_key(email, KEY).unwrap_err(),
        Credentials::api_key(EMAIL, key).unwrap_err(),
        Client::builder().api_token(token).unwrap_err(),
        Client::builder().api_key(email, key).unwrap_err(),
    ] {
        assert_hidden(&[debug(&error), shown(&error)]);
    }
}

#[test]
fn a_password_in_a_base_url_is_not_shown() {
    let builder = builder("https://me:hunter2@api.cloudflare.com");
    assert!(!debug(&builder).contains("hunter2"), "{builder:?}");
    let error = builder.build().unwrap_err();
    assert!(!(debug(&error) + &shown(&error)).contains("hunter2"), "{error:?}");
}

/// An error of each kind that there is without an HTTP client of one's own.
async fn failures(builder: &ClientBuilder) -> Vec<Error> {
    let at = |url: String| builder.clone().base_url(url);
    let silent = Script::sending("", Then::Hold).await;
    let closing = Script::sending("", Then::Close).await;
    let impatient = at(silent.url()).timeout(Duration::from_millis(100));
    let refused = json!({ "success": false, "errors": [{ "code": 6003, "message": "Invalid request headers" }] });
    let mut errors = vec![
        at("http://api.example".into()).build().unwrap_err(),
        get(&at(nowhere()).build().unwrap()).await.unwrap_err(),
        get(&impatient.build().unwrap()).await.unwrap_err(),
        get(&at(closing.url()).build().unwrap()).await.unwrap_err(),
        get(&builder.clone().max_body_size(1).build().unwrap())
            .await
            .unwrap_err(),
        builder
            .clone()
            .build()
            .unwrap()
            .ssl_automatic_mode_get()
            .send()
            .await
            .unwrap_err(),
    ];
    for answer in [Answer::new(400).json(refused), Answer::new(502), Answer::new(200)] {
        let server = Script::answering(answer).await;
        let client = at(server.url()).build().unwrap();
        errors.push(get(&client).await.unwrap_err());
    }
    let kinds: Vec<_> = errors.iter().map(Error::kind).collect();
    use ErrorKind::*;
    assert_eq!(
        kinds,
        [
            Configuration,
            Connect,
            Timeout,
            Transport,
            BodyTooLarge,
            InvalidRequest,
            Api,
            UnexpectedStatus,
            Decode
        ]
    );
    errors
}

// What the tests share

/// The headers of a request that say who is calling.
fn credentials(request: &Request) -> Vec<(&'static str, String)> {
    ["authorization", "x-auth-email", "x-auth-key"]
        .into_iter()
        .filter_map(|name| Some((name, request.headers.get(name)?.to_str().unwrap().to_owned())))
        .collect()
}

/// No secret is in these texts.
#[track_caller]
fn assert_hidden(texts: &[String]) {
    for text in texts {
        for secret in [TOKEN, EMAIL, KEY] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

fn debug(value: &dyn Debug) -> String {
    format!("{value:?} {value:#?}")
}

/// The texts of an error and its sources, as a program prints them.
fn shown(error: &Error) -> String {
    let mut text = (error as &dyn Display).to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause} {cause:?}");
        source = cause.source();
    }
    text
}
