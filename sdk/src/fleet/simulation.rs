//! Runs of many targets on a clock that does not wait, against a server that keeps a limit and is not there.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use http::{HeaderMap, StatusCode};
use tokio::time::{Instant, sleep};

use super::{Applied, each};
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
    assert!(
        run.finish()
            .is_err_and(|error| matches!(error, super::RunError::Stopped))
    );
}
