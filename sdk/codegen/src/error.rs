//! What is wrong with a document, and where.

use std::fmt;

/// A document that no code can be generated from.
///
/// Its text names the document, the JSON pointer ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)) of the part that
/// is at fault, and the reason.
#[derive(Clone, PartialEq, Eq)]
pub struct Error {
    document: String,
    fault: Fault,
}

/// A fault before it is known which document it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) pointer: String,
    pub(crate) reason: String,
}

impl Fault {
    pub(crate) fn new(pointer: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            reason: reason.into(),
        }
    }
}

impl Error {
    pub(crate) fn new(document: &str, fault: Fault) -> Self {
        Self {
            document: document.to_owned(),
            fault,
        }
    }

    /// The name of the document, as given to [`Generator::new`](crate::Generator::new).
    #[must_use]
    pub fn document(&self) -> &str {
        &self.document
    }

    /// The JSON pointer of the part at fault; empty for the document as a whole.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.fault.pointer
    }

    /// Why no code can be generated from it.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.fault.reason
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fault { pointer, reason } = &self.fault;
        if pointer.is_empty() {
            write!(f, "{}: {reason}", self.document)
        } else {
            write!(f, "{}#{pointer}: {reason}", self.document)
        }
    }
}

impl fmt::Debug for Error {
    /// The same text, since a build script that fails prints this one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {}
