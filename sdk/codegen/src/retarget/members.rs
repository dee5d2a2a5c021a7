//! Members of models by the document's names, and with a null of their own where that is something else than missing.
//!
//! A member of what is sent that is optional and may be null is missing, null or a value, and each means something else
//! to the service; of what is only received, null and missing are the same. A list or a map that is missing is another
//! thing than one that is empty, whichever way it goes.

use quote::quote;
use syn::{
    Attribute, Field, Fields, Ident, ImplItem, Item, ItemMod, ItemStruct, Type, parse_quote,
    visit_mut::{self, VisitMut},
};

use super::{items, models::is_collection, module, self_name};
use crate::{
    facts::{Facts, SchemaFacts},
    generator::Target,
};

/// Changes the models; `sent` are those that are part of a request.
pub(super) fn run(types: &mut ItemMod, sent: &[Ident], facts: &Facts, target: &Target) {
    let types = items(types);
    let mut changed: Vec<(Ident, Changed)> = Vec::new();
    for item in types.iter_mut() {
        let Item::Struct(item) = item else { continue };
        let Some(schema) = facts.schema(&item.ident.to_string()) else {
            continue;
        };
        wire_names(item, schema);
        let nullable = match sent.contains(&item.ident) {
            true => three_states(item, schema, target),
            false => Vec::new(),
        };
        let optional = optional_collections(item, schema);
        if !nullable.is_empty() || !optional.is_empty() {
            changed.push((item.ident.clone(), Changed { nullable, optional }));
        }
    }
    if changed.is_empty() {
        return;
    }
    let Ok(builders) = module(types, "builder") else { return };
    for item in items(builders) {
        let name = match item {
            Item::Struct(item) => Some(&item.ident),
            Item::Impl(item) => self_name(&item.self_ty),
            _ => None,
        };
        let Some((_, Changed { nullable, optional })) = changed.iter().find(|(model, _)| Some(model) == name) else {
            continue;
        };
        let mut to_nullable = ToNullable(target);
        match item {
            Item::Struct(item) => {
                for field in &mut item.fields {
                    let Some(name) = &field.ident else { continue };
                    if nullable.contains(name) {
                        to_nullable.visit_type_mut(&mut field.ty);
                    } else if optional.contains(name) {
                        ToOption.visit_type_mut(&mut field.ty);
                    }
                }
            }
            Item::Impl(item) if item.trait_.is_none() => {
                for member in &mut item.items {
                    let ImplItem::Fn(function) = member else { continue };
                    if nullable.contains(&function.sig.ident) {
                        to_nullable.visit_signature_mut(&mut function.sig);
                    } else if optional.contains(&function.sig.ident) {
                        Given.visit_block_mut(&mut function.block);
                    }
                }
            }
            _ => {}
        }
    }
}

/// The members of a model that are of another type now.
struct Changed {
    nullable: Vec<Ident>,
    optional: Vec<Ident>,
}

/// Gives the document's names back to members that had to have others for progenitor.
fn wire_names(item: &mut ItemStruct, schema: &SchemaFacts) {
    let Fields::Named(fields) = &mut item.fields else {
        return;
    };
    for field in &mut fields.named {
        let wire = field.ident.as_ref().and_then(|name| schema.wire.get(&name.to_string()));
        if let Some(wire) = wire {
            field.attrs.push(parse_quote!(#[serde(rename = #wire)]));
        }
    }
}

/// Makes `Nullable` of the optional members that may be null, and gives their names.
fn three_states(item: &mut ItemStruct, schema: &SchemaFacts, target: &Target) -> Vec<Ident> {
    let runtime = &target.runtime;
    let mut changed = Vec::new();
    let Fields::Named(fields) = &mut item.fields else {
        return changed;
    };
    for field in &mut fields.named {
        let Some(name) = field.ident.clone() else { continue };
        let member = schema.members.iter().find(|member| member.is_called(&name.to_string()));
        let is_option = self_name(&field.ty).is_some_and(|name| name == "Option");
        if !is_option || !member.is_some_and(|member| member.nullable) {
            continue;
        }
        let document_name = member.map(|member| member.name.as_str());
        if member.is_some_and(|member| member.required) {
            // It is always sent, as null where it is that; whoever reads it may find it missing.
            without(field, "deserialize_with", document_name);
            field.attrs.push(parse_quote!(#[serde(default)]));
            continue;
        }
        without(field, "skip_serializing_if", document_name);
        let is_absent = quote!(#runtime::Nullable::is_absent).to_string().replace(' ', "");
        field
            .attrs
            .push(parse_quote!(#[serde(default, skip_serializing_if = #is_absent)]));
        ToNullable(target).visit_type_mut(&mut field.ty);
        changed.push(name);
    }
    changed
}

/// Makes options of the lists and maps that need not be there, and gives their names.
fn optional_collections(item: &mut ItemStruct, schema: &SchemaFacts) -> Vec<Ident> {
    let mut changed = Vec::new();
    for field in &mut item.fields {
        let Some(name) = field.ident.clone() else { continue };
        let member = schema.members.iter().find(|member| member.is_called(&name.to_string()));
        let Some(member) = member.filter(|member| !member.required && is_collection(&field.ty)) else {
            continue;
        };
        without(field, "skip_serializing_if", Some(&member.name));
        field
            .attrs
            .push(parse_quote!(#[serde(default, skip_serializing_if = "::std::option::Option::is_none")]));
        ToOption.visit_type_mut(&mut field.ty);
        changed.push(name);
    }
    changed
}

/// Takes out the attribute with this word of serde's, and keeps the document's name, which may stand in the same one.
fn without(field: &mut Field, word: &str, name: Option<&str>) {
    let has = |attribute: &Attribute, word: &str| {
        attribute.path().is_ident("serde") && quote!(#attribute).to_string().contains(word)
    };
    field.attrs.retain(|attribute| !has(attribute, word));
    let is_renamed = field.attrs.iter().any(|attribute| has(attribute, "rename"));
    if let (Some(ident), Some(name)) = (&field.ident, name)
        && !is_renamed
        && ident != name
    {
        field.attrs.push(parse_quote!(#[serde(rename = #name)]));
    }
}

/// Puts `Nullable` in the place of the outermost `Option`.
struct ToNullable<'a>(&'a Target);

impl VisitMut for ToNullable<'_> {
    fn visit_type_mut(&mut self, of: &mut Type) {
        if let Type::Path(path) = of
            && let Some(last) = path.path.segments.last().filter(|last| last.ident == "Option")
        {
            let (runtime, arguments) = (&self.0.runtime, &last.arguments);
            *of = parse_quote!(#runtime::Nullable #arguments);
            return;
        }
        visit_mut::visit_type_mut(self, of);
    }
}

/// Puts an option around the outermost list or map.
struct ToOption;

impl VisitMut for ToOption {
    fn visit_type_mut(&mut self, of: &mut Type) {
        if is_collection(of) {
            *of = parse_quote!(::std::option::Option<#of>);
            return;
        }
        visit_mut::visit_type_mut(self, of);
    }
}

/// Makes of a setter's value one that is there.
struct Given;

impl VisitMut for Given {
    fn visit_expr_assign_mut(&mut self, assignment: &mut syn::ExprAssign) {
        let value = &assignment.right;
        *assignment.right = parse_quote!(#value.map(::std::option::Option::Some));
    }
}
