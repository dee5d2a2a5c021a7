//! The part of a document that is wanted: some of its operations, with what they refer to.

use wildmatch::WildMatch;

use crate::{
    document::{Document, Operation},
    error::Fault,
};

/// The operations that any of the patterns means, with the components that they need.
///
/// A pattern means an operation by its id, by `METHOD /path`, or by one of its tags, with `*` for any characters and `?`
/// for one.
pub(crate) fn run(document: &Document, patterns: &[String]) -> Result<Document, Fault> {
    let wanted: Vec<Wanted> = patterns.iter().map(|pattern| Wanted::new(pattern)).collect();
    let mut is_used = vec![false; wanted.len()];
    let mut kept = Vec::new();
    for operation in document.operations() {
        let names = names(&operation);
        let mut is_kept = false;
        for (wanted, is_used) in wanted.iter().zip(&mut is_used) {
            if names.iter().any(|name| wanted.matches(name)) {
                (is_kept, *is_used) = (true, true);
            }
        }
        if is_kept {
            kept.push((operation.path.to_owned(), operation.method));
        }
    }
    if let Some((pattern, _)) = patterns.iter().zip(&is_used).find(|(_, is_used)| !**is_used) {
        let reason = format!(
            "no operation matches `{pattern}`; give an operation's id, `METHOD /path` or a tag, with `*` for any characters"
        );
        return Err(Fault::new("/paths", reason));
    }
    Ok(document.part(|path, method| kept.iter().any(|(kept, of)| kept == path && *of == method)))
}

/// What an operation may be called in a pattern.
fn names(operation: &Operation<'_>) -> Vec<String> {
    let by_path = format!("{} {}", operation.method.to_ascii_uppercase(), operation.path);
    let tags = operation.tags().map(str::to_owned);
    operation
        .id()
        .map(str::to_owned)
        .into_iter()
        .chain([by_path])
        .chain(tags)
        .collect()
}

struct Wanted<'p> {
    text: &'p str,
    glob: WildMatch,
}

impl<'p> Wanted<'p> {
    fn new(pattern: &'p str) -> Self {
        Self {
            text: pattern,
            glob: WildMatch::new(pattern),
        }
    }

    /// An id, a path or a tag may have the characters of a glob in it.
    fn matches(&self, name: &str) -> bool {
        self.text == name || self.glob.matches(name)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn selected(patterns: &[&str]) -> Result<Value, String> {
        let schema = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
        let operation = |id: &str, tag: &str, name: &str| {
            let content = json!({ "application/json": { "schema": schema(name) } });
            json!({ "operationId": id, "tags": [tag], "responses": { "200": { "content": content } } })
        };
        let text = json!({
            "openapi": "3.0.3",
            "info": {},
            "paths": {
                "/a": { "parameters": [], "get": operation("a-get", "A", "One"), "put": operation("a-put", "A", "Two") },
                "/a/{id}": { "get": operation("a-b-get", "B [beta]", "Three") },
            },
            "components": {
                "schemas": { "One": { "items": schema("Part") }, "Two": {}, "Three": {}, "Part": {} },
                "securitySchemes": { "api_token": {} },
            },
        });
        let document = Document::read(&text.to_string()).unwrap();
        let patterns: Vec<_> = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        run(&document, &patterns)
            .map(|part| part.0)
            .map_err(|fault| fault.reason)
    }

    fn operations(patterns: &[&str]) -> Vec<String> {
        let document = Document(selected(patterns).unwrap());
        document
            .operations()
            .filter_map(|operation| Some(operation.id()?.to_owned()))
            .collect()
    }

    #[test]
    fn operations_are_meant_by_id_by_path_by_tag_and_by_globs_over_these() {
        assert_eq!(operations(&["a-put"]), ["a-put"]);
        assert_eq!(operations(&["GET /a/{id}"]), ["a-b-get"]);
        assert_eq!(operations(&["A"]), ["a-get", "a-put"]);
        assert_eq!(operations(&["B [beta]"]), ["a-b-get"]);
        assert_eq!(operations(&["a-*-get", "PUT *"]), ["a-put", "a-b-get"]);
        assert_eq!(operations(&["*"]), ["a-get", "a-put", "a-b-get"]);
    }

    #[test]
    fn what_is_selected_comes_with_what_it_refers_to_and_no_more() {
        let part = selected(&["a-get"]).unwrap();
        let schemas = part["components"]["schemas"].as_object().unwrap();
        assert_eq!(schemas.keys().collect::<Vec<_>>(), ["One", "Part"]);
        assert_eq!(part["components"]["securitySchemes"], json!({ "api_token": {} }));
        assert!(part["paths"]["/a"]["parameters"].is_array());
        assert!(part["paths"]["/a"]["put"].is_null() && part["paths"]["/a/{id}"].is_null());
    }

    #[test]
    fn a_pattern_that_means_nothing_is_an_error_that_names_it() {
        let reason = selected(&["a-get", "c-*"]).unwrap_err();
        assert!(reason.contains("`c-*`"), "{reason}");
    }
}
