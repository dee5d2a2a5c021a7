//! How parameters and bodies are sent that progenitor was told otherwise of, and how such successes are read.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{
    Expr, Fields, Ident, ImplItem, Item, ItemImpl, LitStr, Stmt, parse_quote,
    visit_mut::{self, VisitMut},
};

use super::{calls::operation_in, module, self_name, set_doc, setters::model_of};
use crate::{
    facts::{Facts, OperationFacts, Parameter},
    generator::Target,
    messages::sent::{Answer, Body, Kind, Place},
};

pub(super) fn run(file: &mut syn::File, facts: &Facts, target: &Target) -> Result<(), String> {
    let builders = super::items(module(&mut file.items, "builder")?);
    let operations: Vec<_> = (builders.iter())
        .filter_map(|item| match item {
            Item::Impl(item) => Some((self_name(&item.self_ty)?.clone(), operation_in(item, facts)?)),
            _ => None,
        })
        .collect();
    let find = |name: &Ident| {
        operations
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, operation)| *operation)
    };
    let mut models: Vec<(Ident, Option<Ident>)> = Vec::new();
    for item in builders.iter_mut() {
        let Item::Struct(item) = item else { continue };
        let Some(operation) = find(&item.ident) else { continue };
        let Fields::Named(fields) = &mut item.fields else {
            continue;
        };
        for field in &mut fields.named {
            if field.ident.as_ref().is_some_and(|name| name == "body") {
                models.push((item.ident.clone(), model_of(&field.ty)));
                if is_wrapped(operation) {
                    let of = &field.ty;
                    field.ty = wrapped(of);
                }
            }
        }
        let runtime = &target.runtime;
        if has_other_body(operation) {
            fields
                .named
                .push(parse_quote!(raw_body: Option<(String, #runtime::Body)>));
        }
        if has_other_parts(operation) {
            fields
                .named
                .push(parse_quote!(other_parts: Vec<(String, #runtime::Part)>));
        }
    }
    for item in builders {
        let Item::Impl(item) = item else { continue };
        let Some(name) = self_name(&item.self_ty).cloned() else {
            continue;
        };
        let Some(operation) = find(&name) else { continue };
        let model = models
            .iter()
            .find(|(other, _)| *other == name)
            .and_then(|(_, model)| model.clone());
        rewrite(item, operation, model.as_ref(), target);
    }
    Ok(())
}

/// Whether the body is kept as an option: it may be missing, or another may be sent instead.
fn is_wrapped(operation: &OperationFacts) -> bool {
    let is = |body: &Body| (!body.required || body.is_open) && body.kind != Kind::Multipart;
    operation.body.as_ref().is_some_and(is)
}

fn has_other_body(operation: &OperationFacts) -> bool {
    let has = |body: &Body| body.is_open && body.kind != Kind::Multipart;
    operation.body.as_ref().is_some_and(has)
}

fn has_other_parts(operation: &OperationFacts) -> bool {
    let has = |body: &Body| body.is_open && body.kind == Kind::Multipart;
    operation.body.as_ref().is_some_and(has)
}

/// `Result<Option<T>, String>` for `Result<T, String>`.
fn wrapped(of: &syn::Type) -> syn::Type {
    match of {
        syn::Type::Path(path) => match path.path.segments.last().map(|last| &last.arguments) {
            Some(syn::PathArguments::AngleBracketed(arguments)) => {
                let first = arguments.args.first();
                parse_quote!(Result<Option<#first>, String>)
            }
            _ => of.clone(),
        },
        _ => of.clone(),
    }
}

fn rewrite(item: &mut ItemImpl, operation: &OperationFacts, model: Option<&Ident>, target: &Target) {
    let runtime = &target.runtime;
    for member in &mut item.items {
        let ImplItem::Fn(function) = member else { continue };
        let name = function.sig.ident.clone();
        match name.to_string().as_str() {
            "new" => New { operation }.visit_block_mut(&mut function.block),
            "send" => {
                if is_wrapped(operation) {
                    take_body(&mut function.block, operation, model);
                }
                Sending { operation, runtime }.visit_block_mut(&mut function.block);
            }
            "body" if is_wrapped(operation) => {
                let convert = model.map(|_| quote!(.map(From::from)));
                function.block = parse_quote!({
                    self.body = value.try_into() #convert .map(Some).map_err(|error| #runtime::invalid("body", &error));
                    self
                });
                if let Some(bounded) = function.sig.generics.type_params().next() {
                    let bounded = bounded.ident.clone();
                    let clause = function.sig.generics.make_where_clause();
                    clause.predicates.push(parse_quote!(#bounded::Error: std::fmt::Display));
                }
            }
            "body_map" if is_wrapped(operation) => {
                function.block = parse_quote!({
                    self.body = self.body.map(|body| Some(f(body.unwrap_or_default())));
                    self
                });
            }
            // A member of the body.
            _ if is_wrapped(operation) && mentions_body(&function.block) => {
                function.block = parse_quote!({
                    self.body = self.body.map(|body| Some(body.unwrap_or_default().#name(value)));
                    self
                });
            }
            _ => {}
        }
    }
    let mut added: Vec<syn::ImplItemFn> = Vec::new();
    if has_other_body(operation) {
        let mut function: syn::ImplItemFn = parse_quote! {
            pub fn body_as(mut self, content_type: impl Into<String>, body: impl Into<#runtime::Body>) -> Self {
                self.raw_body = Some((content_type.into(), body.into()));
                self
            }
        };
        set_doc(
            &mut function.attrs,
            "Sends this body with this content type, which is one that the operation takes beside its first, instead of \
             any other.",
        );
        added.push(function);
    }
    if has_other_parts(operation) {
        let mut function: syn::ImplItemFn = parse_quote! {
            pub fn part(mut self, name: impl Into<String>, part: impl Into<#runtime::Part>) -> Self {
                self.other_parts.push((name.into(), part.into()));
                self
            }
        };
        set_doc(
            &mut function.attrs,
            "Adds a part of this name; several may have one name.",
        );
        added.push(function);
    }
    // Before `send`, which closes the list.
    let last = item.items.len().saturating_sub(1);
    item.items.splice(last..last, added.into_iter().map(ImplItem::Fn));
}

fn mentions_body(block: &syn::Block) -> bool {
    super::any(block.to_token_stream(), &[Ident::new("body", Span::call_site())])
}

/// The values of the fields that were added or changed.
struct New<'a> {
    operation: &'a OperationFacts,
}

impl VisitMut for New<'_> {
    fn visit_expr_struct_mut(&mut self, new: &mut syn::ExprStruct) {
        for field in &mut new.fields {
            if is_wrapped(self.operation) && field.member == parse_quote!(body) {
                field.expr = parse_quote!(Ok(None));
            }
        }
        if has_other_body(self.operation) {
            new.fields.push(parse_quote!(raw_body: None));
        }
        if has_other_parts(self.operation) {
            new.fields.push(parse_quote!(other_parts: Vec::new()));
        }
    }
}

/// Takes a body out of the builder that need not be there.
fn take_body(block: &mut syn::Block, operation: &OperationFacts, model: Option<&Ident>) {
    let required = operation.body.as_ref().is_some_and(|body| body.required);
    for statement in &mut block.stmts {
        let Stmt::Local(local) = statement else { continue };
        if !matches!(&local.pat, syn::Pat::Ident(pattern) if pattern.ident == "body") {
            continue;
        }
        let Some(init) = &mut local.init else { continue };
        let checked: TokenStream = match (model, required) {
            (Some(model), true) => quote! {
                .and_then(|body| match (body, &raw_body) {
                    (None, Some(_)) => Ok(None),
                    (body, _) => types::#model::try_from(body.unwrap_or_default())
                        .map(Some)
                        .map_err(|error| error.to_string()),
                })
            },
            (Some(model), false) => quote! {
                .and_then(|body| body.map(types::#model::try_from).transpose().map_err(|error| error.to_string()))
            },
            (None, true) => quote! {
                .and_then(|body| match (body, &raw_body) {
                    (None, None) => Err("`body` is required: set it".to_string()),
                    (body, _) => Ok(body),
                })
            },
            (None, false) => quote!(),
        };
        *init.expr = parse_quote!(body #checked .map_err(Error::InvalidRequest)?);
    }
}

/// A field of a pattern that goes by its own name.
fn named(name: &str) -> syn::FieldPat {
    let ident = Ident::new(name, Span::call_site());
    syn::FieldPat {
        attrs: Vec::new(),
        member: syn::Member::Named(ident.clone()),
        colon_token: None,
        pat: parse_quote!(#ident),
    }
}

/// The request as it is put together, and the response as it is read.
struct Sending<'a> {
    operation: &'a OperationFacts,
    runtime: &'a syn::Path,
}

impl VisitMut for Sending<'_> {
    fn visit_pat_struct_mut(&mut self, pattern: &mut syn::PatStruct) {
        if has_other_body(self.operation) {
            pattern.fields.push(named("raw_body"));
        }
        if has_other_parts(self.operation) {
            pattern.fields.push(named("other_parts"));
        }
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        if let Expr::Try(inner) = expr
            && let Expr::MethodCall(call) = &*inner.expr
            && (call.method == "form_body" || call.method == "other_body")
        {
            *expr = Expr::MethodCall(call.clone());
        }
        if let Some(new) = self.answer(expr) {
            *expr = new;
        }
        if let Expr::MethodCall(call) = expr
            && let Some(new) = self.call(call)
        {
            *expr = new;
        }
    }
}

impl Sending<'_> {
    fn answer(&self, expr: &Expr) -> Option<Expr> {
        let Expr::Await(awaited) = expr else { return None };
        let Expr::Call(call) = &*awaited.base else { return None };
        let Expr::Path(path) = &*call.func else { return None };
        if path.path.segments.last()?.ident != "from_response" {
            return None;
        }
        let argument = call.args.first();
        match self.operation.answer {
            Answer::Typed => None,
            Answer::MaybeEmpty => Some(parse_quote!(ResponseValue::from_response_or_empty(#argument))),
            Answer::Any => Some(parse_quote!(ResponseValue::any(#argument))),
        }
    }

    fn call(&self, call: &syn::ExprMethodCall) -> Option<Expr> {
        let receiver = &call.receiver;
        let body = self.operation.body.as_ref();
        let (value, kind) = (body_value(self.operation), body.map(|body| body.kind));
        let content_type = body.map(|body| body.content_type.as_str()).unwrap_or_default();
        let other = has_other_body(self.operation).then(|| quote!(.other_body(raw_body)));
        match (call.method.to_string().as_str(), kind) {
            ("json", Some(Kind::Json)) => Some(parse_quote!(#receiver.json_body(#content_type, #value) #other)),
            ("form_urlencoded", Some(Kind::Form)) => Some(parse_quote!(#receiver.form_body(#value) #other)),
            ("body", Some(Kind::Raw)) if call.args.first().is_some_and(|value| *value == parse_quote!(body)) => {
                // The content type before it is progenitor's.
                let Expr::MethodCall(header) = &**receiver else {
                    return None;
                };
                let receiver = &header.receiver;
                Some(parse_quote!(#receiver.raw_body(#content_type, #value) #other))
            }
            ("query", _) => self.parameter(call),
            ("build", Some(Kind::Multipart)) => {
                let required = body.is_some_and(|body| body.required);
                let parts = self
                    .operation
                    .parameters
                    .iter()
                    .filter_map(|parameter| self.part(parameter));
                let others = has_other_parts(self.operation).then(|| quote!(.parts(other_parts)));
                Some(parse_quote!(#receiver.multipart(#required) #(#parts)* #others .build()))
            }
            _ => None,
        }
    }

    /// A parameter of the query, as progenitor has it, by what it really is.
    fn parameter(&self, call: &syn::ExprMethodCall) -> Option<Expr> {
        let receiver = &call.receiver;
        let Expr::Reference(argument) = call.args.first()? else {
            return None;
        };
        let Expr::Call(new) = &*argument.expr else { return None };
        let name = syn::parse2::<LitStr>(new.args.first()?.to_token_stream()).ok()?;
        let value = new.args.iter().nth(1)?;
        let parameter = self
            .operation
            .parameters
            .iter()
            .find(|parameter| parameter.name == name.value())?;
        let sent = parameter.sent.as_ref()?;
        let (runtime, name, explode) = (self.runtime, &sent.name, sent.explode);
        let text = match sent.style.as_str() {
            "json" => quote!(#runtime::json_text(#name, #value)),
            _ => quote!(#runtime::simple_text(#name, #value, #explode)),
        };
        Some(match sent.place {
            Place::Header => parse_quote!(#receiver.header_text(#name, #text)),
            Place::Cookie => parse_quote!(#receiver.cookie(#name, #text)),
            // In the order of the document, at the end.
            Place::Part | Place::File => (**receiver).clone(),
            Place::Query | Place::Path => {
                let style = query_style(parameter);
                parse_quote!(#receiver.query(&#runtime::QueryParam::new(#name, #value) #style))
            }
        })
    }

    fn part(&self, parameter: &Parameter) -> Option<TokenStream> {
        let sent = parameter.sent.as_ref()?;
        let name = &sent.name;
        let ident = syn::parse_str::<Ident>(&parameter.ident()).ok()?;
        let content_type = match &sent.content_type {
            Some(name) => quote!(Some(#name)),
            None => quote!(None),
        };
        match sent.place {
            Place::File => Some(quote!(.file_part(#name, #content_type, #ident))),
            Place::Part if parameter.is_file() => Some(quote!(.free_part(#name, #content_type, #ident))),
            Place::Part => Some(quote!(.text_part(#name, #content_type, &#ident))),
            _ => None,
        }
    }
}

/// The body as it is given to the request: an option.
fn body_value(operation: &OperationFacts) -> TokenStream {
    let is_raw = operation.body_kind() == Kind::Raw;
    match (is_wrapped(operation), is_raw) {
        (true, true) => quote!(body),
        (true, false) => quote!(body.as_ref()),
        (false, true) => quote!(Some(body)),
        (false, false) => quote!(Some(&body)),
    }
}

/// What says the style of a parameter of the query.
pub(crate) fn query_style(parameter: &Parameter) -> TokenStream {
    let Some(sent) = &parameter.sent else {
        return TokenStream::new();
    };
    let style = match (sent.style.as_str(), sent.explode) {
        ("form", false) => quote!(.joined(',')),
        ("spaceDelimited", _) => quote!(.joined(' ')),
        ("pipeDelimited", _) => quote!(.joined('|')),
        ("deepObject", _) => quote!(.deep()),
        ("json", _) => quote!(.json()),
        _ => TokenStream::new(),
    };
    let empty = sent.may_be_empty.then(|| quote!(.or_empty()));
    let reserved = sent.reserved.then(|| quote!(.reserved()));
    quote!(#style #empty #reserved)
}
