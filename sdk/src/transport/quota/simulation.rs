//! Clients and a server that enforces a limit, simulated: what takes minutes takes no time, and nothing is random.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, VecDeque},
    time::{Duration, Instant},
};

use http::{HeaderMap, StatusCode};

use super::{Outcome, Quota, Ticket, Wait};

const MS: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);

/// How a server counts.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Counting {
    /// A window begins with the first request after the last one.
    FromFirst,
    /// Windows begin at fixed times; the first one has run for so long.
    Fixed(Duration),
    /// What was counted is forgotten after a window's length.
    Sliding,
}

/// How a server writes the time to the reset in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Rounding {
    Up,
    Down,
}

#[derive(Clone, Copy, Debug)]
struct World {
    counting: Counting,
    rounding: Rounding,
    quota: u64,
    window: Duration,
    /// How long a request travels until it is counted, and the response from there.
    there: Duration,
    back: Duration,
    processes: usize,
    /// How many calls each process makes, and how often one is sent at most.
    calls: usize,
    attempts: u32,
    concurrency: usize,
    /// One of so many requests is answered by nothing of use, if any.
    failing: Option<u64>,
    /// What the useless answers are drawn from.
    seed: u64,
}

#[derive(Debug, Default, PartialEq)]
struct Report {
    took: Duration,
    refused: usize,
    lost: usize,
}

struct Server {
    world: World,
    start: Instant,
    counted: VecDeque<Instant>,
    begun: Option<Instant>,
    served: usize,
}

impl Server {
    fn answer(&mut self, now: Instant) -> (StatusCode, HeaderMap, Option<Duration>) {
        let World {
            counting,
            quota,
            window,
            ..
        } = self.world;
        let reset = match counting {
            Counting::Sliding => {
                while self.counted.front().is_some_and(|time| *time + window <= now) {
                    self.counted.pop_front();
                }
                self.counted.front().map_or(now + window, |oldest| *oldest + window)
            }
            Counting::FromFirst | Counting::Fixed(_) => {
                let begun = self.begun.get_or_insert(match counting {
                    Counting::Fixed(run) => self.start - run,
                    _ => now,
                });
                if now >= *begun + window {
                    self.counted.clear();
                    *begun = match counting {
                        Counting::FromFirst => now,
                        _ => *begun + window * (((now - *begun).as_nanos() / window.as_nanos()) as u32),
                    };
                }
                *begun + window
            }
        };
        let refused = self.counted.len() as u64 >= quota;
        if !refused {
            self.counted.push_back(now);
        }
        let remaining = quota - self.counted.len() as u64;
        let left = reset - now;
        let up = left.as_secs() + u64::from(left.subsec_nanos() > 0);
        let seconds = match self.world.rounding {
            Rounding::Up => up,
            Rounding::Down => left.as_secs(),
        };
        self.served += 1;
        let mut headers = HeaderMap::new();
        // Scattered, so that no call fails again and again because it comes at the end of each window.
        let drawn = (self.served as u64 ^ self.world.seed).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        if self.world.failing.is_some_and(|every| drawn.is_multiple_of(every)) {
            return (StatusCode::BAD_GATEWAY, headers, None);
        }
        headers.insert(
            "ratelimit",
            format!("\"default\";r={remaining};t={seconds}").parse().unwrap(),
        );
        let policy = format!("\"default\";q={quota};w={}", window.as_secs());
        headers.insert("ratelimit-policy", policy.parse().unwrap());
        match refused {
            true => (StatusCode::TOO_MANY_REQUESTS, headers, Some(SECOND * up as u32)),
            false => (StatusCode::OK, headers, None),
        }
    }
}

struct Process {
    quota: Quota,
    /// How often each waiting call was sent before.
    waiting: VecDeque<u32>,
    in_flight: usize,
}

enum Event {
    Wake(usize),
    Again(usize, u32),
    Arrived(usize, Ticket, u32),
    Answered(usize, Ticket, u32, StatusCode, HeaderMap, Option<Duration>),
}

fn run(world: World) -> Report {
    let start = Instant::now();
    let mut server = Server {
        world,
        start,
        counted: VecDeque::new(),
        begun: None,
        served: 0,
    };
    let mut processes: Vec<_> = (0..world.processes)
        .map(|_| Process {
            quota: Quota::default(),
            waiting: vec![0; world.calls].into(),
            in_flight: 0,
        })
        .collect();
    let mut times = BinaryHeap::new();
    let mut report = Report::default();
    let mut store: Vec<Option<Event>> = Vec::new();
    let push = |times: &mut BinaryHeap<Reverse<(Instant, usize)>>, store: &mut Vec<Option<Event>>, time, event| {
        store.push(Some(event));
        times.push(Reverse((time, store.len() - 1)));
    };
    for index in 0..world.processes {
        // Not at quite the same time, as processes start.
        push(
            &mut times,
            &mut store,
            start + MS * (7 * index as u32),
            Event::Wake(index),
        );
    }
    while let Some(Reverse((now, number))) = times.pop() {
        let index = match store[number].take().unwrap() {
            Event::Wake(index) => index,
            Event::Again(index, sent) => {
                processes[index].waiting.push_back(sent);
                index
            }
            Event::Arrived(index, ticket, sent) => {
                let (status, headers, retry_after) = server.answer(now);
                let event = Event::Answered(index, ticket, sent, status, headers, retry_after);
                push(&mut times, &mut store, now + world.back, event);
                continue;
            }
            Event::Answered(index, ticket, sent, status, headers, retry_after) => {
                let process = &mut processes[index];
                process.in_flight -= 1;
                let answered = Outcome::Answered {
                    status,
                    headers: &headers,
                    retry_after,
                };
                let outcome = match status {
                    StatusCode::BAD_GATEWAY if ticket.number.is_multiple_of(2) => Outcome::Lost,
                    _ => answered,
                };
                let is_held = process.quota.finish(&ticket, now, &outcome);
                if status == StatusCode::OK {
                    report.took = now - start;
                } else if sent < world.attempts {
                    report.refused += usize::from(status == StatusCode::TOO_MANY_REQUESTS);
                    let wait = match is_held {
                        true => Duration::ZERO,
                        false => retry_after.unwrap_or(MS * 250),
                    };
                    push(&mut times, &mut store, now + wait, Event::Again(index, sent));
                } else {
                    report.lost += 1;
                }
                index
            }
        };
        let process = &mut processes[index];
        while process.in_flight < world.concurrency && !process.waiting.is_empty() {
            match process.quota.admit(now, process.waiting.len()) {
                Ok(ticket) => {
                    let sent = process.waiting.pop_front().unwrap();
                    process.in_flight += 1;
                    push(
                        &mut times,
                        &mut store,
                        now + world.there,
                        Event::Arrived(index, ticket, sent + 1),
                    );
                }
                Err(Wait { until, .. }) => {
                    assert!(until > now, "who may not send waits");
                    push(&mut times, &mut store, until, Event::Wake(index));
                    break;
                }
            }
        }
    }
    report
}

const WORLD: World = World {
    counting: Counting::FromFirst,
    rounding: Rounding::Up,
    quota: 200,
    window: Duration::from_secs(5),
    there: Duration::from_millis(25),
    back: Duration::from_millis(25),
    processes: 1,
    calls: 1990,
    attempts: 3,
    concurrency: 256,
    failing: None,
    seed: 0,
};

fn countings() -> Vec<Counting> {
    let mut all = vec![Counting::FromFirst, Counting::Sliding];
    all.extend([0, 400, 1300, 2500, 3900, 4700].map(|run| Counting::Fixed(MS * run)));
    all
}

/// The least time that the limit allows.
fn least(world: &World) -> Duration {
    let windows = (world.calls * world.processes - 1) as u32 / world.quota as u32;
    let run = match world.counting {
        Counting::Fixed(run) => run,
        _ => Duration::ZERO,
    };
    (world.window * windows).saturating_sub(run) + world.there + world.back
}

/// All the servers that are known of, at several distances.
fn worlds(base: World) -> Vec<World> {
    let mut worlds = Vec::new();
    for (there, back) in [(25, 25), (50, 0), (0, 50)] {
        for rounding in [Rounding::Up, Rounding::Down] {
            for counting in countings() {
                let (there, back) = (MS * there, MS * back);
                worlds.push(World {
                    counting,
                    rounding,
                    there,
                    back,
                    ..base
                });
            }
        }
    }
    worlds
}

fn ratio(world: &World, report: &Report) -> f64 {
    report.took.as_secs_f64() / least(world).as_secs_f64()
}

#[test]
fn a_client_alone_is_never_refused_and_loses_no_time() {
    // Also where the last window is used up as well.
    for (calls, concurrency) in [(1990, 256), (2000, 100)] {
        let base = World {
            calls,
            concurrency,
            ..WORLD
        };
        for world in worlds(base) {
            let report = run(world);
            assert_eq!((report.refused, report.lost), (0, 0), "{world:?}");
            assert!(ratio(&world, &report) < 1.03, "{world:?} {report:?}");
        }
    }
}

#[test]
fn two_processes_on_one_quota_lose_no_call_and_hardly_any_time() {
    for world in worlds(World {
        processes: 2,
        calls: WORLD.calls / 2,
        ..WORLD
    }) {
        let report = run(world);
        assert_eq!(report.lost, 0, "{world:?} {report:?}");
        // Refused is what both send before either knows of the other, and little more.
        assert!(report.refused < 200, "{world:?} {report:?}");
        assert!(ratio(&world, &report) < 1.05, "{world:?} {report:?}");
    }
}

#[test]
fn however_many_processes_are_on_one_quota_no_call_is_lost() {
    for processes in [3, 4, 5, 8, 12] {
        for world in worlds(World {
            processes,
            calls: 2000 / processes,
            // As the program for fleets has it.
            attempts: 7,
            concurrency: 100,
            ..WORLD
        }) {
            let report = run(world);
            assert_eq!(report.lost, 0, "{world:?} {report:?}");
            assert!(report.refused < 1000, "{world:?} {report:?}");
            assert!(ratio(&world, &report) < 1.07, "{world:?} {report:?}");
        }
    }
}

#[test]
fn answers_of_no_use_cost_little_time() {
    for seed in 0..4 {
        for world in worlds(World {
            failing: Some(20),
            seed,
            concurrency: 100,
            ..WORLD
        }) {
            let report = run(world);
            assert_eq!((report.refused, report.lost), (0, 0), "{world:?} {report:?}");
            // Each of them takes its share of the quota, beside the call that is repeated.
            assert!(ratio(&world, &report) < 1.10 * 20.0 / 19.0, "{world:?} {report:?}");
        }
    }
}

#[test]
fn cloudflares_limit_is_used_up_in_every_window() {
    let world = World {
        quota: 1200,
        window: SECOND * 300,
        calls: 60_000,
        ..WORLD
    };
    let report = run(world);
    assert_eq!((report.refused, report.lost), (0, 0), "{report:?}");
    // 50 windows, of which the last ends with its calls.
    let least = SECOND * (300 * 49);
    assert!((least..least + SECOND * 10).contains(&report.took), "{report:?}");
}

#[test]
fn who_calls_seldom_does_not_wait() {
    for quota in [1, 2, 3, 1200] {
        let mut quota_of_client = Quota::default();
        let world = World {
            quota,
            window: SECOND * 300,
            ..WORLD
        };
        let start = Instant::now();
        let mut server = Server {
            world,
            start,
            counted: VecDeque::new(),
            begun: None,
            served: 0,
        };
        for call in 0..10 {
            let now = start + SECOND * 301 * call;
            let ticket = quota_of_client.admit(now, 1).unwrap();
            let (status, headers, retry_after) = server.answer(now);
            quota_of_client.finish(
                &ticket,
                now,
                &Outcome::Answered {
                    status,
                    headers: &headers,
                    retry_after,
                },
            );
            assert_eq!(status, StatusCode::OK);
        }
    }
}
