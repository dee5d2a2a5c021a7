//! A response with its body, read whole and bounded.

use std::{
    mem,
    ops::{Deref, DerefMut},
    time::{Duration, SystemTime},
};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};

use super::{Call, OperationInfo};
use crate::retry_after::retry_after;

/// A status, headers and a body; also as much of them as arrived before a failure.
///
/// It is behind a pointer, since it is handed on several times.
#[derive(Debug)]
pub struct RawResponse(pub(crate) Box<Arrived>);

/// What a [`RawResponse`] has.
#[derive(Debug)]
pub struct Arrived {
    pub(crate) call: Call,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// How long the header `Retry-After` asked to wait when it arrived.
    pub(crate) retry_after: Option<Duration>,
}

impl RawResponse {
    /// A response that did not come over the wire.
    #[must_use]
    pub fn new(operation: Option<&'static OperationInfo>, response: http::Response<Bytes>) -> Self {
        let (parts, body) = response.into_parts();
        Self(Box::new(Arrived {
            call: Call {
                operation,
                attempts: 1,
                ..Call::default()
            },
            status: parts.status,
            retry_after: retry_after(&parts.headers, SystemTime::now),
            headers: parts.headers,
            body,
        }))
    }

    /// The status, by which generated code tells success from failure.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }
}

impl Deref for RawResponse {
    type Target = Arrived;

    fn deref(&self) -> &Arrived {
        &self.0
    }
}

impl DerefMut for RawResponse {
    fn deref_mut(&mut self) -> &mut Arrived {
        &mut self.0
    }
}

/// Why no more of a body is read.
pub(super) enum End {
    Whole,
    TooLarge,
    Failed(reqwest::Error),
}

/// Reads the body of a response, up to `limit` bytes.
pub(super) async fn read_body(response: &mut reqwest::Response, limit: usize) -> (Bytes, End) {
    let mut body = Collected::default();
    let end = loop {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                let room = limit - body.len();
                match chunk.get(..room).filter(|_| chunk.len() > room) {
                    Some(part) => {
                        body.push(Bytes::copy_from_slice(part));
                        break End::TooLarge;
                    }
                    None => body.push(chunk),
                }
            }
            Ok(None) => break End::Whole,
            Err(cause) => break End::Failed(cause),
        }
    };
    (body.into_bytes(), end)
}

/// A body as it comes. Most are one chunk, which is kept as it is; more are copied into one.
#[derive(Default)]
struct Collected {
    first: Bytes,
    all: BytesMut,
}

impl Collected {
    fn len(&self) -> usize {
        self.first.len() + self.all.len()
    }

    fn push(&mut self, chunk: Bytes) {
        if self.len() == 0 {
            self.first = chunk;
            return;
        }
        self.all.extend_from_slice(&mem::take(&mut self.first));
        self.all.extend_from_slice(&chunk);
    }

    fn into_bytes(self) -> Bytes {
        match self.all.is_empty() {
            true => self.first,
            false => self.all.freeze(),
        }
    }
}
