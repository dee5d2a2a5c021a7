//! The value of a call, with what came around it.

use std::{borrow::Cow, fmt, ops::Deref};

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header::CONTENT_TYPE};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    call::{REDACTED, RawResponse},
    error::Error,
    wire::{
        body::JsonLines,
        envelope::{Envelope, ResponseInfo, ResultInfo},
        headers::request_id,
        rate_limit::{self, RateLimit, RateLimitPolicy},
    },
};

/// The value of a call, with what came around it.
///
/// It derefs to the value: what the value has can be read through the response, and [`into_inner`](Self::into_inner)
/// gives the value itself.
///
/// # Examples
///
/// ```no_run
/// # async fn example(client: &cloudflare_sdk::Client) -> Result<(), cloudflare_sdk::Error> {
/// let response = client.ssl_automatic_mode_get().zone_id("023e105f4ecef8ad9ca31a8372d0c353").send().await?;
/// println!("{} (status {}, request id {:?})", response.value, response.status(), response.request_id());
/// let enrollment = response.into_inner();
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Response<T> {
    inner: T,
    messages: Vec<ResponseInfo>,
    result_info: Option<ResultInfo>,
    status: StatusCode,
    headers: HeaderMap,
    attempts: u32,
    /// Whether the request id repeats a secret.
    id_is_secret: bool,
}

impl<T> Response<T> {
    /// A response with status 200 and no headers around a value, for tests of code that handles responses.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudflare_sdk::{Response, types::AutomaticMode};
    ///
    /// let response = Response::new(AutomaticMode::Auto);
    /// assert_eq!((response.status().as_u16(), response.as_str()), (200, "auto"));
    /// ```
    pub fn new(value: T) -> Self {
        Self {
            inner: value,
            messages: Vec::new(),
            result_info: None,
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            attempts: 1,
            id_is_secret: false,
        }
    }

    /// A response with this status and these headers around a value, for tests of code that handles responses.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudflare_sdk::{Response, http};
    ///
    /// # fn main() -> Result<(), cloudflare_sdk::http::Error> {
    /// let (parts, ()) = http::Response::builder().header("cf-ray", "1-FRA").body(())?.into_parts();
    /// assert_eq!(Response::from_parts(parts, "value").request_id(), Some("1-FRA"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_parts(parts: http::response::Parts, value: T) -> Self {
        Self {
            status: parts.status,
            headers: parts.headers,
            ..Self::new(value)
        }
    }

    /// Says where the value stands in a list, for tests of code that reads lists.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudflare_sdk::{Response, ResultInfo};
    ///
    /// let mut info = ResultInfo::default();
    /// info.total_pages = Some(7);
    /// let response = Response::new(["a", "b"]).with_result_info(info);
    /// assert_eq!(response.result_info().and_then(|info| info.total_pages), Some(7));
    /// ```
    #[must_use]
    pub fn with_result_info(mut self, info: ResultInfo) -> Self {
        self.result_info = Some(info);
        self
    }

    /// The value alone.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.inner
    }

    /// The messages of Cloudflare's envelope: what there is to say about a success. Of more than 100, the first 100.
    #[must_use]
    pub fn messages(&self) -> &[ResponseInfo] {
        &self.messages
    }

    /// Where this page stands in the list, if the value is a page of one.
    #[must_use]
    pub fn result_info(&self) -> Option<&ResultInfo> {
        self.result_info.as_ref()
    }

    /// The status of the response.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers of the response.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The id by which Cloudflare's support finds the request: the header `cf-ray`.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.headers)
    }

    /// How many attempts the call took; 1 if the first one succeeded.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// What is left of Cloudflare's rate limits, as the response said.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(client: &cloudflare_sdk::Client) -> Result<(), cloudflare_sdk::Error> {
    /// for limit in client.zones_list().send().await?.rate_limits() {
    ///     println!("{}: {} requests in the next {:?}", limit.name, limit.remaining, limit.reset);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn rate_limits(&self) -> Vec<RateLimit> {
        rate_limit::limits(&self.headers)
    }

    /// What Cloudflare's rate limits are, as the response said.
    #[must_use]
    pub fn rate_limit_policies(&self) -> Vec<RateLimitPolicy> {
        rate_limit::policies(&self.headers)
    }
}

impl<T: DeserializeOwned> Response<T> {
    /// Reads a success; for generated code.
    #[doc(hidden)]
    pub fn from_response(raw: RawResponse) -> Result<Self, Error> {
        if raw.call.operation.is_some_and(|operation| !operation.enveloped) {
            return match serde_json::from_slice(&raw.body) {
                Ok(value) => Self::of(raw, value),
                Err(cause) => Err(Error::unreadable(raw, &cause)),
            };
        }
        let envelope = match Envelope::<T>::read(&raw.body) {
            Ok(envelope) => envelope,
            Err(cause) => return Err(Error::unreadable(raw, &cause)),
        };
        if envelope.is_failure() {
            return Err(Error::refused(raw, envelope.errors, envelope.messages));
        }
        let value = match envelope.result {
            Some(value) => value,
            // A result that may be null may be missing; but then nothing else tells an envelope from other JSON.
            // As a slice, like all that is read: reading models from texts as well would compile each of them twice.
            None => match serde_json::from_slice(b"null") {
                Ok(value) if envelope.success == Some(true) => value,
                _ => return Err(Error::unreadable(raw, &serde::de::Error::missing_field("result"))),
            },
        };
        let messages = raw.call.redact_infos(envelope.messages);
        Ok(Self::around(raw, value, messages, envelope.result_info))
    }
}

impl<T: DeserializeOwned> Response<Option<T>> {
    /// Reads a success that need not have a body; for generated code.
    #[doc(hidden)]
    pub fn from_response_or_empty(raw: RawResponse) -> Result<Self, Error> {
        match raw.body.trim_ascii().is_empty() {
            true => Ok(Self::around(raw, None, Vec::new(), None)),
            false => Self::from_response(raw),
        }
    }
}

impl Response<Value> {
    /// Reads a success that is JSON of any kind, or nothing, which is null; for generated code.
    #[doc(hidden)]
    pub fn any(raw: RawResponse) -> Result<Self, Error> {
        if raw.body.trim_ascii().is_empty() {
            return Self::of(raw, Value::Null);
        }
        match serde_json::from_slice(&raw.body) {
            Ok(value) => Self::of(raw, value),
            Err(cause) => Err(Error::unreadable(raw, &cause)),
        }
    }
}

impl Response<()> {
    /// A success that has no body; for generated code.
    #[doc(hidden)]
    pub fn empty(raw: RawResponse) -> Result<Self, Error> {
        Self::of(raw, ())
    }
}

impl Response<Bytes> {
    /// A success whose body is not JSON; for generated code.
    #[doc(hidden)]
    pub fn stream(raw: RawResponse) -> Result<Self, Error> {
        let body = raw.body.clone();
        Self::of(raw, body)
    }
}

impl Response<Bytes> {
    /// Reads the body as NDJSON: one value a line; empty lines are passed over.
    ///
    /// The body is in memory as a whole, so that it is no larger than
    /// [`RequestOptions::max_body_size`](crate::RequestOptions::max_body_size). A line that does not read as `T` is an
    /// error in its place; those after it follow.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudflare_sdk::{Bytes, Response};
    ///
    /// let response = Response::new(Bytes::from_static(b"1\n2\n"));
    /// assert_eq!(response.json_lines::<u64>().collect::<Result<Vec<_>, _>>().ok(), Some(vec![1, 2]));
    /// ```
    pub fn json_lines<T: DeserializeOwned>(&self) -> JsonLines<'_, T> {
        JsonLines::new(self)
    }
}

impl<T> Response<T> {
    /// A success that is not an envelope, unless it is JSON that says of itself that it is a failure.
    fn of(raw: RawResponse, value: T) -> Result<Self, Error> {
        #[derive(serde::Deserialize)]
        struct Flag {
            #[serde(default)]
            success: Option<bool>,
        }
        const JSON: &[u8] = b"application/json";
        let is_json = (raw.headers.get(CONTENT_TYPE))
            .and_then(|media_type| media_type.as_bytes().get(..JSON.len()))
            .is_some_and(|media_type| media_type.eq_ignore_ascii_case(JSON));
        // Only by the flag: a value may have errors to tell of.
        if is_json
            && raw.body.trim_ascii_start().starts_with(b"{")
            && serde_json::from_slice::<Flag>(&raw.body).is_ok_and(|flag| flag.success == Some(false))
            && let Some(envelope) = Envelope::of_failure(raw.status, &raw.body)
        {
            return Err(Error::refused(raw, envelope.errors, envelope.messages));
        }
        Ok(Self::around(raw, value, Vec::new(), None))
    }

    fn around(raw: RawResponse, value: T, messages: Vec<ResponseInfo>, result_info: Option<ResultInfo>) -> Self {
        let raw = *raw.0;
        let is_secret = |id| matches!(raw.call.redact(id), Cow::Owned(_));
        Self {
            inner: value,
            messages,
            result_info,
            id_is_secret: request_id(&raw.headers).is_some_and(is_secret),
            status: raw.status,
            headers: raw.headers,
            attempts: raw.call.attempts,
        }
    }
}

impl<T> Deref for Response<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.inner
    }
}

impl<T> AsRef<T> for Response<T> {
    fn as_ref(&self) -> &T {
        &self.inner
    }
}

impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = if self.id_is_secret {
            Some(REDACTED)
        } else {
            self.request_id()
        };
        // Headers may hold cookies.
        f.debug_struct("Response")
            .field("value", &self.inner)
            .field("messages", &self.messages)
            .field("result_info", &self.result_info)
            .field("status", &self.status)
            .field("request_id", &id)
            .finish_non_exhaustive()
    }
}
