//! Puts operations of a published document into the project's, with all that they refer to, as they were published but
//! for names.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{
    names::{Names, PUBLISHED_NAMES},
    order,
};
use crate::survey::published::{Operation, Published, join};

/// What the importer calls things after where they come from.
pub(crate) const PUBLISHED_ID: &str = "x-published-id";
pub(crate) const PUBLISHED_IN: &str = "x-published-in";

/// An operation that is taken over.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) operation: Operation,
    /// Its name in the project.
    pub(crate) id: String,
    pub(crate) change: Change,
}

/// What becomes of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    New,
    Updated,
    None,
}

/// What was done.
pub(crate) struct Surgery {
    pub(crate) taken: Vec<Taken>,
    /// What a person should look at, in sentences.
    pub(crate) notes: Vec<String>,
    /// Components that were there and are others now, by kind and name.
    pub(crate) updated: Vec<String>,
}

/// Takes the operations of `part` into `ours`.
///
/// # Errors
///
/// What cannot be taken: where it stands in the published document, the rule, and what to do.
pub(crate) fn run(ours: &mut Value, part: &Published, names: &Names, source: &str) -> Result<Surgery, String> {
    let before = ours.clone();
    let mut surgery = Surgery {
        taken: Vec::new(),
        notes: Vec::new(),
        updated: Vec::new(),
    };
    for operation in part.operations() {
        let taken = take(ours, &before, part, names, source, operation, &mut surgery.notes)?;
        surgery.taken.push(taken);
    }
    components(ours, part, names, &mut surgery)?;
    order::prune(ours);
    order::settle(ours);
    Ok(surgery)
}

fn take(
    ours: &mut Value,
    before: &Value,
    part: &Published,
    names: &Names,
    source: &str,
    operation: Operation,
    notes: &mut Vec<String>,
) -> Result<Taken, String> {
    let Operation {
        pointer,
        path,
        method,
        id,
        ..
    } = &operation;
    let refuse = |reason: String| format!("{pointer}: {reason}");
    let there = &before["paths"][path][method];
    if there.is_object() && there.get(PUBLISHED_ID).is_none() {
        return Err(refuse(format!(
            "the operation is in openapi/cloudflare.json already, taken by hand as `{}`; an import would lose that \
             work. Take it out there first, or leave it out here",
            there["operationId"].as_str().unwrap_or_default()
        )));
    }
    if let Some(other) = same_path(before, path) {
        return Err(refuse(format!(
            "openapi/cloudflare.json has this path as `{other}`, and OpenAPI takes paths that differ in the names of \
             parameters alone for one. Import the operations of `{other}` again from this document as well"
        )));
    }
    let name = names
        .operation(pointer)
        .ok_or_else(|| refuse("it has no name; give it one in openapi/names.json".to_owned()))?;
    let item = part
        .root()
        .at(&["paths", path])
        .ok_or_else(|| refuse("it is gone".to_owned()))?;
    let published = &item.value[method];
    let mut made = Map::new();
    made.insert("operationId".to_owned(), name.into());
    made.insert(PUBLISHED_ID.to_owned(), id.as_str().into());
    made.insert(PUBLISHED_IN.to_owned(), source.into());
    for (member, value) in published.as_object().into_iter().flatten() {
        if member != "operationId" {
            made.insert(member.clone(), value.clone());
        }
    }
    inherit_parameters(&mut made, item.value, part);
    if !made.contains_key("security")
        && let Some(security) = part.root().member("security")
    {
        made.insert("security".to_owned(), security.value.clone());
    }
    if !is_open_to_the_sdk(&made) {
        notes.push(format!(
            "`{name}` accepts neither an API token nor an e-mail address with a key, which is all that the SDK sends"
        ));
    }
    let mut made = Value::Object(made);
    rename(&mut made, names);
    let change = match there {
        Value::Null => Change::New,
        there if *there == made => Change::None,
        _ => Change::Updated,
    };
    let root = ours.as_object_mut().ok_or("openapi/cloudflare.json is not an object")?;
    let paths = root.entry("paths").or_insert_with(|| json!({}));
    paths[path][method] = made;
    Ok(Taken {
        id: name.to_owned(),
        operation,
        change,
    })
}

/// Another path of the document that OpenAPI takes for the same.
fn same_path<'o>(ours: &'o Value, path: &str) -> Option<&'o str> {
    let wanted = without_names(path);
    let paths = ours["paths"].as_object().into_iter().flatten();
    let mut others = paths.map(|(other, _)| other.as_str()).filter(|other| *other != path);
    others.find(|other| without_names(other) == wanted)
}

/// A path without the names of its parameters.
pub(crate) fn without_names(path: &str) -> String {
    let mut plain = String::new();
    let mut is_within = false;
    for c in path.chars() {
        match c {
            '{' => is_within = true,
            '}' => is_within = false,
            _ if is_within => continue,
            _ => {}
        }
        plain.push(c);
    }
    plain
}

/// Gives an operation the parameters of its path item that it does not have itself: operations of one path item may
/// come from different documents.
fn inherit_parameters(operation: &mut Map<String, Value>, item: &Value, part: &Published) {
    let of = |parameter: &Value| {
        let node = part.follow(crate::survey::published::Node {
            pointer: String::new(),
            value: parameter,
        });
        (node.value["name"].clone(), node.value["in"].clone())
    };
    let Some(inherited) = item.get("parameters").and_then(Value::as_array) else {
        return;
    };
    let own = operation.get("parameters").and_then(Value::as_array);
    let own = own.cloned().unwrap_or_default();
    let seen: Vec<_> = own.iter().map(of).collect();
    let others = inherited.iter().filter(|parameter| !seen.contains(&of(parameter)));
    let all: Vec<Value> = others.cloned().chain(own.clone()).collect();
    operation.insert("parameters".to_owned(), all.into());
}

/// Whether the SDK can send credentials that the operation takes.
fn is_open_to_the_sdk(operation: &Map<String, Value>) -> bool {
    let Some(ways) = operation.get("security").and_then(Value::as_array) else {
        return true;
    };
    let is_known = |way: &Value| {
        let has = |scheme: &str| way.get(scheme).is_some();
        has("api_token") || (has("api_email") && has("api_key")) || way.as_object().is_some_and(Map::is_empty)
    };
    ways.is_empty() || ways.iter().any(is_known)
}

fn components(ours: &mut Value, part: &Published, names: &Names, surgery: &mut Surgery) -> Result<(), String> {
    let wanted = schemes(part);
    let components = part.root().member("components");
    for (kind, of_kind) in components.map(|components| components.members()).unwrap_or_default() {
        for (published, component) in of_kind.members() {
            if kind == "securitySchemes" {
                if wanted.contains(published) {
                    scheme(ours, published, component.value)?;
                }
                continue;
            }
            let Some(name) = names.component(kind, published) else {
                continue;
            };
            let mut made = component.value.clone();
            rename(&mut made, names);
            let there = &ours["components"][kind][name];
            if !there.is_null() && *there != made {
                surgery.updated.push(format!("{kind}/{name}"));
            }
            if there.is_null()
                && let Some(note) = names.notes.get(&format!("{kind}/{published}"))
            {
                surgery.notes.push(note.clone());
            }
            ours["components"][kind][name] = made;
            ours[PUBLISHED_NAMES][kind][name] = published.into();
        }
    }
    let new = surgery.taken.iter().filter(|taken| taken.change == Change::New);
    let notes = new.filter_map(|taken| names.notes.get(&taken.operation.pointer).cloned());
    surgery.notes.extend(notes.collect::<Vec<_>>());
    Ok(())
}

/// The schemes of credentials that the operations name.
fn schemes(part: &Published) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for Operation { path, method, .. } in part.operations() {
        let own = part.root().at(&["paths", &path, &method, "security"]);
        let ways = own
            .or_else(|| part.root().member("security"))
            .map(|ways| ways.members());
        for (_, way) in ways.unwrap_or_default() {
            found.extend(way.members().into_iter().map(|(name, _)| name.to_owned()));
        }
    }
    found
}

fn scheme(ours: &mut Value, name: &str, published: &Value) -> Result<(), String> {
    let there = &ours["components"]["securitySchemes"][name];
    let core = |scheme: &Value| ["type", "scheme", "in", "name"].map(|member| scheme.get(member).cloned());
    match there {
        Value::Null => ours["components"]["securitySchemes"][name] = published.clone(),
        there if core(there) != core(published) => {
            return Err(format!(
                "/components/securitySchemes/{name}: it is another scheme than that of this name in \
                 openapi/cloudflare.json; rename one of them"
            ));
        }
        _ => {}
    }
    Ok(())
}

/// Puts the project's names into references.
fn rename(value: &mut Value, names: &Names) {
    let renamed = |target: &str| {
        let rest = target.strip_prefix("#/components/")?;
        let (kind, name) = rest.split_once('/')?;
        let name = name.replace("~1", "/").replace("~0", "~");
        Some(join(&format!("#/components/{kind}"), names.component(kind, &name)?))
    };
    match value {
        Value::Object(members) => {
            if let Some(Value::String(target)) = members.get_mut("$ref")
                && let Some(name) = renamed(target)
            {
                *target = name;
            }
            if let Some(mapping) = members.get_mut("mapping").and_then(Value::as_object_mut) {
                for target in mapping.values_mut() {
                    let Some(text) = target.as_str() else { continue };
                    // A mapping may name a schema alone.
                    let name = renamed(text).or_else(|| Some(names.component("schemas", text)?.to_owned()));
                    if let Some(name) = name {
                        *target = name.into();
                    }
                }
            }
            members.values_mut().for_each(|value| rename(value, names));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, names)),
        _ => {}
    }
}
