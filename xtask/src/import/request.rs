//! The request of a recording: every parameter and the body, from the examples of the document.

use serde_json::{Map, Value, json};

use super::{
    contradictions::CONTRADICTING,
    other_bodies::{self, SentBody},
};
use crate::survey::{
    assemble::{Assembler, Wanted},
    published::{Node, Operation, Published, is_json},
    schema::{Described, Way, is_required, of_member, spread},
    validity::Validity,
};

/// The token of the examples in Cloudflare's reference.
const TOKEN: &str = "Bearer Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY";

/// What makes requests.
pub(crate) struct Requests<'a> {
    pub(crate) document: &'a Published,
    pub(crate) assembler: &'a Assembler<'a>,
    pub(crate) validity: &'a Validity,
}

impl<'a> Requests<'a> {
    /// The request of an operation, as a recording has it.
    pub(crate) fn of(&self, operation: &Operation, node: &Node<'a>) -> Result<Value, String> {
        let mut path = operation.path.clone();
        let mut query = Vec::new();
        let mut headers = Map::new();
        let accepted = match accepts_json(self.document, node) {
            true => "application/json",
            false => "*/*",
        };
        headers.insert("accept".to_owned(), accepted.into());
        headers.insert("authorization".to_owned(), TOKEN.into());
        let parameters = node.member("parameters").map(|parameters| parameters.members());
        for (_, parameter) in parameters.unwrap_or_default() {
            let parameter = self.document.follow(parameter);
            let (Some(name), Some(place)) = (parameter.text("name"), parameter.text("in")) else {
                continue;
            };
            let value = match self.parameter(&parameter) {
                Some(value) => value,
                None if parameter.is("required") || place == "path" => json!("text"),
                None => continue,
            };
            match (place, texts(&value)) {
                (_, None) if parameter.is("required") => {
                    return Err(format!(
                        "the parameter `{name}` is neither a plain value nor a list of such"
                    ));
                }
                (_, None) => {}
                ("path", Some(texts)) => {
                    let text = texts.concat();
                    path = path.replace(
                        &format!("{{{name}}}"),
                        &encoded(&path_text(name, &text), b"-._~", false),
                    );
                }
                ("query", Some(texts)) => query.extend(texts.into_iter().map(|text| (name.to_owned(), text))),
                ("header", Some(texts)) => _ = headers.insert(name.to_ascii_lowercase(), texts.join(",").into()),
                _ => {}
            }
        }
        let mut request = json!({ "method": operation.method.to_uppercase(), "path": path });
        if !query.is_empty() {
            query.sort_by(|(one, _), (other, _)| one.cmp(other));
            let form = |text: &str| encoded(text, b"*-._", true);
            let pairs: Vec<_> = query
                .iter()
                .map(|(name, text)| format!("{}={}", form(name), form(text)))
                .collect();
            request["query"] = pairs.join("&").into();
        }
        if let Some(SentBody { content_type, text }) = self.body(node)? {
            headers.insert("content-type".to_owned(), content_type.into());
            request["body"] = text.into();
        }
        headers.sort_keys();
        request["headers"] = headers.into();
        Ok(request)
    }

    /// A value of a schema, in the first of the ways that gives a valid one.
    pub(crate) fn assembled(&self, schema: &Node<'a>, way: Way, wanted: &[Wanted]) -> Result<Value, String> {
        let mut reason = String::new();
        for wanted in wanted {
            let value = self.assembler.value(schema, way, *wanted);
            match self.validity.check(self.document, schema, way, &value) {
                Ok(()) => return Ok(value),
                Err(contradiction) => reason = format!("at `{}`: {}", contradiction.at, contradiction.reason),
            }
        }
        Err(reason)
    }

    /// A value of a parameter: its example, or one of its schema.
    fn parameter(&self, parameter: &Node<'a>) -> Option<Value> {
        if let Some(example) = self.example(parameter) {
            return Some(example.value.clone());
        }
        let schema = parameter.member("schema")?;
        let value = self
            .assembled(&schema, Way::Sent, &[Wanted::Whole, Wanted::All(0)])
            .ok()?;
        Some(self.sent(Described::By(vec![schema]), &value))
    }

    /// The example of a parameter or a body, unless it contradicts the schema.
    pub(super) fn example(&self, of: &Node<'a>) -> Option<Node<'a>> {
        let named = of.member("examples").and_then(|examples| {
            let (_, first) = examples.members().into_iter().next()?;
            self.document.follow(first).member("value")
        });
        let example = named.or_else(|| of.member("example"))?;
        let is_contradicting = !self.document.root().value[CONTRADICTING][&example.pointer].is_null();
        (!is_contradicting).then_some(example)
    }

    /// The body; none if there is none, or none that must be.
    fn body(&self, node: &Node<'a>) -> Result<Option<SentBody>, String> {
        let Some(body) = node.member("requestBody").map(|body| self.document.follow(body)) else {
            return Ok(None);
        };
        let content = body
            .member("content")
            .map(|content| content.members())
            .unwrap_or_default();
        let Some((name, media_type)) = content.iter().find(|(name, _)| is_json(name)) else {
            return other_bodies::of(self, &content).map(Some);
        };
        let value = self.json_body(media_type, body.is("required"))?;
        Ok(value.map(|value| SentBody {
            content_type: (*name).to_owned(),
            text: value.to_string(),
        }))
    }

    /// The JSON body of a media type.
    fn json_body(&self, media_type: &Node<'a>, is_required: bool) -> Result<Option<Value>, String> {
        let Some(schema) = media_type.member("schema") else {
            let example = self.example(media_type).map(|example| example.value.clone());
            return Ok(example.or_else(|| is_required.then(|| json!({}))));
        };
        let value = match self.example(media_type) {
            Some(example) => example.value.clone(),
            None => match self.assembled(&schema, Way::Sent, &[Wanted::Whole, Wanted::All(0), Wanted::Required]) {
                Ok(value) => value,
                Err(_) if !is_required => return Ok(None),
                Err(reason) => return Err(format!("no body can be put together: {reason}")),
            },
        };
        Ok(Some(self.sent(Described::By(vec![schema]), &value)))
    }

    /// A value as a model sends it: what the schema describes, moments as the SDK writes them, members in order, and
    /// nothing for what need not be there and is null or empty.
    pub(super) fn sent(&self, described: Described<'a>, value: &Value) -> Value {
        let schemas = match described {
            Described::By(schemas) => spread(self.document, schemas, None),
            _ => Vec::new(),
        };
        match value {
            Value::Object(members) => {
                let mut sent = Map::new();
                for (name, value) in members {
                    let described = of_member(&schemas, name);
                    if matches!(described, Described::Not) {
                        continue;
                    }
                    let value = self.sent(described, value);
                    let is_nothing = match &value {
                        Value::Null => true,
                        Value::Array(items) => items.is_empty(),
                        Value::Object(members) => members.is_empty(),
                        _ => false,
                    };
                    if !is_nothing || schemas.is_empty() || is_required(self.document, &schemas, name, Way::Sent) {
                        sent.insert(name.clone(), value);
                    }
                }
                sent.sort_keys();
                sent.into()
            }
            Value::Array(items) => {
                let of_items: Vec<_> = schemas.iter().filter_map(|schema| schema.member("items")).collect();
                let described = || match of_items.is_empty() {
                    true => Described::Freely,
                    false => Described::By(of_items.clone()),
                };
                items.iter().map(|item| self.sent(described(), item)).collect()
            }
            Value::String(text) if schemas.iter().any(|schema| schema.text("format") == Some("date-time")) => {
                moment(text).unwrap_or_else(|| text.clone()).into()
            }
            other => other.clone(),
        }
    }
}

/// Whether a success is JSON.
fn accepts_json(document: &Published, node: &Node<'_>) -> bool {
    let responses = node
        .member("responses")
        .map(|responses| responses.members())
        .unwrap_or_default();
    responses
        .into_iter()
        .filter(|(status, _)| status.starts_with('2'))
        .any(|(_, response)| {
            let content = document.follow(response).member("content");
            content.is_some_and(|content| content.members().iter().any(|(name, _)| is_json(name)))
        })
}

/// A moment as chrono writes it.
fn moment(text: &str) -> Option<String> {
    let moment = chrono::DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    Some(moment.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
}

/// The texts of a parameter: one, or one for each item of a list.
pub(super) fn texts(value: &Value) -> Option<Vec<String>> {
    let text = |value: &Value| match value {
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(match number.as_f64() {
            Some(float) if number.is_f64() => float.to_string(),
            _ => number.to_string(),
        }),
        _ => None,
    };
    match value {
        Value::Array(items) if !items.is_empty() => items.iter().map(text).collect(),
        value => Some(vec![text(value)?]),
    }
}

/// A text that can stand in a path: the SDK refuses an identifier with what no identifier has.
fn path_text(name: &str, text: &str) -> String {
    let is_id = name.ends_with("_id") || name.ends_with("identifier");
    let is_foreign = |c: char| matches!(c, '/' | '\\' | '?' | '#' | '%') || c.is_whitespace() || c.is_control();
    match is_id && text.contains(is_foreign) {
        true => text.replace(is_foreign, "-"),
        false => text.to_owned(),
    }
}

/// A text with all but letters, digits and `kept` encoded; in a form a space is `+`.
fn encoded(text: &str, kept: &[u8], is_form: bool) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            byte if byte.is_ascii_alphanumeric() || kept.contains(&byte) => encoded.push(char::from(byte)),
            b' ' if is_form => encoded.push('+'),
            byte => encoded += &format!("%{byte:02X}"),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_encoded_as_the_sdk_does() {
        assert_eq!(encoded("ends_with:a b", b"*-._", true), "ends_with%3Aa+b");
        assert_eq!(encoded("a b/ä", b"-._~", false), "a%20b%2F%C3%A4");
        assert_eq!(path_text("zone_id", "a/b"), "a-b");
        assert_eq!(path_text("name", "a/b"), "a/b");
    }

    #[test]
    fn a_parameter_is_a_plain_value_or_a_list_of_such() {
        assert_eq!(texts(&json!(1.0)), Some(vec!["1".to_owned()]));
        assert_eq!(
            texts(&json!([true, "a"])),
            Some(vec!["true".to_owned(), "a".to_owned()])
        );
        assert_eq!(texts(&json!({ "a": 1 })), None);
        assert_eq!(texts(&json!("")), None);
    }
}
