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
    let mut raw = RawResponse {
        operation,
        status: response.status(),
        headers: std::mem::take(response.headers_mut()),
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
                return Err(Error::transport(operation, cause, Some(raw)));
            }
        }
    }
}
