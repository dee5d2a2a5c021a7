//! Cloudflare's response envelope: read once for all operations, and liberally.

mod info;
mod members;
mod page;

use std::fmt;

use http::StatusCode;
use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeOwned, IgnoredAny, Visitor},
};
use serde_json::value::RawValue;

pub(crate) use info::KEPT;
pub use info::{ResponseInfo, ResponseInfoSource};
pub use page::ResultInfo;

use info::List;
use members::{Name, members};
use page::Page;

/// The whole response. What is not there, null or of another shape is left empty, except for the result.
pub(crate) struct Envelope<T> {
    pub(crate) success: Option<bool>,
    pub(crate) errors: Vec<ResponseInfo>,
    pub(crate) messages: Vec<ResponseInfo>,
    /// `None` only if the member is missing: a null is for `T` to judge.
    pub(crate) result: Option<T>,
    pub(crate) result_info: Option<ResultInfo>,
}

/// Reads an envelope as the reference has it, and nothing that departs from it.
///
/// Of members that come twice the last one counts, which the derive of serde does not offer.
struct Strict<'r, T> {
    /// Filled in its place, so that it is not moved when it is full.
    envelope: &'r mut Envelope<T>,
    /// Whether it is the result that cannot be read.
    in_result: &'r mut bool,
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Strict<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cloudflare's envelope")
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let envelope = self.envelope;
        let index = |name: &str| match name {
            "success" => 0,
            "errors" => 1,
            "messages" => 2,
            "result" => 3,
            "result_info" => 4,
            _ => usize::MAX,
        };
        while let Some(member) = map.next_key_seed(Name(&index))? {
            match member {
                0 => envelope.success = Some(map.next_value()?),
                1 => envelope.errors = map.next_value::<Option<List>>()?.unwrap_or_default().0,
                2 => envelope.messages = map.next_value::<Option<List>>()?.unwrap_or_default().0,
                3 => {
                    *self.in_result = true;
                    envelope.result = Some(map.next_value()?);
                    *self.in_result = false;
                }
                4 => envelope.result_info = map.next_value::<Option<Page>>()?.map(|page| page.0),
                _ => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        Ok(())
    }
}

impl<T> Envelope<T> {
    fn empty() -> Self {
        Self {
            success: None,
            errors: Vec::new(),
            messages: Vec::new(),
            result: None,
            result_info: None,
        }
    }

    fn with_result<R>(self, result: Option<R>) -> Envelope<R> {
        Envelope {
            success: self.success,
            errors: self.errors,
            messages: self.messages,
            result,
            result_info: self.result_info,
        }
    }
}

impl<'b> Envelope<&'b RawValue> {
    /// An envelope that may depart from the reference in anything but that it is an object.
    fn liberal(body: &'b [u8]) -> Option<Self> {
        let [success, errors, messages, result, result_info] =
            members(body, ["success", "errors", "messages", "result", "result_info"])?;
        Some(Self {
            success: success.and_then(|success| success.get().parse().ok()),
            errors: errors.map_or(Vec::new(), info::infos),
            messages: messages.map_or(Vec::new(), info::infos),
            result,
            result_info: result_info.and_then(ResultInfo::read),
        })
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
        let (mut envelope, mut in_result) = (Self::empty(), false);
        let mut json = serde_json::Deserializer::from_slice(body);
        let strict = Strict {
            envelope: &mut envelope,
            in_result: &mut in_result,
        };
        match json.deserialize_map(strict).and_then(|()| json.end()) {
            Ok(()) => Ok(envelope),
            // It may be the first of two results.
            Err(cause) if in_result => Self::read_liberally(body).or(Err(cause)),
            Err(cause) => Self::read_liberally(body).map_err(|of_result| of_result.unwrap_or(cause)),
        }
    }

    /// The same for any envelope; or why the result in it cannot be read.
    #[cold]
    fn read_liberally(body: &[u8]) -> Result<Self, Option<serde_json::Error>> {
        let envelope = Envelope::liberal(body).ok_or(None)?;
        let result = envelope
            .result
            .map(|json| serde_json::from_slice(json.get().as_bytes()));
        let result = result.transpose()?;
        Ok(envelope.with_result(result))
    }

    /// The same, for a body that tells of a failure, where bytes that are no text must not cost all that it tells.
    pub(crate) fn read_mended(body: &[u8]) -> Option<Self> {
        Self::read_liberally(without_mark(String::from_utf8_lossy(body).as_bytes())).ok()
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
        Envelope::read(value.to_string().as_bytes()).unwrap()
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
            let envelope = Envelope::<Value>::read(text.as_bytes()).unwrap();
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
        let failure = |text: &str| Envelope::<Value>::read(text.as_bytes()).unwrap().is_failure();
        assert!(failure(r#"{"errors":[{"code":1000}],"result":{}}"#));
        assert!(!failure(r#"{"success":true,"errors":[{"code":1000}],"result":{}}"#));
    }

    #[test]
    fn of_long_lists_the_beginning_is_kept() {
        for (count, kept) in [(0, 0), (KEPT, KEPT), (KEPT + 1, KEPT), (1_000_000, KEPT)] {
            let list = vec!["0"; count].join(",");
            let text = format!(r#"{{"errors":[{list}],"messages":[{list}],"success":false}}"#);
            let envelope = Envelope::<Value>::read(text.as_bytes()).unwrap();
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
    fn what_departs_from_the_reference_costs_nothing_else() {
        for odd in [
            r#""result_info":{"page":1e999,"cursor":"\ud800","count":2}"#,
            r#""result_info":{"page":[{}],"page":{},"count":2}"#,
            r#""success":"yes","result_info":{"count":2.0}"#,
            r#""errors":7,"messages":{},"result_info":{"count":2,"total_count":99999999999999999999}"#,
        ] {
            let text = format!(r#"{{"success":true,{odd},"result":7}}"#);
            let envelope = Envelope::<u8>::read(text.as_bytes()).unwrap();
            assert_eq!(envelope.result, Some(7), "{odd}");
            assert_eq!(envelope.result_info.unwrap().count, Some(2), "{odd}");
        }
    }

    #[test]
    fn the_reason_is_that_of_the_result() {
        for text in [
            r#"{"errors":7,"result":true}"#,
            r#"{"result":true,"errors":7}"#,
            r#"{"errors":[],"result":true}"#,
        ] {
            let reason = Envelope::<u8>::read(text.as_bytes()).err().unwrap().to_string();
            assert!(reason.contains("expected u8"), "{reason}");
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
