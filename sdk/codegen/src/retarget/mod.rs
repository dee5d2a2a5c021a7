//! Points progenitor's output at the SDK's runtime instead of progenitor's support crate.
//!
//! What progenitor generates is kept; these steps change what Cloudflare's users need otherwise. Each has one subject,
//! named in its file. A step that does not find what it is to change fails, so that a new version of progenitor cannot
//! silently bring back the behaviour that the step is there to replace.

mod calls;
mod checks;
pub(crate) mod client;
pub(crate) mod enums;
mod fields;
mod members;
mod models;
mod numbers;
mod optional;
pub(crate) mod sending;
mod setters;
mod support;
mod unions;

use quote::ToTokens;
use syn::{Attribute, Expr, ExprLit, Ident, Item, ItemMod, ItemStruct, Lit, Meta, Type};

use crate::{facts::Facts, generator::Target};

/// Runs every step.
pub(crate) fn run(file: &mut syn::File, facts: &Facts, target: &Target) -> Result<(), String> {
    client::run(file, target)?;
    numbers::run(file, target);
    unions::run(file, facts, target)?;
    let sent = checks::sent(file)?;
    let types = module(&mut file.items, "types")?;
    let sent = checks::reached(types, &sent);
    let enums = enums::run(types, facts, target)?;
    members::run(types, &sent, facts, target);
    optional::run(types, &sent, target);
    models::run(types, facts, &enums, target)?;
    checks::run(types, &sent, &enums, facts, target);
    fields::run(file, facts, target)?;
    setters::run(file, facts, target)?;
    sending::run(file, facts, target)?;
    calls::run(file, facts, target)?;
    support::run(file, target);
    nothing_is_left(file)
}

/// Refuses output in which something stands that the steps are there to replace.
fn nothing_is_left(file: &syn::File) -> Result<(), String> {
    let foreign = ["progenitor_client", "ResponseValue", "ClientHooks", "ClientInfo"];
    let foreign = foreign.map(|name| Ident::new(name, proc_macro2::Span::call_site()));
    match any(file.to_token_stream(), &foreign) {
        true => Err(unexpected("none of the names of progenitor's support crate")),
        false => Ok(()),
    }
}

/// A module among `items`.
pub(crate) fn module<'a>(items: &'a mut [Item], name: &str) -> Result<&'a mut ItemMod, String> {
    let mut modules = items.iter_mut().filter_map(|item| match item {
        Item::Mod(module) if module.ident == name => Some(module),
        _ => None,
    });
    modules.next().ok_or_else(|| unexpected(&format!("a module `{name}`")))
}

/// The items of a module.
pub(crate) fn items(module: &mut ItemMod) -> &mut Vec<Item> {
    let (_, items) = module.content.get_or_insert_with(Default::default);
    items
}

/// The structs among `items`, to be looked up while the items are changed.
fn structs(items: &[Item]) -> Vec<ItemStruct> {
    let structs = items.iter().filter_map(|item| match item {
        Item::Struct(item) => Some(item.clone()),
        _ => None,
    });
    structs.collect()
}

/// The error of a step that does not find what it is to change.
pub(crate) fn unexpected(wanted: &str) -> String {
    format!("progenitor's output has another shape than this generator knows: it wants {wanted}")
}

/// The name of the type that an `impl` is for, where that is a path.
pub(crate) fn self_name(of: &Type) -> Option<&Ident> {
    match of {
        Type::Path(path) => path.path.segments.last().map(|segment| &segment.ident),
        _ => None,
    }
}

/// Whether a type mentions one of the names.
fn mentions(of: &Type, names: &[Ident]) -> bool {
    any(of.to_token_stream(), names)
}

/// Whether one of the names stands among the tokens.
fn any(tokens: proc_macro2::TokenStream, names: &[Ident]) -> bool {
    tokens.into_iter().any(|token| match token {
        proc_macro2::TokenTree::Ident(ident) => names.contains(&ident),
        proc_macro2::TokenTree::Group(group) => any(group.stream(), names),
        _ => false,
    })
}

/// The text of doc comments.
pub(crate) fn doc(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text), ..
            }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Replaces the doc comments.
pub(crate) fn set_doc(attributes: &mut Vec<Attribute>, text: &str) {
    attributes.retain(|attribute| !attribute.path().is_ident("doc"));
    let lines = text.trim().lines().map(|line| {
        // A space, as a person would write after the slashes.
        let line = if line.is_empty() {
            String::new()
        } else {
            format!(" {line}")
        };
        syn::parse_quote!(#[doc = #line])
    });
    let lines: Vec<Attribute> = lines.collect();
    attributes.splice(0..0, lines);
}
