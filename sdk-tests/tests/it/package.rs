//! The packages as they are published: they hold all that they need, with and without the feature `codegen`, and a
//! crate that depends on them can call Cloudflare and generate operations of its own.

use sdk_test_servers::{Answer, Script};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

fn cargo(folder: &Path, arguments: &[&str]) {
    let output = Command::new(env!("CARGO"))
        .current_dir(folder)
        .args(arguments)
        .env("CARGO_NET_OFFLINE", "true")
        .env("CARGO_TARGET_DIR", target())
        // As in the workspace, so that what both depend on is compiled once.
        .args([
            "--config",
            "profile.dev.debug='line-tables-only'",
            "--config",
            "profile.dev.package.'*'.debug=false",
        ])
        // What the test itself was built with is not what a stranger builds with.
        .env_remove("RUSTFLAGS")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {}:\n{text}", arguments.join(" "));
}

/// The folder that the workspace is built in.
fn target() -> PathBuf {
    let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
    temporary.parent().unwrap().to_owned()
}

/// Packages both crates and unpacks them; gives the folder with `cloudflare-sdk` and `cloudflare-sdk-codegen`.
fn unpacked() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("package");
    // A folder that is left from an earlier run would hide what the package does not hold any more.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let names = ["cloudflare-sdk", "cloudflare-sdk-codegen"];
    let version = env!("CARGO_PKG_VERSION");
    cargo(
        root,
        &[
            "package",
            "--package",
            names[0],
            "--package",
            names[1],
            "--no-verify",
            "--allow-dirty",
            "--quiet",
        ],
    );
    for name in names {
        let archive = target().join(format!("package/{name}-{version}.crate"));
        let status = Command::new("tar")
            // Times of now: those in the archive are always the same, by which cargo would take old output for fresh.
            .arg("-xmzf")
            .arg(archive)
            .current_dir(&folder)
            .status()
            .unwrap();
        assert!(status.success());
        fs::rename(folder.join(format!("{name}-{version}")), folder.join(name)).unwrap();
    }
    folder
}

/// Copies the crate that depends on the packages; its dependencies are the packages instead of the folders beside it.
fn downstream(folder: &Path) -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (source, downstream) = (tests.join("downstream"), folder.join("downstream"));
    fs::create_dir_all(downstream.join("src")).unwrap();
    for file in ["src/main.rs", "build.rs", "published.json"] {
        fs::copy(source.join(file), downstream.join(file)).unwrap();
    }
    let manifest = fs::read_to_string(source.join("Cargo.toml")).unwrap();
    let manifest = manifest
        .replace("\"../../sdk/codegen\"", "\"../cloudflare-sdk-codegen\"")
        .replace("\"../../sdk\"", "\"../cloudflare-sdk\"")
        .replace("[features]\n", "[features]\ncodegen = [\"cloudflare-sdk/codegen\"]\n");
    let patch = "[patch.crates-io]\n\
                 cloudflare-sdk-codegen = { path = \"../cloudflare-sdk-codegen\" }\n";
    fs::write(downstream.join("Cargo.toml"), format!("{manifest}\n{patch}")).unwrap();
    // The versions that the workspace has are the ones that are at hand without network.
    fs::copy(
        tests.parent().unwrap().join("Cargo.lock"),
        downstream.join("Cargo.lock"),
    )
    .unwrap();
    downstream
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crate_builds_offline_from_the_packages_and_calls_what_is_shipped_and_what_it_generates() {
    let answer = |result: &str| {
        let body = format!(r#"{{"success":true,"errors":[],"messages":[],"result":{result}}}"#);
        Answer::new(200).body_of("application/json", body)
    };
    let zone = "/zones/023e105f4ecef8ad9ca31a8372d0c353";
    let enrollment = r#"{"id":"ssl_automatic_mode","editable":true,"modified_on":null,"value":"auto"}"#;
    let records = r#"[{"name":"example.com","type":"A"},{"name":"www.example.com","type":"A"}]"#;
    let server = Script::responding(move |request| {
        let path = request.path.strip_prefix(zone).unwrap_or_default();
        let is_authorized = request
            .headers
            .get("authorization")
            .is_some_and(|value| value == "Bearer token");
        match (request.method.as_str(), path, request.query.as_deref()) {
            _ if !is_authorized => Answer::new(401),
            ("PATCH", "/settings/ssl_automatic_mode", None) => answer(enrollment),
            ("GET", "", None) => answer(r#"{"name":"example.com","type":"partial"}"#),
            ("GET", "/dns_records", Some("type=A")) => answer(records),
            _ => Answer::new(404),
        }
    })
    .await;

    let folder = unpacked();
    let downstream = downstream(&folder);
    for features in [&[][..], &["--features", "codegen"]] {
        cargo(&downstream, &[&["build", "--quiet"], features].concat());
        let program = target()
            .join("debug/downstream")
            .with_extension(std::env::consts::EXE_EXTENSION);
        let output = tokio::task::block_in_place(|| {
            Command::new(program)
                .env("CLOUDFLARE_API_TOKEN", "token")
                .env("CLOUDFLARE_BASE_URL", server.url())
                .env_remove("CLOUDFLARE_EMAIL")
                .env_remove("CLOUDFLARE_API_KEY")
                .output()
        });
        let output = output.unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success(),
            "{text}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert_eq!(text, "auto\nexample.com is partial\nexample.com A\nwww.example.com A\n");
    }
    // With mocks, which only the tests are built with, and with the modules of all tags, and of none.
    cargo(&downstream, &["test", "--quiet"]);
    cargo(&downstream, &["check", "--quiet", "--all-features"]);
    cargo(&downstream, &["check", "--quiet", "--no-default-features"]);
}
