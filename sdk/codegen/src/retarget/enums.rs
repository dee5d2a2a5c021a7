//! Enumerations that stay open: a value that the document does not know survives with its text.

use quote::quote;
use syn::{Attribute, Fields, Ident, Item, ItemEnum, ItemMod, LitStr, parse_quote};

use super::{doc, items, self_name, set_doc};
use crate::{facts::Facts, generator::Target};

/// Rewrites the enumerations of strings and gives their names.
pub(super) fn run(types: &mut ItemMod, facts: &Facts, target: &Target) -> Result<Vec<Ident>, String> {
    let types = items(types);
    let mut names = Vec::new();
    let mut rewritten = Vec::with_capacity(types.len());
    for item in types.drain(..) {
        match item {
            Item::Enum(item) if is_of_strings(&item) => {
                names.push(item.ident.clone());
                rewritten.extend(open(&item, facts, target)?);
            }
            // Typify's impls know a closed set of values.
            Item::Impl(item) if self_name(&item.self_ty).is_some_and(|name| names.contains(name)) => {}
            item => rewritten.push(item),
        }
    }
    *types = rewritten;
    Ok(names)
}

fn is_of_strings(item: &ItemEnum) -> bool {
    !item.variants.is_empty()
        && item
            .variants
            .iter()
            .all(|variant| matches!(variant.fields, Fields::Unit))
}

fn open(item: &ItemEnum, facts: &Facts, target: &Target) -> Result<Vec<Item>, String> {
    let mut item = item.clone();
    let runtime = &target.runtime;
    let mut values = Vec::new();
    let named = facts.schema(&item.ident.to_string()).map(|schema| &schema.values);
    for variant in &mut item.variants {
        let value = renamed(&variant.attrs).unwrap_or_else(|| variant.ident.to_string());
        // What stands for a value whose name typify could not tell from another's.
        match named.and_then(|named| named.get(&value)) {
            Some((text, name)) => {
                variant.ident = Ident::new(name, variant.ident.span());
                values.push(text.clone());
            }
            None => values.push(value),
        }
    }
    let ident = &item.ident;
    let names = ["Unknown", "Unrecognized"].map(|name| Ident::new(name, ident.span()));
    let is_free = |name: &&Ident| item.variants.iter().all(|variant| variant.ident != **name);
    let Some(unknown) = names.iter().find(is_free) else {
        return Err(format!(
            "the enumeration `{ident}` has both a value `unknown` and a value `unrecognized`"
        ));
    };
    let mut variants = Vec::new();
    let mut docs = Vec::new();
    for (variant, value) in item.variants.iter().zip(&values) {
        docs.push(format!(" The value {}.", shown(value)));
        variants.push(&variant.ident);
    }
    let list = values.iter().map(|value| shown(value)).collect::<Vec<_>>().join(", ");
    let expecting = LitStr::new(&format!("a string, such as {list}"), ident.span());
    let (derive, attribute) = match &target.schemars_feature {
        Some(feature) => (
            Some(quote!(#[cfg_attr(feature = #feature, derive(schemars::JsonSchema))])),
            // The schema says what the document says; that other values are read as well is the model's liberality.
            Some(quote! {
                #[cfg_attr(feature = #feature, schemars(skip))]
            }),
        ),
        None => (None, None),
    };
    let renames = target.schemars_feature.as_ref().map(|feature| {
        values
            .iter()
            .map(|value| quote!(#[cfg_attr(feature = #feature, schemars(rename = #value))]))
            .collect::<Vec<_>>()
    });
    let renames = renames.unwrap_or_else(|| vec![quote!(); values.len()]);
    let mut declaration: ItemEnum = parse_quote! {
        #derive
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum #ident {
            #(#[doc = #docs] #renames #variants,)*
            /// A value that this version of the document does not know, with its text.
            ///
            /// It can be received and not be sent. Do not match on its text: a later version may make the value a
            /// variant of its own; compare [`as_str`](Self::as_str) instead.
            #attribute
            #unknown(::std::string::String),
        }
    };
    set_doc(
        &mut declaration.attrs,
        &format!(
            "{}\n\nOne of {list}; other values are kept as `{unknown}`.",
            doc(&item.attrs).trim()
        ),
    );
    let tokens = quote! {
        impl #ident {
            /// The values that this version of the document knows.
            pub const VALUES: &'static [&'static str] = &[#(#values),*];

            /// The value as it is sent and received.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    #(Self::#variants => #values,)*
                    Self::#unknown(value) => value,
                }
            }
        }

        impl #runtime::Check for #ident {
            fn check(&self, name: &str) -> ::std::result::Result<(), ::std::string::String> {
                #runtime::one_of(self.as_str(), name, Self::VALUES)
            }
        }

        impl ::std::convert::From<&str> for #ident {
            fn from(value: &str) -> Self {
                match value {
                    #(#values => Self::#variants,)*
                    _ => Self::#unknown(value.to_owned()),
                }
            }
        }

        impl ::std::convert::From<&::std::string::String> for #ident {
            fn from(value: &::std::string::String) -> Self {
                Self::from(value.as_str())
            }
        }

        impl ::std::convert::From<::std::string::String> for #ident {
            fn from(value: ::std::string::String) -> Self {
                match value.as_str() {
                    #(#values => Self::#variants,)*
                    _ => Self::#unknown(value),
                }
            }
        }

        impl ::std::str::FromStr for #ident {
            type Err = ::std::convert::Infallible;
            fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
                ::std::result::Result::Ok(Self::from(value))
            }
        }

        impl ::std::convert::AsRef<str> for #ident {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl ::std::fmt::Display for #ident {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ::serde::Serialize for #ident {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for #ident {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                #runtime::deserialize_open_enum(deserializer, #expecting)
            }
        }
    };
    let file: syn::File = syn::parse2(tokens).map_err(|e| e.to_string())?;
    Ok([Item::Enum(declaration)].into_iter().chain(file.items).collect())
}

/// A value as it is shown in one line of documentation.
fn shown(value: &str) -> String {
    match value {
        "" => "of no characters".to_owned(),
        value => format!(
            "`{}`",
            value
                .escape_debug()
                .to_string()
                .replace('`', "'")
                .replace("\\\"", "\"")
                .replace("\\'", "'")
        ),
    }
}

/// The name that serde knows it by, where that is another than in Rust.
pub(crate) fn renamed(attributes: &[Attribute]) -> Option<String> {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("serde"))
        .find_map(|attribute| {
            let mut name = None;
            // What else stands in it is none of this, and may be of any form.
            let _ = attribute.parse_nested_meta(|meta| {
                let value = meta.value().and_then(|value| value.parse::<LitStr>());
                if meta.path.is_ident("rename") {
                    name = value.ok().map(|text| text.value());
                }
                Ok(())
            });
            name
        })
}
