//! What a body holds.

use std::panic::{RefUnwindSafe, UnwindSafe};

use bytes::Bytes;
use http_body::Body as HttpBody;

use super::{source::Source, stream::Chunks};

pub(super) enum Content {
    Bytes(Bytes),
    /// Behind a trait, so that the code of the others is linked only into programs that make them.
    Other(Box<dyn Other>),
}

/// What is not all in one place.
pub(super) trait Other: Send + Sync + UnwindSafe + RefUnwindSafe {
    fn length(&self) -> Option<u64>;

    fn is_repeatable(&self) -> bool;

    /// What is in memory, as far as it is.
    fn in_memory(&self) -> &[Bytes];

    /// The stream, if it is one and has not been taken.
    fn take_source(&mut self) -> Option<Source>;

    /// One for the HTTP client.
    fn for_attempt(&mut self) -> reqwest::Body;
}

/// Pieces in memory, one after the other.
impl Other for Vec<Bytes> {
    fn length(&self) -> Option<u64> {
        Some(self.iter().map(|chunk| chunk.len() as u64).sum())
    }

    fn is_repeatable(&self) -> bool {
        true
    }

    fn in_memory(&self) -> &[Bytes] {
        self
    }

    fn take_source(&mut self) -> Option<Source> {
        None
    }

    fn for_attempt(&mut self) -> reqwest::Body {
        reqwest::Body::wrap(Chunks::new(self.clone()))
    }
}

/// A stream, until it is sent.
impl Other for Option<Source> {
    fn length(&self) -> Option<u64> {
        self.as_ref()?.size_hint().exact()
    }

    fn is_repeatable(&self) -> bool {
        false
    }

    fn in_memory(&self) -> &[Bytes] {
        &[]
    }

    fn take_source(&mut self) -> Option<Source> {
        self.take()
    }

    fn for_attempt(&mut self) -> reqwest::Body {
        self.take().map_or_else(reqwest::Body::default, reqwest::Body::wrap)
    }
}
