//! Secrets of a call, and texts without them.

use std::{borrow::Cow, fmt, sync::Arc};

use http::HeaderValue;

/// The replacement of a secret in a text.
pub(crate) const REDACTED: &str = "[redacted]";

/// The length from which on the beginning of a secret is redacted at the end of a text that was cut.
const LEAST: usize = 4;

/// The secrets of a call. They are wiped from memory when the last clone is dropped.
#[derive(Clone)]
pub(crate) struct Secrets(Arc<[Secret]>);

struct Secret {
    header: HeaderValue,
    /// The length of the prefix in the header that is no secret.
    prefix: usize,
}

impl Secrets {
    /// Takes headers, each with the length of a prefix that is no secret.
    pub(crate) fn new<const COUNT: usize>(headers: [(HeaderValue, usize); COUNT]) -> Self {
        Self(headers.map(|(header, prefix)| Secret { header, prefix }).into())
    }

    /// Returns a text without the secrets.
    pub(crate) fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut text = Cow::Borrowed(text);
        for secret in self.0.iter() {
            let secret = secret
                .header
                .to_str()
                .ok()
                .and_then(|header| header.get(secret.prefix..));
            if let Some(redacted) = secret.and_then(|secret| without(&text, secret)) {
                text = redacted.into();
            }
        }
        text
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(redacted)")
    }
}

/// A text without a secret, or with less of it where the text was cut; `None` if there is nothing of it.
///
/// What is shorter than any secret, as a test may have it, stays: a text without its every `t` would tell what it is.
fn without(text: &str, secret: &str) -> Option<String> {
    let begins = secret.get(..LEAST)?.as_bytes();
    // To compare single bytes first is cheaper.
    let begins_at = |part: &[u8]| part.first() == begins.first() && part == begins;
    if !text.as_bytes().windows(begins.len()).any(begins_at) {
        return None;
    }
    let whole = text.split(secret).collect::<Vec<_>>().join(REDACTED);
    let mut redacted = String::with_capacity(whole.len());
    for piece in whole.split_inclusive('…') {
        match piece.strip_suffix('…').and_then(|text| beginning(text, secret)) {
            Some(start) => redacted.extend([&piece[..start], REDACTED, "…"]),
            None => redacted.push_str(piece),
        }
    }
    Some(redacted)
}

/// Where at its end a text that was cut has the beginning of a secret, of more characters than chance would have it.
fn beginning(text: &str, secret: &str) -> Option<usize> {
    let part = (LEAST..secret.len())
        .rev()
        .find(|&length| text.ends_with(&secret[..length]))?;
    Some(text.len() - part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets<const COUNT: usize>(texts: [&'static str; COUNT]) -> Secrets {
        Secrets::new(texts.map(|text| (HeaderValue::from_static(text), 0)))
    }

    #[test]
    fn a_secret_is_told_in_a_text_that_was_cut() {
        let secrets = secrets(["o'b@example.com", "144c9defac04969c7bfad8efaa8ea194"]);
        for (text, redacted) in [
            ("`o'b@example.com`, `o'b@exam…`", "`[redacted]`, `[redacted]…`"),
            ("a144c…, ab144…, 144c9de…", "a[redacted]…, ab144…, [redacted]…"),
            ("144c", "144c"),
            ("ä…", "ä…"),
        ] {
            assert_eq!(secrets.redact(text), redacted);
        }
    }

    /// As a test may have it; to take every `t` out of a text would tell it.
    #[test]
    fn what_is_too_short_for_a_secret_is_left_in_a_text() {
        for token in ["t", "htt"] {
            assert_eq!(secrets([token]).redact("http://a…"), "http://a…");
        }
    }
}
