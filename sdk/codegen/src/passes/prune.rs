//! Takes out the components that no operation uses any more.
//!
//! Progenitor makes a type of every schema among the components. After the passes before, envelopes and failures are
//! used by nothing, and a type that no call takes or gives is noise in the documentation.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    document::{Document, join},
    report::Report,
};

const PASS: &str = "prune";

pub(crate) fn prune(document: &mut Document, report: &mut Report) {
    let before = names(document);
    if let Some(paths) = document
        .0
        .get_mut("paths")
        .and_then(Value::as_object_mut)
        .map(std::mem::take)
    {
        *document = document.with_paths(paths);
    }
    let after = names(document);
    for (kind, name) in before.difference(&after) {
        let place = join("/components", kind);
        report.kept(PASS, join(&place, name), "left it out, since no operation uses it");
    }
}

/// The components, by kind and name.
fn names(document: &Document) -> BTreeSet<(String, String)> {
    let components = document.0.get("components").and_then(Value::as_object);
    let of_kind = |(kind, components): (&String, &Value)| {
        let names = components.as_object().into_iter().flatten();
        names.map(|(name, _)| (kind.clone(), name.clone())).collect::<Vec<_>>()
    };
    components.into_iter().flatten().flat_map(of_kind).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::passes::tests::{after, content};

    #[test]
    fn only_what_operations_use_is_left() {
        let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
        let operation = json!({ "responses": { "200": content(reference("A")) } });
        let schemas = json!({ "A": { "items": reference("B") }, "B": {}, "C": { "items": reference("C") } });
        let document = after(super::prune, operation, schemas);
        assert_eq!(
            document["components"]["schemas"],
            json!({ "A": { "items": reference("B") }, "B": {} })
        );
    }
}
