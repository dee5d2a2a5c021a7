//! What a caller sees of the rate limit: what responses say of it, and how calls keep below it.

use std::{
    pin::pin,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use cloudflare_sdk::{
    Client, Error, ErrorKind, RateLimit, RateLimitPolicy, RequestOptions, Response, types::Enrollment,
};
use futures_util::{StreamExt as _, future, stream};
use sdk_test_servers::Answer;
use sdk_tests::{
    leap::Leap,
    loopback::{builder, client, enabled, get, nowhere},
    script::{Act, Script, answer},
};
use tokio::task::JoinSet;

// What responses say

const TWO: &str = "ratelimit: \"default\";r=50;t=30, \"burst\";r=3\r\n\
    ratelimit-policy: \"default\";q=1200;w=300\r\n\
    ratelimit-policy: \"burst\";q=10\r\n";

#[tokio::test]
async fn limits_can_be_read_from_a_response_and_from_an_error() {
    let body = r#"{"success":true,"result":{"id":"a","value":"auto","editable":true,"modified_on":null}}"#;
    let server = Script::start([answer(200, TWO, body), answer(400, TWO, "no")]).await;
    let client = client(server.url());
    let response = get(&client).await.unwrap();
    assert_two(&response.rate_limits(), &response.rate_limit_policies());
    let error = get(&client).await.unwrap_err();
    assert_two(&error.rate_limits(), &error.rate_limit_policies());
}

#[track_caller]
fn assert_two(limits: &[RateLimit], policies: &[RateLimitPolicy]) {
    let limits: Vec<_> = limits
        .iter()
        .map(|limit| (limit.name.as_str(), limit.remaining, limit.reset))
        .collect();
    assert_eq!(
        limits,
        [("default", 50, Some(Duration::from_secs(30))), ("burst", 3, None)]
    );
    let policies: Vec<_> = policies
        .iter()
        .map(|policy| (policy.name.as_str(), policy.quota, policy.window))
        .collect();
    assert_eq!(
        policies,
        [("default", 1200, Some(Duration::from_secs(300))), ("burst", 10, None)]
    );
}

#[tokio::test]
async fn a_response_that_says_nothing_or_nonsense_has_no_limits() {
    for headers in ["", "ratelimit: default\r\nratelimit-policy: \"default;q=1\r\n"] {
        let server = Script::start([answer(400, headers, "no")]).await;
        let error = get(&client(server.url())).await.unwrap_err();
        assert!(error.rate_limits().is_empty() && error.rate_limit_policies().is_empty());
    }
    let error = get(&client(nowhere())).await.unwrap_err();
    assert!(error.rate_limits().is_empty() && error.rate_limit_policies().is_empty());
}

// How calls keep below it, on a clock that does not wait

fn exhausted() -> Act {
    answer(
        404,
        "ratelimit: \"default\";r=0;t=30\r\nratelimit-policy: \"default\";q=100;w=60\r\n",
        "no",
    )
}

#[tokio::test]
async fn calls_of_all_clones_wait_until_the_window_is_over() {
    let (clock, server) = (Leap::new(), Script::start([exhausted()]).await);
    let client = builder(server.url()).clock(clock.clone()).build().unwrap();
    get(&client).await.unwrap_err();
    assert!(clock.waits().is_empty());
    for clone in [
        client.clone(),
        client.with_options(RequestOptions::new().max_retries(1)),
    ] {
        let before = waited(&clock);
        get(&clone).await.unwrap_err();
        let wait = waited(&clock) - before;
        assert!(
            (Duration::from_secs(29)..=Duration::from_secs(32)).contains(&wait),
            "{wait:?}"
        );
    }
}

#[tokio::test]
async fn calls_of_another_client_and_calls_without_pacing_do_not_wait() {
    let (clock, server) = (Leap::new(), Script::start([exhausted()]).await);
    let client = builder(server.url()).clock(clock.clone()).build().unwrap();
    get(&client).await.unwrap_err();
    get(&client.with_options(RequestOptions::new().pacing(false)))
        .await
        .unwrap_err();
    get(&builder(server.url()).clock(clock.clone()).build().unwrap())
        .await
        .unwrap_err();
    assert!(clock.waits().is_empty());
}

#[tokio::test]
async fn a_call_that_may_not_wait_so_long_ends_at_once_and_sends_nothing() {
    let (clock, server) = (Leap::new(), Script::start([exhausted()]).await);
    let client = builder(server.url()).clock(clock.clone()).build().unwrap();
    get(&client).await.unwrap_err();
    for options in [
        RequestOptions::new().total_timeout(Duration::from_secs(5)),
        RequestOptions::new().max_retry_after(Duration::from_secs(5)),
    ] {
        assert_kept_back(&get(&client.with_options(options)).await.unwrap_err());
    }
    assert!(clock.waits().is_empty());
    assert_eq!(server.log().requests.len(), 1);
}

/// The limit resets in 30 seconds and some.
#[track_caller]
fn assert_kept_back(error: &Error) {
    assert_eq!(error.kind(), ErrorKind::RateLimit);
    assert!(error.is_rate_limited() && error.is_retryable() && !error.is_timeout());
    assert_eq!((error.attempts(), error.outcome_unknown()), (0, false));
    let wait = error.retry_after().unwrap();
    assert!((29..=32).contains(&wait.as_secs()), "{wait:?}");
    assert!(error.to_string().contains("rate limit"), "{error}");
}

#[tokio::test]
async fn a_call_is_not_held_up_behind_one_that_waits_longer() {
    let server = Script::start([exhausted()]).await;
    let client = client(server.url());
    get(&client).await.unwrap_err();
    let patient = tokio::spawn({
        let client = client.clone();
        async move { get(&client).await }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    for options in [
        RequestOptions::new().total_timeout(Duration::from_secs(5)),
        RequestOptions::new().max_retry_after(Duration::from_secs(5)),
    ] {
        let hurried = client.with_options(options);
        assert_kept_back(&soon(get(&hurried)).await.unwrap_err());
    }
    assert!(!patient.is_finished());
    patient.abort();
    assert_eq!(server.log().requests.len(), 1);
}

#[tokio::test]
async fn a_call_that_has_no_time_at_all_sends_nothing() {
    let server = Script::start([answer(200, "", "")]).await;
    for pacing in [true, false] {
        let options = RequestOptions::new().total_timeout(Duration::ZERO).pacing(pacing);
        let error = get(&client(server.url()).with_options(options)).await.unwrap_err();
        assert!(
            error.is_timeout() && error.attempts() == 0 && !error.outcome_unknown(),
            "{error}"
        );
    }
    assert!(server.log().requests.is_empty());
}

fn waited(clock: &Leap) -> Duration {
    clock.waits().iter().sum()
}

// Calls whose futures are kept and not polled, as those beside the one that a loop works on

#[tokio::test]
async fn calls_within_a_stream_of_calls_are_made() {
    let (server, _) = limited(100, Duration::from_secs(1)).await;
    let client = &client(server.url());
    let mut calls = stream::iter(0..12).map(|_| get(client)).buffer_unordered(4);
    let mut made = 0;
    while let Some(outcome) = calls.next().await {
        outcome.unwrap();
        soon(get(client)).await.unwrap();
        made += 1;
    }
    assert_eq!(made, 12);
}

#[tokio::test]
async fn a_call_that_lost_a_race_and_is_kept_holds_up_no_other() {
    let (server, _) = limited(100, Duration::from_secs(1)).await;
    let client = client(server.url());
    let (first, second) = (pin!(get(&client)), pin!(get(&client)));
    let (outcome, _kept) = future::select(first, second).await.factor_first();
    outcome.unwrap();
    soon(get(&client)).await.unwrap();
}

/// What has not ended by then waits for something that does not come.
async fn soon<T>(call: impl Future<Output = T>) -> T {
    let patience = Duration::from_secs(10);
    tokio::time::timeout(patience, call).await.expect("the call hangs")
}

// How many calls at once keep below it, in real time

#[tokio::test(flavor = "multi_thread")]
async fn many_calls_at_once_are_all_made_and_none_is_refused() {
    let (server, quota) = limited(100, Duration::from_secs(1)).await;
    let client = client(server.url());
    for outcome in at_once(300, &[client]).await {
        outcome.unwrap();
    }
    let quota = quota.lock().unwrap();
    assert_eq!((quota.served, quota.refused), (300, 0));
    // Three is the least; a machine that is busy takes more.
    assert!(quota.windows <= 12, "{} windows", quota.windows);
}

/// As when a program that begins gives up on its first call, or when the first connection takes long.
#[tokio::test(flavor = "multi_thread")]
async fn what_becomes_of_the_first_call_does_not_let_the_others_pass_the_limit() {
    for (given_up_after, slow) in [(Some(100), 300), (None, 1500)] {
        let (server, quota) = limited(50, Duration::from_secs(2)).await;
        quota.lock().unwrap().slow = Some(Duration::from_millis(slow));
        let client = client(server.url());
        let first = tokio::spawn({
            let client = client.clone();
            async move { get(&client).await }
        });
        let others = tokio::spawn(async move { at_once(70, &[client]).await });
        if let Some(time) = given_up_after {
            tokio::time::sleep(Duration::from_millis(time)).await;
            first.abort();
        }
        for outcome in others.await.unwrap() {
            outcome.unwrap();
        }
        assert_eq!(quota.lock().unwrap().refused, 0, "{given_up_after:?} {slow}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_without_pacing_pass_the_limit() {
    let (server, quota) = limited(10, Duration::from_secs(600)).await;
    let client = client(server.url()).with_options(RequestOptions::new().pacing(false));
    let outcomes = at_once(30, &[client]).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 10);
    for error in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        assert!(error.is_rate_limited() && error.retry_after().is_some(), "{error}");
    }
    assert_eq!(quota.lock().unwrap().refused, 20);
}

/// As two processes do, which know nothing of each other.
#[tokio::test(flavor = "multi_thread")]
async fn two_clients_with_one_quota_finish_and_lose_no_call() {
    let (server, quota) = limited(50, Duration::from_secs(1)).await;
    let clients = [(); 2].map(|()| builder(server.url()).max_retries(2).build().unwrap());
    for outcome in at_once(200, &clients).await {
        outcome.unwrap();
    }
    assert_eq!(quota.lock().unwrap().served, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn clones_share_the_quota() {
    let (server, quota) = limited(20, Duration::from_secs(1)).await;
    let client = client(server.url());
    let clones = [
        client.clone(),
        client.clone(),
        client.with_options(RequestOptions::new().max_retries(0)),
    ];
    for outcome in at_once(60, &clones).await {
        outcome.unwrap();
    }
    assert_eq!(quota.lock().unwrap().refused, 0);
}

/// Makes calls all at once, with each client in turn.
async fn at_once(calls: usize, clients: &[Client]) -> Vec<Result<Response<Enrollment>, Error>> {
    let mut running = JoinSet::new();
    for client in clients.iter().cycle().take(calls) {
        let client = client.clone();
        running.spawn(async move { get(&client).await });
    }
    running.join_all().await
}

/// A server that enforces a limit, and how it does.
async fn limited(quota: u64, window: Duration) -> (Script, Arc<Mutex<Quota>>) {
    let state = Arc::new(Mutex::new(Quota {
        quota,
        window,
        began: None,
        counted: 0,
        windows: 0,
        served: 0,
        refused: 0,
        slow: None,
    }));
    let shared = Arc::clone(&state);
    let server = Script::responding(move |_| shared.lock().unwrap().answer()).await;
    (server, state)
}

/// A window begins with the first request after the last one.
struct Quota {
    quota: u64,
    window: Duration,
    began: Option<Instant>,
    counted: u64,
    windows: u32,
    served: u32,
    refused: u32,
    /// How long the next response takes.
    slow: Option<Duration>,
}

impl Quota {
    fn answer(&mut self) -> Answer {
        let now = Instant::now();
        let began = match self.began {
            Some(began) if now < began + self.window => began,
            _ => {
                (self.began, self.counted) = (Some(now), 0);
                self.windows += 1;
                now
            }
        };
        let left = (began + self.window - now).as_secs_f64().ceil();
        let is_free = self.counted < self.quota;
        if is_free {
            self.counted += 1;
            self.served += 1;
        } else {
            self.refused += 1;
        }
        let (remaining, quota, window) = (self.quota - self.counted, self.quota, self.window.as_secs());
        let answer = match is_free {
            true => enabled().delay(self.slow.take().unwrap_or_default()),
            false => Answer::new(429).header("retry-after", left.to_string()),
        };
        answer
            .header("ratelimit", format!(r#""default";r={remaining};t={left}"#))
            .header("ratelimit-policy", format!(r#""default";q={quota};w={window}"#))
    }
}
