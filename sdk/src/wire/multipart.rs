//! Bodies of several parts: `multipart/form-data`, [RFC 7578](https://www.rfc-editor.org/rfc/rfc7578).

mod boundary;

use std::fmt;

use bytes::Bytes;
use http::HeaderValue;
use serde::Serialize;

use super::body::Body;
use crate::text::quoted;
use boundary::{Guarded, boundary};

/// One part of a body of several: a file, a text or JSON.
///
/// # Examples
///
/// ```
/// use cloudflare_sdk::Part;
///
/// let module = Part::from("export default {}")
///     .file_name("index.js")
///     .content_type("application/javascript+module");
/// let metadata = Part::json(&["index.js"]);
/// ```
#[derive(Debug)]
#[must_use]
pub struct Part {
    body: Result<Body, String>,
    file_name: Option<String>,
    content_type: Option<String>,
}

impl Part {
    /// A part with this content, and neither a file name nor a content type.
    pub fn new(body: impl Into<Body>) -> Self {
        Self {
            body: Ok(body.into()),
            file_name: None,
            content_type: None,
        }
    }

    /// A part that is JSON, with the content type `application/json`.
    ///
    /// A value that cannot be written as JSON is told by the call that the part is given to.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Self {
        let body = serde_json::to_vec(value).map(Body::from);
        Self {
            body: body.map_err(|cause| format!("it cannot be written as JSON: {cause}")),
            file_name: None,
            content_type: Some("application/json".to_owned()),
        }
    }

    /// Sets the name that the file is to have for the server.
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = Some(name.into());
        self
    }

    /// Sets the content type; by default, that of a part with a file name is `application/octet-stream`, and others
    /// have none, which says that they are text.
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// A file whose name is by default that of its part.
    pub(crate) fn or_file(mut self, name: &str, content_type: Option<&str>) -> Self {
        self.file_name.get_or_insert_with(|| name.to_owned());
        self.or_content_type(content_type)
    }

    pub(crate) fn or_content_type(mut self, content_type: Option<&str>) -> Self {
        self.content_type = self.content_type.or_else(|| content_type.map(str::to_owned));
        self
    }

    /// What stands before the content.
    fn head(&self, name: &str) -> Result<String, String> {
        let mut head = format!(
            "Content-Disposition: form-data; name=\"{}\"",
            quotable("the name", name)?
        );
        if let Some(file_name) = &self.file_name {
            head += &format!("; filename=\"{}\"", quotable("the file name", file_name)?);
        }
        let of_file = self.file_name.as_ref().map(|_| "application/octet-stream");
        if let Some(content_type) = self.content_type.as_deref().or(of_file) {
            if content_type.is_empty() || HeaderValue::from_str(content_type).is_err() {
                return Err(format!(
                    "the content type {} cannot stand in a header",
                    quoted(content_type)
                ));
            }
            head += &format!("\r\nContent-Type: {content_type}");
        }
        Ok(head + "\r\n\r\n")
    }
}

macro_rules! of_bodies {
    ($($kind:ty)*) => {
        $(
            impl From<$kind> for Part {
                fn from(body: $kind) -> Self {
                    Self::new(body)
                }
            }
        )*
    };
}

of_bodies!(Body Bytes Vec<u8> String);

impl From<&str> for Part {
    fn from(text: &str) -> Self {
        Self::new(text.to_owned())
    }
}

impl From<&String> for Part {
    fn from(text: &String) -> Self {
        Self::new(text.clone())
    }
}

impl From<&[u8]> for Part {
    fn from(bytes: &[u8]) -> Self {
        Self::new(bytes.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Part {
    fn from(bytes: &[u8; N]) -> Self {
        Self::new(bytes.to_vec())
    }
}

/// A text as it stands between quotes, as [browsers](https://html.spec.whatwg.org/#multipart-form-data) write it.
fn quotable(what: &str, text: &str) -> Result<String, String> {
    match text.chars().find(|c| c.is_control()) {
        Some(control) => Err(format!(
            "{what} {} holds {control:?}, which no header can",
            quoted(text)
        )),
        None => Ok(text.replace('"', "%22")),
    }
}

/// A body of several parts that is being put together.
///
/// It is a trait, so that the code of parts is linked only into programs that send some.
pub(crate) trait Unfinished: fmt::Debug + Send + Sync {
    fn push(&mut self, name: &str, part: Part);

    /// The body, with its content type, unless none is to be sent; or the reason against it.
    fn finish(self: Box<Self>) -> Result<Option<(HeaderValue, Body)>, String>;
}

/// The parts of a body, in the order in which they are sent; several may have one name.
#[derive(Debug)]
pub(crate) struct Parts {
    /// Whether a body is sent even if there is no part.
    required: bool,
    parts: Vec<(String, Part)>,
}

impl Unfinished for Parts {
    fn push(&mut self, name: &str, part: Part) {
        self.parts.push((name.to_owned(), part));
    }

    fn finish(self: Box<Self>) -> Result<Option<(HeaderValue, Body)>, String> {
        let is_sent = self.required || !self.parts.is_empty();
        is_sent.then(|| self.into_body()).transpose()
    }
}

impl Parts {
    pub(crate) fn new(required: bool) -> Self {
        let parts = Vec::new();
        Self { required, parts }
    }

    /// The body, with its content type, or the reason against it.
    ///
    /// It can be sent more than once if all of its parts can.
    fn into_body(self) -> Result<(HeaderValue, Body), String> {
        let boundary = boundary(
            self.parts
                .iter()
                .flat_map(|(_, part)| part.body.iter())
                .flat_map(Body::in_memory),
        );
        let mut segments = Vec::with_capacity(2 * self.parts.len() + 1);
        let mut before = format!("--{boundary}\r\n");
        for (name, part) in self.parts {
            let refuse = |reason| format!("the part {}: {reason}", quoted(&name));
            let head = part.head(&name).map_err(refuse)?;
            segments.push(Ok(Bytes::from(before + &head)));
            match part.body.map_err(refuse)?.into_parts() {
                Ok(chunks) => segments.extend(chunks.into_iter().map(Ok)),
                Err(source) => segments.push(Err(source)),
            }
            before = format!("\r\n--{boundary}\r\n");
        }
        let end = match segments.is_empty() {
            true => format!("--{boundary}--\r\n"),
            false => format!("\r\n--{boundary}--\r\n"),
        };
        segments.push(Ok(Bytes::from(end)));
        let content_type = format!("multipart/form-data; boundary={boundary}");
        let content_type = HeaderValue::from_str(&content_type).map_err(|cause| cause.to_string())?;
        let body = match segments.iter().all(Result::is_ok) {
            true => Body::of_chunks(segments.into_iter().flatten().collect()),
            false => Body::of_source(Guarded::new(segments, &boundary)),
        };
        Ok((content_type, body))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(parts: impl IntoIterator<Item = (&'static str, Part)>) -> Parts {
        let mut all = Parts::new(true);
        parts.into_iter().for_each(|(name, part)| all.push(name, part));
        all
    }

    /// The text of a body in memory, with `B` for the boundary.
    fn text(parts: Parts) -> String {
        let (content_type, body) = parts.into_body().unwrap();
        let boundary = content_type.to_str().unwrap().split_once("boundary=").unwrap().1;
        let text = String::from_utf8(body.into_parts().ok().unwrap().concat()).unwrap();
        text.replace(boundary, "B").replace("\r\n", "\n")
    }

    #[test]
    fn parts_stand_one_after_the_other_with_what_describes_them() {
        let body = text(parts([
            ("a", Part::from("x")),
            ("a", Part::json(&1)),
            ("b\"\\ä", Part::from("").file_name("c\".js")),
            (
                "d",
                Part::from(b"y")
                    .file_name("e")
                    .content_type("text/plain; charset=utf-8"),
            ),
        ]));
        let expected = "--B\nContent-Disposition: form-data; name=\"a\"\n\nx\n\
             --B\nContent-Disposition: form-data; name=\"a\"\nContent-Type: application/json\n\n1\n\
             --B\nContent-Disposition: form-data; name=\"b%22\\ä\"; filename=\"c%22.js\"\n\
             Content-Type: application/octet-stream\n\n\n\
             --B\nContent-Disposition: form-data; name=\"d\"; filename=\"e\"\nContent-Type: text/plain; charset=utf-8\n\ny\n\
             --B--\n";
        assert_eq!(body, expected);
        assert_eq!(text(Parts::new(true)), "--B--\n");
    }

    #[test]
    fn what_would_add_a_header_or_a_part_is_refused() {
        for (name, part) in [
            ("a\r\nX: y", Part::from("")),
            ("a\n", Part::from("")),
            ("a\0", Part::from("")),
            ("a", Part::from("").file_name("b\r\n\r\nc")),
            ("a", Part::from("").content_type("text/plain\r\nX: y")),
            ("a", Part::from("").content_type("")),
        ] {
            let reason = parts([(name, part)]).into_body().unwrap_err();
            assert!(reason.starts_with("the part `a"), "{reason}");
        }
    }

    #[test]
    fn a_body_can_be_sent_again_if_all_of_its_parts_can() {
        let (_, body) = parts([("a", Part::from("x"))]).into_body().unwrap();
        assert!(body.is_repeatable() && body.length().is_some());
        let stream = || Body::from_reader(&b"xyz"[..]);
        let (_, body) = parts([("a", stream().into()), ("b", Part::from("x"))])
            .into_body()
            .unwrap();
        assert!(!body.is_repeatable() && body.length().is_none());
        let (_, body) = parts([("a", stream().with_length(3).into())]).into_body().unwrap();
        assert!(!body.is_repeatable() && body.length().is_some());
    }
}
