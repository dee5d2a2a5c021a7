//! What was recorded of a request, as the typed calls take it, and the documented examples as the SDK has them.
//!
//! Generated code uses this: `generated/calls.rs` has a call for each operation.

use std::{error::Error, fmt::Debug};

use cloudflare_sdk::{Part, mock::Failure};
use reqwest::Url;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{multipart, recording::Request};

/// A recorded request.
#[derive(Debug)]
pub struct Given<'r> {
    request: &'r Request,
    query: Vec<(String, String)>,
}

/// A documented example that the SDK has as a value.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// The name of the function that gives it.
    pub name: &'static str,
    /// The JSON pointer to it in the document.
    pub pointer: &'static str,
    /// Compares it with the document.
    pub compare: fn(&Value) -> Result<(), String>,
}

impl<'r> Given<'r> {
    /// What a request has to give.
    ///
    /// # Errors
    ///
    /// When its query is none.
    pub fn new(request: &'r Request) -> Result<Self, String> {
        let url = Url::parse(&format!("http://localhost/?{}", request.query)).map_err(|cause| cause.to_string())?;
        let query = url.query_pairs().into_owned().collect();
        Ok(Self { request, query })
    }

    /// Checks that the query has no other parameters than the operation.
    ///
    /// # Errors
    ///
    /// When it has, naming the first.
    pub fn only(&self, operation: &str, names: &[&str]) -> Result<(), String> {
        let foreign = self.query.iter().find(|(name, _)| !names.contains(&name.as_str()));
        match foreign {
            Some((name, _)) => Err(format!("`{operation}` has no parameter `{name}`")),
            None => Ok(()),
        }
    }

    /// A parameter of the path, which is like `template`.
    ///
    /// # Errors
    ///
    /// When the path is not, or the parameter is not of the type.
    pub fn path<T: DeserializeOwned>(&self, template: &str, name: &str) -> Result<T, String> {
        let path = &self.request.path;
        let text = segment(path, template, name).ok_or_else(|| format!("the path {path} is not like {template}"))?;
        let text = percent_encoding::percent_decode_str(text).decode_utf8();
        of_text(name, &[&text.map_err(|cause| format!("`{name}`: {cause}"))?])
    }

    /// A parameter of the query, if it is there.
    ///
    /// # Errors
    ///
    /// When it is not of the type.
    pub fn query<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, String> {
        let of_name = self.query.iter().filter(|(other, _)| other == name);
        let texts: Vec<&str> = of_name.map(|(_, text)| text.as_str()).collect();
        match texts.is_empty() {
            true => Ok(None),
            false => of_text(name, &texts).map(Some),
        }
    }

    /// A parameter among the headers, if it is there.
    ///
    /// # Errors
    ///
    /// When it is not of the type.
    pub fn header<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, String> {
        let text = self.request.headers.get(&name.to_ascii_lowercase());
        text.map(|text| of_text(name, &[text])).transpose()
    }

    /// The JSON body, if there is a body.
    ///
    /// # Errors
    ///
    /// When it is not of the type.
    pub fn json<T: DeserializeOwned>(&self) -> Result<Option<T>, String> {
        let body = self.request.body.as_deref().map(serde_json::from_str);
        body.transpose()
            .map_err(|cause| format!("the body of the request: {cause}"))
    }

    /// The texts of a part of the body, if it is there.
    ///
    /// # Errors
    ///
    /// When they are not of the type.
    pub fn part<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, String> {
        let parts = multipart::parts(self.request.body.as_deref().unwrap_or_default());
        let of_name = parts.iter().filter(|part| part.name == name);
        let texts: Vec<&str> = of_name.map(|part| part.content).collect();
        match texts.is_empty() {
            true => Ok(None),
            false => of_text(name, &texts).map(Some),
        }
    }

    /// The parts of the body that have this name.
    #[must_use]
    pub fn files(&self, name: &str) -> Vec<Part> {
        let parts = multipart::parts(self.request.body.as_deref().unwrap_or_default());
        let of_name = parts.into_iter().filter(|part| part.name == name);
        of_name.map(|part| part.to_part()).collect()
    }

    /// The body as text, if there is a body.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        self.request.body.clone()
    }
}

/// Why there is no call of an operation.
#[must_use]
pub fn unknown(operation: &str) -> String {
    format!(
        "no call is known for the operation `{operation}`: the document has none of that name, or was changed without \
         `cargo xtask codegen`"
    )
}

/// Compares a value of the SDK with the example that it is of.
///
/// # Errors
///
/// What is different.
pub fn same<T>(value: T, documented: &Value) -> Result<(), String>
where
    T: DeserializeOwned + Debug + PartialEq,
{
    // From text, as the SDK reads.
    let documented: T = serde_json::from_str(&documented.to_string()).map_err(|cause| cause.to_string())?;
    match value == documented {
        true => Ok(()),
        false => Err(format!("{value:?} instead of {documented:?}")),
    }
}

/// Compares a failure of the SDK with the example that it is of.
///
/// # Errors
///
/// What is different.
pub fn same_failure(failure: Failure, documented: &Value) -> Result<(), String> {
    let body: Value = serde_json::from_str(failure.body()).map_err(|cause| cause.to_string())?;
    match body == *documented {
        true => Ok(()),
        false => Err(format!("{body} instead of {documented}")),
    }
}

/// The part of a path that stands where the template has a parameter.
fn segment<'p>(path: &'p str, template: &str, name: &str) -> Option<&'p str> {
    let parameter = format!("{{{name}}}");
    let (mut texts, mut patterns) = (path.split('/'), template.split('/'));
    let mut found = None;
    loop {
        let (text, pattern) = match (texts.next(), patterns.next()) {
            (None, None) => return found,
            (Some(text), Some(pattern)) => (text, pattern),
            _ => return None,
        };
        if let Some((before, after)) = pattern.split_once(&parameter) {
            // Another parameter in the same segment ends at what stands between them.
            let rest = text.strip_prefix(before)?;
            let end = after.split('{').next().unwrap_or_default();
            let end = if end.is_empty() {
                Some(rest.len())
            } else {
                rest.find(end)
            };
            found = Some(&rest[..end?]);
        }
    }
}

/// A value of texts that a URL or a header has: of a text itself, of what it means as JSON, or of all as a list.
fn of_text<T: DeserializeOwned>(name: &str, texts: &[&str]) -> Result<T, String> {
    let plain = |text: &&str| Value::from(*text);
    let meant = |text: &&str| serde_json::from_str(text).unwrap_or_else(|_| Value::from(*text));
    let lists = [
        texts.iter().map(plain).collect::<Vec<_>>(),
        texts.iter().map(meant).collect(),
    ];
    let single = lists.iter().filter_map(|list| match &list[..] {
        [value] => Some(value.clone()),
        _ => None,
    });
    let whole = lists.iter().map(|list| Value::Array(list.clone()));
    let mut cause: Option<Box<dyn Error>> = None;
    for value in single.chain(whole) {
        match serde_json::from_value(value) {
            Ok(value) => return Ok(value),
            Err(reason) => cause = cause.or(Some(reason.into())),
        }
    }
    let cause = cause.map(|cause| cause.to_string()).unwrap_or_default();
    Err(format!("`{name}` is {}: {cause}", texts.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_found_where_the_template_has_it() {
        let template = "/zones/{zone_id}/rules/{first}...{second}";
        let path = "/zones/a/rules/1...2";
        let found = ["zone_id", "first", "second"].map(|name| segment(path, template, name));
        assert_eq!(found, [Some("a"), Some("1"), None]);
        assert_eq!(segment("/zones/a/rules", template, "zone_id"), None);
        assert_eq!(segment("/zones/a/b", "/zones/{zone_id}", "zone_id"), None);
    }

    #[test]
    fn a_text_becomes_what_its_type_asks_for() {
        assert_eq!(of_text::<String>("a", &["1"]), Ok("1".to_owned()));
        assert_eq!(of_text::<u64>("a", &["1"]), Ok(1));
        assert_eq!(of_text::<Vec<String>>("a", &["1"]), Ok(vec!["1".to_owned()]));
        assert_eq!(of_text::<Vec<u64>>("a", &["1", "2"]), Ok(vec![1, 2]));
        assert!(of_text::<u64>("a", &["1.5"]).unwrap_err().starts_with("`a` is 1.5: "));
    }
}
