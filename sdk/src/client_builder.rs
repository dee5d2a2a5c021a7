//! How a client is configured.

use std::{fmt, time::Duration};

use crate::{
    Client, Credentials, Error,
    base_url::{self, BaseUrl},
    credentials::variable,
    runtime::Runtime,
};

const BASE_URL_VARIABLE: &str = "CLOUDFLARE_BASE_URL";

/// Configures a [`Client`].
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use cloudflare_sdk::{Client, Credentials};
///
/// # fn main() -> Result<(), cloudflare_sdk::Error> {
/// let client = Client::builder()
///     .credentials(Credentials::api_token("Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY")?)
///     .timeout(Duration::from_secs(20))
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct ClientBuilder {
    credentials: Option<Credentials>,
    base_url: Option<String>,
    base_url_from: &'static str,
    timeout: Duration,
    connect_timeout: Duration,
    max_body_size: usize,
}

impl ClientBuilder {
    pub(crate) fn new() -> Self {
        Self {
            credentials: None,
            base_url: None,
            base_url_from: "the base URL",
            timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(10),
            max_body_size: 16 * 1024 * 1024,
        }
    }

    /// A builder with the credentials and the base URL that are in the environment.
    ///
    /// Unlike [`Client::from_env`], this leaves room for further configuration.
    ///
    /// # Errors
    ///
    /// Those of [`Credentials::from_env`].
    pub fn from_env() -> Result<Self, Error> {
        let mut builder = Self::new().credentials(Credentials::from_env()?);
        if let Some(url) = variable(BASE_URL_VARIABLE)? {
            builder.base_url = Some(url);
            builder.base_url_from = BASE_URL_VARIABLE;
        }
        Ok(builder)
    }

    /// Who is calling.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Calls with an API token.
    ///
    /// # Errors
    ///
    /// Those of [`Credentials::api_token`].
    pub fn api_token(self, token: impl Into<String>) -> Result<Self, Error> {
        Ok(self.credentials(Credentials::api_token(token)?))
    }

    /// Calls with an e-mail address and a Global API key.
    ///
    /// # Errors
    ///
    /// Those of [`Credentials::api_key`].
    pub fn api_key(self, email: impl Into<String>, key: impl Into<String>) -> Result<Self, Error> {
        Ok(self.credentials(Credentials::api_key(email, key)?))
    }

    /// Where requests go; `https://api.cloudflare.com/client/v4` by default.
    ///
    /// The paths of the operations are appended to it. It must be `https`, or `http` to a loopback address; whether it
    /// ends in a slash makes no difference.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self.base_url_from = "the base URL";
        self
    }

    /// How long a call may take, from connecting to the last byte of the response; 60 seconds by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long making a connection may take, TLS included; 10 seconds by default. It counts towards
    /// [`timeout`](Self::timeout).
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How many bytes the body of a response may have; 16 MiB by default.
    ///
    /// A larger one ends in [`ErrorKind::BodyTooLarge`](crate::ErrorKind::BodyTooLarge) and is not read to its end.
    pub fn max_body_size(mut self, bytes: usize) -> Self {
        self.max_body_size = bytes;
        self
    }

    /// Makes the client.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when there are no credentials, when the base URL
    /// is refused, and when the platform's TLS cannot be set up.
    pub fn build(self) -> Result<Client, Error> {
        let credentials = self.credentials.ok_or_else(|| {
            Error::configuration(
                "no credentials: give the builder `api_token`, or `api_key` with the e-mail address; \
                 `Client::from_env` takes them from the environment",
            )
        })?;
        let base_url = BaseUrl::parse(
            self.base_url_from,
            self.base_url.as_deref().unwrap_or(base_url::DEFAULT),
        )?;
        if base_url.is_https() && !cfg!(any(feature = "rustls", feature = "native-tls")) {
            return Err(Error::configuration(
                "built without TLS: turn on the feature `rustls` or `native-tls` of cloudflare-sdk",
            ));
        }
        let mut http = reqwest::Client::builder()
            .user_agent(concat!("cloudflare-sdk-rust/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(self.connect_timeout)
            // A redirect would take the credentials to where it leads; reqwest strips `Authorization`, not `X-Auth-Key`.
            .redirect(reqwest::redirect::Policy::none())
            .referer(false);
        if base_url.is_loopback() {
            // Plain HTTP is allowed to this machine, so it must not leave it.
            http = http.no_proxy();
        }
        let http = http
            .build()
            .map_err(|cause| Error::configuration(format!("the HTTP client cannot be set up: {cause}")))?;
        let runtime = Runtime::new(base_url, credentials, http, self.timeout, self.max_body_size);
        Ok(Client::from_runtime(runtime))
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not yet checked, the base URL may hold a password.
        let base_url = self
            .base_url
            .as_deref()
            .map(|url| match BaseUrl::parse(self.base_url_from, url) {
                Ok(url) => url.as_str().to_owned(),
                Err(error) => error.to_string(),
            });
        f.debug_struct("ClientBuilder")
            .field("credentials", &self.credentials)
            .field("base_url", &base_url)
            .field("timeout", &self.timeout)
            .field("connect_timeout", &self.connect_timeout)
            .field("max_body_size", &self.max_body_size)
            .finish()
    }
}
