//! One limit, as far as the responses of its window tell.

use std::{
    mem,
    time::{Duration, Instant},
};

use super::{SECOND, Ticket};

/// How many responses that say nothing are taken for an accident.
const ACCIDENTS: u32 = 3;

/// One limit, as the responses of a window tell.
#[derive(Debug)]
pub(super) struct Limit {
    pub(super) name: Box<str>,
    pub(super) quota: Option<u64>,
    pub(super) window: Option<Duration>,
    pub(super) remaining: u64,
    /// The window resets between these.
    pub(super) earliest: Instant,
    pub(super) latest: Instant,
    /// When the request was sent whose response told of this window first.
    opened: Instant,
    /// When the window before had reset at the latest.
    before: Option<Instant>,
    /// When the latest request was sent whose response was heard, and when a response was heard last.
    pub(super) asked: Instant,
    pub(super) heard: Instant,
    /// How the seconds to the reset are rounded, and when the window resets at the latest if they are rounded up.
    pub(super) rounding: Rounding,
    pub(super) latest_if_up: Instant,
    /// How many responses in a row said nothing of any limit, once the window was over.
    silent: u32,
    /// What remained when nothing of this client's was on its way, and how many requests it had sent by then.
    pub(super) base: u64,
    pub(super) base_sent: u64,
    /// Whether requests are forgotten one by one, and not all at once when a window ends.
    pub(super) slides: bool,
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
            earliest: ticket.sent + report.reset.saturating_sub(SECOND),
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
            earliest: bounds.earliest,
            latest: bounds.latest,
            opened: ticket.sent,
            before: None,
            asked: ticket.sent,
            heard: now,
            rounding,
            latest_if_up: bounds.latest_if_up,
            silent: 0,
            base: report.remaining,
            base_sent: ticket.number,
            slides: false,
        }
    }

    /// Takes in what a response says; `shared` tells whether others use the same quota.
    pub(super) fn observe(&mut self, ticket: &Ticket, now: Instant, report: &Report<'_>, shared: bool) {
        let rounding = self.rounding.with(report);
        let bounds = Bounds::new(ticket, now, report, rounding);
        if ticket.sent >= self.latest || bounds.earliest > self.latest {
            // The first request after a reset finds nothing used, unless there is no reset.
            let used = report.quota.unwrap_or_default().saturating_sub(report.remaining);
            let name = mem::take(&mut self.name);
            *self = Self {
                before: Some(self.latest),
                slides: self.slides || (ticket.is_alone && !shared && used > 1),
                ..Self::opened(name, ticket, now, report, rounding, &bounds)
            };
            return;
        }
        if ticket.is_alone {
            (self.base, self.base_sent) = (report.remaining, ticket.number);
        }
        let is_old = ticket.sent < self.opened && self.before.is_some_and(|before| bounds.earliest < before);
        if bounds.latest < self.earliest || is_old {
            // It may have been counted in this window all the same.
            self.remaining = self.remaining.saturating_sub(1);
        } else {
            let is_newest = ticket.sent >= self.heard;
            self.remaining = match is_newest {
                true => report.remaining,
                false => self.remaining.min(report.remaining),
            };
            self.earliest = self.earliest.max(bounds.earliest);
            self.latest = self.latest.min(bounds.latest);
            if self.earliest > self.latest {
                (self.earliest, self.latest) = (bounds.earliest, bounds.latest);
            }
            self.latest_if_up = self.latest_if_up.min(bounds.latest_if_up);
        }
        (self.quota, self.window, self.rounding) = (report.quota, report.window, rounding);
        (self.asked, self.heard, self.silent) = (self.asked.max(ticket.sent), now, 0);
    }

    /// A response said nothing of limits, or there was none; `sent` is how many requests were sent by now.
    pub(super) fn heard_nothing(&mut self, now: Instant, sent: u64) {
        if now < self.latest {
            self.remaining = self.remaining.saturating_sub(1);
            return;
        }
        self.silent += 1;
        if self.silent < ACCIDENTS {
            return;
        }
        // Nobody says when the window that has begun ends, so it is taken to be whole.
        if let (Some(quota), Some(window)) = (self.quota, self.window) {
            self.before = Some(self.latest);
            (self.remaining, self.silent) = (quota.saturating_sub(1), 0);
            (self.base, self.base_sent) = (self.remaining, sent);
            (self.earliest, self.latest) = (now, now + window);
        }
    }

    /// Whether so many responses said nothing of it that it is taken to be gone.
    pub(super) fn is_forgotten(&self) -> bool {
        self.silent >= ACCIDENTS
    }
}
