//! What a published document shows, held against what a caller got and what was sent, as far as it can be said without
//! the document: a recording of an example does not know in which order members are sent, nor which are left out
//! because they are null or empty.

use serde_json::{Map, Value};

use crate::{outcome::Outcome, recording::Expectation};

/// Checks that a caller got the value that a body shows.
///
/// # Errors
///
/// What is different, with the place.
pub fn check(outcome: &Outcome, body: &Value) -> Result<(), String> {
    let Expectation::Value(value) = &outcome.expectation else {
        return Err(format!("the outcome: {:?} instead of a value", outcome.expectation));
    };
    let shown = match outcome.enveloped {
        true => body.get("result").unwrap_or(&Value::Null),
        false => body,
    };
    compare("", value, shown)
}

/// Checks that a caller got Cloudflare's errors of these codes.
///
/// # Errors
///
/// What is different.
pub fn check_refusal(outcome: &Outcome, codes: &[u64]) -> Result<(), String> {
    match &outcome.expectation {
        Expectation::Error { codes: actual, .. } if actual == codes => Ok(()),
        other => Err(format!(
            "the outcome: {other:?} instead of an error with the codes {codes:?}"
        )),
    }
}

/// Whether two queries have the same pairs, in any order.
#[must_use]
pub fn same_pairs(one: &str, other: &str) -> bool {
    let pairs = |query: &str| {
        let mut pairs: Vec<_> = query.split('&').map(str::to_owned).collect();
        pairs.sort();
        pairs
    };
    pairs(one) == pairs(other)
}

/// Whether two texts are the same JSON, but for the order of members.
#[must_use]
pub fn same_members(one: &str, other: &str) -> bool {
    // Of one length: neither spaces nor other digits are between them.
    one.len() == other.len()
        && match (serde_json::from_str::<Value>(one), serde_json::from_str::<Value>(other)) {
            (Ok(one), Ok(other)) => one == other,
            _ => false,
        }
}

/// Compares what the SDK has of a value with what is shown of it.
fn compare(place: &str, actual: &Value, shown: &Value) -> Result<(), String> {
    let different = || Err(format!("the outcome at `{place}`: {actual} instead of {shown}"));
    match (actual, shown) {
        (Value::Object(actual), Value::Object(shown)) => {
            let nothing = Value::Null;
            let names = actual.keys().chain(shown.keys());
            names.into_iter().try_for_each(|name| {
                let member = |of: &'_ Map<String, Value>| of.get(name).cloned().unwrap_or(nothing.clone());
                compare(&format!("{place}/{name}"), &member(actual), &member(shown))
            })
        }
        (Value::Array(actual), Value::Array(shown)) if actual.len() == shown.len() => {
            let items = actual.iter().zip(shown).enumerate();
            items
                .into_iter()
                .try_for_each(|(at, (actual, shown))| compare(&format!("{place}/{at}"), actual, shown))
        }
        (Value::Number(one), Value::Number(other)) if one.as_f64() == other.as_f64() => Ok(()),
        (Value::String(one), Value::String(other)) => match (moment(one), moment(other)) {
            _ if one == other => Ok(()),
            (Some(one), Some(other)) if one == other => Ok(()),
            _ => different(),
        },
        _ if actual == shown || is_nothing(actual) && is_nothing(shown) => Ok(()),
        _ => different(),
    }
}

fn moment(text: &str) -> Option<chrono::DateTime<chrono::Utc>> {
    Some(chrono::DateTime::parse_from_rfc3339(text).ok()?.to_utc())
}

/// Whether a value may as well be missing.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.values().all(is_nothing),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn null_and_empty_are_nothing_and_all_else_is_compared() {
        let same = |one, other| compare("", &one, &other).is_ok();
        assert!(same(
            json!({ "a": 1 }),
            json!({ "a": 1.0, "b": null, "c": [], "d": {} })
        ));
        assert!(same(
            json!({ "at": "2014-01-01T05:20:00Z" }),
            json!({ "at": "2014-01-01T06:20:00+01:00" })
        ));
        assert!(!same(json!({}), json!({ "a": false })));
        assert!(!same(json!({ "a": "1" }), json!({ "a": 1 })));
        assert!(!same(json!([1]), json!([1, 2])));
        let fault = compare("", &json!({ "a": [1] }), &json!({ "a": [2] })).unwrap_err();
        assert_eq!(fault, "the outcome at `/a/0`: 1 instead of 2");
    }

    #[test]
    fn the_order_of_members_is_free_and_spaces_are_not() {
        assert!(same_members(r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#));
        assert!(!same_members(r#"{"a":1}"#, r#"{"a": 1}"#));
        assert!(!same_members(r#"{"a":10}"#, r#"{"a":1e1}"#));
        assert!(same_pairs("a=1&b=2", "b=2&a=1"));
        assert!(!same_pairs("a=1&a=1", "a=1"));
    }
}
