//! What callers ask of an error.

use http::StatusCode;

use super::{Error, ErrorKind};
use crate::wire::status::{is_failure_of_server, is_transient};

impl Error {
    /// Whether the same call may succeed later: no connection could be made, the time ran out, the connection broke,
    /// the [rate limit](Self::is_rate_limited) was reached, or the status is 408, 500, 502, 503 or 504.
    ///
    /// The client has repeated such calls already, as far as its options allow and as far as that is safe: this
    /// predicate does not say that it is, [`outcome_unknown`](Self::outcome_unknown) does. If it stays so, look at
    /// <https://www.cloudflarestatus.com>.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self.kind() {
            ErrorKind::Connect | ErrorKind::RateLimit | ErrorKind::Timeout | ErrorKind::Transport => true,
            ErrorKind::BodyTooLarge => false,
            _ => self.status().is_some_and(|status| {
                is_transient(status) || matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS)
            }),
        }
    }

    /// Whether Cloudflare did not understand the request: status 400 or 422.
    ///
    /// [`errors`](Self::errors) says why, and where in the body the mistake is.
    #[must_use]
    pub fn is_bad_request(&self) -> bool {
        matches!(
            self.status(),
            Some(StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY)
        )
    }

    /// Whether the request contradicts what is there: status 409.
    ///
    /// Usual causes are a thing that exists already, and two callers that change the same thing. Read its state, then
    /// decide anew.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.status() == Some(StatusCode::CONFLICT)
    }

    /// Whether Cloudflare failed: status 500 or above.
    ///
    /// The call was repeated already if that is safe. If it stays so, look at <https://www.cloudflarestatus.com>, and
    /// give support the [request id](Self::request_id).
    #[must_use]
    pub fn is_server_error(&self) -> bool {
        self.status().is_some_and(is_failure_of_server)
    }

    /// Whether Cloudflare did not accept the credentials: status 401, or 400 with a code of its authentication.
    ///
    /// Usual causes are a token that was revoked, has expired or was copied in part, and a Global API key used as a
    /// token. Check the token with <https://developers.cloudflare.com/api/resources/user/subresources/tokens/methods/verify/>.
    #[must_use]
    pub fn is_authentication(&self) -> bool {
        // https://developers.cloudflare.com/fundamentals/api/troubleshooting/
        const INVALID_HEADERS: u64 = 6003;
        self.status() == Some(StatusCode::UNAUTHORIZED)
            || (self.status() == Some(StatusCode::BAD_REQUEST) && self.has_code(INVALID_HEADERS))
    }

    /// Whether Cloudflare's API refused because the credentials may not do this: status 403 in its envelope.
    ///
    /// Give the token one of the [`accepted_permissions`](Self::accepted_permissions), for the zone in question. A 403
    /// that is not Cloudflare's envelope, and for which this is `false`, comes from the edge, which blocks addresses
    /// and not tokens.
    #[must_use]
    pub fn is_permission_denied(&self) -> bool {
        self.status() == Some(StatusCode::FORBIDDEN) && self.kind() == ErrorKind::Api
    }

    /// Whether there is no such thing: status 404.
    ///
    /// Usual causes are the id of an account where one of a zone is due, and a zone that was deleted.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(StatusCode::NOT_FOUND)
    }

    /// Whether the rate limit was reached: status 429, or [`ErrorKind::RateLimit`] where the client knew it beforehand.
    ///
    /// Cloudflare allows [1,200 requests per five minutes](https://developers.cloudflare.com/fundamentals/api/reference/limits/)
    /// for a user, all tokens and keys together. The call was repeated already, after the wait that Cloudflare asked for;
    /// if that was too long, [`retry_after`](Self::retry_after) tells it. A client keeps below the limit by itself, so
    /// something else uses the same quota: another program, or another client in this one, of which clones would do.
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        self.kind() == ErrorKind::RateLimit || self.status() == Some(StatusCode::TOO_MANY_REQUESTS)
    }

    /// Whether the time ran out before the response was there.
    ///
    /// A change may have been made all the same: [`outcome_unknown`](Self::outcome_unknown) tells. Usual causes are a
    /// slow network and a [timeout](crate::RequestOptions::timeout) that is too short for it. When connecting takes
    /// longer than it [may](crate::ClientBuilder::connect_timeout), the error [is of the connection](Self::is_connect).
    /// But when an attempt may take even less, by the options of some calls or at the end of the [total
    /// timeout](crate::RequestOptions::total_timeout), its time may run out while connecting, which looks the same as
    /// after it.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.kind() == ErrorKind::Timeout
    }

    /// Whether no connection could be made, so that nothing was sent.
    ///
    /// Usual causes are a name that does not resolve, a proxy or firewall in between, and a certificate that is not
    /// trusted; and that it took longer than [it may](crate::ClientBuilder::connect_timeout).
    #[must_use]
    pub fn is_connect(&self) -> bool {
        self.kind() == ErrorKind::Connect
    }
}
