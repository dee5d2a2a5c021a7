//! What a journal says of a target.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use crate::{Error, fleet::Applied};

/// What is known of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Succeeded,
    /// Another attempt would come to the same.
    Refused,
    Failed,
}

/// The outcome of a target, as a line of a [`Journal`](super::Journal) holds it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Entry {
    /// What the target is known by.
    pub target: String,
    /// `changed`, `unchanged`, `done` where it is not known which of them, or `failed`.
    pub result: String,
    /// When it was, by the calendar of the machine, in the form of RFC 3339.
    pub at: String,
    /// Whether another attempt would come to the same, and so need not be made.
    #[serde(default, rename = "final", skip_serializing_if = "std::ops::Not::not")]
    pub is_final: bool,
    /// The status of the response that a failure had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Cloudflare's code for a failure, the first if there are more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<u64>,
    /// What an error says of itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The id by which Cloudflare's support finds the request that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl Entry {
    /// The outcome of a target that is known by a text, such as its id.
    pub fn new<R>(target: impl Into<String>, result: &Result<Applied<R>, Error>) -> Self {
        let now = DateTime::<Utc>::from(std::time::SystemTime::now());
        let mut entry = Self {
            target: target.into(),
            result: String::new(),
            at: now.to_rfc3339_opts(SecondsFormat::Secs, true),
            is_final: true,
            status: None,
            code: None,
            message: None,
            request_id: None,
        };
        entry.result = match result {
            Ok(applied) => match applied.changed {
                Some(true) => "changed",
                Some(false) => "unchanged",
                None => "done",
            },
            Err(error) => {
                entry.is_final = !error.is_retryable() && !error.outcome_unknown() && !error.is_authentication();
                entry.status = error.status().map(|status| status.as_u16());
                entry.code = error.errors().first().and_then(|info| info.code);
                entry.message = Some(error.to_string());
                entry.request_id = error.request_id().map(str::to_owned);
                "failed"
            }
        }
        .to_owned();
        entry
    }

    pub(super) fn state(&self) -> State {
        match (self.is_failure(), self.is_final) {
            (false, _) => State::Succeeded,
            (true, true) => State::Refused,
            (true, false) => State::Failed,
        }
    }

    /// Whether it tells of a failure.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        self.result == "failed"
    }
}
