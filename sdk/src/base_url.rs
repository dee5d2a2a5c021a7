//! Where requests go, and the rule that credentials do not travel in the clear.

use std::{fmt, sync::Arc};

use reqwest::Url;

use crate::Error;

/// Where Cloudflare serves its API.
pub(crate) const DEFAULT: &str = "https://api.cloudflare.com/client/v4";

/// A base URL without a slash at its end, so that a path can be appended.
#[derive(Clone)]
pub(crate) struct BaseUrl {
    text: Arc<str>,
    host: Arc<str>,
    port: Option<u16>,
    loopback: bool,
}

impl BaseUrl {
    /// Checks a base URL; `origin` names where it came from in an error.
    pub(crate) fn parse(origin: &str, text: &str) -> Result<Self, Error> {
        // The text is not repeated where it may hold a password.
        let refuse = |reason: &str| Err(Error::configuration(format!("{origin}: {reason}")));
        let Ok(url) = Url::parse(text) else {
            return refuse("not an absolute URL; the default is https://api.cloudflare.com/client/v4");
        };
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("holds a user name or a password; give credentials to the client instead");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return refuse("holds a query or a fragment, to which no path can be appended");
        }
        let loopback = is_loopback(&url);
        match url.scheme() {
            "https" => {}
            "http" if loopback => {}
            "http" => {
                let text =
                    format!("{url} would send the credentials in the clear; use https (http is for loopback only)");
                return refuse(&text);
            }
            scheme => return refuse(&format!("the scheme is `{scheme}`; use https")),
        }
        Ok(Self {
            text: url.as_str().trim_end_matches('/').into(),
            host: url.host_str().unwrap_or_default().into(),
            port: url.port_or_known_default(),
            loopback,
        })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    pub(crate) fn port(&self) -> Option<u16> {
        self.port
    }

    /// Whether a response came from where requests go.
    pub(crate) fn is_origin_of(&self, url: &Url) -> bool {
        let scheme = if self.is_https() { "https" } else { "http" };
        url.scheme() == scheme && url.host_str() == Some(self.host()) && url.port_or_known_default() == self.port
    }

    /// Whether requests stay on this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        self.loopback
    }

    pub(crate) fn is_https(&self) -> bool {
        self.text.starts_with("https:")
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.text, f)
    }
}

/// Whether a host is this machine. Of names only `localhost` itself: others are for a resolver to say.
fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    let address = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse::<std::net::IpAddr>();
    match address {
        Ok(address) => address.is_loopback(),
        Err(_) => host == "localhost",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(text: &str) -> String {
        BaseUrl::parse("base URL", text).unwrap_err().to_string()
    }

    #[test]
    fn a_slash_at_the_end_makes_no_difference() {
        for text in [
            "https://api.example/v4",
            "https://api.example/v4/",
            "https://api.example/v4//",
        ] {
            assert_eq!(BaseUrl::parse("", text).unwrap().as_str(), "https://api.example/v4");
        }
        assert_eq!(
            BaseUrl::parse("", "https://api.example").unwrap().as_str(),
            "https://api.example"
        );
    }

    #[test]
    fn plain_http_is_for_loopback_only() {
        for text in [
            "http://127.0.0.1:1",
            "http://127.8.8.8",
            "http://[::1]:1/a",
            "http://localhost",
        ] {
            assert!(BaseUrl::parse("", text).unwrap().is_loopback(), "{text}");
        }
        for text in [
            "http://api.example",
            "http://10.0.0.1",
            "http://localhost.example",
            "http://a.localhost",
            "http://127.0.0.1.example",
        ] {
            assert!(reason(text).contains("in the clear"), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_base_url_is_refused_without_repeating_a_password() {
        assert!(reason("api.example/v4").contains("not an absolute URL"));
        assert!(reason("ftp://api.example").contains("the scheme is `ftp`"));
        assert!(reason("https://api.example/?a=b").contains("query"));
        assert!(reason("https://api.example/#a").contains("fragment"));
        let with_password = reason("https://me:hunter2@api.example");
        assert!(with_password.contains("password") && !with_password.contains("hunter2"));
    }
}
