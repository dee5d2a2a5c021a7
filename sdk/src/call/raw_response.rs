//! A response with its body, read whole and bounded.

use std::{
    ops::{Deref, DerefMut},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::{Call, OperationInfo};
use crate::wire::retry_after::retry_after;

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
