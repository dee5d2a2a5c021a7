//! A request, from a generated builder to the HTTP client.

mod parts;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header::CONTENT_TYPE};
use reqwest::Url;
use serde::Serialize;

use crate::{
    call::{OperationInfo, Secrets},
    config,
    error::Error,
    text::quoted,
    wire::{
        base_url::BaseUrl,
        body::Body,
        multipart::Unfinished,
        query::{self, QueryParam},
    },
};

pub use parts::IntoParts;

/// A request, of which one for the HTTP client is made for each attempt.
///
/// Cheaper than clones of one for the HTTP client, nearly all of which would be for nothing.
#[derive(Debug)]
pub struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Option<Body>,
    /// What becomes the body in the end.
    parts: Option<Box<dyn Unfinished>>,
}

impl Request {
    fn new(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            headers: Vec::with_capacity(2),
            body: None,
            parts: None,
        }
    }

    fn insert(&mut self, name: HeaderName, value: HeaderValue) {
        self.headers.retain(|(other, _)| *other != name);
        self.headers.push((name, value));
    }

    /// Whether it can be sent more than once.
    pub(crate) fn is_repeatable(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_repeatable)
    }

    fn header(&self, name: &HeaderName) -> Option<&HeaderValue> {
        let found = self.headers.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value)
    }

    fn set_body(&mut self, body: Body) {
        self.body = Some(body);
    }

    /// One for the HTTP client, with headers beside its own, of which there are about `count`.
    pub(crate) fn for_attempt(
        &mut self,
        count: usize,
        more: impl Iterator<Item = (HeaderName, HeaderValue)>,
    ) -> reqwest::Request {
        let mut request = reqwest::Request::new(self.method.clone(), self.url.clone());
        let mut headers = HeaderMap::with_capacity(self.headers.len() + count);
        // In one place, for each would have all of the code for it.
        for (name, value) in self.headers.iter().cloned().chain(more) {
            headers.append(name, value);
        }
        *request.headers_mut() = headers;
        *request.body_mut() = self.body.as_mut().map(Body::for_attempt);
        request
    }
}

/// Builds a request; a failure is kept until the end, as generated code expects.
#[derive(Debug)]
pub struct RequestBuilder<'r> {
    secrets: &'r Secrets,
    operation: &'static OperationInfo,
    request: Result<Request, String>,
}

impl<'r> RequestBuilder<'r> {
    pub(crate) fn new(
        base_url: &BaseUrl,
        secrets: &'r Secrets,
        operation: &'static OperationInfo,
        method: Method,
        url: &str,
    ) -> Self {
        let request = match base_url.with_path(url) {
            Some(url) => Ok(Request::new(method, url)),
            None => Err(format!("{} is not below the base URL", quoted(url))),
        };
        Self {
            secrets,
            operation,
            request,
        }
    }

    /// Replaces the request by the reason why it cannot be made.
    pub(crate) fn refused(self, reason: String) -> Self {
        Self {
            request: Err(reason),
            ..self
        }
    }

    /// Sets a query that is encoded already.
    #[must_use]
    pub(crate) fn raw_query(self, query: Option<&str>) -> Self {
        self.and(|request| {
            request.url.set_query(query);
            Ok(())
        })
    }

    /// Sets a header.
    #[must_use]
    pub fn header(self, name: HeaderName, value: HeaderValue) -> Self {
        self.and(|request| {
            // What the client sets is not for a parameter to set.
            if !config::HEADERS.contains(&name) {
                request.insert(name, value);
            }
            Ok(())
        })
    }

    /// Adds headers.
    #[must_use]
    pub fn headers(self, mut headers: HeaderMap) -> Self {
        self.and(|request| {
            for name in &config::HEADERS {
                headers.remove(name);
            }
            request.headers.retain(|(name, _)| !headers.contains_key(name));
            let pairs = headers.iter().map(|(name, value)| (name.clone(), value.clone()));
            request.headers.extend(pairs);
            Ok(())
        })
    }

    /// Adds a parameter to the query.
    #[must_use]
    pub fn query<T: Serialize>(self, parameter: &QueryParam<'_, T>) -> Self {
        self.and(|request| {
            if let Some(encoded) = parameter.encoded()? {
                let before = request.url.query().filter(|query| !query.is_empty());
                let query = match before {
                    _ if encoded.is_empty() => return Ok(()),
                    Some(before) => format!("{before}&{encoded}"),
                    None => encoded,
                };
                request.url.set_query(Some(&query));
                return Ok(());
            }
            let pairs = parameter.pairs()?;
            // Even no pair at all would leave a question mark.
            if !pairs.is_empty() {
                request.url.query_pairs_mut().extend_pairs(pairs);
            }
            Ok(())
        })
    }

    /// Sets a JSON body.
    #[must_use]
    pub fn json<T: Serialize>(self, body: &T) -> Self {
        self.and(|request| {
            let body =
                serde_json::to_vec(body).map_err(|cause| format!("the body cannot be written as JSON: {cause}"))?;
            set_body(request, "application/json", body);
            Ok(())
        })
    }

    /// Sets a body of form fields.
    pub fn form_urlencoded<T: Serialize>(self, body: &T) -> Result<Self, Error> {
        Ok(self.and(|request| set_form(request, body)))
    }

    /// Sets a body of any other type.
    #[must_use]
    pub fn body(self, body: impl Into<Body>) -> Self {
        self.and(|request| {
            request.set_body(body.into());
            Ok(())
        })
    }

    /// The request, or the first thing that was wrong with it.
    pub fn build(self) -> Result<Request, Error> {
        let Self {
            secrets,
            operation,
            request,
        } = self.and(Request::finish);
        request.map_err(|reason| Error::invalid_request(operation, secrets, &reason))
    }

    fn and(mut self, change: impl FnOnce(&mut Request) -> Result<(), String>) -> Self {
        if let Ok(request) = &mut self.request
            && let Err(reason) = change(request)
        {
            self.request = Err(reason);
        }
        self
    }
}

fn set_body(request: &mut Request, content_type: &'static str, body: impl Into<Bytes>) {
    request.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    request.set_body(body.into().into());
}

fn set_form<T: Serialize>(request: &mut Request, body: &T) -> Result<(), String> {
    let pairs = query::form_pairs(body)?;
    // The URL type has the one encoder for both.
    let mut url = request.url.clone();
    url.query_pairs_mut().clear().extend_pairs(pairs);
    let body = url.query().unwrap_or_default().to_owned();
    set_body(request, "application/x-www-form-urlencoded", body);
    Ok(())
}
