//! What the tests of the SDK share.

// First, because the macro in it is used by others.
#[cfg(feature = "mock")]
#[macro_use]
pub mod generated;

pub mod document;
pub mod example;
pub mod faults;
pub mod fleet_server;
#[cfg(feature = "mock")]
pub mod given;
#[cfg(feature = "mock")]
pub mod instances;
pub mod leap;
pub mod loopback;
#[cfg(feature = "mock")]
pub mod models;
pub mod multipart;
#[cfg(feature = "mock")]
pub mod outcome;
pub mod recording;
pub mod relay;
#[cfg(feature = "mock")]
pub mod replay;
pub mod script;
pub mod scrub;
#[cfg(feature = "mock")]
pub mod shown;
pub mod stand_in;
