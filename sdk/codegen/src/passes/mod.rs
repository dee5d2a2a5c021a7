//! What is done to a document, in memory, before progenitor sees it.
//!
//! The document on disk says what Cloudflare publishes. Each pass has one reason for departing from that, named in its
//! file, and the order below is the order in which they run.

mod access;
mod all_of;
pub(crate) mod check;
mod defaults;
mod dialect;
pub(crate) mod enumerations;
pub(crate) mod envelope;
pub(crate) mod errors;
mod hoist;
mod integers;
mod kinds;
mod members;
mod names;
mod nullable;
mod observed_null;
mod prune;
mod references;
mod relax;
mod scalars;
mod shown;
mod success;
pub(crate) mod unions;

pub(crate) use prune::prune;

use crate::{document::Document, report::Report};

/// Brings a document into a shape that says the same with less: named schemas without parts, of known types.
///
/// What is known of models and members is read after this, when their names are those in Rust and nothing is lost yet
/// of what the types of Rust cannot say.
pub(crate) fn shape(document: &mut Document, report: &mut Report) {
    shown::run(document, report);
    references::run(document, report);
    errors::run(document, report);
    success::run(document, report);
    envelope::run(document, report);
    prune(document, report);
    kinds::run(document, report);
    all_of::run(document, report);
    prune(document, report);
    unions::run(document, report);
    enumerations::run(document, report);
    names::run(document, report);
    hoist::run(document, report);
    members::run(document, report);
    access::run(document, report);
}

/// Makes of a document in that shape what progenitor is to make code of.
pub(crate) fn adapt(document: &mut Document, report: &mut Report) {
    nullable::run(document, report);
    observed_null::run(document, report);
    scalars::run(document, report);
    relax::run(document, report);
    integers::run(document, report);
    defaults::run(document, report);
    dialect::run(document, report);
    prune(document, report);
    check::run(document, report);
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::{document::Document, report::Report};

    /// A document of one operation, as `pass` leaves it.
    pub(super) fn after(pass: fn(&mut Document, &mut Report), operation: Value, schemas: Value) -> Value {
        let text = json!({
            "openapi": "3.0.3",
            "info": {},
            "paths": { "/a": { "get": operation } },
            "components": { "schemas": schemas },
        });
        let mut document = Document::parse(&text.to_string()).unwrap();
        pass(&mut document, &mut Report::default());
        document.0
    }

    /// A JSON body of the given schema.
    pub(super) fn content(schema: Value) -> Value {
        json!({ "content": { "application/json": { "schema": schema } } })
    }
}
