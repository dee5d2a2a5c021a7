//! Outcomes that outlive the program.

mod entry;
mod error;

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions, TryLockError},
    io::{BufRead as _, BufReader, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::seen::{Key, Keys};
use entry::State;
use error::Reason;

pub use entry::Entry;
pub use error::JournalError;

/// A file that remembers the outcome of each target, so that a run can go on where an earlier one ended.
///
/// The first line says what the runs are for, and each further line is one target with its outcome, as JSON. Lines are
/// only ever appended, each by one write, so that whatever ends the program, and be it `kill -9`, loses no line that was
/// written. A last line that was cut off is taken away when the file is opened, and its target counts as not done. The
/// system may still lose lines with its power; [`sync`](Self::sync) guards against that.
///
/// While a journal is open, the file is locked: a second run on it is refused.
///
/// # Examples
///
/// ```
/// use cloudflare_sdk::fleet::{Applied, Entry, Journal};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let path = std::env::temp_dir().join(format!("journal-{}", std::process::id()));
/// let purpose = serde_json::json!({ "mode": "auto" });
/// let journal = Journal::open(&path, &purpose)?;
/// journal.record(&Entry::new("023e105f4ecef8ad9ca31a8372d0c353", &Ok(Applied::new(()))))?;
/// drop(journal);
///
/// let journal = Journal::open(&path, &purpose)?;
/// assert!(journal.is_done("023e105f4ecef8ad9ca31a8372d0c353"));
/// drop(journal);
/// assert!(Journal::open(&path, &serde_json::json!({ "mode": "custom" })).is_err());
/// # std::fs::remove_file(path)?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Journal {
    file: File,
    path: PathBuf,
    keys: Keys,
    written: Mutex<Written>,
    torn: bool,
}

/// What stands in the file.
#[derive(Debug, Default)]
struct Written {
    targets: BTreeMap<Key, State>,
    /// Where the last whole line ends.
    end: u64,
    /// Whether a part of a line may come after it.
    is_broken: bool,
}

/// The first line.
#[derive(Deserialize, Serialize)]
struct Header {
    /// Which form the journal has.
    journal: String,
    purpose: Value,
}

const FORM: &str = "cloudflare-sdk fleet 1";

/// How every journal begins.
const BEGIN: &[u8] = br#"{"journal":"#;

impl Journal {
    /// Opens a journal, or begins one where there is no file.
    ///
    /// `purpose` is what all runs on the journal have to agree in, such as the mode and the account.
    ///
    /// # Errors
    ///
    /// [`JournalError`], when the file cannot be opened, read or written, when another run has it open, when it is
    /// something else than a journal, and when it is one of runs for another purpose.
    pub fn open(path: impl AsRef<Path>, purpose: &impl Serialize) -> Result<Self, JournalError> {
        let path = path.as_ref().to_owned();
        let fail = |reason| JournalError {
            path: path.clone(),
            reason,
        };
        let purpose = serde_json::to_value(purpose).map_err(|cause| fail(Reason::Purpose(cause)))?;
        let file = OpenOptions::new().read(true).append(true).create(true).open(&path);
        let file = file.map_err(|cause| fail(Reason::Io(cause)))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(fail(Reason::InUse)),
            Err(TryLockError::Error(cause)) => return Err(fail(Reason::Io(cause))),
        }
        let mut journal = Self {
            file,
            path: path.clone(),
            keys: Keys::default(),
            written: Mutex::default(),
            torn: false,
        };
        journal.read(purpose).map_err(fail)?;
        Ok(journal)
    }

    fn read(&mut self, purpose: Value) -> Result<(), Reason> {
        let header = Header {
            journal: FORM.to_owned(),
            purpose,
        };
        let written = self.written.get_mut().unwrap_or_else(PoisonError::into_inner);
        let mut first = serde_json::to_string(&header).map_err(Reason::Purpose)?;
        first.push('\n');
        let mut lines = BufReader::new(&self.file);
        // So that a large file without lines is not read as one.
        let start = lines.fill_buf().map_err(Reason::Io)?;
        if !start.iter().zip(BEGIN).all(|(found, expected)| found == expected) {
            return Err(Reason::NoJournal);
        }
        let (mut line, mut number) = (Vec::new(), 0);
        loop {
            line.clear();
            let length = lines.read_until(b'\n', &mut line).map_err(Reason::Io)?;
            if length == 0 {
                break;
            }
            number += 1;
            if line.last() != Some(&b'\n') {
                // Whoever writes a journal begins it so; any other text is somebody's file.
                if number == 1 && !first.as_bytes().starts_with(&line) {
                    return Err(Reason::NoJournal);
                }
                self.torn = true;
                break;
            }
            if number == 1 {
                check(&line, &header)?;
            } else {
                let entry: Entry = serde_json::from_slice(&line).map_err(|cause| Reason::Line(number, cause))?;
                written.targets.insert(self.keys.of(&entry.target), entry.state());
            }
            written.end += length as u64;
        }
        if self.torn {
            self.file.set_len(written.end).map_err(Reason::Io)?;
        }
        if written.end == 0 {
            append(&self.file, written, first.as_bytes())?;
        }
        Ok(())
    }

    /// Writes the outcome of a target.
    ///
    /// # Errors
    ///
    /// [`JournalError`], when it cannot be written, as on a disk that is full. The outcomes before it are safe. The run
    /// had better end, since what comes after is not remembered.
    pub fn record(&self, entry: &Entry) -> Result<(), JournalError> {
        let fail = |reason| JournalError {
            path: self.path.clone(),
            reason,
        };
        let mut line = serde_json::to_vec(entry).map_err(|cause| fail(Reason::Purpose(cause)))?;
        line.push(b'\n');
        let mut written = self.written();
        append(&self.file, &mut written, &line).map_err(fail)?;
        written.targets.insert(self.keys.of(&entry.target), entry.state());
        Ok(())
    }

    /// Whether a target need not be tried again: it is as it was wanted, or failed in a way that another attempt would
    /// not change.
    #[must_use]
    pub fn is_done(&self, target: &str) -> bool {
        matches!(self.state(target), Some(State::Succeeded | State::Refused))
    }

    /// Whether a target is as it was wanted.
    #[must_use]
    pub fn has_succeeded(&self, target: &str) -> bool {
        self.state(target) == Some(State::Succeeded)
    }

    fn written(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self, target: &str) -> Option<State> {
        self.written().targets.get(&self.keys.of(target)).copied()
    }

    /// How many targets need not be tried again.
    #[must_use]
    pub fn done(&self) -> usize {
        let written = self.written();
        written
            .targets
            .values()
            .filter(|state| **state != State::Failed)
            .count()
    }

    /// The outcomes in the journal, as they were written; the last one of a target counts.
    ///
    /// # Errors
    ///
    /// [`JournalError`], when the file cannot be read.
    pub fn entries(&mut self) -> Result<impl Iterator<Item = Result<Entry, JournalError>>, JournalError> {
        let path = self.path.clone();
        let fail = move |reason| JournalError {
            path: path.clone(),
            reason,
        };
        let mut file = &self.file;
        file.seek(SeekFrom::Start(0)).map_err(|cause| fail(Reason::Io(cause)))?;
        Ok((1..)
            .zip(BufReader::new(file).split(b'\n'))
            .skip(1)
            .map(move |(number, line)| {
                let line = line.map_err(|cause| fail(Reason::Io(cause)))?;
                serde_json::from_slice(&line).map_err(|cause| fail(Reason::Line(number, cause)))
            }))
    }

    /// Whether the last line had been cut off, and was taken away.
    #[must_use]
    pub fn was_torn(&self) -> bool {
        self.torn
    }

    /// Makes sure that what was written outlives the system as well as the program.
    ///
    /// # Errors
    ///
    /// [`JournalError`], when the system cannot.
    pub fn sync(&self) -> Result<(), JournalError> {
        self.file.sync_data().map_err(|cause| JournalError {
            path: self.path.clone(),
            reason: Reason::Io(cause),
        })
    }
}

/// Writes a line, wholly or not at all.
fn append(mut file: &File, written: &mut Written, line: &[u8]) -> Result<(), Reason> {
    if written.is_broken {
        return Err(Reason::Broken);
    }
    if let Err(cause) = file.write_all(line) {
        written.is_broken = file.set_len(written.end).is_err();
        return Err(Reason::Io(cause));
    }
    written.end += line.len() as u64;
    Ok(())
}

/// Checks that the first line is that of a journal for the same purpose.
fn check(line: &[u8], wanted: &Header) -> Result<(), Reason> {
    let found: Header = serde_json::from_slice(line).map_err(|_| Reason::NoJournal)?;
    if found.journal != wanted.journal {
        return Err(Reason::NoJournal);
    }
    match found.purpose == wanted.purpose {
        true => Ok(()),
        false => Err(Reason::OtherPurpose {
            found: found.purpose.to_string(),
            wanted: wanted.purpose.to_string(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;

    use super::*;
    use crate::fleet::Applied;

    #[test]
    fn what_cannot_be_written_takes_nothing_from_what_was() {
        let done = |target: &str| Entry::new(target, &Ok(Applied::new(())));
        let path = std::env::temp_dir().join(format!("unwritable-journal-{}", std::process::id()));
        let mut journal = Journal::open(&path, &json!(1)).unwrap();
        journal.record(&done("a")).unwrap();
        let before = fs::read(&path).unwrap();
        journal.file = File::open(&path).unwrap();
        for _ in 0..2 {
            let error = journal.record(&done("b")).unwrap_err();
            assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
        }
        assert_eq!([journal.is_done("a"), journal.is_done("b")], [true, false]);
        assert_eq!(fs::read(&path).unwrap(), before);
        fs::remove_file(path).unwrap();
    }
}
