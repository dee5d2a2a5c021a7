//! Which requests a mock expects.

use std::fmt::Display;

use httpmock::HttpMockRequest;
use serde::Serialize;
use serde_json::Value;

use super::server::{Operation, PREFIX};
use crate::wire::{
    path::{cookie_pair, encode_segment},
    query::{QueryParam, form_pairs},
};

/// Which requests a mock expects: those of one operation, and of them those that fit all that is said here.
///
/// The types in [`operations`](super::operations) add what is particular to an operation.
pub struct When {
    inner: httpmock::When,
    path: &'static str,
}

impl When {
    pub(super) fn new(inner: httpmock::When, operation: Operation) -> Self {
        let Operation { method, path } = operation;
        let any = path_pattern(path, |_| None);
        Self {
            inner: inner.method(method).path_matches(any),
            path,
        }
    }

    /// Expects the token of [`ClientBuilder::api_token`](crate::ClientBuilder::api_token).
    #[must_use]
    pub fn api_token(self, token: impl AsRef<str>) -> Self {
        let bearer = format!("Bearer {}", token.as_ref());
        self.and(|when| when.header("authorization", bearer))
    }

    /// Expects the e-mail address and the key of [`ClientBuilder::api_key`](crate::ClientBuilder::api_key).
    #[must_use]
    pub fn api_key(self, email: impl AsRef<str>, key: impl AsRef<str>) -> Self {
        self.and(|when| {
            when.header("x-auth-email", email.as_ref())
                .header("x-auth-key", key.as_ref())
        })
    }

    /// Expects what httpmock has words for and the document has not, such as a parameter that is missing.
    #[must_use]
    pub fn and(self, change: impl FnOnce(httpmock::When) -> httpmock::When) -> Self {
        Self {
            inner: change(self.inner),
            path: self.path,
        }
    }

    /// Expects a path parameter; for generated code.
    #[doc(hidden)]
    #[must_use]
    pub fn path_parameter(self, name: &str, value: &dyn Display) -> Self {
        let value = encode_segment(&value.to_string()).into_owned();
        let pattern = path_pattern(self.path, |other| (other == name).then_some(value.as_str()));
        self.and(|when| when.path_matches(pattern))
    }

    /// Expects a query parameter as the client sends it; for generated code.
    #[doc(hidden)]
    #[must_use]
    pub fn query_parameter<T: Serialize>(self, name: &str, value: &T) -> Self {
        self.query(&QueryParam::new(name, value))
    }

    /// Expects a query parameter of any style; for generated code.
    #[doc(hidden)]
    #[must_use]
    pub fn query<T: Serialize>(self, parameter: &QueryParam<'_, T>) -> Self {
        match parameter.pairs() {
            Ok(pairs) => self.and(|when| {
                pairs
                    .into_iter()
                    .fold(when, |when, (name, value)| when.query_param(name, value))
            }),
            Err(_) => self.never(),
        }
    }

    /// Expects a header; for generated code.
    #[doc(hidden)]
    #[must_use]
    pub fn header_parameter(self, name: &str, value: &dyn Display) -> Self {
        let value = value.to_string();
        self.and(|when| when.header(name, value))
    }

    /// Expects a JSON body that has these members and no others; for generated code.
    #[doc(hidden)]
    #[must_use]
    pub fn json_body<T: Serialize + ?Sized>(self, body: &T) -> Self {
        match serde_json::to_value(body) {
            Ok(body) => self.and(|when| when.json_body(body)),
            Err(_) => self.never(),
        }
    }

    /// Expects a member of a JSON body, whatever the others are; for generated code.
    #[doc(hidden)]
    #[must_use]
    pub fn body_member<T: Serialize>(self, name: &'static str, value: &T) -> Self {
        let Ok(value) = serde_json::to_value(value) else {
            return self.never();
        };
        // Not httpmock's own comparison of parts, to which a list is the same as a longer one.
        self.and(|when| {
            when.is_true(move |request: &HttpMockRequest| {
                serde_json::from_slice::<Value>(request.body_ref()).is_ok_and(|body| body.get(name) == Some(&value))
            })
        })
    }

    /// Expects a body of form fields that has these among others; for generated code.
    #[doc(hidden)]
    #[must_use]
    pub fn form_fields<T: Serialize>(self, name: &str, value: &T) -> Self {
        let pairs = match serde_json::to_value(value) {
            Ok(body @ Value::Object(_)) if name == "body" => form_pairs(&body),
            Ok(value) => form_pairs(&serde_json::json!({ name: value })),
            Err(cause) => Err(cause.to_string()),
        };
        match pairs {
            Ok(pairs) => self.and(|when| {
                pairs
                    .into_iter()
                    .fold(when, |when, (name, value)| when.form_urlencoded_tuple(name, value))
            }),
            Err(_) => self.never(),
        }
    }

    /// Expects these very bytes as the body; for generated code.
    #[doc(hidden)]
    #[must_use]
    pub fn raw_body(self, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        self.and(|when| when.is_true(move |request: &HttpMockRequest| request.body_ref() == body))
    }

    /// Expects a path parameter as the client encodes it; for generated code.
    #[doc(hidden)]
    #[must_use]
    pub fn path_text(self, name: &str, encoded: Result<String, String>) -> Self {
        let Ok(encoded) = encoded else { return self.never() };
        let pattern = path_pattern(self.path, |other| (other == name).then_some(encoded.as_str()));
        self.and(|when| when.path_matches(pattern))
    }

    /// Expects a header as the client writes it; for generated code.
    #[doc(hidden)]
    #[must_use]
    pub fn header_text(self, name: &str, text: Result<Option<String>, String>) -> Self {
        match text {
            Ok(Some(text)) => self.and(|when| when.header(name, text)),
            Ok(None) => self,
            Err(_) => self.never(),
        }
    }

    /// Expects a cookie as the client writes it; for generated code.
    #[doc(hidden)]
    #[must_use]
    pub fn cookie(self, name: &str, text: Result<Option<String>, String>) -> Self {
        match text {
            Ok(Some(text)) => {
                let pair = cookie_pair(name, &text);
                self.and(|when| {
                    when.is_true(move |request: &HttpMockRequest| {
                        let headers = request.headers_vec().iter();
                        let mut cookies = headers.filter(|(name, _)| name.eq_ignore_ascii_case("cookie"));
                        cookies.any(|(_, cookies)| cookies.split("; ").any(|cookie| cookie == pair))
                    })
                })
            }
            Ok(None) => self,
            Err(_) => self.never(),
        }
    }

    /// Expects a part of a text, or of JSON, for each value; for generated code.
    #[doc(hidden)]
    #[must_use]
    pub fn text_part<T: Serialize>(self, name: &'static str, value: &T) -> Self {
        let Ok(value) = serde_json::to_value(value) else {
            return self.never();
        };
        let values = match value {
            Value::Null => return self,
            Value::Array(items) => items,
            value => vec![value],
        };
        self.and(|when| {
            when.is_true(move |request: &HttpMockRequest| {
                let parts = parts(request, name);
                values
                    .iter()
                    .all(|value| parts.iter().any(|part| is_text_of(part, value)))
            })
        })
    }

    /// Expects a part of these bytes; for generated code.
    #[doc(hidden)]
    #[must_use]
    pub fn file_part(self, name: &'static str, content: impl Into<Vec<u8>>) -> Self {
        let content = content.into();
        self.and(|when| when.is_true(move |request: &HttpMockRequest| parts(request, name).contains(&content)))
    }

    /// A value that cannot be sent is in no request.
    fn never(self) -> Self {
        self.and(|when| when.is_true(|_| false))
    }
}

/// What the parts of a name hold.
fn parts(request: &HttpMockRequest, name: &str) -> Vec<Vec<u8>> {
    let mut headers = request.headers_vec().iter();
    let content_type = headers.find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let boundary = content_type.and_then(|(_, value)| value.split_once("boundary="));
    let Some((_, boundary)) = boundary else {
        return Vec::new();
    };
    let wanted = format!("name=\"{}\"", name.replace('"', "%22"));
    // The first delimiter has no line before it.
    let body = [b"\r\n", request.body_ref()].concat();
    let mut found = Vec::new();
    for part in split(&body, format!("\r\n--{boundary}").as_bytes()) {
        let mut halves = split(part, b"\r\n\r\n").into_iter();
        let head = String::from_utf8_lossy(halves.next().unwrap_or_default()).into_owned();
        if head.split(['\r', '\n', ';']).any(|word| word.trim() == wanted) {
            found.push(part.get(head.len() + 4..).unwrap_or_default().to_vec());
        }
    }
    found
}

/// What stands between the separators.
fn split<'t>(text: &'t [u8], separator: &[u8]) -> Vec<&'t [u8]> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.windows(separator.len()).position(|window| window == separator) {
        pieces.push(&rest[..at]);
        rest = &rest[at + separator.len()..];
    }
    pieces.push(rest);
    pieces
}

/// Whether a part holds a value as text, or as JSON.
fn is_text_of(part: &[u8], value: &Value) -> bool {
    let is_text = value.as_str().is_some_and(|text| text.as_bytes() == part);
    is_text || serde_json::from_slice::<Value>(part).is_ok_and(|part| part == *value)
}

/// A pattern for a path with what `value` gives for its parameters, and any value for the others.
fn path_pattern<'a>(template: &str, value: impl Fn(&str) -> Option<&'a str>) -> String {
    let mut pattern = format!("^{}", escape(PREFIX));
    let mut rest = template;
    while let Some((literal, parameter)) = rest.split_once('{') {
        let (name, after) = parameter.split_once('}').unwrap_or((parameter, ""));
        pattern += &escape(literal);
        match value(name) {
            Some(value) => pattern += &escape(value),
            None => pattern += "[^/]+",
        }
        rest = after;
    }
    pattern + &escape(rest) + "$"
}

/// A text as a pattern for itself.
fn escape(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for c in text.chars() {
        if r"\.+*?()|[]{}^$#&-~".contains(c) {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_a_segment_and_what_is_given_is_taken_literally() {
        let template = "/zones/{zone_id}/a.b/{key}";
        assert_eq!(path_pattern(template, |_| None), r"^/client/v4/zones/[^/]+/a\.b/[^/]+$");
        assert_eq!(
            path_pattern(template, |name| (name == "key").then_some("x.y%2F")),
            r"^/client/v4/zones/[^/]+/a\.b/x\.y%2F$"
        );
    }
}
