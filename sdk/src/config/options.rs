//! How calls are made: what can be set for a client, and for some of its calls otherwise.

use std::{fmt, time::Duration};

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{
        ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, COOKIE,
        EXPECT, HOST, PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE, USER_AGENT,
    },
};

use super::credentials;
use crate::error::Error;

/// How calls are made: timeouts, retries, pacing, extra headers.
///
/// What is not set is left as it is, so that these options can be laid over those of a client:
/// [`Client::with_options`](crate::Client::with_options) gives a client for some calls, and
/// [`ClientBuilder::options`](crate::ClientBuilder::options) sets the options of all.
///
/// What is set for a client can be set otherwise for some calls, but not taken back: to be rid of a
/// [total timeout](Self::total_timeout), set it to [`Duration::MAX`]; set [`idempotent`](Self::idempotent) and a
/// [header](Self::header) only for the calls that need them.
///
/// # Examples
///
/// ```no_run
/// use std::time::Duration;
///
/// use cloudflare_sdk::RequestOptions;
///
/// # async fn example(client: &cloudflare_sdk::Client) -> Result<(), cloudflare_sdk::Error> {
/// let patient = client.with_options(RequestOptions::new().max_retries(5).total_timeout(Duration::from_secs(600)));
/// let zones = patient.zones_list().send().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct RequestOptions {
    timeout: Option<Duration>,
    total_timeout: Option<Duration>,
    max_retries: Option<u32>,
    initial_backoff: Option<Duration>,
    max_backoff: Option<Duration>,
    max_retry_after: Option<Duration>,
    idempotent: Option<bool>,
    pacing: Option<bool>,
    max_body_size: Option<usize>,
    headers: HeaderMap,
}

impl RequestOptions {
    /// Options that change nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// How long one attempt may take, from connecting to the last byte of the response; 60 seconds by default.
    ///
    /// A call that is repeated may take as much again each time; [`total_timeout`](Self::total_timeout) is for all of
    /// it.
    ///
    /// Set for a client, it also limits [how long connecting may take](crate::ClientBuilder::connect_timeout). Set for
    /// some calls it does not: where it is the shorter of the two, time that runs out while connecting is a
    /// [timeout](Error::is_timeout), after which it is not known that nothing was sent.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How long the whole call may take, with all attempts and all waiting; without end by default.
    ///
    /// A call does not begin to wait for what cannot be over in time: it returns at once with the error that it has, or
    /// with one of [`ErrorKind::RateLimit`](crate::ErrorKind::RateLimit) if the limit keeps it from being sent at all.
    /// An attempt takes no longer than what is left, which for a later one may be less than connecting may take: then
    /// the same holds as for [`timeout`](Self::timeout).
    pub fn total_timeout(mut self, timeout: Duration) -> Self {
        self.total_timeout = Some(timeout);
        self
    }

    /// How often a call may be repeated after it failed; 2 by default, 0 to never repeat.
    ///
    /// Repeated are only calls that it is safe to repeat: those that failed before the request left, and those answered
    /// with status 408 or 429, always; those answered with 500, 502, 503 or 504, and those that timed out or were cut
    /// off, if the operation is [idempotent](Self::idempotent).
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.max_retries = Some(retries);
        self
    }

    /// How long to wait at most before a call is repeated for the first time; half a second by default.
    ///
    /// The wait is drawn between nothing and this, and this doubles each time, up to
    /// [`max_backoff`](Self::max_backoff). `Retry-After` in the response takes its place, whether longer or
    /// shorter, unless it is 0.
    pub fn initial_backoff(mut self, backoff: Duration) -> Self {
        self.initial_backoff = Some(backoff);
        self
    }

    /// Up to what the wait before a call is repeated may grow by itself; 8 seconds by default.
    pub fn max_backoff(mut self, backoff: Duration) -> Self {
        self.max_backoff = Some(backoff);
        self
    }

    /// How long to wait at a stretch when the service says so, by `Retry-After` or by its rate limit; 6 minutes by
    /// default, which is more than a window of Cloudflare's rate limit.
    ///
    /// When the service asks for more, the call fails at once with the error that it has, or with one of
    /// [`ErrorKind::RateLimit`](crate::ErrorKind::RateLimit) if it was not sent; [`Error::retry_after`] tells what was
    /// asked for.
    pub fn max_retry_after(mut self, wait: Duration) -> Self {
        self.max_retry_after = Some(wait);
        self
    }

    /// Whether making a call twice is the same as making it once; by default as the operation declares it.
    ///
    /// Raw calls declare it by their method: all but `POST` and `PATCH` are idempotent.
    ///
    /// `true` holds for whatever is called with these options. Set for a client, it makes every `POST` repeatable, and
    /// what a `POST` creates may then be created more than once. Set it for the calls of which it is true, by
    /// [`Client::with_options`](crate::Client::with_options).
    pub fn idempotent(mut self, idempotent: bool) -> Self {
        self.idempotent = Some(idempotent);
        self
    }

    /// Whether calls wait for their turn so that the rate limit is not passed; they do by default.
    ///
    /// The quota is shared by all clones of a client. A call that was refused all the same, as others use the quota too, is
    /// repeated when the limit's own headers say that its window is over: up to a second before `Retry-After`, which is
    /// rounded up, has passed.
    pub fn pacing(mut self, pacing: bool) -> Self {
        self.pacing = Some(pacing);
        self
    }

    /// How many bytes the body of a response may have; 16 MiB by default.
    ///
    /// A larger one ends in [`ErrorKind::BodyTooLarge`](crate::ErrorKind::BodyTooLarge) and is not read to its end. Where
    /// reqwest decompresses bodies, because the program turns on a feature of it, what comes out is counted.
    pub fn max_body_size(mut self, bytes: usize) -> Self {
        self.max_body_size = Some(bytes);
        self
    }

    /// An extra header of every request. It is not shown by `Debug`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when the name or the value cannot stand in a
    /// request, and when the name is one that the SDK or the HTTP client sets: credentials, `user-agent`, those of the
    /// body such as `content-type`, and those of the connection such as `host`.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudflare_sdk::RequestOptions;
    ///
    /// # fn main() -> Result<(), cloudflare_sdk::Error> {
    /// let options = RequestOptions::new().header("cf-connecting-tool", "fleet")?;
    /// assert!(RequestOptions::new().header("Authorization", "Bearer another").is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, Error> {
        let refuse = |reason: &str| Error::configuration(format!("header {name:?}: {reason}"));
        let parsed: HeaderName = name.parse().map_err(|_| refuse("this is no name of a header"))?;
        if RESERVED.contains(&parsed) {
            return Err(refuse("it is set by the SDK or the HTTP client; leave it out"));
        }
        let mut value: HeaderValue = value
            .parse()
            .map_err(|_| refuse("its value has a character that no header can hold, such as a line break"))?;
        value.set_sensitive(true);
        self.headers.insert(parsed, value);
        Ok(self)
    }
}

impl fmt::Debug for RequestOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestOptions")
            .field("timeout", &self.timeout)
            .field("total_timeout", &self.total_timeout)
            .field("max_retries", &self.max_retries)
            .field("initial_backoff", &self.initial_backoff)
            .field("max_backoff", &self.max_backoff)
            .field("max_retry_after", &self.max_retry_after)
            .field("idempotent", &self.idempotent)
            .field("pacing", &self.pacing)
            .field("max_body_size", &self.max_body_size)
            .field("headers", &self.headers)
            .finish()
    }
}

/// What credentials, bodies and connections are made of.
static RESERVED: [HeaderName; 19] = [
    AUTHORIZATION,
    PROXY_AUTHORIZATION,
    COOKIE,
    credentials::EMAIL,
    credentials::KEY,
    credentials::USER_SERVICE_KEY,
    USER_AGENT,
    ACCEPT,
    ACCEPT_ENCODING,
    CONTENT_TYPE,
    CONTENT_ENCODING,
    CONTENT_LENGTH,
    HOST,
    CONNECTION,
    TRANSFER_ENCODING,
    TE,
    TRAILER,
    UPGRADE,
    EXPECT,
];

/// The options of a client, all of them set.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) timeout: Duration,
    pub(crate) total_timeout: Option<Duration>,
    pub(crate) max_retries: u32,
    pub(crate) initial_backoff: Duration,
    pub(crate) max_backoff: Duration,
    pub(crate) max_retry_after: Duration,
    pub(crate) idempotent: Option<bool>,
    pub(crate) pacing: bool,
    pub(crate) max_body_size: usize,
    pub(crate) headers: HeaderMap,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(60),
            total_timeout: None,
            max_retries: 2,
            initial_backoff: Duration::from_millis(500),
            max_backoff: Duration::from_secs(8),
            max_retry_after: Duration::from_secs(6 * 60),
            idempotent: None,
            pacing: true,
            max_body_size: 16 * 1024 * 1024,
            headers: HeaderMap::new(),
        }
    }
}

impl Settings {
    /// Lays options over these settings.
    pub(crate) fn with(&self, options: RequestOptions) -> Self {
        let mut headers = self.headers.clone();
        headers.extend(options.headers);
        Self {
            timeout: options.timeout.unwrap_or(self.timeout),
            total_timeout: options.total_timeout.or(self.total_timeout),
            max_retries: options.max_retries.unwrap_or(self.max_retries),
            initial_backoff: options.initial_backoff.unwrap_or(self.initial_backoff),
            max_backoff: options.max_backoff.unwrap_or(self.max_backoff),
            max_retry_after: options.max_retry_after.unwrap_or(self.max_retry_after),
            idempotent: options.idempotent.or(self.idempotent),
            pacing: options.pacing.unwrap_or(self.pacing),
            max_body_size: options.max_body_size.unwrap_or(self.max_body_size),
            headers,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_set_is_left_as_it_is() {
        let ten = Duration::from_secs(10);
        let first = Settings::default().with(RequestOptions::new().max_retries(5).timeout(ten));
        let second = first.with(RequestOptions::new().pacing(false));
        assert_eq!((second.max_retries, second.timeout, second.pacing), (5, ten, false));
        assert_eq!(second.max_backoff, Settings::default().max_backoff);
    }

    #[test]
    fn reserved_names_are_refused_however_they_are_written() {
        for name in &RESERVED {
            for name in [name.as_str().to_owned(), name.as_str().to_uppercase()] {
                let error = RequestOptions::new().header(&name, "a").unwrap_err();
                assert!(
                    error.to_string().contains(&name) && error.to_string().contains("leave it out"),
                    "{error}"
                );
            }
        }
    }

    #[test]
    fn a_header_cannot_smuggle_another_one() {
        for (name, value) in [
            ("x-tool", "a\r\nx-auth-key: b"),
            ("x-tool\r\nx-auth-key", "b"),
            ("", "b"),
            ("a b", "c"),
        ] {
            let error = RequestOptions::new().header(name, value).unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::Configuration);
            assert!(!error.to_string().contains('\n'), "{error}");
        }
    }

    #[test]
    fn the_values_of_headers_are_not_shown() {
        let options = RequestOptions::new().header("x-tool", "hunter2").unwrap();
        assert!(!format!("{options:?}").contains("hunter2"));
    }
}
