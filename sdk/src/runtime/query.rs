//! Query parameters, in the style `form` that OpenAPI has for them.

use serde::Serialize;
use serde_json::Value;

/// A parameter with its value.
#[derive(Debug)]
pub struct QueryParam<'a, T> {
    name: &'a str,
    value: &'a T,
}

impl<'a, T: Serialize> QueryParam<'a, T> {
    /// A parameter; `None` is not sent, and a list is sent as one pair an item.
    pub fn new(name: &'a str, value: &'a T) -> Self {
        Self { name, value }
    }

    pub(super) fn pairs(&self) -> Result<Vec<(String, String)>, String> {
        pairs(self.name, self.value)
    }
}

/// The pairs of a value under one name; the members of an object go by their own names.
pub(crate) fn pairs<T: Serialize>(name: &str, value: &T) -> Result<Vec<(String, String)>, String> {
    let refuse = |reason: &str| format!("`{name}`: {reason}");
    let value = serde_json::to_value(value).map_err(|cause| refuse(&cause.to_string()))?;
    let text = |value: Value| scalar(value).ok_or_else(|| refuse("a value within a value cannot stand in a query"));
    match value {
        Value::Null => Ok(Vec::new()),
        // What an empty filter means is anybody's guess; Cloudflare may take it for none at all.
        Value::String(text) if text.is_empty() => Err(refuse("it is empty; leave it out instead")),
        Value::Array(items) => items
            .into_iter()
            .map(|item| Ok((name.to_owned(), text(item)?)))
            .collect(),
        Value::Object(members) => (members.into_iter().filter(|(_, value)| !value.is_null()))
            .map(|(name, value)| Ok((name, text(value)?)))
            .collect(),
        value => Ok(vec![(name.to_owned(), text(value)?)]),
    }
}

fn scalar(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Bool(flag) => Some(flag.to_string()),
        // A whole number goes out as one, also where the document calls it a number: `page=1`, never `page=1.0`.
        Value::Number(number) => Some(match number.as_f64() {
            Some(float) if number.is_f64() => float.to_string(),
            _ => number.to_string(),
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn query(value: Value) -> Vec<(String, String)> {
        pairs("a", &value).unwrap()
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn a_whole_number_has_no_fraction() {
        assert_eq!(query(json!(1.0)), [pair("a", "1")]);
        assert_eq!(query(json!(50)), [pair("a", "50")]);
        assert_eq!(query(json!(0.5)), [pair("a", "0.5")]);
        assert_eq!(query(json!(u64::MAX)), [pair("a", "18446744073709551615")]);
    }

    #[test]
    fn an_empty_value_is_refused() {
        assert!(
            pairs("account.id", &"")
                .unwrap_err()
                .contains("`account.id`: it is empty")
        );
    }

    #[test]
    fn values_are_exploded_and_null_is_not_sent() {
        assert_eq!(query(Value::Null), []);
        assert_eq!(query(json!(["x", true])), [pair("a", "x"), pair("a", "true")]);
        assert_eq!(query(json!({ "b": "x", "c": null })), [pair("b", "x")]);
        assert!(pairs("a", &json!([["x"]])).unwrap_err().contains("`a`: "));
    }
}
