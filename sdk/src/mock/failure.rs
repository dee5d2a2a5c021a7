//! The bodies of failures.

use serde::Serialize;
use serde_json::{Map, Value, json};

/// The body of a failure: Cloudflare's envelope with `success: false`.
///
/// The documented ones are among the [`examples`](super::examples).
///
/// # Examples
///
/// ```
/// use cloudflare_sdk::mock::{Failure, examples};
///
/// let failure = Failure::new(1007, "Invalid zone").with_result(&examples::enrollment_disabled());
/// assert!(failure.body().contains("Invalid zone"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    body: String,
}

impl Failure {
    /// A failure with one error.
    #[must_use]
    pub fn new(code: u64, message: &str) -> Self {
        let errors = json!([{ "code": code, "message": message }]);
        let body = json!({ "success": false, "errors": errors, "messages": [], "result": null });
        Self { body: body.to_string() }
    }

    /// A failure with this very body, whatever it says.
    #[must_use]
    pub fn from_body(body: impl Into<String>) -> Self {
        Self { body: body.into() }
    }

    /// Adds another error.
    ///
    /// A body that is not a JSON object stays as it is.
    #[must_use]
    pub fn with_error(self, code: u64, message: &str) -> Self {
        self.change(|members| {
            let errors = members.entry("errors").or_insert(Value::Null);
            if !errors.is_array() {
                *errors = json!([]);
            }
            if let Value::Array(errors) = errors {
                errors.push(json!({ "code": code, "message": message }));
            }
        })
    }

    /// Sets the result, which Cloudflare may send with a failure: the setting as it stands, for example.
    ///
    /// A body that is not a JSON object stays as it is.
    #[must_use]
    pub fn with_result<T: Serialize>(self, result: &T) -> Self {
        self.change(|members| {
            members.insert("result".to_owned(), serde_json::to_value(result).unwrap_or_default());
        })
    }

    /// The body as it is sent.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    fn change(mut self, change: impl FnOnce(&mut Map<String, Value>)) -> Self {
        if let Ok(Value::Object(mut members)) = serde_json::from_str(&self.body) {
            change(&mut members);
            self.body = Value::Object(members).to_string();
        }
        self
    }
}
