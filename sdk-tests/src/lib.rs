//! What the tests of the SDK share.

pub mod document;
pub mod instances;
pub mod loopback;
pub mod models;
pub mod recording;
pub mod relay;
pub mod replay;
pub mod scrub;
pub mod stand_in;
