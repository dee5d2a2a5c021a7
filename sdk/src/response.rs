//! The value of a call, with what came around it.

use std::{fmt, ops::Deref};

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header::CONTENT_TYPE};
use serde::de::DeserializeOwned;

use crate::{
    Error, ResponseInfo, ResultInfo,
    envelope::Envelope,
    runtime::{OperationInfo, RawResponse},
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
}

impl<T> Response<T> {
    /// The value alone.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.inner
    }

    /// The messages of Cloudflare's envelope: what there is to say about a success.
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
}

impl<T: DeserializeOwned> Response<T> {
    /// Reads a success; for generated code.
    #[doc(hidden)]
    pub fn from_response(raw: RawResponse) -> Result<Self, Error> {
        if !raw.operation.enveloped {
            return match serde_json::from_slice(&raw.body) {
                Ok(value) => Self::of(raw, value),
                Err(cause) => Err(Error::unreadable(raw, cause)),
            };
        }
        let envelope = match serde_json::from_slice::<Envelope<T>>(&raw.body) {
            Ok(envelope) => envelope,
            Err(cause) => match Envelope::by_value(&raw.body) {
                Some(envelope) => envelope,
                None => return Err(Error::unreadable(raw, cause)),
            },
        };
        if envelope.is_failure() {
            return Err(Error::refused(raw, envelope));
        }
        let value = match envelope.result {
            Some(value) => value,
            // A result that may be null may be missing.
            None => match serde_json::from_str("null") {
                Ok(value) => value,
                Err(_) => return Err(Error::unreadable(raw, serde::de::Error::missing_field("result"))),
            },
        };
        let RawResponse { status, headers, .. } = raw;
        let (messages, result_info) = (envelope.messages, envelope.result_info);
        Ok(Self {
            inner: value,
            messages,
            result_info,
            status,
            headers,
        })
    }
}

impl RawResponse {
    /// A response that did not come from the network; for benchmarks.
    #[doc(hidden)]
    #[must_use]
    pub fn new(operation: OperationInfo, status: StatusCode, headers: HeaderMap, body: Bytes) -> Self {
        Self {
            operation,
            status,
            headers,
            body,
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

impl<T> Response<T> {
    /// A success that is not an envelope, unless it is JSON that says of itself that it is a failure.
    fn of(raw: RawResponse, value: T) -> Result<Self, Error> {
        #[derive(serde::Deserialize)]
        struct Flag {
            #[serde(default)]
            success: Option<bool>,
        }
        let is_json =
            (raw.headers.get(CONTENT_TYPE)).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
        // Only by the flag: a value may have errors to tell of.
        if is_json
            && raw.body.trim_ascii_start().starts_with(b"{")
            && serde_json::from_slice::<Flag>(&raw.body).is_ok_and(|flag| flag.success == Some(false))
            && let Some(envelope) = Envelope::of_failure(&raw.body)
        {
            return Err(Error::refused(raw, envelope));
        }
        let RawResponse { status, headers, .. } = raw;
        Ok(Self {
            inner: value,
            messages: Vec::new(),
            result_info: None,
            status,
            headers,
        })
    }
}

pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    headers.get("cf-ray")?.to_str().ok()
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
        // Headers may hold cookies.
        f.debug_struct("Response")
            .field("value", &self.inner)
            .field("messages", &self.messages)
            .field("result_info", &self.result_info)
            .field("status", &self.status)
            .field("request_id", &self.request_id())
            .finish_non_exhaustive()
    }
}
