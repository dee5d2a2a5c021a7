//! How a call is made: by the runtime, which gets told what it has to know of the operation.
//!
//! Gone are the header `api-version`, which Cloudflare does not know, and the hooks, whose absence would send requests
//! without credentials. A path parameter is checked to stay in its segment of the path.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{
    Block, Expr, ExprField, ExprStruct, Ident, ImplItem, Item, LitStr, Member, Stmt, Token, parse_quote,
    punctuated::Punctuated,
    visit_mut::{self, VisitMut},
};

use super::{module, unexpected};
use crate::facts::Facts;

pub(super) fn run(file: &mut syn::File, facts: &Facts) -> Result<(), String> {
    let mut calls = Calls {
        facts,
        told: 0,
        failed: None,
    };
    for item in super::items(module(&mut file.items, "builder")?) {
        let Item::Impl(item) = item else { continue };
        for member in &mut item.items {
            if let ImplItem::Fn(function) = member
                && function.sig.ident == "send"
            {
                calls.visit_block_mut(&mut function.block);
            }
        }
    }
    match calls.failed {
        Some(reason) => Err(reason),
        None if calls.told != facts.operations.len() => Err(unexpected("one call an operation")),
        None => Ok(()),
    }
}

struct Calls<'a> {
    facts: &'a Facts,
    /// How many calls were told of their operation.
    told: usize,
    failed: Option<String>,
}

impl VisitMut for Calls<'_> {
    fn visit_block_mut(&mut self, block: &mut Block) {
        let is_call = |statement: &Stmt, name: &str| calls_method(statement, name);
        let text = |statement: &Stmt| statement.to_token_stream().to_string();
        block.stmts.retain(|statement| {
            let api_version = is_call(statement, "append") && text(statement).contains("\"api-version\"");
            !(api_version || is_call(statement, "pre") || is_call(statement, "post"))
        });
        // Without header parameters there is nothing left to put into the map of headers.
        if !block
            .stmts
            .iter()
            .any(|statement| text(statement).contains("header_map . append"))
        {
            block
                .stmts
                .retain(|statement| !text(statement).starts_with("let mut header_map"));
            let mut dropped = DropHeaders;
            block
                .stmts
                .iter_mut()
                .for_each(|statement| dropped.visit_stmt_mut(statement));
        }
        visit_mut::visit_block_mut(self, block);
    }

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
                let client = &call.receiver;
                call.receiver = parse_quote!(#client.runtime);
            }
            Expr::Await(awaited) => {
                let base = &*awaited.base;
                if let Expr::Call(call) = base
                    && ends_with(&call.func, "from_response")
                {
                    *expr = base.clone();
                }
            }
            Expr::Call(call) if ends_with(&call.func, "encode_path") => {
                let argument = call.args.first().to_token_stream();
                match name_of(argument) {
                    Some(name) => {
                        let name = LitStr::new(&name, Span::call_site());
                        call.args.insert(0, parse_quote!(#name));
                        *expr = parse_quote!(#expr?);
                    }
                    None => self.failed = Some(unexpected("the name of a path parameter")),
                }
            }
            Expr::Path(path) => rename(path),
            Expr::Struct(info) if info.path.is_ident("OperationInfo") => self.tell(info),
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

impl Calls<'_> {
    /// Adds to an `OperationInfo` what the runtime needs to know.
    fn tell(&mut self, info: &mut ExprStruct) {
        let id = info.fields.first().and_then(|field| match &field.expr {
            Expr::Lit(syn::ExprLit {
                lit: syn::Lit::Str(id), ..
            }) => Some(id.value()),
            _ => None,
        });
        // Progenitor names the method; the facts go by the id, which the method's name is made of.
        let facts = id.as_deref().and_then(|id| self.facts.operation(id));
        let Some((id, facts)) = facts else {
            self.failed = Some(unexpected("an `OperationInfo` with an operation of the document"));
            return;
        };
        let (template, idempotent, enveloped, permissions) =
            (&facts.path, facts.idempotent, facts.enveloped, &facts.permissions);
        *info = parse_quote! {
            OperationInfo {
                operation_id: #id,
                url_template: #template,
                idempotent: #idempotent,
                enveloped: #enveloped,
                permissions: &[#(#permissions),*],
            }
        };
        self.told += 1;
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

/// Variants of progenitor's error are constructors of the runtime's.
fn rename(path: &mut syn::ExprPath) {
    let names: Vec<_> = path
        .path
        .segments
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect();
    let constructor = match names.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["Error", "InvalidRequest"] => "invalid_request",
        ["Error", "UnexpectedResponse"] => "unexpected_response",
        _ => return,
    };
    let constructor = Ident::new(constructor, Span::call_site());
    path.path = parse_quote!(Error::#constructor);
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

fn ends_with(function: &Expr, name: &str) -> bool {
    match function {
        Expr::Path(path) => path.path.segments.last().is_some_and(|segment| segment.ident == name),
        _ => false,
    }
}

/// The name in `&name.to_string()`.
fn name_of(argument: TokenStream) -> Option<String> {
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
            && call.args.to_token_stream().to_string() == quote!(header_map).to_string()
        {
            *expr = (*call.receiver).clone();
        }
        visit_mut::visit_expr_mut(self, expr);
    }
}
