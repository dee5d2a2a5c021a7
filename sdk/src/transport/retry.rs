//! Whether a call is repeated, and after how long.

use std::time::{Duration, Instant};

use http::StatusCode;

use crate::{
    call::RawResponse,
    config::Settings,
    error::{Error, ErrorKind},
    wire::status::{is_refusal, is_transient},
};

/// Draws a wait between nothing and the longest one that is given.
pub(crate) type Jitter = dyn Fn(Duration) -> Duration + Send + Sync;

/// How an attempt ended, as far as repeating it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Repeating it changes nothing, or the response is the one that was wanted.
    Final,
    /// The service did nothing, so that repeating is always safe.
    NotDone,
    /// The service may have done it.
    Unclear,
}

/// Judges an attempt.
pub(super) fn judge(outcome: &Result<RawResponse, Error>) -> Verdict {
    let (status, kind) = match outcome {
        Ok(response) => (Some(response.status), None),
        Err(error) => (error.status(), Some(error.kind())),
    };
    match (kind, status) {
        (Some(ErrorKind::BodyTooLarge), _) => Verdict::Final,
        (Some(ErrorKind::Connect), _) => Verdict::NotDone,
        (_, Some(StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS)) => Verdict::NotDone,
        (_, Some(status)) if status.is_redirection() => Verdict::Final,
        // The refusal is there, only its text is not.
        (Some(ErrorKind::Timeout | ErrorKind::Transport), Some(status)) if is_refusal(status) => Verdict::NotDone,
        (Some(ErrorKind::Timeout | ErrorKind::Transport), _) => Verdict::Unclear,
        (_, Some(status)) if is_transient(status) => Verdict::Unclear,
        _ => Verdict::Final,
    }
}

/// What is known when an attempt has failed.
pub(super) struct Attempt {
    pub(super) verdict: Verdict,
    /// How many attempts were made, this one included.
    pub(super) number: u32,
    pub(super) idempotent: bool,
    pub(super) retry_after: Option<Duration>,
    pub(super) now: Instant,
    pub(super) deadline: Option<Instant>,
}

/// After how long to repeat a call, if at all.
pub(super) fn wait(attempt: &Attempt, settings: &Settings, jitter: &Jitter) -> Option<Duration> {
    let is_safe = match attempt.verdict {
        Verdict::Final => false,
        Verdict::NotDone => true,
        Verdict::Unclear => attempt.idempotent,
    };
    if !is_safe || attempt.number > settings.max_retries {
        return None;
    }
    if attempt
        .retry_after
        .is_some_and(|asked| asked > settings.max_retry_after)
    {
        return None;
    }
    let doubled = 2u32
        .checked_pow(attempt.number - 1)
        .map(|factor| settings.initial_backoff.saturating_mul(factor));
    let longest = doubled.unwrap_or(Duration::MAX).min(settings.max_backoff);
    // Who asks for no wait at all does not know how often it was asked.
    let wait = match attempt.retry_after {
        Some(asked) if !asked.is_zero() => asked,
        _ => jitter(longest).min(longest),
    };
    match attempt.deadline {
        // Nothing could be done at the end of it.
        Some(deadline) if attempt.now.checked_add(wait).is_none_or(|end| end >= deadline) => None,
        _ => Some(wait),
    }
}

/// Full jitter: anything between nothing and the longest wait is as likely.
pub(crate) fn full_jitter(longest: Duration) -> Duration {
    Duration::try_from_secs_f64(longest.as_secs_f64() * fastrand::f64()).unwrap_or(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn attempt(number: u32) -> Attempt {
        Attempt {
            verdict: Verdict::NotDone,
            number,
            idempotent: false,
            retry_after: None,
            now: Instant::now(),
            deadline: None,
        }
    }

    fn settings(max_retries: u32) -> Settings {
        Settings {
            max_retries,
            ..Settings::default()
        }
    }

    #[test]
    fn waits_double_up_to_the_longest_and_never_overflow() {
        let waits = [1, 2, 3, 4, 5, 6, 40, u32::MAX - 1]
            .map(|number| wait(&attempt(number), &settings(u32::MAX), &|w| w).unwrap());
        assert_eq!(
            waits.map(|wait| wait.as_millis()),
            [500, 1000, 2000, 4000, 8000, 8000, 8000, 8000]
        );
        let unbounded = Settings {
            max_backoff: Duration::MAX,
            initial_backoff: Duration::MAX,
            ..settings(u32::MAX)
        };
        assert_eq!(wait(&attempt(9), &unbounded, &|w| w), Some(Duration::MAX));
    }

    #[test]
    fn jitter_stays_between_nothing_and_the_longest_wait() {
        let drawn: Vec<_> = (0..1000).map(|_| full_jitter(SECOND)).collect();
        assert!(drawn.iter().all(|wait| *wait <= SECOND));
        assert!(drawn.iter().any(|wait| *wait < SECOND / 4) && drawn.iter().any(|wait| *wait > SECOND * 3 / 4));
        assert!(full_jitter(Duration::MAX) <= Duration::MAX);
        assert_eq!(wait(&attempt(1), &settings(1), &|_| Duration::MAX), Some(SECOND / 2));
    }

    #[test]
    fn only_so_many_retries_are_made() {
        assert!(wait(&attempt(2), &settings(2), &|w| w).is_some());
        assert!(wait(&attempt(3), &settings(2), &|w| w).is_none());
        assert!(wait(&attempt(1), &settings(0), &|w| w).is_none());
    }

    #[test]
    fn what_may_have_been_done_is_repeated_only_if_that_is_the_same_as_once() {
        for (verdict, idempotent, repeated) in [
            (Verdict::Unclear, true, true),
            (Verdict::Unclear, false, false),
            (Verdict::NotDone, false, true),
            (Verdict::Final, true, false),
        ] {
            let attempt = Attempt {
                verdict,
                idempotent,
                ..attempt(1)
            };
            assert_eq!(
                wait(&attempt, &settings(2), &|w| w).is_some(),
                repeated,
                "{verdict:?} {idempotent}"
            );
        }
    }

    #[test]
    fn the_service_says_how_long_up_to_the_ceiling() {
        let asked = |seconds| Attempt {
            retry_after: Some(SECOND * seconds),
            ..attempt(1)
        };
        assert_eq!(wait(&asked(300), &settings(2), &|w| w), Some(SECOND * 300));
        assert_eq!(wait(&asked(0), &settings(2), &|w| w), Some(SECOND / 2));
        assert_eq!(wait(&asked(361), &settings(2), &|w| w), None);
        // Not longer because it was refused before.
        let late = Attempt { number: 5, ..asked(1) };
        assert_eq!(wait(&late, &settings(5), &|w| w), Some(SECOND));
    }

    #[test]
    fn no_wait_is_begun_that_outlives_the_call() {
        let mut attempt = Attempt {
            retry_after: Some(SECOND * 10),
            ..attempt(1)
        };
        attempt.deadline = Some(attempt.now + SECOND * 10);
        assert_eq!(wait(&attempt, &settings(2), &|w| w), None);
        attempt.deadline = Some(attempt.now + SECOND * 11);
        assert_eq!(wait(&attempt, &settings(2), &|w| w), Some(SECOND * 10));
    }
}
