//! What generated examples are made of, where a literal of Rust will not do.

use chrono::{DateTime, NaiveDate, Utc};

use crate::ResultInfo;

/// A date-time, which the generator has checked.
#[must_use]
pub fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap_or_default()
}

/// A date, which the generator has checked.
#[must_use]
pub fn date(text: &str) -> NaiveDate {
    text.parse().unwrap_or_default()
}

/// Where a page stands in a list. What is not there stays empty, as when a response is read.
#[must_use]
pub fn result_info(text: &str) -> ResultInfo {
    serde_json::from_str(text).unwrap_or_default()
}
