//! Where requests go, and the rule that credentials do not travel in the clear.

use std::{fmt, sync::Arc};

use reqwest::Url;

/// Where Cloudflare serves its API.
pub(crate) const DEFAULT: &str = "https://api.cloudflare.com/client/v4";

/// A base URL without a slash at its end, so that a path can be appended.
#[derive(Clone)]
pub(crate) struct BaseUrl {
    text: Arc<str>,
    url: Arc<Url>,
    loopback: bool,
}

impl BaseUrl {
    /// Checks a base URL; `origin` names where it came from in the reason against it.
    pub(crate) fn parse(origin: &str, text: &str) -> Result<Self, String> {
        // The text is not repeated where it may hold a password.
        let refuse = |reason: &str| Err(format!("{origin}: {reason}"));
        let Ok(mut url) = Url::parse(text) else {
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
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self {
            text: url.as_str().trim_end_matches('/').into(),
            url: Arc::new(url),
            loopback,
        })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    pub(crate) fn port(&self) -> Option<u16> {
        self.url.port_or_known_default()
    }

    /// The URL that a text is, if it is this base URL with a path appended.
    ///
    /// Cheaper than parsing all of it anew. What the path holds is encoded if it has to be.
    pub(crate) fn with_path(&self, text: &str) -> Option<Url> {
        let path = text.strip_prefix(&*self.text).filter(|path| path.starts_with('/'))?;
        let mut url = Url::clone(&self.url);
        if path.bytes().any(|byte| byte == b'%') || path.as_bytes().windows(2).any(|pair| pair == b"//") {
            let base = self.url.path().trim_end_matches('/');
            url.set_path(&[base, path].concat());
        } else {
            // Appending segments is cheaper, where nothing in them is encoded already and none is empty.
            let mut segments = url.path_segments_mut().ok()?;
            segments.pop_if_empty().extend(path.split('/').skip(1));
        }
        Some(url)
    }

    /// Whether requests stay on this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        self.loopback
    }

    pub(crate) fn is_https(&self) -> bool {
        self.url.scheme() == "https"
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
    fn a_path_is_appended_as_if_all_of_it_were_parsed() {
        for base in [
            "https://api.example",
            "https://api.example/client/v4",
            "http://[::1]:8080/a%20b/",
            "https://api.example//client//",
            "https://api.example//",
        ] {
            let base = BaseUrl::parse("", base).unwrap();
            for path in ["/zones", "/zones/a%2Fb/x", "/a/", "/a~b/-._", "//a", "/a//b"] {
                let text = format!("{}{path}", base.as_str());
                assert_eq!(
                    base.with_path(&text).unwrap().as_str(),
                    Url::parse(&text).unwrap().as_str()
                );
            }
            assert!(base.with_path("https://api.example.evil/zones").is_none());
            assert!(base.with_path(&format!("{}.evil/zones", base.as_str())).is_none());
        }
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
