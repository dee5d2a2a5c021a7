//! Path parameters, which cannot leave their segment of the path.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use serde::Serialize;
use serde_json::Value;

use super::scalar::scalar;
use crate::text::quoted;

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

/// Encodes a path parameter in a style of OpenAPI, or gives the reason against it: with commas between the items of a
/// list and the members of an object, and in the style `label` with a point and in the style `matrix` with a semicolon
/// before them.
pub fn encode_styled<T: Serialize>(name: &str, value: &T, style: &str, explode: bool) -> Result<String, String> {
    let refuse = |reason: &str| format!("`{name}`: {reason}");
    let value = serde_json::to_value(value).map_err(|cause| refuse(&cause.to_string()))?;
    let text = |value: Value| match scalar(value) {
        Some(text) if text.is_empty() => Err(refuse("it holds an empty text, which would address another resource")),
        Some(text) => Ok(encode_segment(&text).into_owned()),
        None => Err(refuse("a value within a value cannot stand in a path")),
    };
    let (is_list, items): (bool, Vec<String>) = match value {
        Value::Array(items) => (true, items.into_iter().map(text).collect::<Result<_, _>>()?),
        Value::Object(members) => {
            let separator = if explode { '=' } else { ',' };
            let member =
                |(name, value): (String, Value)| Ok(format!("{}{separator}{}", encode_segment(&name), text(value)?));
            let members = members.into_iter().filter(|(_, value)| !value.is_null());
            (false, members.map(member).collect::<Result<_, String>>()?)
        }
        Value::Null => return Err(refuse("there is no value")),
        value if style == "json" => (false, vec![encode_segment(&value.to_string()).into_owned()]),
        value => (true, vec![text(value)?]),
    };
    if items.is_empty() {
        return Err(refuse("it is empty, which would address another resource"));
    }
    let name = encode_segment(name);
    let segment = match (style, explode) {
        ("label", true) => format!(".{}", items.join(".")),
        ("label", false) => format!(".{}", items.join(",")),
        ("matrix", true) if is_list => items.iter().map(|item| format!(";{name}={item}")).collect(),
        ("matrix", true) => items.iter().map(|item| format!(";{item}")).collect(),
        ("matrix", false) => format!(";{name}={}", items.join(",")),
        _ => items.join(","),
    };
    match segment.as_str() {
        "." | ".." => Err(refuse(&format!("`{segment}` would address another resource"))),
        _ => Ok(segment),
    }
}

/// Encodes a segment of a path, whatever it means.
pub(crate) fn encode_segment(value: &str) -> Cow<'_, str> {
    utf8_percent_encode(value, RESERVED).into()
}

/// A cookie as it stands among others.
pub(crate) fn cookie_pair(name: &str, text: &str) -> String {
    let encode = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
    format!("{}={}", encode(name), encode(text))
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
    fn values_that_are_no_texts_stay_in_their_segment_as_well() {
        let encode = |value: Value, style: &str, explode| encode_styled("a", &value, style, explode);
        let list = || serde_json::json!(["x/y", 1]);
        let object = || serde_json::json!({ "r": "a,b" });
        for (value, style, explode, expected) in [
            (list(), "list", false, "x%2Fy,1"),
            (list(), "label", false, ".x%2Fy,1"),
            (list(), "label", true, ".x%2Fy.1"),
            (list(), "matrix", false, ";a=x%2Fy,1"),
            (list(), "matrix", true, ";a=x%2Fy;a=1"),
            (object(), "simple", false, "r,a%2Cb"),
            (object(), "simple", true, "r=a%2Cb"),
            (object(), "matrix", true, ";r=a%2Cb"),
            ("x".into(), "matrix", false, ";a=x"),
        ] {
            assert_eq!(encode(value, style, explode).as_deref(), Ok(expected));
        }
        for value in [
            Value::Null,
            "".into(),
            "..".into(),
            ".".into(),
            serde_json::json!([]),
            serde_json::json!([[1]]),
        ] {
            assert!(encode(value, "list", false).unwrap_err().starts_with("`a`: "));
        }
        assert!(encode(".".into(), "label", false).is_err());
    }

    #[test]
    fn an_id_goes_out_as_it_is() {
        let id = "023e105f4ecef8ad9ca31a8372d0c353";
        assert_eq!(encode_path("zone_id", id).unwrap(), id);
        assert_eq!(encode_path("rule_id", "a-b_c.d~e").unwrap(), "a-b_c.d~e");
        assert_eq!(encode_path("key", "ä:b").unwrap(), "%C3%A4%3Ab");
    }
}
