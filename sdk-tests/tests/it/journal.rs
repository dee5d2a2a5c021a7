//! The journal of a fleet, and targets that come from a file.

use std::{
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use cloudflare_sdk::{
    Error, ErrorKind,
    fleet::{Applied, Entry, Journal, file},
    http,
};
use futures_util::{Stream as _, TryStreamExt as _};
use serde_json::{Value, json};

const ZONE: &str = "023e105f4ecef8ad9ca31a8372d0c353";

fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    (folder, path)
}

/// Opens a journal of this process. For a moment its file may still be locked: a child that another test spawns has a
/// copy of every open file until it runs its program.
fn open(path: &Path, purpose: &Value) -> Journal {
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        match Journal::open(path, purpose) {
            Err(error) if error.is_in_use() && Instant::now() < end => thread::sleep(Duration::from_millis(10)),
            outcome => return outcome.unwrap(),
        }
    }
}

fn done(target: &str) -> Entry {
    Entry::new(target, &Ok(Applied::new(()).changed(true)))
}

#[test]
fn a_journal_remembers_what_need_not_be_done_again() {
    let (_folder, path) = folder();
    let journal = open(&path, &json!({ "mode": "auto" }));
    let transient = Error::new(ErrorKind::Timeout, "late");
    let refused = Error::from_response(
        http::Response::builder()
            .status(403)
            .header("cf-ray", "1-FRA")
            .body(r#"{"success":false,"errors":[{"code":9109,"message":"no"}]}"#)
            .unwrap(),
    );
    for (target, result) in [("a", Ok(Applied::new(()))), ("b", Err(transient)), ("c", Err(refused))] {
        journal.record(&Entry::new(target, &result)).unwrap();
    }
    drop(journal);
    let mut journal = open(&path, &json!({ "mode": "auto" }));
    assert_eq!(
        ["a", "b", "c", "d"].map(|target| journal.is_done(target)),
        [true, false, true, false]
    );
    assert_eq!((journal.done(), journal.was_torn()), (2, false));
    let entries: Vec<_> = journal.entries().unwrap().map(Result::unwrap).collect();
    assert_eq!(
        entries.iter().map(|entry| &*entry.result).collect::<Vec<_>>(),
        ["done", "failed", "failed"]
    );
    let refused = &entries[2];
    assert_eq!(
        (refused.status, refused.code, refused.request_id.as_deref()),
        (Some(403), Some(9109), Some("1-FRA"))
    );
}

#[test]
fn wherever_the_last_line_is_cut_off_the_lines_before_it_stay() {
    let (_folder, path) = folder();
    let journal = open(&path, &json!(1));
    journal.record(&done("a")).unwrap();
    journal.record(&done("b")).unwrap();
    drop(journal);
    let whole = fs::read(&path).unwrap();
    for length in 0..whole.len() {
        fs::write(&path, &whole[..length]).unwrap();
        let lines = whole[..length].iter().filter(|byte| **byte == b'\n').count();
        let journal = open(&path, &json!(1));
        assert_eq!(
            [journal.is_done("a"), journal.is_done("b")],
            [lines > 1, lines > 2],
            "{length}"
        );
        assert_eq!(journal.was_torn(), length > 0 && whole[length - 1] != b'\n', "{length}");
        for target in ["a", "b"].into_iter().skip(lines.saturating_sub(1)) {
            journal.record(&done(target)).unwrap();
        }
        drop(journal);
        assert!(open(&path, &json!(1)).is_done("b"));
    }
}

#[test]
fn a_journal_of_other_runs_is_refused_and_left_alone() {
    let (_folder, path) = folder();
    drop(open(&path, &json!({ "mode": "auto", "account": null })));
    let before = fs::read(&path).unwrap();
    let error = Journal::open(&path, &json!({ "mode": "custom", "account": null })).unwrap_err();
    assert!(error.is_of_other_purpose());
    let text = error.to_string();
    assert!(
        text.contains(r#""mode":"auto""#) && text.contains(r#""mode":"custom""#),
        "{text}"
    );
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn what_is_no_journal_is_refused_and_left_alone() {
    for text in [ZONE, "023e\n", "{}\n", "{\"journal\":\"other\",\"purpose\":1}\n", "{"] {
        let (_folder, path) = folder();
        fs::write(&path, text).unwrap();
        let outcome = Journal::open(&path, &json!(1));
        // A single brace is how a journal begins.
        assert_eq!(outcome.is_ok(), text == "{", "{text}");
        if let Err(error) = outcome {
            assert!(error.to_string().contains("no journal"), "{error}");
            assert_eq!(fs::read(&path).unwrap(), text.as_bytes());
        }
    }
    let (_folder, path) = folder();
    drop(open(&path, &json!(1)));
    let mut damaged = fs::read(&path).unwrap();
    damaged.extend_from_slice(b"{\"target\":1}\n");
    fs::write(&path, &damaged).unwrap();
    let error = Journal::open(&path, &json!(1)).unwrap_err();
    assert!(error.to_string().contains("line 2"), "{error}");
}

#[test]
fn lines_may_end_as_on_windows() {
    let (_folder, path) = folder();
    let journal = open(&path, &json!(1));
    journal.record(&done("a")).unwrap();
    drop(journal);
    let text = fs::read_to_string(&path).unwrap().replace('\n', "\r\n");
    fs::write(&path, text).unwrap();
    let mut journal = open(&path, &json!(1));
    journal.record(&done("b")).unwrap();
    assert!(!journal.was_torn() && journal.is_done("a"));
    let targets: Vec<_> = journal.entries().unwrap().map(|entry| entry.unwrap().target).collect();
    assert_eq!(targets, ["a", "b"]);
}

#[test]
fn two_runs_cannot_have_one_journal() {
    let (_folder, path) = folder();
    let journal = open(&path, &json!(1));
    assert!(Journal::open(&path, &json!(1)).unwrap_err().is_in_use());
    drop(journal);
    open(&path, &json!(1));
}

#[tokio::test]
async fn of_a_file_it_is_known_how_many_targets_come() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("zones");
    std::fs::write(&path, "a\n\n# zones\nb\r\nc").unwrap();
    let mut lines = file(&path).unwrap();
    for (target, left) in [("a", 2), ("b", 1), ("c", 0)] {
        assert_eq!(lines.try_next().await.unwrap().as_deref(), Some(target));
        assert_eq!(lines.size_hint(), (left, Some(left)));
    }
    assert_eq!(lines.try_next().await.unwrap(), None);
    assert!(file(folder.path().join("none")).is_err());
}
