//! The one error of all operations.

mod display;
mod predicates;
mod unreadable;

use std::{borrow::Cow, error::Error as StdError, mem, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::{
    call::{Call, OperationInfo, RawResponse, Secrets, record_failure},
    wire::{
        envelope::{Envelope, ResponseInfo},
        headers::request_id,
        rate_limit::{self, RateLimit, RateLimitPolicy},
        status::is_failure_of_server,
    },
};

use unreadable::Unreadable;

/// Why a call did not give a value.
///
/// It keeps all that is known: of a response, the status, the headers and the body, whatever its type; of Cloudflare's
/// envelope, the errors and messages; of a failure to get a response, the cause, as [`source`](StdError::source).
/// [`kind`](Self::kind) says what went wrong in general, and the predicates tell what callers ask.
///
/// Its text is one line without secrets. It does not repeat the source. To know the secrets, it keeps the credentials of
/// the call, which are in memory as long as it is.
///
/// # Examples
///
/// ```no_run
/// # async fn example(client: &cloudflare_sdk::Client) -> Result<(), cloudflare_sdk::Error> {
/// match client.ssl_automatic_mode_get().zone_id("023e105f4ecef8ad9ca31a8372d0c353").send().await {
///     Ok(enrollment) => println!("{}", enrollment.value),
///     Err(error) if error.is_not_found() => println!("no such zone"),
///     Err(error) => {
///         for info in error.errors() {
///             println!("{:?} {} {:?}", info.code, info.message, info.pointer());
///         }
///         return Err(error);
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    /// Moved here from the response, if there was one.
    call: Call,
    /// What is wrong with the configuration or the request, or why the response could not be read; without secrets.
    reason: Option<String>,
    response: Option<RawResponse>,
    errors: Vec<ResponseInfo>,
    messages: Vec<ResponseInfo>,
    source: Option<Box<dyn StdError + Send + Sync>>,
    /// How long the rate limit would have had to be waited for.
    wait: Option<Duration>,
}

/// What went wrong in general.
///
#[doc = include_str!("../docs/faults.md")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client cannot be made as configured: credentials or the base URL are missing or wrong.
    Configuration,
    /// The request cannot be made from the values given; nothing was sent.
    InvalidRequest,
    /// No connection could be made; nothing was sent.
    Connect,
    /// The rate limit is used up, and the call's options do not let it wait for the reset; nothing was sent.
    RateLimit,
    /// The run of a fleet that the call belongs to was stopped before the call was sent.
    Stopped,
    /// The time ran out before the response was there.
    Timeout,
    /// The connection failed before the response was there, or in the middle of it.
    Transport,
    /// An HTTP client of your own followed a redirect, so that what it came to is not the response of this call.
    Redirect,
    /// Cloudflare responded with its envelope and refused the request.
    Api,
    /// The response has a status that is not a success, and is not Cloudflare's envelope.
    UnexpectedStatus,
    /// The response has a status of success, and what it holds cannot be read.
    Decode,
    /// The response is larger than the client accepts.
    BodyTooLarge,
}

impl Error {
    /// An error without a response, for tests of code that handles errors.
    ///
    /// It is as if one attempt had been made, unless the kind says that none was. It belongs to no operation: there is
    /// no [`operation_id`](Self::operation_id), there are no [`accepted_permissions`](Self::accepted_permissions), and
    /// [`attempts`](Self::attempts) is never more than one. For errors that have these, call the mock server of the
    /// feature `mock`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io;
    ///
    /// use cloudflare_sdk::{Error, ErrorKind};
    ///
    /// let error = Error::new(ErrorKind::Timeout, io::Error::from(io::ErrorKind::TimedOut));
    /// assert!(error.is_timeout() && error.outcome_unknown());
    /// ```
    pub fn new(kind: ErrorKind, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        let mut error = Self::of_kind(kind);
        error.0.source = Some(source.into());
        error.0.call.attempts = match kind {
            ErrorKind::Configuration | ErrorKind::InvalidRequest | ErrorKind::RateLimit | ErrorKind::Stopped => 0,
            _ => 1,
        };
        error
    }

    /// The error that a call ends in when this is its response, for tests of code that handles errors.
    ///
    /// It belongs to no operation, as one made by [`new`](Self::new).
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudflare_sdk::{Error, http};
    ///
    /// # fn main() -> Result<(), cloudflare_sdk::http::Error> {
    /// let body = r#"{"success": false, "errors": [{"code": 1006, "message": "Unrecognized zone setting name"}]}"#;
    /// let error = Error::from_response(http::Response::builder().status(400).header("cf-ray", "1-FRA").body(body)?);
    /// assert!(error.has_code(1006) && error.request_id() == Some("1-FRA"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn from_response(response: http::Response<impl Into<Bytes>>) -> Self {
        let response = RawResponse::new(None, response.map(Into::into));
        if !response.status.is_success() {
            return Self::unexpected_response(response);
        }
        match Envelope::of_failure(response.status, &response.body) {
            Some(envelope) => Self::refused(response, envelope.errors, envelope.messages),
            None => Self::of_response(ErrorKind::Decode, response),
        }
    }

    #[cold]
    fn of_kind(kind: ErrorKind) -> Self {
        Self(Box::new(Inner {
            kind,
            call: Call::default(),
            reason: None,
            response: None,
            errors: Vec::new(),
            messages: Vec::new(),
            source: None,
            wait: None,
        }))
    }

    pub(crate) fn configuration(reason: impl Into<String>) -> Self {
        let mut error = Self::of_kind(ErrorKind::Configuration);
        error.0.reason = Some(reason.into());
        error
    }

    /// A request that cannot be made.
    ///
    /// The reason may repeat a value of the caller, which may be a credential in the wrong place.
    pub(crate) fn invalid_request(operation: &'static OperationInfo, secrets: &Secrets, reason: &str) -> Self {
        let mut error = Self::of_kind(ErrorKind::InvalidRequest);
        error.0.call.operation = Some(operation);
        error.0.reason = Some(secrets.redact(reason).into_owned());
        error
    }

    /// A call whose time ran out before it was sent.
    pub(crate) fn unsent_in_time(call: Call) -> Self {
        let mut error = Self::of_call(ErrorKind::Timeout, call);
        error.0.reason = Some("the time of the call ran out before it could be sent".to_owned());
        error
    }

    /// A call that was not sent because of the rate limit, which resets after `wait`.
    pub(crate) fn unsent_by_rate_limit(call: Call, wait: Duration) -> Self {
        let mut error = Self::of_call(ErrorKind::RateLimit, call);
        error.0.wait = Some(wait);
        error
    }

    /// A call that was cancelled before it was sent.
    pub(crate) fn cancelled(call: Call) -> Self {
        Self::of_call(ErrorKind::Stopped, call)
    }

    fn of_call(kind: ErrorKind, call: Call) -> Self {
        let mut error = Self::of_kind(kind);
        error.0.call = call;
        error
    }

    /// A response of something else, to which the HTTP client followed a redirect.
    pub(crate) fn redirected(call: Call, origin: &str) -> Self {
        let mut error = Self::of_kind(ErrorKind::Redirect);
        error.0.reason = Some(format!(
            "the HTTP client followed a redirect to {}, and the response is not that of the call; give it a redirect \
             policy of none",
            call.redact(origin)
        ));
        error.0.call = call;
        error
    }

    /// A response that is not a success; for generated code.
    #[doc(hidden)]
    #[must_use]
    pub fn unexpected_response(response: RawResponse) -> Self {
        match Envelope::of_failure(response.status, &response.body) {
            Some(envelope) => Self::refused(response, envelope.errors, envelope.messages),
            None => Self::of_response(ErrorKind::UnexpectedStatus, response),
        }
    }

    /// An envelope that says that the call failed.
    pub(crate) fn refused(response: RawResponse, errors: Vec<ResponseInfo>, messages: Vec<ResponseInfo>) -> Self {
        let mut error = Self::of_response(ErrorKind::Api, response);
        error.0.errors = error.0.call.redact_infos(errors);
        error.0.messages = error.0.call.redact_infos(messages);
        error
    }

    /// A success that cannot be read, unless it is the envelope of a failure.
    pub(crate) fn unreadable(response: RawResponse, cause: &serde_json::Error) -> Self {
        if let Some(envelope) = Envelope::of_failure(response.status, &response.body) {
            return Self::refused(response, envelope.errors, envelope.messages);
        }
        let mut error = Self::of_response(ErrorKind::Decode, response);
        // Before it is cut, which would leave a part of a secret.
        let cause = Unreadable::new(&error.0.call.redact(&cause.to_string()));
        error.0.source = Some(Box::new(cause));
        error
    }

    pub(crate) fn body_too_large(response: RawResponse, limit: usize) -> Self {
        let mut error = Self::of_response(ErrorKind::BodyTooLarge, response);
        error.0.reason = Some(format!("the response is larger than the limit of {limit} bytes"));
        error
    }

    /// A failure of the HTTP client; `response` is what had arrived, if the headers had.
    pub(crate) fn transport(mut call: Call, cause: reqwest::Error, response: Option<RawResponse>) -> Self {
        // The SDK asks for nothing but HTTP, so what is not HTTP is where a redirect leads.
        let is_http = |url: &reqwest::Url| matches!(url.scheme(), "http" | "https");
        let kind = if cause.is_redirect() || cause.url().is_some_and(|url| !is_http(url)) {
            ErrorKind::Redirect
        } else if cause.is_builder() {
            ErrorKind::InvalidRequest
        } else if cause.is_connect() {
            ErrorKind::Connect
        } else if cause.is_timeout() {
            ErrorKind::Timeout
        } else {
            ErrorKind::Transport
        };
        let mut error = Self::of_kind(kind);
        if let Some(url) = cause.url().filter(|_| kind == ErrorKind::Connect) {
            let origin = url.origin().ascii_serialization();
            error.0.reason = Some(format!("no connection could be made to {}", call.redact(&origin)));
        }
        if kind == ErrorKind::InvalidRequest {
            call.attempts = call.attempts.saturating_sub(1);
            error.0.reason =
                Some("the HTTP client refuses to send the request, for the reason in the source".to_owned());
        }
        error.0.call = call;
        error.0.response = response;
        // The URL is known to the caller, and holds identifiers that need not stand in every log.
        error.0.source = Some(Box::new(cause.without_url()));
        error
    }

    fn of_response(kind: ErrorKind, mut response: RawResponse) -> Self {
        let mut error = Self::of_kind(kind);
        error.0.call = mem::take(&mut response.call);
        if let Some(span) = error.0.call.span.take()
            && response.status.is_success()
        {
            record_failure(&span, kind.name());
        }
        error.0.response = Some(response);
        error
    }

    /// What went wrong in general.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The id of the operation that was called, such as `ssl_automatic_mode_edit`, if a call was made.
    #[must_use]
    pub fn operation_id(&self) -> Option<&'static str> {
        Some(self.0.call.operation?.operation_id)
    }

    /// The permissions of which the credentials need one for the operation that was called.
    ///
    /// Empty when no call was made or the document does not say.
    #[must_use]
    pub fn accepted_permissions(&self) -> &'static [&'static str] {
        self.0.call.operation.map_or(&[], |operation| operation.permissions)
    }

    /// The status of the response, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        Some(self.0.response.as_ref()?.status)
    }

    /// The headers of the response, if there was one.
    #[must_use]
    pub fn headers(&self) -> Option<&HeaderMap> {
        Some(&self.0.response.as_ref()?.headers)
    }

    /// The id by which Cloudflare's support finds the request: the header `cf-ray`.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        request_id(self.headers()?)
    }

    /// The body of the response, if there was one: all of it, or as much as arrived and the limit allowed.
    #[must_use]
    pub fn body(&self) -> Option<&Bytes> {
        Some(&self.0.response.as_ref()?.body)
    }

    /// The body as text; what is not UTF-8 is replaced by U+FFFD.
    #[must_use]
    pub fn body_text(&self) -> Option<Cow<'_, str>> {
        self.body().map(|body| String::from_utf8_lossy(body))
    }

    /// The errors in Cloudflare's envelope; empty if the response was not one. Of more than 100, the first 100.
    ///
    /// A character in them that is broken, such as a byte that is not UTF-8, is U+FFFD.
    #[must_use]
    pub fn errors(&self) -> &[ResponseInfo] {
        &self.0.errors
    }

    /// The messages in Cloudflare's envelope, which may come beside errors. Of more than 100, the first 100.
    #[must_use]
    pub fn messages(&self) -> &[ResponseInfo] {
        &self.0.messages
    }

    /// Whether one of Cloudflare's errors has this code.
    ///
    /// ```
    /// # fn example(error: cloudflare_sdk::Error) {
    /// if error.has_code(1008) {
    ///     println!("only auto and custom are accepted");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn has_code(&self, code: u64) -> bool {
        self.errors().iter().any(|info| info.code == Some(code))
    }

    /// The `result` that came with the failure, as a model.
    ///
    /// Cloudflare sends, for instance, the unchanged setting with error 1008. Gives `None` when the response has no
    /// result that reads as `T`; what there is stays in [`body`](Self::body).
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudflare_sdk::types::Enrollment;
    ///
    /// # fn example(error: cloudflare_sdk::Error) {
    /// if let Some(enrollment) = error.result::<Enrollment>() {
    ///     println!("the zone is still set to {}", enrollment.value);
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn result<T: DeserializeOwned>(&self) -> Option<T> {
        Envelope::read_mended(self.body()?)?.result
    }

    /// How many attempts were made, also those that made no connection; 0 if the request was never tried.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.call.attempts
    }

    /// Whether the change may have been made although no response says so.
    ///
    /// It is `true` when an attempt timed out, was cut off, was led elsewhere by a redirect, was answered by a failure
    /// of a server (status 500 and above), or was answered by a success that cannot be read; also when a later attempt
    /// ended otherwise. It is `false` for calls that only read, and when every attempt was refused or never left. Where
    /// it is `true`, read the state before making the change again, unless the operation is one that states what shall
    /// be.
    #[must_use]
    pub fn outcome_unknown(&self) -> bool {
        let call = &self.0.call;
        !call.only_reads && call.attempts > 0 && (call.unclear || self.is_unclear())
    }

    /// What is known of the call.
    pub(crate) fn call(&self) -> &Call {
        &self.0.call
    }

    /// Whether the attempt that this error tells of may have done what was asked.
    pub(crate) fn is_unclear(&self) -> bool {
        match self.status() {
            Some(status) if status.is_success() => self.kind() != ErrorKind::Api,
            Some(status) => is_failure_of_server(status),
            None => {
                matches!(
                    self.kind(),
                    ErrorKind::Timeout | ErrorKind::Transport | ErrorKind::Redirect
                ) && self.attempts() > 0
            }
        }
    }

    /// How long to wait before the next attempt: as Cloudflare asked by `Retry-After`, counted from when it responded,
    /// or until the rate limit resets, where that kept the call from being sent.
    ///
    /// A call waits so long by itself, up to [`max_retry_after`](crate::RequestOptions::max_retry_after).
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match &self.0.response {
            Some(response) => response.retry_after,
            None => self.0.wait,
        }
    }

    /// What is left of Cloudflare's rate limits, as the response said.
    #[must_use]
    pub fn rate_limits(&self) -> Vec<RateLimit> {
        self.headers().map(rate_limit::limits).unwrap_or_default()
    }

    /// What Cloudflare's rate limits are, as the response said.
    #[must_use]
    pub fn rate_limit_policies(&self) -> Vec<RateLimitPolicy> {
        self.headers().map(rate_limit::policies).unwrap_or_default()
    }
}

impl ErrorKind {
    /// The name of the kind in traces.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::InvalidRequest => "invalid_request",
            Self::Connect => "connect",
            Self::RateLimit => "rate_limit",
            Self::Stopped => "stopped",
            Self::Timeout => "timeout",
            Self::Transport => "transport",
            Self::Redirect => "redirect",
            Self::Api => "api",
            Self::UnexpectedStatus => "unexpected_status",
            Self::Decode => "decode",
            Self::BodyTooLarge => "body_too_large",
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl From<http::header::InvalidHeaderValue> for Error {
    fn from(cause: http::header::InvalidHeaderValue) -> Self {
        let mut error = Self::of_kind(ErrorKind::InvalidRequest);
        error.0.reason = Some(format!(
            "a header parameter has a character that no header can hold: {cause}"
        ));
        error
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::response::Response;

    fn of_body(body: String) -> Error {
        let response = http::Response::new(Bytes::from(body));
        Response::<Flag>::from_response(RawResponse::new(Some(&OperationInfo::EXAMPLE), response)).unwrap_err()
    }

    /// Some model.
    #[derive(Debug, serde::Deserialize)]
    struct Flag {
        #[serde(rename = "on")]
        _on: bool,
    }

    #[test]
    fn of_many_errors_a_few_are_shown() {
        let errors = |count| vec![r#"{"code":1008,"message":"wrong"}"#; count].join(",");
        let text = |count| of_body(format!(r#"{{"success":false,"errors":[{}]}}"#, errors(count))).to_string();
        assert!(
            text(5).ends_with("; wrong (code 1008); wrong (code 1008)"),
            "{}",
            text(5)
        );
        assert_eq!(text(6), format!("{}; and 1 more", text(5)));
        // So many are kept; how many there were was not counted.
        assert_eq!(text(100), format!("{}; and at least 95 more", text(5)));
        assert_eq!(text(1000), text(100));
    }

    /// It may be a secret, and of any length.
    #[test]
    fn a_text_that_cannot_be_read_is_not_repeated() {
        for text in ["secret", "a, expected \\\"b\\\" secret", &"secret".repeat(1000)] {
            let error = of_body(format!(r#"{{"success":true,"result":{{"on":"{text}"}}}}"#));
            let cause = error.source().unwrap().to_string();
            assert!(
                cause.starts_with(r#"invalid type: string "…", expected a boolean at line 1 column "#),
                "{cause}"
            );
            for shown in [cause, error.to_string(), format!("{error:?}")] {
                assert!(!shown.contains("secret"), "{shown}");
            }
        }
        let cause = |body: &str| of_body(body.to_owned()).source().unwrap().to_string();
        assert!(cause(r#"{"result":{}}"#).starts_with("missing field `on`"));
        assert_eq!(cause("{"), "EOF while parsing an object at line 1 column 1");
    }

    #[test]
    fn an_error_is_small_and_can_cross_threads() {
        fn crosses_threads<T: Send + Sync + 'static>() {}
        crosses_threads::<Error>();
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }
}
