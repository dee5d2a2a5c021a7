//! HTTP/1.1 messages: a request as a server reads it, and the answer to one.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::Serialize;
use serde_json::Value;

use crate::script::{Act, Then, head};

/// The most headers that a request may have.
const MAX_HEADERS: usize = 64;

/// A request.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path, without the query.
    pub path: String,
    /// The query, without the question mark, if there is one.
    pub query: Option<String>,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, without the framing of chunks.
    pub body: Vec<u8>,
}

impl Request {
    /// Reads a request from the bytes of a connection; `None` until all of it is there, and where it is not HTTP/1.1.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut request = httparse::Request::new(&mut headers);
        let head = complete(request.parse(bytes))?;
        let target = request.path?;
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query.to_owned())),
            None => (target, None),
        };
        let headers: Option<HeaderMap> = (request.headers.iter())
            .map(|header| {
                Some((
                    header.name.parse::<HeaderName>().ok()?,
                    HeaderValue::from_bytes(header.value).ok()?,
                ))
            })
            .collect();
        let headers = headers?;
        Some(Self {
            method: request.method?.parse().ok()?,
            path: path.to_owned(),
            query,
            body: body(&headers, &bytes[head..])?,
            headers,
        })
    }

    /// The body as JSON; `null` if it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// The body that follows a head with these headers; `None` until all of it is there.
fn body(headers: &HeaderMap, bytes: &[u8]) -> Option<Vec<u8>> {
    if headers.contains_key(http::header::TRANSFER_ENCODING) {
        return unchunked(bytes);
    }
    let length = headers.get(http::header::CONTENT_LENGTH);
    let length = length
        .and_then(|length| length.to_str().ok()?.parse().ok())
        .unwrap_or(0);
    bytes.get(..length).map(<[u8]>::to_vec)
}

fn complete<T, E>(parsed: Result<httparse::Status<T>, E>) -> Option<T> {
    match parsed {
        Ok(httparse::Status::Complete(value)) => Some(value),
        Ok(httparse::Status::Partial) | Err(_) => None,
    }
}

/// The body in these chunks; `None` until the last one is there.
fn unchunked(mut bytes: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let (start, size) = complete(httparse::parse_chunk_size(bytes))?;
        let end = start + usize::try_from(size).ok()?;
        body.extend_from_slice(bytes.get(start..end)?);
        // Each chunk, and the empty last one, ends in a line break.
        bytes = bytes.get(end + 2..)?;
        if size == 0 {
            return Some(body);
        }
    }
}

/// A well-formed answer, after which the connection can be used again.
#[derive(Clone, Debug)]
pub struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    delay: Duration,
}

impl Answer {
    /// An empty answer with a status.
    #[must_use]
    pub fn new(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
            delay: Duration::ZERO,
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the body, without a content type.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Sets the body and its content type.
    #[must_use]
    pub fn body_of(self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body(body).header("content-type", content_type)
    }

    /// Sets a body of JSON.
    ///
    /// # Panics
    ///
    /// When the value cannot be written as JSON.
    #[must_use]
    pub fn json(self, body: impl Serialize) -> Self {
        let body = serde_json::to_vec(&body).expect("a body can be written as JSON");
        self.body_of("application/json", body)
    }

    /// Sets a body of plain text.
    #[must_use]
    pub fn text(self, body: impl Into<String>) -> Self {
        self.body_of("text/plain", body.into())
    }

    /// Sets the time between the request and the answer.
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

impl From<Answer> for Act {
    fn from(answer: Answer) -> Self {
        let mut headers = String::new();
        // A 204 has no body, and none is announced.
        if answer.status != 204 {
            headers = format!("content-length: {}\r\n", answer.body.len());
        }
        for (name, value) in &answer.headers {
            headers += &format!("{name}: {value}\r\n");
        }
        let bytes = head(answer.status, &headers, &answer.body);
        match answer.delay {
            Duration::ZERO => Act::Answer(bytes, Then::Keep),
            delay => Act::Late(delay, bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_when_all_of_it_is_there() {
        let bytes = b"PATCH /a/b?c=%20 HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc";
        for end in 0..bytes.len() {
            assert!(Request::parse(&bytes[..end]).is_none());
        }
        let request = Request::parse(bytes).unwrap();
        assert_eq!((request.method.as_str(), request.path.as_str()), ("PATCH", "/a/b"));
        assert_eq!(
            (request.query.as_deref(), request.headers["host"].to_str().unwrap()),
            (Some("c=%20"), "x")
        );
        assert_eq!(request.body, b"abc");
    }

    #[test]
    fn a_body_in_chunks_is_put_together() {
        let bytes = b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n";
        for end in 0..bytes.len() {
            assert!(Request::parse(&bytes[..end]).is_none());
        }
        assert_eq!(Request::parse(bytes).unwrap().body, b"abc");
    }
}
