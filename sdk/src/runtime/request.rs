//! A request on its way from a generated builder to the HTTP client.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header::CONTENT_TYPE};
use reqwest::{Body, Request};
use serde::Serialize;

use super::{OperationInfo, QueryParam, Runtime, query, quoted};
use crate::{Error, credentials};

/// Builds a request; a failure is kept until the end, as generated code expects.
#[derive(Debug)]
pub struct RequestBuilder<'r> {
    runtime: &'r Runtime,
    operation: OperationInfo,
    request: Result<Request, Error>,
}

impl<'r> RequestBuilder<'r> {
    pub(crate) fn new(runtime: &'r Runtime, operation: &OperationInfo, method: Method, url: &str) -> Self {
        let url = match runtime.inner.shared.base_url.with_path(url) {
            Some(url) => Ok(url),
            None => Err(runtime.refuse(operation, format!("{} is not below the base URL", quoted(url)))),
        };
        Self {
            runtime,
            operation: *operation,
            request: url.map(|url| Request::new(method, url)),
        }
    }

    /// A request that cannot be made.
    pub(crate) fn refused(runtime: &'r Runtime, operation: &OperationInfo, reason: String) -> Self {
        Self {
            runtime,
            operation: *operation,
            request: Err(runtime.refuse(operation, reason)),
        }
    }

    /// Sets a body of a media type that the caller names.
    #[must_use]
    pub(crate) fn typed_body(self, content_type: &str, body: Bytes) -> Self {
        self.and(|request| {
            let value = HeaderValue::from_str(content_type)
                .map_err(|_| format!("the content type {} cannot stand in a header", quoted(content_type)))?;
            request.headers_mut().insert(CONTENT_TYPE, value);
            *request.body_mut() = Some(body.into());
            Ok(())
        })
    }

    /// Sets a query that is encoded already.
    #[must_use]
    pub(crate) fn raw_query(self, query: Option<&str>) -> Self {
        self.and(|request| {
            request.url_mut().set_query(query);
            Ok(())
        })
    }

    /// Sets a header.
    #[must_use]
    pub fn header(self, name: HeaderName, value: HeaderValue) -> Self {
        self.and(|request| {
            // What the client sets is not for a parameter to set.
            if !credentials::HEADERS.contains(&name) {
                request.headers_mut().insert(name, value);
            }
            Ok(())
        })
    }

    /// Adds headers.
    #[must_use]
    pub fn headers(self, mut headers: HeaderMap) -> Self {
        self.and(|request| {
            for name in &credentials::HEADERS {
                headers.remove(name);
            }
            request.headers_mut().extend(headers);
            Ok(())
        })
    }

    /// Adds a parameter to the query.
    #[must_use]
    pub fn query<T: Serialize>(self, parameter: &QueryParam<'_, T>) -> Self {
        self.and(|request| {
            let pairs = parameter.pairs()?;
            // Even no pair at all would leave a question mark.
            if !pairs.is_empty() {
                request.url_mut().query_pairs_mut().extend_pairs(pairs);
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
        Ok(self.and(|request| {
            let pairs = query::pairs("body", body)?;
            // The URL type has the one encoder for both.
            let mut url = request.url().clone();
            url.query_pairs_mut().clear().extend_pairs(pairs);
            let body = url.query().unwrap_or_default().to_owned();
            set_body(request, "application/x-www-form-urlencoded", body);
            Ok(())
        }))
    }

    /// Sets a body of any other type.
    #[must_use]
    pub fn body(self, body: impl Into<Body>) -> Self {
        self.and(|request| {
            *request.body_mut() = Some(body.into());
            Ok(())
        })
    }

    /// The request, or the first thing that was wrong with it.
    pub fn build(self) -> Result<Request, Error> {
        self.request
    }

    fn and(mut self, change: impl FnOnce(&mut Request) -> Result<(), String>) -> Self {
        if let Ok(request) = &mut self.request
            && let Err(reason) = change(request)
        {
            self.request = Err(self.runtime.refuse(&self.operation, reason));
        }
        self
    }
}

impl Runtime {
    /// The error of a request that cannot be made; for generated code.
    ///
    /// A reason may repeat what the caller gave, and that may be a credential in the wrong place.
    #[doc(hidden)]
    #[must_use]
    pub fn refuse(&self, operation: &OperationInfo, reason: String) -> Error {
        let reason = self.inner.shared.credentials.redact(&reason).into_owned();
        Error::invalid_request(operation, reason)
    }
}

fn set_body(request: &mut Request, content_type: &'static str, body: impl Into<Body>) {
    request
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    *request.body_mut() = Some(body.into());
}
