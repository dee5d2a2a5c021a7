//! Who is calling.

use std::{env, fmt, sync::Arc};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, header::AUTHORIZATION};
use zeroize::Zeroizing;

use crate::{call::Secrets, error::Error};

pub(crate) const EMAIL: HeaderName = HeaderName::from_static("x-auth-email");
pub(crate) const KEY: HeaderName = HeaderName::from_static("x-auth-key");
/// Of another scheme, which the SDK does not offer.
pub(crate) const USER_SERVICE_KEY: HeaderName = HeaderName::from_static("x-auth-user-service-key");

/// Those that the credentials are sent in.
pub(crate) static HEADERS: [HeaderName; 3] = [AUTHORIZATION, EMAIL, KEY];

const BEARER: &str = "Bearer ";
const TOKEN_VARIABLE: &str = "CLOUDFLARE_API_TOKEN";
const EMAIL_VARIABLE: &str = "CLOUDFLARE_EMAIL";
const KEY_VARIABLE: &str = "CLOUDFLARE_API_KEY";

/// Credentials for Cloudflare's API: a token, or an e-mail address with a Global API key.
///
/// [`Debug`](fmt::Debug) does not show them, and they are wiped from memory when the last clone is dropped. A client has
/// one, and so has each [`Error`] of its calls, which must know what not to show. Copies that the HTTP client makes while
/// it sends a request are not wiped.
///
/// # Examples
///
/// ```
/// use cloudflare_sdk::Credentials;
///
/// # fn main() -> Result<(), cloudflare_sdk::Error> {
/// let preferred = Credentials::api_token("Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY")?;
/// let previous = Credentials::api_key("user@example.com", "144c9defac04969c7bfad8efaa8ea194")?;
/// assert!(!format!("{preferred:?} {previous:?}").contains("144c9"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Credentials(Arc<Inner>);

struct Inner {
    scheme: Scheme,
    secrets: Secrets,
}

enum Scheme {
    /// With the word `Bearer`.
    Token(HeaderValue),
    Key {
        email: HeaderValue,
        key: HeaderValue,
    },
}

impl From<Scheme> for Credentials {
    fn from(scheme: Scheme) -> Self {
        let secrets = match &scheme {
            Scheme::Token(bearer) => Secrets::new([(bearer.clone(), BEARER.len())]),
            Scheme::Key { email, key } => Secrets::new([(email.clone(), 0), (key.clone(), 0)]),
        };
        Self(Arc::new(Inner { scheme, secrets }))
    }
}

impl Credentials {
    /// An API token, [the preferred scheme](https://developers.cloudflare.com/fundamentals/api/get-started/create-token/).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when the token is empty or holds a character that
    /// cannot stand in an HTTP header, such as a line break.
    pub fn api_token(token: impl Into<String>) -> Result<Self, Error> {
        Ok(Scheme::Token(bearer("the API token", token.into().into())?).into())
    }

    /// A Global API key with the e-mail address of its user, the previous scheme.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when either is empty or holds a character that
    /// cannot stand in an HTTP header.
    pub fn api_key(email: impl Into<String>, key: impl Into<String>) -> Result<Self, Error> {
        let (email, key) = (Zeroizing::new(email.into()), Zeroizing::new(key.into()));
        let (email, key) = (secret("the e-mail address", email)?, secret("the API key", key)?);
        Ok(Scheme::Key { email, key }.into())
    }

    /// The credentials in the environment, by the variables of Cloudflare's own SDKs.
    ///
    /// These are `CLOUDFLARE_API_TOKEN`, or `CLOUDFLARE_EMAIL` with `CLOUDFLARE_API_KEY`. A variable that is empty
    /// counts as not set.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration), naming the variables, when no scheme is complete,
    /// when both a token and a key are set, and when a value cannot stand in an HTTP header.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_variables(|name| Ok(variable(name)?.map(Zeroizing::new)))
    }

    fn from_variables(read: impl Fn(&'static str) -> Result<Option<Zeroizing<String>>, Error>) -> Result<Self, Error> {
        let (token, email, key) = (read(TOKEN_VARIABLE), read(EMAIL_VARIABLE), read(KEY_VARIABLE));
        let refuse = |text: String| Err(Error::configuration(text));
        match (token?, email?, key?) {
            (Some(_), _, Some(_)) => refuse(format!(
                "both {TOKEN_VARIABLE} and {KEY_VARIABLE} are set; unset one, so that it is plain which is meant"
            )),
            (Some(token), _, None) => Ok(Scheme::Token(bearer(TOKEN_VARIABLE, token)?).into()),
            (None, Some(email), Some(key)) => {
                let (email, key) = (secret(EMAIL_VARIABLE, email)?, secret(KEY_VARIABLE, key)?);
                Ok(Scheme::Key { email, key }.into())
            }
            (None, Some(_), None) => refuse(format!(
                "{EMAIL_VARIABLE} is set without {KEY_VARIABLE}; set both, or {TOKEN_VARIABLE} alone"
            )),
            (None, None, Some(_)) => refuse(format!(
                "{KEY_VARIABLE} is set without {EMAIL_VARIABLE}; set both, or {TOKEN_VARIABLE} alone"
            )),
            (None, None, None) => refuse(format!(
                "no credentials: set {TOKEN_VARIABLE}, or {EMAIL_VARIABLE} with {KEY_VARIABLE}"
            )),
        }
    }

    /// The headers in which a request has the credentials, which must have no others: nothing puts them there.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
        let values = match &self.0.scheme {
            Scheme::Token(bearer) => [Some(bearer), None, None],
            Scheme::Key { email, key } => [None, Some(email), Some(key)],
        };
        let pairs = HEADERS.iter().zip(values);
        pairs.filter_map(|(name, value)| Some((name.clone(), value?.clone())))
    }

    /// Whether the HTTP client knows by itself that these do not follow a redirect to another origin.
    pub(crate) fn is_known_to_http(&self) -> bool {
        matches!(self.0.scheme, Scheme::Token(_))
    }

    /// The secrets, for texts to be redacted.
    pub(crate) fn secrets(&self) -> &Secrets {
        &self.0.secrets
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0.scheme {
            Scheme::Token(_) => "Credentials(API token, redacted)",
            Scheme::Key { .. } => "Credentials(e-mail address and API key, redacted)",
        })
    }
}

/// Reads a variable of the environment; empty is as good as not set.
pub(crate) fn variable(name: &'static str) -> Result<Option<String>, Error> {
    match env::var(name) {
        Ok(value) if value.is_empty() => Ok(None),
        Ok(value) => Ok(Some(value)),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(Error::configuration(format!("{name}: the value is not UTF-8"))),
    }
}

/// An API token as a header; `origin` names it in an error, which does not repeat it.
fn bearer(origin: &str, token: Zeroizing<String>) -> Result<HeaderValue, Error> {
    header(origin, BEARER, &token)
}

/// Any other secret as a header.
fn secret(origin: &str, text: Zeroizing<String>) -> Result<HeaderValue, Error> {
    header(origin, "", &text)
}

/// Checks that a secret can stand in a header, and makes one whose memory is wiped when its last clone is dropped.
fn header(origin: &str, prefix: &str, secret: &str) -> Result<HeaderValue, Error> {
    if secret.is_empty() {
        return Err(Error::configuration(format!(
            "{origin} is empty; give one, or leave it out"
        )));
    }
    let refused = || {
        Error::configuration(format!(
            "{origin} holds white space, a line break or another character that cannot be part of it; check how it \
             was copied"
        ))
    };
    if !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(refused());
    }
    // Of the right size from the start: growing would leave a copy behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(prefix.len() + secret.len()));
    bytes.extend_from_slice(prefix.as_bytes());
    bytes.extend_from_slice(secret.as_bytes());
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(bytes)).map_err(|_| refused())?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    const TOKEN: &str = "Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY";
    const ADDRESS: &str = "user@example.com";
    const GLOBAL_KEY: &str = "144c9defac04969c7bfad8efaa8ea194";

    fn from(token: Option<&str>, email: Option<&str>, key: Option<&str>) -> Result<Credentials, Error> {
        Credentials::from_variables(|name| {
            let value = match name {
                TOKEN_VARIABLE => token,
                EMAIL_VARIABLE => email,
                _ => key,
            };
            Ok(value.map(|value| Zeroizing::new(value.to_owned())))
        })
    }

    fn headers(credentials: &Credentials) -> HeaderMap {
        credentials.headers().collect()
    }

    #[test]
    fn a_token_goes_out_as_bearer_and_nothing_else() {
        for credentials in [from(Some(TOKEN), None, None), from(Some(TOKEN), Some(ADDRESS), None)] {
            let headers = headers(&credentials.unwrap());
            assert_eq!(headers.len(), 1);
            assert_eq!(headers[AUTHORIZATION], format!("Bearer {TOKEN}"));
            assert!(headers[AUTHORIZATION].is_sensitive());
        }
    }

    #[test]
    fn a_key_goes_out_with_its_address_and_nothing_else() {
        let headers = headers(&from(None, Some(ADDRESS), Some(GLOBAL_KEY)).unwrap());
        assert_eq!(headers.len(), 2);
        assert_eq!(
            (&headers[EMAIL], &headers[KEY]),
            (&ADDRESS.parse().unwrap(), &GLOBAL_KEY.parse().unwrap())
        );
        assert!(headers[EMAIL].is_sensitive() && headers[KEY].is_sensitive());
    }

    #[test]
    fn missing_and_contradictory_variables_are_named() {
        let missing = from(None, None, None).unwrap_err().to_string();
        for name in [TOKEN_VARIABLE, EMAIL_VARIABLE, KEY_VARIABLE] {
            assert!(missing.contains(name), "{missing}");
        }
        let half = from(None, Some(ADDRESS), None).unwrap_err().to_string();
        assert!(
            half.contains("CLOUDFLARE_EMAIL is set without CLOUDFLARE_API_KEY"),
            "{half}"
        );
        let half = from(None, None, Some(GLOBAL_KEY)).unwrap_err().to_string();
        assert!(
            half.contains("CLOUDFLARE_API_KEY is set without CLOUDFLARE_EMAIL"),
            "{half}"
        );
        let both = from(Some(TOKEN), Some(ADDRESS), Some(GLOBAL_KEY))
            .unwrap_err()
            .to_string();
        assert!(
            both.contains("both CLOUDFLARE_API_TOKEN and CLOUDFLARE_API_KEY"),
            "{both}"
        );
    }

    #[test]
    fn what_cannot_stand_in_a_header_is_refused_and_not_repeated() {
        for bad in ["abc\n", "abc\r\nX-Evil: 1", "a b", "\u{e4}bc", "abc\0", ""] {
            for error in [
                Credentials::api_token(bad).unwrap_err(),
                Credentials::api_key(bad, GLOBAL_KEY).unwrap_err(),
                Credentials::api_key(ADDRESS, bad).unwrap_err(),
            ] {
                assert_eq!(error.kind(), crate::ErrorKind::Configuration);
                let text = format!("{error} {error:?}");
                assert!(bad.is_empty() || !text.contains(bad), "{text}");
                assert!(!text.contains(GLOBAL_KEY) && !text.contains(ADDRESS), "{text}");
            }
        }
    }

    /// Also the text that was given, which is copied.
    #[cfg(target_os = "linux")]
    #[test]
    fn they_are_wiped_from_memory_when_the_last_clone_is_dropped() {
        use std::{fs::File, os::unix::fs::FileExt as _};

        const PART: [u8; 40] = [b'Q'; 40];
        // Its beginning is overwritten in any case, by what keeps track of free memory.
        const OFFSET: usize = 200;
        let memory = File::open("/proc/self/mem").unwrap();
        let is_there = |address: usize| {
            let mut bytes = [0; PART.len()];
            let address = (address + OFFSET).try_into().unwrap();
            memory.read_exact_at(&mut bytes, address).is_ok() && bytes == PART
        };
        let token = "Q".repeat(2 * OFFSET);
        let given = token.as_ptr().addr();
        assert!(is_there(given));
        let credentials = Credentials::api_token(token).unwrap();
        assert!(!is_there(given));
        let headers = headers(&credentials);
        let kept = headers[AUTHORIZATION].as_bytes().as_ptr().addr();
        drop(credentials);
        assert!(is_there(kept), "the headers have a clone");
        drop(headers);
        assert!(!is_there(kept));
    }

    #[test]
    fn debug_does_not_show_them() {
        let all = [
            from(Some(TOKEN), None, None).unwrap(),
            from(None, Some(ADDRESS), Some(GLOBAL_KEY)).unwrap(),
        ];
        let text = format!("{all:?} {all:#?}");
        for secret in [TOKEN, ADDRESS, GLOBAL_KEY] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}
