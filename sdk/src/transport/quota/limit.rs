//! One limit, as far as the responses of its window tell.

use std::{
    collections::VecDeque,
    mem,
    time::{Duration, Instant},
};

use super::{Counted, SECOND, Ticket};

/// How many responses that say nothing are taken for an accident.
const ACCIDENTS: u32 = 3;

/// When a window resets need not be known more closely than this, beside the time of a response.
const CLOSE: Duration = Duration::from_millis(10);

/// Which share of the quota may be kept for learning when the window resets.
const KEPT_SHARE: u64 = 16;

/// Which share of what remains is left to others at least, and which one a client takes at least, if others use the same
/// quota.
const LEFT_SHARE: u64 = 2;
const OWN_SHARE: u64 = 16;

/// One limit, as the responses of a window tell.
#[derive(Debug)]
pub(super) struct Limit {
    pub(super) name: Box<str>,
    pub(super) quota: Option<u64>,
    pub(super) window: Option<Duration>,
    pub(super) remaining: u64,
    /// How many less there may be, because of requests that told nothing.
    pub(super) uncertain: u64,
    /// The window resets between these.
    pub(super) earliest: Instant,
    pub(super) latest: Instant,
    /// When the request was sent whose response told of this window first.
    opened: Instant,
    /// When the window before had reset at the latest.
    before: Option<Instant>,
    /// When the latest request was sent whose response was heard, when a response was heard last, and how long it took.
    pub(super) asked: Instant,
    pub(super) heard: Instant,
    delay: Duration,
    /// How the seconds to the reset are rounded, and when the window resets at the latest if they are rounded up.
    pub(super) rounding: Rounding,
    pub(super) latest_if_up: Instant,
    /// How many requests ended without a word, since a response was heard, that left because something had been freed.
    pub(super) unheard: usize,
    /// How many responses in a row said nothing of any limit, once the window was over.
    silent: u32,
    /// What remained when nothing of this client's was on its way, and how many requests it had sent by then.
    pub(super) base: u64,
    pub(super) base_sent: u64,
    /// What this client's share is reckoned by if others use the quota as well: how much of it was used, and how much of
    /// that by this client, in the window before; more once nobody else is seen to use it.
    shares: Option<(u64, u64)>,
    /// Whether requests are forgotten one by one, and not all at once when a window ends.
    pub(super) slides: bool,
    /// Whether they were seen to be forgotten all at once.
    pub(super) restarts: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Rounding {
    Unknown,
    Up,
    Down,
}

/// What one item of the headers says.
pub(super) struct Report<'a> {
    pub(super) name: &'a str,
    pub(super) remaining: u64,
    /// How many requests that told nothing may have been counted after the one that this was told to.
    pub(super) uncertain: u64,
    pub(super) reset: Duration,
    pub(super) quota: Option<u64>,
    pub(super) window: Option<Duration>,
}

/// Between which instants the window resets, by one response alone.
struct Bounds {
    earliest: Instant,
    latest: Instant,
    latest_if_up: Instant,
}

impl Rounding {
    /// What is known after another response.
    fn with(self, report: &Report<'_>) -> Self {
        match self {
            Self::Unknown if report.reset.is_zero() => Self::Down,
            // Somebody asked in this window before, so less than all of it is left: only rounding up gives all.
            Self::Unknown
                if (report.window.zip(report.quota))
                    .is_some_and(|(window, quota)| report.reset >= window && report.remaining + 1 < quota) =>
            {
                Self::Up
            }
            known => known,
        }
    }
}

impl Bounds {
    fn new(ticket: &Ticket, now: Instant, report: &Report<'_>, rounding: Rounding) -> Self {
        let latest_with = |extra| {
            let latest = now + report.reset + extra;
            report.window.map_or(latest, |window| latest.min(now + window))
        };
        let latest_if_up = latest_with(Duration::ZERO);
        Self {
            earliest: match rounding {
                Rounding::Down => ticket.sent + report.reset,
                _ => ticket.sent + report.reset.saturating_sub(SECOND),
            },
            latest: match rounding {
                Rounding::Up => latest_if_up,
                _ => latest_with(SECOND),
            },
            latest_if_up,
        }
    }
}

impl Limit {
    /// A limit that was not heard of before.
    pub(super) fn new(ticket: &Ticket, now: Instant, report: &Report<'_>) -> Self {
        let rounding = Rounding::Unknown.with(report);
        let bounds = Bounds::new(ticket, now, report, rounding);
        Self::opened(report.name.into(), ticket, now, report, rounding, &bounds)
    }

    fn opened(
        name: Box<str>,
        ticket: &Ticket,
        now: Instant,
        report: &Report<'_>,
        rounding: Rounding,
        bounds: &Bounds,
    ) -> Self {
        Self {
            name,
            quota: report.quota,
            window: report.window,
            remaining: report.remaining,
            uncertain: report.uncertain,
            earliest: bounds.earliest,
            latest: bounds.latest,
            opened: ticket.sent,
            before: None,
            asked: ticket.sent,
            heard: now,
            delay: now - ticket.sent,
            rounding,
            latest_if_up: bounds.latest_if_up,
            unheard: 0,
            silent: 0,
            base: report.remaining,
            base_sent: ticket.number,
            shares: report.quota.map(|quota| (quota.saturating_sub(report.remaining), 1)),
            slides: false,
            restarts: false,
        }
    }

    /// Until when one of the last requests of a window is kept, if there is something to learn by it.
    ///
    /// `left` is how many are left, and `others` how many calls wait for the next window.
    pub(super) fn keeps(&self, left: u64, others: u64, now: Instant, last_sent: Option<Instant>) -> Option<Instant> {
        let is_unsure = self.rounding == Rounding::Unknown;
        if is_unsure && left <= 1 && now < self.latest_if_up && self.latest_if_up < self.latest {
            // It tells whether the window is over when it would be by rounding up. If so, it is counted in the next window,
            // which must not be one request short for that.
            let fill_windows = self.quota.is_some_and(|quota| others.is_multiple_of(quota));
            if !fill_windows {
                return Some(self.latest_if_up);
            }
        }
        if !self.restarts || left > self.quota? / KEPT_SHARE {
            return None;
        }
        // The seconds in the responses change once a second; a response half-way between the times at which they may
        // change halves what is open. It is counted in this window whenever it is sent.
        let latest = match is_unsure {
            true => self.latest_if_up,
            false => self.latest,
        };
        let mut open = latest.checked_duration_since(self.earliest)?;
        let half_way = self.earliest + open.saturating_sub(self.delay) / 2;
        let seconds = half_way.checked_duration_since(last_sent?)?.as_secs();
        let next = half_way.checked_sub(Duration::from_secs(seconds))?;
        let mut wanted = 0;
        while open > CLOSE + self.delay && wanted < seconds {
            open = (open + self.delay) / 2;
            wanted += 1;
        }
        (left <= wanted && now < next).then_some(next)
    }

    /// How many more requests may leave, if so many remain by the responses, and so many are on their way and were sent.
    ///
    /// Those that told nothing may have been counted after the last one that did. That is cleared up by how many were sent
    /// since nothing was on its way, unless some are forgotten meanwhile.
    pub(super) fn left(&self, remaining: u64, in_flight: u64, sent: u64) -> u64 {
        let most = remaining.saturating_sub(in_flight);
        let unsent = match self.slides {
            true => 0,
            false => self.base.saturating_sub(sent - self.base_sent),
        };
        most.saturating_sub(self.uncertain).max(unsent).min(most)
    }

    /// How much of what remained when nothing of this client's was on its way it may use, if others use the same quota.
    ///
    /// As much as it had of the window before, so that the shares of all are about as much as there is.
    pub(super) fn portion(&self) -> u64 {
        let most = self.base.div_ceil(LEFT_SHARE);
        let Some((used, own)) = self.shares.filter(|(used, _)| *used > 0) else {
            return most;
        };
        let portion = u128::from(self.base) * u128::from(own) / u128::from(used);
        u64::try_from(portion)
            .unwrap_or(most)
            .clamp(self.base.div_ceil(OWN_SHARE), most)
    }

    /// Takes in what a response says; `shared` tells whether others use the same quota.
    pub(super) fn observe(
        &mut self,
        ticket: &Ticket,
        now: Instant,
        report: &Report<'_>,
        shared: bool,
        counted: &VecDeque<Counted>,
    ) {
        let rounding = self.rounding.with(report);
        let bounds = Bounds::new(ticket, now, report, rounding);
        if ticket.sent >= self.latest || bounds.earliest > self.latest {
            // The first request after a reset finds nothing used, unless there is no reset, or others came before it whose
            // responses said nothing.
            let used = report.quota.unwrap_or_default().saturating_sub(report.remaining);
            let maybe = 1 + counted.iter().filter(|counted| counted.ended >= self.earliest).count() as u64;
            let slides = self.slides || (ticket.is_alone && !shared && used > maybe);
            let surely = |window| {
                counted
                    .iter()
                    .filter(move |counted| counted.sent + window >= now)
                    .count() as u64
            };
            let restarts = !slides
                && (self.restarts || (report.quota.and(report.window)).is_some_and(|window| 2 * used < surely(window)));
            let shares = self.window.filter(|_| shared).map(|window| {
                let used = self.quota.unwrap_or_default().saturating_sub(self.remaining);
                let is_own = |counted: &&Counted| match restarts {
                    true => counted.sent >= self.opened,
                    false => counted.ended + window > self.heard,
                };
                (used, counted.iter().filter(is_own).count() as u64)
            });
            let name = mem::take(&mut self.name);
            // The next window lasts as long, and did not begin before the last one ended.
            let earliest = (report.window)
                .and_then(|window| self.earliest.checked_add(window))
                .filter(|earliest| restarts && *earliest <= bounds.latest)
                .map_or(bounds.earliest, |earliest| earliest.max(bounds.earliest));
            *self = Self {
                before: Some(self.latest),
                slides,
                restarts,
                earliest,
                shares,
                ..Self::opened(name, ticket, now, report, rounding, &bounds)
            };
            return;
        }
        let is_old = ticket.sent < self.opened && self.before.is_some_and(|before| bounds.earliest < before);
        if bounds.latest < self.earliest || is_old {
            // It may have been counted in this window all the same.
            self.remaining = self.remaining.saturating_sub(1);
        } else {
            if ticket.is_alone {
                let own = ticket.number.saturating_sub(self.base_sent);
                if let Some((used, share)) = &mut self.shares
                    && report.remaining > 0
                    && self.base.saturating_sub(own) <= report.remaining
                {
                    // Nobody else used it meanwhile.
                    *share = (*share).max(used.div_ceil(OWN_SHARE)).saturating_mul(2).min(*used);
                }
                (self.base, self.base_sent) = (report.remaining, ticket.number);
            }
            let is_newest = ticket.sent >= self.heard;
            if is_newest || report.remaining <= self.remaining {
                (self.remaining, self.uncertain) = (report.remaining, report.uncertain);
            }
            self.earliest = self.earliest.max(bounds.earliest);
            self.latest = self.latest.min(bounds.latest);
            // In a sliding window, what was to be forgotten by the latest time may have made room for this request.
            let is_moved = self.slides && is_newest;
            if self.earliest > self.latest || is_moved {
                (self.earliest, self.latest) = (bounds.earliest, bounds.latest);
            }
            self.latest_if_up = self.latest_if_up.min(bounds.latest_if_up);
        }
        (self.quota, self.window, self.rounding) = (report.quota, report.window, rounding);
        (self.asked, self.heard, self.silent) = (self.asked.max(ticket.sent), now, 0);
        (self.delay, self.unheard) = (now - ticket.sent, 0);
    }

    /// A response said nothing of limits, or there was none; `sent` is how many requests were sent by now.
    pub(super) fn heard_nothing(&mut self, ticket: &Ticket, now: Instant, sent: u64) {
        self.unheard += usize::from(ticket.is_probe && self.remaining <= self.uncertain);
        if now < self.latest {
            self.uncertain += 1;
            return;
        }
        self.silent += 1;
        if self.silent < ACCIDENTS {
            return;
        }
        // Nobody says when the window that has begun ends, so it is taken to be whole.
        if let (Some(quota), Some(window)) = (self.quota, self.window) {
            self.before = Some(self.latest);
            (self.remaining, self.uncertain, self.silent) = (quota.saturating_sub(1), 0, 0);
            (self.base, self.base_sent) = (self.remaining, sent);
            (self.earliest, self.latest) = (now, now + window);
        }
    }

    /// Whether so many responses said nothing of it that it is taken to be gone.
    pub(super) fn is_forgotten(&self) -> bool {
        self.silent >= ACCIDENTS
    }
}
