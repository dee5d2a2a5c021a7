//! Path parameters, which cannot leave their segment of the path.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::quoted;

/// All but the unreserved characters of [RFC 3986](https://www.rfc-editor.org/rfc/rfc3986#section-2.3).
pub(super) const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Encodes the path parameter `name`, or gives the reason against it.
///
/// What is empty or means another place in the tree cannot be encoded and is refused. What is called an id, and has a
/// character that no id has and that would have to be encoded, is taken for a mistake or an attack and refused as well.
pub fn encode_path<'v>(name: &str, value: &'v str) -> Result<Cow<'v, str>, String> {
    let refuse = |reason: &str| Err(format!("`{name}`: {reason}"));
    if value.is_empty() {
        return refuse("it is empty, which would address another resource; give the identifier");
    }
    if matches!(value, "." | "..") {
        return refuse(&format!(
            "`{value}` would address another resource; give the identifier"
        ));
    }
    // Most are identifiers, which need no further look.
    if value.bytes().all(is_unreserved) {
        return Ok(Cow::Borrowed(value));
    }
    let is_id = name.ends_with("_id") || name.ends_with("identifier");
    let is_foreign = |c: char| matches!(c, '/' | '\\' | '?' | '#' | '%') || c.is_whitespace() || c.is_control();
    if let Some(foreign) = value.chars().find(|c| is_id && is_foreign(*c)) {
        return refuse(&format!(
            "{} holds {foreign:?}, which no identifier does; give the identifier alone",
            quoted(value)
        ));
    }
    Ok(encode_segment(value))
}

/// Encodes a segment of a path, whatever it means.
pub(crate) fn encode_segment(value: &str) -> Cow<'_, str> {
    utf8_percent_encode(value, RESERVED).into()
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_change_the_path_is_refused() {
        for value in ["", ".", ".."] {
            assert!(
                encode_path("key", value).is_err() && encode_path("zone_id", value).is_err(),
                "{value:?}"
            );
        }
        for value in [
            "a/b", "../x", "a\\b", "a?b", "a#b", "%2e%2e", "a b", "a\n", "\t..", "..\r",
        ] {
            let reason = encode_path("zone_id", value).unwrap_err();
            assert!(reason.starts_with("`zone_id`: `"), "{reason}");
            let encoded = encode_path("key", value).unwrap();
            let url = reqwest::Url::parse(&format!("https://api.example/v4/{encoded}/end")).unwrap();
            assert_eq!(
                url.path_segments().unwrap().collect::<Vec<_>>(),
                ["v4", &*encoded, "end"]
            );
        }
    }

    #[test]
    fn an_id_goes_out_as_it_is() {
        let id = "023e105f4ecef8ad9ca31a8372d0c353";
        assert_eq!(encode_path("zone_id", id).unwrap(), id);
        assert_eq!(encode_path("rule_id", "a-b_c.d~e").unwrap(), "a-b_c.d~e");
        assert_eq!(encode_path("key", "ä:b").unwrap(), "%C3%A4%3Ab");
    }
}
