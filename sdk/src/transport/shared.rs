//! State that the clones of a client share.

use std::{sync::Arc, time::Duration};

use http::HeaderValue;

use super::{clock::Clock, retry::Jitter};
use crate::{config::Credentials, wire::base_url::BaseUrl};

/// What the clones of a client share, whatever their options.
pub(crate) struct Shared {
    pub(crate) base_url: BaseUrl,
    pub(crate) credentials: Credentials,
    pub(crate) user_agent: HeaderValue,
    pub(crate) http: reqwest::Client,
    /// The timeout that the HTTP client has of its own; none if it was made by the user, and so may follow redirects.
    pub(crate) http_timeout: Option<Duration>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) jitter: Arc<Jitter>,
}
