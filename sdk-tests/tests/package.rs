//! The packages as they are published: they hold all that they need, with and without the feature `codegen`, and a
//! crate that depends on them can call Cloudflare and generate operations of its own.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use wiremock::{Mock, MockServer, ResponseTemplate, matchers};

/// The program of the README, which enrols a zone; what it calls besides comes after it.
const PROGRAM: &str = include_str!("../downstream/main.rs");
const BUILD_SCRIPT: &str = include_str!("../downstream/build.rs");
/// A document with one operation that the SDK does not ship.
const DOCUMENT: &str = include_str!("../downstream/zone.json");

fn cargo(folder: &Path, arguments: &[&str]) {
    let output = Command::new(env!("CARGO"))
        .current_dir(folder)
        .args(arguments)
        .env("CARGO_NET_OFFLINE", "true")
        .env(
            "CARGO_TARGET_DIR",
            Path::new(env!("CARGO_TARGET_TMPDIR")).join("package-target"),
        )
        // What the test itself was built with is not what a stranger builds with.
        .env_remove("RUSTFLAGS")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {}:\n{text}", arguments.join(" "));
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
        let archive =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("package-target/package/{name}-{version}.crate"));
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

/// Writes a crate that depends on the packages.
fn downstream(folder: &Path) -> PathBuf {
    let manifest = r#"
        [package]
        name = "downstream"
        edition = "2024"

        [features]
        codegen = ["cloudflare-sdk/codegen"]

        [dependencies]
        cloudflare-sdk = "0.1"
        chrono = { version = "0.4", default-features = false, features = ["serde"] }
        serde = { version = "1", features = ["derive"] }
        tokio = { version = "1", features = ["macros", "rt-multi-thread"] }

        [dev-dependencies]
        cloudflare-sdk = { version = "0.1", features = ["mock"] }

        [build-dependencies]
        cloudflare-sdk-codegen = "0.1"

        [patch.crates-io]
        cloudflare-sdk = { path = "../cloudflare-sdk" }
        cloudflare-sdk-codegen = { path = "../cloudflare-sdk-codegen" }

        [workspace]
    "#;
    let downstream = folder.join("downstream");
    fs::create_dir_all(downstream.join("src")).unwrap();
    fs::write(downstream.join("Cargo.toml"), manifest).unwrap();
    fs::write(downstream.join("src/main.rs"), PROGRAM).unwrap();
    fs::write(downstream.join("build.rs"), BUILD_SCRIPT).unwrap();
    fs::write(downstream.join("zone.json"), DOCUMENT).unwrap();
    // The versions that the workspace has are the ones that are at hand without network.
    let lock = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .join("Cargo.lock");
    fs::copy(lock, downstream.join("Cargo.lock")).unwrap();
    downstream
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crate_builds_offline_from_the_packages_and_calls_what_is_shipped_and_what_it_generates() {
    let server = MockServer::start().await;
    let answer = |result: &str| {
        let body = format!(r#"{{"success":true,"errors":[],"messages":[],"result":{result}}}"#);
        ResponseTemplate::new(200).set_body_raw(body, "application/json")
    };
    let zone = "/zones/023e105f4ecef8ad9ca31a8372d0c353";
    let enrollment = r#"{"id":"ssl_automatic_mode","editable":true,"modified_on":null,"value":"auto"}"#;
    Mock::given(matchers::method("PATCH"))
        .and(matchers::path(format!("{zone}/settings/ssl_automatic_mode")))
        .respond_with(answer(enrollment))
        .mount(&server)
        .await;
    Mock::given(matchers::method("GET"))
        .and(matchers::path(zone))
        .and(matchers::header("authorization", "Bearer token"))
        .respond_with(answer(r#"{"name":"example.com","type":"partial"}"#))
        .mount(&server)
        .await;

    let folder = unpacked();
    let downstream = downstream(&folder);
    for features in [&[][..], &["--features", "codegen"]] {
        cargo(&downstream, &[&["build", "--quiet"], features].concat());
        let program = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("package-target/debug/downstream")
            .with_extension(std::env::consts::EXE_EXTENSION);
        let output = tokio::task::block_in_place(|| {
            Command::new(program)
                .env("CLOUDFLARE_API_TOKEN", "token")
                .env("CLOUDFLARE_BASE_URL", server.uri())
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
        assert_eq!(text, "auto\nexample.com is partial\n");
    }
    // With mocks, which only the tests are built with.
    cargo(&downstream, &["test", "--quiet"]);
}
