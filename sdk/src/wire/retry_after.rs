//! The header in which a server says when to come back.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, header::RETRY_AFTER};

/// How long [`Retry-After`](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3) says to wait, if it says so.
///
/// What is more seconds than can be counted is as many as can be; a time that has passed is no wait.
pub(crate) fn retry_after(headers: &HeaderMap, now: impl FnOnce() -> SystemTime) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    // A sign, which Rust's parser takes, is not in the grammar.
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(now()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    /// Sun, 06 Nov 1994 08:49:37 GMT
    const NOW: u64 = 784_111_777;

    fn read(value: &str) -> Option<u64> {
        let headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_str(value).unwrap())]);
        let wait = retry_after(&headers, || SystemTime::UNIX_EPOCH + Duration::from_secs(NOW));
        wait.map(|wait| wait.as_secs())
    }

    #[test]
    fn seconds_are_counted_as_far_as_they_can_be() {
        assert_eq!(read("117"), Some(117));
        assert_eq!(read(" 117\t"), Some(117));
        assert_eq!(read("0"), Some(0));
        assert_eq!(read("000000000000000000000000007"), Some(7));
        assert_eq!(read(&u64::MAX.to_string()), Some(u64::MAX));
        assert_eq!(read("18446744073709551616"), Some(u64::MAX));
        assert_eq!(read(&"9".repeat(1000)), Some(u64::MAX));
    }

    #[test]
    fn a_date_is_the_time_until_then() {
        for date in [
            "Sun, 06 Nov 1994 08:50:37 GMT",
            "Sunday, 06-Nov-94 08:50:37 GMT",
            "Sun Nov  6 08:50:37 1994",
            " Sun, 06 Nov 1994 08:50:37 GMT ",
        ] {
            assert_eq!(read(date), Some(60), "{date}");
        }
        assert_eq!(read("Sun, 06 Nov 1994 08:49:37 GMT"), Some(0));
        assert_eq!(read("Sun, 06 Nov 1994 08:49:36 GMT"), Some(0));
        assert_eq!(read("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(read("Fri, 31 Dec 9999 23:59:59 GMT"), Some(253_402_300_799 - NOW));
    }

    #[test]
    fn anything_else_says_nothing() {
        for value in [
            "",
            " ",
            "-1",
            "+1",
            "1.5",
            "1e3",
            "0x10",
            "1 2",
            "soon",
            "1, 2",
            "١",
            "GMT",
            "Sun, 06 Nov 1994 08:49:37",
            "Mon, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:61 GMT",
            "Sat, 01 Jan 10000 00:00:00 GMT",
        ] {
            assert_eq!(read(value), None, "{value}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), SystemTime::now), None);
    }
}
