//! Why a body cannot be read.

use std::{error::Error as StdError, fmt};

use crate::text::one_line;

/// Why a body cannot be read.
///
/// The error of serde repeats a text that it finds in the place of something else, and that may be a secret.
#[derive(Debug)]
pub(super) struct Unreadable(String);

impl Unreadable {
    /// From the text of serde's error.
    pub(super) fn new(text: &str) -> Self {
        Self(match (text.split_once('"'), text.rsplit_once('"')) {
            (Some((before, _)), Some((_, after))) => one_line(&format!("{before}\"…\"{after}")),
            _ => one_line(text),
        })
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for Unreadable {}
