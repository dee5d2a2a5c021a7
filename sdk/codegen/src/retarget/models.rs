//! The models: open to what Cloudflare adds, and with JSON schemas that say what the document says.

use std::collections::BTreeSet;

use proc_macro2::{Span, TokenStream};
use quote::quote;
use serde_json::{Map, Value};
use syn::{
    Expr, Fields, Ident, ImplItem, Item, ItemImpl, ItemMod, ItemStruct, Type, parse_quote,
    visit_mut::{self, VisitMut},
};

use super::{doc, items, mentions, module, self_name, set_doc};
use crate::{
    facts::{Facts, SchemaFacts},
    generator::Target,
};

pub(super) fn run(types: &mut ItemMod, facts: &Facts, enums: &[Ident], target: &Target) -> Result<(), String> {
    let items = items(types);
    let mut names = BTreeSet::new();
    for item in items.iter() {
        if let Item::Struct(syn::ItemStruct { ident, .. }) | Item::Enum(syn::ItemEnum { ident, .. }) = item
            && !names.insert(ident.to_string())
        {
            return Err(format!("two schemas would both be called `{ident}` in Rust"));
        }
    }
    let mut wrappers: Vec<Ident> = Vec::new();
    for item in items.iter_mut() {
        match item {
            Item::Struct(item) => {
                distinct_members(item)?;
                structure(item, target);
                if let (Some(feature), Some(schema)) = (&target.schemars_feature, facts.schema(&item.ident.to_string()))
                {
                    describe(item, schema, feature);
                }
                if matches!(item.fields, Fields::Unnamed(_)) {
                    wrappers.push(item.ident.clone());
                }
            }
            // Open enumerations have all of it already.
            Item::Enum(item) if !enums.contains(&item.ident) => {
                if !derives(&item.attrs, "PartialEq") {
                    item.attrs.push(parse_quote!(#[derive(PartialEq)]));
                }
                // What describes the schema of a union comes after it.
                let derived = item
                    .attrs
                    .iter()
                    .position(|attribute| attribute.path().is_ident("derive"));
                let at = derived.map_or(item.attrs.len(), |at| at + 1);
                item.attrs.splice(at..at, derive_schema(target));
            }
            Item::Impl(item) => named_input(item, target),
            _ => {}
        }
    }
    let conversions: Vec<Item> = (wrappers.iter())
        .filter_map(|name| Some(borrowed_conversion(name, from_str_error(items, name)?)))
        .collect();
    items.extend(conversions);
    let documented: Vec<ItemStruct> = (items.iter_mut())
        .filter_map(|item| match item {
            Item::Struct(item) => Some(item.clone()),
            Item::Impl(item) => {
                document_entry(item);
                None
            }
            _ => None,
        })
        .collect();
    // A document without objects has no builders.
    if let Ok(builders) = module(items, "builder") {
        document_builders(builders, &documented);
    }
    Ok(())
}

/// Documents `Model::builder`.
fn document_entry(item: &mut ItemImpl) {
    for member in &mut item.items {
        if let ImplItem::Fn(function) = member
            && function.sig.ident == "builder"
        {
            set_doc(
                &mut function.attrs,
                "A builder, which becomes the model by `try_into` once all that is required is set.",
            );
        }
    }
}

/// Documents the builders by the models that they build, and says what is missing in other words than "supplied".
fn document_builders(builders: &mut ItemMod, models: &[ItemStruct]) {
    for item in items(builders) {
        match item {
            Item::Struct(item) => {
                let text = format!("Builds [`{0}`](super::{0}).", item.ident);
                set_doc(&mut item.attrs, &text);
            }
            Item::Impl(item) => {
                let model = models
                    .iter()
                    .find(|model| Some(&model.ident) == self_name(&item.self_ty));
                for member in &mut item.items {
                    let ImplItem::Fn(function) = member else { continue };
                    let name = &function.sig.ident;
                    Reasons.visit_block_mut(&mut function.block);
                    let fields = model.map(|model| &model.fields).into_iter().flatten();
                    if let Some(field) = fields.into_iter().find(|field| field.ident.as_ref() == Some(name)) {
                        set_doc(&mut function.attrs, &doc(&field.attrs));
                    }
                }
            }
            _ => {}
        }
    }
}

/// Turns progenitor's and typify's words for a value that is missing or cannot be converted into the name of the
/// parameter and the rule.
pub(super) struct Reasons;

impl VisitMut for Reasons {
    fn visit_lit_str_mut(&mut self, literal: &mut syn::LitStr) {
        let text = literal.value();
        let missing = text
            .strip_prefix("no value supplied for ")
            .or_else(|| text.strip_suffix(" was not initialized"));
        let refused = (text.strip_prefix("error converting supplied value for "))
            .and_then(|rest| rest.strip_suffix(": {e}"))
            .map(|name| format!("`{name}`: {{e}}"));
        let body = text.ends_with(" for body failed: {}").then(|| "`body`: {}".to_owned());
        let missing = missing.map(|name| format!("`{name}` is required: set it"));
        if let Some(text) = missing.or(refused).or(body) {
            *literal = syn::LitStr::new(&text, literal.span());
        }
    }

    fn visit_macro_mut(&mut self, call: &mut syn::Macro) {
        let tokens = std::mem::take(&mut call.tokens).into_iter().map(|token| {
            match syn::parse2::<syn::LitStr>(token.clone().into()) {
                Ok(mut literal) => {
                    self.visit_lit_str_mut(&mut literal);
                    quote!(#literal)
                }
                Err(_) => token.into(),
            }
        });
        call.tokens = tokens.collect();
    }
}

/// Refuses a model of which two members have one name in Rust, which typify does not notice.
fn distinct_members(item: &ItemStruct) -> Result<(), String> {
    let mut names = BTreeSet::new();
    match item
        .fields
        .iter()
        .filter_map(|field| field.ident.as_ref())
        .find(|name| !names.insert(*name))
    {
        None => Ok(()),
        Some(name) => Err(format!(
            "two properties of `{}` would both be called `{name}` in Rust",
            item.ident
        )),
    }
}

/// Whether a derive is among the attributes.
fn derives(attributes: &[syn::Attribute], name: &str) -> bool {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("derive"))
        .any(|attribute| {
            let mut found = false;
            // All that can stand in a derive is paths.
            let _ = attribute.parse_nested_meta(|meta| {
                found |= meta.path.segments.last().is_some_and(|segment| segment.ident == name);
                Ok(())
            });
            found
        })
}

fn structure(item: &mut ItemStruct, target: &Target) {
    let runtime = &target.runtime;
    let text = doc(&item.attrs);
    set_doc(&mut item.attrs, &text);
    if !derives(&item.attrs, "PartialEq") {
        item.attrs.push(parse_quote!(#[derive(PartialEq)]));
    }
    item.attrs.extend(derive_schema(target));
    if let Fields::Named(fields) = &mut item.fields {
        item.attrs.push(parse_quote!(#[non_exhaustive]));
        let whole = quote!(#runtime::whole).to_string().replace(' ', "");
        for field in &mut fields.named {
            let text = doc(&field.attrs);
            set_doc(&mut field.attrs, &text);
            // A whole number may come with a fraction of zero: what is published may be any number.
            let inner = inside(&field.ty, "Option").or_else(|| inside(&field.ty, "Nullable"));
            if is_integer(inner.unwrap_or(&field.ty)) {
                // A function of its own takes away that what is optional may be missing.
                if inside(&field.ty, "Option").is_some() && !field.attrs.iter().any(is_default) {
                    field.attrs.push(parse_quote!(#[serde(default)]));
                }
                field.attrs.push(parse_quote!(#[serde(deserialize_with = #whole)]));
            }
        }
    }
}

fn derive_schema(target: &Target) -> Option<syn::Attribute> {
    let feature = target.schemars_feature.as_ref()?;
    Some(parse_quote!(#[cfg_attr(feature = #feature, derive(schemars::JsonSchema))]))
}

/// Has the derived JSON schema say what the document says and the types of Rust do not. What the models read beyond
/// that is their liberality, not a promise.
fn describe(item: &mut ItemStruct, schema: &SchemaFacts, feature: &str) {
    let say = |attributes: &mut Vec<syn::Attribute>, words: Vec<TokenStream>| {
        if !words.is_empty() {
            attributes.push(parse_quote!(#[cfg_attr(feature = #feature, schemars(#(#words),*))]));
        }
    };
    let Fields::Named(fields) = &mut item.fields else {
        let of = item.fields.iter().next().map(|field| &field.ty);
        let constraints = of.and_then(|of| extend(&schema.constraints, of));
        return say(&mut item.attrs, constraints.into_iter().collect());
    };
    for field in &mut fields.named {
        let member = field.ident.as_ref().and_then(|name| {
            let name = name.to_string();
            schema.members.iter().find(|member| member.is_called(&name))
        });
        let Some(member) = member else { continue };
        let mut words = Vec::new();
        if let Some(inner) = inside(&field.ty, "Option") {
            match (member.required, member.nullable) {
                (true, false) => words.push(quote!(required)),
                // `required` takes the null away, which `type` among the constraints gives back.
                (true, true) if member.constraints.contains_key("type") => words.push(quote!(required)),
                (false, false) => {
                    let inner = quote!(#inner).to_string().replace(' ', "");
                    words.push(quote!(with = #inner, default));
                }
                _ => {}
            }
        }
        words.extend(extend(&member.constraints, &field.ty));
        say(&mut field.attrs, words);
    }
}

/// Adds constraints to a derived schema; none that the type has already.
fn extend(constraints: &Map<String, Value>, of: &Type) -> Option<TokenStream> {
    let is_text = mentions(of, &[Ident::new("String", Span::call_site())]);
    let words: Vec<_> = (constraints.iter())
        .filter(|(keyword, _)| is_text || *keyword != "format")
        .map(|(keyword, value)| {
            let value = tokens(value);
            quote!(#keyword = #value)
        })
        .collect();
    (!words.is_empty()).then(|| quote!(extend(#(#words),*)))
}

/// JSON as the macros of `serde_json` and `schemars` read it.
fn tokens(value: &Value) -> TokenStream {
    match value {
        Value::Array(items) => {
            let items = items.iter().map(tokens);
            quote!([#(#items),*])
        }
        Value::Object(members) => {
            let (names, values) = (members.keys(), members.values().map(tokens));
            quote!({ #(#names: #values),* })
        }
        Value::String(text) => quote!(#text),
        Value::Bool(flag) => quote!(#flag),
        // A number of JSON is one of Rust, and of 32 bits unless it says otherwise.
        Value::Number(number) => {
            let suffix = match (number.as_i64(), number.as_u64()) {
                (Some(whole), _) if i32::try_from(whole).is_ok() => "",
                (Some(_), _) => "_i64",
                (None, Some(_)) => "_u64",
                (None, None) => "",
            };
            format!("{number}{suffix}").parse().unwrap_or_default()
        }
        Value::Null => quote!(null),
    }
}

/// The `T` of `Option<T>`, or of another type around one.
fn inside<'a>(of: &'a Type, around: &str) -> Option<&'a Type> {
    let Type::Path(path) = of else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == around)?;
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    match arguments.args.first()? {
        syn::GenericArgument::Type(inner) => Some(inner),
        _ => None,
    }
}

/// Whether it is a list or a map.
pub(super) fn is_collection(of: &Type) -> bool {
    self_name(of).is_some_and(|name| name == "Vec" || name == "HashMap" || name == "Map")
}

fn is_integer(of: &Type) -> bool {
    self_name(of).is_some_and(|name| name == "i64" || name == "u64")
}

fn is_default(attribute: &syn::Attribute) -> bool {
    let mut found = false;
    if attribute.path().is_ident("serde") {
        let _ = attribute.parse_nested_meta(|meta| {
            found |= meta.path.is_ident("default");
            if meta.input.peek(syn::Token![=]) {
                meta.value()?.parse::<Expr>()?;
            }
            Ok(())
        });
    }
    found
}

/// `TryFrom<&String>`, which is what a caller has who takes an id from a model; `From` where any text is one.
fn borrowed_conversion(ident: &Ident, error: &Type) -> Item {
    if self_name(error).is_some_and(|name| name == "Infallible") {
        return parse_quote! {
            impl ::std::convert::From<&::std::string::String> for #ident {
                fn from(value: &::std::string::String) -> Self {
                    Self(value.clone())
                }
            }
        };
    }
    parse_quote! {
        impl ::std::convert::TryFrom<&::std::string::String> for #ident {
            type Error = <Self as ::std::str::FromStr>::Err;
            fn try_from(value: &::std::string::String) -> ::std::result::Result<Self, Self::Error> {
                value.parse()
            }
        }
    }
}

/// What parsing a type may fail with, if it can be parsed.
fn from_str_error<'a>(items: &'a [Item], ident: &Ident) -> Option<&'a Type> {
    let conversions = items.iter().filter_map(|item| match item {
        Item::Impl(item) => Some(item),
        _ => None,
    });
    let is_from_str = |path: &syn::Path| path.segments.last().is_some_and(|last| last.ident == "FromStr");
    let mut of_type = conversions.filter(|item| self_name(&item.self_ty) == Some(ident));
    let from_str = of_type.find(|item| item.trait_.as_ref().is_some_and(|(path, _)| is_from_str(path)))?;
    from_str.items.iter().find_map(|item| match item {
        ImplItem::Type(item) if item.ident == "Err" => Some(&item.ty),
        _ => None,
    })
}

/// Names the value in the errors of `FromStr`, which say only which rule it breaks.
fn named_input(item: &mut ItemImpl, target: &Target) {
    struct Named<'a>(&'a syn::Path);
    impl VisitMut for Named<'_> {
        fn visit_expr_mut(&mut self, expr: &mut Expr) {
            visit_mut::visit_expr_mut(self, expr);
            if let Expr::MethodCall(call) = expr
                && call.method == "into"
                && let Expr::Lit(syn::ExprLit {
                    lit: syn::Lit::Str(rule),
                    ..
                }) = &*call.receiver
            {
                let (runtime, text) = (self.0, format!("{{}} is {}", rule.value()));
                *expr = parse_quote!(format!(#text, #runtime::quoted(value)).into());
            }
        }
    }
    for member in &mut item.items {
        if let ImplItem::Fn(function) = member
            && function.sig.ident == "from_str"
        {
            Named(&target.runtime).visit_block_mut(&mut function.block);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::Generator;

    /// What is generated for a document whose one operation sends and receives a `Thing`, without white space.
    fn generated(schemas: Value) -> String {
        let thing = json!({ "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } } });
        let operation = json!({
            "operationId": "thing_edit",
            "parameters": [{ "name": "id", "in": "query", "schema": { "$ref": "#/components/schemas/Id" } }],
            "responses": { "200": { "description": "", "content": thing } },
        });
        let document = json!({
            "openapi": "3.0.3",
            "info": { "title": "A", "version": "1" },
            "paths": { "/thing": { "patch": operation } },
            "components": { "schemas": schemas },
        });
        let generator = Generator::new("api.json").schemars_feature("schemas");
        let code = generator.generate(&document.to_string()).unwrap();
        code.split_whitespace().collect()
    }

    #[test]
    fn a_derived_schema_says_what_the_document_says_and_the_types_do_not() {
        let code = generated(json!({
            "Id": { "type": "string", "maxLength": 3 },
            "Thing": {
                "type": "object",
                "required": ["plain", "observed", "nullable", "id", "hosts"],
                "properties": {
                    "plain": { "type": "string" },
                    "observed": { "type": "string", "format": "date-time", "x-observed-null": true },
                    "nullable": { "type": "number", "x-integral": true, "minimum": 0, "nullable": true },
                    "id": { "allOf": [{ "$ref": "#/components/schemas/Id" }], "description": "An id." },
                    "hosts": { "type": "array", "minItems": 1, "items": { "type": "string", "format": "hostname" } },
                    "optional": { "type": "string", "pattern": "^\\d$" },
                    "anything": { "type": "string", "nullable": true },
                    "share": { "type": "number", "minimum": -0.5, "exclusiveMinimum": true },
                    "large": { "type": "number", "minimum": -3_000_000_000i64, "maximum": 9223372036854776000u64 },
                },
            },
        }));
        for (member, says) in [
            ("pubstructId(", Some(r#"extend("maxLength"=3)"#)),
            ("pubplain:", None),
            ("pubobserved:", Some("required")),
            (
                "pubnullable:",
                Some(r#"required,extend("minimum"=0,"type"=["integer","null"])"#),
            ),
            ("pubid:", Some(r#"extend("maxLength"=3)"#)),
            (
                "pubhosts:",
                Some(r#"extend("minItems"=1,"items"={"format":"hostname","type":"string"})"#),
            ),
            (
                "puboptional:",
                Some(r#"with="::std::string::String",default,extend("pattern"="^\\d$")"#),
            ),
            ("pubanything:", None),
            (
                "pubshare:",
                Some(r#"with="cloudflare_sdk::runtime::Number",default,extend("exclusiveMinimum"=-0.5)"#),
            ),
            (
                "publarge:",
                Some(
                    r#"with="cloudflare_sdk::runtime::Number",default,extend("maximum"=9223372036854776000_u64,"minimum"=-3000000000_i64)"#,
                ),
            ),
        ] {
            let before = code.split(member).next().unwrap();
            let attribute = says.map(|says| format!(r#"#[cfg_attr(feature="schemas",schemars({says}))]"#));
            match attribute {
                Some(attribute) => assert!(before.ends_with(&attribute), "{member} {attribute}\n{code}"),
                None => assert!(!before.ends_with("))]"), "{member}\n{code}"),
            }
        }
    }

    #[test]
    fn the_schema_of_a_union_is_derived_before_it_is_described() {
        let code = generated(json!({
            "Id": { "type": "string" },
            "Thing": { "oneOf": [{ "type": "string" }, { "type": "array", "items": { "type": "integer" } }] },
        }));
        let derive = r#"#[cfg_attr(feature="schemas",derive(schemars::JsonSchema))]"#;
        let of_union = code.split("pubenumThing{").next().unwrap();
        let untagged = of_union
            .rfind(r#"#[cfg_attr(feature="schemas",schemars(untagged))]"#)
            .unwrap();
        assert!(
            of_union.rfind(derive).is_some_and(|derived| derived < untagged),
            "{of_union}"
        );
        let own = of_union.rfind("#[derive(Clone,Debug)]").unwrap();
        assert!(of_union[own..].contains(derive), "{of_union}");
    }

    #[test]
    fn a_borrowed_text_becomes_a_text_of_limits_if_it_keeps_to_them_and_another_always() {
        let of = |limit: Value| {
            let thing = json!({ "type": "object", "properties": {} });
            let mut id = json!({ "type": "string" });
            id.as_object_mut().unwrap().extend(limit.as_object().unwrap().clone());
            generated(json!({ "Id": id, "Thing": thing }))
        };
        let (limited, free) = (of(json!({ "maxLength": 3 })), of(json!({ "pattern": "^a" })));
        assert!(limited.contains("TryFrom<&::std::string::String>forId"), "{limited}");
        assert!(free.contains("convert::From<&::std::string::String>forId"), "{free}");
    }
}
