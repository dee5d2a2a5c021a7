//! Query parameters, in the styles that OpenAPI has for them.

use percent_encoding::{AsciiSet, utf8_percent_encode};
use serde::Serialize;
use serde_json::Value;

use super::{path::RESERVED, scalar::scalar};

/// What is left to be encoded where the document allows the reserved characters of RFC 3986: what would end the value.
const ALLOWED: &AsciiSet = &RESERVED
    .remove(b':')
    .remove(b'/')
    .remove(b'?')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b',')
    .remove(b';');

/// A parameter with its value.
#[derive(Debug)]
pub struct QueryParam<'a, T> {
    name: &'a str,
    value: &'a T,
    style: Style,
    may_be_empty: bool,
    allows_reserved: bool,
}

impl<T> Clone for QueryParam<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

// The value is borrowed, whatever it is.
impl<T> Copy for QueryParam<'_, T> {}

/// How a value becomes pairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    /// One pair an item, and one a member, by its own name.
    Form,
    /// One pair, with this between the items.
    Joined(char),
    /// One pair a member, by the parameter's name and its own in brackets.
    Deep,
    /// One pair, whose value is JSON.
    Json,
}

impl<'a, T: Serialize> QueryParam<'a, T> {
    /// A parameter; `None` is not sent, and a list is sent as one pair an item.
    pub fn new(name: &'a str, value: &'a T) -> Self {
        Self {
            name,
            value,
            style: Style::Form,
            may_be_empty: false,
            allows_reserved: false,
        }
    }

    /// Sends a list as one pair, with this character between its items.
    #[must_use]
    pub fn joined(self, by: char) -> Self {
        let style = Style::Joined(by);
        Self { style, ..self }
    }

    /// Sends an object as one pair a member, such as `name[member]=value`.
    #[must_use]
    pub fn deep(self) -> Self {
        let style = Style::Deep;
        Self { style, ..self }
    }

    /// Sends the value as JSON.
    #[must_use]
    pub fn json(self) -> Self {
        let style = Style::Json;
        Self { style, ..self }
    }

    /// Sends also an empty text.
    #[must_use]
    pub fn or_empty(self) -> Self {
        let may_be_empty = true;
        Self { may_be_empty, ..self }
    }

    /// Leaves the reserved characters as they are that do not end a value.
    #[must_use]
    pub fn reserved(self) -> Self {
        let allows_reserved = true;
        Self {
            allows_reserved,
            ..self
        }
    }

    /// The pairs before they are encoded.
    pub(crate) fn pairs(&self) -> Result<Vec<(String, String)>, String> {
        let pairs = self.items()?.into_iter().map(|(name, items)| match self.style {
            Style::Joined(by) => (name, items.join(&by.to_string())),
            _ => (name, items.concat()),
        });
        Ok(pairs.collect())
    }

    /// The pairs as they stand in a query, where that is not as in a form.
    pub(crate) fn encoded(&self) -> Result<Option<String>, String> {
        if self.style == Style::Form && !self.allows_reserved {
            return Ok(None);
        }
        let set = if self.allows_reserved { ALLOWED } else { RESERVED };
        let encode = |text: &str| utf8_percent_encode(text, set).to_string();
        let by = match self.style {
            Style::Joined(',') => ",".to_owned(),
            Style::Joined(by) => utf8_percent_encode(&by.to_string(), RESERVED).to_string(),
            _ => String::new(),
        };
        let pairs = self.items()?.into_iter().map(|(name, items)| {
            let items = items.iter().map(|item| encode(item)).collect::<Vec<_>>();
            format!("{}={}", utf8_percent_encode(&name, RESERVED), items.join(&by))
        });
        Ok(Some(pairs.collect::<Vec<_>>().join("&")))
    }

    /// The pairs, with the items of a value that is joined.
    fn items(&self) -> Result<Vec<(String, Vec<String>)>, String> {
        let name = self.name;
        let refuse = |reason: &str| format!("`{name}`: {reason}");
        let value = serde_json::to_value(self.value).map_err(|cause| refuse(&cause.to_string()))?;
        let text = |value: Value| scalar(value).ok_or_else(|| refuse("a value within a value cannot stand in a query"));
        let one = |text: String| vec![(name.to_owned(), vec![text])];
        match (self.style, value) {
            (_, Value::Null) => Ok(Vec::new()),
            (Style::Json, value) => Ok(one(value.to_string())),
            // What an empty filter means is anybody's guess; Cloudflare may take it for none at all.
            (_, Value::String(text)) if text.is_empty() && !self.may_be_empty => {
                Err(refuse("it is empty; leave it out instead"))
            }
            (Style::Joined(_), Value::Array(items)) if items.is_empty() => Ok(Vec::new()),
            (Style::Joined(_), Value::Array(items)) => {
                let items = items.into_iter().map(text).collect::<Result<_, _>>()?;
                Ok(vec![(name.to_owned(), items)])
            }
            (Style::Joined(_), Value::Object(members)) => {
                let members = members.into_iter().filter(|(_, value)| !value.is_null());
                let items = members.map(|(name, value)| Ok([name, text(value)?]));
                let items: Vec<String> = items.collect::<Result<Vec<_>, String>>()?.concat();
                Ok(if items.is_empty() {
                    Vec::new()
                } else {
                    vec![(name.to_owned(), items)]
                })
            }
            (Style::Deep, value @ (Value::Object(_) | Value::Array(_))) => {
                let mut pairs = Vec::new();
                deep(name.to_owned(), value, &mut pairs);
                Ok(pairs)
            }
            (_, Value::Array(items)) => items
                .into_iter()
                .map(|item| Ok((name.to_owned(), vec![text(item)?])))
                .collect(),
            (_, Value::Object(members)) => (members.into_iter().filter(|(_, value)| !value.is_null()))
                .map(|(name, value)| Ok((name, vec![text(value)?])))
                .collect(),
            (_, value) => Ok(one(text(value)?)),
        }
    }
}

/// The pairs of the members of an object, and of theirs.
fn deep(name: String, value: Value, pairs: &mut Vec<(String, Vec<String>)>) {
    match value {
        Value::Object(members) => {
            for (member, value) in members {
                deep(format!("{name}[{member}]"), value, pairs);
            }
        }
        Value::Array(items) => items.into_iter().for_each(|item| deep(name.clone(), item, pairs)),
        value => pairs.extend(scalar(value).map(|text| (name, vec![text]))),
    }
}

/// The pairs of a form: like those of a query, but what is within a member is JSON.
pub(crate) fn form_pairs<T: Serialize>(body: &T) -> Result<Vec<(String, String)>, String> {
    let body = serde_json::to_value(body).map_err(|cause| format!("`body`: {cause}"))?;
    let Value::Object(members) = body else {
        return Err("`body`: only an object can be sent as form fields".to_owned());
    };
    let mut pairs = Vec::new();
    for (name, value) in members {
        let items = match value {
            Value::Null => continue,
            Value::Array(items) => items,
            value => vec![value],
        };
        for item in items {
            pairs.push((name.clone(), super::scalar::text_or_json(item)));
        }
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn query(value: Value) -> Vec<(String, String)> {
        QueryParam::new("a", &value).pairs().unwrap()
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
    fn an_empty_value_is_refused_unless_it_is_allowed() {
        let parameter = QueryParam::new("account.id", &"");
        assert!(parameter.pairs().unwrap_err().contains("`account.id`: it is empty"));
        assert_eq!(parameter.or_empty().pairs().unwrap(), [pair("account.id", "")]);
    }

    #[test]
    fn values_are_exploded_and_null_is_not_sent() {
        assert_eq!(query(Value::Null), []);
        assert_eq!(query(json!(["x", true])), [pair("a", "x"), pair("a", "true")]);
        assert_eq!(query(json!({ "b": "x", "c": null })), [pair("b", "x")]);
        let nested = json!([["x"]]);
        assert!(QueryParam::new("a", &nested).pairs().unwrap_err().contains("`a`: "));
    }

    #[test]
    fn each_style_is_encoded_in_its_own_way() {
        let list = json!(["x,y", "z w"]);
        let list = QueryParam::new("a[]", &list);
        let encoded = |parameter: QueryParam<'_, Value>| parameter.encoded().unwrap().unwrap();
        assert_eq!(encoded(list.joined(',')), "a%5B%5D=x%2Cy,z%20w");
        assert_eq!(encoded(list.joined(' ')), "a%5B%5D=x%2Cy%20z%20w");
        assert_eq!(encoded(list.joined('|')), "a%5B%5D=x%2Cy%7Cz%20w");
        assert_eq!(list.encoded().unwrap(), None);
        let object = json!({ "b": { "c": 1, "d": ["x", "y"] }, "e": null });
        let object = QueryParam::new("a", &object);
        assert_eq!(
            encoded(object.deep()),
            "a%5Bb%5D%5Bc%5D=1&a%5Bb%5D%5Bd%5D=x&a%5Bb%5D%5Bd%5D=y"
        );
        assert_eq!(
            object.json().pairs().unwrap(),
            [pair("a", r#"{"b":{"c":1,"d":["x","y"]},"e":null}"#)]
        );
        let flat = json!({ "r": 1, "g": 2 });
        let mut joined = QueryParam::new("a", &flat).joined(',').pairs().unwrap().remove(0).1;
        joined = joined.replace("g,2,r,1", "r,1,g,2");
        assert_eq!(joined, "r,1,g,2");
        let text = json!("/a?b=c&d#e+f");
        assert_eq!(
            encoded(QueryParam::new("a", &text).reserved()),
            "a=/a?b%3Dc%26d%23e%2Bf"
        );
    }

    #[test]
    fn the_members_of_a_form_may_be_lists_and_objects() {
        let body = json!({ "a": ["x", 1], "b": { "c": true }, "d": null, "e": "" });
        let expected = [
            pair("a", "x"),
            pair("a", "1"),
            pair("b", r#"{"c":true}"#),
            pair("e", ""),
        ];
        assert_eq!(form_pairs(&body).unwrap(), expected);
        assert!(form_pairs(&json!([])).is_err());
    }
}
