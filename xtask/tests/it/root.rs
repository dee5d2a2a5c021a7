//! The workspace that a task works on when nobody names one.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

const DOCUMENT: &str = "openapi/cloudflare.json";
const GENERATED: &str = "sdk/src/generated/cloudflare.rs";

/// A copy of what `cargo xtask codegen` reads of this workspace.
fn checkout() -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for file in [
        "Cargo.toml",
        "xtask/Cargo.toml",
        "sdk/Cargo.toml",
        DOCUMENT,
        GENERATED,
        "sdk/src/generated/mock.rs",
        "sdk-tests/src/generated/calls.rs",
    ] {
        let target = copy.path().join(file);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(source.join(file), target).unwrap();
    }
    // The checkout has a link here.
    fs::create_dir(copy.path().join("sdk/openapi")).unwrap();
    fs::copy(copy.path().join(DOCUMENT), copy.path().join("sdk").join(DOCUMENT)).unwrap();
    copy
}

fn stale_checkout() -> TempDir {
    let copy = checkout();
    fs::write(copy.path().join(GENERATED), "// Edited.\n").unwrap();
    copy
}

/// Runs `codegen --check` in a folder, as `cargo run` does of a package or by hand; gives the exit code and the output.
fn check(folder: &Path, package: Option<PathBuf>, arguments: &[&Path]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(["codegen", "--check"]).args(arguments).current_dir(folder);
    match package {
        Some(package) => command.env("CARGO_MANIFEST_DIR", package),
        None => command.env_remove("CARGO_MANIFEST_DIR"),
    };
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output.status.code().unwrap(), text.concat())
}

#[test]
fn one_program_run_by_cargo_in_two_checkouts_checks_each() {
    let (fresh, stale, elsewhere) = (checkout(), stale_checkout(), tempfile::tempdir().unwrap());
    let (code, text) = check(elsewhere.path(), Some(fresh.path().join("xtask")), &[]);
    assert_eq!(code, 0, "{text}");
    let (code, text) = check(elsewhere.path(), Some(stale.path().join("xtask")), &[]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains(&format!("{GENERATED} is stale")), "{text}");
}

#[test]
fn a_program_run_by_hand_checks_the_checkout_around_the_current_folder() {
    let (fresh, stale) = (checkout(), stale_checkout());
    for folder in ["", "sdk", "sdk/src/generated"] {
        let (code, text) = check(&fresh.path().join(folder), None, &[]);
        assert_eq!(code, 0, "{folder}: {text}");
        let (code, text) = check(&stale.path().join(folder), None, &[]);
        assert!(
            code == 1 && text.contains(&format!("{GENERATED} is stale")),
            "{folder}: {text}"
        );
    }
}

#[test]
fn a_program_run_by_hand_outside_of_any_checkout_says_what_to_do() {
    let elsewhere = tempfile::tempdir().unwrap();
    let (code, text) = check(elsewhere.path(), None, &[]);
    assert_eq!(code, 1, "{text}");
    assert!(
        text.starts_with("error: no workspace found") && text.contains("--root"),
        "{text}"
    );
    assert!(
        text.contains(elsewhere.path().file_name().unwrap().to_str().unwrap()),
        "{text}"
    );
}

#[test]
fn the_folder_that_is_named_wins() {
    let (fresh, stale) = (checkout(), stale_checkout());
    let root = [Path::new("--root"), fresh.path()];
    let (code, text) = check(stale.path(), Some(stale.path().join("xtask")), &root);
    assert_eq!(code, 0, "{text}");
}
