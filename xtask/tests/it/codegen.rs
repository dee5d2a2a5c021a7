//! `cargo xtask codegen` as it is called: what it writes, prints and exits with.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

const DOCUMENT: &str = "openapi/cloudflare.json";
const GENERATED: &str = "sdk/src/generated/cloudflare.rs";
const MOCK: &str = "sdk/src/generated/mock.rs";
const CALLS: &str = "sdk-tests/src/generated/calls.rs";

/// A workspace with the document and the generated file of this one.
struct Workspace(TempDir);

impl Workspace {
    fn new() -> Self {
        let this = Self(tempfile::tempdir().unwrap());
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        for file in [DOCUMENT, GENERATED, MOCK, CALLS] {
            fs::create_dir_all(this.path(file).parent().unwrap()).unwrap();
            fs::copy(source.join(file), this.path(file)).unwrap();
        }
        this
    }

    fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    fn replace(&self, file: &str, old: &str, new: &str) {
        let text = self.read(file);
        assert!(text.contains(old), "{file} does not contain {old}");
        fs::write(self.path(file), text.replacen(old, new, 1)).unwrap();
    }

    /// Runs the task; gives the exit code and all that it printed.
    fn codegen(&self, arguments: &[&str]) -> (i32, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .arg("codegen")
            .args(arguments)
            .arg("--root")
            .arg(self.0.path())
            // Not the workspace's folder: the result does not depend on where it is called.
            .current_dir(std::env::temp_dir())
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr]
            .map(|bytes| String::from_utf8(bytes).unwrap())
            .concat();
        (output.status.code().unwrap(), text)
    }

    /// Checks that `--check` finds the file stale for `reason`, writes nothing, and that generating mends it.
    fn assert_stale(&self, file: &str, reason: &str) -> String {
        let before = fs::read(self.path(file)).ok();
        let (code, text) = self.codegen(&["--check"]);
        assert_eq!(code, 1, "{text}");
        assert!(text.contains(&format!("{file} is stale: {reason}")), "{text}");
        assert!(text.contains("cargo xtask codegen"), "{text}");
        assert_eq!(fs::read(self.path(file)).ok(), before, "--check has written");
        assert_eq!(self.codegen(&[]).0, 0);
        assert_eq!(self.codegen(&["--check"]).0, 0);
        text
    }
}

#[test]
fn what_is_checked_in_is_what_is_generated() {
    let (code, text) = Workspace::new().codegen(&["--check"]);
    assert_eq!(code, 0, "{text}");
}

#[test]
fn a_changed_document_is_told_with_the_difference_that_it_makes() {
    let workspace = Workspace::new();
    workspace.replace(DOCUMENT, "\"auto\",\n", "\"auto\", \"advanced\",\n");
    let text = workspace.assert_stale(GENERATED, "the document changed");
    assert!(
        text.contains("\n+        Advanced,\n") && text.contains("\n@@ "),
        "{text}"
    );
    assert!(
        text.contains(&format!("{MOCK} is stale: the document changed")),
        "{text}"
    );
    assert!(workspace.read(GENERATED).contains("\"advanced\" => Self::Advanced"));
}

#[test]
fn a_generated_file_that_was_edited_is_told() {
    let workspace = Workspace::new();
    workspace.replace(GENERATED, "pub struct Client {", "pub struct Customer {");
    let text = workspace.assert_stale(GENERATED, "it was edited by hand");
    assert!(text.contains(&format!("{MOCK} is up to date")), "{text}");
    assert!(
        text.contains("\n-pub struct Customer {\n+pub struct Client {\n"),
        "{text}"
    );
}

#[test]
fn mocks_that_were_edited_are_told() {
    let workspace = Workspace::new();
    workspace.replace(MOCK, "pub mod operations {", "pub mod requests {");
    let text = workspace.assert_stale(MOCK, "it was edited by hand");
    assert!(
        text.contains("\n-pub mod requests {\n+pub mod operations {\n"),
        "{text}"
    );
    assert!(text.contains(&format!("{GENERATED} is up to date")), "{text}");
}

#[test]
fn calls_of_the_tests_that_were_edited_are_told() {
    let workspace = Workspace::new();
    workspace.replace(CALLS, "client.zones_list()", "client.zones()");
    let text = workspace.assert_stale(CALLS, "it was edited by hand");
    assert!(text.contains(&format!("{MOCK} is up to date")), "{text}");
}

#[test]
fn an_example_that_does_not_fit_its_schema_is_left_out_and_named_with_its_place() {
    let workspace = Workspace::new();
    workspace.replace(
        DOCUMENT,
        "\"editable\": true,\n            \"id\"",
        "\"editable\": \"yes\",\n            \"id\"",
    );
    let (code, text) = workspace.codegen(&[]);
    assert_eq!(code, 0, "{text}");
    let place = "/components/examples/EnrollmentEnabled/value/result/editable";
    let mock = workspace.read(MOCK);
    assert!(mock.contains(place), "{place} is not in:\n{mock}");
    assert!(!mock.contains("pub fn enrollment_enabled()"), "{mock}");
}

#[test]
fn nothing_is_written_where_the_document_is_at_fault() {
    let workspace = Workspace::new();
    workspace.replace(
        DOCUMENT,
        "#/components/schemas/Enrollment\"",
        "#/components/schemas/Nowhere\"",
    );
    let before = [GENERATED, MOCK, CALLS].map(|file| workspace.read(file));
    let (code, text) = workspace.codegen(&[]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("leads nowhere"), "{text}");
    assert_eq!([GENERATED, MOCK, CALLS].map(|file| workspace.read(file)), before);
}

#[test]
fn a_generated_file_that_is_missing_is_told() {
    let workspace = Workspace::new();
    for file in [GENERATED, MOCK, CALLS] {
        fs::remove_file(workspace.path(file)).unwrap();
        workspace.assert_stale(file, "it is missing");
    }
}

#[test]
fn another_version_of_the_generator_is_told() {
    let workspace = Workspace::new();
    for file in [GENERATED, MOCK, CALLS] {
        workspace.replace(file, "cloudflare-sdk-codegen ", "cloudflare-sdk-codegen 0.0.");
        workspace.assert_stale(file, "the generator changed");
    }
}

#[test]
fn a_document_at_fault_is_named_with_the_place_and_the_reason() {
    let workspace = Workspace::new();
    workspace.replace(
        DOCUMENT,
        "#/components/schemas/EnrollmentEdit",
        "#/components/schemas/Nothing",
    );
    let before = workspace.read(GENERATED);
    for arguments in [&[][..], &["--check"]] {
        let (code, text) = workspace.codegen(arguments);
        assert_eq!(code, 1, "{text}");
        assert!(
            text.starts_with("error: openapi/cloudflare.json#/paths/~1zones~1{zone_id}~1settings"),
            "{text}"
        );
        assert!(text.contains("`#/components/schemas/Nothing` leads nowhere"), "{text}");
        assert!(!text.contains("panicked") && !text.contains("backtrace"), "{text}");
        assert_eq!(workspace.read(GENERATED), before);
    }
}

#[test]
fn the_header_names_the_versions_that_are_locked() {
    let workspace = Workspace::new();
    let lock = include_str!("../../../Cargo.lock");
    let locked = |package: &str| {
        let (_, rest) = lock.split_once(&format!("name = \"{package}\"\nversion = \"")).unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    let generated = workspace.read(GENERATED);
    let (tool, generator) = (locked("cloudflare-sdk-codegen"), locked("progenitor-impl"));
    let expected = format!("// @generated by cloudflare-sdk-codegen {tool} with progenitor {generator};");
    assert!(generated.starts_with(&expected), "{expected}");
}
