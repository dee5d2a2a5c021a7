//! An OpenAPI document as JSON, checked as far as can be said where it is at fault.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::{error::Fault, report::Place};

/// The members of a path item that are operations.
pub(crate) const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// The members of a schema that hold the very value that the schema describes, so that a `$ref` in them is followed
/// without a property or an array in between.
const COMPOSITIONS: [&str; 4] = ["allOf", "anyOf", "oneOf", "not"];

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

    /// Checks that each `$ref` leads somewhere, and that no schema is made of itself.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        self.check_references("", &self.0)?;
        self.check_recursion()
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

    /// Calls `change` on every operation.
    pub(crate) fn for_each_operation(&mut self, mut change: impl FnMut(&Place<'_>, &mut Map<String, Value>)) {
        let paths = Place::ROOT.member("paths");
        let items = self.0.get_mut("paths").and_then(Value::as_object_mut);
        for (path, item) in items.into_iter().flatten() {
            let place = paths.member(path);
            let Some(item) = item.as_object_mut() else { continue };
            for method in METHODS {
                if let Some(operation) = item.get_mut(method).and_then(Value::as_object_mut) {
                    change(&place.member(method), operation);
                }
            }
        }
    }

    /// The schemas of the components, by name.
    pub(crate) fn schemas(&self) -> impl Iterator<Item = (&String, &Value)> {
        let schemas = self.at("/components/schemas").and_then(Value::as_object);
        schemas.into_iter().flatten()
    }

    /// Calls `change` on every schema of the document, wherever it stands, from the outside in.
    pub(crate) fn for_each_schema(&mut self, change: &mut dyn FnMut(&Place<'_>, &mut Map<String, Value>)) {
        self.for_each_schema_at(&mut |_, place, schema| change(place, schema));
    }

    /// Like [`for_each_schema`](Self::for_each_schema), also telling what each schema is for.
    pub(crate) fn for_each_schema_at(&mut self, change: &mut Change<'_>) {
        let place = Place::ROOT.member("components");
        let components = self.0.get_mut("components").and_then(Value::as_object_mut);
        for (kind, components) in components.into_iter().flatten() {
            let place = place.member(kind);
            for (name, component) in components.as_object_mut().into_iter().flatten() {
                let place = place.member(name);
                match kind.as_str() {
                    "schemas" => walk_schema(Position::Component(name), &place, component, change),
                    "responses" => of_message(Position::Response, &place, component, change),
                    _ => of_message(Position::Request, &place, component, change),
                }
            }
        }
        let place = Place::ROOT.member("paths");
        let items = self.0.get_mut("paths").and_then(Value::as_object_mut);
        for (path, item) in items.into_iter().flatten() {
            let place = place.member(path);
            let Some(item) = item.as_object_mut() else { continue };
            of_parameters(&place, item, change);
            for method in METHODS {
                let Some(operation) = item.get_mut(method).and_then(Value::as_object_mut) else {
                    continue;
                };
                let place = place.member(method);
                of_parameters(&place, operation, change);
                if let Some(body) = operation.get_mut("requestBody") {
                    of_message(Position::Request, &place.member("requestBody"), body, change);
                }
                let place = place.member("responses");
                let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
                for (status, response) in responses.into_iter().flatten() {
                    of_message(Position::Response, &place.member(status), response, change);
                }
            }
        }
    }

    /// The names of the component schemas that are part of a response.
    pub(crate) fn received(&self) -> HashSet<String> {
        let mut names = HashSet::new();
        let mut open: Vec<&Value> = (self.operations())
            .filter_map(|operation| operation.value.get("responses"))
            .chain(self.at("/components/responses"))
            .collect();
        while let Some(value) = open.pop() {
            match value {
                Value::Object(object) => {
                    let name = reference(value).and_then(|target| target.strip_prefix("#/components/schemas/"));
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
                    // Progenitor goes by the name of a component alone, whatever comes before it.
                    if target
                        .strip_prefix("#/components/")
                        .is_none_or(|rest| rest.split('/').count() != 2)
                    {
                        let reason = format!("`{target}` is not a component; only `#/components/…/…` is supported");
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

    /// Refuses a schema that is made of itself, which would send the generator into an endless recursion.
    fn check_recursion(&self) -> Result<(), Fault> {
        for (name, schema) in self.schemas() {
            let own = format!("#{}", join("/components/schemas", name));
            let mut seen = HashSet::new();
            let mut open = vec![schema];
            while let Some(schema) = open.pop() {
                if let Some(target) = reference(schema) {
                    if target == own {
                        let pointer = join("/components/schemas", name);
                        return Err(Fault::new(pointer, "the schema is composed of itself"));
                    }
                    if seen.insert(target) {
                        open.extend(self.at(target));
                    }
                }
                for keyword in COMPOSITIONS {
                    match schema.get(keyword) {
                        Some(Value::Array(items)) => open.extend(items),
                        Some(item) => open.push(item),
                        None => {}
                    }
                }
            }
        }
        Ok(())
    }
}

/// What is done to a schema, by what it is for and where it stands.
pub(crate) type Change<'a> = dyn FnMut(Position<'_>, &Place<'_>, &mut Map<String, Value>) + 'a;

/// What a schema is for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Position<'a> {
    /// A component, of that name.
    Component(&'a str),
    /// A parameter or a request body.
    Request,
    /// A response.
    Response,
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

/// The schemas of the parameters of a path item or an operation.
fn of_parameters(place: &Place<'_>, owner: &mut Map<String, Value>, change: &mut Change<'_>) {
    let place = place.member("parameters");
    let parameters = owner.get_mut("parameters").and_then(Value::as_array_mut);
    for (index, parameter) in parameters.into_iter().flatten().enumerate() {
        of_message(Position::Request, &place.item(index), parameter, change);
    }
}

/// The schemas of a parameter, a header, a request body or a response.
fn of_message(position: Position<'_>, place: &Place<'_>, message: &mut Value, change: &mut Change<'_>) {
    if let Some(schema) = message.get_mut("schema") {
        walk_schema(position, &place.member("schema"), schema, change);
    }
    let place = place.member("content");
    let content = message.get_mut("content").and_then(Value::as_object_mut);
    for (name, media_type) in content.into_iter().flatten() {
        if let Some(schema) = media_type.get_mut("schema") {
            walk_schema(position, &place.member(name).member("schema"), schema, change);
        }
    }
}

/// A schema and those within it. Properties are told from keywords: a property may be called `pattern`.
fn walk_schema(position: Position<'_>, place: &Place<'_>, schema: &mut Value, change: &mut Change<'_>) {
    let Some(schema) = schema.as_object_mut() else { return };
    change(position, place, schema);
    for (keyword, value) in schema {
        let place = place.member(keyword);
        match (keyword.as_str(), value) {
            ("properties", Value::Object(properties)) => {
                for (name, property) in properties {
                    walk_schema(position, &place.member(name), property, change);
                }
            }
            ("allOf" | "anyOf" | "oneOf", Value::Array(parts)) => {
                for (index, part) in parts.iter_mut().enumerate() {
                    walk_schema(position, &place.item(index), part, change);
                }
            }
            ("items" | "additionalProperties" | "not", part) => walk_schema(position, &place, part, change),
            _ => {}
        }
    }
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
        assert!(fault(&text).reason.contains("is not a component"));
        let text = with_schemas(r##"{"A":{"allOf":[{"$ref":"#/components/schemas/A/allOf/0"}]}}"##);
        assert!(fault(&text).reason.contains("is not a component"));
    }

    #[test]
    fn a_reference_in_an_example_is_data() {
        let text = with_schemas(r##"{"A":{"example":{"$ref":"#/none"}}}"##);
        assert!(Document::parse(&text).is_ok());
    }

    #[test]
    fn a_schema_composed_of_itself_is_refused() {
        let text = with_schemas(
            r##"{"A":{"allOf":[{"$ref":"#/components/schemas/B"}]},"B":{"$ref":"#/components/schemas/A"}}"##,
        );
        assert_eq!(
            fault(&text),
            Fault::new("/components/schemas/A", "the schema is composed of itself")
        );
        let tree = r##"{"A":{"type":"object","properties":{"left":{"$ref":"#/components/schemas/A"}}}}"##;
        assert!(Document::parse(&with_schemas(tree)).is_ok());
    }
}
