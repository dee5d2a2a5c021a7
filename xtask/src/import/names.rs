//! Names that a person would choose, for what is published under names that nobody would.
//!
//! They depend on the whole published document and on what the project's document has already, not on which operations
//! are taken first: a name that several would have by the rule goes to none of them in its short form.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{
    operation_name::{self, Candidates},
    table::Table,
    words::{identifier, pascal, snake, words},
};
use crate::survey::published::{Operation, Published};

/// The member of the project's document that tells what its components are called where they were published.
pub(crate) const PUBLISHED_NAMES: &str = "x-published-names";

/// Names that mean something else in Rust or in the generated code.
const RESERVED: [&str; 26] = [
    "AsRef",
    "Box",
    "ByteStream",
    "Bytes",
    "Clone",
    "Debug",
    "Default",
    "Display",
    "Err",
    "Error",
    "From",
    "Into",
    "None",
    "Number",
    "Nullable",
    "Ok",
    "Option",
    "ResponseInfo",
    "ResponseInfoSource",
    "ResponseValue",
    "Result",
    "ResultInfo",
    "Self",
    "Some",
    "String",
    "Vec",
];

/// What comes before a name to tell which list of the service's own it is from, and says nothing.
const NOISE: [&str; 2] = ["components", "schemas"];

/// The names of everything in a published document.
pub(crate) struct Names {
    components: BTreeMap<(String, String), String>,
    operations: BTreeMap<String, String>,
    /// What was to be called otherwise, in sentences.
    pub(crate) notes: BTreeMap<String, String>,
}

impl Names {
    /// Names for all of `published`, the names in `ours` kept.
    pub(crate) fn new(published: &Published, ours: &Value, table: &Table) -> Self {
        let mut this = Self {
            components: BTreeMap::new(),
            operations: BTreeMap::new(),
            notes: BTreeMap::new(),
        };
        let components = published.root().member("components");
        for (kind, of_kind) in components.map(|components| components.members()).unwrap_or_default() {
            if kind != "securitySchemes"
                && let Some(of_kind) = of_kind.value.as_object()
            {
                this.name_components(kind, of_kind, ours, table);
            }
        }
        this.name_operations(published, ours, table);
        this
    }

    /// The name of a component.
    pub(crate) fn component(&self, kind: &str, published: &str) -> Option<&str> {
        let name = self.components.get(&(kind.to_owned(), published.to_owned()));
        name.map(String::as_str)
    }

    /// The name of the operation at a JSON pointer.
    pub(crate) fn operation(&self, pointer: &str) -> Option<&str> {
        self.operations.get(pointer).map(String::as_str)
    }

    fn name_components(&mut self, kind: &str, of_kind: &Map<String, Value>, ours: &Value, table: &Table) {
        let kept = ours[PUBLISHED_NAMES][kind].as_object();
        let kept: BTreeMap<&str, &str> = (kept.into_iter().flatten())
            .filter_map(|(name, published)| Some((published.as_str()?, name.as_str())))
            .collect();
        let there = ours["components"][kind].as_object();
        let by_hand = there
            .into_iter()
            .flat_map(Map::keys)
            .filter(|name| !kept.values().any(|kept| kept == name));
        let mut taken: BTreeMap<String, String> = by_hand
            .map(|name| (identifier(name), format!("`{name}` of this project")))
            .collect();
        let mut chosen: BTreeMap<&str, String> = BTreeMap::new();
        for published in of_kind.keys() {
            let own = table
                .component(kind, published)
                .or_else(|| Some(*kept.get(published.as_str())?));
            if let Some(name) = own {
                taken.insert(identifier(name), format!("`{published}`"));
                chosen.insert(published, name.to_owned());
            }
        }
        // What is kept of other documents stays theirs.
        for (published, name) in &kept {
            taken
                .entry(identifier(name))
                .or_insert_with(|| format!("`{published}`"));
        }
        let parts: BTreeMap<&str, Parts> = of_kind
            .keys()
            .map(|published| (published.as_str(), Parts::new(published, table)))
            .collect();
        let mut uses: BTreeMap<String, usize> = BTreeMap::new();
        for parts in parts.values() {
            *uses.entry(identifier(&parts.short)).or_default() += 1;
        }
        // The plainest of those that differ by noise alone is named first.
        let mut open: Vec<_> = parts
            .iter()
            .filter(|(published, _)| !chosen.contains_key(*published))
            .collect();
        open.sort_by_key(|(published, _)| (published.len(), **published));
        for (published, parts) in open {
            let is_single = parts.count < 2 || uses[&identifier(&parts.short)] > 1 || RESERVED.contains(&&*parts.short);
            let mut wanted = vec![parts.long.clone()];
            if !is_single {
                wanted.insert(0, parts.short.clone());
            }
            let numbered = (2..).map(|number| format!("{}{number}", parts.long));
            let free = |name: &String| !taken.contains_key(&identifier(name)) && !RESERVED.contains(&name.as_str());
            let Some(name) = wanted.iter().cloned().chain(numbered).find(free) else {
                continue;
            };
            if name != wanted[0] {
                let other = &taken.get(&identifier(&wanted[0])).map_or("Rust", String::as_str);
                self.notes.insert(
                    format!("{kind}/{published}"),
                    format!("`{published}` is called `{name}`, since `{}` is {other}", wanted[0]),
                );
            }
            taken.insert(identifier(&name), format!("`{published}`"));
            chosen.insert(published, name);
        }
        let chosen = chosen
            .into_iter()
            .map(|(published, name)| ((kind.to_owned(), published.to_owned()), name));
        self.components.extend(chosen);
    }

    fn name_operations(&mut self, published: &Published, ours: &Value, table: &Table) {
        let (mut kept, mut taken) = (BTreeMap::new(), BTreeMap::new());
        for (path, item) in ours["paths"].as_object().into_iter().flatten() {
            for (method, operation) in item.as_object().into_iter().flatten() {
                let Some(id) = operation["operationId"].as_str() else {
                    continue;
                };
                match operation["x-published-id"].as_str() {
                    Some(_) => _ = kept.insert((method.as_str(), path.as_str()), id),
                    None => _ = taken.insert(identifier(id), format!("`{id}` of this project")),
                }
            }
        }
        let operations = published.operations();
        let mut chosen: BTreeMap<&str, String> = BTreeMap::new();
        for Operation {
            pointer,
            path,
            method,
            id,
            ..
        } in &operations
        {
            let own = table
                .operation(id)
                .or_else(|| Some(*kept.get(&(method.as_str(), path.as_str()))?));
            if let Some(name) = own {
                taken.insert(identifier(name), format!("`{id}`"));
                chosen.insert(pointer, name.to_owned());
            }
        }
        for name in kept.values() {
            taken
                .entry(identifier(name))
                .or_insert_with(|| format!("`{name}` of another document"));
        }
        let candidates: Vec<Candidates> = operations
            .iter()
            .map(|operation| operation_name::candidates(published, &operations, operation))
            .collect();
        let mut uses: BTreeMap<String, usize> = BTreeMap::new();
        for candidate in candidates
            .iter()
            .flat_map(|candidates| candidates.0.iter().collect::<BTreeSet<_>>())
        {
            *uses.entry(identifier(candidate)).or_default() += 1;
        }
        for (operation, Candidates(candidates)) in operations.iter().zip(&candidates) {
            if chosen.contains_key(operation.pointer.as_str()) {
                continue;
            }
            let free = |name: &&String| !taken.contains_key(&identifier(name));
            let single = candidates
                .iter()
                .filter(|name| uses[&identifier(name)] == 1)
                .find(free)
                .cloned();
            let last = candidates.last().cloned().unwrap_or_else(|| snake(&operation.id));
            let numbered = (2..).map(|number| format!("{last}_{number}"));
            let name = single.or_else(|| {
                [last.clone()]
                    .into_iter()
                    .chain(numbered)
                    .find(|name| !taken.contains_key(&identifier(name)))
            });
            let Some(name) = name else { continue };
            if let Some(first) = candidates.first().filter(|first| **first != name) {
                let other = taken
                    .get(&identifier(first))
                    .map_or("the name of several", String::as_str);
                self.notes.insert(
                    operation.pointer.clone(),
                    format!(
                        "`{}` is called `{name}`, since `{first}` would be {other}",
                        operation.id
                    ),
                );
            }
            taken.insert(identifier(&name), format!("`{}`", operation.id));
            chosen.insert(&operation.pointer, name);
        }
        self.operations = chosen
            .into_iter()
            .map(|(pointer, name)| (pointer.to_owned(), name))
            .collect();
    }
}

/// What a published name consists of.
struct Parts {
    short: String,
    /// With the service that it belongs to.
    long: String,
    /// How many words the short name has.
    count: usize,
}

impl Parts {
    fn new(published: &str, table: &Table) -> Self {
        let is_service = |service: &str| {
            !service.is_empty()
                && service
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        };
        let (service, rest) = match published.split_once('_') {
            Some((service, rest)) if is_service(service) && !rest.is_empty() => (service, rest),
            _ => ("", published),
        };
        let mut of_rest = words(rest);
        of_rest.retain(|word| !NOISE.contains(&word.as_str()));
        if of_rest.is_empty() {
            of_rest = words(rest);
        }
        let service = table
            .service(service)
            .map_or_else(|| pascal(&words(service)), str::to_owned);
        let short = pascal(&of_rest);
        let begins = identifier(&short).starts_with(&identifier(&service));
        let long = match begins {
            true => short.clone(),
            false => format!("{service}{short}"),
        };
        let starts_with_letter = |name: &str| name.starts_with(|c: char| c.is_alphabetic());
        let fixed = |name: String| {
            if starts_with_letter(&name) {
                name
            } else {
                format!("Of{name}")
            }
        };
        Self {
            count: of_rest.len(),
            long: fixed(long),
            short: fixed(short),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn names(schemas: &[&str], ours: Value, table: &str) -> Names {
        let schemas: Map<_, _> = schemas.iter().map(|name| ((*name).to_owned(), json!({}))).collect();
        let document = json!({ "openapi": "3.0.3", "paths": {}, "components": { "schemas": schemas } });
        let published = Published::parse(&document.to_string()).unwrap();
        Names::new(&published, &ours, &Table::parse(table).unwrap())
    }

    #[test]
    fn a_schema_is_called_by_its_words_without_the_service_that_it_is_of() {
        let names = names(
            &[
                "cache_api-response-single-id",
                "dns-records_ARecord",
                "lists_components-schemas-item_redirect",
            ],
            json!({}),
            "{}",
        );
        let name = |published| names.component("schemas", published).unwrap();
        assert_eq!(name("cache_api-response-single-id"), "ApiResponseSingleId");
        assert_eq!(name("dns-records_ARecord"), "ARecord");
        assert_eq!(name("lists_components-schemas-item_redirect"), "ItemRedirect");
        assert!(names.notes.is_empty(), "{:?}", names.notes);
    }

    #[test]
    fn a_single_word_and_a_name_of_several_services_have_the_service_in_front() {
        let schemas = [
            "tls-certificates-and-hostnames_universal",
            "cache_zone-id",
            "dls_zone-id",
            "access_access-group",
        ];
        let names = names(
            &schemas,
            json!({}),
            r#"{ "services": { "tls-certificates-and-hostnames": "Ssl" } }"#,
        );
        let found = schemas.map(|published| names.component("schemas", published).unwrap());
        assert_eq!(found, ["SslUniversal", "CacheZoneId", "DlsZoneId", "AccessGroup"]);
    }

    #[test]
    fn what_differs_by_noise_alone_is_numbered_visibly() {
        let names = names(&["a_b-c", "a_schemas-b-c", "a_components-schemas-b-c"], json!({}), "{}");
        assert_eq!(names.component("schemas", "a_b-c"), Some("ABC"));
        assert_eq!(names.component("schemas", "a_schemas-b-c"), Some("ABC2"));
        assert_eq!(names.notes.len(), 2);
    }

    #[test]
    fn a_name_is_kept_and_that_of_a_person_is_never_taken() {
        let ours = json!({
            "components": { "schemas": { "ZoneThing": {}, "Old": {} } },
            "x-published-names": { "schemas": { "Old": "a_new-name" } },
        });
        let names = names(&["a_new-name", "a_zone-thing"], ours, "{}");
        assert_eq!(names.component("schemas", "a_new-name"), Some("Old"));
        assert_eq!(names.component("schemas", "a_zone-thing"), Some("AZoneThing"));
        let note = &names.notes["schemas/a_zone-thing"];
        assert_eq!(
            note,
            "`a_zone-thing` is called `AZoneThing`, since `ZoneThing` is `ZoneThing` of this project"
        );
    }
}
