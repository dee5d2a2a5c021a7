//! What was generated, for programs that are to use it without reading Rust.

use std::collections::BTreeSet;

use quote::ToTokens;
use syn::{Attribute, Expr, Field, Fields, ImplItem, Item, Lit, Type};

use crate::{
    Change,
    document::{Document, Operation, is_json},
    error::Fault,
    facts::Facts,
    mock,
    retarget::{enums::renamed, items, module, self_name},
};

/// The code of a client, with what there is in it.
///
/// It is what [`Generator::outline`](crate::Generator::outline) gives.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Outline {
    /// What [`Generator::generate`](crate::Generator::generate) gives.
    pub code: String,
    /// The operations that the client has, in the order of its methods.
    pub operations: Vec<OperationOutline>,
    /// The models, in the order of their module.
    pub types: Vec<TypeOutline>,
    /// The document in the shape that it was brought into in memory before there was code, in JSON: its components are
    /// the models.
    pub shaped: String,
    /// What [`Generator::explain`](crate::Generator::explain) tells.
    pub changes: Vec<Change>,
}

/// A generated operation. Its types are written as they are within the client's module: `types::Zone` is a model.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OperationOutline {
    /// The `operationId` in the document.
    pub id: String,
    /// The verb, in small letters.
    pub method: String,
    /// The path with its parameters, such as `/zones/{zone_id}`.
    pub path: String,
    /// The name of the client's method.
    pub function: String,
    /// The name of the builder in the module `builder`.
    pub builder: String,
    /// The type of the whole body; none without a body, and none where the body is not JSON.
    pub body: Option<String>,
    /// The type of a success; `()` without a body.
    pub value: String,
    /// Whether the success is read out of Cloudflare's envelope, as its `result`.
    pub enveloped: bool,
}

/// A generated model.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TypeOutline {
    /// Its name in the module `types`.
    pub name: String,
    /// The members of a struct, the values of an enumeration, the variants of any other enum.
    pub members: Vec<MemberOutline>,
}

/// A member of an object, a value of an enumeration, or a variant of an enum.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MemberOutline {
    /// The name as it is sent and received; that of a variant in Rust; empty for what has no name of its own.
    pub name: String,
    /// The type, as it is written in the module `types`; none for a value of an enumeration.
    pub of: Option<String>,
}

impl OperationOutline {
    /// Whether a success is read as JSON, and not as bytes or as nothing.
    #[must_use]
    pub fn has_json_value(&self) -> bool {
        self.value != "()" && !self.value.ends_with("::Bytes")
    }
}

/// Reads all there is to tell off a client.
pub(crate) fn of_client(client: &syn::File, facts: &Facts, shaped: &Document) -> Result<Outline, Fault> {
    let fault = |reason| Fault::new("", reason);
    let mut client = client.clone();
    let types = types(items(module(&mut client.items, "types").map_err(fault)?));
    let calls = mock::calls(&mut client, facts).map_err(fault)?;
    let takes_json = |operation: &Operation<'_>| {
        let body = operation.value.get("requestBody").map(|body| shaped.resolve(body));
        let content = body.and_then(|body| body.get("content")?.as_object());
        content.is_some_and(|content| content.keys().any(|media_type| is_json(media_type)))
    };
    let sent: BTreeSet<_> = shaped
        .operations()
        .filter(takes_json)
        .filter_map(|operation| operation.id())
        .collect();
    let operations = calls.iter().map(|call| OperationOutline {
        id: call.id.clone(),
        method: call.facts.method.clone(),
        path: call.facts.path.clone(),
        function: call.method.to_string(),
        builder: call.builder.to_string(),
        body: call.body().filter(|_| sent.contains(call.id.as_str())).map(written),
        value: written(&call.returned),
        enveloped: call.facts.enveloped,
    });
    Ok(Outline {
        code: String::new(),
        operations: operations.collect(),
        types,
        shaped: shaped.0.to_string(),
        changes: Vec::new(),
    })
}

fn types(items: &[Item]) -> Vec<TypeOutline> {
    let types = items.iter().filter_map(|item| {
        let (name, members) = match item {
            Item::Struct(item) => (&item.ident, item.fields.iter().map(member).collect()),
            Item::Enum(item) => {
                let values = items.iter().find_map(|other| values(other, &item.ident));
                let variants = || {
                    let variants = item.variants.iter().map(|variant| MemberOutline {
                        name: renamed(&variant.attrs).unwrap_or_else(|| variant.ident.to_string()),
                        of: match &variant.fields {
                            Fields::Unit => None,
                            fields => Some(
                                fields
                                    .iter()
                                    .map(|field| written(&field.ty))
                                    .collect::<Vec<_>>()
                                    .join(","),
                            ),
                        },
                    });
                    variants.collect()
                };
                (&item.ident, values.unwrap_or_else(variants))
            }
            _ => return None,
        };
        let name = name.to_string();
        Some(TypeOutline { name, members })
    });
    types.collect()
}

fn member(field: &Field) -> MemberOutline {
    let is_flat = serde(&field.attrs).contains("flatten");
    let ident = field.ident.as_ref().filter(|_| !is_flat).map(ToString::to_string);
    MemberOutline {
        name: renamed(&field.attrs)
            .or_else(|| Some(ident?.trim_start_matches("r#").to_owned()))
            .unwrap_or_default(),
        of: Some(written(&field.ty)),
    }
}

/// The constant `VALUES` of an open enumeration.
fn values(item: &Item, of: &syn::Ident) -> Option<Vec<MemberOutline>> {
    let Item::Impl(item) = item else { return None };
    if item.trait_.is_some() || self_name(&item.self_ty) != Some(of) {
        return None;
    }
    let values = item.items.iter().find_map(|member| match member {
        ImplItem::Const(constant) if constant.ident == "VALUES" => Some(&constant.expr),
        _ => None,
    })?;
    let Expr::Reference(values) = values else { return None };
    let Expr::Array(values) = &*values.expr else {
        return None;
    };
    let values = values.elems.iter().filter_map(|value| match value {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(MemberOutline {
                name: text.value(),
                of: None,
            }),
            _ => None,
        },
        _ => None,
    });
    Some(values.collect())
}

fn serde(attributes: &[Attribute]) -> String {
    let attributes = attributes.iter().filter(|attribute| attribute.path().is_ident("serde"));
    attributes
        .map(|attribute| attribute.to_token_stream().to_string())
        .collect()
}

/// A type in Rust, without spaces, which no type of a value needs.
fn written(of: &Type) -> String {
    of.to_token_stream().to_string().replace(' ', "")
}
