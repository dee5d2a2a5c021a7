//! How far a run is.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::Applied;
use crate::{
    Error, ErrorKind, RateLimit,
    transport::{Runtime, quota::Standing},
};

/// How far a run is; made by [`Run::progress`](super::Run::progress).
///
/// It is cheap to clone, and tells what it knows also after the run has ended or was dropped.
pub struct Progress<T> {
    shared: Arc<Shared<T>>,
}

struct Shared<T> {
    /// For the clock, and for what is left of the rate limit.
    runtime: Runtime,
    state: Mutex<State<T>>,
}

struct State<T> {
    started: Instant,
    begun: u64,
    changed: u64,
    unchanged: u64,
    done: u64,
    failures: BTreeMap<ErrorKind, u64>,
    under_way: HashMap<u64, T>,
    /// How many targets were begun and stopped before anything was sent.
    given_up: u64,
    skipped: u64,
    /// How many targets there may be at most.
    limit: Option<u64>,
    /// How the limit stood at the first outcome, and when that was.
    first: Option<(Instant, Standing)>,
    /// How many targets come after those that were begun, if that is known.
    to_come: Option<u64>,
    /// When the latest outcome came; the time that counts once nothing is under way.
    latest: Option<Instant>,
}

/// How far a run was at a time.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Snapshot {
    /// Targets with an outcome, whatever it is.
    pub done: u64,
    /// Successes that changed something.
    pub changed: u64,
    /// Successes that found everything as it was wanted.
    pub unchanged: u64,
    /// Failures.
    pub failed: u64,
    /// Failures by what went wrong in general, as far as there are any.
    pub failures: Vec<(ErrorKind, u64)>,
    /// Targets that [needed nothing](super::Run::skip_if).
    pub skipped: u64,
    /// Targets that are worked on.
    pub under_way: u64,
    /// Targets without an outcome, those under way included; `None` while nobody knows how many will come.
    pub remaining: Option<u64>,
    /// How long the run has taken.
    pub elapsed: Duration,
    /// Outcomes a second, over all of the run.
    pub rate: f64,
    /// What is left of the rate limit that leaves least, as far as the responses to all clones of the client tell.
    pub rate_limit: Option<RateLimit>,
    /// How long the targets that are done had to take at least, with the rate limit as it stood at the first outcome, for
    /// one call a target; `None` where there is no limit.
    pub least: Option<Duration>,
    /// How long until the end, by the rate limit and what the run has taken so far, for one call a target; `None` while
    /// nobody knows.
    pub time_left: Option<Duration>,
}

impl Snapshot {
    /// Successes: those that changed something, those that did not, and those of which it is not known.
    #[must_use]
    pub fn succeeded(&self) -> u64 {
        self.done - self.failed
    }
}

impl<T: Clone> Progress<T> {
    /// How far the run is now.
    ///
    /// It takes as long as copying a few numbers, whatever the number of targets.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let now = self.shared.runtime.now();
        let limit = self.shared.runtime.standing(now);
        let state = self.lock();
        let under_way = state.under_way.len() as u64;
        let begun_at_most = state.limit.map(|limit| limit.saturating_sub(state.begun));
        let to_come = state
            .to_come
            .map(|to_come| begun_at_most.map_or(to_come, |most| most.min(to_come)));
        let remaining = to_come.map(|to_come| to_come + under_way + state.given_up);
        let end = match (state.latest, under_way) {
            (Some(latest), 0) => latest,
            _ => now,
        };
        let elapsed = end.saturating_duration_since(state.started);
        let rate = match elapsed.as_secs_f64() {
            0.0 => 0.0,
            seconds => state.done as f64 / seconds,
        };
        Snapshot {
            done: state.done,
            changed: state.changed,
            unchanged: state.unchanged,
            failed: state.failures.values().sum(),
            failures: state.failures.iter().map(|(kind, count)| (*kind, *count)).collect(),
            skipped: state.skipped,
            under_way,
            remaining,
            elapsed,
            least: state.first.as_ref().map(|(first, limit)| {
                let others = limit.time_for(state.done.saturating_sub(1)).unwrap_or_default();
                first.saturating_duration_since(state.started) + others
            }),
            rate,
            time_left: remaining.and_then(|remaining| {
                let by_limit = limit.as_ref().and_then(|limit| limit.time_for(remaining));
                by_limit.or_else(|| match remaining {
                    0 => Some(Duration::ZERO),
                    _ => Duration::try_from_secs_f64(remaining as f64 / rate).ok(),
                })
            }),
            rate_limit: limit.map(|limit| RateLimit {
                name: limit.name,
                remaining: limit.remaining,
                reset: Some(limit.reset),
            }),
        }
    }

    /// The targets that were begun and have no outcome, in no order.
    ///
    /// Of those that are left when a run is dropped before its end, nobody can say whether the operation was made.
    #[must_use]
    pub fn in_flight(&self) -> Vec<T> {
        self.lock().under_way.values().cloned().collect()
    }
}

impl<T> Progress<T> {
    pub(super) fn new(runtime: Runtime, limit: Option<u64>) -> Self {
        let state = State {
            started: runtime.now(),
            begun: 0,
            changed: 0,
            unchanged: 0,
            done: 0,
            failures: BTreeMap::new(),
            under_way: HashMap::new(),
            given_up: 0,
            skipped: 0,
            limit,
            first: None,
            to_come: None,
            latest: None,
        };
        Self {
            shared: Arc::new(Shared {
                runtime,
                state: Mutex::new(state),
            }),
        }
    }

    /// A target is begun; gives the number by which it is known.
    pub(super) fn begin(&self, target: T, to_come: (usize, Option<usize>)) -> u64 {
        let mut state = self.lock();
        let key = state.begun;
        state.begun += 1;
        state.under_way.insert(key, target);
        state.to_come = exactly(to_come);
        key
    }

    /// A target needs nothing.
    pub(super) fn skip(&self, to_come: (usize, Option<usize>)) {
        let mut state = self.lock();
        state.skipped += 1;
        state.to_come = exactly(to_come);
    }

    /// Whether a target was begun that has no outcome.
    pub(super) fn is_under_way(&self) -> bool {
        !self.lock().under_way.is_empty()
    }

    /// How many targets were begun.
    pub(super) fn begun(&self) -> u64 {
        self.lock().begun
    }

    /// No more targets come.
    pub(super) fn all_begun(&self) {
        self.lock().to_come = Some(0);
    }

    /// A target has its outcome.
    pub(super) fn end<R>(&self, key: u64, result: &Result<Applied<R>, Error>) -> Option<T> {
        let now = self.shared.runtime.now();
        let mut state = self.lock();
        state.done += 1;
        state.latest = Some(now);
        if state.done == 1 {
            state.first = self.shared.runtime.standing(now).map(|limit| (now, limit));
        }
        match result {
            Ok(applied) => match applied.changed {
                Some(true) => state.changed += 1,
                Some(false) => state.unchanged += 1,
                None => {}
            },
            Err(error) => *state.failures.entry(error.kind()).or_default() += 1,
        }
        state.under_way.remove(&key)
    }

    /// Nothing was sent for a target, nor will be.
    pub(super) fn give_up(&self, key: u64) {
        let mut state = self.lock();
        state.under_way.remove(&key);
        state.given_up += 1;
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A size hint that leaves nothing open.
fn exactly((least, most): (usize, Option<usize>)) -> Option<u64> {
    most.filter(|most| *most == least).map(|most| most as u64)
}

impl<T> Clone for Progress<T> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<T: Clone> fmt::Debug for Progress<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Progress").field(&self.snapshot()).finish()
    }
}
