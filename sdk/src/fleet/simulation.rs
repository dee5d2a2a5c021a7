//! Runs of many targets on a clock that does not wait, against a server that keeps a limit and is not there.

use std::{
    collections::HashSet,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::FutureExt as _;

use http::{HeaderMap, StatusCode};
use tokio::time::{Instant, sleep};

use super::{Applied, RunError, each};
use crate::{Client, Error, ErrorKind, runtime::Runtime};

const HALF_WAY: Duration = Duration::from_millis(25);

/// Counts requests in windows that begin at multiples of a time.
struct Server {
    start: Instant,
    quota: u64,
    window: Duration,
    /// How long before the start the first window began.
    phase: Duration,
    current: u128,
    counted: u64,
    windows: u64,
    refused: u64,
}

impl Server {
    fn new(quota: u64, window: Duration, phase: Duration) -> Arc<Mutex<Self>> {
        Arc::new(Mutex::new(Self {
            start: Instant::now(),
            quota,
            window,
            phase,
            current: u128::MAX,
            counted: 0,
            windows: 0,
            refused: 0,
        }))
    }

    fn answer(&mut self) -> (StatusCode, HeaderMap) {
        let passed = (self.start.elapsed() + self.phase).as_nanos();
        let window = self.window.as_nanos();
        if passed / window != self.current {
            (self.current, self.counted) = (passed / window, 0);
            self.windows += 1;
        }
        let left = (window - passed % window).div_ceil(1_000_000_000);
        let status = match self.counted < self.quota {
            true => {
                self.counted += 1;
                StatusCode::OK
            }
            false => {
                self.refused += 1;
                StatusCode::TOO_MANY_REQUESTS
            }
        };
        let mut headers = HeaderMap::new();
        let remaining = self.quota - self.counted;
        headers.insert(
            "ratelimit",
            format!(r#""default";r={remaining};t={left}"#).parse().unwrap(),
        );
        let (quota, window) = (self.quota, self.window.as_secs());
        headers.insert(
            "ratelimit-policy",
            format!(r#""default";q={quota};w={window}"#).parse().unwrap(),
        );
        (status, headers)
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
    match runtime.pretend(exchange(server)).await? {
        StatusCode::OK => Ok(Applied::new(()).changed(true)),
        status => Err(Error::new(ErrorKind::Api, status.to_string())),
    }
}

#[tokio::test(start_paused = true)]
async fn a_hundred_thousand_zones_take_the_least_number_of_windows() {
    const ZONES: u64 = 100_000;
    for (quota, seconds, phase) in [(1200, 300, 0), (1200, 300, 120_400), (200, 5, 1_700)] {
        let window = Duration::from_secs(seconds);
        let server = Server::new(quota, window, Duration::from_millis(phase));
        let started = Instant::now();
        let mut run = client().fleet().run(each(0..ZONES), |client, _| {
            let server = Arc::clone(&server);
            async move { call(client.runtime(), server).await }
        });
        let mut seen = HashSet::new();
        while let Some(outcome) = run.next().await {
            outcome.result.unwrap();
            assert!(seen.insert(outcome.target), "{} twice", outcome.target);
        }
        let snapshot = run.progress().snapshot();
        run.finish().unwrap();
        let server = server.lock().unwrap();
        assert_eq!((seen.len() as u64, server.refused), (ZONES, 0));
        assert_eq!(server.windows, ZONES.div_ceil(quota), "{quota} per {seconds} s");
        let least = window * (ZONES.div_ceil(quota) - 1) as u32 - Duration::from_millis(phase);
        let ratio = started.elapsed().as_secs_f64() / least.as_secs_f64();
        assert!(ratio < 1.01, "{ratio}");
        assert_eq!((snapshot.done, snapshot.changed, snapshot.failed), (ZONES, ZONES, 0));
        assert_eq!((snapshot.remaining, snapshot.under_way), (Some(0), 0));
        assert_eq!(snapshot.time_left, Some(Duration::ZERO));
    }
}

#[tokio::test(start_paused = true)]
async fn the_time_to_the_end_is_told_by_the_limit() {
    let server = Server::new(100, Duration::from_secs(60), Duration::ZERO);
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
}

#[tokio::test(start_paused = true)]
async fn who_stops_does_not_wait_for_the_limit() {
    let server = Server::new(10, Duration::from_secs(300), Duration::ZERO);
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
    let server = Server::new(10, Duration::from_secs(300), Duration::ZERO);
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
    let server = Server::new(5, Duration::from_secs(300), Duration::ZERO);
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
