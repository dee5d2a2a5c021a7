//! What a caller sees of the client: how it is made, what it refuses to send, where it does not go, what it keeps to
//! itself, and what it makes of answers that fail.

use std::{
    env,
    error::Error as _,
    fmt::{Debug, Display},
    process::Command,
    time::Duration,
};

use cloudflare_sdk::{
    Client, ClientBuilder, Credentials, Error, ErrorKind, Response,
    types::{AutomaticMode, Enrollment, EnrollmentEdit, SortDirection, Zone, ZoneStatus, ZonesMatch, ZonesOrder},
};
use sdk_tests::{
    document,
    loopback::{Then, answering, builder, client, nowhere, sending},
    scrub::{EMAIL, KEY, TOKEN, ZONE},
};
use serde_json::{Value, json};
use wiremock::{MockServer, Request, ResponseTemplate};

// How it is made

#[tokio::test]
async fn a_token_and_the_base_url_are_taken_from_the_environment() {
    let server = answering(enabled()).await;
    let url = server.uri() + "/client/v4";
    assert_eq!(
        in_process(
            "from_env",
            &[("CLOUDFLARE_API_TOKEN", TOKEN), ("CLOUDFLARE_BASE_URL", &url)]
        ),
        "auto"
    );
    let request = only_request(&server).await;
    assert_eq!(
        request.url.path(),
        format!("/client/v4/zones/{ZONE}/settings/ssl_automatic_mode")
    );
    assert_eq!(credentials(&request), [("authorization", format!("Bearer {TOKEN}"))]);
}

#[tokio::test]
async fn an_address_and_a_key_are_taken_from_the_environment() {
    let server = answering(enabled()).await;
    let variables = [
        ("CLOUDFLARE_EMAIL", EMAIL),
        ("CLOUDFLARE_API_KEY", KEY),
        ("CLOUDFLARE_BASE_URL", &server.uri()),
    ];
    assert_eq!(in_process("from_env", &variables), "auto");
    let sent = [("x-auth-email", EMAIL.to_owned()), ("x-auth-key", KEY.to_owned())];
    assert_eq!(credentials(&only_request(&server).await), sent);
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
        let outcome = in_process("from_env", &variables);
        assert!(outcome.starts_with("Configuration: "), "{variables:?}: {outcome}");
        for name in named {
            assert!(outcome.contains(name), "{variables:?}: {outcome}");
        }
        assert_hidden(&[outcome]);
    }
}

#[tokio::test]
async fn a_client_that_is_made_reads_nothing_from_the_environment() {
    let (server, other) = (answering(enabled()).await, answering(enabled()).await);
    let variables = [
        ("SDK_TESTS_URL", server.uri()),
        ("CLOUDFLARE_API_TOKEN", "another".to_owned()),
        ("CLOUDFLARE_EMAIL", "another".to_owned()),
        ("CLOUDFLARE_API_KEY", "another".to_owned()),
        ("CLOUDFLARE_BASE_URL", other.uri()),
        ("HTTP_PROXY", other.uri()),
        ("http_proxy", other.uri()),
        ("ALL_PROXY", other.uri()),
    ];
    assert_eq!(in_process("builder", &variables), "auto");
    assert_eq!(
        credentials(&only_request(&server).await),
        [("authorization", format!("Bearer {TOKEN}"))]
    );
    assert!(requests(&other).await.is_empty());
}

/// The process of its own that `in_process` starts: a test cannot change the environment that it shares with others.
#[tokio::test]
#[ignore = "part of other tests, which start it with an environment"]
async fn process() {
    let made = match env::var("SDK_TESTS_MAKE").as_deref() {
        Ok("from_env") => Client::from_env(),
        Ok("builder") => builder(env::var("SDK_TESTS_URL").unwrap()).build(),
        _ => return,
    };
    let outcome = match made {
        Ok(client) => get(&client).await.map(|enrollment| enrollment.value.to_string()),
        Err(error) => Err(error),
    };
    let outcome = outcome.unwrap_or_else(|error| format!("{:?}: {error}", error.kind()));
    println!("\nOUTCOME {outcome}");
}

/// The outcome of a call in a process with these variables, by a client that is made as `make` says.
fn in_process<V: AsRef<std::ffi::OsStr>>(make: &str, variables: &[(&str, V)]) -> String {
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["--exact", "process", "--ignored", "--nocapture"])
        .env("SDK_TESTS_MAKE", make);
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy().to_lowercase();
        if text.starts_with("cloudflare_") || text.ends_with("_proxy") {
            command.env_remove(name);
        }
    }
    let output = command
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let outcome = text.lines().find_map(|line| line.strip_prefix("OUTCOME "));
    outcome.unwrap_or_else(|| panic!("{output:?}")).to_owned()
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
fn a_client_is_cheap_to_share() {
    fn shared<T: Clone + Debug + Send + Sync + 'static>(_: &T) {}
    fn sent<T: Send>(_: T) {}
    let client = client(nowhere());
    shared(&client);
    shared(&client.runtime().clone());
    sent(client.zones_list().send());
    sent(client.ssl_automatic_mode_get().send());
    sent(client.ssl_automatic_mode_edit().send());
}

#[tokio::test]
async fn a_call_can_be_spawned() {
    let server = answering(enabled()).await;
    let client = client(server.uri());
    let call = tokio::spawn(async move { get(&client).await });
    assert_eq!(call.await.unwrap().unwrap().value, AutomaticMode::Auto);
}

// What it refuses to send

#[tokio::test]
async fn a_zone_id_that_cannot_be_one_is_refused_before_anything_is_sent() {
    let server = answering(enabled()).await;
    let client = client(server.uri());
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
            assert_refused(&error, &["`zone_id`", &zone_id.escape_debug().to_string()]);
        }
    }
    assert!(requests(&server).await.is_empty());
}

#[tokio::test]
async fn a_value_that_the_document_does_not_know_is_refused_before_anything_is_sent() {
    let server = answering(enabled()).await;
    let client = client(server.uri());
    let edit = || client.ssl_automatic_mode_edit().zone_id(ZONE);
    let whole: EnrollmentEdit = serde_json::from_value(json!({ "value": "full" })).unwrap();
    for call in [
        edit().value(AutomaticMode::from("full")),
        edit().value("full"),
        edit().body(whole),
        edit().body(EnrollmentEdit::builder().value("full")),
        edit().body_map(|body| body.value("full")),
    ] {
        assert_refused(
            &call.send().await.unwrap_err(),
            &["`value`", "`full`", "`auto`, `custom`"],
        );
    }
    let list = || client.zones_list();
    for (call, named) in [
        (
            list().status(ZoneStatus::from("gone")),
            ["`status`", "`gone`", "`moved`"],
        ),
        (
            list().direction(SortDirection::from("up")),
            ["`direction`", "`up`", "`asc`, `desc`"],
        ),
        (
            list().match_(ZonesMatch::from("none")),
            ["`match`", "`none`", "`any`, `all`"],
        ),
        (
            list().order(ZonesOrder::from("age")),
            ["`order`", "`age`", "`account.id`"],
        ),
    ] {
        assert_refused(&call.send().await.unwrap_err(), &named);
    }
    assert!(requests(&server).await.is_empty());
}

#[tokio::test]
async fn what_is_required_and_missing_is_named() {
    let server = answering(enabled()).await;
    let client = client(server.uri());
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
    assert!(requests(&server).await.is_empty());
}

#[tokio::test]
async fn what_is_out_of_bounds_is_refused_before_anything_is_sent() {
    let server = answering(enabled()).await;
    let client = client(server.uri());
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
    assert!(requests(&server).await.is_empty());
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

// Where it does not go, and what it keeps to itself

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = answering(enabled()).await;
    for status in [301, 302, 303, 307, 308] {
        for location in [elsewhere.uri() + "/stolen", "/client/v4/zones".to_owned()] {
            let server = answering(ResponseTemplate::new(status).insert_header("location", location.as_str())).await;
            let key = Client::builder()
                .api_key(EMAIL, KEY)
                .unwrap()
                .base_url(server.uri())
                .build()
                .unwrap();
            for client in [client(server.uri()), key] {
                for error in [get(&client).await.unwrap_err(), edit(&client).await.unwrap_err()] {
                    assert_eq!(error.kind(), ErrorKind::UnexpectedStatus);
                    assert_eq!(error.status().unwrap(), status);
                    assert_eq!(error.headers().unwrap()["location"], location.as_str());
                }
            }
            assert_eq!(requests(&server).await.len(), 4);
        }
    }
    assert!(requests(&elsewhere).await.is_empty());
}

#[tokio::test]
async fn a_cookie_is_not_sent_back() {
    let server = answering(enabled().insert_header("set-cookie", "__cf_bm=1; Path=/")).await;
    let client = client(server.uri());
    for _ in 0..2 {
        assert_eq!(get(&client).await.unwrap().headers()["set-cookie"], "__cf_bm=1; Path=/");
    }
    assert!(
        requests(&server)
            .await
            .iter()
            .all(|request| !request.headers.contains_key("cookie"))
    );
}

#[tokio::test]
async fn the_name_of_the_sdk_is_sent() {
    let server = answering(enabled()).await;
    get(&client(server.uri())).await.unwrap();
    let agent = only_request(&server).await.headers["user-agent"].clone();
    assert!(agent.to_str().unwrap().starts_with("cloudflare-sdk-rust/"), "{agent:?}");
}

#[tokio::test]
async fn credentials_are_never_shown() {
    let token = Credentials::api_token(TOKEN).unwrap();
    let key = Credentials::api_key(EMAIL, KEY).unwrap();
    for credentials in [token, key] {
        let server = answering(enabled()).await;
        let builder = Client::builder()
            .credentials(credentials.clone())
            .base_url(server.uri())
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

/// An error of each kind that there is.
async fn failures(builder: &ClientBuilder) -> Vec<Error> {
    let at = |url: String| builder.clone().base_url(url);
    let impatient = at(sending("", Then::Hold)).timeout(Duration::from_millis(100));
    let refused = json!({ "success": false, "errors": [{ "code": 6003, "message": "Invalid request headers" }] });
    let mut errors = vec![
        at("http://api.example".into()).build().unwrap_err(),
        get(&at(nowhere()).build().unwrap()).await.unwrap_err(),
        get(&impatient.build().unwrap()).await.unwrap_err(),
        get(&at(sending("", Then::Close)).build().unwrap()).await.unwrap_err(),
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
    for answer in [
        ResponseTemplate::new(400).set_body_json(refused),
        ResponseTemplate::new(502),
        ResponseTemplate::new(200),
    ] {
        let server = answering(answer).await;
        let client = at(server.uri()).build().unwrap();
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

// What it makes of values

#[tokio::test]
async fn a_value_that_the_document_does_not_know_survives_with_its_text() {
    let mut body = document::load()["components"]["examples"]["EnrollmentEnabled"]["value"].clone();
    body["result"]["value"] = json!("full");
    let server = answering(ResponseTemplate::new(200).set_body_json(body)).await;
    let enrollment = get(&client(server.uri())).await.unwrap().into_inner();
    assert_eq!(enrollment.value.as_str(), "full");
    assert_eq!(enrollment.value.to_string(), "full");
    assert_eq!(enrollment.value, AutomaticMode::from("full"));
    assert!(!matches!(enrollment.value, AutomaticMode::Auto | AutomaticMode::Custom));
    let json = serde_json::to_value(&enrollment).unwrap();
    assert_eq!(json["value"], "full");
    assert_eq!(serde_json::from_value::<Enrollment>(json).unwrap(), enrollment);
}

#[tokio::test]
async fn a_mode_reads_naturally_in_a_match() {
    let server = answering(enabled()).await;
    let enrollment = get(&client(server.uri())).await.unwrap();
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
    let server = answering(
        ResponseTemplate::new(200)
            .set_body_json(body)
            .insert_header("cf-ray", "1-FRA"),
    )
    .await;
    let response = client(server.uri()).zones_list().send().await.unwrap();
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
    let server = answering(ResponseTemplate::new(400).set_body_string(body)).await;
    let error = get(&client(server.uri())).await.unwrap_err();
    assert!(error.has_code(1008), "{error:?}");

    let mut body = document::load()["components"]["examples"]["ZonesPage"]["value"].clone();
    body["result"][0]["development_mode"] = json!(7200.0);
    let server = answering(ResponseTemplate::new(200).set_body_json(body)).await;
    let zones = client(server.uri()).zones_list().send().await.unwrap();
    assert_eq!(zones[0].development_mode, 7200);
}

// What it makes of answers that fail

#[tokio::test]
async fn what_comes_with_an_error_is_kept() {
    let info = |text| json!([{ "code": 1008, "message": text, "source": { "pointer": "/value" } }]);
    let body = json!({ "success": false, "errors": info("wrong"), "messages": info("a remark"), "result": null });
    let server = answering(
        ResponseTemplate::new(400)
            .set_body_json(&body)
            .insert_header("cf-ray", "1-FRA"),
    )
    .await;
    let error = edit(&client(server.uri())).await.unwrap_err();
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
async fn a_body_over_the_limit_is_an_error_with_the_part_that_was_read() {
    let body = "x".repeat(100);
    let server = answering(
        ResponseTemplate::new(502)
            .set_body_string(&body)
            .insert_header("cf-ray", "1-FRA"),
    )
    .await;
    for (limit, kind, read) in [
        (100, ErrorKind::UnexpectedStatus, 100),
        (99, ErrorKind::BodyTooLarge, 99),
        (10, ErrorKind::BodyTooLarge, 10),
        (0, ErrorKind::BodyTooLarge, 0),
    ] {
        let error = get(&builder(server.uri()).max_body_size(limit).build().unwrap())
            .await
            .unwrap_err();
        assert_eq!(error.kind(), kind);
        assert_kept(&error, 502, &body[..read]);
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_not_read_to_its_end() {
    let url = sending(partial(200, "content-length: 1000000000"), Then::Hold);
    let error = get(&builder(url).max_body_size(4).build().unwrap()).await.unwrap_err();
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
        let error = get(&client(sending(partial(status, framing), Then::Close)))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport, "{framing}");
        assert_kept(&error, status, arrived);
        assert!(error.source().is_some());
    }
    let chunk = format!("{:x}\r\n{BEGINNING}\r\n", BEGINNING.len());
    let answer = partial(200, "transfer-encoding: chunked").replace(BEGINNING, &chunk);
    let error = get(&client(sending(answer, Then::Close))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert_kept(&error, 200, BEGINNING);
}

#[tokio::test]
async fn an_answer_that_is_not_http_is_an_error_of_the_connection() {
    for answer in ["", "404 page not found\n", "HTTP/1.1 200 OK\r\nconte"] {
        let error = get(&client(sending(answer, Then::Close))).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport, "{answer:?}");
        assert_eq!((error.status(), error.body()), (None, None));
        assert!(error.source().is_some());
    }
}

#[tokio::test]
async fn an_answer_that_does_not_come_in_time_is_an_error_with_what_had_arrived() {
    let impatient = |url: String| builder(url).timeout(Duration::from_secs(1)).build().unwrap();
    let silent = get(&impatient(sending("", Then::Hold))).await.unwrap_err();
    assert_eq!(silent.kind(), ErrorKind::Timeout);
    assert!(silent.is_timeout() && silent.status().is_none());

    let slow = get(&impatient(sending(partial(200, "content-length: 100"), Then::Hold)))
        .await
        .unwrap_err();
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

/// The answer of a zone where Automatic SSL/TLS is on.
fn enabled() -> ResponseTemplate {
    let body: &Value = &document::load()["components"]["examples"]["EnrollmentEnabled"]["value"];
    ResponseTemplate::new(200).set_body_json(body)
}

async fn get(client: &Client) -> Result<Response<Enrollment>, Error> {
    client.ssl_automatic_mode_get().zone_id(ZONE).send().await
}

async fn edit(client: &Client) -> Result<Response<Enrollment>, Error> {
    client
        .ssl_automatic_mode_edit()
        .zone_id(ZONE)
        .value(AutomaticMode::Custom)
        .send()
        .await
}

async fn requests(server: &MockServer) -> Vec<Request> {
    server.received_requests().await.unwrap()
}

async fn only_request(server: &MockServer) -> Request {
    let mut requests = requests(server).await;
    assert_eq!(requests.len(), 1);
    requests.remove(0)
}

/// The headers of a request that say who is calling.
fn credentials(request: &Request) -> Vec<(&'static str, String)> {
    ["authorization", "x-auth-email", "x-auth-key"]
        .into_iter()
        .filter_map(|name| Some((name, request.headers.get(name)?.to_str().unwrap().to_owned())))
        .collect()
}

/// The request was refused, and the error says what is wrong with it.
#[track_caller]
fn assert_refused(error: &Error, named: &[&str]) {
    assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
    assert_eq!(error.status(), None);
    for part in named {
        assert!(error.to_string().contains(part), "{part}: {error}");
    }
}

/// The error has the status, the request id and the body of an answer.
#[track_caller]
fn assert_kept(error: &Error, status: u16, body: &str) {
    assert_eq!(error.status().unwrap(), status);
    assert_eq!(error.request_id(), Some("1-FRA"));
    assert_eq!(error.body_text().unwrap(), body);
    assert_eq!(error.operation_id(), Some("ssl_automatic_mode_get"));
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
