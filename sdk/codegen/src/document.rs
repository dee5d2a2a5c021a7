//! An OpenAPI document as JSON, checked as far as can be said where it is at fault.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::error::Fault;

/// The members of a path item that are operations.
pub(crate) const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// What the `$ref` to a schema among the components begins with.
pub(crate) const SCHEMAS: &str = "#/components/schemas/";

/// A document; once it is checked, its `$ref`s all lead somewhere.
#[derive(Clone, Debug)]
pub(crate) struct Document(pub(crate) Value);

impl Document {
    /// Reads and checks a document.
    #[cfg(test)]
    pub(crate) fn parse(text: &str) -> Result<Self, Fault> {
        let document = Self::read(text)?;
        document.check()?;
        Ok(document)
    }

    /// Reads a document, of which a part may be wanted and the rest may be at fault.
    pub(crate) fn read(text: &str) -> Result<Self, Fault> {
        let root: Value = serde_json::from_str(text).map_err(|e| Fault::new("", format!("not JSON: {e}")))?;
        let version = root.get("openapi").and_then(Value::as_str);
        match version {
            Some(version) if version.starts_with("3.0.") => {}
            Some(version) => {
                let reason = format!("OpenAPI {version} is not supported; write the document in OpenAPI 3.0");
                return Err(Fault::new("/openapi", reason));
            }
            None => {
                return Err(Fault::new(
                    "",
                    "not an OpenAPI 3.0 document: it has no member `openapi`",
                ));
            }
        }
        for member in ["info", "paths"] {
            if !root.get(member).is_some_and(Value::is_object) {
                return Err(Fault::new(
                    "",
                    format!("not an OpenAPI 3.0 document: it has no object `{member}`"),
                ));
            }
        }
        Ok(Self(root))
    }

    /// Checks that each `$ref` leads somewhere.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        self.check_references("", &self.0)
    }

    /// The value at a JSON pointer or at the target of a `$ref`.
    pub(crate) fn at(&self, reference: &str) -> Option<&Value> {
        self.0.pointer(reference.strip_prefix('#').unwrap_or(reference))
    }

    /// Follows the `$ref`s of `value`, however many.
    pub(crate) fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        let mut value = value;
        // Bounded, because this is called on documents that were not yet checked for circles.
        for _ in 0..64 {
            match reference(value).and_then(|target| self.at(target)) {
                Some(target) => value = target,
                None => break,
            }
        }
        value
    }

    /// A document of the operations for which `is_wanted` holds, by path and method, with the components that they need.
    pub(crate) fn part(&self, is_wanted: impl Fn(&str, &str) -> bool) -> Self {
        let mut paths = Map::new();
        for (path, item) in self.0.get("paths").and_then(Value::as_object).into_iter().flatten() {
            let members = item.as_object().into_iter().flatten();
            let kept: Map<_, _> = members
                .filter(|(member, _)| !METHODS.contains(&member.as_str()) || is_wanted(path, member))
                .map(|(member, value)| (member.clone(), value.clone()))
                .collect();
            if METHODS.iter().any(|method| kept.contains_key(*method)) {
                paths.insert(path.clone(), kept.into());
            }
        }
        self.with_paths(paths)
    }

    /// A document with other paths, and of the components those that these need.
    pub(crate) fn with_paths(&self, paths: Map<String, Value>) -> Self {
        let paths = Value::Object(paths);
        let used = self.used_by(&paths);
        let components = self
            .0
            .get("components")
            .and_then(Value::as_object)
            .into_iter()
            .flatten();
        let components = components.map(|(kind, of_kind)| {
            let of_kind = match of_kind.as_object() {
                // These are referred to by name.
                Some(of_kind) if kind != "securitySchemes" => (of_kind.iter())
                    .filter(|(name, _)| used.contains(join(&format!("#/components/{kind}"), name).as_str()))
                    .map(|(name, component)| (name.clone(), component.clone()))
                    .collect(),
                _ => of_kind.clone(),
            };
            (kind.clone(), of_kind)
        });
        let mut components: Option<Value> = Some(components.collect());
        let mut paths = Some(paths);
        let members = self.0.as_object().into_iter().flatten().filter_map(|(member, value)| {
            let value = match member.as_str() {
                "paths" => paths.take(),
                "components" => components.take(),
                _ => Some(value.clone()),
            };
            Some((member.clone(), value?))
        });
        Self(members.collect())
    }

    /// The `$ref`s that stand in `value`, and in what they lead to.
    pub(crate) fn used_by<'a>(&'a self, value: &'a Value) -> HashSet<&'a str> {
        let mut used = HashSet::new();
        let mut open = vec![value];
        while let Some(value) = open.pop() {
            match value {
                Value::Object(object) => {
                    if let Some(target) = reference(value)
                        && used.insert(target)
                    {
                        open.extend(self.at(target));
                        // Of a reference into a component, the component is kept.
                        let component = target.match_indices('/').nth(3).map(|(end, _)| &target[..end]);
                        if let Some(component) = component.filter(|component| used.insert(component)) {
                            open.extend(self.at(component));
                        }
                    }
                    open.extend(object.values());
                }
                Value::Array(items) => open.extend(items),
                _ => {}
            }
        }
        used
    }

    /// Every operation, in the document's order.
    pub(crate) fn operations(&self) -> impl Iterator<Item = Operation<'_>> {
        let paths = self.0.get("paths").and_then(Value::as_object);
        paths.into_iter().flatten().flat_map(|(path, item)| {
            METHODS.iter().filter_map(move |method| {
                Some(Operation {
                    path,
                    method,
                    item,
                    value: item.get(method)?,
                })
            })
        })
    }

    /// The schemas of the components, by name.
    pub(crate) fn schemas(&self) -> impl Iterator<Item = (&String, &Value)> {
        let schemas = self.at("/components/schemas").and_then(Value::as_object);
        schemas.into_iter().flatten()
    }

    /// The names of the component schemas that are part of a response.
    pub(crate) fn received(&self) -> HashSet<String> {
        let of_operations = self
            .operations()
            .filter_map(|operation| operation.value.get("responses"));
        self.reached(of_operations.chain(self.at("/components/responses")).collect())
    }

    /// The names of the component schemas that are part of a request.
    pub(crate) fn sent(&self) -> HashSet<String> {
        let of_operations = self.operations().flat_map(|operation| {
            let Operation { value, item, .. } = operation;
            [
                value.get("parameters"),
                item.get("parameters"),
                value.get("requestBody"),
            ]
        });
        let of_operations = of_operations.flatten();
        let components = ["/components/parameters", "/components/requestBodies"];
        let components = components.iter().filter_map(|place| self.at(place));
        self.reached(of_operations.chain(components).collect())
    }

    /// The names of the component schemas that these values lead to.
    pub(crate) fn reached<'a>(&'a self, mut open: Vec<&'a Value>) -> HashSet<String> {
        let mut names = HashSet::new();
        while let Some(value) = open.pop() {
            match value {
                Value::Object(object) => {
                    let name = reference(value).and_then(|target| target.strip_prefix(SCHEMAS));
                    if let Some(name) = name
                        && names.insert(name.to_owned())
                    {
                        open.extend(self.at("/components/schemas").and_then(|schemas| schemas.get(name)));
                    }
                    open.extend(object.values());
                }
                Value::Array(items) => open.extend(items),
                _ => {}
            }
        }
        names
    }

    fn check_references(&self, pointer: &str, value: &Value) -> Result<(), Fault> {
        match value {
            Value::Object(object) => {
                if let Some(target) = reference(value) {
                    let here = format!("{pointer}/$ref");
                    if !target.starts_with("#/") {
                        let reason = format!("`{target}` is in another document; only `#/…` is supported");
                        return Err(Fault::new(here, reason));
                    }
                    if self.at(target).is_none() {
                        return Err(Fault::new(here, format!("`{target}` leads nowhere")));
                    }
                }
                object
                    .iter()
                    .filter(|(key, _)| !is_example(key))
                    .try_for_each(|(key, value)| self.check_references(&join(pointer, key), value))
            }
            Value::Array(items) => (items.iter().enumerate())
                .try_for_each(|(index, item)| self.check_references(&format!("{pointer}/{index}"), item)),
            _ => Ok(()),
        }
    }
}

/// One operation of a document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operation<'a> {
    pub(crate) path: &'a str,
    pub(crate) method: &'static str,
    pub(crate) item: &'a Value,
    pub(crate) value: &'a Value,
}

impl<'a> Operation<'a> {
    pub(crate) fn pointer(&self) -> String {
        join(&join("/paths", self.path), self.method)
    }

    pub(crate) fn id(&self) -> Option<&'a str> {
        self.value.get("operationId")?.as_str()
    }

    pub(crate) fn tags(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let tags = self.value.get("tags").and_then(Value::as_array);
        tags.into_iter().flatten().filter_map(Value::as_str)
    }

    /// The parameters of the operation itself, which take precedence, and of its path item.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = &'a Value> {
        let of = |value: &'a Value| value.get("parameters").and_then(Value::as_array).into_iter().flatten();
        of(self.value).chain(of(self.item))
    }
}

/// The target of a `$ref`.
pub(crate) fn reference(value: &Value) -> Option<&str> {
    value.get("$ref").and_then(Value::as_str)
}

/// The schema of a JSON body in a request body or a response.
pub(crate) fn json_schema(body: &Value) -> Option<&Value> {
    let content = body.get("content")?.as_object()?;
    let (_, media_type) = content.iter().find(|(name, _)| is_json(name))?;
    media_type.get("schema")
}

pub(crate) fn is_json(media_type: &str) -> bool {
    media_type
        .split(';')
        .next()
        .is_some_and(|name| name.trim() == "application/json")
}

/// Appends a member's name to a JSON pointer.
pub(crate) fn join(pointer: &str, member: &str) -> String {
    format!("{pointer}/{}", member.replace('~', "~0").replace('/', "~1"))
}

fn is_example(key: &str) -> bool {
    matches!(key, "example" | "examples")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Fault {
        Document::parse(text).unwrap_err()
    }

    fn with_schemas(schemas: &str) -> String {
        format!(r#"{{"openapi":"3.0.3","info":{{}},"paths":{{}},"components":{{"schemas":{schemas}}}}}"#)
    }

    #[test]
    fn text_that_is_not_json_is_refused_with_its_place() {
        let Fault { pointer, reason } = fault("{\n  \"openapi\": ,\n}");
        assert_eq!(pointer, "");
        assert!(
            reason.starts_with("not JSON: ") && reason.contains("line 2"),
            "{reason}"
        );
    }

    #[test]
    fn another_version_of_openapi_is_refused() {
        assert_eq!(fault(r#"{"openapi":"3.1.0"}"#).pointer, "/openapi");
        assert!(fault(r#"{"swagger":"2.0"}"#).reason.contains("no member `openapi`"));
        assert!(fault("[]").reason.contains("no member `openapi`"));
        assert!(
            fault(r#"{"openapi":"3.0.3","info":{}}"#)
                .reason
                .contains("no object `paths`")
        );
    }

    #[test]
    fn a_reference_that_leads_nowhere_is_refused_with_its_pointer() {
        let text = with_schemas(r##"{"a/b":{"items":{"$ref":"#/components/schemas/None"}}}"##);
        let expected = Fault::new(
            "/components/schemas/a~1b/items/$ref",
            "`#/components/schemas/None` leads nowhere",
        );
        assert_eq!(fault(&text), expected);
        let text = with_schemas(r#"{"A":{"$ref":"other.json"}}"#);
        assert!(fault(&text).reason.contains("is in another document"));
    }

    #[test]
    fn a_reference_in_an_example_is_data() {
        let text = with_schemas(r##"{"A":{"example":{"$ref":"#/none"}}}"##);
        assert!(Document::parse(&text).is_ok());
    }
}
