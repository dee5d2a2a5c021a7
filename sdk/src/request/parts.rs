//! What generated code puts into a request beside a query and a JSON body: headers, cookies, and bodies of any kind.

use std::collections::HashMap;

use http::{
    HeaderName, HeaderValue,
    header::{CONTENT_TYPE, COOKIE},
};
use serde::Serialize;
use serde_json::Value;

use super::{Request, RequestBuilder, set_body, set_form};
use crate::{
    text::quoted,
    wire::{
        body::Body,
        multipart::{Part, Parts},
        path::cookie_pair,
        scalar::{scalar, text_or_json},
    },
};

/// The values of a parameter that is sent as parts.
pub trait IntoParts {
    /// One part for each value.
    fn into_parts(self) -> Vec<Part>;
}

impl IntoParts for Part {
    fn into_parts(self) -> Vec<Part> {
        vec![self]
    }
}

impl<T: IntoParts> IntoParts for Option<T> {
    fn into_parts(self) -> Vec<Part> {
        self.map(IntoParts::into_parts).unwrap_or_default()
    }
}

impl<T: IntoParts> IntoParts for Vec<T> {
    fn into_parts(self) -> Vec<Part> {
        self.into_iter().flat_map(IntoParts::into_parts).collect()
    }
}

impl<T: IntoParts, S> IntoParts for HashMap<String, T, S> {
    fn into_parts(self) -> Vec<Part> {
        self.into_values().flat_map(IntoParts::into_parts).collect()
    }
}

impl RequestBuilder<'_> {
    /// Sets a header, unless there is no text for it; the credentials are not for a parameter to set.
    #[must_use]
    pub fn header_text(self, name: &'static str, text: Result<Option<String>, String>) -> Self {
        let Some(text) = text.transpose() else { return self };
        let header = text.and_then(|text| {
            let value = HeaderValue::from_str(&text);
            let value = value.map_err(|_| format!("`{name}`: {} cannot stand in a header", quoted(&text)));
            let name = HeaderName::from_bytes(name.as_bytes());
            let name = name.map_err(|cause| format!("`{}`: {cause}", quoted(&text)));
            Ok((name?, value?))
        });
        match header {
            Ok((name, value)) => self.header(name, value),
            Err(reason) => self.and(|_| Err(reason)),
        }
    }

    /// Adds a cookie, unless there is no text for it.
    #[must_use]
    pub fn cookie(self, name: &'static str, text: Result<Option<String>, String>) -> Self {
        self.and(|request| {
            let Some(text) = text? else { return Ok(()) };
            let pair = cookie_pair(name, &text);
            let cookies = match request.header(&COOKIE).and_then(|value| value.to_str().ok()) {
                Some(before) => format!("{before}; {pair}"),
                None => pair,
            };
            let cookies = HeaderValue::from_str(&cookies).map_err(|cause| format!("`{name}`: {cause}"))?;
            request.insert(COOKIE, cookies);
            Ok(())
        })
    }

    /// Sets a JSON body with a content type of its own; none where there is no value.
    #[must_use]
    pub fn json_body<T: Serialize>(self, content_type: &'static str, body: Option<&T>) -> Self {
        let Some(body) = body else { return self };
        self.and(|request| {
            let body =
                serde_json::to_vec(body).map_err(|cause| format!("the body cannot be written as JSON: {cause}"))?;
            set_body(request, content_type, body);
            Ok(())
        })
    }

    /// Sets a body of form fields; none where there is no value.
    #[must_use]
    pub fn form_body<T: Serialize>(self, body: Option<&T>) -> Self {
        match body {
            Some(body) => self.and(|request| set_form(request, body)),
            None => self,
        }
    }

    /// Sets a body of any media type; none where there is no value.
    #[must_use]
    pub fn raw_body(self, content_type: &str, body: Option<Body>) -> Self {
        let Some(body) = body else { return self };
        self.and(|request| {
            let value = HeaderValue::from_str(content_type)
                .map_err(|_| format!("the content type {} cannot stand in a header", quoted(content_type)))?;
            request.insert(CONTENT_TYPE, value);
            request.set_body(body);
            Ok(())
        })
    }

    /// Sets a body instead of any other; none where there is no value.
    #[must_use]
    pub fn other_body(self, body: Option<(String, Body)>) -> Self {
        match body {
            Some((content_type, body)) => self.raw_body(&content_type, Some(body)),
            None => self,
        }
    }

    /// Begins a body of several parts; where it may be missing, it is sent if there is a part.
    #[must_use]
    pub fn multipart(self, required: bool) -> Self {
        self.and(|request| {
            request.parts = Some(Box::new(Parts::new(required)));
            Ok(())
        })
    }

    /// Adds parts of texts, or of JSON where a value has no text; one for each item of a list.
    #[must_use]
    pub fn text_part<T: Serialize>(self, name: &str, content_type: Option<&str>, value: &T) -> Self {
        self.and(|request| {
            let value = serde_json::to_value(value).map_err(|cause| format!("`{name}`: {cause}"))?;
            let is_json = content_type.is_some_and(is_json);
            let items = match value {
                Value::Array(items) if !is_json => items,
                value => vec![value],
            };
            for item in items.into_iter().filter(|item| !item.is_null()) {
                let part = match is_json {
                    true => Part::json(&item),
                    false if scalar(item.clone()).is_none() => Part::json(&item),
                    false => Part::from(text_or_json(item)),
                };
                let part = match content_type {
                    Some(content_type) => part.content_type(content_type),
                    None => part,
                };
                request.push_part(name, part);
            }
            Ok(())
        })
    }

    /// Adds parts that are files.
    #[must_use]
    pub fn file_part(self, name: &str, content_type: Option<&str>, value: impl IntoParts) -> Self {
        self.and(|request| {
            for part in value.into_parts() {
                request.push_part(name, part.or_file(name, content_type));
            }
            Ok(())
        })
    }

    /// Adds parts that are texts and may as well be files.
    #[must_use]
    pub fn free_part(self, name: &str, content_type: Option<&str>, value: impl IntoParts) -> Self {
        self.and(|request| {
            for part in value.into_parts() {
                request.push_part(name, part.or_content_type(content_type));
            }
            Ok(())
        })
    }

    /// Adds parts of any names.
    #[must_use]
    pub fn parts(self, parts: Vec<(String, Part)>) -> Self {
        self.and(|request| {
            parts
                .into_iter()
                .for_each(|(name, part)| request.push_part(&name, part));
            Ok(())
        })
    }
}

impl Request {
    fn push_part(&mut self, name: &str, part: Part) {
        let parts = self.parts.get_or_insert_with(|| Box::new(Parts::new(true)));
        parts.push(name, part);
    }

    /// Puts the parts together, if there are any.
    pub(super) fn finish(&mut self) -> Result<(), String> {
        let Some(parts) = self.parts.take() else {
            return Ok(());
        };
        if let Some((content_type, body)) = parts.finish()? {
            self.insert(CONTENT_TYPE, content_type);
            self.set_body(body);
        }
        Ok(())
    }
}

fn is_json(content_type: &str) -> bool {
    let name = content_type.split(';').next().unwrap_or_default().trim();
    name == "application/json" || name.ends_with("+json")
}
