//! The server, and the clients that call it.

use std::{fmt, time::Duration};

use httpmock::Mock;

use super::{Then, When};
use crate::{Client, ClientBuilder, Error};

/// The token of [`MockServer::client`]: the example of Cloudflare's reference, which opens nothing.
pub const API_TOKEN: &str = "Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY";

/// Where Cloudflare has the API on its host.
pub(super) const PREFIX: &str = "/client/v4";

/// A server on a loopback port that answers as it is told.
///
/// Its methods that stand for operations are those of [`MockServerExt`](super::MockServerExt). Mocks are asked in the
/// order in which they were made; the first that expects a request answers it.
///
/// Servers are reused: when one is dropped, another test of the same process may get it, with no mock left in it.
///
/// # Examples
///
/// See the [module's documentation](super).
pub struct MockServer {
    server: httpmock::MockServer,
}

/// Which requests are those of an operation; generated code fills it in.
#[derive(Debug)]
pub struct Operation {
    /// The verb.
    pub method: httpmock::Method,
    /// The path with the names of its parameters.
    pub path: &'static str,
}

impl MockServer {
    /// Starts a server.
    ///
    /// It blocks the thread for the moment that this takes; it may be called from async code.
    #[must_use]
    pub fn start() -> Self {
        Self {
            server: httpmock::MockServer::start(),
        }
    }

    /// Starts a server without blocking the thread.
    pub async fn start_async() -> Self {
        Self {
            server: httpmock::MockServer::start_async().await,
        }
    }

    /// The base URL, with the path under which Cloudflare has its API: what
    /// [`ClientBuilder::base_url`] and `CLOUDFLARE_BASE_URL` take as it is.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.server.url(PREFIX)
    }

    /// A client that calls this server with [`API_TOKEN`].
    ///
    /// # Errors
    ///
    /// Those of [`ClientBuilder::build`].
    pub fn client(&self) -> Result<Client, Error> {
        self.client_builder().api_token(API_TOKEN)?.build()
    }

    /// Configures a client that calls this server, to which credentials must be given. It repeats calls
    /// without waiting, but for what `Retry-After` asks.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use cloudflare_sdk::mock::MockServer;
    ///
    /// # fn main() -> Result<(), cloudflare_sdk::Error> {
    /// let server = MockServer::start();
    /// let client = server
    ///     .client_builder()
    ///     .api_key("user@example.com", "144c9defac04969c7bfad8efaa8ea194")?
    ///     .timeout(Duration::from_secs(1))
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn client_builder(&self) -> ClientBuilder {
        Client::builder().base_url(self.base_url()).jitter(|_| Duration::ZERO)
    }

    /// The server underneath, for mocks of requests that are no operation of the document.
    #[must_use]
    pub fn httpmock(&self) -> &httpmock::MockServer {
        &self.server
    }

    /// Mocks an operation; for generated code.
    #[doc(hidden)]
    pub fn operation<B>(&self, operation: Operation, config: impl FnOnce(When, Then<B>)) -> Mock<'_> {
        self.server
            .mock(|when, then| config(When::new(when, operation), Then::new(then)))
    }
}

impl fmt::Debug for MockServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockServer")
            .field("base_url", &self.base_url())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::PREFIX;

    #[test]
    fn the_api_is_where_cloudflare_has_it() {
        assert_eq!(
            crate::wire::base_url::DEFAULT,
            format!("https://api.cloudflare.com{PREFIX}")
        );
    }
}
