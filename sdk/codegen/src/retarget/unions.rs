//! Unions: enumerations whose values are told apart by what the document says of each variant.
//!
//! Typify has made an object of a union, with a member for each variant, and boxed what would be endless. Here it
//! becomes the enumeration that it is. A value that fits no variant is kept as it is, so that reading never fails.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{
    Fields, GenericArgument, Ident, ImplItem, Item, ItemEnum, ItemStruct, PathArguments, Type, parse_quote,
    visit_mut::{self, VisitMut},
};

use super::{doc, items, module, self_name, set_doc};
use crate::{facts::Facts, generator::Target, passes::check::variant, unions::VariantFacts};

/// Rewrites the unions; gives their names.
pub(super) fn run(file: &mut syn::File, facts: &Facts, target: &Target) -> Result<Vec<Ident>, String> {
    let types = items(module(&mut file.items, "types")?);
    let mut names = Vec::new();
    let mut rewritten = Vec::with_capacity(types.len());
    for item in types.drain(..) {
        match item {
            Item::Struct(item) => match facts.schema(&item.ident.to_string()) {
                // Another name for a union is a type around it.
                Some(schema) if !schema.variants.is_empty() && matches!(item.fields, Fields::Named(_)) => {
                    names.push(item.ident.clone());
                    rewritten.extend(union(&item, &schema.variants, target)?);
                }
                _ => rewritten.push(Item::Struct(item)),
            },
            // A union has no builder.
            Item::Impl(item) if self_name(&item.self_ty).is_some_and(|name| names.contains(name)) => {}
            item => rewritten.push(item),
        }
    }
    *types = rewritten;
    if names.is_empty() {
        return Ok(names);
    }
    if let Ok(builders) = module(types, "builder") {
        items(builders).retain(|item| {
            let name = match item {
                Item::Struct(item) => Some(&item.ident),
                Item::Impl(item) => item_name(item),
                _ => None,
            };
            !name.is_some_and(|name| names.contains(name))
        });
    }
    bodies(items(module(&mut file.items, "builder")?), &names);
    Ok(names)
}

/// The model that an `impl` among the builders is for: its own type has the model's name, and so has the model.
fn item_name(item: &syn::ItemImpl) -> Option<&Ident> {
    self_name(&item.self_ty)
}

fn union(item: &ItemStruct, facts: &[VariantFacts], target: &Target) -> Result<Vec<Item>, String> {
    let runtime = &target.runtime;
    let ident = &item.ident;
    let Fields::Named(fields) = &item.fields else {
        return Err(super::unexpected("an object for each union"));
    };
    let mut payloads: Vec<&Type> = Vec::new();
    for index in 0..facts.len() {
        let name = variant(index);
        let field = fields
            .named
            .iter()
            .find(|field| field.ident.as_ref().is_some_and(|ident| *ident == name));
        payloads.push(
            field
                .map(|field| &field.ty)
                .ok_or_else(|| super::unexpected("a member for each variant"))?,
        );
    }
    let names: Vec<Ident> = facts.iter().map(|facts| format_ident!("{}", facts.name)).collect();
    let shapes = facts.iter().map(|facts| shape(facts, target));
    let indices = 0..facts.len();
    let docs = facts.iter().map(document);
    let schema = target.schemars_feature.as_ref().map(|feature| {
        let untagged = quote!(#[cfg_attr(feature = #feature, schemars(untagged))]);
        let skip = quote!(#[cfg_attr(feature = #feature, schemars(skip))]);
        (untagged, skip)
    });
    let (untagged, skip) = schema.unzip();
    let mut declaration: ItemEnum = parse_quote! {
        #[derive(Clone, Debug)]
        #[allow(clippy::large_enum_variant)]
        #untagged
        #[non_exhaustive]
        pub enum #ident {
            #(#[doc = #docs] #names(#payloads),)*
            /// A value that is none of these, as it was received.
            #skip
            Unknown(::serde_json::Value),
        }
    };
    let list = facts
        .iter()
        .map(|facts| format!("`{}`", facts.name))
        .collect::<Vec<_>>()
        .join(", ");
    let text = doc(&item.attrs);
    set_doc(
        &mut declaration.attrs,
        &format!("{}\n\nOne of {list}; what fits none is kept as `Unknown`.", text.trim()),
    );
    let tokens = quote! {
        impl ::serde::Serialize for #ident {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                match self {
                    #(Self::#names(value) => value.serialize(serializer),)*
                    Self::Unknown(value) => value.serialize(serializer),
                }
            }
        }

        impl<'de> ::serde::Deserialize<'de> for #ident {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                const VARIANTS: &[#runtime::Variant] = &[#(#shapes),*];
                let value = ::serde_json::Value::deserialize(deserializer)?;
                for candidate in #runtime::candidates(&value, VARIANTS) {
                    let read = match candidate {
                        #(#indices => ::serde::Deserialize::deserialize(&value).map(Self::#names),)*
                        _ => continue,
                    };
                    if let ::std::result::Result::Ok(read) = read {
                        return ::std::result::Result::Ok(read);
                    }
                }
                ::std::result::Result::Ok(Self::Unknown(value))
            }
        }
    };
    let file: syn::File = syn::parse2(tokens).map_err(|e| e.to_string())?;
    let mut all = vec![Item::Enum(declaration)];
    all.extend(file.items);
    for (index, payload) in payloads.iter().enumerate() {
        let (name, inner) = (&names[index], unboxed(payload));
        let is_own = self_name(inner).is_some_and(|name| name == ident);
        let count = payloads.iter().filter(|other| unboxed(other) == inner).count();
        if count > 1 || is_own {
            continue;
        }
        let value = if inner == *payload {
            quote!(value)
        } else {
            quote!(::std::boxed::Box::new(value))
        };
        all.push(parse_quote! {
            impl ::std::convert::From<#inner> for #ident {
                fn from(value: #inner) -> Self {
                    Self::#name(#value)
                }
            }
        });
        if self_name(inner).is_some_and(|name| name == "String") {
            all.push(parse_quote! {
                impl ::std::convert::From<&str> for #ident {
                    fn from(value: &str) -> Self {
                        Self::#name(value.to_owned())
                    }
                }
            });
        }
    }
    Ok(all)
}

/// The `T` of `Box<T>`.
fn unboxed(of: &Type) -> &Type {
    let Type::Path(path) = of else { return of };
    match path
        .path
        .segments
        .last()
        .filter(|last| last.ident == "Box")
        .map(|last| &last.arguments)
    {
        Some(PathArguments::AngleBracketed(arguments)) => match arguments.args.first() {
            Some(GenericArgument::Type(inner)) => inner,
            _ => of,
        },
        _ => of,
    }
}

fn shape(facts: &VariantFacts, target: &Target) -> TokenStream {
    let runtime = &target.runtime;
    let VariantFacts {
        kinds,
        required,
        known,
        constants,
        ..
    } = facts;
    let constants = constants.iter().map(|(name, texts)| quote!((#name, &[#(#texts),*])));
    quote! {
        #runtime::Variant {
            kinds: &[#(#kinds),*],
            required: &[#(#required),*],
            known: &[#(#known),*],
            constants: &[#(#constants),*],
        }
    }
}

fn document(facts: &VariantFacts) -> String {
    match facts.constants.as_slice() {
        [(name, texts), ..] => {
            let texts = texts
                .iter()
                .map(|text| format!("`{text}`"))
                .collect::<Vec<_>>()
                .join(" or ");
            format!(" With `{name}` {texts}.")
        }
        [] => {
            let kinds = facts
                .kinds
                .iter()
                .map(|kind| format!("`{kind}`"))
                .collect::<Vec<_>>()
                .join(" or ");
            format!(" A value of the type {kinds}.")
        }
    }
}

/// Has the calls that send a union take it as it is, since it has no builder.
fn bodies(builders: &mut [Item], unions: &[Ident]) {
    let mut changed: Vec<Ident> = Vec::new();
    for item in builders.iter_mut() {
        let Item::Struct(item) = item else { continue };
        for field in &mut item.fields {
            if field.ident.as_ref().is_some_and(|name| name == "body") {
                let mut direct = Direct { unions, changed: false };
                direct.visit_type_mut(&mut field.ty);
                if direct.changed {
                    changed.push(item.ident.clone());
                }
            }
        }
    }
    for item in builders {
        let Item::Impl(item) = item else { continue };
        if !self_name(&item.self_ty).is_some_and(|name| changed.contains(name)) {
            continue;
        }
        item.items
            .retain(|member| !matches!(member, ImplItem::Fn(function) if function.sig.ident == "body_map"));
        for member in &mut item.items {
            if let ImplItem::Fn(function) = member {
                match function.sig.ident.to_string().as_str() {
                    "new" => Unset.visit_block_mut(&mut function.block),
                    "send" => Plain.visit_block_mut(&mut function.block),
                    "body" => Plain.visit_block_mut(&mut function.block),
                    _ => {}
                }
            }
        }
    }
}

/// Takes the module of the builders out of the paths of unions.
struct Direct<'a> {
    unions: &'a [Ident],
    changed: bool,
}

impl VisitMut for Direct<'_> {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        visit_mut::visit_path_mut(self, path);
        let is_union = path
            .segments
            .last()
            .is_some_and(|last| self.unions.contains(&last.ident));
        if is_union && path.segments.iter().any(|segment| segment.ident == "builder") {
            path.segments = (path
                .segments
                .iter()
                .filter(|segment| segment.ident != "builder")
                .cloned())
            .collect();
            self.changed = true;
        }
    }
}

/// Has the body of a new call be missing.
struct Unset;

impl VisitMut for Unset {
    fn visit_field_value_mut(&mut self, field: &mut syn::FieldValue) {
        if matches!(&field.member, syn::Member::Named(name) if name == "body") {
            field.expr = parse_quote!(Err("`body` is required: set it".to_string()));
        }
    }
}

/// Takes conversions between a model and its builder out.
struct Plain;

impl VisitMut for Plain {
    fn visit_expr_mut(&mut self, expr: &mut syn::Expr) {
        visit_mut::visit_expr_mut(self, expr);
        let syn::Expr::MethodCall(call) = expr else { return };
        let argument = call
            .args
            .first()
            .map(|argument| quote!(#argument).to_string())
            .unwrap_or_default();
        let is_conversion = (call.method == "map" && argument == "From :: from")
            || (call.method == "and_then" && argument.contains("try_from (v)"));
        if is_conversion {
            *expr = (*call.receiver).clone();
        }
    }
}
