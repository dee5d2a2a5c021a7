//! Files that are written together, or not at all.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// What is to become of files.
#[derive(Debug, Default)]
pub(crate) struct Files {
    write: Vec<(String, String)>,
    remove: Vec<String>,
}

impl Files {
    /// Writes a file, unless it is so already; tells whether.
    pub(crate) fn write(&mut self, root: &Path, name: impl Into<String>, text: String) -> bool {
        let name = name.into();
        // Line ends do not count: a checkout may have turned them into CRLF.
        let there = fs::read_to_string(root.join(&name)).map(|text| text.replace("\r\n", "\n"));
        let is_same = there.is_ok_and(|there| there == text);
        if !is_same {
            self.write.push((name, text));
        }
        !is_same
    }

    pub(crate) fn remove(&mut self, name: impl Into<String>) {
        self.remove.push(name.into());
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.write.is_empty() && self.remove.is_empty()
    }

    /// The names of what is written and of what is removed.
    pub(crate) fn names(&self) -> (impl Iterator<Item = &str>, impl Iterator<Item = &str>) {
        let written = self.write.iter().map(|(name, _)| name.as_str());
        (written, self.remove.iter().map(String::as_str))
    }

    /// Does it.
    pub(crate) fn commit(self, root: &Path) -> io::Result<()> {
        let draft = |name: &str| root.join(format!("{name}.draft"));
        let drafts: Vec<PathBuf> = self.write.iter().map(|(name, _)| draft(name)).collect();
        let write = || {
            for (name, text) in &self.write {
                let draft = draft(name);
                if let Some(folder) = draft.parent() {
                    fs::create_dir_all(folder)?;
                }
                fs::write(draft, text)?;
            }
            Ok(())
        };
        let written: io::Result<()> = write();
        if written.is_err() {
            drafts.iter().for_each(|draft| _ = fs::remove_file(draft));
            return written;
        }
        for (name, _) in &self.write {
            fs::rename(draft(name), root.join(name))?;
        }
        for name in &self.remove {
            fs::remove_file(root.join(name))?;
        }
        Ok(())
    }
}
