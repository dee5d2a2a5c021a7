//! The public models of the SDK, each under the name that its schema has in the document.
//!
//! `for_every_model`, in `generated/calls.rs`, is the one list of them; the tests hold the generated code to it.

use serde_json::{Map, Value, json};

use crate::document::{examples, resolve};

pub use cloudflare_sdk::{ResponseInfo, ResponseInfoSource, ResultInfo, types::*};

pub use crate::generated::calls::OTHER_MODELS;

macro_rules! names {
    ($($model:ident)*) => { &[$(stringify!($model)),*] };
}

/// The names of the public models that have their schemas' names, other than of those from a published document.
pub const NAMES: &[&str] = for_every_model!(names);

/// A value that the document shows or an answer holds, and the model that it is of.
pub type Part = (&'static str, Value);

/// A reference to the schema of a model.
#[must_use]
pub fn reference(model: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{model}") })
}

/// What `schema` says of values: itself, or what its `$ref` leads to, also where that is all there is in an `allOf`.
#[must_use]
pub fn content<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    let schema = resolve(document, schema);
    match schema["allOf"].as_array().map(Vec::as_slice) {
        Some([part]) => content(document, part),
        _ => schema,
    }
}

/// Whether a member of an object must be there.
#[must_use]
pub fn is_required(object: &Value, member: &str) -> bool {
    let required = object["required"].as_array();
    required.is_some_and(|names| names.iter().any(|name| name == member))
}

/// The parts of `value`, which is of `schema`, that are of models, from the outside in.
#[must_use]
pub fn parts(document: &Value, schema: &Value, value: &Value) -> Vec<Part> {
    let named = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next());
    let model = NAMES.iter().find(|model| Some(**model) == named);
    let mut found: Vec<Part> = model.map(|model| (*model, value.clone())).into_iter().collect();
    let schema = resolve(document, schema);
    let within = |schema: &Value, value: &Value| parts(document, schema, value);
    for part in schema["allOf"].as_array().into_iter().flatten() {
        found.extend(within(part, value));
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        found.extend(value.get(name).into_iter().flat_map(|member| within(property, member)));
    }
    for item in value.as_array().into_iter().flatten() {
        found.extend(within(&schema["items"], item));
    }
    found
}

/// What the document shows of models: the parts of its examples, and a whole value of each model.
#[must_use]
pub fn shown(document: &Value) -> Vec<Part> {
    let of_examples =
        (examples(document).into_iter()).flat_map(|example| parts(document, example.schema, example.value));
    let whole = NAMES.iter().map(|model| (*model, whole(document, &reference(model))));
    of_examples.chain(whole).collect()
}

/// A value of `schema` with every member, made of the document's examples where it has some.
fn whole(document: &Value, schema: &Value) -> Value {
    let schema = content(document, schema);
    if let Some(example) = schema.get("example").or_else(|| schema["enum"].get(0)) {
        return example.clone();
    }
    if let Some("date-time") = schema["format"].as_str() {
        return json!("2014-01-01T05:20:00.12345Z");
    }
    match schema["type"].as_str() {
        Some("object") => (schema["properties"].as_object().into_iter().flatten())
            .map(|(name, property)| (name.clone(), whole(document, property)))
            .collect::<Map<_, _>>()
            .into(),
        Some("array") => json!([whole(document, &schema["items"])]),
        Some("boolean") => json!(true),
        Some("number" | "integer") => schema.get("minimum").cloned().unwrap_or(json!(1)),
        _ => json!("text"),
    }
}
