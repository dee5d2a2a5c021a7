//! A published document, as it is: its operations, and parts of it.

use std::{collections::BTreeSet, mem};

use cloudflare_sdk_codegen::{OperationOutline, Outline};
use serde_json::{Map, Value, json};

/// The members of a path item that are operations.
pub(crate) const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// A document that nothing was done to.
pub(crate) struct Published {
    root: Value,
}

/// An operation, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Operation {
    pub(crate) pointer: String,
    pub(crate) path: String,
    pub(crate) method: String,
    pub(crate) id: String,
    /// The first tag; empty without one.
    pub(crate) tag: String,
}

impl Operation {
    /// The method and the path.
    pub(crate) fn call(&self) -> String {
        call(&self.method, &self.path)
    }

    /// What was generated for it; its id may have been changed for that.
    pub(crate) fn of_outline<'o>(&self, outline: &'o Outline) -> Option<&'o OperationOutline> {
        let mut operations = outline.operations.iter();
        operations.find(|outline| outline.method == self.method && outline.path == self.path)
    }
}

/// A value of the document with its place, as a JSON pointer.
#[derive(Clone, Debug)]
pub(crate) struct Node<'a> {
    pub(crate) pointer: String,
    pub(crate) value: &'a Value,
}

impl<'a> Node<'a> {
    /// A member, unless it is missing.
    pub(crate) fn member(&self, name: &str) -> Option<Node<'a>> {
        Some(Node {
            pointer: join(&self.pointer, name),
            value: self.value.get(name)?,
        })
    }

    /// The members of an object, or the items of a list.
    pub(crate) fn members(&self) -> Vec<(&'a str, Node<'a>)> {
        let node = |name: &str, value| Node {
            pointer: join(&self.pointer, name),
            value,
        };
        match self.value {
            Value::Object(members) => (members.iter())
                .map(|(name, value)| (name.as_str(), node(name, value)))
                .collect(),
            Value::Array(items) => (items.iter().enumerate())
                .map(|(index, value)| ("", node(&index.to_string(), value)))
                .collect(),
            _ => Vec::new(),
        }
    }

    /// What is at the end of a path of members.
    pub(crate) fn at(&self, path: &[&str]) -> Option<Node<'a>> {
        path.iter().try_fold(self.clone(), |node, name| node.member(name))
    }

    /// Whether a member is `true`.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.value.get(name) == Some(&Value::Bool(true))
    }

    /// A member that is a text.
    pub(crate) fn text(&self, name: &str) -> Option<&'a str> {
        self.value.get(name)?.as_str()
    }
}

impl Published {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        Self::of(serde_json::from_str(text).map_err(|cause| format!("not JSON: {cause}"))?)
    }

    pub(crate) fn of(root: Value) -> Result<Self, String> {
        match root.get("paths") {
            Some(Value::Object(_)) => Ok(Self { root }),
            _ => Err("it has no object `paths`".to_owned()),
        }
    }

    /// The same with ranges of status codes as OpenAPI writes them, `4XX`: published documents have `4xx` as well.
    pub(crate) fn with_ranges_spelled(mut self) -> Self {
        let is_range = |status: &str| matches!(status.as_bytes(), [b'1'..=b'5', b'x', b'x']);
        let items = self.root["paths"].as_object_mut().into_iter().flat_map(Map::values_mut);
        let members = items.filter_map(Value::as_object_mut).flat_map(Map::values_mut);
        for responses in members.filter_map(|member| member.get_mut("responses")?.as_object_mut()) {
            *responses = mem::take(responses)
                .into_iter()
                .map(|(status, response)| match is_range(&status) {
                    true => (status.to_uppercase(), response),
                    false => (status, response),
                })
                .collect();
        }
        self
    }

    pub(crate) fn root(&self) -> Node<'_> {
        Node {
            pointer: String::new(),
            value: &self.root,
        }
    }

    /// Follows the references of a node, however many.
    pub(crate) fn follow<'a>(&'a self, node: Node<'a>) -> Node<'a> {
        let mut node = node;
        for _ in 0..64 {
            let target = node.text("$ref").and_then(|target| target.strip_prefix('#'));
            match target.and_then(|pointer| Some((pointer, self.root.pointer(pointer)?))) {
                Some((pointer, value)) => {
                    node = Node {
                        pointer: pointer.to_owned(),
                        value,
                    }
                }
                None => break,
            }
        }
        node
    }

    /// Every operation, in the document's order.
    pub(crate) fn operations(&self) -> Vec<Operation> {
        let mut found = Vec::new();
        let paths = self
            .root()
            .member("paths")
            .map(|paths| paths.members())
            .unwrap_or_default();
        for (path, item) in paths {
            for method in METHODS {
                let Some(operation) = item.member(method) else { continue };
                let tag = operation.value.get("tags").and_then(|tags| tags.get(0)?.as_str());
                found.push(Operation {
                    path: path.to_owned(),
                    method: method.to_owned(),
                    id: operation.text("operationId").unwrap_or_default().to_owned(),
                    tag: tag.unwrap_or_default().to_owned(),
                    pointer: operation.pointer,
                });
            }
        }
        found
    }

    /// The document of some of the operations, with exactly what they refer to.
    pub(crate) fn part(&self, operations: &[&Operation]) -> Value {
        let mut paths = Map::new();
        for operation in operations {
            let item = &self.root["paths"][&operation.path];
            let part = paths.entry(&operation.path).or_insert_with(|| {
                let mut item = item.clone();
                let members = item.as_object_mut().into_iter();
                members.for_each(|members| members.retain(|name, _| !METHODS.contains(&name.as_str())));
                item
            });
            part[&operation.method] = item[&operation.method].clone();
        }
        let mut wanted = BTreeSet::new();
        paths.values().for_each(|item| self.collect(item, &mut wanted));
        let mut components = json!({});
        for pointer in &wanted {
            let Some(value) = self.root.pointer(pointer) else {
                continue;
            };
            let names: Vec<_> = pointer.split('/').skip(2).map(unescaped).collect();
            if let [kind, name] = &names[..] {
                components[kind][name] = value.clone();
            }
        }
        let schemes = &self.root["components"]["securitySchemes"];
        if schemes.is_object() {
            components["securitySchemes"] = schemes.clone();
        }
        let mut part = Map::new();
        for name in ["openapi", "info", "servers", "security"] {
            if let Some(value) = self.root.get(name) {
                part.insert(name.to_owned(), value.clone());
            }
        }
        part.insert("paths".to_owned(), paths.into());
        part.insert("components".to_owned(), components);
        part.into()
    }

    /// Adds the components that a value refers to, and what those refer to.
    fn collect(&self, value: &Value, wanted: &mut BTreeSet<String>) {
        let mut open = vec![value];
        while let Some(value) = open.pop() {
            match value {
                Value::Object(members) => {
                    let target = members.get("$ref").and_then(Value::as_str);
                    if let Some(pointer) = target.and_then(|target| target.strip_prefix('#'))
                        // What stands deeper is within a component all the same.
                        && let Some(component) = component(pointer)
                        && wanted.insert(component.clone())
                    {
                        open.extend(self.root.pointer(&component));
                    }
                    open.extend(members.values());
                }
                Value::Array(items) => open.extend(items),
                _ => {}
            }
        }
    }
}

/// The pointer of the component that a pointer leads into.
fn component(pointer: &str) -> Option<String> {
    let mut parts = pointer.strip_prefix("/components/")?.split('/');
    Some(format!("/components/{}/{}", parts.next()?, parts.next()?))
}

/// How an operation is told from all others.
pub(crate) fn call(method: &str, path: &str) -> String {
    format!("{} {path}", method.to_uppercase())
}

/// Appends a member's name to a JSON pointer.
pub(crate) fn join(pointer: &str, member: &str) -> String {
    format!("{pointer}/{}", member.replace('~', "~0").replace('/', "~1"))
}

fn unescaped(member: &str) -> String {
    member.replace("~1", "/").replace("~0", "~")
}

/// Whether a media type is JSON.
pub(crate) fn is_json(media_type: &str) -> bool {
    media_type
        .split(';')
        .next()
        .is_some_and(|name| name.trim() == "application/json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_has_what_its_operations_refer_to_and_nothing_else() {
        let refer = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
        let text = json!({
            "openapi": "3.0.3",
            "info": {},
            "paths": {
                "/a": { "parameters": [1], "get": { "tags": ["A"], "x": refer("B") }, "put": { "x": refer("D") } },
                "/b": { "get": { "x": refer("D") } },
            },
            "components": { "schemas": { "B": refer("C"), "C": {}, "D": {} } },
        });
        let document = Published::parse(&text.to_string()).unwrap();
        let operations = document.operations();
        assert_eq!(operations[0].call(), "GET /a");
        assert_eq!(operations[0].tag, "A");
        let part = document.part(&[&operations[0]]);
        let item = json!({ "parameters": [1], "get": { "tags": ["A"], "x": refer("B") } });
        assert_eq!(part["paths"], json!({ "/a": item }));
        assert_eq!(part["components"], json!({ "schemas": { "B": refer("C"), "C": {} } }));
    }
}
