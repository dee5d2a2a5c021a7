//! Takes out the components that no operation uses any more.
//!
//! Progenitor makes a type of every schema among the components. After the passes before, envelopes and failures are
//! used by nothing, and a type that no call takes or gives is noise in the documentation.

use std::collections::HashSet;

use serde_json::Value;

use crate::{
    document::{Document, join, reference},
    report::Report,
};

const PASS: &str = "prune";

pub(crate) fn prune(document: &mut Document, report: &mut Report) {
    let mut used = HashSet::new();
    let paths = document.0.get("paths").unwrap_or(&Value::Null);
    collect(document, paths, &mut used);
    let components = document.0.get_mut("components").and_then(Value::as_object_mut);
    for (kind, components) in components.into_iter().flatten() {
        if let Some(components) = components.as_object_mut() {
            components.retain(|name, _| {
                let is_used = used.contains(&format!("#/components/{kind}/{name}"));
                if !is_used {
                    let place = format!("/components/{kind}");
                    report.kept(PASS, join(&place, name), "left it out, since no operation uses it");
                }
                is_used
            });
        }
    }
}

fn collect(document: &Document, value: &Value, used: &mut HashSet<String>) {
    match value {
        Value::Object(object) => {
            if let Some(target) = reference(value)
                && used.insert(target.to_owned())
                && let Some(component) = document.at(target)
            {
                collect(document, component, used);
            }
            object.values().for_each(|value| collect(document, value, used));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(document, item, used)),
        _ => {}
    }
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
