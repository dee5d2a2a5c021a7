//! The fields and setters of what progenitor was told otherwise of: values that are no lists, and files.
//!
//! Progenitor panics at an object that is a parameter, so it was told of a list of them; and it knows no parts, so it
//! was told of texts.

use syn::{
    Fields, GenericArgument, ImplItem, Item, PathArguments, Type, parse_quote,
    visit_mut::{self, VisitMut},
};

use super::{calls::operation_in, module, self_name, unexpected};
use crate::{
    facts::{Facts, OperationFacts, Parameter},
    generator::Target,
};

pub(super) fn run(file: &mut syn::File, facts: &Facts, target: &Target) -> Result<(), String> {
    let builders = super::items(module(&mut file.items, "builder")?);
    let of_impls = builders.iter().filter_map(|item| match item {
        Item::Impl(item) => Some((self_name(&item.self_ty)?.clone(), operation_in(item, facts)?)),
        _ => None,
    });
    let of_impls: Vec<_> = of_impls.collect();
    for item in builders {
        match item {
            Item::Struct(item) => {
                let Some((_, operation)) = of_impls.iter().find(|(name, _)| *name == item.ident) else {
                    return Err(unexpected("an `impl` for each builder"));
                };
                let Fields::Named(fields) = &mut item.fields else {
                    continue;
                };
                let mut has_file = false;
                for field in &mut fields.named {
                    let parameter = field
                        .ident
                        .as_ref()
                        .and_then(|name| of_name(operation, &name.to_string()));
                    if let Some(parameter) = parameter {
                        has_file |= parameter.is_file();
                        if let Some(mut change) = change(parameter, target) {
                            change.visit_type_mut(&mut field.ty);
                        }
                    }
                }
                if has_file || operation.body.as_ref().is_some_and(|body| body.is_open) {
                    without_clone(&mut item.attrs);
                }
            }
            Item::Impl(item) => {
                let Some(operation) = operation_in(item, facts) else {
                    continue;
                };
                for member in &mut item.items {
                    if let ImplItem::Fn(function) = member
                        && let Some(parameter) = of_name(operation, &function.sig.ident.to_string())
                        && let Some(mut change) = change(parameter, target)
                    {
                        change.visit_signature_mut(&mut function.sig);
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn of_name<'a>(operation: &'a OperationFacts, name: &str) -> Option<&'a Parameter> {
    operation.parameters.iter().find(|parameter| parameter.is_called(name))
}

/// What is to be done to the types of a parameter, if anything is.
fn change(parameter: &Parameter, target: &Target) -> Option<Box<dyn VisitMut>> {
    let runtime = &target.runtime;
    match &parameter.sent {
        Some(sent) if sent.is_one => Some(Box::new(One)),
        Some(_) if parameter.is_file() => Some(Box::new(File(parse_quote!(#runtime::Part)))),
        _ => None,
    }
}

/// The one value of a list.
struct One;

impl VisitMut for One {
    fn visit_type_mut(&mut self, of: &mut Type) {
        if self_name(of).is_some_and(|name| name == "Vec")
            && let Some(item) = argument(of)
        {
            *of = match self_name(&item).is_some_and(|name| name == "Option") {
                true => argument(&item).unwrap_or(item),
                false => item,
            };
            return;
        }
        visit_mut::visit_type_mut(self, of);
    }
}

/// A part in the place of a text.
struct File(Type);

impl VisitMut for File {
    fn visit_type_mut(&mut self, of: &mut Type) {
        // The errors of the fields are texts as well.
        if self_name(of).is_some_and(|name| name == "Result") {
            if let Type::Path(path) = of
                && let Some(last) = path.path.segments.last_mut()
                && let PathArguments::AngleBracketed(arguments) = &mut last.arguments
                && let Some(GenericArgument::Type(value)) = arguments.args.first_mut()
            {
                self.visit_type_mut(value);
            }
            return;
        }
        if self_name(of).is_some_and(|name| name == "String") {
            *of = self.0.clone();
            return;
        }
        visit_mut::visit_type_mut(self, of);
    }
}

/// The first argument of a generic type.
fn argument(of: &Type) -> Option<Type> {
    let Type::Path(path) = of else { return None };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else {
        return None;
    };
    match arguments.args.first()? {
        GenericArgument::Type(of) => Some(of.clone()),
        _ => None,
    }
}

/// Takes `Clone` out of the derives: what may be a stream cannot be cloned.
fn without_clone(attributes: &mut [syn::Attribute]) {
    for attribute in attributes
        .iter_mut()
        .filter(|attribute| attribute.path().is_ident("derive"))
    {
        let mut kept: Vec<syn::Path> = Vec::new();
        let read = attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("Clone") {
                kept.push(meta.path);
            }
            Ok(())
        });
        if read.is_ok() {
            *attribute = parse_quote!(#[derive(#(#kept),*)]);
        }
    }
}
