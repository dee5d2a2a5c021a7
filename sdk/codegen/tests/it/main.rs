//! The generator through its public API, one module per subject, in one program.

mod bounds;
mod documents;
mod mocks;
mod modules;
