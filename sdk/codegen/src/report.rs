//! What the passes did to a document, told to whoever asks: nothing is changed or lost without a word.

use std::fmt;

use crate::document::join;

/// Something that was changed in a document before code was generated from it.
///
/// Its text is one line: the pass, the JSON pointer ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)) of the place,
/// what was done, and whether the generated code says less for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pass: &'static str,
    pointer: String,
    what: String,
    is_loss: bool,
}

impl Change {
    /// The pass that made the change, by the name of its file.
    #[must_use]
    pub fn pass(&self) -> &str {
        self.pass
    }

    /// The JSON pointer of the place in the document; of what was moved, the place where it stood.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// What was done.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }

    /// Whether the document says something there that the generated code does not.
    #[must_use]
    pub fn is_loss(&self) -> bool {
        self.is_loss
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            pass, pointer, what, ..
        } = self;
        let loss = if self.is_loss { " (lost)" } else { "" };
        write!(f, "{pass} #{pointer}: {what}{loss}")
    }
}

/// The changes of one run of the passes, in their order.
#[derive(Debug, Default)]
pub(crate) struct Report(Vec<Change>);

impl Report {
    /// Reports a change after which the code says what the document says, or all of it that a caller needs.
    pub(crate) fn kept(&mut self, pass: &'static str, place: impl fmt::Display, what: impl Into<String>) {
        self.add(pass, place, what, false);
    }

    /// Reports a change by which something of the document is lost.
    pub(crate) fn lost(&mut self, pass: &'static str, place: impl fmt::Display, what: impl Into<String>) {
        self.add(pass, place, what, true);
    }

    fn add(&mut self, pass: &'static str, place: impl fmt::Display, what: impl Into<String>, is_loss: bool) {
        self.0.push(Change {
            pass,
            pointer: place.to_string(),
            what: what.into(),
            is_loss,
        });
    }

    /// How many changes there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Forgets all changes but the first ones, so many, since what they were made to is no more.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.0.truncate(len);
    }

    pub(crate) fn into_changes(self) -> Vec<Change> {
        self.0
    }
}

/// A place in a document while it is walked; its text, the JSON pointer, is put together only when it is told.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place<'a> {
    /// The place with this pointer; the whole document for the empty one.
    At(&'a str),
    Member(&'a Place<'a>, &'a str),
    Item(&'a Place<'a>, usize),
}

impl Place<'_> {
    /// The whole document.
    pub(crate) const ROOT: Place<'static> = Place::At("");

    pub(crate) fn member<'a>(&'a self, name: &'a str) -> Place<'a> {
        Place::Member(self, name)
    }

    pub(crate) fn item(&self, index: usize) -> Place<'_> {
        Place::Item(self, index)
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(pointer) => f.write_str(pointer),
            Self::Member(parent, name) => write!(f, "{parent}{}", join("", name)),
            Self::Item(parent, index) => write!(f, "{parent}/{index}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_one_line_with_the_place_as_a_pointer() {
        let paths = Place::ROOT.member("paths");
        let path = paths.member("/a~b");
        let parameters = path.member("parameters");
        let mut report = Report::default();
        report.lost("dialect", parameters.item(1), "took out `pattern`");
        report.kept(
            "prune",
            Place::At("/components/schemas/A"),
            "took it out, since nothing uses it",
        );
        let lines: Vec<_> = report.into_changes().iter().map(ToString::to_string).collect();
        let expected = [
            "dialect #/paths/~1a~0b/parameters/1: took out `pattern` (lost)",
            "prune #/components/schemas/A: took it out, since nothing uses it",
        ];
        assert_eq!(lines, expected);
    }
}
