//! A limit that is enforced, and what the headers say of it.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// How many requests there may be in which time.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// How many requests.
    pub quota: u64,
    /// In which time; whole seconds.
    pub window: Duration,
    /// How they are counted.
    pub counting: Counting,
}

/// How requests are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// In windows of which one began this long before the server did.
    Fixed(Duration),
    /// In windows that begin with the first request after the last one ended.
    FromFirst,
    /// In a window that ends with the present.
    Sliding,
}

/// Counts requests against a limit.
#[derive(Debug)]
pub struct Counter {
    limit: Limit,
    start: Instant,
    /// When the latest window ends or ended, once there was one, unless it slides.
    end: Option<Instant>,
    counted: u64,
    /// When requests were counted, if the window slides.
    times: VecDeque<Instant>,
}

/// How the limit stands after a request.
#[derive(Debug)]
pub struct Standing {
    limit: Limit,
    remaining: u64,
    reset: u64,
    /// After how many seconds to come again, if the request is refused.
    pub refused: Option<u64>,
}

impl Standing {
    /// What the response says of it.
    #[must_use]
    pub fn headers(&self) -> Vec<(&'static str, String)> {
        let (quota, window) = (self.limit.quota, self.limit.window.as_secs());
        vec![
            (
                "ratelimit",
                format!(r#""default";r={};t={}"#, self.remaining, self.reset),
            ),
            ("ratelimit-policy", format!(r#""default";q={quota};w={window}"#)),
        ]
    }
}

impl Counter {
    /// A counter that has counted nothing at its start.
    #[must_use]
    pub fn new(limit: Limit, start: Instant) -> Self {
        Self {
            limit,
            start,
            end: None,
            counted: 0,
            times: VecDeque::new(),
        }
    }

    /// Counts a request, unless it is refused.
    pub fn count(&mut self, now: Instant) -> Standing {
        let Limit {
            quota,
            window,
            counting,
        } = self.limit;
        let end = match counting {
            Counting::Fixed(_) | Counting::FromFirst => {
                let end = self.end_of_window(now);
                if self.end != Some(end) {
                    (self.end, self.counted) = (Some(end), 0);
                }
                end
            }
            Counting::Sliding => {
                while self.times.front().is_some_and(|time| *time + window <= now) {
                    self.times.pop_front();
                }
                self.counted = self.times.len() as u64;
                self.times.front().copied().unwrap_or(now) + window
            }
        };
        let left = end - now;
        let is_refused = self.counted >= quota;
        if !is_refused {
            self.counted += 1;
            if counting == Counting::Sliding {
                self.times.push_back(now);
            }
        }
        let reset = left.as_secs() + u64::from(left.subsec_nanos() > 0);
        Standing {
            limit: self.limit,
            remaining: quota - self.counted,
            reset,
            refused: is_refused.then_some(reset),
        }
    }

    /// When the window ends that a request of now is counted in.
    fn end_of_window(&self, now: Instant) -> Instant {
        let window = self.limit.window;
        match self.limit.counting {
            Counting::Fixed(phase) => now + window - self.passed(phase, now),
            Counting::FromFirst | Counting::Sliding => self.end.filter(|end| now < *end).unwrap_or(now + window),
        }
    }

    /// How much of a window at fixed times has passed at a time.
    fn passed(&self, phase: Duration, time: Instant) -> Duration {
        let passed = (time.saturating_duration_since(self.start) + phase).as_nanos();
        Duration::from_nanos((passed % self.limit.window.as_nanos()) as u64)
    }

    /// How long so many requests have to take at least, if the first one comes at a time.
    #[must_use]
    pub fn least_time(&self, first: Instant, requests: u64) -> Duration {
        let windows = requests.saturating_sub(1) / self.limit.quota;
        let all = self
            .limit
            .window
            .saturating_mul(u32::try_from(windows).unwrap_or(u32::MAX));
        let passed = match self.limit.counting {
            Counting::FromFirst | Counting::Sliding => Duration::ZERO,
            Counting::Fixed(phase) => self.passed(phase, first),
        };
        all.saturating_sub(if windows == 0 { Duration::ZERO } else { passed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn counter(counting: Counting) -> Counter {
        let limit = Limit {
            quota: 2,
            window: SECOND * 5,
            counting,
        };
        Counter::new(limit, Instant::now())
    }

    #[track_caller]
    fn assert_counts(counter: &mut Counter, requests: &[(u64, u64, u64, Option<u64>)]) {
        let start = counter.start;
        for (tenths, remaining, reset, refused) in requests {
            let standing = counter.count(start + SECOND / 10 * *tenths as u32);
            assert_eq!(
                (standing.remaining, standing.reset, standing.refused),
                (*remaining, *reset, *refused),
                "after {tenths} tenths"
            );
        }
    }

    #[test]
    fn fixed_windows_end_at_their_times() {
        let mut counter = counter(Counting::Fixed(SECOND));
        let requests = [
            (0, 1, 4, None),
            (1, 0, 4, None),
            (35, 0, 1, Some(1)),
            (40, 1, 5, None),
            (89, 0, 1, None),
        ];
        assert_counts(&mut counter, &requests);
        let first = counter.start;
        let least = [1, 2, 3, 4, 5].map(|requests| counter.least_time(first, requests).as_secs());
        assert_eq!(least, [0, 0, 4, 4, 9]);
    }

    #[test]
    fn a_window_may_begin_with_the_first_request_after_the_last_one() {
        let mut counter = counter(Counting::FromFirst);
        let requests = [
            (13, 1, 5, None),
            (14, 0, 5, None),
            (62, 0, 1, Some(1)),
            (63, 1, 5, None),
            (144, 1, 5, None),
        ];
        assert_counts(&mut counter, &requests);
        assert_eq!(counter.least_time(counter.start, 5), SECOND * 10);
    }

    #[test]
    fn a_sliding_window_frees_one_request_after_the_other() {
        let mut counter = counter(Counting::Sliding);
        let requests = [
            (0, 1, 5, None),
            (20, 0, 3, None),
            (49, 0, 1, Some(1)),
            (50, 0, 2, None),
            (60, 0, 1, Some(1)),
        ];
        assert_counts(&mut counter, &requests);
        assert_eq!(counter.least_time(counter.start, 5), SECOND * 10);
    }
}
