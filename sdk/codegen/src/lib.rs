//! Generates the typed half of the Cloudflare SDK from an OpenAPI 3.0 document.
//!
//! One generator with three callers: `cargo xtask codegen` in the SDK's repository, the SDK's own build script under
//! its feature `codegen`, and the build script of any crate that wants more of Cloudflare's API than the SDK ships.
//! All three get the same bytes for the same document.
//!
//! The way of a document: it is read and checked ([`Error`] says where it is at fault), the passes adapt a copy in
//! memory to what progenitor can take, [progenitor](https://docs.rs/progenitor-impl) generates builders and models,
//! and those are retargeted from progenitor's support crate to the SDK's runtime, which owns credentials, errors and
//! responses. This crate reads and writes no files: text goes in, text comes out.
//!
//! # Examples
//!
//! A crate that calls operations of its own through the SDK has these dependencies (`chrono` for dates and `serde_json`
//! for values of any type, where the document has such). The SDK's crates are not on crates.io yet, so they are named by
//! the path of a clone:
//!
//! ```toml
//! [dependencies]
//! chrono = { version = "0.4", default-features = false, features = ["serde"] }
//! cloudflare-sdk = { path = "path/to/the/clone/sdk" }
//! serde = { version = "1", features = ["derive"] }
//! serde_json = "1"
//! tokio = { version = "1", features = ["macros", "rt-multi-thread"] }
//!
//! [dev-dependencies]
//! cloudflare-sdk = { path = "path/to/the/clone/sdk", features = ["mock"] }
//!
//! [build-dependencies]
//! cloudflare-sdk-codegen = { path = "path/to/the/clone/sdk/codegen" }
//! ```
//!
//! this build script, with the document that Cloudflare publishes beside it:
//!
//! ```no_run
//! use std::{env, error::Error, fs, path::PathBuf};
//!
//! use cloudflare_sdk_codegen::Generator;
//!
//! fn main() -> Result<(), Box<dyn Error>> {
//!     println!("cargo::rerun-if-changed=published.json");
//!     let document = fs::read_to_string("published.json")?;
//!     let generator = Generator::new("published.json").operations(["GET /zones/{zone_id}"]);
//!     let folder = PathBuf::from(env::var("OUT_DIR")?);
//!     fs::write(folder.join("zone.rs"), generator.generate(&document)?)?;
//!     fs::write(folder.join("zone_mock.rs"), generator.generate_mock(&document)?)?;
//!     Ok(())
//! }
//! ```
//!
//! and this in its source, where `client` is the `cloudflare_sdk::Client`. The method of an operation has the name of its
//! id in the document, `zones-0-get` here:
//!
//! ```text
//! // Not all that is generated is used.
//! #[allow(dead_code)]
//! mod zone {
//!     include!(concat!(env!("OUT_DIR"), "/zone.rs"));
//!
//!     #[cfg(test)]
//!     pub mod mock {
//!         include!(concat!(env!("OUT_DIR"), "/zone_mock.rs"));
//!     }
//! }
//!
//! let zones = zone::Client::from_runtime(client.runtime().clone());
//! let zone = zones.zones_0_get().zone_id("023e105f4ecef8ad9ca31a8372d0c353").send().await?;
//! ```
//!
//! The mocks are for tests, which then run offline. They expect calls and answer them in the words of the call; the examples
//! of the document are values, where it has some, in `zone::mock::examples`:
//!
//! ```text
//! use cloudflare_sdk::mock::MockServer;
//! use zone::mock::MockServerExt as _;
//!
//! #[tokio::test]
//! async fn a_zone_is_found() -> Result<(), Box<dyn std::error::Error>> {
//!     let server = MockServer::start_async().await;
//!     let found = server.zones_0_get(|when, then| {
//!         when.zone_id("023e105f4ecef8ad9ca31a8372d0c353");
//!         then.ok(serde_json::from_str::<zone::types::ZonesZone>(r#"{ "name": "example.com", "type": "full" }"#).unwrap());
//!     });
//!     let zones = zone::Client::from_runtime(server.client()?.runtime().clone());
//!     let zone = zones.zones_0_get().zone_id("023e105f4ecef8ad9ca31a8372d0c353").send().await?;
//!     assert_eq!(zone.name, "example.com");
//!     found.assert();
//!     Ok(())
//! }
//! ```
//!
//! Of many operations, [`Generator::modules`] makes a module for each tag, which a crate compiles by features. The crate
//! `sdk-tests/downstream` in the SDK's repository does both, and is built in its continuous integration.

mod document;
mod error;
mod facts;
mod generator;
mod header;
mod messages;
mod mock;
mod modules;
mod outline;
mod passes;
mod progenitor;
mod report;
mod retarget;
mod rules;
mod rust_names;
mod select;
mod unions;
mod walk;

pub use error::Error;
pub use generator::Generator;
pub use header::{Staleness, staleness};
pub use modules::{Module, Modules};
pub use outline::{MemberOutline, OperationOutline, Outline, TypeOutline};
pub use report::Change;
