//! A change of the published document, and what it means to callers.

use serde_json::{Value, json};

use crate::survey::published::Node;

/// A change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// Whether a caller who is right today may be wrong after it.
    pub(crate) breaking: bool,
    /// In words, beginning with the place.
    pub(crate) what: String,
    /// JSON pointers into the document that we hold and into the published one; empty where one has nothing there.
    pub(crate) ours: String,
    pub(crate) theirs: String,
}

/// Collects changes.
#[derive(Debug, Default)]
pub(crate) struct Changes(pub(crate) Vec<Change>);

impl Changes {
    pub(crate) fn add(&mut self, breaking: bool, what: String, ours: Option<&Node<'_>>, theirs: Option<&Node<'_>>) {
        let pointer = |node: Option<&Node<'_>>| node.map(|node| node.pointer.clone()).unwrap_or_default();
        let change = Change {
            breaking,
            what,
            ours: pointer(ours),
            theirs: pointer(theirs),
        };
        if !self.0.contains(&change) {
            self.0.push(change);
        }
    }
}

impl Change {
    pub(crate) fn json(&self, operation: &str) -> Value {
        json!({
            "operation": operation,
            "breaking": self.breaking,
            "change": self.what,
            "ours": self.ours,
            "published": self.theirs,
        })
    }
}
