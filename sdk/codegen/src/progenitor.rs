//! Progenitor, kept from panicking at the user.

use std::{
    any::Any,
    cell::Cell,
    panic::{self, AssertUnwindSafe},
    sync::Once,
};

use openapiv3::OpenAPI;
use progenitor_impl::{GenerationSettings, HooksMode, InterfaceStyle, TagStyle};
use serde_json::Value;

use crate::{
    document::{Document, join},
    error::Fault,
};

/// Generates builders and models for a document that went through the passes.
///
/// `finish` is done to the output; if it fails, the place in the document is found in the same way.
pub(crate) fn generate(
    document: &Document,
    finish: &dyn Fn(&Document, &mut syn::File) -> Result<(), String>,
) -> Result<syn::File, Fault> {
    let attempt = |document: &Document| {
        let mut file = attempt(document)?;
        finish(document, &mut file).map(|()| file)
    };
    attempt(document).map_err(|reason| locate(document, &attempt).unwrap_or_else(|| Fault::new("", reason)))
}

type Attempt<'a> = &'a dyn Fn(&Document) -> Result<syn::File, String>;

fn attempt(document: &Document) -> Result<syn::File, String> {
    let spec: OpenAPI = serde_json::from_value(document.0.clone()).map_err(|e| format!("not OpenAPI 3.0: {e}"))?;
    let mut settings = GenerationSettings::new();
    // Without hooks expected, progenitor emits an `impl` of a trait that the runtime does not have.
    settings
        .with_interface(InterfaceStyle::Builder)
        .with_tag(TagStyle::Merged)
        .with_hooks(HooksMode::Expected);
    let mut generator = progenitor_impl::Generator::new(&settings);
    let tokens = without_panic(|| generator.generate_tokens(&spec))
        .and_then(|tokens| tokens.map_err(|e| e.to_string()))
        .map_err(|reason| format!("progenitor cannot take this: {}", in_short(&reason)))?;
    syn::parse2(tokens).map_err(|e| format!("progenitor made of this what is not Rust: {e}"))
}

/// Finds the smallest part of the document that cannot be generated: of the components, then of the operations, the
/// one that fails alone and needs the fewest others.
fn locate(document: &Document, attempt: Attempt<'_>) -> Option<Fault> {
    let components = document.schemas().filter_map(|(name, _)| {
        let pointer = join("/components/schemas", name);
        // A response is the plainest place where a schema can be used.
        let content = serde_json::json!({ "application/json": { "schema": { "$ref": format!("#{pointer}") } } });
        let response = serde_json::json!({ "description": "", "content": content });
        let item = serde_json::json!({ "get": { "operationId": "locate", "responses": { "200": response } } });
        alone(document, attempt, pointer, "/locate", item)
    });
    let smallest = components.min_by_key(|(size, _)| *size);
    let fault = smallest.or_else(|| {
        let operations = document.operations().filter_map(|operation| {
            let mut item = operation.item.as_object()?.clone();
            item.retain(|member, _| member == operation.method || member == "parameters");
            alone(document, attempt, operation.pointer(), operation.path, item.into())
        });
        operations.min_by_key(|(size, _)| *size)
    });
    fault.map(|(_, fault)| fault)
}

/// Generates one path item alone; a failure comes with the size of what had to be kept.
fn alone(
    document: &Document,
    attempt: Attempt<'_>,
    pointer: String,
    path: &str,
    item: Value,
) -> Option<(usize, Fault)> {
    let part = document.with_paths([(path.to_owned(), item)].into_iter().collect());
    let reason = attempt(&part).err()?;
    Some((part.schemas().count(), Fault::new(pointer, reason)))
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Calls `work`; a panic in it prints nothing and comes back as its message.
fn without_panic<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();
    // The hook is the process's, so it is put in front of the one there was and silences this thread's call alone.
    HOOK.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                previous(info);
            }
        }));
    });
    QUIET.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    QUIET.set(false);
    result.map_err(|payload| message(&*payload))
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
    text.unwrap_or("it panicked without a message").to_owned()
}

/// One line of a reason that may show whole structures.
fn in_short(reason: &str) -> String {
    const LIMIT: usize = 160;
    let line = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LIMIT) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_inside_the_generator_does_not_silence_those_after_it() {
        let reason = without_panic(|| -> () { panic!("{}", "a reason") }).unwrap_err();
        assert_eq!((reason.as_str(), QUIET.get()), ("a reason", false));
    }
}
