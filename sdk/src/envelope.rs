//! Cloudflare's response envelope: read once for all operations, and liberally.

mod info;
mod members;
mod page;

use std::{fmt, marker::PhantomData};

use http::StatusCode;
use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeOwned, IgnoredAny, Visitor},
};
use serde_json::value::RawValue;

pub(crate) use info::KEPT;
pub use info::{ResponseInfo, ResponseInfoSource};
pub use page::ResultInfo;

/// The whole response. What is not there, null or of another shape is left empty, except for the result.
pub(crate) struct Envelope<T> {
    pub(crate) success: Option<bool>,
    pub(crate) errors: Vec<ResponseInfo>,
    pub(crate) messages: Vec<ResponseInfo>,
    /// `None` only if the member is missing: a null is for `T` to judge.
    pub(crate) result: Option<T>,
    pub(crate) result_info: Option<ResultInfo>,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Envelope<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members(PhantomData))
    }
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Member {
    Success,
    Errors,
    Messages,
    Result,
    ResultInfo,
    #[serde(other)]
    Other,
}

/// Of members that come twice the last one counts, which the derive of serde does not offer.
struct Members<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
    type Value = Envelope<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cloudflare's envelope")
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Envelope<T>, A::Error> {
        let mut envelope = Envelope {
            success: None,
            errors: Vec::new(),
            messages: Vec::new(),
            result: None,
            result_info: None,
        };
        // What is the same for all models is read elsewhere, so that it is compiled once.
        while let Some(member) = map.next_key()? {
            match member {
                Member::Success => envelope.success = map.next_value::<&RawValue>()?.get().parse().ok(),
                Member::Errors => envelope.errors = info::infos(map.next_value()?),
                Member::Messages => envelope.messages = info::infos(map.next_value()?),
                Member::Result => envelope.result = Some(map.next_value()?),
                Member::ResultInfo => envelope.result_info = ResultInfo::read(map.next_value()?),
                Member::Other => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        Ok(envelope)
    }
}

impl<T> Envelope<T> {
    /// Whether it says that the call failed: by its flag, or where that is missing, by its errors.
    pub(crate) fn is_failure(&self) -> bool {
        self.success.map_or(!self.errors.is_empty(), |success| !success)
    }
}

impl<T: DeserializeOwned> Envelope<T> {
    /// The envelope in a body; a byte order mark is passed over.
    pub(crate) fn read(body: &[u8]) -> Result<Self, serde_json::Error> {
        let body = without_mark(body);
        match serde_json::from_slice(body) {
            // The model may mind the first of two results.
            Err(cause) if cause.is_data() => Self::of_last_result(body).ok_or(cause),
            outcome => outcome,
        }
    }

    fn of_last_result(body: &[u8]) -> Option<Self> {
        let envelope: Envelope<&RawValue> = serde_json::from_slice(body).ok()?;
        Some(Self {
            success: envelope.success,
            errors: envelope.errors,
            messages: envelope.messages,
            result: match envelope.result {
                Some(result) => Some(serde_json::from_slice(result.get().as_bytes()).ok()?),
                None => None,
            },
            result_info: envelope.result_info,
        })
    }

    /// The same, for a body that tells of a failure, where bytes that are no text must not cost all that it tells.
    pub(crate) fn read_mended(body: &[u8]) -> Option<Self> {
        match str::from_utf8(body) {
            Ok(_) => Self::read(body).ok(),
            Err(_) => Self::read(String::from_utf8_lossy(body).as_bytes()).ok(),
        }
    }
}

impl Envelope<IgnoredAny> {
    /// The envelope of a failure, if the body is one, whatever the result in it.
    ///
    /// Under a status that is not a success, errors are enough: a flag that contradicts both says nothing.
    pub(crate) fn of_failure(status: StatusCode, body: &[u8]) -> Option<Self> {
        let is_plain = |envelope: &Self| !status.is_success() && !envelope.errors.is_empty();
        Self::read_mended(body).filter(|envelope| envelope.is_failure() || is_plain(envelope))
    }
}

fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

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
    fn of_long_lists_the_beginning_is_kept() {
        for (count, kept) in [(0, 0), (KEPT, KEPT), (KEPT + 1, KEPT), (1_000_000, KEPT)] {
            let list = vec!["0"; count].join(",");
            let text = format!(r#"{{"errors":[{list}],"messages":[{list}],"success":false}}"#);
            let envelope: Envelope<Value> = serde_json::from_str(&text).unwrap();
            assert_eq!((envelope.errors.len(), envelope.messages.len()), (kept, kept));
            assert_eq!(envelope.success, Some(false));
        }
    }

    #[test]
    fn of_one_error_no_more_is_kept_than_a_person_reads() {
        let (wide, deep) = (vec!["0"; 100_000].join(","), "[".repeat(10_000) + &"]".repeat(10_000));
        for (error, begins) in [
            (format!("[{wide}]"), "[0,0,0"),
            (format!(r#"{{"message":[{wide}]}}"#), "[0,0,0"),
            (deep.clone(), "[[["),
            (format!(r#"{{"a":{deep}}}"#), r#"{"a":[[["#),
            (
                format!(r#"{{"a":{deep},"message":"wrong","b":[{wide}],"code":1008}}"#),
                "wrong",
            ),
        ] {
            let text = format!(r#"{{"success":false,"errors":[{error}, {{"code":1}}]}}"#);
            let envelope = Envelope::of_failure(StatusCode::BAD_REQUEST, text.as_bytes()).unwrap();
            let message = &envelope.errors[0].message;
            assert!(message.starts_with(begins) && message.len() < 10_000, "{message}");
            assert_eq!(envelope.errors[1].code, Some(1));
        }
    }

    #[test]
    fn a_broken_character_costs_no_more_than_itself() {
        for (message, mended) in [
            (&br"a\ud800b"[..], r"a\ud800b"),
            (b"a\xffb", "a\u{fffd}b"),
            (b"a\xf0\x9f\x98", "a\u{fffd}"),
            (br"\ud83d\ude00\ud83d", r"\ud83d\ude00\ud83d"),
        ] {
            let [before, after] = [r#"{"errors":[{"code":1008,"message":""#, r#""}],"result":7}"#].map(str::as_bytes);
            let body = [before, message, after].concat();
            let envelope = Envelope::of_failure(StatusCode::BAD_REQUEST, &body).unwrap();
            assert_eq!(
                (envelope.errors[0].code, &*envelope.errors[0].message),
                (Some(1008), mended)
            );
            assert_eq!(Envelope::<u8>::read_mended(&body).unwrap().result, Some(7));
        }
    }

    #[test]
    fn of_members_that_come_twice_the_last_one_counts() {
        #[derive(Deserialize)]
        struct Model {
            a: u8,
        }
        for text in [
            r#"{"success":false,"success":true,"errors":[0],"errors":[],"result":{"a":7}}"#,
            r#"{"result":null,"result":{"a":7}}"#,
            r#"{"result":{"a":7},"result_info":{"page":1,"page":2}}"#,
            "\u{feff}{\"result\":null,\"result\":{\"a\":7}}",
        ] {
            let envelope = Envelope::<Model>::read(text.as_bytes()).unwrap();
            assert!(!envelope.is_failure(), "{text}");
            assert_eq!(envelope.result.unwrap().a, 7, "{text}");
        }
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
