//! What calls are to come to.

use std::time::Duration;

use cloudflare_sdk::ErrorKind::{self, Connect};

use super::Expected;

/// What is expected of the GET, the PATCH, and the PATCH that is not idempotent.
pub(super) type Three = [Expected; 3];

pub(super) fn expected(
    outcome: Result<&'static str, ErrorKind>,
    status: Option<u16>,
    attempts: u32,
    outcome_unknown: bool,
) -> Expected {
    let waits = [500, 1000].into_iter().map(Duration::from_millis);
    Expected {
        outcome,
        status,
        attempts,
        outcome_unknown,
        waits: waits.take(attempts as usize - 1).collect(),
    }
}

/// The service says that it did nothing, and would say so again.
pub(super) fn refused(kind: ErrorKind, status: u16) -> Three {
    [1, 1, 1].map(|attempts| expected(Err(kind), Some(status), attempts, false))
}

/// Repeating would not help, and the service may have done what was asked.
pub(super) fn unclear(kind: ErrorKind, status: u16) -> Three {
    [false, true, true].map(|unknown| expected(Err(kind), Some(status), 1, unknown))
}

/// The service did nothing, and may do it later.
pub(super) fn repeated(kind: ErrorKind, status: u16) -> Three {
    [3, 3, 3].map(|attempts| expected(Err(kind), Some(status), attempts, false))
}

/// The service may have done what was asked, or may do it later.
pub(super) fn repeated_if_safe(kind: ErrorKind, status: Option<u16>) -> Three {
    [(3, false), (3, true), (1, true)].map(|(attempts, unknown)| expected(Err(kind), status, attempts, unknown))
}

pub(super) fn no_connection() -> Three {
    [3, 3, 3].map(|attempts| expected(Err(Connect), None, attempts, false))
}

/// It works.
pub(super) fn value(mode: &'static str, status: u16, attempts: u32) -> Three {
    [(); 3].map(|()| expected(Ok(mode), Some(status), attempts, false))
}

/// The same, where the service says how long to wait.
pub(super) fn waiting(seconds: u64, mut three: Three) -> Three {
    for wait in three.iter_mut().flat_map(|expected| &mut expected.waits) {
        *wait = Duration::from_secs(seconds);
    }
    three
}
