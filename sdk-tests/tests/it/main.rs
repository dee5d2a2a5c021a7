//! The tests of the SDK through its public API, one module per subject, in one program.

mod client;
mod dependencies;
mod document;
mod enroll;
mod faults;
mod fleet;
mod fleet_program;
mod journal;
mod mock;
mod models;
mod package;
mod properties;
mod rate_limit;
mod raw_calls;
mod record;
mod replay;
mod requests;
mod responses;
mod retries;
mod schemas;
mod security;
mod stand_in;
mod tracing;
mod wire;
