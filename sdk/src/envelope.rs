//! Cloudflare's response envelope: read once for all operations, and liberally.

use std::fmt;

use http::StatusCode;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, DeserializeOwned, IgnoredAny, Visitor},
};
use serde_json::Value;

use crate::runtime::checks::whole_number as whole_number_of_float;

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
        Value::deserialize(deserializer).map(Self::from_value)
    }
}

/// Where a page stands in a paginated list, as far as the response tells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(default)]
#[non_exhaustive]
pub struct ResultInfo {
    /// How many items this page holds.
    #[serde(deserialize_with = "whole", skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// Which page this is, counted from 1.
    #[serde(deserialize_with = "whole", skip_serializing_if = "Option::is_none")]
    pub page: Option<u64>,
    /// How many items a page holds at most.
    #[serde(deserialize_with = "whole", skip_serializing_if = "Option::is_none")]
    pub per_page: Option<u64>,
    /// How many items there are in all.
    #[serde(deserialize_with = "whole", skip_serializing_if = "Option::is_none")]
    pub total_count: Option<u64>,
    /// How many pages there are in all.
    #[serde(deserialize_with = "whole", skip_serializing_if = "Option::is_none")]
    pub total_pages: Option<u64>,
    /// What to ask for the next page with, where pages have no numbers.
    #[serde(deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// Reads past what a member holds instead of what it is to hold, and makes nothing of it.
///
/// Reading it as a [`Value`] would be shorter, but costs allocations in each response that has the member.
macro_rules! nothing_from {
    ($($visit:ident: $kind:ty)*) => {
        $(
            fn $visit<E>(self, _: $kind) -> Result<Self::Value, E> {
                Ok(None)
            }
        )*

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_seq<A: de::SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
            IgnoredAny.visit_seq(list).map(|_| None)
        }
    };
}

/// A whole number, or nothing.
fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    struct Whole;
    impl<'de> Visitor<'de> for Whole {
        type Value = Option<u64>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a whole number")
        }

        fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
            Ok(Some(number))
        }

        fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
            Ok(whole_number(&number.into()))
        }

        fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            // What a number is to a visitor where some crate turned on the feature `arbitrary_precision` of serde_json.
            let value = Value::deserialize(de::value::MapAccessDeserializer::new(map))?;
            Ok(whole_number(&value))
        }

        nothing_from!(visit_bool: bool visit_i64: i64 visit_str: &str);
    }
    deserializer.deserialize_any(Whole)
}

/// A whole number, also where it is written with a fraction of zero, as a number that is published as such may be.
fn whole_number(value: &Value) -> Option<u64> {
    let of_float = |number| whole_number_of_float(number)?.try_into().ok();
    value.as_u64().or_else(|| of_float(value.as_f64()?))
}

/// A text; none if it is anything else.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => Some(text),
        _ => None,
    })
}

/// The whole response. What is not there, null or of another shape is left empty, except for the result.
#[derive(Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
pub(crate) struct Envelope<T> {
    #[serde(default, deserialize_with = "flag")]
    pub(crate) success: Option<bool>,
    #[serde(default, deserialize_with = "infos")]
    pub(crate) errors: Vec<ResponseInfo>,
    #[serde(default, deserialize_with = "infos")]
    pub(crate) messages: Vec<ResponseInfo>,
    /// `None` only if the member is missing: a null is for `T` to judge.
    #[serde(default = "Option::default", deserialize_with = "present")]
    pub(crate) result: Option<T>,
    #[serde(default, deserialize_with = "page")]
    pub(crate) result_info: Option<ResultInfo>,
}

impl<T> Envelope<T> {
    /// Whether it says that the call failed: by its flag, or where that is missing, by its errors.
    pub(crate) fn is_failure(&self) -> bool {
        self.success.map_or(!self.errors.is_empty(), |success| !success)
    }
}

impl<T: DeserializeOwned> Envelope<T> {
    /// The envelope in a body, if it is one whose result reads as `T`.
    ///
    /// By way of a value, which unlike a model minds neither a member that comes twice nor a byte order mark.
    pub(crate) fn by_value(body: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)).ok()?;
        if !value.is_object() {
            return None;
        }
        // Through text, because reading models from values would be compiled anew for each of them.
        serde_json::from_slice(&serde_json::to_vec(&value).ok()?).ok()
    }
}

impl Envelope<Value> {
    /// The envelope of a failure, if the body is one, whatever the result in it.
    ///
    /// Under a status that is not a success, errors are enough: a flag that contradicts both says nothing.
    pub(crate) fn of_failure(status: StatusCode, body: &[u8]) -> Option<Self> {
        let is_plain = |envelope: &Self| !status.is_success() && !envelope.errors.is_empty();
        Self::by_value(body).filter(|envelope| envelope.is_failure() || is_plain(envelope))
    }
}

fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    struct Flag;
    impl<'de> Visitor<'de> for Flag {
        type Value = Option<bool>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a flag")
        }

        fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
            Ok(Some(flag))
        }

        fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            IgnoredAny.visit_map(map).map(|_| None)
        }

        nothing_from!(visit_u64: u64 visit_i64: i64 visit_f64: f64 visit_str: &str);
    }
    deserializer.deserialize_any(Flag)
}

fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

fn page<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ResultInfo>, D::Error> {
    struct Page;
    impl<'de> Visitor<'de> for Page {
        type Value = Option<ResultInfo>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("where a page stands")
        }

        fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            Deserialize::deserialize(de::value::MapAccessDeserializer::new(map)).map(Some)
        }

        nothing_from!(visit_bool: bool visit_u64: u64 visit_i64: i64 visit_f64: f64 visit_str: &str);
    }
    deserializer.deserialize_any(Page)
}

/// A list; nothing for null; a list of one for anything else.
fn infos<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ResponseInfo>, D::Error> {
    struct Infos;
    impl<'de> Visitor<'de> for Infos {
        type Value = Vec<ResponseInfo>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut infos = Vec::new();
            while let Some(info) = list.next_element()? {
                infos.push(info);
            }
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

    fn read(value: &Value) -> Envelope<Value> {
        serde_json::from_str(&value.to_string()).unwrap()
    }

    #[test]
    fn lists_may_be_null_missing_or_of_another_shape() {
        for errors in [json!({}), json!({ "errors": null }), json!({ "errors": [] })] {
            assert!(read(&errors).errors.is_empty(), "{errors}");
        }
        for (errors, message) in [
            (json!(["went wrong"]), "went wrong"),
            (json!("went wrong"), "went wrong"),
            (json!({ "message": "went wrong" }), "went wrong"),
            (json!([7]), "7"),
            (json!(7.5), "7.5"),
            (json!(-7), "-7"),
            (json!(true), "true"),
            (json!([{ "message": { "de": "schief" } }]), r#"{"de":"schief"}"#),
            (json!([{ "reason": "went wrong" }]), r#"{"reason":"went wrong"}"#),
            (json!([{ "code": 1000 }]), ""),
            (json!([{ "code": 1000, "message": null }]), ""),
        ] {
            let envelope = read(&json!({ "errors": errors, "messages": errors }));
            assert_eq!(envelope.errors[0].message, message, "{errors}");
            assert_eq!(envelope.messages, envelope.errors);
        }
    }

    #[test]
    fn a_code_of_any_size_costs_nothing_else() {
        for (code, read_as) in [
            ("1000", Some(1000)),
            ("18446744073709551615", Some(u64::MAX)),
            ("123456789012345678901234567890", None),
            ("-5", None),
            ("1008.0", Some(1008)),
            ("1.5", None),
            ("\"1000\"", None),
            ("null", None),
        ] {
            let text = format!(r#"{{"errors":[{{"code":{code},"message":"m","source":{{"pointer":"/value"}}}}]}}"#);
            let envelope: Envelope<Value> = serde_json::from_str(&text).unwrap();
            assert_eq!(envelope.errors[0].code, read_as, "{code}");
            assert_eq!(
                (envelope.errors[0].message.as_str(), envelope.errors[0].pointer()),
                ("m", Some("/value"))
            );
        }
    }

    #[test]
    fn a_failure_is_told_by_its_flag_or_its_errors() {
        let under = |status, text: &str| Envelope::of_failure(status, text.as_bytes()).is_some();
        let fails = |text| under(StatusCode::BAD_REQUEST, text) && under(StatusCode::OK, text);
        assert!(fails(r#"{"success":false}"#));
        assert!(fails(r#"{"errors":[{"code":1000}]}"#));
        assert!(fails("\u{feff}{\"success\":false}"));
        assert!(fails(r#"{"success":false,"success":false,"result":7}"#));
        for other in [
            "",
            "null",
            "[false]",
            "{}",
            r#"{"success":true}"#,
            r#"{"errors":[]}"#,
            "<html>",
        ] {
            assert!(!under(StatusCode::BAD_REQUEST, other), "{other}");
            assert!(!under(StatusCode::OK, other), "{other}");
        }
        let contradictory = r#"{"success":true,"errors":[{"code":1000}]}"#;
        assert!(under(StatusCode::BAD_REQUEST, contradictory));
        assert!(!under(StatusCode::OK, contradictory));
        let failure = |text: &str| serde_json::from_str::<Envelope<Value>>(text).unwrap().is_failure();
        assert!(failure(r#"{"errors":[{"code":1000}],"result":{}}"#));
        assert!(!failure(r#"{"success":true,"errors":[{"code":1000}],"result":{}}"#));
    }

    #[test]
    fn an_info_is_one_line() {
        let info =
            ResponseInfo::from_value(json!({ "code": 1008, "message": "a\nb", "source": { "pointer": "/value" } }));
        assert_eq!(info.to_string(), "a b (code 1008, at /value)");
    }

    #[test]
    fn page_information_is_read_as_far_as_it_goes() {
        let envelope = read(&json!({ "result_info": { "page": 1.0, "per_page": "x", "total_count": 2000 } }));
        let page = envelope.result_info.unwrap();
        assert_eq!(
            (page.page, page.per_page, page.total_count),
            (Some(1), None, Some(2000))
        );
        for other in [
            json!(null),
            json!(true),
            json!(1),
            json!(-1),
            json!(1.5),
            json!("1"),
            json!([{ "page": 1 }]),
        ] {
            assert_eq!(
                read(&json!({ "result_info": other, "success": true })).result_info,
                None,
                "{other}"
            );
        }
    }

    #[test]
    fn a_flag_of_another_shape_is_none() {
        for other in [
            json!(null),
            json!(1),
            json!(-1),
            json!(1.5),
            json!("true"),
            json!([[true]]),
            json!({ "a": { "b": true } }),
        ] {
            let envelope = read(&json!({ "success": other, "result": 7 }));
            assert_eq!((envelope.success, envelope.result), (None, Some(json!(7))), "{other}");
        }
    }

    #[test]
    fn a_missing_result_is_told_from_null() {
        assert_eq!(read(&json!({})).result, None);
        assert_eq!(read(&json!({ "result": null })).result, Some(Value::Null));
    }
}
