//! Mocks of the operations, on the SDK's module `mock`.
//!
//! They are made from the client that was generated for the same document, so that a mock has the names and the types
//! of the call. Progenitor's own generator of mocks is not used: `CONTRIBUTING.md` says why.

mod call;
mod examples;
mod literal;
pub(crate) mod replay;
mod when;

pub(crate) use call::calls;
use call::{Call, calls_and_types};
use quote::{format_ident, quote};
use syn::{Ident, parse_quote};

use crate::{document::Document, error::Fault, facts::Facts, generator::Target, retarget::set_doc};

/// Generates the mocks that go with a generated client.
pub(crate) fn generate(
    document: &Document,
    facts: &Facts,
    client: &syn::File,
    target: &Target,
) -> Result<syn::File, Fault> {
    let (calls, types) = calls_and_types(client, facts)?;
    let expectations = calls.iter().flat_map(|call| when::items(call, &types, target));
    let examples = examples::module(document, &calls, &types, target)?;
    let extension = extension(&calls, target);
    let (declaration, implementation) = (extension.declaration, extension.implementation);
    Ok(parse_quote! {
        #[allow(unused_imports)]
        use super::types;

        #declaration
        #implementation

        /// What mocks of the operations expect, besides the credentials.
        pub mod operations {
            #[allow(unused_imports)]
            use super::types;

            #(#expectations)*
        }

        #examples
    })
}

struct Extension {
    declaration: syn::ItemTrait,
    implementation: syn::ItemImpl,
}

/// The trait by which the server has a method for each operation.
fn extension(calls: &[Call<'_>], target: &Target) -> Extension {
    let mock = &target.mock;
    let signatures = calls.iter().map(|call| signature(call, target)).collect::<Vec<_>>();
    let declarations = calls.iter().zip(&signatures).map(|(call, signature)| {
        let mut function: syn::TraitItemFn = parse_quote!(#signature;);
        set_doc(&mut function.attrs, &documentation(call));
        function
    });
    let implementations = calls.iter().zip(&signatures).map(|(call, signature)| {
        let method = format_ident!("{}", call.facts.method.to_ascii_uppercase());
        let path = &call.facts.path;
        quote! {
            #signature {
                let operation = #mock::Operation {
                    method: #mock::httpmock::Method::#method,
                    path: #path,
                };
                self.operation(operation, |when, then| config(when.into(), then))
            }
        }
    });
    Extension {
        declaration: parse_quote! {
            /// A method for each operation, by the name of the client's: it mocks the operation.
            ///
            /// What a method takes gets two things: which requests are expected, and how they are answered.
            pub trait MockServerExt {
                #(#declarations)*
            }
        },
        implementation: parse_quote! {
            impl MockServerExt for #mock::MockServer {
                #(#implementations)*
            }
        },
    }
}

fn signature(call: &Call<'_>, target: &Target) -> syn::Signature {
    let mock = &target.mock;
    let (method, when, then) = (&call.method, when_name(call), then(call, target));
    parse_quote! {
        fn #method<F>(&self, config: F) -> #mock::Mock<'_>
        where
            F: FnOnce(operations::#when, #then)
    }
}

fn documentation(call: &Call<'_>) -> String {
    let method = &call.method;
    let verb = call.facts.method.to_ascii_uppercase();
    format!(
        "Mocks `{method}`: {}.\n\nIt is a `{verb}` request to `{}`.",
        call.summary.trim_end_matches('.'),
        call.facts.path
    )
}

fn when_name(call: &Call<'_>) -> Ident {
    format_ident!("{}When", call.builder)
}

/// What the operation's success looks like to a mock.
fn then(call: &Call<'_>, target: &Target) -> syn::Type {
    let mock = &target.mock;
    let returned = &call.returned;
    if call.is_empty() {
        parse_quote!(#mock::Then<#mock::Empty>)
    } else if call.is_raw() {
        parse_quote!(#mock::Then<#mock::Raw>)
    } else if call.facts.enveloped {
        parse_quote!(#mock::Then<#mock::Enveloped<#returned>>)
    } else {
        parse_quote!(#mock::Then<#mock::Json<#returned>>)
    }
}
