//! What an envelope tells, one by one.

use std::fmt;

use serde::{
    Deserialize, Serialize,
    de::{self, IgnoredAny, Visitor},
};
use serde_json::value::RawValue;

use super::members::{members, text, whole};
use crate::text::one_line;

/// How many of a list are kept. In memory one takes fifty times the room that it may take in a body.
pub(crate) const KEPT: usize = 100;

/// How many bytes are kept of what is of another shape than a message.
const ROOM: usize = 1000;

/// One of the `errors` or `messages` of a response.
///
/// [Cloudflare's reference](https://developers.cloudflare.com/api/) promises a code and a message; responses have been
/// seen that keep neither promise, so reading one never fails.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ResponseInfo {
    /// Cloudflare's code, 1000 or above; `None` if the response gave none that is a whole number.
    #[cfg_attr(feature = "schemars", schemars(required, with = "u64", range(min = 1000)))]
    pub code: Option<u64>,
    /// What happened, in English; what the response held instead, if it was of another shape.
    pub message: String,
    /// Where the code is explained.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub documentation_url: Option<String>,
    /// What in the request it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<ResponseInfoSource>,
}

/// What in a request a [`ResponseInfo`] is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ResponseInfoSource {
    /// A JSON pointer into the body of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
}

impl ResponseInfo {
    /// The JSON pointer into the body of the request, if there is one.
    #[must_use]
    pub fn pointer(&self) -> Option<&str> {
        self.source.as_ref()?.pointer.as_deref()
    }

    /// All that a service is free to write.
    pub(crate) fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        let pointer = self.source.as_mut().and_then(|source| source.pointer.as_mut());
        [Some(&mut self.message), self.documentation_url.as_mut(), pointer]
            .into_iter()
            .flatten()
    }

    fn read(raw: &RawValue) -> Self {
        let names = ["code", "message", "documentation_url", "source"];
        let [code, message, documentation_url, source] = members(raw.get().as_bytes(), names).unwrap_or_default();
        let pointer = source.and_then(|source| text(members(source.get().as_bytes(), ["pointer"])?[0]?));
        Self {
            code: code.and_then(whole),
            message: match message {
                Some(message) => shown(message),
                None if code.is_some() => String::new(),
                // Nothing that is known: all of it is the message.
                None => shown(raw),
            },
            documentation_url: documentation_url.and_then(text),
            source: pointer.map(|pointer| ResponseInfoSource { pointer: Some(pointer) }),
        }
    }
}

/// A text, or the JSON that stands in its place.
fn shown(raw: &RawValue) -> String {
    let json = raw.get();
    match json.as_bytes() {
        b"null" => String::new(),
        // A text that was cut to a length may end in half a character, which no text of ours can hold.
        [b'"', ..] => text(raw).unwrap_or_else(|| json.trim_matches('"').to_owned()),
        _ => match json.char_indices().nth(ROOM) {
            Some((end, _)) => format!("{}…", &json[..end]),
            None => json.to_owned(),
        },
    }
}

impl fmt::Display for ResponseInfo {
    /// One line: the message, with the code and the pointer that there are.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&one_line(&self.message))?;
        match (self.code, self.pointer()) {
            (Some(code), Some(pointer)) => write!(f, " (code {code}, at {})", one_line(pointer)),
            (Some(code), None) => write!(f, " (code {code})"),
            (None, Some(pointer)) => write!(f, " (at {})", one_line(pointer)),
            (None, None) => Ok(()),
        }
    }
}

/// From JSON only, whose text it may have to keep.
impl<'de> Deserialize<'de> for ResponseInfo {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(|raw| Self::read(&raw))
    }
}

/// The beginning of a list; nothing for null; a list of one for anything else.
pub(super) fn infos(raw: &RawValue) -> Vec<ResponseInfo> {
    match raw.get() {
        "[]" | "null" => Vec::new(),
        list if list.starts_with('[') => {
            serde_json::from_slice(list.as_bytes()).map_or(Vec::new(), |List(infos)| infos)
        }
        _ => vec![ResponseInfo::read(raw)],
    }
}

/// The beginning of a list.
#[derive(Default)]
pub(super) struct List(pub(super) Vec<ResponseInfo>);

impl<'de> Deserialize<'de> for List {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items;
        impl<'de> Visitor<'de> for Items {
            type Value = List;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<List, A::Error> {
                let mut infos = Vec::new();
                while infos.len() < KEPT {
                    match list.next_element()? {
                        Some(raw) => infos.push(ResponseInfo::read(raw)),
                        None => return Ok(List(infos)),
                    }
                }
                IgnoredAny.visit_seq(list)?;
                Ok(List(infos))
            }
        }
        deserializer.deserialize_seq(Items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_info_is_one_line() {
        let json = r#"{"code":1008,"message":"a\nb","source":{"pointer":"/value"}}"#;
        let info = ResponseInfo::read(serde_json::from_str(json).unwrap());
        assert_eq!(info.to_string(), "a b (code 1008, at /value)");
    }
}
