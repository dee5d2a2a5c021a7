//! Why a journal cannot be used.

use std::{error::Error as StdError, fmt, io, path::PathBuf};

/// Why a journal cannot be used.
#[derive(Debug)]
pub struct JournalError {
    pub(super) path: PathBuf,
    pub(super) reason: Reason,
}

#[derive(Debug)]
pub(super) enum Reason {
    Io(io::Error),
    Broken,
    InUse,
    NoJournal,
    Purpose(serde_json::Error),
    OtherPurpose { found: String, wanted: String },
    Line(u64, serde_json::Error),
}

impl JournalError {
    /// Whether another run has the journal open.
    #[must_use]
    pub fn is_in_use(&self) -> bool {
        matches!(self.reason, Reason::InUse)
    }

    /// Whether the journal is one of runs for another purpose.
    #[must_use]
    pub fn is_of_other_purpose(&self) -> bool {
        matches!(self.reason, Reason::OtherPurpose { .. })
    }
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the journal {}: ", self.path.display())?;
        match &self.reason {
            Reason::Io(_) => f.write_str("cannot be read or written"),
            Reason::Broken => f.write_str("its last line was cut off; open it anew"),
            Reason::InUse => {
                f.write_str("another run has it open; wait for its end, or give this run a file of its own")
            }
            Reason::NoJournal => {
                f.write_str("the file is no journal; give one that is, or a path where there is no file")
            }
            Reason::Purpose(_) => f.write_str("what it is for cannot be written as JSON"),
            Reason::OtherPurpose { found, wanted } => write!(
                f,
                "it is one of runs for {found}, and this one is for {wanted}; give this run a file of its own"
            ),
            Reason::Line(number, _) => write!(f, "line {number} is damaged; mend or remove it"),
        }
    }
}

impl StdError for JournalError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.reason {
            Reason::Io(cause) => Some(cause),
            Reason::Purpose(cause) | Reason::Line(_, cause) => Some(cause),
            Reason::Broken | Reason::InUse | Reason::NoJournal | Reason::OtherPurpose { .. } => None,
        }
    }
}
