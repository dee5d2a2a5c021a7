//! Setters of what need not be sent, so that they take what the member itself is made of: typify's take a `String` or an
//! `Option` of one for an optional text, and no `&str`.

use syn::{
    GenericArgument, GenericParam, Ident, ImplItem, ImplItemFn, Item, ItemMod, PathArguments, Type, TypeParamBound,
    WherePredicate, parse_quote,
    visit_mut::{self, VisitMut},
};

use super::{items, models::is_collection, module, self_name};
use crate::generator::Target;

/// Changes the builders of the models that are part of a request.
pub(super) fn run(types: &mut ItemMod, sent: &[Ident], target: &Target) {
    let Ok(builders) = module(items(types), "builder") else {
        return;
    };
    for item in items(builders) {
        let Item::Impl(item) = item else { continue };
        let is_sent = self_name(&item.self_ty).is_some_and(|name| sent.contains(name));
        if item.trait_.is_some() || !is_sent {
            continue;
        }
        for member in &mut item.items {
            if let ImplItem::Fn(function) = member {
                setter(function, target);
            }
        }
    }
}

fn setter(function: &mut ImplItemFn, target: &Target) {
    let Some(member) = taken(function).filter(is_optional) else {
        return;
    };
    let runtime = &target.runtime;
    let Some(GenericParam::Type(given)) = function.sig.generics.params.first() else {
        return;
    };
    let given = given.ident.clone();
    function.sig.generics.params.push(parse_quote!(How));
    function.sig.generics.where_clause = Some(parse_quote!(where #given: #runtime::IntoMember<#member, How>));
    Convert(runtime).visit_block_mut(&mut function.block);
}

/// What a setter converts its value to.
fn taken(function: &ImplItemFn) -> Option<Type> {
    let clause = function.sig.generics.where_clause.as_ref()?;
    let bounds = clause.predicates.iter().filter_map(|predicate| match predicate {
        WherePredicate::Type(predicate) => Some(&predicate.bounds),
        _ => None,
    });
    bounds.flatten().find_map(|bound| match bound {
        TypeParamBound::Trait(bound) => {
            let last = bound.path.segments.last().filter(|last| last.ident == "TryInto")?;
            argument(&last.arguments).cloned()
        }
        _ => None,
    })
}

fn argument(arguments: &PathArguments) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = arguments else {
        return None;
    };
    match arguments.args.first()? {
        GenericArgument::Type(of) => Some(of),
        _ => None,
    }
}

/// Whether a type is of an optional value. Of any JSON, which takes options itself, the compiler could not tell whether
/// the value or the member is given; lists and maps have no other form.
fn is_optional(of: &Type) -> bool {
    let Type::Path(path) = of else { return false };
    let Some(last) = path.path.segments.last() else {
        return false;
    };
    let value = argument(&last.arguments);
    (last.ident == "Option" || last.ident == "Nullable")
        && value.is_some_and(|value| !is_collection(value) && self_name(value).is_some_and(|name| name != "Value"))
}

/// Puts the conversion to a member in the place of that to a value.
struct Convert<'a>(&'a syn::Path);

impl VisitMut for Convert<'_> {
    fn visit_expr_mut(&mut self, expr: &mut syn::Expr) {
        visit_mut::visit_expr_mut(self, expr);
        if let syn::Expr::MethodCall(call) = expr
            && call.method == "try_into"
        {
            let (runtime, value) = (self.0, &call.receiver);
            *expr = parse_quote!(#runtime::IntoMember::into_member(#value));
        }
    }
}
