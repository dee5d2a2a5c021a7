//! What the tests of the SDK share.

pub mod document;
pub mod example;
pub mod faults;
pub mod fleet_server;
pub mod instances;
pub mod leap;
pub mod loopback;
pub mod models;
pub mod recording;
pub mod relay;
pub mod replay;
pub mod script;
pub mod scrub;
pub mod stand_in;
