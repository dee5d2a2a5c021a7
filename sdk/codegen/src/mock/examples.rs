//! The documented examples of bodies, as values.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;
use syn::{ItemFn, ItemMod, Type, parse_quote};

use super::{
    call::Call,
    literal::{Literals, Refusal},
};
use crate::{
    document::{Document, is_json, join, reference},
    error::Fault,
    facts::snake,
    generator::Target,
    passes::errors,
    retarget::set_doc,
};

/// An example of a body.
struct Example<'a> {
    name: String,
    /// The place of its value.
    pointer: String,
    summary: Option<&'a str>,
    value: &'a Value,
}

/// What an example is an example of.
#[derive(Clone, Copy)]
enum Kind {
    Request,
    Success,
    Failure,
}

/// The module with all examples of the bodies that are sent and received.
pub(super) fn module(
    document: &Document,
    calls: &[Call<'_>],
    types: &[syn::Item],
    target: &Target,
) -> Result<ItemMod, Fault> {
    let mut examples = Examples {
        literals: Literals { types, target },
        functions: BTreeMap::new(),
        left_out: Vec::new(),
    };
    for operation in document.operations() {
        let Some(call) = calls.iter().find(|call| Some(call.id.as_str()) == operation.id()) else {
            continue;
        };
        let pointer = operation.pointer();
        if let Some(body) = operation.value.get("requestBody") {
            let place = join(&pointer, "requestBody");
            for example in of_body(document, body, &place, &call.id, "body") {
                examples.add(call, Kind::Request, &example)?;
            }
        }
        let responses = operation.value.get("responses").and_then(Value::as_object);
        for (status, response) in responses.into_iter().flatten() {
            let place = join(&join(&pointer, "responses"), status);
            let kind = match errors::is_success(status, responses) {
                true => Kind::Success,
                false => Kind::Failure,
            };
            for example in of_body(document, response, &place, &call.id, status) {
                examples.add(call, kind, &example)?;
            }
        }
    }
    Ok(examples.finish())
}

/// The examples of a JSON body: those with names, and the one without, which is named after its place.
fn of_body<'a>(document: &'a Document, body: &'a Value, place: &str, id: &str, part: &str) -> Vec<Example<'a>> {
    let place = reference(body).map_or(place, |target| target.trim_start_matches('#'));
    let content = document.resolve(body).get("content").and_then(Value::as_object);
    let Some((name, media_type)) = content.into_iter().flatten().find(|(name, _)| is_json(name)) else {
        return Vec::new();
    };
    let place = join(&join(place, "content"), name);
    let named = media_type.get("examples").and_then(Value::as_object);
    let mut examples = Vec::new();
    for (key, example) in named.into_iter().flatten() {
        let here = reference(example).map(|target| target.trim_start_matches('#').to_owned());
        let component = here.as_deref().and_then(|pointer| pointer.rsplit('/').next());
        let name = component.map_or_else(|| format!("{id}_{key}"), str::to_owned);
        let example = document.resolve(example);
        let Some(value) = example.get("value") else { continue };
        let here = here.unwrap_or_else(|| join(&join(&place, "examples"), key));
        examples.push(Example {
            name,
            pointer: join(&here, "value"),
            summary: example.get("summary").and_then(Value::as_str),
            value,
        });
    }
    if let Some(value) = media_type.get("example") {
        examples.push(Example {
            name: format!("{id}_{part}"),
            pointer: join(&place, "example"),
            summary: None,
            value,
        });
    }
    examples
}

struct Examples<'a> {
    literals: Literals<'a>,
    /// By name: where an example stands, its type, and the function that gives it.
    functions: BTreeMap<String, (String, String, ItemFn)>,
    left_out: Vec<String>,
}

impl Examples<'_> {
    fn add(&mut self, call: &Call<'_>, kind: Kind, example: &Example<'_>) -> Result<(), Fault> {
        let mock = &self.literals.target.mock;
        match kind {
            Kind::Request => {
                let Some(of) = call.body() else { return Ok(()) };
                self.value(call, example, of, "", example.value)
            }
            Kind::Success if call.is_empty() || call.is_raw() => Ok(()),
            Kind::Success if !call.facts.enveloped => self.value(call, example, &call.returned, "", example.value),
            Kind::Success => {
                let result = example.value.get("result").unwrap_or(&Value::Null);
                self.value(call, example, &call.returned, "/result", result)?;
                if let Some(info) = example.value.get("result_info").filter(|info| info.is_object()) {
                    let text = info.to_string();
                    let info = Example {
                        name: format!("{}_result_info", snake(&example.name)),
                        pointer: join(&example.pointer, "result_info"),
                        ..*example
                    };
                    let of = parse_quote!(#mock::ResultInfo);
                    self.insert(
                        call,
                        &info,
                        &of,
                        quote!(#mock::result_info(#text)),
                        " Where its page stands in the list.",
                    );
                }
                Ok(())
            }
            Kind::Failure => {
                let text = example.value.to_string();
                let of = parse_quote!(#mock::Failure);
                self.insert(
                    call,
                    example,
                    &of,
                    quote!(#mock::Failure::from_body(#text)),
                    " A failure.",
                );
                Ok(())
            }
        }
    }

    fn value(
        &mut self,
        call: &Call<'_>,
        example: &Example<'_>,
        of: &Type,
        within: &str,
        value: &Value,
    ) -> Result<(), Fault> {
        match self.literals.expression(of, value) {
            Ok(expression) => self.insert(call, example, of, expression, ""),
            Err(refusal) => {
                let reason = match &refusal {
                    // Published examples contradict their schemas now and then.
                    Refusal::Misfit(place, reason) => {
                        let pointer = format!("{}{within}{place}", example.pointer);
                        format!("it does not fit its schema: {reason}, at `{pointer}`")
                    }
                    Refusal::Unsupported(_) => refusal.to_string(),
                };
                let line = format!("`{}`: {reason}", snake(&example.name));
                if !self.left_out.contains(&line) {
                    self.left_out.push(line);
                }
            }
        }
        Ok(())
    }

    /// Adds a function, once for each example and type.
    fn insert(&mut self, call: &Call<'_>, example: &Example<'_>, of: &Type, expression: TokenStream, note: &str) {
        let key = quote!(#of).to_string();
        let mut short = snake(&example.name);
        // A name that begins with a digit, for example.
        if syn::parse_str::<syn::Ident>(&short).is_err() {
            short = snake(&format!("{}_{}", call.id, example.name));
        }
        let is_same = |(pointer, of, _): &(String, String, ItemFn)| (pointer, of) == (&example.pointer, &key);
        let name = match self.functions.get(&short) {
            Some(there) if is_same(there) => return,
            None => short,
            // Another example, or another type of the same one.
            Some(_) => snake(&format!("{}_{short}", call.id)),
        };
        let ident = format_ident!("{name}");
        let mut function: ItemFn = parse_quote! {
            #[must_use]
            pub fn #ident() -> #of {
                #expression
            }
        };
        let summary = example.summary.map_or_else(
            || format!("The documented example of `{}`", call.id),
            |summary| summary.trim_end_matches('.').to_owned(),
        );
        set_doc(&mut function.attrs, &format!("{summary}.{note}"));
        self.functions.insert(name, (example.pointer.clone(), key, function));
    }

    fn finish(self) -> ItemMod {
        let functions = self.functions.into_values().map(|(_, _, function)| function);
        let mut module: ItemMod = parse_quote! {
            #[allow(clippy::all)]
            pub mod examples {
                #[allow(unused_imports)]
                use super::types;

                #(#functions)*
            }
        };
        let mut text = "The bodies that the document has as examples, as values: results without their envelope, \
                        failures with it."
            .to_owned();
        if !self.left_out.is_empty() {
            text += "\n\nLeft out:\n";
            text.extend(self.left_out.iter().map(|line| format!("\n- {line}")));
        }
        set_doc(&mut module.attrs, &text);
        module
    }
}
