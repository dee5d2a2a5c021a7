//! What there is to know of the calls of a generated client.

use syn::{
    GenericArgument, GenericParam, Ident, ImplItem, ImplItemFn, Item, PathArguments, ReturnType, Type, TypeParamBound,
    WherePredicate,
};

use crate::{
    error::Fault,
    facts::{Facts, OperationFacts},
    retarget::{doc, items, module, self_name, unexpected},
};

/// A call of an operation.
pub(crate) struct Call<'a> {
    pub(crate) id: String,
    pub(crate) facts: &'a OperationFacts,
    /// The name of the client's method.
    pub(crate) method: Ident,
    pub(crate) builder: Ident,
    /// The first line of the documentation.
    pub(crate) summary: String,
    pub(crate) setters: Vec<Setter>,
    /// The value of a success.
    pub(crate) returned: Type,
}

/// A setter of a builder, with what it converts to.
pub(crate) struct Setter {
    pub(crate) name: Ident,
    pub(crate) doc: String,
    pub(crate) of: Type,
}

impl Call<'_> {
    /// Whether a success has no body.
    pub(crate) fn is_empty(&self) -> bool {
        matches!(&self.returned, Type::Tuple(tuple) if tuple.elems.is_empty())
    }

    /// Whether the body of a success is not JSON.
    pub(crate) fn is_raw(&self) -> bool {
        self_name(&self.returned).is_some_and(|name| name == "Bytes")
    }

    /// The type of a JSON body that is sent.
    pub(crate) fn body(&self) -> Option<&Type> {
        let body = self.setters.iter().find(|setter| setter.name == "body");
        body.map(|body| &body.of)
    }
}

/// Reads the calls off a client, and takes its types out of a copy.
pub(super) fn calls_and_types<'a>(client: &syn::File, facts: &'a Facts) -> Result<(Vec<Call<'a>>, Vec<Item>), Fault> {
    let mut client = client.clone();
    let fault = |reason| Fault::new("", reason);
    let types = module(&mut client.items, "types").map_err(fault)?;
    let types = types.content.take().map(|(_, items)| items).unwrap_or_default();
    Ok((calls(&mut client, facts).map_err(fault)?, types))
}

/// Reads the calls off a client.
pub(crate) fn calls<'a>(client: &mut syn::File, facts: &'a Facts) -> Result<Vec<Call<'a>>, String> {
    let methods = client.items.iter().flat_map(|item| match item {
        Item::Impl(item) if self_name(&item.self_ty).is_some_and(|name| name == "Client") => functions(item),
        _ => Vec::new(),
    });
    let methods = methods.cloned().collect::<Vec<_>>();
    let builders = items(module(&mut client.items, "builder")?);
    let mut calls = Vec::new();
    for method in methods {
        let Some((id, facts)) = facts.operation(&method.sig.ident.to_string()) else {
            continue;
        };
        let builder = match &method.sig.output {
            ReturnType::Type(_, of) => self_name(of).cloned(),
            ReturnType::Default => None,
        };
        let builder = builder.ok_or_else(|| unexpected("a builder for each operation"))?;
        let implementation = builders.iter().find_map(|item| match item {
            Item::Impl(item) if self_name(&item.self_ty) == Some(&builder) => Some(functions(item)),
            _ => None,
        });
        let functions = implementation.ok_or_else(|| unexpected("an `impl` of each builder"))?;
        let send = functions.iter().find(|function| function.sig.ident == "send");
        let returned = send.and_then(|send| returned(send));
        calls.push(Call {
            id: id.to_owned(),
            facts,
            summary: doc(&method.attrs).lines().next().unwrap_or_default().trim().to_owned(),
            method: method.sig.ident.clone(),
            setters: functions.iter().filter_map(|function| setter(function)).collect(),
            returned: returned.ok_or_else(|| unexpected("a method `send` that gives a response"))?,
            builder,
        });
    }
    Ok(calls)
}

fn functions(item: &syn::ItemImpl) -> Vec<&ImplItemFn> {
    let functions = item.items.iter().filter_map(|member| match member {
        ImplItem::Fn(function) => Some(function),
        _ => None,
    });
    functions.collect()
}

/// The `T` of `Result<Response<T>, Error>`.
fn returned(send: &ImplItemFn) -> Option<Type> {
    let ReturnType::Type(_, result) = &send.sig.output else {
        return None;
    };
    argument(argument(result)?).cloned()
}

/// The first argument of a generic type.
pub(super) fn argument(of: &Type) -> Option<&Type> {
    let Type::Path(path) = of else { return None };
    first(&path.path.segments.last()?.arguments)
}

fn first(arguments: &PathArguments) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(of) => Some(of),
        _ => None,
    })
}

fn setter(function: &ImplItemFn) -> Option<Setter> {
    let signature = &function.sig;
    let generics = &signature.generics;
    let of_parameters = generics.params.iter().filter_map(|parameter| match parameter {
        GenericParam::Type(parameter) => Some(&parameter.bounds),
        _ => None,
    });
    let clauses = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let of_clauses = clauses.filter_map(|predicate| match predicate {
        WherePredicate::Type(predicate) => Some(&predicate.bounds),
        _ => None,
    });
    let mut bounds = of_parameters
        .chain(of_clauses)
        .flatten()
        .filter_map(|bound| match bound {
            TypeParamBound::Trait(bound) => bound.path.segments.last(),
            _ => None,
        });
    // Without it, it is a change of the body through its builder, and no value.
    let converted = bounds.find(|segment| segment.ident == "TryInto" || segment.ident == "IntoMember")?;
    Some(Setter {
        name: signature.ident.clone(),
        doc: (doc(&function.attrs).lines())
            .map(|line| line.strip_prefix(' ').unwrap_or(line))
            .collect::<Vec<_>>()
            .join("\n"),
        of: first(&converted.arguments)?.clone(),
    })
}
