//! Runs of many targets on a clock that does not wait, against a server that keeps a limit and is not there.

use std::{
    collections::HashSet,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::{FutureExt as _, future::join};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use sdk_test_servers::fleet_server::{Counter, Counting, Limit};
use tokio::time::{Instant, sleep};

use super::{Applied, RunError, each};
use crate::{Client, Error, ErrorKind, transport::Runtime};

const SECOND: Duration = Duration::from_secs(1);
const HALF_WAY: Duration = Duration::from_millis(25);

struct Server {
    counter: Counter,
    start: Instant,
    limit: Limit,
    /// One of so many requests fails, after it was counted.
    failing: Option<u64>,
    counted: u64,
    refused: u64,
    /// In which windows requests were counted, of those that begin at fixed times.
    windows: HashSet<u128>,
}

impl Server {
    fn new(quota: u64, window: Duration, counting: Counting) -> Arc<Mutex<Self>> {
        let limit = Limit {
            quota,
            window,
            counting,
        };
        let start = Instant::now();
        Arc::new(Mutex::new(Self {
            counter: Counter::new(limit, start.into_std()),
            start,
            limit,
            failing: None,
            counted: 0,
            refused: 0,
            windows: HashSet::new(),
        }))
    }

    fn answer(&mut self) -> (StatusCode, HeaderMap) {
        let standing = self.counter.count(Instant::now().into_std());
        let lines = standing.headers().into_iter();
        let headers = lines.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::try_from(value).unwrap()));
        let headers = headers.collect();
        if standing.refused.is_some() {
            self.refused += 1;
            return (StatusCode::TOO_MANY_REQUESTS, headers);
        }
        self.counted += 1;
        if let Counting::Fixed(phase) = self.limit.counting {
            let passed = (self.start.elapsed() + phase).as_nanos();
            self.windows.insert(passed / self.limit.window.as_nanos());
        }
        // Scattered, so that no call fails again and again because it comes at the end of each window.
        let drawn = self.counted.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        match self.failing.is_some_and(|every| drawn.is_multiple_of(every)) {
            true => (StatusCode::INTERNAL_SERVER_ERROR, headers),
            false => (StatusCode::OK, headers),
        }
    }

    /// How many times the least time of so many requests has passed.
    fn ratio(&self, requests: u64) -> f64 {
        let least = self.counter.least_time(self.start.into_std(), requests);
        self.start.elapsed().as_secs_f64() / least.as_secs_f64()
    }
}

async fn exchange(server: Arc<Mutex<Server>>) -> (StatusCode, HeaderMap) {
    sleep(HALF_WAY).await;
    let answer = server.lock().unwrap().answer();
    sleep(HALF_WAY).await;
    answer
}

fn client() -> Client {
    let token = "Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY";
    Client::builder().api_token(token).unwrap().build().unwrap()
}

async fn call(runtime: &Runtime, server: Arc<Mutex<Server>>) -> Result<Applied<()>, Error> {
    let mut status = StatusCode::OK;
    for _ in 0..3 {
        status = runtime.pretend(exchange(Arc::clone(&server))).await?;
        if status == StatusCode::OK {
            return Ok(Applied::new(()).changed(true));
        }
        sleep(SECOND / 2).await;
    }
    Err(Error::new(ErrorKind::Api, status.to_string()))
}

/// Makes a run, and asserts that each target succeeds and is reported once.
async fn run(server: &Arc<Mutex<Server>>, targets: u64) {
    let mut run = client().fleet().run(each(0..targets), |client, _| {
        let server = Arc::clone(server);
        async move { call(client.runtime(), server).await }
    });
    let mut reported = HashSet::new();
    while let Some(outcome) = run.next().await {
        outcome.result.unwrap();
        assert!(reported.insert(outcome.target), "{} twice", outcome.target);
    }
    let snapshot = run.progress().snapshot();
    run.finish().unwrap();
    assert_eq!(reported.len() as u64, targets);
    assert_eq!(
        (snapshot.done, snapshot.changed, snapshot.failed),
        (targets, targets, 0)
    );
    assert_eq!((snapshot.remaining, snapshot.under_way), (Some(0), 0));
    assert_eq!(snapshot.time_left, Some(Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn a_hundred_thousand_zones_take_the_least_number_of_windows() {
    let server = Server::new(1200, SECOND * 300, Counting::Fixed(SECOND * 120));
    run(&server, 100_000).await;
    let server = server.lock().unwrap();
    assert_eq!((server.refused, server.windows.len()), (0, 84));
    assert!(server.ratio(100_000) < 1.01, "{}", server.ratio(100_000));
}

fn countings() -> [Counting; 9] {
    let fixed = |tenths| Counting::Fixed(SECOND / 10 * tenths);
    [
        fixed(0),
        fixed(4),
        fixed(9),
        fixed(17),
        fixed(25),
        fixed(31),
        fixed(44),
        Counting::FromFirst,
        Counting::Sliding,
    ]
}

#[tokio::test(start_paused = true)]
async fn no_call_is_refused_and_hardly_any_time_lost() {
    for counting in countings() {
        let server = Server::new(200, SECOND * 5, counting);
        run(&server, 2000).await;
        let server = server.lock().unwrap();
        assert_eq!(server.refused, 0, "{counting:?}");
        assert!(server.ratio(2000) < 1.03, "{counting:?}: {}", server.ratio(2000));
    }
}

#[tokio::test(start_paused = true)]
async fn calls_that_fail_in_passing_take_their_share_of_the_limit_and_little_more() {
    for counting in countings() {
        let server = Server::new(200, SECOND * 5, counting);
        server.lock().unwrap().failing = Some(20);
        run(&server, 2000).await;
        let server = server.lock().unwrap();
        assert_eq!((server.refused, server.counted), (0, 2105), "{counting:?}");
        assert!(server.ratio(2105) < 1.10, "{counting:?}: {}", server.ratio(2105));
    }
}

#[tokio::test(start_paused = true)]
async fn two_runs_on_one_quota_take_hardly_longer_than_one() {
    for counting in countings() {
        let alone = Server::new(200, SECOND * 5, counting);
        run(&alone, 2000).await;
        let alone = alone.lock().unwrap().start.elapsed();
        let server = Server::new(200, SECOND * 5, counting);
        join(run(&server, 1000), run(&server, 1000)).await;
        let server = server.lock().unwrap();
        let ratio = server.start.elapsed().as_secs_f64() / alone.as_secs_f64();
        assert!(ratio < 1.05, "{counting:?}: {ratio}, {} refused", server.refused);
    }
}

#[tokio::test(start_paused = true)]
async fn the_time_to_the_end_is_told_by_the_limit() {
    let server = Server::new(100, SECOND * 60, Counting::Fixed(Duration::ZERO));
    let mut run = client().fleet().run(each(0..1000), |client, _| {
        let server = Arc::clone(&server);
        async move { call(client.runtime(), server).await }
    });
    let progress = run.progress();
    for _ in 0..50 {
        run.next().await.unwrap();
    }
    let snapshot = progress.snapshot();
    assert_eq!((snapshot.done, snapshot.remaining), (50, Some(950)));
    let limit = snapshot.rate_limit.unwrap();
    assert!(limit.remaining <= 50 && limit.name == "default", "{limit:?}");
    // Nine more windows have to begin.
    let left = snapshot.time_left.unwrap().as_secs();
    assert!((535..=541).contains(&left), "{left}");
    assert!(snapshot.rate > 0.0);
    // Also when a window is over and nobody has heard of the next one.
    for _ in 50..100 {
        run.next().await.unwrap();
    }
    sleep(SECOND * 61).await;
    let left = progress.snapshot().time_left.unwrap().as_secs();
    assert!((480..=481).contains(&left), "{left}");
}

#[tokio::test(start_paused = true)]
async fn who_stops_does_not_wait_for_the_limit() {
    let server = Server::new(10, SECOND * 300, Counting::Fixed(Duration::ZERO));
    let started = Instant::now();
    let mut run = client().fleet().run(each(0..1000), |client, _| {
        let server = Arc::clone(&server);
        async move { call(client.runtime(), server).await }
    });
    let mut reported = 0;
    while run.next().await.is_some() {
        reported += 1;
        if reported == 10 {
            run.stop();
        }
    }
    assert_eq!(reported, 10);
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    let snapshot = run.progress().snapshot();
    assert_eq!((snapshot.done, snapshot.remaining), (10, Some(990)));
    assert!(run.finish().is_err_and(|error| matches!(error, RunError::Stopped)));
}

#[tokio::test(start_paused = true)]
async fn who_stops_when_all_were_begun_hears_that_not_all_were_done() {
    let server = Server::new(10, SECOND * 300, Counting::Fixed(Duration::ZERO));
    let mut run = client().fleet().limit(15).run(each(0..30), |client, _| {
        let server = Arc::clone(&server);
        async move { call(client.runtime(), server).await }
    });
    for _ in 0..10 {
        run.next().await.unwrap().result.unwrap();
    }
    run.stop();
    assert!(run.next().await.is_none());
    assert_eq!(run.progress().snapshot().remaining, Some(5));
    let error = run.finish().unwrap_err();
    assert!(matches!(error, RunError::Stopped), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_concerns_all_is_told_also_when_all_were_begun() {
    let refused = |_, _| async { Err::<Applied<()>, _>(Error::from_response(unauthorized())) };
    let mut run = client().fleet().run(each(0..3), refused);
    while run.next().await.is_some() {}
    let error = run.finish().unwrap_err();
    assert!(matches!(error, RunError::Failure(_)), "{error}");
}

fn unauthorized() -> http::Response<&'static str> {
    let mut response = http::Response::new(r#"{"success":false,"errors":[]}"#);
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    response
}

#[tokio::test(start_paused = true)]
async fn of_an_operation_of_two_calls_it_is_told_that_one_was_made() {
    let server = Server::new(5, SECOND * 300, Counting::Fixed(Duration::ZERO));
    let mut run = client().fleet().concurrency(3).run(each(0..30), |client, _| {
        let server = Arc::clone(&server);
        async move {
            call(client.runtime(), Arc::clone(&server)).await?;
            call(client.runtime(), server).await
        }
    });
    let progress = run.progress();
    let (mut succeeded, mut stopped) = (0, 0);
    let begun = tokio::time::sleep(Duration::from_secs(1));
    tokio::pin!(begun);
    loop {
        let outcome = tokio::select! {
            outcome = run.next() => outcome,
            () = &mut begun, if !begun.is_elapsed() => {
                run.stop();
                continue;
            }
        };
        match outcome.map(|outcome| outcome.result) {
            Some(Ok(_)) => succeeded += 1,
            Some(Err(error)) => {
                assert_eq!(error.kind(), ErrorKind::Stopped);
                stopped += 1;
            }
            None => break,
        }
    }
    let made = server.lock().unwrap().counted;
    assert_eq!(
        (2 * succeeded + stopped, stopped % 2),
        (made, 1),
        "{succeeded} {stopped}"
    );
    assert_eq!(progress.snapshot().remaining, Some(30 - succeeded - stopped));
}

#[tokio::test(start_paused = true)]
async fn of_an_operation_that_panics_it_is_told_that_there_is_no_outcome() {
    let mut run = client().fleet().concurrency(1).run(each(0..3), |_, target| async move {
        assert_ne!(target, 1, "as it is meant to");
        Ok(Applied::new(()))
    });
    let mut reported = Vec::new();
    loop {
        match AssertUnwindSafe(run.next()).catch_unwind().await {
            Ok(Some(outcome)) => reported.push(outcome.target),
            Ok(None) => break,
            Err(_) => {}
        }
    }
    assert_eq!(reported, [0, 2]);
    assert_eq!(run.progress().in_flight(), [1]);
    assert!(matches!(run.finish(), Err(RunError::Unfinished)));
}
