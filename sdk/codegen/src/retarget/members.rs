//! Members of models by the document's names, and with a null of their own where that is something else than missing.
//!
//! A member of what is sent that is optional and may be null is missing, null or a value, and each means something else
//! to the service; of what is only received, null and missing are the same.

use quote::quote;
use syn::{
    Attribute, Field, Fields, Ident, ImplItem, Item, ItemMod, ItemStruct, Type, parse_quote,
    visit_mut::{self, VisitMut},
};

use super::{items, module, self_name};
use crate::{
    facts::{Facts, SchemaFacts},
    generator::Target,
};

/// Changes the models; `sent` are those that are part of a request.
pub(super) fn run(types: &mut ItemMod, sent: &[Ident], facts: &Facts, target: &Target) {
    let types = items(types);
    let mut nullable: Vec<(Ident, Vec<Ident>)> = Vec::new();
    for item in types.iter_mut() {
        let Item::Struct(item) = item else { continue };
        let Some(schema) = facts.schema(&item.ident.to_string()) else {
            continue;
        };
        wire_names(item, schema);
        if sent.contains(&item.ident) {
            let changed = three_states(item, schema, target);
            if !changed.is_empty() {
                nullable.push((item.ident.clone(), changed));
            }
        }
    }
    if nullable.is_empty() {
        return;
    }
    let Ok(builders) = module(types, "builder") else { return };
    for item in items(builders) {
        let name = match item {
            Item::Struct(item) => Some(&item.ident),
            Item::Impl(item) => self_name(&item.self_ty),
            _ => None,
        };
        let Some((_, members)) = nullable.iter().find(|(model, _)| Some(model) == name) else {
            continue;
        };
        let mut to_nullable = ToNullable(target);
        match item {
            Item::Struct(item) => {
                for field in &mut item.fields {
                    if field.ident.as_ref().is_some_and(|name| members.contains(name)) {
                        to_nullable.visit_type_mut(&mut field.ty);
                    }
                }
            }
            Item::Impl(item) if item.trait_.is_none() => {
                for member in &mut item.items {
                    if let ImplItem::Fn(function) = member
                        && members.contains(&function.sig.ident)
                    {
                        to_nullable.visit_signature_mut(&mut function.sig);
                    }
                }
            }
            _ => {}
        }
    }
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
