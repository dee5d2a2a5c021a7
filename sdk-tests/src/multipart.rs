//! Bodies of several parts, as they are recorded: with a boundary that stands for the one that is drawn for each request.

use cloudflare_sdk::Part;

/// The boundary of a recorded body.
pub const BOUNDARY: &str = "recorded";

const MEDIA_TYPE: &str = "multipart/form-data; boundary=";

/// A part as it was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded<'r> {
    /// Its name.
    pub name: &'r str,
    /// The name of its file.
    pub file_name: Option<&'r str>,
    /// Its content type.
    pub content_type: Option<&'r str>,
    /// What is in it.
    pub content: &'r str,
}

impl Recorded<'_> {
    /// The part as a caller gives it.
    pub fn to_part(self) -> Part {
        let part = Part::from(self.content);
        let part = match self.file_name {
            Some(name) => part.file_name(name),
            None => part,
        };
        match self.content_type {
            Some(content_type) => part.content_type(content_type),
            None => part,
        }
    }
}

/// The boundary that a content type names, if it is of a body of several parts.
#[must_use]
pub fn boundary(content_type: &str) -> Option<&str> {
    content_type.strip_prefix(MEDIA_TYPE)
}

/// The parts of a body with the boundary of recordings, in their order.
#[must_use]
pub fn parts(body: &str) -> Vec<Recorded<'_>> {
    let inner = body.strip_suffix(&format!("\r\n--{BOUNDARY}--\r\n")).unwrap_or(body);
    let delimiter = format!("\r\n--{BOUNDARY}\r\n");
    let first = inner.strip_prefix(&delimiter[2..]).unwrap_or(inner);
    first.split(&delimiter).filter_map(part).collect()
}

fn part(text: &str) -> Option<Recorded<'_>> {
    let (head, content) = text.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let disposition = lines.next()?.strip_prefix("Content-Disposition: form-data; ")?;
    let parameter = |name: &str| {
        let (_, rest) = disposition.split_once(&format!("{name}=\""))?;
        rest.split_once('"').map(|(value, _)| value)
    };
    Some(Recorded {
        name: parameter("name")?,
        file_name: parameter("; filename"),
        content_type: lines.find_map(|line| line.strip_prefix("Content-Type: ")),
        content,
    })
}

/// A body, and its content type, with the boundary of recordings in the place of its own, and its parts in the order of
/// their texts: in which order they are sent, a recording of a published example does not know.
#[must_use]
pub fn settled(content_type: &str, body: &str) -> Option<(String, String)> {
    let body = body.replace(&format!("--{}", boundary(content_type)?), &format!("--{BOUNDARY}"));
    let delimiter = format!("--{BOUNDARY}");
    let mut parts: Vec<_> = body.split(&delimiter).collect();
    parts.sort_unstable();
    Some((format!("{MEDIA_TYPE}{BOUNDARY}"), parts.join(&delimiter)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "--recorded\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.js\"\r\nContent-Type: \
                        text/javascript\r\n\r\na\r\nb\r\n--recorded\r\nContent-Disposition: form-data; \
                        name=\"kind\"\r\n\r\none\r\n--recorded--\r\n";

    #[test]
    fn the_parts_of_a_recorded_body_are_read_as_they_stand() {
        let file = Recorded {
            name: "file",
            file_name: Some("a.js"),
            content_type: Some("text/javascript"),
            content: "a\r\nb",
        };
        let kind = Recorded {
            name: "kind",
            file_name: None,
            content_type: None,
            content: "one",
        };
        assert_eq!(parts(BODY), [file, kind]);
    }

    #[test]
    fn neither_the_boundary_nor_the_order_of_parts_is_compared_and_all_else_is() {
        let recorded = settled("multipart/form-data; boundary=recorded", BODY);
        let drawn = BODY.replace("recorded", "drawn");
        assert_eq!(settled("multipart/form-data; boundary=drawn", &drawn), recorded);
        let other = drawn.replace("one", "two");
        assert_ne!(settled("multipart/form-data; boundary=drawn", &other), recorded);
        assert_eq!(settled("application/json", BODY), None);
    }
}
