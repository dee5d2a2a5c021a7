//! What was generated, for programs that are to use it without reading Rust.

use quote::ToTokens;
use syn::Type;

use crate::{error::Fault, facts::Facts, mock};

/// The code of a client, with what there is in it.
///
/// It is what [`Generator::outline`](crate::Generator::outline) gives.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Outline {
    /// What [`Generator::generate`](crate::Generator::generate) gives.
    pub code: String,
    /// The operations that the client has, in the order of its methods.
    pub operations: Vec<OperationOutline>,
}

/// A generated operation. Its types are written as they are within the client's module: `types::Zone` is a model.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OperationOutline {
    /// The `operationId` in the document.
    pub id: String,
    /// The verb, in small letters.
    pub method: String,
    /// The path with its parameters, such as `/zones/{zone_id}`.
    pub path: String,
    /// The name of the client's method.
    pub function: String,
    /// The name of the builder in the module `builder`.
    pub builder: String,
    /// The type of the whole body; none without a body, and none where the body is bytes.
    pub body: Option<String>,
    /// The type of a success; `()` without a body.
    pub value: String,
    /// Whether the success is read out of Cloudflare's envelope, as its `result`.
    pub enveloped: bool,
}

impl OperationOutline {
    /// Whether a success is read as JSON, and not as bytes or as nothing.
    #[must_use]
    pub fn has_json_value(&self) -> bool {
        self.value != "()" && !self.value.ends_with("::Bytes")
    }
}

/// Reads the operations off a client.
pub(crate) fn operations(client: &syn::File, facts: &Facts) -> Result<Vec<OperationOutline>, Fault> {
    let mut client = client.clone();
    let calls = mock::calls(&mut client, facts).map_err(|reason| Fault::new("", reason))?;
    let operations = calls.iter().map(|call| OperationOutline {
        id: call.id.clone(),
        method: call.facts.method.clone(),
        path: call.facts.path.clone(),
        function: call.method.to_string(),
        builder: call.builder.to_string(),
        body: call.body().map(written),
        value: written(&call.returned),
        enveloped: call.facts.enveloped,
    });
    Ok(operations.collect())
}

/// A type in Rust, without spaces where none are needed.
fn written(of: &Type) -> String {
    let mut text = String::new();
    for c in of.to_token_stream().to_string().chars() {
        // Nothing but names needs a space between, and no type of a value has two names in a row.
        if c != ' ' {
            text.push(c);
        }
    }
    text
}
