//! What is done to a document, in memory, before progenitor sees it.
//!
//! The document on disk says what Cloudflare publishes. Each pass has one reason for departing from that, named in its
//! file, and the order below is the order in which they run.

mod defaults;
mod dialect;
pub(crate) mod envelope;
pub(crate) mod errors;
mod integers;
mod nullable;
mod observed_null;
mod prune;
mod relax;
mod scalars;
mod success;

pub(crate) use prune::prune;

use crate::{document::Document, report::Report};

/// Runs every pass; each reports what it changes.
pub(crate) fn run(document: &mut Document, report: &mut Report) {
    errors::run(document, report);
    success::run(document, report);
    envelope::run(document, report);
    nullable::run(document, report);
    observed_null::run(document, report);
    scalars::run(document, report);
    relax::run(document, report);
    integers::run(document, report);
    defaults::run(document, report);
    dialect::run(document, report);
    prune(document, report);
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
