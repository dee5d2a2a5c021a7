//! How a client is configured.

use std::{fmt, sync::Arc, time::Duration};

use http::HeaderValue;

use crate::{
    config::{Credentials, RequestOptions, Settings, variable},
    error::Error,
    generated::Client,
    transport::{Clock, Jitter, Runtime, Shared, TokioClock, full_jitter},
    wire::base_url::{self, BaseUrl},
};

const USER_AGENT: &str = concat!("cloudflare-sdk-rust/", env!("CARGO_PKG_VERSION"));

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

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
    connect_timeout: Option<Duration>,
    settings: Settings,
    user_agent_suffix: Option<String>,
    http_client: Option<reqwest::Client>,
    clock: Arc<dyn Clock>,
    jitter: Arc<Jitter>,
}

impl ClientBuilder {
    pub(crate) fn new() -> Self {
        Self {
            credentials: None,
            base_url: None,
            base_url_from: "the base URL",
            connect_timeout: None,
            settings: Settings::default(),
            user_agent_suffix: None,
            http_client: None,
            clock: Arc::new(TokioClock),
            jitter: Arc::new(full_jitter),
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

    /// How calls are made, where the options say something; [`Client::with_options`] changes it for some calls.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use cloudflare_sdk::{Client, RequestOptions};
    ///
    /// # fn main() -> Result<(), cloudflare_sdk::Error> {
    /// let options = RequestOptions::new().total_timeout(Duration::from_secs(600)).header("x-team", "edge")?;
    /// let client = Client::builder()
    ///     .api_token("Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY")?
    ///     .options(options)
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn options(mut self, options: RequestOptions) -> Self {
        self.settings = self.settings.with(options);
        self
    }

    /// How long one attempt may take, from connecting to the last byte of the response; 60 seconds by default.
    ///
    /// Short for [`options`](Self::options) with [`RequestOptions::timeout`].
    pub fn timeout(self, timeout: Duration) -> Self {
        self.options(RequestOptions::new().timeout(timeout))
    }

    /// How often a call may be repeated after it failed; 2 by default, 0 to never repeat.
    ///
    /// Short for [`options`](Self::options) with [`RequestOptions::max_retries`].
    pub fn max_retries(self, retries: u32) -> Self {
        self.options(RequestOptions::new().max_retries(retries))
    }

    /// How many bytes the body of a response may have; 16 MiB by default.
    ///
    /// Short for [`options`](Self::options) with [`RequestOptions::max_body_size`].
    pub fn max_body_size(self, bytes: usize) -> Self {
        self.options(RequestOptions::new().max_body_size(bytes))
    }

    /// How long making a connection may take, TLS included; 10 seconds by default.
    ///
    /// It counts towards [`timeout`](Self::timeout), and is at most nine tenths of it and of the client's
    /// [`total_timeout`](RequestOptions::total_timeout), whichever is shorter. So a connection that cannot be made
    /// is told from a response that does not come: after the first nothing was sent, and any call is repeated.
    /// [`Client::with_options`] does not change how long connecting may take.
    ///
    /// An [HTTP client of your own](Self::http_client) has a limit of its own, beside which this one is refused.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// What the user agent says of the program, after the name and the version of the SDK.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudflare_sdk::Client;
    ///
    /// # fn main() -> Result<(), cloudflare_sdk::Error> {
    /// let client = Client::builder()
    ///     .api_token("Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY")?
    ///     .user_agent_suffix("zone-audit/1.0")
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn user_agent_suffix(mut self, suffix: impl Into<String>) -> Self {
        self.user_agent_suffix = Some(suffix.into());
        self
    }

    /// Sends with an HTTP client of your own: with its connections, proxies, root certificates and resolver.
    ///
    /// Make it with a [redirect policy of none](reqwest::redirect::Policy::none). One that follows redirects gives
    /// responses of another URL, which the SDK refuses as [`ErrorKind::Redirect`](crate::ErrorKind::Redirect). It
    /// cannot notice that a status 303 led back to the same URL, where a `PATCH` becomes a `GET`, nor that no
    /// connection could be made where a redirect leads, after the request was sent. An API token does not go to another
    /// origin, since reqwest keeps it back, but a Global API key would. So with a Global API key the SDK makes the HTTP
    /// client itself.
    ///
    /// Make it [without a proxy](reqwest::ClientBuilder::no_proxy) where the base URL is `http` to a loopback address.
    /// Otherwise the token goes to the proxy in the clear, and reqwest takes proxies from the environment too. The
    /// SDK's own HTTP client uses none there.
    ///
    /// The time to connect is for that client to limit, by
    /// [its own `connect_timeout`](reqwest::ClientBuilder::connect_timeout): give one that is shorter than
    /// [`timeout`](Self::timeout). All other options hold.
    ///
    /// The type is that of [`cloudflare_sdk::reqwest`](crate::reqwest). A version of reqwest that is not compatible
    /// with this one comes with a version of the SDK that is not compatible either.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use cloudflare_sdk::{Client, reqwest};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let http = reqwest::Client::builder()
    ///     .redirect(reqwest::redirect::Policy::none())
    ///     .connect_timeout(Duration::from_secs(10))
    ///     .https_only(true)
    ///     .build()?;
    /// let client = Client::builder()
    ///     .api_token("Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY")?
    ///     .http_client(http)
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http_client = Some(client);
        self
    }

    /// What tells the time and waits; tokio's timer by default.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// What draws the wait before a call is repeated, between nothing and the longest wait, which it is given; at random
    /// by default.
    ///
    /// # Examples
    ///
    /// Always the longest wait, so that a test can tell it beforehand:
    ///
    /// ```
    /// use cloudflare_sdk::Client;
    ///
    /// # fn main() -> Result<(), cloudflare_sdk::Error> {
    /// let client = Client::builder()
    ///     .api_token("Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY")?
    ///     .jitter(|longest| longest)
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn jitter(mut self, draw: impl Fn(Duration) -> Duration + Send + Sync + 'static) -> Self {
        self.jitter = Arc::new(draw);
        self
    }

    /// Makes the client.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when there are no credentials, when the base URL
    /// or the suffix of the user agent is refused, when an HTTP client of your own would carry a Global API key or
    /// comes with a [time to connect](Self::connect_timeout), and when the platform's TLS cannot be set up.
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
        )
        .map_err(Error::configuration)?;
        if base_url.is_https() && !cfg!(any(feature = "rustls", feature = "native-tls")) {
            return Err(Error::configuration(
                "built without TLS: turn on the feature `rustls` or `native-tls` of cloudflare-sdk",
            ));
        }
        let user_agent = user_agent(self.user_agent_suffix.as_deref())?;
        let http_timeout = self.http_client.is_none().then_some(self.settings.timeout);
        if self.http_client.is_some() && !credentials.is_known_to_http() {
            return Err(Error::configuration(
                "an HTTP client of your own may follow redirects, and would take the Global API key along; use an API \
                 token, or leave the HTTP client to the SDK",
            ));
        }
        let http = match (self.http_client, self.connect_timeout) {
            (Some(_), Some(_)) => {
                return Err(Error::configuration(
                    "`connect_timeout` has no effect on the client given by `http_client`; leave it out, and limit that \
                     client by `reqwest::ClientBuilder::connect_timeout`",
                ));
            }
            (Some(client), None) => client,
            (None, limit) => http_client(&base_url, limit.unwrap_or(CONNECT_TIMEOUT), &self.settings)?,
        };
        let shared = Shared {
            base_url,
            credentials,
            user_agent,
            http,
            http_timeout,
            clock: self.clock,
            jitter: self.jitter,
        };
        Ok(Client::from_runtime(Runtime::new(shared, self.settings)))
    }
}

fn http_client(base_url: &BaseUrl, connect_timeout: Duration, settings: &Settings) -> Result<reqwest::Client, Error> {
    // Were the attempt's time over first, or at once, nobody could tell that nothing was sent.
    let attempt = settings
        .total_timeout
        .map_or(settings.timeout, |total| total.min(settings.timeout));
    let mut http = reqwest::Client::builder()
        .connect_timeout(connect_timeout.min(attempt - attempt / 10))
        // Cheaper than a timeout for each request, which takes its place where it differs.
        .timeout(settings.timeout)
        // A redirect would take the credentials to where it leads; reqwest strips `Authorization`, not `X-Auth-Key`.
        .redirect(reqwest::redirect::Policy::none())
        .referer(false);
    if base_url.is_loopback() {
        // Plain HTTP is allowed to this machine, so it must not leave it.
        http = http.no_proxy();
    }
    http.build()
        .map_err(|cause| Error::configuration(format!("the HTTP client cannot be set up: {cause}")))
}

/// The user agent; the suffix may be any text of visible ASCII and spaces.
fn user_agent(suffix: Option<&str>) -> Result<HeaderValue, Error> {
    let Some(suffix) = suffix else {
        return Ok(HeaderValue::from_static(USER_AGENT));
    };
    let is_plain = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
    HeaderValue::try_from(format!("{USER_AGENT} {suffix}"))
        .ok()
        .filter(|_| !suffix.trim().is_empty() && suffix.bytes().all(is_plain))
        .ok_or_else(|| {
            Error::configuration(format!(
                "the suffix of the user agent {suffix:?} is empty or has a character that cannot be part of it; give a \
                 name and a version such as `zone-audit/1.0`"
            ))
        })
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not yet checked, the base URL may hold a password.
        let base_url = self
            .base_url
            .as_deref()
            .map(|url| match BaseUrl::parse(self.base_url_from, url) {
                Ok(url) => url.as_str().to_owned(),
                Err(reason) => reason,
            });
        f.debug_struct("ClientBuilder")
            .field("credentials", &self.credentials)
            .field("base_url", &base_url)
            .field("connect_timeout", &self.connect_timeout)
            .field("settings", &self.settings)
            .field("user_agent_suffix", &self.user_agent_suffix)
            .finish_non_exhaustive()
    }
}
