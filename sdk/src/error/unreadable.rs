//! Why a body cannot be read.

use std::{error::Error as StdError, fmt};

use super::one_line;

/// Why a body cannot be read.
///
/// The error of serde repeats a text that it finds in the place of something else, and that may be a secret.
#[derive(Debug)]
pub(super) struct Unreadable(String);

impl From<serde_json::Error> for Unreadable {
    fn from(cause: serde_json::Error) -> Self {
        let text = cause.to_string();
        Self(match (text.split_once('"'), text.rsplit_once('"')) {
            (Some((before, _)), Some((_, after))) => one_line(&format!("{before}\"…\"{after}")),
            _ => one_line(&text),
        })
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for Unreadable {}
