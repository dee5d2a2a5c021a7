//! What an envelope tells, one by one.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, IgnoredAny, Visitor},
};
use serde_json::Value;

use super::{bounded, page::whole_number};

/// How many of a list are kept. In memory one takes fifty times the room that it may take in a body.
pub(crate) const KEPT: usize = 100;

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

    fn from_value(value: Value) -> Self {
        let Value::Object(mut members) = value else {
            let message = match value {
                Value::String(text) => text,
                other => other.to_string(),
            };
            return Self {
                message,
                ..Self::default()
            };
        };
        let text = |value: Option<Value>| match value {
            Some(Value::String(text)) => Some(text),
            _ => None,
        };
        let code = members.get("code").and_then(whole_number);
        let known = members.contains_key("code") || members.contains_key("message");
        let message = match members.remove("message") {
            Some(Value::String(text)) => text,
            Some(Value::Null) => String::new(),
            Some(other) => other.to_string(),
            // Nothing that is known: all of it is the message.
            None if !known => Value::Object(members.clone()).to_string(),
            None => String::new(),
        };
        let source = members.remove("source");
        let pointer = text(source.and_then(|source| source.get("pointer").cloned()));
        Self {
            code,
            message,
            documentation_url: text(members.remove("documentation_url")),
            source: pointer.map(|pointer| ResponseInfoSource { pointer: Some(pointer) }),
        }
    }
}

impl fmt::Display for ResponseInfo {
    /// One line: the message, with the code and the pointer that there are.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::error::one_line(&self.message))?;
        match (self.code, self.pointer()) {
            (Some(code), Some(pointer)) => write!(f, " (code {code}, at {})", crate::error::one_line(pointer)),
            (Some(code), None) => write!(f, " (code {code})"),
            (None, Some(pointer)) => write!(f, " (at {})", crate::error::one_line(pointer)),
            (None, None) => Ok(()),
        }
    }
}

impl<'de> Deserialize<'de> for ResponseInfo {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        bounded::value(deserializer).map(Self::from_value)
    }
}

/// The beginning of a list; nothing for null; a list of one for anything else.
pub(super) fn infos<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ResponseInfo>, D::Error> {
    struct Infos;
    impl<'de> Visitor<'de> for Infos {
        type Value = Vec<ResponseInfo>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut infos = Vec::new();
            while infos.len() < KEPT {
                match list.next_element()? {
                    Some(info) => infos.push(info),
                    None => return Ok(infos),
                }
            }
            IgnoredAny.visit_seq(list)?;
            Ok(infos)
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Vec::new())
        }

        fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            Deserialize::deserialize(de::value::MapAccessDeserializer::new(map)).map(|info| vec![info])
        }

        fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
            Ok(vec![ResponseInfo::from_value(text.into())])
        }

        fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
            Ok(vec![ResponseInfo::from_value(value.into())])
        }

        fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
            Ok(vec![ResponseInfo::from_value(value.into())])
        }

        fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
            Ok(vec![ResponseInfo::from_value(value.into())])
        }

        fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
            Ok(vec![ResponseInfo::from_value(value.into())])
        }
    }
    deserializer.deserialize_any(Infos)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_info_is_one_line() {
        let info =
            ResponseInfo::from_value(json!({ "code": 1008, "message": "a\nb", "source": { "pointer": "/value" } }));
        assert_eq!(info.to_string(), "a b (code 1008, at /value)");
    }
}
