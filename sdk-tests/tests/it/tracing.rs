//! What a `tracing` subscriber is told of calls, and what it is never told.

use std::{
    collections::BTreeMap,
    fmt::{Debug, Write},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use cloudflare_sdk::{Client, Method, RequestOptions};
use sdk_tests::{
    BASE_PATH,
    leap::Leap,
    loopback::{builder, edit, get, nowhere},
    script::{Script, answer},
    scrub::{EMAIL, KEY, TOKEN, ZONE},
};
use serde_json::Value;
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
    subscriber,
};

const GOOD: &str = r#"{"success":true,"result":{"id":"a","value":"auto","editable":true,"modified_on":null}}"#;

#[tokio::test]
async fn a_call_is_one_span_with_the_names_of_opentelemetry() {
    let server = Script::start([answer(200, "cf-ray: 1-FRA\r\n", GOOD)]).await;
    let heard = Heard::default();
    let guard = subscriber::set_default(heard.clone());
    edit(&client(&server.url())).await.unwrap();
    drop(guard);

    let port = server.address().port().to_string();
    let spans = heard.spans();
    assert_eq!(spans.len(), 1);
    assert_eq!(
        (
            spans[0].target.as_str(),
            spans[0].name.as_str(),
            spans[0].level.as_str()
        ),
        ("cloudflare_sdk", "call", "INFO")
    );
    let expected = [
        ("cloudflare.operation_id", "ssl_automatic_mode_edit"),
        ("cloudflare.request_id", "1-FRA"),
        ("http.request.method", "PATCH"),
        ("http.response.status_code", "200"),
        ("otel.kind", "client"),
        ("otel.name", "PATCH /zones/{zone_id}/settings/ssl_automatic_mode"),
        ("server.address", "127.0.0.1"),
        ("server.port", &port),
        ("url.template", "/zones/{zone_id}/settings/ssl_automatic_mode"),
    ];
    assert_eq!(spans[0].fields(), expected);
}

/// There is no template that its path follows.
#[tokio::test]
async fn a_raw_call_is_named_by_its_method_alone() {
    let server = Script::start([answer(200, "", GOOD)]).await;
    let heard = Heard::default();
    let guard = subscriber::set_default(heard.clone());
    let client = client(&server.url());
    client.request(Method::POST, "/zones").send::<Value>().await.unwrap();
    drop(guard);
    let span = &heard.spans()[0];
    assert_eq!(span.values["otel.name"], "POST");
    assert!(!span.values.contains_key("url.template"), "{span:?}");
}

#[tokio::test]
async fn each_attempt_is_one_event_with_its_outcome_and_what_comes_next() {
    let server = Script::start([
        answer(503, "cf-ray: 1-FRA\r\n", ""),
        answer(429, "cf-ray: 2-FRA\r\nretry-after: 7\r\n", ""),
        answer(200, "cf-ray: 3-FRA\r\n", GOOD),
    ])
    .await;
    let heard = Heard::default();
    let guard = subscriber::set_default(heard.clone());
    get(&client(&server.url())).await.unwrap();
    drop(guard);

    let events: Vec<_> = heard
        .events()
        .into_iter()
        .filter(|event| event.target == "cloudflare_sdk")
        .collect();
    let told = |event: &Entry, name: &str| event.values.get(name).cloned().unwrap_or_default();
    let outcomes: Vec<_> = events
        .iter()
        .map(|event| {
            assert_eq!(event.level, "DEBUG");
            assert_eq!(event.parent.as_deref(), Some("call"));
            assert!(told(event, "cloudflare.duration").parse::<f64>().is_ok());
            assert_eq!(told(event, "cloudflare.pacing.wait"), "0.0");
            [
                "http.request.resend_count",
                "http.response.status_code",
                "error.type",
                "cloudflare.request_id",
                "cloudflare.retry.wait",
            ]
            .map(|name| told(event, name))
        })
        .collect();
    assert_eq!(
        outcomes,
        [
            ["0", "503", "503", "1-FRA", "0.5"],
            ["1", "429", "429", "2-FRA", "7.0"],
            ["2", "200", "", "3-FRA", ""]
        ]
    );
    let spans = heard.spans();
    assert_eq!(spans.len(), 1);
    assert_eq!(spans[0].values["http.request.resend_count"], "2");
    assert_eq!(spans[0].values["http.response.status_code"], "200");
    assert!(!spans[0].values.contains_key("error.type"));
}

#[tokio::test]
async fn a_call_that_fails_says_how_in_its_span() {
    let refusal = r#"{"success":false,"errors":[{"code":1008,"message":"no"}]}"#;
    for (status, body, expected) in [
        (400, refusal, "400"),
        (200, refusal, "200"),
        (520, "no", "520"),
        (200, "no", "200"),
    ] {
        let server = Script::start([answer(status, "", body)]).await;
        let heard = Heard::default();
        let guard = subscriber::set_default(heard.clone());
        get(&client(&server.url())).await.unwrap_err();
        drop(guard);
        let span = &heard.spans()[0];
        assert_eq!(span.values["http.response.status_code"], expected);
        if status != 200 {
            assert_eq!(
                (&*span.values["error.type"], &*span.values["otel.status_code"]),
                (expected, "ERROR")
            );
        }
    }
    let heard = Heard::default();
    let guard = subscriber::set_default(heard.clone());
    get(&client(&nowhere())).await.unwrap_err();
    drop(guard);
    let span = &heard.spans()[0];
    assert_eq!(
        (&*span.values["error.type"], &*span.values["http.request.resend_count"]),
        ("connect", "2")
    );
    assert!(!span.values.contains_key("http.response.status_code"));
}

/// The envelope is read after the attempt, so that what it says comes too late for an event of the attempt.
#[tokio::test]
async fn a_success_that_turns_out_to_be_a_failure_is_one_in_the_span() {
    let refusal = r#"{"success":false,"errors":[{"code":1008,"message":"no"}]}"#;
    for (body, expected) in [(refusal, "api"), ("no", "decode")] {
        let server = Script::start([answer(200, "", body)]).await;
        let heard = Heard::default();
        let guard = subscriber::set_default(heard.clone());
        get(&client(&server.url())).await.unwrap_err();
        drop(guard);
        assert_eq!(
            heard.spans()[0].values.get("error.type").map(String::as_str),
            Some(expected)
        );
    }
}

#[tokio::test]
async fn nothing_that_is_secret_or_names_a_zone_is_ever_told() {
    const HEADER: &str = "value-of-an-extra-header";
    const BODY: &str = "text-of-a-body";
    let echo = format!("{TOKEN} {EMAIL} {KEY} {ZONE} {BODY}");
    let refusal = format!(r#"{{"success":false,"errors":[{{"code":1008,"message":"{echo}"}}]}}"#);
    let heard = Heard::default();
    let guard = subscriber::set_default(heard.clone());
    for scheme in [false, true] {
        let server = Script::start([
            answer(503, "x-echo: text-of-a-body\r\n", &echo),
            answer(400, "", &refusal),
            answer(200, "", &echo),
            answer(200, "", GOOD),
        ])
        .await;
        for url in [server.url() + BASE_PATH, nowhere()] {
            let builder = Client::builder().base_url(url).clock(Leap::new());
            let client = match scheme {
                false => builder.api_token(TOKEN),
                true => builder.api_key(EMAIL, KEY),
            };
            let options = RequestOptions::new().header("x-extra", HEADER).unwrap();
            let client = client.unwrap().build().unwrap().with_options(options);
            let _ = edit(&client).await;
            let _ = get(&client).await;
            let _ = get(&client).await;
            let call = client
                .request(Method::POST, format!("/zones/{ZONE}/a"))
                .query("name", BODY);
            let _ = call.json(&BODY).send::<Value>().await;
        }
    }
    drop(guard);
    let all = heard.text();
    assert!(all.contains("cloudflare_sdk") && all.contains("otel.name"), "{all}");
    for secret in [TOKEN, EMAIL, KEY, ZONE, HEADER, BODY] {
        assert!(!all.contains(secret), "{secret}:\n{all}");
    }
}

/// A request id is whatever the service says it is, so it may repeat what it was sent.
#[tokio::test]
async fn a_token_that_comes_back_as_the_request_id_is_not_told() {
    let server = Script::start([answer(200, &format!("cf-ray: {TOKEN}\r\n"), GOOD)]).await;
    let heard = Heard::default();
    let guard = subscriber::set_default(heard.clone());
    get(&client(&server.url())).await.unwrap();
    drop(guard);
    assert!(!heard.text().contains(TOKEN), "{}", heard.text());
}

fn client(url: &str) -> Client {
    let builder = builder(format!("{url}{BASE_PATH}")).max_retries(2);
    builder.clock(Leap::new()).jitter(|longest| longest).build().unwrap()
}

/// A subscriber that keeps all it is told, whoever tells it.
#[derive(Clone, Debug, Default)]
struct Heard(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    next: AtomicU64,
    entries: Mutex<Vec<Entry>>,
    entered: Mutex<Vec<u64>>,
}

/// A span or an event.
#[derive(Clone, Debug, Default)]
struct Entry {
    /// None for an event.
    id: Option<u64>,
    target: String,
    name: String,
    level: String,
    /// The name of the span in which an event happened.
    parent: Option<String>,
    values: BTreeMap<String, String>,
}

impl Entry {
    fn of(metadata: &Metadata<'_>) -> Self {
        Self {
            target: metadata.target().to_owned(),
            name: metadata.name().to_owned(),
            level: metadata.level().to_string(),
            ..Self::default()
        }
    }

    fn fields(&self) -> Vec<(&str, &str)> {
        self.values
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect()
    }
}

impl Heard {
    /// The SDK's spans.
    fn spans(&self) -> Vec<Entry> {
        let entries = self.0.entries.lock().unwrap();
        entries
            .iter()
            .filter(|entry| entry.id.is_some() && entry.target == "cloudflare_sdk")
            .cloned()
            .collect()
    }

    fn events(&self) -> Vec<Entry> {
        let entries = self.0.entries.lock().unwrap();
        entries.iter().filter(|entry| entry.id.is_none()).cloned().collect()
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for entry in self.0.entries.lock().unwrap().iter() {
            writeln!(text, "{entry:?}").unwrap();
        }
        text
    }
}

impl Subscriber for Heard {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let id = self.0.next.fetch_add(1, Ordering::Relaxed) + 1;
        let mut entry = Entry {
            id: Some(id),
            ..Entry::of(attributes.metadata())
        };
        attributes.record(&mut entry);
        self.0.entries.lock().unwrap().push(entry);
        Id::from_u64(id)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let mut entries = self.0.entries.lock().unwrap();
        let entry = entries.iter_mut().find(|entry| entry.id == Some(span.into_u64()));
        values.record(entry.expect("a span was begun"));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut entry = Entry::of(event.metadata());
        event.record(&mut entry);
        let mut entries = self.0.entries.lock().unwrap();
        let parent = self.0.entered.lock().unwrap().last().copied();
        let parent = entries.iter().find(|entry| parent.is_some() && entry.id == parent);
        entry.parent = parent.map(|span| span.name.clone());
        entries.push(entry);
    }

    fn enter(&self, span: &Id) {
        self.0.entered.lock().unwrap().push(span.into_u64());
    }

    fn exit(&self, _: &Id) {
        self.0.entered.lock().unwrap().pop();
    }
}

impl Visit for Entry {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.values.insert(field.name().to_owned(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.values.insert(field.name().to_owned(), format!("{value:?}"));
    }
}
