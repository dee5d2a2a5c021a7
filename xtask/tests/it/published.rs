//! The tasks that read a published document, as they are called.

mod drift;
mod import;
mod workspace;
