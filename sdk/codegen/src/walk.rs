//! Walks over the operations and the schemas of a document that change them, and know where they are.

use serde_json::{Map, Value};

use crate::{
    document::{Document, METHODS},
    report::Place,
};

/// What is done to a schema, by what it is for and where it stands.
pub(crate) type Change<'a> = dyn FnMut(Position<'_>, &Place<'_>, &mut Map<String, Value>) + 'a;

/// What is done to the schema of a component or a message, by what it is for and where it stands.
pub(crate) type ChangeRoot<'a> = dyn FnMut(Position<'_>, &Place<'_>, &mut Value) + 'a;

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

impl Document {
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

    /// Calls `change` on every schema of the document, wherever it stands, from the outside in.
    pub(crate) fn for_each_schema(&mut self, change: &mut dyn FnMut(&Place<'_>, &mut Map<String, Value>)) {
        self.for_each_schema_at(&mut |_, place, schema| change(place, schema));
    }

    /// Like [`for_each_schema`](Self::for_each_schema), also telling what each schema is for.
    pub(crate) fn for_each_schema_at(&mut self, change: &mut Change<'_>) {
        self.for_each_root(&mut |position, place, schema| walk(position, place, schema, change));
    }

    /// Calls `change` on the schema of every component, parameter, body and response, and not on those within.
    pub(crate) fn for_each_root(&mut self, change: &mut ChangeRoot<'_>) {
        let place = Place::ROOT.member("components");
        let components = self.0.get_mut("components").and_then(Value::as_object_mut);
        for (kind, components) in components.into_iter().flatten() {
            let place = place.member(kind);
            for (name, component) in components.as_object_mut().into_iter().flatten() {
                let place = place.member(name);
                match kind.as_str() {
                    "schemas" => change(Position::Component(name), &place, component),
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
}

/// The schemas of the parameters of a path item or an operation.
fn of_parameters(place: &Place<'_>, owner: &mut Map<String, Value>, change: &mut ChangeRoot<'_>) {
    let place = place.member("parameters");
    let parameters = owner.get_mut("parameters").and_then(Value::as_array_mut);
    for (index, parameter) in parameters.into_iter().flatten().enumerate() {
        of_message(Position::Request, &place.item(index), parameter, change);
    }
}

/// The schemas of a parameter, a header, a request body or a response.
pub(crate) fn of_message(position: Position<'_>, place: &Place<'_>, message: &mut Value, change: &mut ChangeRoot<'_>) {
    if let Some(schema) = message.get_mut("schema") {
        change(position, &place.member("schema"), schema);
    }
    let place = place.member("content");
    let content = message.get_mut("content").and_then(Value::as_object_mut);
    for (name, media_type) in content.into_iter().flatten() {
        if let Some(schema) = media_type.get_mut("schema") {
            change(position, &place.member(name).member("schema"), schema);
        }
    }
}

/// A schema and those within it.
fn walk(position: Position<'_>, place: &Place<'_>, schema: &mut Value, change: &mut Change<'_>) {
    let Some(schema) = schema.as_object_mut() else { return };
    change(position, place, schema);
    for_each_child(place, schema, &mut |place, child| walk(position, place, child, change));
}

/// Calls `change` on the schemas right within a schema. Properties are told from keywords: a property may be called
/// `pattern`.
pub(crate) fn for_each_child(
    place: &Place<'_>,
    schema: &mut Map<String, Value>,
    change: &mut dyn FnMut(&Place<'_>, &mut Value),
) {
    for (keyword, value) in schema {
        let place = place.member(keyword);
        match (keyword.as_str(), value) {
            ("properties", Value::Object(properties)) => {
                for (name, property) in properties {
                    change(&place.member(name), property);
                }
            }
            ("allOf" | "anyOf" | "oneOf", Value::Array(parts)) => {
                for (index, part) in parts.iter_mut().enumerate() {
                    change(&place.item(index), part);
                }
            }
            ("items" | "additionalProperties" | "not", part) => change(&place, part),
            _ => {}
        }
    }
}
