//! Takes out the components that no operation uses any more.
//!
//! Progenitor makes a type of every schema among the components. After the passes before, envelopes and failures are
//! used by nothing, and a type that no call takes or gives is noise in the documentation.

use serde_json::Value;

use crate::document::Document;

pub(crate) fn prune(document: &mut Document) {
    if let Some(paths) = document
        .0
        .get_mut("paths")
        .and_then(Value::as_object_mut)
        .map(std::mem::take)
    {
        *document = document.with_paths(paths);
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
