//! Servers on loopback that stand in for Cloudflare, for tests and examples. None of them uses the SDK.
//!
//! [`Script`] answers any request as a test says, down to the byte; [`stand_in`] is one zone with recorded answers;
//! [`fleet_server`] is a made-up fleet of zones behind an enforced rate limit.

pub mod fleet_server;
mod message;
pub mod script;
pub mod stand_in;

pub use message::{Answer, Request};
pub use script::Script;

/// The part of a path above that of an operation, as Cloudflare has it.
pub const BASE_PATH: &str = "/client/v4";
