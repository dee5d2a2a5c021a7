//! Statuses of responses, by what they say about a request.

use http::StatusCode;

/// Whether a server that answers so did not do what was asked.
pub(crate) fn is_refusal(status: StatusCode) -> bool {
    !status.is_success() && !is_failure_of_server(status)
}

/// Whether a server that answers so failed, statuses included that no RFC has.
pub(crate) fn is_failure_of_server(status: StatusCode) -> bool {
    status.as_u16() >= 500
}

/// Whether a server that answers so may answer otherwise soon.
pub(crate) fn is_transient(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::INTERNAL_SERVER_ERROR
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    )
}
