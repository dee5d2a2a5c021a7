//! A stream of any kind as the source of a body.

use std::{
    error::Error as StdError,
    pin::Pin,
    sync::{Mutex, PoisonError},
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};

/// The cause of a failed stream.
pub(crate) type Cause = Box<dyn StdError + Send + Sync>;

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
