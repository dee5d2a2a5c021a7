//! What is generated from the document for the tests; `cargo xtask codegen` writes it.

#[allow(missing_docs)]
#[rustfmt::skip]
#[macro_use]
pub mod calls;
