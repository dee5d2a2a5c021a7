//! One attempt of a call.

use std::{iter, mem, time::Duration};

use http::header::USER_AGENT;

use super::{
    quota::Outcome,
    read_body::{End, read_body},
    shared::Shared,
};
use crate::{
    call::{Arrived, Call, RawResponse},
    config::Settings,
    error::{Error, ErrorKind},
    request::Request,
    wire::retry_after,
};

/// Sends a request once.
pub(super) async fn attempt(
    shared: &Shared,
    settings: &Settings,
    request: &mut Request,
    timeout: Duration,
    call: Call,
) -> Result<RawResponse, Error> {
    let sent = shared
        .http
        .execute(request_of_attempt(shared, settings, request, timeout));
    let mut response = match sent.await {
        Ok(response) => response,
        Err(cause) => return Err(Error::transport(call, cause, None)),
    };
    // Only an HTTP client of the user's own follows redirects.
    if shared.http_timeout.is_none() && request.url != *response.url() {
        let origin = response.url().origin().ascii_serialization();
        return Err(Error::redirected(call, &origin));
    }
    let retry_after = retry_after::retry_after(response.headers(), || shared.clock.system_time());
    let limit = settings.max_body_size;
    let (body, end) = read_body(&mut response, limit).await;
    let mut raw = RawResponse(Box::new(Arrived {
        call,
        status: response.status(),
        headers: mem::take(response.headers_mut()),
        body,
        retry_after,
    }));
    match end {
        End::Whole => Ok(raw),
        End::Failed(cause) => Err(Error::transport(mem::take(&mut raw.call), cause, Some(raw))),
        End::TooLarge => Err(Error::body_too_large(raw, limit)),
    }
}

/// The request of an attempt, for the HTTP client.
fn request_of_attempt(
    shared: &Shared,
    settings: &Settings,
    request: &mut Request,
    timeout: Duration,
) -> reqwest::Request {
    let options = settings.headers.iter();
    let options = options.map(|(name, value)| (name.clone(), value.clone()));
    let user_agent = iter::once((USER_AGENT, shared.user_agent.clone()));
    let more = options.chain(user_agent).chain(shared.credentials.headers());
    let mut sent = request.for_attempt(settings.headers.len() + 3, more);
    if shared.http_timeout != Some(timeout) {
        *sent.timeout_mut() = Some(timeout);
    }
    sent
}

/// How long the service asked to wait.
pub(super) fn retry_after(outcome: &Result<RawResponse, Error>) -> Option<Duration> {
    match outcome {
        Ok(response) => response.retry_after,
        Err(error) => error.retry_after(),
    }
}

/// What an attempt tells of the rate limit.
pub(super) fn told(outcome: &Result<RawResponse, Error>) -> Outcome<'_> {
    match outcome {
        Ok(response) => Outcome::Answered {
            status: response.status,
            headers: &response.headers,
            retry_after: response.retry_after,
        },
        Err(error) => match (error.status(), error.headers(), error.kind()) {
            (Some(status), Some(headers), _) => Outcome::Answered {
                status,
                headers,
                retry_after: error.retry_after(),
            },
            (.., ErrorKind::Connect | ErrorKind::InvalidRequest) => Outcome::NotSent,
            _ => Outcome::Lost,
        },
    }
}
