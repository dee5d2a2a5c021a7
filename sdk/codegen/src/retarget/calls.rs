//! How a call is made: by the runtime, which gets told what it has to know of the operation.
//!
//! Gone are the header `api-version`, which Cloudflare does not know, and the hooks, whose absence would send requests
//! without credentials. What is sent is checked before, and a path parameter to stay in its segment of the path.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{
    Block, Expr, ExprField, Fields, Ident, ImplItem, Item, ItemStruct, LitStr, Member, Stmt, Token, parse_quote,
    punctuated::Punctuated,
    visit_mut::{self, VisitMut},
};

use super::{checks, module, self_name, structs, unexpected};
use crate::{
    facts::{Facts, OperationFacts, Parameter},
    generator::Target,
};

pub(super) fn run(file: &mut syn::File, facts: &Facts, target: &Target) -> Result<(), String> {
    let items = super::items(module(&mut file.items, "builder")?);
    let builders = structs(items);
    let mut calls = 0;
    for item in items {
        let Item::Impl(item) = item else { continue };
        let Some(builder) = builders
            .iter()
            .find(|builder| Some(&builder.ident) == self_name(&item.self_ty))
        else {
            return Err(unexpected("a struct for each builder"));
        };
        let send = item.items.iter_mut().find_map(|member| match member {
            ImplItem::Fn(function) if function.sig.ident == "send" => Some(&mut function.block),
            _ => None,
        });
        let block = send.ok_or_else(|| unexpected("a method `send` of each builder"))?;
        let (id, operation) = operation_of(block, facts)?;
        rewrite(block, builder, operation, target)?;
        item.items.insert(0, description(id, operation));
        calls += 1;
    }
    if calls == facts.operations.len() {
        Ok(())
    } else {
        Err(unexpected("one call an operation"))
    }
}

/// The operation whose call the `impl` of a builder is, before it was rewritten.
pub(super) fn operation_in<'a>(item: &syn::ItemImpl, facts: &'a Facts) -> Option<&'a OperationFacts> {
    let send = item.items.iter().find_map(|member| match member {
        ImplItem::Fn(function) if function.sig.ident == "send" => Some(&function.block),
        _ => None,
    });
    let method = send?.stmts.iter().find_map(|statement| match statement {
        Stmt::Local(local) => named_in(local),
        _ => None,
    });
    facts.operation(&method?).map(|(_, operation)| operation)
}

/// The method that a statement names in an `OperationInfo`.
fn named_in(local: &syn::Local) -> Option<String> {
    let Some(Expr::Struct(info)) = local.init.as_ref().map(|init| &*init.expr) else {
        return None;
    };
    let first = info.fields.first().filter(|_| info.path.is_ident("OperationInfo"))?;
    let name = syn::parse2::<LitStr>(first.expr.to_token_stream()).ok()?;
    Some(name.value())
}

/// The operation that a call names in its `OperationInfo`, which becomes a constant.
fn operation_of<'a>(block: &mut Block, facts: &'a Facts) -> Result<(&'a str, &'a OperationFacts), String> {
    let mut found = None;
    block.stmts.retain(|statement| {
        let Stmt::Local(local) = statement else { return true };
        let method = named_in(local);
        let is_info = method.is_some();
        found = found.take().or(method);
        !is_info
    });
    let operation = found.and_then(|method| facts.operation(&method));
    operation.ok_or_else(|| unexpected("an `OperationInfo` with an operation of the document"))
}

fn description(id: &str, operation: &OperationFacts) -> ImplItem {
    let OperationFacts {
        path,
        idempotent,
        enveloped,
        permissions,
        ..
    } = operation;
    parse_quote! {
        const OPERATION: OperationInfo = OperationInfo {
            operation_id: #id,
            url_template: #path,
            idempotent: #idempotent,
            enveloped: #enveloped,
            permissions: &[#(#permissions),*],
        };
    }
}

fn rewrite(block: &mut Block, builder: &ItemStruct, operation: &OperationFacts, target: &Target) -> Result<(), String> {
    let before = block.stmts.len();
    block.stmts.retain(|statement| {
        let is_version = calls_method(statement, "append") && contains(statement, "from_static (\"api-version\")");
        !(is_version || calls_method(statement, "pre") || calls_method(statement, "post"))
    });
    if block.stmts.len() + 3 != before {
        return Err(unexpected("a header `api-version` and two hooks"));
    }
    // Without header parameters there is nothing left to put into the map of headers.
    if !block
        .stmts
        .iter()
        .any(|statement| contains(statement, "header_map . append"))
    {
        block
            .stmts
            .retain(|statement| !contains(statement, "let mut header_map"));
        block
            .stmts
            .iter_mut()
            .for_each(|statement| DropHeaders.visit_stmt_mut(statement));
    }
    check(block, builder, operation, target);
    // All else belongs to the builder.
    let client = (builder.fields.iter()).find(|field| matches!(field.ty, syn::Type::Reference(_)));
    let mut calls = Calls {
        operation,
        runtime: &target.runtime,
        client: client
            .and_then(|field| field.ident.as_ref())
            .ok_or_else(|| unexpected("a client in each builder"))?,
        failed: None,
    };
    calls.visit_block_mut(block);
    calls.failed.map_or(Ok(()), Err)
}

/// Adds the checks of each value behind the statement that takes it out of the builder.
fn check(block: &mut Block, builder: &ItemStruct, operation: &OperationFacts, target: &Target) {
    let Fields::Named(fields) = &builder.fields else { return };
    let mut checked = Vec::with_capacity(block.stmts.len());
    for statement in block.stmts.drain(..) {
        let value = match &statement {
            Stmt::Local(local) if contains(&statement, "Error :: InvalidRequest") => match &local.pat {
                syn::Pat::Ident(pattern) => Some(pattern.ident.clone()),
                _ => None,
            },
            _ => None,
        };
        checked.push(statement);
        let Some(value) = value else { continue };
        let field = fields.named.iter().find(|field| field.ident.as_ref() == Some(&value));
        if field.is_none_or(|field| checks::is_raw(&field.ty)) {
            continue;
        }
        let parameter = operation.parameter(&value.to_string());
        if parameter.is_some_and(Parameter::is_file) {
            continue;
        }
        let name = parameter.map_or_else(|| value.to_string(), |parameter| parameter.wire_name().to_owned());
        for check in checks::of_value(&quote!(&#value), &name, parameter, target) {
            checked.push(parse_quote!(#check.map_err(Error::InvalidRequest)?;));
        }
    }
    block.stmts = checked;
}

struct Calls<'a> {
    operation: &'a OperationFacts,
    runtime: &'a syn::Path,
    /// What the builder calls the client.
    client: &'a Ident,
    failed: Option<String>,
}

impl Calls<'_> {
    /// Makes an error of a reason; by the runtime, which knows the credentials that must not be in it.
    fn refuse(&self) -> Expr {
        let client = self.client;
        parse_quote!(|reason| #client.runtime.refuse(&Self::OPERATION, reason))
    }
}

impl VisitMut for Calls<'_> {
    fn visit_local_mut(&mut self, local: &mut syn::Local) {
        visit_mut::visit_local_mut(self, local);
        // The hooks were all that changed the request.
        if !local.attrs.is_empty() {
            local.attrs.clear();
            if let syn::Pat::Ident(pattern) = &mut local.pat {
                pattern.mutability = None;
            }
        }
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        match expr {
            Expr::Field(field) => {
                if let Some(replacement) = of_runtime(field) {
                    *expr = replacement;
                }
            }
            Expr::MethodCall(call) if call.method == "exec" => {
                let (client, request) = (&call.receiver, call.args.first());
                *expr = parse_quote!(#client.runtime.exec(#request, &Self::OPERATION));
            }
            Expr::MethodCall(call) if is_verb(&call.method) && call.args.len() == 1 => {
                call.args.insert(0, parse_quote!(&Self::OPERATION));
            }
            Expr::Await(awaited) => {
                let base = &*awaited.base;
                if let Expr::Call(call) = base
                    && ends_with(&call.func, "from_response")
                {
                    *expr = base.clone();
                }
            }
            // Also a success without JSON may turn out to be a failure.
            Expr::Call(call) if ends_with(&call.func, "Ok") => {
                if let Some(Expr::Call(inner)) = call.args.first()
                    && (ends_with(&inner.func, "empty") || ends_with(&inner.func, "stream"))
                {
                    *expr = Expr::Call(inner.clone());
                }
            }
            Expr::Call(call) if ends_with(&call.func, "encode_path") => {
                let Some(ident) = ident_of(call.args.to_token_stream()) else {
                    self.failed = Some(unexpected("the name of a path parameter"));
                    return;
                };
                let parameter = self.operation.parameter(&ident);
                let refuse = self.refuse();
                if let Some(parameter) = parameter
                    && let Some(sent) = &parameter.sent
                    && let Ok(value) = syn::parse_str::<Ident>(&ident)
                {
                    let (runtime, style, explode) = (self.runtime, &sent.style, sent.explode);
                    let name = &sent.name;
                    *expr = parse_quote!(#runtime::encode_styled(#name, &#value, #style, #explode).map_err(#refuse)?);
                    return;
                }
                let name = parameter.map_or(ident, |parameter| parameter.name.clone());
                let (function, value) = (&call.func, &call.args);
                *expr = parse_quote!(#function(#name, #value).map_err(#refuse)?);
            }
            Expr::Path(path) if is_path(path, ["Error", "InvalidRequest"]) => {
                *expr = self.refuse();
            }
            Expr::Path(path) if is_path(path, ["Error", "UnexpectedResponse"]) => {
                path.path = parse_quote!(Error::unexpected_response);
            }
            _ => {}
        }
    }

    fn visit_macro_mut(&mut self, call: &mut syn::Macro) {
        if call.path.is_ident("format")
            && let Ok(mut arguments) = call.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated)
        {
            arguments.iter_mut().for_each(|argument| self.visit_expr_mut(argument));
            call.tokens = arguments.to_token_stream();
        }
    }
}

impl OperationFacts {
    /// The parameter that the generated code calls `ident`.
    fn parameter(&self, ident: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.is_called(ident))
    }
}

/// `client.baseurl` and `client.client` by the runtime.
fn of_runtime(field: &ExprField) -> Option<Expr> {
    let Member::Named(member) = &field.member else {
        return None;
    };
    let client = &field.base;
    // Only a plain name can be the builder's client.
    if !matches!(**client, Expr::Path(_)) {
        return None;
    }
    match member.to_string().as_str() {
        "baseurl" => Some(parse_quote!(#client.runtime.base_url())),
        "client" => Some(parse_quote!(#client.runtime)),
        _ => None,
    }
}

/// The methods of the runtime that begin a request.
fn is_verb(method: &Ident) -> bool {
    ["get", "put", "post", "delete", "options", "head", "patch", "trace"]
        .iter()
        .any(|verb| method == verb)
}

fn is_path(path: &syn::ExprPath, names: [&str; 2]) -> bool {
    let segments = &path.path.segments;
    segments.len() == names.len() && segments.iter().zip(names).all(|(segment, name)| segment.ident == name)
}

/// Whether a statement calls the method, maybe awaiting it and passing its error on.
fn calls_method(statement: &Stmt, name: &str) -> bool {
    let Stmt::Expr(expr, _) = statement else { return false };
    let mut expr = expr;
    loop {
        expr = match expr {
            Expr::Try(inner) => &inner.expr,
            Expr::Await(inner) => &inner.base,
            Expr::MethodCall(call) => return call.method == name,
            _ => return false,
        };
    }
}

fn contains(statement: &Stmt, tokens: &str) -> bool {
    statement.to_token_stream().to_string().contains(tokens)
}

fn ends_with(function: &Expr, name: &str) -> bool {
    match function {
        Expr::Path(path) => path.path.segments.last().is_some_and(|segment| segment.ident == name),
        _ => false,
    }
}

/// The name in `&name.to_string()`.
fn ident_of(argument: TokenStream) -> Option<String> {
    argument.into_iter().find_map(|token| match token {
        proc_macro2::TokenTree::Ident(ident) => Some(ident.to_string()),
        _ => None,
    })
}

/// Takes `.headers(header_map)` out of a chain of calls.
struct DropHeaders;

impl VisitMut for DropHeaders {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if let Expr::MethodCall(call) = expr
            && call.method == "headers"
            && call.args.to_token_stream().to_string() == "header_map"
        {
            *expr = (*call.receiver).clone();
        }
        visit_mut::visit_expr_mut(self, expr);
    }
}
