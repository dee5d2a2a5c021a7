//! What the mock of an operation expects, in the words of the call.

use quote::quote;
use syn::{Fields, Ident, Item, Type, parse_quote};

use super::{
    call::{Call, Setter, argument},
    when_name,
};
use crate::{
    facts::Parameter,
    generator::Target,
    messages::sent::{Kind, Place, Sent},
    retarget::{self_name, sending::query_style, set_doc},
};

/// The type with the expectations of a call.
pub(super) fn items(call: &Call<'_>, types: &[Item], target: &Target) -> Vec<Item> {
    let mock = &target.mock;
    let name = when_name(call);
    let setters = call
        .setters
        .iter()
        .filter_map(|setter| expectation(call, setter, types, target));
    let summary = format!(
        "Which calls of `{}` a mock expects; without more, all of them.",
        call.method
    );
    let mut declaration: syn::ItemStruct = parse_quote! {
        pub struct #name(#mock::When);
    };
    set_doc(&mut declaration.attrs, &summary);
    vec![
        Item::Struct(declaration),
        parse_quote! {
            impl From<#mock::When> for #name {
                fn from(when: #mock::When) -> Self {
                    Self(when)
                }
            }
        },
        parse_quote! {
            impl #name {
                #(#setters)*

                /// Expects an API token.
                pub fn api_token(self, token: impl AsRef<str>) -> Self {
                    Self(self.0.api_token(token))
                }

                /// Expects an e-mail address and a Global API key.
                pub fn api_key(self, email: impl AsRef<str>, key: impl AsRef<str>) -> Self {
                    Self(self.0.api_key(email, key))
                }

                /// Expects what httpmock has words for and the document has not.
                pub fn and(self, change: impl FnOnce(#mock::httpmock::When) -> #mock::httpmock::When) -> Self {
                    Self(self.0.and(change))
                }
            }
        },
    ]
}

/// The expectation of what a setter sets; none where a request does not tell.
fn expectation(call: &Call<'_>, setter: &Setter, types: &[Item], target: &Target) -> Option<syn::ImplItemFn> {
    let ident = &setter.name;
    // The credentials and `and` are every operation's; a parameter of that name has to go by `and`.
    if ["api_token", "api_key", "and"].iter().any(|taken| ident == taken) {
        return None;
    }
    let find = |parameters: &[Parameter]| {
        let found = parameters
            .iter()
            .find(|parameter| parameter.is_called(&ident.to_string()));
        found.map(|parameter| (parameter.name.clone(), parameter.location.clone()))
    };
    let kind = call.facts.body_kind();
    let (is_json, is_form) = (kind == Kind::Json, kind == Kind::Form);
    let found = call
        .facts
        .parameters
        .iter()
        .find(|parameter| parameter.is_called(&ident.to_string()));
    if let Some((parameter, sent)) = found.and_then(|parameter| Some((parameter, parameter.sent.as_ref()?))) {
        return Some(of_sent(setter, parameter, sent, types, target));
    }
    let parameter = find(&call.facts.parameters);
    let of = &setter.of;
    let Taken {
        parameter: taken,
        value,
    } = take(of, types);
    let expect = match (
        &parameter,
        parameter.as_ref().and_then(|(_, location)| location.as_deref()),
    ) {
        (Some((name, _)), Some("path")) => quote!(self.0.path_parameter(#name, &value)),
        (Some((name, _)), Some("header")) => quote!(self.0.header_parameter(#name, &value)),
        (Some((name, _)), _) => quote!(self.0.query_parameter(#name, &value)),
        (None, _) if ident == "body" => {
            let (text, function) = body(of, is_json, is_form);
            return Some(documented(function, text));
        }
        (None, _) => {
            let (name, _) = find(&call.facts.members)?;
            match is_form {
                true => quote!(self.0.form_fields(#name, &value)),
                false => quote!(self.0.body_member(#name, &value)),
            }
        }
    };
    let text = setter.doc.trim().replacen("Sets ", "Expects ", 1);
    Some(documented(
        parse_quote! {
            pub fn #ident(self, value: #taken) -> Self {
                #value
                Self(#expect)
            }
        },
        &text,
    ))
}

/// The expectation of a parameter that progenitor was told otherwise of.
fn of_sent(setter: &Setter, parameter: &Parameter, sent: &Sent, types: &[Item], target: &Target) -> syn::ImplItemFn {
    let (ident, name, explode) = (&setter.name, &sent.name, sent.explode);
    let text = setter.doc.trim().replacen("Sets ", "Expects ", 1);
    if parameter.is_file() {
        let function = parse_quote! {
            pub fn #ident(self, content: impl Into<::std::vec::Vec<u8>>) -> Self {
                Self(self.0.file_part(#name, content))
            }
        };
        return documented(function, &text);
    }
    let runtime = &target.runtime;
    let Taken {
        parameter: taken,
        value,
    } = take(&setter.of, types);
    let shown = match sent.style.as_str() {
        "json" => quote!(#runtime::json_text(#name, &value)),
        _ => quote!(#runtime::simple_text(#name, &value, #explode)),
    };
    let expect = match sent.place {
        Place::Path => {
            let style = &sent.style;
            quote!(self.0.path_text(#name, #runtime::encode_styled(#name, &value, #style, #explode)))
        }
        Place::Header => quote!(self.0.header_text(#name, #shown)),
        Place::Cookie => quote!(self.0.cookie(#name, #shown)),
        Place::Part | Place::File => quote!(self.0.text_part(#name, &value)),
        Place::Query => {
            let style = query_style(parameter);
            quote!(self.0.query(&#runtime::QueryParam::new(#name, &value) #style))
        }
    };
    let function = parse_quote! {
        pub fn #ident(self, value: #taken) -> Self {
            #value
            Self(#expect)
        }
    };
    documented(function, &text)
}

/// The expectation of a whole body.
fn body(of: &Type, is_json: bool, is_form: bool) -> (&'static str, syn::ImplItemFn) {
    match (is_json, is_form) {
        (true, _) => (
            "Expects this body.",
            parse_quote! {
                pub fn body(self, body: &#of) -> Self {
                    Self(self.0.json_body(body))
                }
            },
        ),
        (_, true) => (
            "Expects a body that has these fields.",
            parse_quote! {
                pub fn body(self, body: &#of) -> Self {
                    Self(self.0.form_fields("body", body))
                }
            },
        ),
        _ => (
            "Expects these bytes as the body.",
            parse_quote! {
                pub fn body(self, body: impl Into<::std::vec::Vec<u8>>) -> Self {
                    Self(self.0.raw_body(body))
                }
            },
        ),
    }
}

fn documented(mut function: syn::ImplItemFn, text: &str) -> syn::ImplItemFn {
    set_doc(&mut function.attrs, text);
    // Names for which clippy would have another `self`; they are the document's to choose.
    let name = function.sig.ident.to_string();
    if ["as_", "from_", "is_", "to_"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
    {
        function
            .attrs
            .push(parse_quote!(#[allow(clippy::wrong_self_convention)]));
    }
    function
}

/// What an expectation takes, and the statement that makes the value of it.
struct Taken {
    parameter: Type,
    value: Option<syn::Stmt>,
}

/// An expectation takes what can be no mistake: where the call checks a value, any text is taken. One that cannot be
/// sent is in no request.
fn take(of: &Type, types: &[Item]) -> Taken {
    let of = match self_name(of) {
        Some(name) if name == "Option" => argument(of).unwrap_or(of),
        _ => of,
    };
    let into = |of: Type| Taken {
        value: Some(parse_quote!(let value: #of = value.into();)),
        parameter: parse_quote!(impl Into<#of>),
    };
    match self_name(of) {
        Some(name) if name == "String" || is_text(name, types) => into(parse_quote!(::std::string::String)),
        Some(name) if is_open(name, types) => into(of.clone()),
        _ => Taken {
            parameter: of.clone(),
            value: None,
        },
    }
}

/// Whether a type is a text with limits.
fn is_text(name: &Ident, types: &[Item]) -> bool {
    types.iter().any(|item| match item {
        Item::Struct(item) if item.ident == *name => match &item.fields {
            Fields::Unnamed(fields) => {
                let mut fields = fields.unnamed.iter();
                let first = fields.next().and_then(|field| self_name(&field.ty));
                first.is_some_and(|of| of == "String") && fields.next().is_none()
            }
            _ => false,
        },
        _ => false,
    })
}

/// Whether a type is an open enumeration, which any text is a value of.
pub(super) fn is_open(name: &Ident, types: &[Item]) -> bool {
    types.iter().any(|item| match item {
        Item::Enum(item) if item.ident == *name => item.variants.iter().any(|variant| {
            let of_text = |field: &syn::Field| self_name(&field.ty).is_some_and(|of| of == "String");
            // What a union does not know is no text.
            (variant.ident == "Unknown" || variant.ident == "Unrecognized")
                && variant.fields.iter().all(of_text)
                && !variant.fields.is_empty()
                && item
                    .variants
                    .iter()
                    .all(|other| other == variant || other.fields.is_empty())
        }),
        _ => false,
    })
}
