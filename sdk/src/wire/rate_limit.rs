//! The headers in which Cloudflare tells of its rate limits.

use std::{borrow::Cow, convert::Infallible, iter, time::Duration};

use http::{HeaderMap, HeaderName};
use sfv::{
    BareItemFromInput, KeyRef, Parser, StringRef,
    visitor::{EntryVisitor, Ignored, InnerListVisitor, ItemVisitor, ListVisitor, ParameterVisitor},
};

/// How much of a limit is left: an item of the header `Ratelimit`.
///
/// [Cloudflare sends it](https://developers.cloudflare.com/fundamentals/api/reference/limits/) in the form of
/// [an Internet-Draft](https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/), such as
/// `"default";r=50;t=30`. The [policy](RateLimitPolicy) of the same name says what the whole of the limit is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    /// The name of the policy; Cloudflare's usual one is `default`.
    pub name: String,
    /// How many requests may still be sent before the window resets.
    pub remaining: u64,
    /// How long it takes, from when the response was sent, until the window resets; `None` if the response does not say.
    pub reset: Option<Duration>,
}

/// What a limit is: an item of the header `Ratelimit-Policy`.
///
/// [Cloudflare sends it](https://developers.cloudflare.com/fundamentals/api/reference/limits/) in the form of
/// [an Internet-Draft](https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/), such as
/// `"default";q=1200;w=300`. The [limit](RateLimit) of the same name says how much of it is left.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimitPolicy {
    /// The name of the policy; Cloudflare's usual one is `default`.
    pub name: String,
    /// How many requests may be sent in a window.
    pub quota: u64,
    /// How long a window is; `None` if the response does not say.
    pub window: Option<Duration>,
}

const LIMIT: HeaderName = HeaderName::from_static("ratelimit");
pub(crate) const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// What is left of each limit, in the order of the header.
pub(crate) fn limits(headers: &HeaderMap) -> Vec<RateLimit> {
    let mut limits = Vec::new();
    each_limit(headers, |name, remaining, reset| {
        limits.push(RateLimit {
            name: name.to_owned(),
            remaining,
            reset: reset.map(Duration::from_secs),
        });
    });
    limits
}

/// Each policy, in the order of the header.
pub(crate) fn policies(headers: &HeaderMap) -> Vec<RateLimitPolicy> {
    let mut policies = Vec::new();
    each_policy(headers, |name, quota, window| {
        policies.push(RateLimitPolicy {
            name: name.to_owned(),
            quota,
            window: window.map(Duration::from_secs),
        });
    });
    policies
}

/// Calls with the name of each limit, what remains of it, and in how many seconds its window resets.
pub(crate) fn each_limit(headers: &HeaderMap, mut found: impl FnMut(&str, u64, Option<u64>)) {
    each_item(
        headers,
        &LIMIT,
        Keys {
            amount: "r",
            seconds: "t",
        },
        &mut found,
    );
}

/// Calls with the name of each policy, its quota, and how many seconds its window has.
pub(crate) fn each_policy(headers: &HeaderMap, mut found: impl FnMut(&str, u64, Option<u64>)) {
    each_item(
        headers,
        &POLICY,
        Keys {
            amount: "q",
            seconds: "w",
        },
        &mut found,
    );
}

/// Calls with each item of a field that makes sense, or with none if the field as a whole is not valid.
///
/// It runs on every response, so it allocates only for a field of several lines and for names with escapes. It is given
/// a trait object, so that the parser is compiled once.
fn each_item(headers: &HeaderMap, field: &HeaderName, keys: Keys, found: &mut dyn FnMut(&str, u64, Option<u64>)) {
    let mut lines = headers.get_all(field).iter();
    let Some(line) = lines.next() else { return };
    let joined;
    let field = match lines.next() {
        None => line.as_bytes(),
        Some(second) => {
            // RFC 9651 has the lines of a field parsed as one.
            let mut all = line.as_bytes().to_vec();
            for line in iter::once(second).chain(lines) {
                all.extend_from_slice(b", ");
                all.extend_from_slice(line.as_bytes());
            }
            joined = all;
            &joined
        }
    };
    // Items come up before all of the field is known to be valid, so they have to wait. As there is mostly one, one is
    // kept; if there are more, the field is read again.
    let (mut first, mut more) = (None, false);
    let is_valid = read(field, keys, &mut |item| match first {
        None => first = Some(item),
        Some(_) => more = true,
    });
    if !is_valid {
        return;
    }
    let mut tell = |item: Item<'_>| found(item.name.as_str(), item.amount, item.seconds);
    if more {
        read(field, keys, &mut tell);
    } else if let Some(item) = first {
        tell(item);
    }
}

/// The keys of the parameters that count.
#[derive(Clone, Copy)]
struct Keys {
    amount: &'static str,
    seconds: &'static str,
}

struct Item<'v> {
    name: Cow<'v, StringRef>,
    amount: u64,
    seconds: Option<u64>,
}

/// Calls with each item that makes sense, and says in the end whether the field as a whole is valid.
fn read<'v>(field: &'v [u8], keys: Keys, found: &mut dyn FnMut(Item<'v>)) -> bool {
    Parser::new(field)
        .parse_list_with_visitor(Members { keys, found })
        .is_ok()
}

struct Members<'v, 'f> {
    keys: Keys,
    found: &'f mut dyn FnMut(Item<'v>),
}

impl<'v> ListVisitor<'v> for Members<'v, '_> {
    type Out = ();
    type Error = Infallible;

    fn entry(&mut self) -> Result<impl EntryVisitor<'v>, Infallible> {
        Ok(Members {
            keys: self.keys,
            found: &mut *self.found,
        })
    }

    fn finish(self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl<'v> EntryVisitor<'v> for Members<'v, '_> {
    type Error = Infallible;

    fn item(self) -> Result<impl ItemVisitor<'v>, Infallible> {
        Ok(self)
    }

    fn inner_list(self) -> Result<impl InnerListVisitor<'v>, Infallible> {
        Ok(Ignored)
    }
}

impl<'v> ItemVisitor<'v> for Members<'v, '_> {
    type Out = Option<()>;
    type Error = Infallible;

    fn bare_item(
        self,
        value: BareItemFromInput<'v>,
    ) -> Result<impl ParameterVisitor<'v, Out = Option<()>>, Infallible> {
        let BareItemFromInput::String(name) = value else {
            return Ok(None);
        };
        let Self { keys, found } = self;
        Ok(Some(Parameters {
            name,
            keys,
            amount: None,
            seconds: None,
            found,
        }))
    }
}

struct Parameters<'v, 'm> {
    name: Cow<'v, StringRef>,
    keys: Keys,
    amount: Option<u64>,
    seconds: Option<u64>,
    found: &'m mut dyn FnMut(Item<'v>),
}

impl<'v> ParameterVisitor<'v> for Parameters<'v, '_> {
    type Out = ();
    type Error = Infallible;

    fn parameter(&mut self, key: &'v KeyRef, value: BareItemFromInput<'v>) -> Result<(), Infallible> {
        let number = match value {
            BareItemFromInput::Integer(number) => number.try_into().ok(),
            _ => None,
        };
        // The last one counts, even if it makes no sense: so RFC 9651 has it.
        if key.as_str() == self.keys.amount {
            self.amount = number;
        } else if key.as_str() == self.keys.seconds {
            self.seconds = number;
        }
        Ok(())
    }

    fn finish(self) -> Result<(), Infallible> {
        if let Some(amount) = self.amount {
            (self.found)(Item {
                name: self.name,
                amount,
                seconds: self.seconds,
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(name: &'static str, lines: &[&str]) -> HeaderMap {
        let lines = lines.iter().map(|line| HeaderValue::from_str(line).unwrap());
        lines.map(|line| (HeaderName::from_static(name), line)).collect()
    }

    fn limit(name: &str, remaining: u64, reset: Option<u64>) -> RateLimit {
        RateLimit {
            name: name.to_owned(),
            remaining,
            reset: reset.map(Duration::from_secs),
        }
    }

    #[track_caller]
    fn assert_limits(lines: &[&str], expected: &[RateLimit]) {
        assert_eq!(limits(&headers("ratelimit", lines)), expected, "{lines:?}");
    }

    #[test]
    fn cloudflares_headers_are_read() {
        assert_limits(&[r#""default";r=50;t=30"#], &[limit("default", 50, Some(30))]);
        let policies = policies(&headers(
            "ratelimit-policy",
            &[r#""burst";q=200;w=1, "default";q=1200;w=300"#],
        ));
        let policy = |name: &str, quota, window| RateLimitPolicy {
            name: name.to_owned(),
            quota,
            window: Some(Duration::from_secs(window)),
        };
        assert_eq!(policies, [policy("burst", 200, 1), policy("default", 1200, 300)]);
    }

    #[test]
    fn the_lines_of_a_field_are_one_list() {
        assert_limits(
            &[r#""a";r=1"#, r#""b";r=2;t=3, "c";r=4"#, r#""d";r=5"#],
            &[
                limit("a", 1, None),
                limit("b", 2, Some(3)),
                limit("c", 4, None),
                limit("d", 5, None),
            ],
        );
        assert_limits(&[r#""a"#, r#"b";r=1"#], &[limit("a, b", 1, None)]);
        assert_limits(&[r#""a";r=1"#, "?"], &[]);
        assert_limits(&["", r#""a";r=1"#], &[]);
        assert_limits(&[], &[]);
        assert_limits(&[""], &[]);
    }

    #[test]
    fn nothing_is_told_of_a_field_that_is_not_valid_as_a_whole() {
        for rest in [
            ",",
            ";",
            ";R=1",
            ";r=",
            " ;r",
            ", \"b",
            ", \u{e4}",
            "\t;",
            ", (1",
            " 1",
            ";t=9999999999999999",
        ] {
            for item in [r#""a";r=1;t=2"#, r#""a";r=1, "b";r=2"#] {
                let field = format!("{item}{rest}");
                each_limit(&headers("ratelimit", &[&field]), |name, _, _| {
                    panic!("{name} in {field}")
                });
            }
        }
    }

    #[test]
    fn an_item_that_makes_no_sense_is_left_out_alone() {
        let sound = limit("sound", 7, Some(8));
        for item in [
            "default;r=1;t=2",
            "1;r=1",
            "1.5;r=1",
            ":YQ==:;r=1",
            "?1;r=1",
            "@1;r=1",
            r#"%"a";r=1"#,
            r#"("a";r=1 "b";r=2);r=3"#,
            r#""a""#,
            r#""a";t=1"#,
            r#""a";r"#,
            r#""a";r=-1"#,
            r#""a";r=1.0"#,
            r#""a";r="1""#,
            r#""a";r=1;r=x"#,
            r#""a";q=1;w=2"#,
        ] {
            for field in [
                format!(r#"{item}, "sound";r=7;t=8"#),
                format!(r#""sound";r=7;t=8,{item}"#),
            ] {
                assert_limits(&[&field], std::slice::from_ref(&sound));
            }
        }
    }

    #[test]
    fn a_time_that_makes_no_sense_is_none() {
        for time in ["", ";t", ";t=-1", ";t=1.5", ";t=abc", ";t=@1", ";t=1;t=?0"] {
            assert_limits(&[&format!(r#""a";r=1{time}"#)], &[limit("a", 1, None)]);
        }
    }

    #[test]
    fn what_is_unusual_and_valid_is_read() {
        assert_limits(
            &[r#"  "";r=0;t=0 ,	"a \"b\\";pk=:YQ==:;t=999999999999999; r=999999999999999;x;r=-0  "#],
            &[limit("", 0, Some(0)), limit(r#"a "b\"#, 0, Some(999_999_999_999_999))],
        );
    }
}
