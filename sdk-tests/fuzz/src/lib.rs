//! What holds whatever a server answers and whatever a caller gives.
//!
//! Each function takes any bytes as such an input, and panics where its property does not hold. The fuzz target of the
//! same name gives it what the fuzzer comes up with; `sdk-tests/tests/it/properties.rs`, what is random, and the seeds.

use std::{
    error::Error as _,
    fmt::Debug,
    time::{Duration, SystemTime},
};

use cloudflare_sdk::{
    Bytes, Error, ErrorKind, HeaderMap, RateLimit, RateLimitPolicy, Response, StatusCode,
    runtime::{OperationInfo, RawResponse, encode_path},
    types::{Enrollment, Zone, ZoneId},
};
use http::{HeaderName, HeaderValue, header};
use percent_encoding::percent_decode_str;
use reqwest::Url;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sfv::{BareItem, Item, List, ListEntry, Parser};

/// A secret that is nowhere but where it is put: the example of Cloudflare's reference.
const TOKEN: &str = "Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY";

/// More bytes than the text of any error has.
const LINE: usize = 6_000;

const OPERATION: OperationInfo = OperationInfo {
    operation_id: "ssl_automatic_mode_get",
    url_template: "/zones/{zone_id}/settings/ssl_automatic_mode",
    idempotent: true,
    enveloped: true,
    permissions: &["Zone Settings Write", "Zone Settings Read"],
};

/// A response is read as what it says of itself, and whatever is made of it keeps it whole and shows no secret.
///
/// The input is a line with the status, lines with headers, an empty line, and the body; or the body of status 200.
///
/// # Panics
///
/// When it is not so.
pub fn response(input: &[u8]) {
    const BARE: OperationInfo = OperationInfo {
        enveloped: false,
        ..OPERATION
    };
    let answer = Answer::from_input(input);
    answer.holds_in_envelope::<Enrollment>();
    answer.holds_in_envelope::<Vec<Zone>>();
    answer.holds_in_envelope::<Option<Value>>();
    answer.holds(Response::<Value>::from_response(answer.raw(&BARE)));
    answer.holds(Response::<()>::empty(answer.raw(&BARE)));
    if let Some(bytes) = answer.holds(Response::<Bytes>::stream(answer.raw(&BARE))) {
        assert_eq!(bytes.as_ref(), &answer.body);
    }
    for error in [
        Error::unexpected_response(answer.raw(&OPERATION)),
        Error::from_response(answer.http()),
    ] {
        let is_known = match error.kind() {
            ErrorKind::Api | ErrorKind::UnexpectedStatus => true,
            ErrorKind::Decode => error.status().is_some_and(|status| status.is_success()),
            _ => false,
        };
        assert!(is_known, "{error}");
        answer.is_kept_in(&error);
    }
}

/// The headers of rate limits are what a reader of structured fields makes of them.
///
/// The input is the lines of a header.
///
/// # Panics
///
/// When it is not so.
pub fn rate_limits(input: &[u8]) {
    /// The largest number that a structured field may have.
    const MOST: u64 = 999_999_999_999_999;
    let lines: Vec<_> = input
        .split(|byte| *byte == b'\n')
        .filter_map(|line| HeaderValue::from_bytes(line).ok())
        .collect();
    let mut response = http::Response::new(Bytes::new());
    for line in &lines {
        for name in ["ratelimit", "ratelimit-policy"] {
            response.headers_mut().append(name, line.clone());
        }
    }
    let error = Error::from_response(response.clone());
    let response = Response::from_parts(response.into_parts().0, ());

    let seconds = |duration: Option<Duration>| duration.map(|duration| duration.as_secs());
    let item = |limit: RateLimit| (limit.name, limit.remaining, seconds(limit.reset));
    let limits: Vec<_> = response.rate_limits().into_iter().map(item).collect();
    assert_eq!(limits, items(&lines, "r", "t"));
    assert_eq!(error.rate_limits().into_iter().map(item).collect::<Vec<_>>(), limits);
    let item = |policy: RateLimitPolicy| (policy.name, policy.quota, seconds(policy.window));
    let policies: Vec<_> = response.rate_limit_policies().into_iter().map(item).collect();
    assert_eq!(policies, items(&lines, "q", "w"));
    for (name, amount, seconds) in limits.iter().chain(&policies) {
        // Between lines, where the input has one byte, the field has two.
        assert!(name.len() <= 2 * input.len() && name.bytes().all(|byte| matches!(byte, b' '..=b'~')));
        assert!(*amount <= MOST && seconds.is_none_or(|seconds| seconds <= MOST));
    }
}

/// The names, amounts and times of the items of a field.
fn items(lines: &[HeaderValue], amount: &str, seconds: &str) -> Vec<(String, u64, Option<u64>)> {
    let field = lines
        .iter()
        .map(HeaderValue::as_bytes)
        .collect::<Vec<_>>()
        .join(&b", "[..]);
    let list = Parser::new(&field).parse::<List>().unwrap_or_default();
    let item = |entry| {
        let ListEntry::Item(Item {
            bare_item: BareItem::String(name),
            params,
        }) = entry
        else {
            return None;
        };
        let number = |key| match params.get(key)? {
            BareItem::Integer(number) => u64::try_from(*number).ok(),
            _ => None,
        };
        Some((name.into(), number(amount)?, number(seconds)))
    };
    list.into_iter().filter_map(item).collect()
}

/// `Retry-After` is a number of seconds, or the time until a date.
///
/// The input is the header.
///
/// # Panics
///
/// When it is not so.
pub fn retry_after(input: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(input) else {
        return;
    };
    let mut response = http::Response::new(Bytes::new());
    response.headers_mut().insert(header::RETRY_AFTER, value);
    let before = SystemTime::now();
    let wait = Error::from_response(response).retry_after();
    let after = SystemTime::now();

    let text = input.trim_ascii();
    let digits = text.iter().position(|digit| *digit != b'0').unwrap_or(text.len());
    let (zeros, digits) = text.split_at(digits);
    if !text.is_empty() && digits.iter().all(u8::is_ascii_digit) {
        let too_many = digits.len() > 20;
        let number = || {
            String::from_utf8_lossy(&[b"0", digits].concat())
                .parse::<u128>()
                .unwrap_or_default()
        };
        let seconds = if too_many {
            u64::MAX
        } else {
            number().try_into().unwrap_or(u64::MAX)
        };
        assert_eq!(wait, Some(Duration::from_secs(seconds)), "{} zeros", zeros.len());
        return;
    }
    let date = std::str::from_utf8(text)
        .ok()
        .and_then(|text| httpdate::parse_http_date(text).ok());
    assert_eq!(wait.is_some(), date.is_some());
    if let (Some(wait), Some(date)) = (wait, date) {
        let until = |now| date.duration_since(now).unwrap_or_default();
        assert!((until(after)..=until(before)).contains(&wait), "{wait:?}");
    }
}

/// What goes into a path as a zone's identifier stays in its segment, and is there what it was.
///
/// The input is the identifier.
///
/// # Panics
///
/// When it is not so.
pub fn zone_id(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    if let Ok(zone_id) = ZoneId::try_from(&*text) {
        assert_eq!(*zone_id, *text);
        assert!(text.chars().count() <= 32);
    }
    // The other name is one of a parameter that may have any characters.
    for name in ["zone_id", "name"] {
        let encoded = match encode_path(name, &text) {
            Ok(encoded) => encoded,
            Err(reason) => {
                is_line(&reason);
                continue;
            }
        };
        assert_eq!(percent_decode_str(&encoded).decode_utf8().as_deref(), Ok(&*text));
        let path = format!("/client/v4/zones/{encoded}/settings/ssl_automatic_mode");
        let url = Url::parse(&format!("https://api.cloudflare.com{path}")).expect("a URL");
        assert_eq!(url.host_str(), Some("api.cloudflare.com"));
        // What a server sees is the path as it was written, in as many segments as were meant.
        assert_eq!((url.path(), url.query(), url.fragment()), (&*path, None, None));
        assert_eq!(path.split('/').count(), 7);
    }
}

/// What a server answers.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    fn from_input(input: &[u8]) -> Self {
        let end = input.windows(2).position(|bytes| bytes == b"\n\n");
        let (head, body) = end.map_or((&[][..], input), |end| (&input[..end], &input[end + 2..]));
        let mut lines = head.split(|byte| *byte == b'\n');
        let status = lines.next().and_then(|line| StatusCode::from_bytes(line).ok());
        // Cookies are secrets that headers hold.
        let cookie = HeaderValue::from_static(TOKEN);
        let mut headers = HeaderMap::from_iter([(header::SET_COOKIE, cookie)]);
        for line in lines {
            let mut parts = line.splitn(2, |byte| *byte == b':');
            let name = parts.next().and_then(|name| HeaderName::from_bytes(name).ok());
            let value = parts
                .next()
                .and_then(|value| HeaderValue::from_bytes(value.trim_ascii()).ok());
            if let (Some(name), Some(value)) = (name, value) {
                headers.append(name, value);
            }
        }
        Self {
            status: status.unwrap_or_default(),
            headers,
            body: Bytes::copy_from_slice(body),
        }
    }

    fn http(&self) -> http::Response<Bytes> {
        let mut response = http::Response::new(self.body.clone());
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers.clone();
        response
    }

    fn raw(&self, operation: &'static OperationInfo) -> RawResponse {
        RawResponse::new(Some(operation), self.http())
    }

    /// The envelope decides; a result that reads as a model is that model.
    fn holds_in_envelope<T: Debug + DeserializeOwned + PartialEq>(&self) {
        let outcome = Response::<T>::from_response(self.raw(&OPERATION));
        let is_refused = outcome.as_ref().is_err_and(|error| error.kind() == ErrorKind::Api);
        let value = self.holds(outcome);
        let Ok(Value::Object(mut envelope)) = serde_json::from_slice(&self.body) else {
            return;
        };
        match envelope.get("success") {
            Some(Value::Bool(false)) => assert!(is_refused, "a failure is taken for a success"),
            Some(Value::Bool(true)) => {
                let result = envelope
                    .remove("result")
                    .and_then(|result| serde_json::from_value::<T>(result).ok());
                assert!(result.is_none() || result == value, "{result:?} is read as {value:?}");
            }
            _ => {}
        }
    }

    /// What is made of the answer has all of it, and shows no secret.
    fn holds<T: Debug>(&self, outcome: Result<Response<T>, Error>) -> Option<T> {
        let response = match outcome {
            Ok(response) => response,
            Err(error) => {
                self.is_kept_in(&error);
                return None;
            }
        };
        assert_eq!((response.status(), response.headers()), (self.status, &self.headers));
        let parts = (
            response.as_ref(),
            response.messages(),
            response.result_info(),
            response.request_id(),
        );
        let (parts, shown) = (format!("{parts:?}"), format!("{response:?}"));
        assert!(parts.contains(TOKEN) || !shown.contains(TOKEN), "{shown}");
        Some(response.into_inner())
    }

    fn is_kept_in(&self, error: &Error) {
        assert_eq!(error.status(), Some(self.status));
        assert_eq!(error.headers(), Some(&self.headers));
        assert_eq!(error.body(), Some(&self.body));
        let _ = (error.result::<Enrollment>(), error.rate_limits(), error.retry_after());
        is_shown_well(error);
        // Of an answer, nothing is shown but the errors that Cloudflare tells of.
        let told = format!("{:?} {:?}", error.errors(), error.request_id());
        for text in texts(error) {
            assert!(told.contains(TOKEN) || !text.contains(TOKEN), "{text}");
        }
    }
}

/// What is shown of an error and of its causes.
fn texts(error: &Error) -> Vec<String> {
    let mut texts = vec![error.to_string(), format!("{error:?}")];
    let mut cause = error.source();
    while let Some(error) = cause {
        texts.push(error.to_string());
        cause = error.source();
    }
    texts
}

/// The texts of an error are lines of bounded length.
fn is_shown_well(error: &Error) {
    texts(error).iter().for_each(|text| is_line(text));
}

fn is_line(text: &str) {
    assert!(text.len() < LINE, "{} bytes: {text}", text.len());
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    assert!(!text.contains(breaks), "{text:?}");
}
