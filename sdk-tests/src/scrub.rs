//! Takes what is nobody else's business out of an exchange, before it is written to disk.
//!
//! Known secrets and identifiers, and whatever looks like an identifier, an e-mail address, a domain name or an IP
//! address, give way to the examples of Cloudflare's reference or of the RFCs; headers pass if they are on a list.
//! Scrubbing twice is the same as scrubbing once, by which [`Scrub::check`] finds what slipped through.

use std::{borrow::Cow, fmt, net::Ipv6Addr, sync::LazyLock};

use percent_encoding::percent_decode_str;
use regex::{Captures, Regex};
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::{
    recording::{Expectation, Recording},
    stand_in,
};

/// What is shown for a zone's identifier.
pub const ZONE: &str = stand_in::ZONE;
/// What is shown for any other identifier.
pub const ID: &str = "0123456789abcdef0123456789abcdef";
/// What is shown for a token.
pub const TOKEN: &str = stand_in::TOKEN;
/// What is shown for a Global API key.
pub const KEY: &str = "144c9defac04969c7bfad8efaa8ea194";
/// What is shown for an e-mail address.
pub const EMAIL: &str = "user@example.com";
/// What is shown for a domain name.
pub const DOMAIN: &str = "example.com";
/// What is shown for the header `cf-ray`.
pub const RAY: &str = "0123456789abcdef-XXX";

const REQUEST_HEADERS: [&str; 5] = ["accept", "authorization", "content-type", "x-auth-email", "x-auth-key"];
const RESPONSE_HEADERS: [&str; 5] = ["cf-ray", "content-type", "ratelimit", "ratelimit-policy", "retry-after"];

/// Replaces what must not be shown by what may be.
///
/// It has no `Debug`, because it holds secrets.
#[derive(Default)]
pub struct Scrub {
    /// The longest first, so that none is cut in two by one that is part of it.
    hidden: Vec<Hidden>,
}

struct Hidden {
    /// In small letters.
    real: String,
    pattern: Regex,
    shown: String,
}

/// Something that must not be written is in a text, and where it comes from; the text does not repeat it.
#[derive(Debug, PartialEq, Eq)]
pub struct Leak(&'static str);

impl fmt::Display for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is left after scrubbing", self.0)
    }
}

impl std::error::Error for Leak {}

impl Scrub {
    /// Knows no secret yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Shows `shown` wherever `real` stands, in any case and however it is percent-encoded.
    ///
    /// # Panics
    ///
    /// When `real` is so long that no pattern can be made of it.
    pub fn hide(&mut self, real: &str, shown: &str) {
        // The examples of the reference are no secrets.
        if real.is_empty() || real.eq_ignore_ascii_case(shown) {
            return;
        }
        let pattern = real.chars().fold("(?i)".to_owned(), |pattern, c| {
            let encoded = c
                .encode_utf8(&mut [0; 4])
                .bytes()
                .map(|byte| format!("%{byte:02x}"))
                .collect::<String>();
            format!("{pattern}(?:{}|{encoded})", regex::escape(&c.to_string()))
        });
        self.hidden.push(Hidden {
            real: real.to_lowercase(),
            pattern: Regex::new(&pattern).expect("an escaped text is a pattern"),
            shown: shown.to_owned(),
        });
        self.hidden.sort_by_key(|hidden| std::cmp::Reverse(hidden.real.len()));
    }

    /// A text without what must not be shown.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        let known = (self.hidden.iter()).fold(text.to_owned(), |text, hidden| {
            hidden
                .pattern
                .replace_all(&text, regex::NoExpand(&hidden.shown))
                .into_owned()
        });
        (PATTERNS.iter()).fold(known, |text, (pattern, shown)| {
            pattern
                .replace_all(&text, |found: &Captures<'_>| shown(&found[0]).to_owned())
                .into_owned()
        })
    }

    /// A body without what must not be shown: if it is JSON, it stays byte for byte what it was everywhere else.
    #[must_use]
    pub fn body(&self, body: &str) -> String {
        if serde_json::from_str::<IgnoredAny>(body).is_err() {
            return self.text(body);
        }
        let mut scrubbed = String::new();
        for part in parts(body) {
            // What is written with escapes is recognised only without them.
            match serde_json::from_str::<String>(part).map(|string| (self.text(&string), string)) {
                Ok((changed, string)) if changed != string => scrubbed += &Value::from(changed).to_string(),
                _ => scrubbed += part,
            }
        }
        scrubbed
    }

    /// A value whose strings hold nothing that must not be shown.
    #[must_use]
    pub fn value(&self, value: Value) -> Value {
        match value {
            Value::String(text) => self.text(&text).into(),
            Value::Array(items) => items.into_iter().map(|item| self.value(item)).collect(),
            Value::Object(members) => (members.into_iter())
                .map(|(name, value)| (self.text(&name), self.value(value)))
                .collect(),
            other => other,
        }
    }

    /// A recording without what must not be shown; what its headers say of secrets is hidden from now on.
    #[must_use]
    pub fn recording(&mut self, mut recording: Recording) -> Recording {
        let (request, response) = (&mut recording.request, &mut recording.response);
        request
            .headers
            .retain(|name, _| REQUEST_HEADERS.contains(&name.as_str()));
        response
            .headers
            .retain(|name, _| RESPONSE_HEADERS.contains(&name.as_str()));
        let mut settle = |value: Option<&mut String>, real: fn(&str) -> &str, shown: &str, whole: String| {
            if let Some(value) = value {
                self.hide(real(value), shown);
                *value = whole;
            }
        };
        let token: fn(&str) -> &str = |value| value.strip_prefix("Bearer ").unwrap_or(value);
        // Without the part that says where, which is `XXX` in the example and a word of three letters anywhere.
        let ray: fn(&str) -> &str = |value| value.get(..16).unwrap_or_default();
        settle(
            request.headers.get_mut("authorization"),
            token,
            TOKEN,
            format!("Bearer {TOKEN}"),
        );
        settle(
            request.headers.get_mut("x-auth-email"),
            |value| value,
            EMAIL,
            EMAIL.to_owned(),
        );
        settle(
            request.headers.get_mut("x-auth-key"),
            |value| value,
            KEY,
            KEY.to_owned(),
        );
        settle(response.headers.get_mut("cf-ray"), ray, ray(RAY), RAY.to_owned());

        for value in request.headers.values_mut().chain(response.headers.values_mut()) {
            *value = self.text(value);
        }
        request.path = self.text(&request.path);
        request.query = self.text(&request.query);
        for body in [&mut request.body, &mut request.provoked_by].into_iter().flatten() {
            *body = self.body(body);
        }
        response.body = self.body(&response.body);
        recording.expect = match recording.expect {
            Expectation::Value(value) => Expectation::Value(self.value(value)),
            Expectation::Shown(value) => Expectation::Shown(self.value(value)),
            Expectation::Refused { codes } => Expectation::Refused { codes },
            Expectation::Error { kind, codes, result } => Expectation::Error {
                kind,
                codes,
                result: result.map(|result| self.value(result)),
            },
        };
        recording
    }

    /// Lets the text of a file pass if it holds nothing that must not be written, however it is written.
    ///
    /// # Errors
    ///
    /// What kind of thing it holds.
    pub fn check(&self, text: &str) -> Result<(), Leak> {
        let mut texts = vec![Cow::Borrowed(text)];
        let mut seen = 0;
        while let Some(text) = texts.get(seen).cloned() {
            seen += 1;
            let decoded = percent_decode_str(&text).decode_utf8_lossy();
            for text in [text.to_lowercase(), decoded.to_lowercase()] {
                if self.hidden.iter().any(|hidden| text.contains(&hidden.real)) {
                    return Err(Leak("a secret or an identifier that was used"));
                }
            }
            match serde_json::from_str(&text) {
                // A string of JSON may be JSON again, as a body is.
                Ok(value) => strings(value, &mut texts),
                Err(_) if self.text(&text) != *text => {
                    return Err(Leak("something that looks like an identifier or an address"));
                }
                Err(_) => {}
            }
        }
        Ok(())
    }
}

type Pattern = (Regex, fn(&str) -> &str);

/// What is hidden by its looks, in this order; every example is shown as itself.
static PATTERNS: LazyLock<[Pattern; 5]> = LazyLock::new(|| {
    let pattern = |text| Regex::new(text).expect("a pattern that is written here");
    [
        (
            pattern(r#"(?i)[^\s"'<>()\[\]\\,;:@/?&=]+(?:@|%40)(?:[\w-]+\.)+[\w-]+"#),
            |_| EMAIL,
        ),
        (
            pattern("(?i)[0-9a-f]*[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12,}"),
            |id| [ZONE, KEY].into_iter().find(|shown| *shown == id).unwrap_or(ID),
        ),
        (pattern(r"(?i)(?:[\w-]+\.)+(?:xn--[\w-]+|[^\W\d_]{2,})"), |name| {
            let cloudflare = name == "cloudflare.com" || name.ends_with(".cloudflare.com");
            if cloudflare { name } else { DOMAIN }
        }),
        (pattern(r"\d{1,3}(?:\.\d{1,3}){3}"), |_| "192.0.2.1"),
        (pattern("(?i)[0-9a-f]*:[0-9a-f]*:[0-9a-f:]*"), |text| {
            // A time of day looks much the same.
            if text.parse::<Ipv6Addr>().is_ok() {
                "2001:db8::1"
            } else {
                text
            }
        }),
    ]
});

/// JSON in pieces: each string with its quotes is one.
fn parts(json: &str) -> Vec<&str> {
    let (mut parts, mut start, mut in_string, mut escaped) = (Vec::new(), 0, false, false);
    for (at, byte) in json.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => {
                let end = if in_string { at + 1 } else { at };
                parts.push(&json[start..end]);
                (start, in_string) = (end, !in_string);
            }
            _ => {}
        }
    }
    parts.push(&json[start..]);
    parts
}

/// Adds every string of a value, the names of members included.
fn strings(value: Value, found: &mut Vec<Cow<'_, str>>) {
    match value {
        Value::String(text) => found.push(text.into()),
        Value::Array(items) => items.into_iter().for_each(|item| strings(item, found)),
        Value::Object(members) => {
            for (name, value) in members {
                found.push(name.into());
                strings(value, found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "v9-Zk.3_x7";

    fn scrub() -> Scrub {
        let mut scrub = Scrub::new();
        scrub.hide(SECRET, TOKEN);
        scrub.hide("Jane.Doe+cf@shop.example", EMAIL);
        scrub
    }

    #[test]
    fn a_secret_is_hidden_however_it_is_written() {
        for text in [
            "<v9-Zk.3_x7>",
            "<V9-ZK.3_X7>",
            "<v9%2dZk%2E3_x7>",
            "<%76%39%2D%5A%6B%2E%33%5F%78%37>",
        ] {
            assert_eq!(scrub().text(text), format!("<{TOKEN}>"), "{text}");
        }
        let body = r#"{ "a\u002fb": "v9\u002dZk.3_x7", "c": ["jane.doe+CF\u0040shop.example", 1.50] }"#;
        let expected = format!(r#"{{ "a\u002fb": "{TOKEN}", "c": ["{EMAIL}", 1.50] }}"#);
        assert_eq!(scrub().body(body), expected);
        assert_eq!(scrub().body("<html>v9-Zk.3_x7"), format!("<html>{TOKEN}"));
    }

    #[test]
    fn what_looks_like_an_identifier_or_an_address_is_hidden() {
        for (text, expected) in [
            ("to joe.bloggs+x@mail.shop.example!", "to user@example.com!"),
            ("to=joe%40shop.example&x", "to=user@example.com&x"),
            (
                "account 9A7806061C88ADA191ED06F989CC3DAC.",
                "account 0123456789abcdef0123456789abcdef.",
            ),
            ("9a780606-1c88-ada1-91ed-06f989cc3dac", ID),
            (&"9a78".repeat(16), ID),
            ("zone www.shop.example, bücher.example", "zone example.com, example.com"),
            ("https://shop.xn--p1ai/", "https://example.com/"),
            ("notcloudflare.com", "example.com"),
            (
                "from 203.0.113.77 or 2a06:98c1:54::1:ab",
                "from 192.0.2.1 or 2001:db8::1",
            ),
        ] {
            assert_eq!(scrub().text(text), expected);
            assert_eq!(scrub().text(expected), expected, "once more");
        }
    }

    #[test]
    fn everything_else_is_left_as_it_is() {
        for text in [
            r#"{ "modified_on": "2014-01-01T05:20:00.12345Z", "n": 1.5, "v": "a\u002fb" }"#,
            "Invalid SSL/TLS encryption configuration value, only auto or custom accepted",
            "/zones/023e105f4ecef8ad9ca31a8372d0c353/settings/ssl_automatic_mode",
            "https://developers.cloudflare.com/api/",
            "\"default\";r=50;t=30",
            "application/json; charset=utf-8",
            "user@example.com 144c9defac04969c7bfad8efaa8ea194 Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY",
        ] {
            assert_eq!(scrub().body(text), text);
            assert_eq!(scrub().check(text), Ok(()));
        }
    }

    #[test]
    fn an_example_is_no_secret() {
        let mut scrub = Scrub::new();
        scrub.hide(ZONE, ZONE);
        scrub.hide("", TOKEN);
        assert_eq!(scrub.text(ZONE), ZONE);
        assert_eq!(scrub.check(ZONE), Ok(()));
    }

    #[test]
    fn the_check_finds_what_is_left_wherever_it_stands() {
        let used = Err(Leak("a secret or an identifier that was used"));
        let body = |text: &str| Value::from(format!(r#"{{"a":["{text}"]}}"#)).to_string();
        for text in [
            "x v9-zk.3_X7 x",
            "v9%2dzk%2e3%5fx7",
            &format!(r#"{{"body":{}}}"#, body("v9\\u002dZk.3_x7")),
        ] {
            assert_eq!(scrub().check(text), used, "{text}");
        }
        let looks = Err(Leak("something that looks like an identifier or an address"));
        for text in ["joe@shop.example", "9a7806061c88ada191ed06f989cc3dac", "203.0.113.77"] {
            assert_eq!(scrub().check(text), looks);
            assert_eq!(scrub().check(&format!(r#"{{"body":{}}}"#, body(text))), looks);
            assert_eq!(scrub().check(&format!(r#"{{"{text}":1}}"#)), looks);
        }
    }
}
