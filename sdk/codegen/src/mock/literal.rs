//! Values of the document as expressions of Rust, so that the compiler proves that they fit and nothing is read when
//! they are used.

use std::fmt::Display;

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use serde_json::Value;
use syn::{Field, Fields, Item, Meta, Token, Type, punctuated::Punctuated};

use super::{call::argument, when::is_open};
use crate::{document::join, generator::Target, retarget::self_name};

/// Why there is no expression for a value.
pub(super) enum Refusal {
    /// The value does not fit the type: the place in the value, and the reason.
    Misfit(String, String),
    /// There is no expression for values of this type.
    Unsupported(String),
}

/// What makes expressions of values.
pub(super) struct Literals<'a> {
    pub(super) types: &'a [Item],
    pub(super) target: &'a Target,
}

impl Literals<'_> {
    /// The expression for a value of a type.
    pub(super) fn expression(&self, of: &Type, value: &Value) -> Result<TokenStream, Refusal> {
        self.at("", of, value)
    }

    fn at(&self, pointer: &str, of: &Type, value: &Value) -> Result<TokenStream, Refusal> {
        let misfit = |reason: &str| Err(Refusal::Misfit(pointer.to_owned(), reason.to_owned()));
        let unsupported = || Err(Refusal::Unsupported(quote!(#of).to_string().replace(' ', "")));
        let Some(name) = self_name(of) else {
            return unsupported();
        };
        let inner = || argument(of).ok_or_else(|| Refusal::Unsupported(quote!(#of).to_string()));
        let (mock, runtime) = (&self.target.mock, &self.target.runtime);
        match (name.to_string().as_str(), value) {
            ("Option", Value::Null) => Ok(quote!(::std::option::Option::None)),
            ("Option", _) => {
                let value = self.at(pointer, inner()?, value)?;
                Ok(quote!(::std::option::Option::Some(#value)))
            }
            ("Nullable", Value::Null) => Ok(quote!(#runtime::Nullable::Null)),
            ("Nullable", _) => {
                let value = self.at(pointer, inner()?, value)?;
                Ok(quote!(#runtime::Nullable::Value(#value)))
            }
            ("Number", Value::Number(number)) => match (number.as_i64(), number.as_u64()) {
                (Some(number), _) => {
                    let number = Literal::i64_suffixed(number);
                    Ok(quote!(#runtime::Number::from(#number)))
                }
                (_, Some(number)) => {
                    let number = Literal::u64_suffixed(number);
                    Ok(quote!(#runtime::Number::from(#number)))
                }
                // A fraction may be refused when it is made, which no expression of a constant can be.
                _ => unsupported(),
            },
            ("Number", _) => misfit("it is not a number"),
            ("Vec", Value::Array(items)) => {
                let of = inner()?;
                let items = (items.iter().enumerate()).map(|(at, item)| self.at(&format!("{pointer}/{at}"), of, item));
                let items = items.collect::<Result<Vec<_>, _>>()?;
                Ok(match items.is_empty() {
                    true => quote!(::std::vec::Vec::new()),
                    // Not the macro, in which the printer cannot lay the items out.
                    false => quote!(::std::vec::Vec::from([#(#items),*])),
                })
            }
            ("Vec", _) => misfit("it is not a list"),
            ("String", Value::String(text)) => Ok(quote!(#text.to_owned())),
            ("String", _) => misfit("it is not a text"),
            ("bool", Value::Bool(flag)) => Ok(quote!(#flag)),
            ("bool", _) => misfit("it is neither true nor false"),
            ("f64" | "f32", _) => match value.as_f64() {
                Some(number) => {
                    let number = Literal::f64_unsuffixed(number);
                    Ok(quote!(#number))
                }
                None => misfit("it is not a number"),
            },
            ("i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64", _) => match whole(&name.to_string(), value) {
                Some(number) => {
                    let number = Literal::i128_unsuffixed(number);
                    Ok(quote!(#number))
                }
                None => misfit(&format!("it is not a whole number that fits `{name}`")),
            },
            ("DateTime", _) => match value
                .as_str()
                .map(|text| (text, chrono::DateTime::parse_from_rfc3339(text)))
            {
                Some((text, Ok(_))) => Ok(quote!(#mock::time(#text))),
                _ => misfit("it is not a date-time"),
            },
            ("NaiveDate", _) => match value.as_str().map(|text| (text, text.parse::<chrono::NaiveDate>())) {
                Some((text, Ok(_))) => Ok(quote!(#mock::date(#text))),
                _ => misfit("it is not a date"),
            },
            _ => self.model(pointer, of, value),
        }
    }

    /// The expression for a value of a type of the document.
    fn model(&self, pointer: &str, of: &Type, value: &Value) -> Result<TokenStream, Refusal> {
        let misfit = |reason: &str| Err(Refusal::Misfit(pointer.to_owned(), reason.to_owned()));
        let unsupported = || Refusal::Unsupported(quote!(#of).to_string().replace(' ', ""));
        let name = self_name(of).ok_or_else(unsupported)?;
        if is_open(name, self.types) {
            return match value.as_str() {
                Some(text) => Ok(quote!(types::#name::from(#text))),
                None => misfit("it is not a text"),
            };
        }
        let model = self.types.iter().find_map(|item| match item {
            Item::Struct(item) if item.ident == *name => Some(item),
            _ => None,
        });
        let Fields::Named(fields) = &model.ok_or_else(unsupported)?.fields else {
            return Err(unsupported());
        };
        let Value::Object(members) = value else {
            return misfit("it is not an object");
        };
        let mut values = Vec::new();
        for field in &fields.named {
            let Some(ident) = &field.ident else { continue };
            let serde = Serde::of(field);
            if serde.flattened {
                return Err(unsupported());
            }
            let member = serde.rename.unwrap_or_else(|| ident.to_string());
            let value = members.get(&member);
            let is_optional = self_name(&field.ty).is_some_and(|of| of == "Option");
            let is_nullable = self_name(&field.ty).is_some_and(|of| of == "Nullable");
            let expression = match value {
                None if is_nullable => {
                    let runtime = &self.target.runtime;
                    quote!(#runtime::Nullable::Absent)
                }
                None if is_optional => quote!(::std::option::Option::None),
                None | Some(Value::Null) if serde.default == Some(true) && !is_optional && !is_nullable => {
                    quote!(::std::default::Default::default())
                }
                None if serde.default.is_some() => return Err(unsupported()),
                None => return misfit(&format!("it has no `{member}`")),
                Some(value) => self.at(&join(pointer, &member), &field.ty, value)?,
            };
            values.push(quote!(#ident: #expression));
        }
        Ok(quote!(types::#name { #(#values),* }))
    }
}

/// What serde is told of a field.
#[derive(Default)]
struct Serde {
    rename: Option<String>,
    flattened: bool,
    /// Whether it may be missing, and if so, whether it is the type's default then.
    default: Option<bool>,
}

impl Serde {
    fn of(field: &Field) -> Self {
        let mut this = Self::default();
        let attributes = field
            .attrs
            .iter()
            .filter(|attribute| attribute.path().is_ident("serde"));
        for meta in attributes.filter_map(|attribute| {
            attribute
                .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
                .ok()
        }) {
            for meta in meta {
                match &meta {
                    Meta::Path(path) if path.is_ident("flatten") => this.flattened = true,
                    Meta::Path(path) if path.is_ident("default") => this.default = Some(true),
                    Meta::NameValue(meta) if meta.path.is_ident("default") => this.default = Some(false),
                    Meta::NameValue(meta) if meta.path.is_ident("rename") => {
                        if let syn::Expr::Lit(syn::ExprLit {
                            lit: syn::Lit::Str(name),
                            ..
                        }) = &meta.value
                        {
                            this.rename = Some(name.value());
                        }
                    }
                    _ => {}
                }
            }
        }
        this
    }
}

/// A whole number that fits an integer type, also where it is written with a fraction of zero.
fn whole(of: &str, value: &Value) -> Option<i128> {
    let of_float = || {
        let number = value.as_f64()?;
        // Beyond this, neighbouring whole numbers are the same to a float.
        (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i128)
    };
    let number = (value.as_i64().map(i128::from))
        .or_else(|| value.as_u64().map(i128::from))
        .or_else(of_float)?;
    let fits = match of {
        "i8" => i8::try_from(number).is_ok(),
        "i16" => i16::try_from(number).is_ok(),
        "i32" => i32::try_from(number).is_ok(),
        "i64" => i64::try_from(number).is_ok(),
        "u8" => u8::try_from(number).is_ok(),
        "u16" => u16::try_from(number).is_ok(),
        "u32" => u32::try_from(number).is_ok(),
        "u64" => u64::try_from(number).is_ok(),
        _ => false,
    };
    fits.then_some(number)
}

impl Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Misfit(_, reason) => f.write_str(reason),
            Self::Unsupported(of) => write!(f, "values of the type `{of}` have no expression"),
        }
    }
}
