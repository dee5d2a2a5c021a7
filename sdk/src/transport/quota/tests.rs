//! What one client's quota does with responses of one kind or another.

use std::time::{Duration, Instant};

use http::{HeaderMap, HeaderName, StatusCode};

use super::{Outcome, Quota, SECOND, Ticket};

const MS: Duration = Duration::from_millis(1);

#[test]
fn a_server_that_tells_of_no_limit_is_not_waited_for() {
    let mut quota = Quota::default();
    let now = Instant::now();
    let first = quota.admit(now, 1000).unwrap();
    assert!(quota.admit(now, 1000).is_err(), "the first response is waited for");
    quota.finish(&first, now, &answered(StatusCode::OK, &HeaderMap::new()));
    assert_eq!(admitted(&mut quota, now).len(), 1000);
}

#[test]
fn while_nobody_answers_more_and_more_try_but_never_all() {
    let mut quota = Quota::default();
    let start = Instant::now();
    for second in 0..8 {
        let now = start + SECOND * second;
        let sent = admitted(&mut quota, now).len();
        assert_eq!(sent, [1, 1, 2, 4, 8, 16, 32, 64][second as usize], "{second}");
    }
}

#[test]
fn a_call_that_is_lost_tells_nothing_of_limits() {
    let headers = HeaderMap::new();
    let failed = answered(StatusCode::BAD_GATEWAY, &headers);
    for (outcome, sent) in [(Outcome::Lost, 1), (Outcome::NotSent, 1), (failed, 2)] {
        let mut quota = Quota::default();
        let now = Instant::now();
        let first = quota.admit(now, 1000).unwrap();
        quota.finish(&first, now, &outcome);
        assert_eq!(admitted(&mut quota, now).len(), sent, "{outcome:?}");
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
            quota.finish(&ticket, now + MS, &refused(&headers, Duration::MAX));
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
        let refused = refused(&headers, 7 * SECOND);
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
        let refused = refused(&headers, 5 * SECOND);
        let now = start + MS * 50;
        assert_eq!(quota.finish(&ticket, now, &refused), is_held, "{limits}");
        let wait = quota.admit(now, 1).map(|ticket| ticket.sent() - now);
        let until = wait.map_err(|wait| wait.until - now);
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
    tell_of(quota, ticket, now, remaining, 4);
}

fn tell_of(quota: &mut Quota, ticket: &Ticket, now: Instant, remaining: usize, reset: u64) {
    let headers = limits(remaining, reset);
    quota.finish(ticket, now, &answered(StatusCode::OK, &headers));
}

fn answered(status: StatusCode, headers: &HeaderMap) -> Outcome<'_> {
    Outcome::Answered {
        status,
        headers,
        retry_after: None,
    }
}

fn refused(headers: &HeaderMap, wait: Duration) -> Outcome<'_> {
    Outcome::Answered {
        status: StatusCode::TOO_MANY_REQUESTS,
        headers,
        retry_after: Some(wait),
    }
}

fn limits(remaining: usize, reset: u64) -> HeaderMap {
    let limit = format!("\"default\";r={remaining};t={reset}").parse().unwrap();
    let policy = "\"default\";q=200;w=5".parse().unwrap();
    HeaderMap::from_iter([
        (HeaderName::from_static("ratelimit"), limit),
        (HeaderName::from_static("ratelimit-policy"), policy),
    ])
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

#[test]
fn who_is_alone_goes_on_after_many_were_lost_that_were_never_counted() {
    let start = Instant::now();
    let mut quota = begun(start);
    let now = start + MS * 60;
    let lost: Vec<_> = (0..190).map(|_| quota.admit(now, 1000).unwrap()).collect();
    for ticket in lost {
        quota.finish(&ticket, now + MS * 50, &Outcome::Lost);
    }
    let now = now + MS * 60;
    let more = admitted(&mut quota, now);
    assert!((8..=9).contains(&more.len()), "{}", more.len());
    for (index, ticket) in more.iter().enumerate() {
        tell(&mut quota, ticket, now + MS * 50, 198 - index);
    }
    let still_more = admitted(&mut quota, now + MS * 60).len();
    assert!((180..=190).contains(&still_more), "{still_more}");
}

#[test]
fn a_refusal_that_comes_late_does_not_hold_back_the_window_that_has_begun() {
    let start = Instant::now();
    let mut quota = begun(start);
    let sent: Vec<_> = (0..197).map(|_| quota.admit(start + MS * 60, 197).unwrap()).collect();
    for (index, ticket) in sent.iter().enumerate() {
        tell(&mut quota, ticket, start + MS * 110, 198 - index);
    }
    // One arrives just before the reset, and the other one just after it.
    let now = start + SECOND * 4 - MS * 25;
    let (before, after) = (quota.admit(now, 1).unwrap(), quota.admit(now, 1).unwrap());
    tell_of(&mut quota, &after, now + MS * 50, 199, 5);
    let headers = limits(0, 1);
    assert!(!quota.finish(&before, now + MS * 51, &refused(&headers, SECOND)));
    assert!(quota.admit(now + MS * 52, 1000).is_ok());
}
