//! A response with its body, read whole and bounded.

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};

use super::OperationInfo;
use crate::Error;

/// A status, headers and a body; also as much of them as arrived before a failure.
#[derive(Debug)]
pub struct RawResponse {
    pub(crate) operation: OperationInfo,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl RawResponse {
    /// The status, by which generated code tells success from failure.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }
}

/// Reads the body of a response, up to `limit` bytes.
pub(super) async fn read(
    mut response: reqwest::Response,
    operation: OperationInfo,
    limit: usize,
) -> Result<RawResponse, Error> {
    let expected = response
        .content_length()
        .and_then(|length| usize::try_from(length).ok());
    let mut raw = RawResponse {
        operation,
        status: response.status(),
        headers: std::mem::take(response.headers_mut()),
        body: Bytes::new(),
    };
    let mut rest = BytesMut::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                let so_far = raw.body.len() + rest.len();
                if so_far + chunk.len() > limit {
                    rest = joined(&raw.body, rest);
                    rest.extend_from_slice(chunk.get(..limit - so_far).unwrap_or_default());
                    raw.body = rest.freeze();
                    return Err(Error::body_too_large(raw, limit));
                }
                // Most bodies are one chunk, which needs no copy.
                if so_far == 0 {
                    raw.body = chunk;
                } else {
                    if rest.is_empty() {
                        // A length that is announced is not yet there: no more than the limit is set aside for it.
                        rest.reserve(expected.unwrap_or_default().min(limit).max(so_far + chunk.len()));
                        rest.extend_from_slice(&std::mem::take(&mut raw.body));
                    }
                    rest.extend_from_slice(&chunk);
                }
            }
            Ok(None) => {
                if !rest.is_empty() {
                    raw.body = rest.freeze();
                }
                return Ok(raw);
            }
            Err(cause) => {
                raw.body = joined(&raw.body, rest).freeze();
                return Err(Error::transport(operation, cause, Some(raw)));
            }
        }
    }
}

fn joined(first: &Bytes, rest: BytesMut) -> BytesMut {
    if first.is_empty() {
        rest
    } else {
        BytesMut::from(&first[..])
    }
}
