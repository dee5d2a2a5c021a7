//! The paths of progenitor's support crate, and the types that go by another name in the runtime.

use syn::{
    Ident, Path, PathArguments, parse_quote,
    visit_mut::{self, VisitMut},
};

use crate::generator::Target;

pub(super) fn run(file: &mut syn::File, target: &Target) {
    let runtime = &target.runtime;
    Support { runtime }.visit_file_mut(file);
}

struct Support<'a> {
    runtime: &'a Path,
}

impl VisitMut for Support<'_> {
    fn visit_path_mut(&mut self, path: &mut Path) {
        visit_mut::visit_path_mut(self, path);
        let runtime = self.runtime;
        let names: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let rest = match names.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["progenitor_client", ..] => 1,
            // The runtime passes on reqwest's own re-export, so that generated code needs no `reqwest` beside it.
            ["reqwest", "header", ..] | ["reqwest", "Body"] => 1,
            ["ByteStream"] => {
                *path = parse_quote!(#runtime::Bytes);
                return;
            }
            _ => 0,
        };
        if rest > 0 {
            let segments = path.segments.iter().skip(rest);
            *path = parse_quote!(#runtime::#(#segments)::*);
        }
        for segment in &mut path.segments {
            if segment.ident == "ResponseValue" {
                segment.ident = Ident::new("Response", segment.ident.span());
            }
        }
        // One error type for all operations, whatever body their failures are documented to have.
        if names == ["Error"]
            && let Some(error) = path.segments.last_mut()
        {
            error.arguments = PathArguments::None;
        }
    }
}
