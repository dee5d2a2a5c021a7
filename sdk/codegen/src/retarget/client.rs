//! The client: a runtime and nothing else.
//!
//! Progenitor's client is a base URL and a `reqwest::Client`, with constructors that know no credentials and may panic.

use quote::{ToTokens, quote};
use syn::{Item, parse_quote};

use super::{any, doc, self_name, set_doc, unexpected};
use crate::generator::Target;

pub(super) fn run(file: &mut syn::File, target: &Target) -> Result<(), String> {
    let runtime = &target.runtime;
    let before = file.items.len();
    let mut declaration = None;
    let mut operations = None;
    let mut kept = Vec::with_capacity(before);
    for item in file.items.drain(..) {
        match item {
            Item::Struct(item) if item.ident == "Client" => {
                let mut client = parse_quote! {
                    #[derive(Clone, Debug)]
                    pub struct Client {
                        pub(crate) runtime: #runtime::Runtime,
                    }
                };
                let syn::ItemStruct { attrs, .. } = &mut client;
                let text = doc(&item.attrs).replacen("Client for ", "Calls operations of ", 1);
                set_doc(
                    attrs,
                    &format!("{text}\n\nIt is cheap to clone, and its clones share connections."),
                );
                declaration = Some(client);
            }
            // The last of the client's `impl`s holds the operations; the others are what is replaced.
            Item::Impl(item) if self_name(&item.self_ty).is_some_and(|name| name == "Client") => {
                operations = Some(item);
            }
            Item::Const(_) | Item::Use(_) => {}
            Item::Mod(item) if item.ident == "prelude" => {}
            item => kept.push(item),
        }
    }
    let declaration = declaration.ok_or_else(|| unexpected("a `struct Client`"))?;
    let operations = operations.ok_or_else(|| unexpected("an `impl Client`"))?;
    let constructor = constructors(target);
    file.items = vec![
        Item::Struct(declaration),
        Item::Impl(constructor),
        Item::Impl(operations),
    ];
    file.items.extend(kept);
    let uses = quote!(use #runtime::{Error, OperationInfo, Response, encode_path};);
    let builder = super::module(&mut file.items, "builder")?;
    let items = super::items(builder);
    items.retain(|item| !matches!(item, Item::Use(_)));
    items.insert(0, parse_quote!(#[allow(unused_imports)] #uses));
    // Operations that take and give nothing but texts use no types.
    let of_types = [syn::Ident::new("types", proc_macro2::Span::call_site())];
    if items.iter().any(|item| any(item.to_token_stream(), &of_types)) {
        items.insert(
            0,
            parse_quote!(
                use super::types;
            ),
        );
    }
    Ok(())
}

/// How a client is made of a runtime, and gives it away.
pub(crate) fn constructors(target: &Target) -> syn::ItemImpl {
    let runtime = &target.runtime;
    parse_quote! {
        impl Client {
            /// Calls the operations of this document through an existing runtime: with its credentials, options and
            /// connections.
            #[must_use]
            pub fn from_runtime(runtime: #runtime::Runtime) -> Self {
                Self { runtime }
            }

            /// A client that makes calls with these options, and those of this client where they say nothing.
            ///
            /// It shares connections and the rate limit with this one.
            #[must_use]
            pub fn with_options(&self, options: #runtime::RequestOptions) -> Self {
                Self::from_runtime(self.runtime.with_options(options))
            }

            /// The runtime that carries the calls, to be shared with clients of other documents.
            #[must_use]
            pub fn runtime(&self) -> &#runtime::Runtime {
                &self.runtime
            }
        }
    }
}
