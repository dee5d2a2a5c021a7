//! What the tests of the SDK share.

// First, because the macro in it is used by others.
#[macro_use]
pub mod generated;

pub use sdk_test_servers::{Answer, BASE_PATH, Script, fleet_server, script, stand_in};

pub mod document;
pub mod example;
pub mod faults;
pub mod given;
pub mod instances;
pub mod leap;
pub mod loopback;
pub mod models;
pub mod multipart;
pub mod outcome;
pub mod recording;
pub mod relay;
pub mod replay;
pub mod scrub;
pub mod shown;
