//! Values as text, for where no JSON can stand: paths, headers, cookies, parts.

use serde::Serialize;
use serde_json::Value;

/// A value as text in the style `simple` of OpenAPI: with commas between the items of a list, and between the members
/// of an object and, unless `explode`, their values.
pub fn simple<T: Serialize>(name: &str, value: &T, explode: bool) -> Result<Option<String>, String> {
    let refuse = |reason: &str| format!("`{name}`: {reason}");
    let value = serde_json::to_value(value).map_err(|cause| refuse(&cause.to_string()))?;
    let text = |value: Value| scalar(value).ok_or_else(|| refuse("a value within a value has no text"));
    let items: Vec<String> = match value {
        Value::Null => return Ok(None),
        Value::Array(items) => items.into_iter().map(text).collect::<Result<_, _>>()?,
        Value::Object(members) => {
            let members = members.into_iter().filter(|(_, value)| !value.is_null());
            let separator = if explode { '=' } else { ',' };
            let members = members.map(|(name, value)| Ok(format!("{name}{separator}{}", text(value)?)));
            members.collect::<Result<_, String>>()?
        }
        value => vec![text(value)?],
    };
    Ok(Some(items.join(",")))
}

/// A value of JSON as text.
pub fn json<T: Serialize>(name: &str, value: &T) -> Result<Option<String>, String> {
    match serde_json::to_value(value) {
        Ok(Value::Null) => Ok(None),
        Ok(value) => Ok(Some(value.to_string())),
        Err(cause) => Err(format!("`{name}`: {cause}")),
    }
}

pub(crate) fn scalar(value: Value) -> Option<String> {
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

/// What has no text of its own as JSON.
pub(crate) fn text_or_json(value: Value) -> String {
    let json = value.to_string();
    scalar(value).unwrap_or(json)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_and_objects_have_commas() {
        let text = |value: Value, explode| simple("a", &value, explode).unwrap();
        assert_eq!(text(json!(["x", 1, true]), false).as_deref(), Some("x,1,true"));
        assert_eq!(text(json!({ "b": "x", "c": null }), false).as_deref(), Some("b,x"));
        assert_eq!(text(json!({ "b": "x" }), true).as_deref(), Some("b=x"));
        assert_eq!(text(json!("x"), false).as_deref(), Some("x"));
        assert_eq!(text(Value::Null, false), None);
        assert!(simple("a", &json!([["x"]]), false).unwrap_err().starts_with("`a`: "));
        assert_eq!(super::json("a", &json!(["x"])).unwrap().as_deref(), Some(r#"["x"]"#));
    }
}
