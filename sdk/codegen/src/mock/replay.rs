//! Calls of the operations with what was recorded, so that a recording of any operation can be replayed and every
//! documented example be compared, without a line by hand.
//!
//! This is for the tests of the SDK itself: the code needs the modules `given` and `outcome` of their package.

use quote::{format_ident, quote};
use serde_json::{Map, Value};
use syn::{Ident, Item, parse_quote};

use super::{
    call::{Call, calls_and_types},
    examples::{self, Listed},
};
use crate::{document::Document, error::Fault, facts::Facts, generator::Target, retarget::self_name};

/// The member of a document that tells which of its components have been taken from a published document, by kind.
const PUBLISHED_NAMES: &str = "x-published-names";

/// The models that every document has in common, and that are not generated.
const BY_HAND: [&str; 3] = ["ResponseInfo", "ResponseInfoSource", "ResultInfo"];

/// Generates the calls that go with a generated client.
pub(crate) fn generate(
    document: &Document,
    facts: &Facts,
    client: &syn::File,
    target: &Target,
) -> Result<syn::File, Fault> {
    let (calls, types) = calls_and_types(client, facts)?;
    let arms = calls.iter().map(|call| {
        let (id, function) = (&call.id, &call.method);
        quote!(#id => Box::pin(#function(client, given)).await)
    });
    let functions = calls.iter().map(function);
    let examples = examples::list(document, &calls, &types, target)?;
    let examples = examples.iter().map(|example| {
        let Listed { name, pointer, failure } = example;
        let function = format_ident!("{name}");
        let compare: Ident = match failure {
            true => parse_quote!(same_failure),
            false => parse_quote!(same),
        };
        quote! {
            Example {
                name: #name,
                pointer: #pointer,
                compare: |documented| given::#compare(examples::#function(), documented),
            }
        }
    });
    let Models { named, other } = models(document, &types);
    let named = named.iter().map(|name| format_ident!("{name}"));
    Ok(parse_quote! {
        use cloudflare_sdk::{Client, mock::examples, types};

        use crate::{
            given::{self, Example, Given},
            outcome::{self, Outcome},
        };

        /// Makes the call of an operation with what was recorded of it.
        pub async fn call(client: &Client, operation: &str, given: &Given<'_>) -> Result<Outcome, String> {
            match operation {
                #(#arms,)*
                _ => Err(given::unknown(operation)),
            }
        }

        #(#functions)*

        /// Every documented example that the SDK has as a value.
        pub fn examples() -> Vec<Example> {
            Vec::from([#(#examples),*])
        }

        /// Calls a macro with the names of the models whose schemas in the document have their names, other than of
        /// those that were taken from a published document.
        #[macro_export]
        macro_rules! for_every_model {
            ($given:ident) => {
                $given! { #(#named)* }
            };
        }

        /// The names of all other models.
        pub const OTHER_MODELS: &[&str] = &[#(#other),*];
    })
}

/// The function that makes one call.
fn function(call: &Call<'_>) -> syn::ItemFn {
    let (method, path, enveloped) = (&call.method, &call.facts.path, call.facts.enveloped);
    let mut known: Vec<&str> = Vec::new();
    let mut set = Vec::new();
    for parameter in &call.facts.parameters {
        let setter = (call.setters.iter()).find(|setter| parameter.is_called(&setter.name.to_string()));
        let Some(setter) = setter else { continue };
        let (name, ident, of) = (parameter.wire_name(), &setter.name, &setter.of);
        match parameter.location.as_deref() {
            Some("path") => set.push(quote!(call = call.#ident(given.path::<#of>(#path, #name)?);)),
            Some("cookie") => {}
            Some("part" | "file") if !parameter.is_file() => set.push(quote! {
                if let Some(value) = given.part::<#of>(#name)? {
                    call = call.#ident(value);
                }
            }),
            Some("part" | "file") => {
                let is_list = self_name(of).is_some_and(|name| name == "Vec");
                let value = match is_list {
                    true => quote!(Some(given.files(#name)).filter(|files| !files.is_empty())),
                    false => quote!(given.files(#name).pop()),
                };
                set.push(quote! {
                    if let Some(value) = #value {
                        call = call.#ident(value);
                    }
                });
            }
            location => {
                let source: Ident = match location {
                    Some("header") => parse_quote!(header),
                    _ => {
                        known.push(name);
                        parse_quote!(query)
                    }
                };
                set.push(quote! {
                    if let Some(value) = given.#source::<#of>(#name)? {
                        call = call.#ident(value);
                    }
                });
            }
        }
    }
    if let Some(body) = call.setters.iter().find(|setter| setter.name == "body") {
        let of = &body.of;
        let is_bytes = self_name(of).is_some_and(|name| name == "Body" || name == "Bytes");
        set.push(match is_bytes {
            false => quote! {
                if let Some(body) = given.json::<#of>()? {
                    call = call.body(body);
                }
            },
            true => quote! {
                if let Some(body) = given.text() {
                    call = call.body(body);
                }
            },
        });
    }
    let binding = match set.is_empty() {
        true => quote!(let call),
        false => quote!(let mut call),
    };
    let of: Ident = match call.is_raw() {
        true => parse_quote!(of_bytes),
        false => parse_quote!(of_value),
    };
    let id = &call.id;
    // Where there is none, the comparison of the query says what is wrong.
    let only = (!known.is_empty()).then(|| quote!(given.only(#id, &[#(#known),*])?;));
    parse_quote! {
        async fn #method(client: &Client, given: &Given<'_>) -> Result<Outcome, String> {
            #only
            #binding = client.#method();
            #(#set)*
            outcome::#of(call.send().await, #enveloped)
        }
    }
}

struct Models {
    named: Vec<String>,
    other: Vec<String>,
}

fn models(document: &Document, types: &[Item]) -> Models {
    let schemas = |of: Option<&Value>| of.and_then(|of| of.get("schemas")).and_then(Value::as_object).cloned();
    let (schemas, published) = (
        schemas(document.0.get("components")),
        schemas(document.0.get(PUBLISHED_NAMES)),
    );
    let has =
        |names: &Option<Map<String, Value>>, model: &str| names.as_ref().is_some_and(|names| names.contains_key(model));
    let of_types = types.iter().filter_map(|item| match item {
        Item::Struct(item) => Some(item.ident.to_string()),
        Item::Enum(item) => Some(item.ident.to_string()),
        _ => None,
    });
    let (mut named, other): (Vec<_>, Vec<_>) =
        of_types.partition(|model| has(&schemas, model) && !has(&published, model));
    named.extend(BY_HAND.map(str::to_owned));
    named.sort();
    Models { named, other }
}
