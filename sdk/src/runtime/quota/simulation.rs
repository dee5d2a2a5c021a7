//! Clients and a server that enforces a limit, simulated: what takes minutes takes no time, and nothing is random.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, VecDeque},
    time::{Duration, Instant},
};

use http::{HeaderMap, HeaderName, StatusCode};

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
                    push(&mut times, &mut store, until.max(now + MS), Event::Wake(index));
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

#[test]
fn a_server_that_tells_of_no_limit_is_not_waited_for() {
    let mut quota = Quota::default();
    let now = Instant::now();
    let first = quota.admit(now, 1000).unwrap();
    assert!(quota.admit(now, 1000).is_err(), "the first response is waited for");
    let answered = Outcome::Answered {
        status: StatusCode::OK,
        headers: &HeaderMap::new(),
        retry_after: None,
    };
    quota.finish(&first, now, &answered);
    assert!((0..1000).all(|_| quota.admit(now, 1000).is_ok()));
}

#[test]
fn while_nobody_answers_more_and_more_try_but_never_all() {
    let mut quota = Quota::default();
    let start = Instant::now();
    for second in 0..8 {
        let now = start + SECOND * second;
        let sent = (0..1000).take_while(|_| quota.admit(now, 1000).is_ok()).count();
        assert_eq!(sent, [1, 1, 2, 4, 8, 16, 32, 64][second as usize], "{second}");
    }
}

#[test]
fn a_call_that_is_lost_tells_nothing_of_limits() {
    let headers = HeaderMap::new();
    let failed = Outcome::Answered {
        status: StatusCode::BAD_GATEWAY,
        headers: &headers,
        retry_after: None,
    };
    for (outcome, sent) in [(Outcome::Lost, 1), (Outcome::NotSent, 1), (failed, 2)] {
        let mut quota = Quota::default();
        let now = Instant::now();
        let first = quota.admit(now, 1000).unwrap();
        quota.finish(&first, now, &outcome);
        let admitted = (0..1000).take_while(|_| quota.admit(now, 1000).is_ok()).count();
        assert_eq!(admitted, sent, "{outcome:?}");
    }
}

#[test]
fn headers_that_make_no_sense_do_no_harm() {
    let start = Instant::now();
    for (limit, policy) in [
        ("\"a\";r=0;t=999999999999999", "\"a\";q=0;w=0"),
        ("\"a\";r=999999999999999;t=0", "\"a\";q=1;w=999999999999999"),
        ("\"a\";r=0", ""),
        ("\"a\";r=0;t=0", "\"a\";q=999999999999999;w=1"),
    ] {
        let mut quota = Quota::default();
        let mut headers = HeaderMap::new();
        headers.insert("ratelimit", limit.parse().unwrap());
        headers.insert("ratelimit-policy", policy.parse().unwrap());
        for call in 0..50 {
            let now = start + SECOND * call;
            let ticket = quota.admit(now, 1000).unwrap_or_else(|_| quota.send(now, false));
            let retry_after = Some(Duration::MAX);
            let status = StatusCode::TOO_MANY_REQUESTS;
            quota.finish(
                &ticket,
                now + MS,
                &Outcome::Answered {
                    status,
                    headers: &headers,
                    retry_after,
                },
            );
        }
    }
}

/// Nothing else tells when to come back.
#[test]
fn a_refusal_that_says_how_long_holds_where_the_limit_does_not() {
    let start = Instant::now();
    for limits in ["", r#""a";r=0"#, r#""a";r=0, "b";r=7;t=5"#] {
        let mut quota = Quota::default();
        let headers = HeaderMap::from_iter([(HeaderName::from_static("ratelimit"), limits.parse().unwrap())]);
        let ticket = quota.admit(start, 1).unwrap();
        let refused = Outcome::Answered {
            status: StatusCode::TOO_MANY_REQUESTS,
            headers: &headers,
            retry_after: Some(7 * SECOND),
        };
        quota.finish(&ticket, start, &refused);
        let wait = quota.admit(start, 1).map(|ticket| ticket.sent());
        assert_eq!(wait.map_err(|wait| wait.until - start), Err(7 * SECOND), "{limits}");
        assert!(quota.admit(start + 7 * SECOND, 1).is_ok(), "{limits}");
    }
}

#[test]
fn a_refused_call_is_held_back_by_the_limit_unless_it_is_to_wait_longer() {
    let start = Instant::now();
    for (limits, is_held) in [
        (r#""a";r=0;t=5"#, true),
        (r#""a";r=0;t=6"#, true),
        ("", true),
        (r#""a";r=0;t=3"#, false),
        (r#""a";r=7;t=5"#, false),
    ] {
        let mut quota = Quota::default();
        let headers = HeaderMap::from_iter([(HeaderName::from_static("ratelimit"), limits.parse().unwrap())]);
        let ticket = quota.admit(start, 1).unwrap();
        let refused = Outcome::Answered {
            status: StatusCode::TOO_MANY_REQUESTS,
            headers: &headers,
            retry_after: Some(5 * SECOND),
        };
        assert_eq!(quota.finish(&ticket, start, &refused), is_held, "{limits}");
        let wait = quota.admit(start, 1).map(|ticket| ticket.sent() - start);
        let until = wait.map_err(|wait| wait.until - start);
        assert_eq!(until == Err(5 * SECOND), is_held, "{limits} {until:?}");
    }
}

/// A client in a window of 200 requests, of which one was made.
fn begun(start: Instant) -> Quota {
    let mut quota = Quota::default();
    let first = quota.admit(start, 1000).unwrap();
    tell(&mut quota, &first, start + MS * 50, 199);
    quota
}

/// Answers a request by how many remain.
fn tell(quota: &mut Quota, ticket: &Ticket, now: Instant, remaining: usize) {
    let limit = format!("\"default\";r={remaining};t=4").parse().unwrap();
    let policy = "\"default\";q=200;w=5".parse().unwrap();
    let headers = HeaderMap::from_iter([
        (HeaderName::from_static("ratelimit"), limit),
        (HeaderName::from_static("ratelimit-policy"), policy),
    ]);
    let answered = Outcome::Answered {
        status: StatusCode::OK,
        headers: &headers,
        retry_after: None,
    };
    quota.finish(ticket, now, &answered);
}

/// Lets requests leave as long as they may.
fn admitted(quota: &mut Quota, now: Instant) -> Vec<Ticket> {
    (0..1000).map_while(|_| quota.admit(now, 1000).ok()).collect()
}

/// Lets a hundred requests leave, answers them in an order and with some lost, and counts how many more leave then.
fn more_after(order: impl Fn(&mut [(Ticket, usize)]), is_lost: impl Fn(usize) -> bool) -> usize {
    let start = Instant::now();
    let mut quota = begun(start);
    let now = start + MS * 60;
    let mut tickets: Vec<_> = (0..100)
        .map(|sent| (quota.admit(now, 1000).unwrap(), 198 - sent))
        .collect();
    order(&mut tickets);
    let now = now + MS * 50;
    for (ticket, remaining) in tickets {
        match is_lost(remaining) {
            true => drop(quota.finish(&ticket, now, &Outcome::Lost)),
            false => tell(&mut quota, &ticket, now, remaining),
        }
    }
    admitted(&mut quota, now).len()
}

#[test]
fn no_more_leave_than_remain_in_whatever_order_the_responses_come() {
    for reversed in [0, 70, 90] {
        let more = more_after(|tickets| tickets[reversed..].reverse(), |_| false);
        assert!((90..=99).contains(&more), "{reversed}: {more}");
    }
}

#[test]
fn what_was_lost_is_taken_to_be_counted_whenever_that_is_known() {
    // The ones that were counted last are lost, and that is known before the others are heard.
    let more = more_after(|tickets| tickets.reverse(), |remaining| remaining < 102);
    assert!((90..=99).contains(&more), "{more}");
}

#[test]
fn what_was_not_read_may_have_been_counted_after_what_is() {
    let start = Instant::now();
    let mut quota = begun(start);
    let now = start + MS * 60;
    let mut tickets: Vec<_> = (0..13).map(|_| quota.admit(now, 1000).unwrap()).collect();
    let first = tickets.remove(0);
    for (index, ticket) in tickets.into_iter().enumerate() {
        tell(&mut quota, &ticket, now + MS * 50, 197 - index);
    }
    let more = admitted(&mut quota, now + MS * 51).len();
    tell(&mut quota, &first, now + MS * 52, 198);
    let still_more = admitted(&mut quota, now + MS * 53).len();
    assert!((180..=186).contains(&(more + still_more)), "{more} {still_more}");
}
