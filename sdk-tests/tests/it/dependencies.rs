//! What a user of the SDK compiles: no generator, few crates more than reqwest itself, a compiler that is old enough,
//! and licences that ask for no more than to be named.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use serde_json::Value;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

fn cargo(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .current_dir(folder)
        .args(arguments)
        .arg("--offline")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The names and versions of what is compiled for a crate, itself left out.
fn tree(folder: &Path, arguments: &[&str]) -> BTreeSet<(String, String)> {
    let common = ["tree", "--edges", "normal,build", "--prefix", "none"];
    let text = cargo(folder, &[&common, arguments].concat());
    let packages = text.lines().skip(1).filter_map(|line| {
        let mut words = line.split(' ');
        Some((
            words.next()?.to_owned(),
            words.next()?.trim_start_matches('v').to_owned(),
        ))
    });
    packages.collect()
}

fn of_sdk(features: &[&str]) -> BTreeSet<(String, String)> {
    tree(
        Path::new(ROOT),
        &[&["--package", "cloudflare-sdk", "--locked"], features].concat(),
    )
}

fn names(packages: &BTreeSet<(String, String)>) -> BTreeSet<&str> {
    packages.iter().map(|(name, _)| name.as_str()).collect()
}

#[test]
fn without_the_feature_codegen_nothing_of_the_generator_is_compiled() {
    let generator = [
        "cloudflare-sdk-codegen",
        "openapiv3",
        "prettyplease",
        "progenitor-impl",
        "typify-impl",
    ];
    let (without, with) = (of_sdk(&[]), of_sdk(&["--features", "codegen"]));
    for name in generator {
        assert!(
            !names(&without).contains(name),
            "{name} is compiled without the feature"
        );
        assert!(
            names(&with).contains(name),
            "{name} is not compiled with the feature, so this test shows nothing"
        );
    }
}

#[test]
fn without_the_feature_mock_no_mock_server_is_compiled() {
    let (without, with) = (of_sdk(&[]), of_sdk(&["--features", "mock"]));
    assert!(!names(&without).contains("httpmock"));
    assert!(
        names(&with).contains("httpmock"),
        "it is not compiled with the feature, so this test shows nothing"
    );
}

#[test]
fn every_crate_that_is_added_to_reqwest_is_explained() {
    let bare = tempfile::tempdir().unwrap();
    let manifest = r#"
        [package]
        name = "bare"
        edition = "2024"

        [lib]
        path = "lib.rs"

        [dependencies]
        reqwest = { version = "0.13", default-features = false, features = ["http2", "rustls", "system-proxy"] }

        [workspace]
    "#;
    fs::write(bare.path().join("Cargo.toml"), manifest).unwrap();
    fs::write(bare.path().join("lib.rs"), "").unwrap();
    fs::copy(Path::new(ROOT).join("Cargo.lock"), bare.path().join("Cargo.lock")).unwrap();
    let (bare, sdk) = (tree(bare.path(), &[]), of_sdk(&[]));
    let added: BTreeSet<&str> = names(&sdk).difference(&names(&bare)).copied().collect();
    let contributing = include_str!("../../../CONTRIBUTING.md");
    let (_, table) = contributing.split_once("## What the SDK adds to reqwest\n").unwrap();
    let table = table.split("\n## ").next().unwrap();
    let explained = table
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` | "))
        .collect::<Vec<_>>();
    assert!(
        explained.iter().all(|(_, reason)| reason.len() > 20),
        "a crate has no reason: {explained:?}"
    );
    let explained: BTreeSet<&str> = explained.into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        explained, added,
        "left: what CONTRIBUTING.md explains; right: what is added"
    );
}

/// What cargo knows of the packages that may be compiled on this platform; those of others need not be at hand.
fn metadata() -> Vec<Value> {
    let rustc = Command::new("rustc").arg("-vV").output().unwrap();
    let rustc = String::from_utf8(rustc.stdout).unwrap();
    let host = rustc.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let arguments = [
        "metadata",
        "--format-version",
        "1",
        "--locked",
        "--filter-platform",
        host,
    ];
    let metadata: Value = serde_json::from_str(&cargo(Path::new(ROOT), &arguments)).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

fn package<'p>(packages: &'p [Value], name: &str, version: &str) -> &'p Value {
    let package = (packages.iter()).find(|package| package["name"] == name && package["version"] == version);
    package.unwrap_or_else(|| panic!("{name} {version}"))
}

#[test]
fn the_minimum_rust_version_is_the_highest_of_what_is_compiled() {
    let packages = metadata();
    let version_of = |name: &str, version: &str| {
        let text = package(&packages, name, version)["rust_version"].as_str()?;
        let mut parts = text.split('.').map(|part| part.parse::<u32>().unwrap());
        Some((parts.next().unwrap(), parts.next().unwrap_or(0)))
    };
    let compiled = of_sdk(&["--features", "codegen,mock,schemars"]);
    let highest = compiled
        .iter()
        .filter_map(|(name, version)| version_of(name, version))
        .max();
    assert_eq!(version_of("cloudflare-sdk", env!("CARGO_PKG_VERSION")), highest);
}

/// Licences that ask of a program with the SDK in it for no more than to be named.
const LICENCES: [&str; 7] = [
    "Apache-2.0",
    "BSD-3-Clause",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Zlib",
];

/// Crates with another licence, and why it does no harm.
const EXCEPTIONS: [(&str, &str); 1] = [
    // Compiled into build scripts alone. Its files are used as they are, which the licence asks to be told of.
    ("progenitor-impl", "MPL-2.0"),
];

#[test]
fn every_licence_of_what_is_compiled_is_permissive() {
    let packages = metadata();
    let mut refused = Vec::new();
    // Those of `native-tls` need not be at hand: nothing in the workspace turns it on.
    for (name, version) in of_sdk(&["--features", "codegen,schemars"]) {
        let licence = package(&packages, &name, &version)["license"]
            .as_str()
            .unwrap_or_default();
        if !is_permitted(licence) && !EXCEPTIONS.contains(&(&*name, licence)) {
            refused.push(format!("{name} {version}: {licence:?}"));
        }
    }
    assert!(refused.is_empty(), "{refused:#?}");
}

#[test]
fn a_licence_is_permitted_by_one_choice_of_each_of_its_parts() {
    for (licence, permitted) in [
        ("MIT", true),
        ("Unlicense OR MIT", true),
        ("GPL-3.0/MIT", true),
        ("Apache-2.0 AND (GPL-3.0 OR ISC)", true),
        ("GPL-3.0 OR ISC AND MIT", true),
        ("ISC AND MIT OR GPL-3.0", true),
        ("Apache-2.0 WITH LLVM-exception OR MIT", true),
        ("Apache-2.0 AND (GPL-3.0 OR MPL-2.0)", false),
        ("(MIT OR ISC) AND GPL-3.0", false),
        ("MIT AND GPL-3.0 OR GPL-2.0", false),
        ("MPL-2.0", false),
        ("", false),
    ] {
        assert_eq!(is_permitted(licence), permitted, "{licence}");
    }
}

/// Whether an SPDX expression leaves a choice of licences that are all permitted. One `WITH` an exception is none of
/// them, though it asks for less.
fn is_permitted(expression: &str) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut words = spaced.split_whitespace().peekable();
    any(&mut words) && words.next().is_none()
}

type Words<'e> = std::iter::Peekable<std::str::SplitWhitespace<'e>>;

fn any(words: &mut Words) -> bool {
    let mut permitted = all(words);
    while words.next_if_eq(&"OR").is_some() {
        permitted |= all(words);
    }
    permitted
}

fn all(words: &mut Words) -> bool {
    let mut permitted = one(words);
    while words.next_if_eq(&"AND").is_some() {
        permitted &= one(words);
    }
    permitted
}

fn one(words: &mut Words) -> bool {
    match words.next() {
        Some("(") => any(words) & (words.next() == Some(")")),
        Some(licence) => {
            let has_exception = words.next_if_eq(&"WITH").and_then(|_| words.next()).is_some();
            !has_exception && LICENCES.contains(&licence)
        }
        None => false,
    }
}
