//! What is sent is what the document allows: checks of what the types of Rust do not say.
//!
//! A type that is part of what an operation sends implements the runtime's `Check`, member by member: an enumeration
//! refuses a value that the document does not know, and numbers and texts keep to their limits. The same type may be
//! received, where nothing is checked; so the check is not part of its making, but of the call.

use std::collections::{HashMap, HashSet};

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use syn::{Fields, Ident, Item, ItemEnum, ItemMod, ItemStruct, Type, parse_quote};

use super::{items, mentions};
use crate::{
    facts::{Facts, Parameter},
    generator::Target,
};

/// The models that are part of what is sent: those that `sent` mentions, and theirs.
pub(super) fn reached(types: &mut ItemMod, sent: &[Type]) -> Vec<Ident> {
    let mut members: HashMap<Ident, Vec<&Type>> = HashMap::new();
    for item in items(types).iter() {
        match item {
            Item::Struct(item) => {
                members.insert(item.ident.clone(), item.fields.iter().map(|field| &field.ty).collect());
            }
            Item::Enum(item) => {
                let fields = item.variants.iter().flat_map(|variant| &variant.fields);
                members.insert(item.ident.clone(), fields.map(|field| &field.ty).collect());
            }
            _ => {}
        }
    }
    let mut names = HashSet::new();
    let mut open: Vec<&Type> = sent.iter().collect();
    while let Some(of) = open.pop() {
        for ident in idents(quote!(#of)) {
            if let Some(members) = members.get(&ident)
                && names.insert(ident)
            {
                open.extend(members);
            }
        }
    }
    names.into_iter().collect()
}

/// The names in a type.
fn idents(tokens: TokenStream) -> Vec<Ident> {
    let idents = tokens.into_iter().flat_map(|token| match token {
        proc_macro2::TokenTree::Ident(ident) => vec![ident],
        proc_macro2::TokenTree::Group(group) => idents(group.stream()),
        _ => Vec::new(),
    });
    idents.collect()
}

/// Implements `Check` for the types of these names.
pub(super) fn run(types: &mut ItemMod, names: &[Ident], enums: &[Ident], facts: &Facts, target: &Target) {
    let (names, enums): (HashSet<&Ident>, HashSet<&Ident>) = (names.iter().collect(), enums.iter().collect());
    let items = items(types);
    let checks: Vec<Item> = (items.iter())
        .filter_map(|item| match item {
            Item::Struct(item) if names.contains(&item.ident) => Some(of_struct(item, facts, target)),
            Item::Enum(item) if names.contains(&item.ident) && !enums.contains(&item.ident) => {
                Some(of_enum(item, target))
            }
            _ => None,
        })
        .collect();
    items.extend(checks);
}

fn of_struct(item: &ItemStruct, facts: &Facts, target: &Target) -> Item {
    let members = facts.members(&item.ident.to_string());
    let checks = item.fields.iter().enumerate().map(|(index, field)| {
        let Some(ident) = &field.ident else {
            let index = syn::Index::from(index);
            let runtime = &target.runtime;
            // A value that was made is within the limits of its own type.
            return quote!(#runtime::Check::check(&self.#index, name)?;);
        };
        let name = ident.to_string();
        let member = members.iter().find(|member| member.is_called(&name));
        let name = member.map_or(name, |member| member.name.clone());
        let mut checks = of_value(&quote!(&self.#ident), &name, member, target);
        checks.extend(member.and_then(|member| of_text(&quote!(&self.#ident), &field.ty, member, target)));
        quote!(#(#checks?;)*)
    });
    implementation(&item.ident, quote!(#(#checks)* Ok(())), target)
}

fn of_enum(item: &ItemEnum, target: &Target) -> Item {
    let runtime = &target.runtime;
    let arms = item.variants.iter().map(|variant| {
        let ident = &variant.ident;
        match &variant.fields {
            Fields::Unit => quote!(Self::#ident => {}),
            Fields::Unnamed(fields) => {
                let names: Vec<_> = (0..fields.unnamed.len())
                    .map(|index| format_ident!("value_{index}"))
                    .collect();
                quote!(Self::#ident(#(#names),*) => { #(#runtime::Check::check(#names, name)?;)* })
            }
            Fields::Named(fields) => {
                let names: Vec<_> = fields.named.iter().filter_map(|field| field.ident.as_ref()).collect();
                let texts = names.iter().map(ToString::to_string);
                quote!(Self::#ident { #(#names),* } => { #(#runtime::Check::check(#names, #texts)?;)* })
            }
        }
    });
    implementation(&item.ident, quote!(match self { #(#arms)* } Ok(())), target)
}

fn implementation(ident: &Ident, body: TokenStream, target: &Target) -> Item {
    let runtime = &target.runtime;
    parse_quote! {
        impl #runtime::Check for #ident {
            #[allow(unused_variables)]
            fn check(&self, name: &str) -> ::std::result::Result<(), ::std::string::String> {
                #body
            }
        }
    }
}

/// The checks of a value, each a `Result` with the reason against it.
pub(super) fn of_value(
    value: &TokenStream,
    name: &str,
    parameter: Option<&Parameter>,
    target: &Target,
) -> Vec<TokenStream> {
    let runtime = &target.runtime;
    let mut checks = vec![quote!(#runtime::Check::check(#value, #name))];
    let Some(parameter) = parameter else { return checks };
    if parameter.integral && (parameter.minimum.is_some() || parameter.maximum.is_some()) {
        let (minimum, maximum) = (limit(parameter.minimum), limit(parameter.maximum));
        checks.push(quote!(#runtime::within(#value, #name, #minimum, #maximum)));
    }
    checks
}

/// The check of a text that is no type of its own, because what is received may be longer.
fn of_text(value: &TokenStream, of: &Type, member: &Parameter, target: &Target) -> Option<TokenStream> {
    let runtime = &target.runtime;
    let length = |keyword: &str| member.constraints.get(keyword).and_then(serde_json::Value::as_i64);
    let (minimum, maximum) = (length("minLength"), length("maxLength"));
    if (minimum, maximum) == (None, None) || !mentions(of, &[format_ident!("String")]) {
        return None;
    }
    let (name, minimum, maximum) = (&member.name, limit(minimum), limit(maximum));
    Some(quote!(#runtime::length(#value, #name, #minimum, #maximum)))
}

fn limit(limit: Option<i64>) -> TokenStream {
    match limit {
        Some(limit) => {
            let limit = Literal::i64_unsuffixed(limit);
            quote!(::std::option::Option::Some(#limit))
        }
        None => quote!(::std::option::Option::None),
    }
}

/// The types that the builders of the operations hold to be sent.
pub(super) fn sent(file: &mut syn::File) -> Result<Vec<Type>, String> {
    let builders = items(super::module(&mut file.items, "builder")?);
    let fields = builders.iter().filter_map(|item| match item {
        Item::Struct(item) => Some(item.fields.iter().map(|field| field.ty.clone())),
        _ => None,
    });
    // The client is no value; a body that is no model has nothing to be checked.
    Ok(fields
        .flatten()
        .filter(|of| matches!(of, Type::Path(_)) && !is_raw(of))
        .collect())
}

/// Whether a builder's field is a body of bytes.
pub(super) fn is_raw(of: &Type) -> bool {
    quote!(#of).to_string().contains("reqwest :: Body")
}
