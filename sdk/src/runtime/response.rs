//! A response with its body, read whole and bounded.

use std::{
    mem,
    time::{Duration, SystemTime},
};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};

use super::{Call, OperationInfo};
use crate::{Clock, Error, retry_after::retry_after};

/// A status, headers and a body; also as much of them as arrived before a failure.
#[derive(Debug)]
pub struct RawResponse {
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
    pub fn new(operation: Option<OperationInfo>, response: http::Response<Bytes>) -> Self {
        let (parts, body) = response.into_parts();
        Self {
            call: Call {
                operation,
                attempts: 1,
                ..Call::default()
            },
            status: parts.status,
            retry_after: retry_after(&parts.headers, SystemTime::now()),
            headers: parts.headers,
            body,
        }
    }

    /// The status, by which generated code tells success from failure.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }
}

/// Reads the body of a response, up to `limit` bytes.
pub(super) async fn read(
    mut response: reqwest::Response,
    call: Call,
    clock: &dyn Clock,
    limit: usize,
) -> Result<RawResponse, Error> {
    let headers = mem::take(response.headers_mut());
    let mut raw = RawResponse {
        call,
        status: response.status(),
        retry_after: retry_after(&headers, clock.system_time()),
        headers,
        body: Bytes::new(),
    };
    let mut body = BytesMut::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                let room = limit - body.len();
                if let Some(part) = chunk.get(..room).filter(|_| chunk.len() > room) {
                    body.extend_from_slice(part);
                    raw.body = body.freeze();
                    return Err(Error::body_too_large(raw, limit));
                }
                // Most bodies are one chunk, which needs no copy.
                if body.is_empty() {
                    body = chunk
                        .try_into_mut()
                        .unwrap_or_else(|shared| BytesMut::from(&shared[..]));
                } else {
                    body.extend_from_slice(&chunk);
                }
            }
            Ok(None) => {
                raw.body = body.freeze();
                return Ok(raw);
            }
            Err(cause) => {
                raw.body = body.freeze();
                return Err(Error::transport(mem::take(&mut raw.call), cause, Some(raw)));
            }
        }
    }
}
