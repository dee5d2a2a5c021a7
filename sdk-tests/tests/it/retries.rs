//! What a caller sees of retries: which calls are repeated, after how long, and when no more.

use std::{
    future::{Future, pending},
    pin::Pin,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use cloudflare_sdk::{Client, ClientBuilder, Clock, ErrorKind, Method, RequestOptions};
use sdk_tests::{
    document,
    leap::Leap,
    loopback::{self, edit, get},
    script::{Act, Script, Then, answer, head},
};
use serde_json::{Value, json};
use tokio::sync::Notify;

// How long it waits

#[tokio::test]
async fn retry_after_in_seconds_takes_the_place_of_the_wait_that_would_be_drawn() {
    let (clock, server) = (Leap::new(), Script::start([busy("retry-after: 7\r\n"), good()]).await);
    let response = get(&client(&server, &clock)).await.unwrap();
    assert_eq!((response.attempts(), clock.waits()), (2, seconds(&[7.0])));
}

#[tokio::test]
async fn retry_after_as_a_date_is_waited_for_by_the_clock_that_was_given() {
    let clock = Leap::new();
    let minute = busy("retry-after: Sun, 06 Nov 1994 08:50:37 GMT\r\n");
    let server = Script::start([minute.clone(), minute, good()]).await;
    let response = get(&client(&server, &clock)).await.unwrap();
    // The second time it is the present.
    assert_eq!((response.attempts(), clock.waits()), (3, seconds(&[60.0, 1.0])));
}

#[tokio::test]
async fn a_wait_over_the_ceiling_is_left_to_the_caller() {
    let (clock, server) = (Leap::new(), Script::start([busy("retry-after: 361\r\n")]).await);
    let client = client(&server, &clock);
    let error = get(&client).await.unwrap_err();
    assert!(error.is_rate_limited() && error.is_retryable());
    assert_eq!(
        (error.attempts(), error.retry_after(), clock.waits()),
        (1, Some(Duration::from_secs(361)), vec![])
    );
    assert!(error.to_string().contains("361 s"), "{error}");

    let patient = client.with_options(
        RequestOptions::new()
            .max_retry_after(Duration::from_secs(400))
            .pacing(false),
    );
    assert_eq!(get(&patient).await.unwrap_err().attempts(), 3);
    assert_eq!(clock.waits(), seconds(&[361.0, 361.0]));
}

#[tokio::test]
async fn waits_double_up_to_the_ceiling() {
    let (clock, server) = (Leap::new(), Script::start([failing()]).await);
    let options = RequestOptions::new()
        .max_retries(5)
        .initial_backoff(Duration::from_secs(1))
        .max_backoff(Duration::from_secs(3));
    let error = get(&client(&server, &clock).with_options(options)).await.unwrap_err();
    assert_eq!(
        (error.attempts(), clock.waits()),
        (6, seconds(&[1.0, 2.0, 3.0, 3.0, 3.0]))
    );
    assert!(error.to_string().contains("6 attempts were made"), "{error}");
}

#[tokio::test]
async fn jitter_draws_each_wait_from_the_longest_one() {
    let (clock, server) = (Leap::new(), Script::start([failing()]).await);
    let asked = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&asked);
    let builder = builder(&server, &clock).jitter(move |longest| {
        told.lock().unwrap().push(longest);
        Duration::from_millis(123)
    });
    get(&builder.build().unwrap()).await.unwrap_err();
    assert_eq!(*asked.lock().unwrap(), seconds(&[0.5, 1.0]));
    assert_eq!(clock.waits(), seconds(&[0.123, 0.123]));
}

#[tokio::test]
async fn the_default_jitter_is_at_random() {
    let (clock, server) = (Leap::new(), Script::start([failing()]).await);
    let builder = loopback::builder(server.url()).clock(clock.clone()).max_retries(20);
    get(&builder.build().unwrap()).await.unwrap_err();
    let waits = clock.waits();
    assert!(waits.iter().all(|wait| *wait <= Duration::from_secs(8)), "{waits:?}");
    let mut different = waits.clone();
    different.sort();
    different.dedup();
    assert!(different.len() > 10, "{waits:?}");
}

// How often

#[tokio::test]
async fn a_call_that_succeeds_at_once_took_one_attempt_and_no_wait() {
    let (clock, server) = (Leap::new(), Script::start([good()]).await);
    let response = edit(&client(&server, &clock)).await.unwrap();
    assert_eq!((response.attempts(), clock.waits()), (1, vec![]));
}

#[tokio::test]
async fn no_retries_means_one_attempt() {
    for act in [failing(), busy(""), busy("retry-after: 1\r\n"), Act::ResetUnread] {
        let (clock, server) = (Leap::new(), Script::start([act]).await);
        let once = client(&server, &clock).with_options(RequestOptions::new().max_retries(0));
        assert_eq!(get(&once).await.unwrap_err().attempts(), 1);
        assert!(clock.waits().is_empty());
    }
}

#[tokio::test]
async fn no_wait_is_begun_that_outlives_the_call() {
    let total = |seconds| RequestOptions::new().total_timeout(Duration::from_secs(seconds));
    for (options, waits) in [
        (total(9), vec![]),
        (total(10), vec![]),
        (total(11), seconds(&[10.0])),
        (total(20), seconds(&[10.0])),
        (total(21), seconds(&[10.0, 10.0])),
    ] {
        let (clock, server) = (Leap::new(), Script::start([busy("retry-after: 10\r\n")]).await);
        let error = get(&client(&server, &clock).with_options(options)).await.unwrap_err();
        assert!(error.is_rate_limited(), "the error is the last answer's: {error}");
        assert_eq!((error.attempts() as usize, clock.waits()), (waits.len() + 1, waits));
    }
}

#[tokio::test]
async fn the_longest_total_timeout_takes_that_of_the_client_back() {
    let server = Script::start([busy("retry-after: 10\r\n")]).await;
    let total = |timeout| RequestOptions::new().total_timeout(timeout);
    let builder = builder(&server, &Leap::new()).options(total(Duration::from_secs(9)));
    let client = builder.build().unwrap();
    assert_eq!(get(&client).await.unwrap_err().attempts(), 1);
    let patient = client.with_options(total(Duration::MAX));
    assert_eq!(get(&patient).await.unwrap_err().attempts(), 3);
}

/// Less is left of the call than an attempt may take, so that the attempt may take no more.
#[tokio::test]
async fn an_attempt_may_not_outlive_the_call() {
    let server = Script::start([Act::Answer(Vec::new(), Then::Hold)]).await;
    let client = client(&server, &Leap::new());
    let options = RequestOptions::new()
        .total_timeout(Duration::from_millis(200))
        .max_retries(0);
    assert!(get(&client.with_options(options)).await.unwrap_err().is_timeout());
}

#[tokio::test]
async fn a_call_that_is_given_up_while_it_waits_sends_nothing_more() {
    let server = Script::start([failing(), good()]).await;
    let clock = Endless::default();
    let client = loopback::builder(server.url())
        .clock(clock.clone())
        .max_retries(2)
        .build()
        .unwrap();
    tokio::select! {
        outcome = get(&client) => panic!("the wait has no end: {outcome:?}"),
        () = clock.0.notified() => {}
    }
    drop(client);
    assert_eq!(server.finish().await.requests.len(), 1);
}

/// A clock whose waits begin and never end.
#[derive(Clone, Debug, Default)]
struct Endless(Arc<Notify>);

impl Clock for Endless {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.0.notify_one();
        Box::pin(pending())
    }
}

// Which calls

#[tokio::test]
async fn a_call_is_repeated_after_unclear_failures_only_if_it_is_idempotent() {
    let options = |idempotent| RequestOptions::new().idempotent(idempotent);
    for act in [failing(), Act::ResetUnread] {
        for (method, options, attempts) in [
            (Method::GET, RequestOptions::new(), 3),
            (Method::PUT, RequestOptions::new(), 3),
            (Method::DELETE, RequestOptions::new(), 3),
            (Method::POST, RequestOptions::new(), 1),
            (Method::PATCH, RequestOptions::new(), 1),
            (Method::POST, options(true), 3),
            (Method::PUT, options(false), 1),
        ] {
            let server = Script::start([act.clone()]).await;
            let client = client(&server, &Leap::new()).with_options(options);
            let error = client
                .request(method.clone(), "/zones")
                .send::<Value>()
                .await
                .unwrap_err();
            assert_eq!(error.attempts(), attempts, "{method}");
            assert_eq!(error.outcome_unknown(), method != Method::GET, "{method}");
        }
    }
}

#[tokio::test]
async fn a_call_that_was_refused_for_now_is_always_repeated() {
    for status in [408, 429] {
        let server = Script::start([answer(status, "", ""), good()]).await;
        let client = client(&server, &Leap::new());
        let response = client
            .request(Method::POST, "/zones")
            .json(&json!({}))
            .send::<Value>()
            .await
            .unwrap();
        assert_eq!(response.attempts(), 2);
    }
}

/// The server takes connections, and TLS is never agreed on.
#[tokio::test]
async fn a_redirect_is_not_repeated_though_its_body_is_cut() {
    for status in [300, 302, 307] {
        let cut = Act::Answer(head(status, "content-length: 9\r\n", b"cut"), Then::Close);
        let (clock, server) = (Leap::new(), Script::start([cut]).await);
        let client = client(&server, &clock);
        let call = client.request(Method::POST, "/zones").json(&json!({}));
        let error = call.send::<Value>().await.unwrap_err();
        assert_eq!((error.attempts(), error.outcome_unknown()), (1, false), "{status}");
    }
}

#[tokio::test]
async fn connecting_gives_up_before_the_attempt_does_so_that_it_is_known_that_nothing_was_sent() {
    let server = Script::start([Act::Answer(Vec::new(), Then::Hold)]).await;
    let url = server.url().replace("http:", "https:");
    let builder = || {
        let builder = loopback::builder(&url).timeout(Duration::from_secs(60)).max_retries(1);
        builder.clock(Leap::new()).jitter(|_| Duration::ZERO)
    };
    let limit = Duration::from_secs(1);
    let [hasty, soon] = [
        RequestOptions::new().timeout(limit),
        RequestOptions::new().total_timeout(limit),
    ];
    let clients = [
        builder().connect_timeout(limit).build().unwrap(),
        builder().timeout(limit).connect_timeout(limit).build().unwrap(),
        builder().options(hasty.clone()).build().unwrap(),
        builder().options(soon.clone()).build().unwrap(),
        // The HTTP client is made once, for the options of the client.
        builder().build().unwrap().with_options(hasty),
        builder().build().unwrap().with_options(soon),
    ];
    let calls = clients.map(|client| {
        tokio::spawn(async move {
            let call = client.request(Method::POST, "/zones").json(&json!({}));
            let error = call.send::<Value>().await.unwrap_err();
            (error.kind(), error.attempts(), error.outcome_unknown())
        })
    });
    let mut outcomes = Vec::new();
    for call in calls {
        outcomes.push(call.await.unwrap());
    }
    let (connect, timeout) = ((ErrorKind::Connect, 2, false), (ErrorKind::Timeout, 1, true));
    assert_eq!(outcomes, [connect, connect, connect, connect, timeout, timeout]);
}

#[tokio::test]
async fn a_repeated_call_sends_the_same_bytes_again() {
    let server = Script::start([failing(), failing(), good()]).await;
    let client = client(&server, &Leap::new());
    assert_eq!(edit(&client).await.unwrap().attempts(), 3);
    let requests = server.log().requests;
    assert_eq!(requests.len(), 3);
    assert!(requests.iter().all(|request| *request == requests[0]));
}

// What clones and options share

#[tokio::test]
async fn clients_with_other_options_share_the_connections() {
    let server = Script::start([good()]).await;
    let client = client(&server, &Leap::new());
    let others = [
        client.clone(),
        client.with_options(RequestOptions::new().max_retries(5)),
        client.with_options(RequestOptions::new().timeout(Duration::from_secs(5)).pacing(false)),
    ];
    for client in others.iter().chain([&client]) {
        get(client).await.unwrap();
    }
    let log = server.log();
    assert_eq!((log.connections, log.requests.len()), (1, 4));
}

#[tokio::test]
async fn options_for_some_calls_do_not_change_the_others() {
    let server = Script::start([failing()]).await;
    let client = client(&server, &Leap::new());
    let once = client.with_options(RequestOptions::new().max_retries(0));
    assert_eq!(get(&once).await.unwrap_err().attempts(), 1);
    assert_eq!(get(&client).await.unwrap_err().attempts(), 3);
    assert_eq!(
        get(&once.with_options(RequestOptions::new()))
            .await
            .unwrap_err()
            .attempts(),
        1
    );
}

#[tokio::test]
async fn the_last_error_is_the_one_that_is_given() {
    let refusal = answer(
        400,
        "cf-ray: 2-FRA\r\n",
        r#"{"success":false,"errors":[{"code":1008,"message":"no"}]}"#,
    );
    let server = Script::start([failing(), refusal]).await;
    let error = edit(&client(&server, &Leap::new())).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Api, 2));
    assert!(error.has_code(1008) && error.request_id() == Some("2-FRA"));
    assert!(error.outcome_unknown(), "the first attempt may have been the change");
}

// What the tests share

fn builder(server: &Script, clock: &Leap) -> ClientBuilder {
    let builder = loopback::builder(server.url()).clock(clock.clone()).max_retries(2);
    builder.jitter(|longest| longest)
}

fn client(server: &Script, clock: &Leap) -> Client {
    builder(server, clock).build().unwrap()
}

fn good() -> Act {
    let body = &document::load()["components"]["examples"]["EnrollmentEnabled"]["value"];
    answer(200, "content-type: application/json\r\n", body.to_string())
}

fn failing() -> Act {
    answer(503, "", "upstream failed")
}

fn busy(headers: &str) -> Act {
    answer(
        429,
        headers,
        r#"{"success":false,"errors":[{"code":971,"message":"Please wait"}]}"#,
    )
}

fn seconds(seconds: &[f64]) -> Vec<Duration> {
    seconds.iter().copied().map(Duration::from_secs_f64).collect()
}
