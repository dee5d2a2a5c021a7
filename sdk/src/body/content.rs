//! What a body holds.

use std::{
    panic::{RefUnwindSafe, UnwindSafe},
    pin::Pin,
    sync::{Mutex, PoisonError},
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};

use super::{Cause, stream::Chunks};

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

/// A stream of any kind, which the HTTP client wants to share between threads, though it never does.
pub(crate) struct Source(Mutex<Pin<Box<dyn HttpBody<Data = Bytes, Error = Cause> + Send>>>);

impl Source {
    pub(super) fn new(body: impl HttpBody<Data = Bytes, Error = Cause> + Send + 'static) -> Self {
        Self(Mutex::new(Box::pin(body)))
    }
}

impl HttpBody for Source {
    type Data = Bytes;
    type Error = Cause;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let inner = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        inner.as_mut().poll_frame(context)
    }

    fn size_hint(&self) -> SizeHint {
        let inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.size_hint()
    }
}
