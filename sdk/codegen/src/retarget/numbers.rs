//! Numbers that may have a fraction: the runtime's `Number` in place of a float, which would send 3600 as `3600.0`.

use syn::{
    Type, parse_quote,
    visit_mut::{self, VisitMut},
};

use crate::generator::Target;

pub(super) fn run(file: &mut syn::File, target: &Target) {
    Floats(target).visit_file_mut(file);
}

struct Floats<'a>(&'a Target);

impl VisitMut for Floats<'_> {
    fn visit_type_mut(&mut self, of: &mut Type) {
        visit_mut::visit_type_mut(self, of);
        if let Type::Path(path) = of
            && (path.path.is_ident("f64") || path.path.is_ident("f32"))
        {
            let runtime = &self.0.runtime;
            *of = parse_quote!(#runtime::Number);
        }
    }
}
