//! How much of the rate limit is left, as far as responses tell, and when the next request may leave.
//!
//! Responses say how many requests remain and in how many whole seconds the window resets. From this alone a client
//! would lose up to a second a window, and would be refused when others use the same quota. So three things are kept:
//! what the latest response said, between which instants the window resets, and when this client's own requests were
//! counted. There is no clock and no waiting in here.

mod limit;

use std::{
    collections::VecDeque,
    mem,
    time::{Duration, Instant},
};

use http::{HeaderMap, HeaderValue, StatusCode};

use crate::wire::rate_limit;

use limit::{Limit, Report};

const SECOND: Duration = Duration::from_secs(1);

/// How long others wait for the one request that is out to learn what is left.
const PATIENCE: Duration = SECOND;

/// How many responses in a row need not be read while there is plenty.
const UNREAD: u32 = 15;

/// What is further away is taken for a mistake; it also keeps arithmetic with instants from overflowing.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// How many limits, and requests of its own, a client keeps in mind: a bound on memory, not a rule.
const MOST_LIMITS: usize = 16;
const MOST_COUNTED: usize = 10_000;
const MOST_UNTOLD: usize = 1000;

#[derive(Debug, Default)]
pub(super) struct Quota {
    /// Whether a response came that tells whether there are limits.
    known: bool,
    /// How many times more requests were let go while it is not known, because no response was of use.
    doublings: u32,
    limits: Vec<Limit>,
    policies: Vec<Policy>,
    policy_line: Option<HeaderValue>,
    /// This client's own requests, in the order in which they ended.
    counted: VecDeque<Counted>,
    /// How many responses were not read since one was, because there is plenty.
    unread: u32,
    sent: u64,
    in_flight: u64,
    last_sent: Option<Instant>,
    /// When requests ended that told nothing, or were not asked, since none was on its way; the latest first.
    untold: VecDeque<Instant>,
    /// Since when a request has been out to learn what is left, while others wait.
    probe: Option<Instant>,
    /// Until when others are taken to use the same quota.
    shared_until: Option<Instant>,
}

/// A request of this client's own, which the server counted between these.
#[derive(Debug)]
struct Counted {
    sent: Instant,
    ended: Instant,
}

/// A request that may leave. It must be given back.
#[derive(Debug)]
pub(super) struct Ticket {
    sent: Instant,
    number: u64,
    is_probe: bool,
    /// Whether nothing else of this client's was on its way, so that what remains was told of after all of it.
    is_alone: bool,
    /// How many were on their way when it left.
    beside: u64,
}

impl Ticket {
    pub(super) fn sent(&self) -> Instant {
        self.sent
    }
}

/// What became of a request.
#[derive(Debug)]
pub(super) enum Outcome<'a> {
    /// It never left.
    NotSent,
    /// It may have left, and nothing came back.
    Lost,
    Answered {
        status: StatusCode,
        headers: &'a HeaderMap,
        retry_after: Option<Duration>,
    },
}

/// Why no request may leave now.
#[derive(Debug, PartialEq)]
pub(super) struct Wait {
    /// When to ask again, if no response has come until then.
    pub(super) until: Instant,
    /// Whether a limit is used up until then, so that no response is expected that says otherwise.
    pub(super) spent: bool,
}

/// How a limit stands.
#[allow(dead_code, reason = "used by the feature `fleet`")]
pub(crate) struct Standing {
    pub(crate) name: String,
    /// As the responses have it, and without the requests on their way.
    pub(crate) remaining: u64,
    in_flight: u64,
    pub(crate) reset: Duration,
    quota: Option<u64>,
    window: Option<Duration>,
}

impl Standing {
    /// How long so many requests take, those on their way included, if they have to wait for the limit at all.
    #[allow(dead_code, reason = "used by the feature `fleet`")]
    pub(crate) fn time_for(&self, requests: u64) -> Option<Duration> {
        let (quota, window) = (self.quota.filter(|quota| *quota > 0)?, self.window?);
        let more = requests.checked_sub(self.remaining + self.in_flight + 1)?;
        Some(self.reset + window.saturating_mul((more / quota).try_into().ok()?))
    }
}

#[derive(Debug)]
struct Policy {
    name: Box<str>,
    quota: u64,
    window: Option<Duration>,
}

impl Quota {
    /// Lets a request leave, or says why not.
    ///
    /// `waiting` says how many wait, this one among them.
    pub(super) fn admit(&mut self, now: Instant, waiting: usize) -> Result<Ticket, Wait> {
        let is_probe = self.check(now, waiting)?;
        Ok(self.send(now, is_probe))
    }

    /// Whether a request may leave, and is then the one whose response others wait for; else why not.
    pub(super) fn check(&self, now: Instant, waiting: usize) -> Result<bool, Wait> {
        let probing = self.probe.filter(|since| now < *since + PATIENCE);
        if self.is_held_back()
            && let Some(since) = probing
        {
            return Err(Wait {
                until: since + PATIENCE,
                spent: false,
            });
        }
        let mut is_probe = !self.known;
        let (shared, idle) = (self.is_shared(now), self.is_idle(now));
        for limit in &self.limits {
            let runs = now < limit.latest;
            let left = limit.left(self.remaining(limit), self.in_flight, self.sent);
            let is_free = left > 0 && (!shared || self.sent - limit.base_sent < limit.portion());
            // What could not be sent before the reset anyway loses nothing by this.
            let others = (waiting as u64)
                .checked_sub(left)
                .filter(|others| *others > 0 && !shared);
            let kept = others.and_then(|others| limit.keeps(left, others, now, self.last_sent));
            if runs && is_free && kept.is_none() {
                continue;
            }
            let next = (limit.slides && !shared).then(|| self.next_freed(limit)).flatten();
            let freed = next.is_some_and(|next| next <= now);
            // What was freed by the end of the window may be used up by a request that nothing was heard of.
            let is_over = !runs && (limit.unheard == 0 || next.is_none_or(|next| next <= now));
            let may_have_more = shared && runs && limit.remaining > 0;
            if probing.is_none() && (is_over || freed || (may_have_more && idle)) {
                is_probe = true;
                continue;
            }
            let resets = [
                runs.then_some(limit.latest),
                kept.filter(|_| is_free),
                next.filter(|next| *next > now),
            ];
            let responses = [probing, self.last_sent.filter(|_| may_have_more && !idle)];
            let response = responses.into_iter().flatten().map(|since| since + PATIENCE).min();
            let times = resets.into_iter().flatten().chain(response);
            return Err(Wait {
                until: times.min().unwrap_or(now + PATIENCE),
                spent: response.is_none(),
            });
        }
        Ok(is_probe)
    }

    /// How the limit stands that leaves least.
    #[allow(dead_code, reason = "used by the feature `fleet`")]
    pub(super) fn standing(&self, now: Instant) -> Option<Standing> {
        let standing = |limit: &Limit| {
            // When a window is over, nothing is used of the next one, as far as anybody knows.
            let (remaining, reset) = match now < limit.latest {
                true => (self.remaining(limit), limit.latest - now),
                false => (limit.quota?, limit.window?),
            };
            Some(Standing {
                name: limit.name.to_string(),
                remaining: remaining.saturating_sub(self.in_flight),
                in_flight: remaining.min(self.in_flight),
                reset,
                quota: limit.quota,
                window: limit.window,
            })
        };
        let limits = self.limits.iter().filter_map(standing);
        limits.min_by_key(|limit| limit.remaining)
    }

    /// Lets a request leave whatever the limits say.
    pub(super) fn send(&mut self, now: Instant, is_probe: bool) -> Ticket {
        if is_probe {
            self.doublings += u32::from(self.is_held_back());
            self.probe = Some(now);
        }
        let is_alone = self.is_idle(now);
        if is_alone {
            self.untold.clear();
        }
        self.sent += 1;
        self.in_flight += 1;
        self.last_sent = Some(now);
        Ticket {
            sent: now,
            number: self.sent,
            is_probe,
            is_alone,
            beside: self.in_flight - 1,
        }
    }

    /// Whether it is not known yet how many requests may leave, and as many are on their way as may without.
    ///
    /// At first that is one. Where nobody answers it, more try, but not all, lest all be refused.
    fn is_held_back(&self) -> bool {
        !self.known && self.in_flight >= 1u64.checked_shl(self.doublings).unwrap_or(u64::MAX)
    }

    /// Whether nothing is on its way, but for what is given up as lost.
    fn is_idle(&self, now: Instant) -> bool {
        self.in_flight == 0 || self.last_sent.is_none_or(|last| now >= last + PATIENCE)
    }

    /// Takes a request back that has ended; says whether it was refused by a limit that holds the next ones back for as long
    /// as the refusal asks for.
    pub(super) fn finish(&mut self, ticket: &Ticket, now: Instant, outcome: &Outcome<'_>) -> bool {
        let (mut is_held, mut is_counted) = (false, !matches!(outcome, Outcome::NotSent));
        if ticket.is_probe {
            self.probe = None;
        }
        match *outcome {
            Outcome::NotSent => {}
            Outcome::Lost => self.heard_nothing(ticket, now),
            Outcome::Answered { status, .. } if status.is_success() && self.is_plenty(ticket, now) => {
                self.unread += 1;
                self.tells_nothing(now);
            }
            Outcome::Answered {
                status,
                headers,
                retry_after,
            } => {
                let refused = (status == StatusCode::TOO_MANY_REQUESTS).then_some(retry_after);
                (is_held, is_counted) = self.heard(ticket, now, headers, refused);
                // Not every failure comes from where the requests are counted.
                self.known |= status.is_success() || !self.limits.is_empty();
                self.doublings += u32::from(!self.known);
            }
        }
        self.in_flight = self.in_flight.saturating_sub(1);
        if !self.limits.is_empty() && is_counted {
            self.count(ticket.sent, now);
        }
        is_held
    }

    /// How much is left of a limit.
    ///
    /// What was not read is taken off here and not from what was read last: some of it was counted before that, and is in
    /// it already.
    fn remaining(&self, limit: &Limit) -> u64 {
        limit.remaining.saturating_sub(self.unread.into())
    }

    /// Whether so much is left that it need not be read again what the service says of it.
    fn is_plenty(&self, ticket: &Ticket, now: Instant) -> bool {
        // Any of those that were on their way with it may have been counted before it or after it, whenever it is heard.
        let together = ticket.beside + (self.sent - ticket.number);
        let enough = 2 * (together + u64::from(UNREAD));
        let is_enough = |limit: &Limit| self.remaining(limit).saturating_sub(limit.uncertain) > enough;
        self.unread < UNREAD
            && !ticket.is_probe
            && !self.limits.is_empty()
            && !self.is_shared(now)
            && (self.limits.iter()).all(|limit| now < limit.latest && is_enough(limit))
    }

    /// Takes in what a response says; says whether the next ones are held back for as long as a refusal asks for, and
    /// whether the request took its part of the quota.
    fn heard(
        &mut self,
        ticket: &Ticket,
        now: Instant,
        headers: &HeaderMap,
        refused: Option<Option<Duration>>,
    ) -> (bool, bool) {
        self.read_policies(headers);
        let policies = mem::take(&mut self.policies);
        let (mut any, mut exhausted, mut longest) = (false, false, None);
        let uncertain = self.untold.iter().take_while(|ended| **ended >= ticket.sent).count() as u64;
        rate_limit::each_limit(headers, |name, remaining, reset| {
            any = true;
            exhausted |= remaining == 0;
            let policy = policies.iter().find(|policy| *policy.name == *name);
            let window = policy.and_then(|policy| policy.window);
            // Without a time there is nothing to wait for.
            let Some(reset) = reset
                .map(Duration::from_secs)
                .or(window)
                .filter(|reset| *reset <= LONGEST)
            else {
                return;
            };
            if remaining == 0 {
                longest = longest.max(Some(reset));
            }
            let report = Report {
                name,
                remaining,
                uncertain,
                reset,
                quota: policy.map(|policy| policy.quota),
                window,
            };
            self.observe(ticket, now, &report);
        });
        self.policies = policies;
        if any {
            self.unread = 0;
        }
        match refused {
            None if any => {
                // A limit that is spoken of no more is over with its window.
                self.limits.retain(|limit| limit.heard == now || now < limit.latest);
            }
            None => self.heard_nothing(ticket, now),
            Some(wait) => {
                let wait = wait.filter(|_| exhausted || !any);
                return (self.refused(ticket, now, wait, longest), any && !exhausted);
            }
        }
        (false, true)
    }

    /// Policies hardly ever change, so they are read again only if they did.
    fn read_policies(&mut self, headers: &HeaderMap) {
        let mut lines = headers.get_all(rate_limit::POLICY).iter();
        let line = lines.next();
        if lines.next().is_none() && line == self.policy_line.as_ref() {
            return;
        }
        self.policy_line = line.cloned();
        self.policies.clear();
        let policies = &mut self.policies;
        rate_limit::each_policy(headers, |name, quota, window| {
            if policies.len() < MOST_LIMITS {
                policies.push(Policy {
                    name: name.into(),
                    quota,
                    window: window
                        .map(Duration::from_secs)
                        .filter(|window| (SECOND..=LONGEST).contains(window)),
                });
            }
        });
    }

    fn observe(&mut self, ticket: &Ticket, now: Instant, report: &Report<'_>) {
        if let (Some(quota), Some(window)) = (report.quota, report.window) {
            let own = self.in_flight + self.counted_since(ticket.sent, window);
            if quota.saturating_sub(report.remaining) > own {
                self.others_are_seen(now, window);
            }
        }
        let (shared, has_room) = (self.is_shared(now), self.limits.len() < MOST_LIMITS);
        match self.limits.iter_mut().find(|limit| *limit.name == *report.name) {
            Some(limit) => limit.observe(ticket, now, report, shared, &self.counted),
            None if has_room => self.limits.push(Limit::new(ticket, now, report)),
            None => {}
        }
    }

    /// A request was refused by status 429, by a limit that resets after `reset`, as it says, if any told that it is used up;
    /// says whether that holds the next ones back for as long as they are to wait.
    fn refused(&mut self, ticket: &Ticket, now: Instant, wait: Option<Duration>, reset: Option<Duration>) -> bool {
        if let Some(window) = self.limits.iter().filter_map(|limit| limit.window).max() {
            self.others_are_seen(now, window);
        }
        for limit in &mut self.limits {
            (limit.slides, limit.restarts) = (false, false);
        }
        // What still has something left did not refuse.
        let Some(wait) = wait.filter(|wait| *wait <= LONGEST) else {
            return false;
        };
        if reset.is_none() {
            let report = Report {
                name: "",
                remaining: 0,
                uncertain: 0,
                reset: wait,
                quota: None,
                window: None,
            };
            self.observe(ticket, now, &report);
        }
        let is_told = |limit: &Limit| limit.remaining == 0 && limit.heard == now;
        for limit in self.limits.iter_mut().filter(|limit| is_told(limit)) {
            // `Retry-After` is rounded up.
            limit.latest = limit.latest.min(now + wait);
        }
        let mut told = self.limits.iter().filter(|limit| is_told(limit));
        match reset {
            // Who asks for more than the rounding knows more than the limit says.
            Some(reset) => wait <= reset + SECOND && told.any(|limit| now < limit.latest),
            None => told.any(|limit| now < limit.latest && now + wait <= limit.latest),
        }
    }

    /// A response that said nothing of limits, or none at all: it was counted as likely as not.
    fn heard_nothing(&mut self, ticket: &Ticket, now: Instant) {
        self.tells_nothing(now);
        for limit in &mut self.limits {
            limit.heard_nothing(ticket, now, self.sent);
        }
        self.limits.retain(|limit| !limit.is_forgotten());
    }

    fn tells_nothing(&mut self, now: Instant) {
        self.untold.truncate(MOST_UNTOLD - 1);
        self.untold.push_front(now);
    }

    fn count(&mut self, sent: Instant, now: Instant) {
        let longest = self.limits.iter().filter_map(|limit| limit.window).max();
        let Some(window) = longest else { return };
        let oldest = self.limits.iter().map(|limit| limit.asked).min().unwrap_or(now);
        while self
            .counted
            .front()
            .is_some_and(|counted| counted.ended + window <= oldest)
            || self.counted.len() >= MOST_COUNTED
        {
            self.counted.pop_front();
        }
        self.counted.push_back(Counted { sent, ended: now });
    }

    /// How many of this client's own requests may still have been counted at a time.
    fn counted_since(&self, time: Instant, window: Duration) -> u64 {
        (self.counted.len() - self.gone(time, window)) as u64
    }

    /// How many of them had surely stopped counting at a time.
    fn gone(&self, time: Instant, window: Duration) -> usize {
        let is_gone = |counted: &Counted| counted.ended + window <= time;
        // Mostly none has, which is told without a search through all.
        match self.counted.front() {
            Some(first) if is_gone(first) => self.counted.partition_point(is_gone),
            _ => 0,
        }
    }

    /// When a request of this client's own stops counting at the latest, that surely still counted when the server was
    /// heard last: one that may have stopped before is in what remained then.
    fn next_freed(&self, limit: &Limit) -> Option<Instant> {
        let window = limit.window?;
        let mut still = self
            .counted
            .range(self.gone(limit.heard, window)..)
            .filter(|counted| counted.sent + window > limit.heard);
        Some(still.nth(limit.unheard)?.ended + window)
    }

    fn is_shared(&self, now: Instant) -> bool {
        self.shared_until.is_some_and(|until| now < until)
    }

    fn others_are_seen(&mut self, now: Instant, window: Duration) {
        self.shared_until = self.shared_until.max(Some(now + window * 2));
    }
}

#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;
