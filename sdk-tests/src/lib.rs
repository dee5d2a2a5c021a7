//! What the tests of the SDK share.

pub mod document;
pub mod recording;
