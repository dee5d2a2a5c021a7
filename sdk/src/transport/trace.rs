//! What a call tells a `tracing` subscriber: a span for the call, and an event for each attempt.
//!
//! The names are those of OpenTelemetry's [semantic conventions](https://opentelemetry.io/docs/specs/semconv/http/),
//! where these have one. There is never a URL with its identifiers, a header's value beside the request id, or a body.

use std::{borrow::Cow, time::Duration};

use http::{Method, StatusCode};
use tracing::{Level, Span, field::Empty};

use crate::{
    call::{OperationInfo, RawResponse, record_failure},
    error::Error,
    wire::{base_url::BaseUrl, headers::request_id},
};

const TARGET: &str = "cloudflare_sdk";

/// What is to be told of an attempt beside its outcome.
pub(super) struct Attempt {
    pub(super) resend_count: u32,
    /// How long it waited for the rate limit before it was sent.
    pub(super) paced: Duration,
    pub(super) took: Duration,
    /// How long until the next attempt, if there is one.
    pub(super) wait: Option<Duration>,
}

/// The span of a call.
pub(super) fn call(method: &Method, operation: &OperationInfo, base_url: &BaseUrl) -> Span {
    let (method, template) = (method.as_str(), operation.url_template);
    // A raw call has none.
    let space = if template.is_empty() { "" } else { " " };
    tracing::info_span!(
        target: TARGET,
        "call",
        otel.name = format_args!("{method}{space}{template}"),
        otel.kind = "client",
        otel.status_code = Empty,
        http.request.method = method,
        http.request.resend_count = Empty,
        http.response.status_code = Empty,
        url.template = (!template.is_empty()).then_some(template),
        server.address = base_url.host(),
        server.port = base_url.port(),
        error.r#type = Empty,
        cloudflare.operation_id = operation.operation_id,
        cloudflare.request_id = Empty,
    )
}

/// An attempt has ended.
pub(super) fn attempt(outcome: &Result<RawResponse, Error>, attempt: &Attempt) {
    tracing::event!(
        target: TARGET,
        Level::DEBUG,
        {
            http.request.resend_count = attempt.resend_count,
            http.response.status_code = status(outcome).map(|status| status.as_u16()),
            error.r#type = error_type(status(outcome).as_ref(), outcome),
            cloudflare.request_id = id(outcome).as_deref(),
            cloudflare.duration = attempt.took.as_secs_f64(),
            cloudflare.pacing.wait = attempt.paced.as_secs_f64(),
            cloudflare.retry.wait = attempt.wait.map(|wait| wait.as_secs_f64()),
        },
        "attempt"
    );
}

/// The call has ended.
pub(super) fn end(span: &Span, outcome: &Result<RawResponse, Error>) {
    let attempts = match outcome {
        Ok(response) => response.call.attempts,
        Err(error) => error.attempts(),
    };
    if attempts > 1 {
        span.record("http.request.resend_count", attempts - 1);
    }
    let status = status(outcome);
    if let Some(status) = status {
        span.record("http.response.status_code", status.as_u16());
    }
    if let Some(id) = id(outcome) {
        span.record("cloudflare.request_id", &*id);
    }
    if let Some(kind) = error_type(status.as_ref(), outcome) {
        record_failure(span, kind);
    }
}

fn status(outcome: &Result<RawResponse, Error>) -> Option<StatusCode> {
    match outcome {
        Ok(response) => Some(response.status),
        Err(error) => error.status(),
    }
}

/// The request id, which is whatever the service says.
fn id(outcome: &Result<RawResponse, Error>) -> Option<Cow<'_, str>> {
    Some(match outcome {
        Ok(response) => response.call.redact(request_id(&response.headers)?),
        Err(error) => error.call().redact(error.request_id()?),
    })
}

/// The status of a response that is not a success, else what went wrong.
fn error_type<'a>(status: Option<&'a StatusCode>, outcome: &Result<RawResponse, Error>) -> Option<&'a str> {
    match (status, outcome) {
        (Some(status), _) if !status.is_success() => Some(status.as_str()),
        (_, Ok(_)) => None,
        (_, Err(error)) => Some(error.kind().name()),
    }
}
