//! The builders of the operations: documented, with errors that name the value, and with the members of a JSON body
//! beside the parameters.

use proc_macro2::Span;
use quote::quote;
use serde_json::Value;
use syn::{Fields, Ident, ImplItem, ImplItemFn, Item, ItemImpl, ItemStruct, Type, parse_quote, visit_mut::VisitMut};

use super::{doc, items, mentions, models, module, self_name, set_doc, unexpected};
use crate::{
    facts::{Facts, OperationFacts, Parameter},
    generator::Target,
    messages::sent::Kind,
};

pub(super) fn run(file: &mut syn::File, facts: &Facts, target: &Target) -> Result<(), String> {
    let models = Models::read(file)?;
    let ids = document_operations(file, facts, target)?;
    let builders = items(module(&mut file.items, "builder")?);
    let structs = super::structs(builders);
    for item in builders {
        if let Item::Struct(item) = item {
            let text = doc(&item.attrs);
            set_doc(
                &mut item.attrs,
                &text.replace("Builder for", "A call of").replacen("\n\n", ".\n\n", 1),
            );
            item.attrs
                .push(parse_quote!(#[must_use = "nothing is sent before `send`"]));
        }
        let Item::Impl(item) = item else { continue };
        let name = self_name(&item.self_ty).cloned();
        let (Some(builder), Some((_, id))) = (
            structs.iter().find(|builder| Some(&builder.ident) == name.as_ref()),
            ids.iter().find(|(of, _)| Some(of) == name.as_ref()),
        ) else {
            return Err(unexpected("a struct for each builder"));
        };
        let operation = facts
            .operations
            .get(id)
            .ok_or_else(|| unexpected("an operation for each builder"))?;
        rewrite(item, builder, operation, target)?;
        flatten_body(item, builder, operation, &models);
    }
    Ok(())
}

/// The setters of the models' builders, by the name of the model.
struct Models(Vec<(Ident, Vec<ImplItemFn>)>);

impl Models {
    fn read(file: &mut syn::File) -> Result<Self, String> {
        let types = items(module(&mut file.items, "types")?);
        let Ok(builders) = module(types, "builder") else {
            return Ok(Self(Vec::new()));
        };
        let inherent = items(builders).iter().filter_map(|item| match item {
            Item::Impl(item) if item.trait_.is_none() => {
                let setters = item.items.iter().filter_map(|member| match member {
                    ImplItem::Fn(function) => Some(function.clone()),
                    _ => None,
                });
                Some((self_name(&item.self_ty)?.clone(), setters.collect()))
            }
            _ => None,
        });
        Ok(Self(inherent.collect()))
    }

    fn setters(&self, model: &Ident) -> &[ImplItemFn] {
        let found = self.0.iter().find(|(name, _)| name == model);
        found.map_or(&[], |(_, setters)| setters)
    }
}

/// Documents the client's methods; gives the builder and the operation of each.
fn document_operations(file: &mut syn::File, facts: &Facts, target: &Target) -> Result<Vec<(Ident, String)>, String> {
    let mut ids = Vec::new();
    let clients = file.items.iter_mut().filter_map(|item| match item {
        Item::Impl(item) if self_name(&item.self_ty).is_some_and(|name| name == "Client") => Some(item),
        _ => None,
    });
    for member in clients.flat_map(|client| &mut client.items) {
        let ImplItem::Fn(function) = member else { continue };
        let syn::ReturnType::Type(_, returned) = &function.sig.output else {
            continue;
        };
        let Some(builder) = self_name(returned).cloned() else {
            continue;
        };
        let Some((id, operation)) = facts.operation(&function.sig.ident.to_string()) else {
            continue;
        };
        let text = doc(&function.attrs);
        // The setters document the arguments.
        let text = text.split("```ignore").next().unwrap_or_default();
        let text = text.split("Arguments:\n").next().unwrap_or_default().trim();
        let example = target
            .client
            .as_ref()
            .and_then(|client| example(&function.sig.ident, operation, client));
        let text = operation.with_links(text);
        let text = format!(
            "{text}\n\n# Errors\n\n`send` fails with an `Error` when the request cannot be made, when no response \
             arrives, and when the response is not a success.{}",
            example
                .map(|example| format!("\n\n# Examples\n\n{example}"))
                .unwrap_or_default(),
        );
        set_doc(&mut function.attrs, &text);
        ids.push((builder, id.to_owned()));
    }
    if ids.len() == facts.operations.len() {
        Ok(ids)
    } else {
        Err(unexpected("one method an operation"))
    }
}

/// An example call with the document's example values, if it has one for all that is required.
fn example(method: &Ident, operation: &OperationFacts, client: &str) -> Option<String> {
    // A body of bytes has no example that is worth one.
    if operation.body.as_ref().is_some_and(|body| body.kind == Kind::Raw) {
        return None;
    }
    let members = operation.members.iter().filter(|member| member.required);
    let required = operation
        .parameters
        .iter()
        .filter(|parameter| parameter.required)
        .chain(members);
    let values = required.map(|parameter| {
        let value = match parameter.example.as_ref()? {
            Value::String(text) => format!("{text:?}"),
            Value::Number(number) => number.to_string(),
            Value::Bool(flag) => flag.to_string(),
            _ => return None,
        };
        Some(format!("    .{}({value})\n", parameter.ident()))
    });
    let values = values.collect::<Option<String>>()?;
    let krate = client.split("::").next()?;
    Some(format!(
        "```no_run\n# async fn example(client: &{client}) -> Result<(), {krate}::Error> {{\nlet response = client\n    \
         .{method}()\n{values}    .send()\n    .await?;\nprintln!(\"{{:?}}\", *response);\n# Ok(())\n# }}\n```"
    ))
}

fn rewrite(
    item: &mut ItemImpl,
    builder: &ItemStruct,
    operation: &OperationFacts,
    target: &Target,
) -> Result<(), String> {
    for member in &mut item.items {
        let ImplItem::Fn(function) = member else { continue };
        let name = function.sig.ident.clone();
        if name == "new" {
            function.vis = parse_quote!(pub(super));
            models::Reasons.visit_block_mut(&mut function.block);
            continue;
        }
        if name == "send" {
            let text = doc(&function.attrs);
            let text = format!(
                "{}.\n\n# Errors\n\n`Error`, when the request cannot be made, when no response arrives, and when the \
                 response is not a success.",
                text.trim()
            );
            set_doc(&mut function.attrs, &text);
            continue;
        }
        if name == "body" {
            set_doc(&mut function.attrs, "Sets the whole body.");
            models::Reasons.visit_block_mut(&mut function.block);
            continue;
        }
        if name == "body_map" {
            set_doc(&mut function.attrs, "Changes the body through its builder.");
            continue;
        }
        let field = builder.fields.iter().find(|field| field.ident.as_ref() == Some(&name));
        let parameter = operation
            .parameters
            .iter()
            .find(|parameter| parameter.is_called(&name.to_string()));
        let (Some(field), Some(parameter)) = (field, parameter) else {
            return Err(unexpected(&format!("a parameter for the setter `{name}`")));
        };
        setter(function, parameter, &field.ty, target);
    }
    Ok(())
}

/// Gives a setter documentation and an error that names the value and the rule.
fn setter(function: &mut ImplItemFn, parameter: &Parameter, of: &Type, target: &Target) {
    let runtime = &target.runtime;
    let ident = function.sig.ident.clone();
    let name = parameter.wire_name();
    set_doc(&mut function.attrs, &parameter.documentation());
    function
        .sig
        .generics
        .make_where_clause()
        .predicates
        .push(parse_quote!(V::Error: std::fmt::Display));
    let some = mentions(of, &[Ident::new("Option", Span::call_site())]).then(|| quote!(.map(Some)));
    function.block = parse_quote!({
        self.#ident = value.try_into().map_err(|error| #runtime::invalid(#name, &error)) #some;
        self
    });
}

/// Adds a setter for each member of a JSON body, so that a call reads the same whether a value goes into the path, the
/// query or the body.
fn flatten_body(item: &mut ItemImpl, builder: &ItemStruct, operation: &OperationFacts, models: &Models) {
    let Fields::Named(fields) = &builder.fields else { return };
    let body = fields
        .named
        .iter()
        .find(|field| field.ident.as_ref().is_some_and(|name| name == "body"));
    let Some(model) = body.and_then(|body| model_of(&body.ty)) else {
        return;
    };
    let taken: Vec<Ident> = (item.items.iter())
        .filter_map(|member| match member {
            ImplItem::Fn(function) => Some(function.sig.ident.clone()),
            _ => None,
        })
        .collect();
    for setter in models.setters(&model) {
        let name = &setter.sig.ident;
        if taken.contains(name) {
            continue;
        }
        let mut setter = setter.clone();
        in_types(&mut setter);
        let text = operation
            .members
            .iter()
            .find(|member| member.is_called(&name.to_string()));
        let text = text.map_or_else(|| format!("Sets `{name}` in the body."), Parameter::documentation);
        set_doc(&mut setter.attrs, &text);
        setter.block = parse_quote!({
            self.body = self.body.map(|body| body.#name(value));
            self
        });
        // Before `send`, which closes the list.
        let last = item.items.len().saturating_sub(1);
        item.items.insert(last, ImplItem::Fn(setter));
    }
}

/// The model whose builder is in `Result<types::builder::Model, String>`.
pub(super) fn model_of(of: &Type) -> Option<Ident> {
    let Type::Path(path) = of else { return None };
    let syn::PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else {
        return None;
    };
    let syn::GenericArgument::Type(Type::Path(builder)) = arguments.args.first()? else {
        return None;
    };
    let segments = &builder.path.segments;
    let is_builder = segments.iter().any(|segment| segment.ident == "builder");
    is_builder.then(|| segments.last().map(|segment| segment.ident.clone()))?
}

/// Turns the paths `super::Model` of the models' builders into `types::Model`.
fn in_types(function: &mut ImplItemFn) {
    struct InTypes;
    impl VisitMut for InTypes {
        fn visit_path_mut(&mut self, path: &mut syn::Path) {
            syn::visit_mut::visit_path_mut(self, path);
            if let Some(first) = path.segments.first_mut()
                && first.ident == "super"
            {
                first.ident = Ident::new("types", Span::call_site());
            }
        }
    }
    InTypes.visit_signature_mut(&mut function.sig);
}
