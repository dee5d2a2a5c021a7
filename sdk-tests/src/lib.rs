//! What the tests of the SDK share.

// First, because the macro in it is used by others.
#[macro_use]
pub mod generated;

pub mod document;
pub mod example;
pub mod faults;
pub mod fleet_server;
pub mod given;
pub mod instances;
pub mod leap;
pub mod loopback;
pub mod models;
pub mod outcome;
pub mod recording;
pub mod relay;
pub mod replay;
pub mod script;
pub mod scrub;
pub mod shown;
pub mod stand_in;
