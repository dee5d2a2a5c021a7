//! What the runtime or the generated documentation needs of an operation and progenitor does not pass on.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::{
    document::{Document, Operation, json_schema},
    messages::{
        parts::is_free_text,
        sent::{Answer, Body, Kind, Place, Sent},
    },
    passes::{enumerations::WIRE, envelope, errors},
    unions::{self, VariantFacts},
};

/// The keywords that constrain a value and that no type of Rust says.
const CONSTRAINTS: [&str; 10] = [
    "format",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "multipleOf",
    "pattern",
    "uniqueItems",
];

/// The operations of a document by the name of their builder's method.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub(crate) operations: BTreeMap<String, OperationFacts>,
    /// The schemas of the components by the name of their model.
    schemas: BTreeMap<String, SchemaFacts>,
}

/// A schema that may have become a model.
#[derive(Clone, Debug)]
pub(crate) struct SchemaFacts {
    pub(crate) members: Vec<Parameter>,
    /// What the document says of its values in words of JSON Schema and the type does not.
    pub(crate) constraints: Map<String, Value>,
    /// The document's names, by the names that members have in place of them.
    pub(crate) wire: BTreeMap<String, String>,
    /// The document's texts and the names in Rust, by what stands for the values of an enumeration.
    pub(crate) values: BTreeMap<String, (String, String)>,
    /// The variants of a union.
    pub(crate) variants: Vec<VariantFacts>,
}

/// One operation.
#[derive(Clone, Debug)]
pub(crate) struct OperationFacts {
    pub(crate) path: String,
    /// The verb, in small letters.
    pub(crate) method: String,
    /// What the body is, where it is not JSON that is always sent.
    pub(crate) body: Option<Body>,
    pub(crate) answer: Answer,
    /// Whether repeating the call has the same effect as making it once.
    pub(crate) idempotent: bool,
    /// Whether success is an envelope around a `result`.
    pub(crate) enveloped: bool,
    /// The permissions of which the credentials need one.
    pub(crate) permissions: Vec<String>,
    /// Where the operation is described.
    reference: Option<String>,
    pub(crate) parameters: Vec<Parameter>,
    /// The members of a JSON body.
    pub(crate) members: Vec<Parameter>,
}

/// A parameter, or a member of the body.
#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    /// What it is called for progenitor, which is its name unless that would be another's in Rust.
    key: String,
    /// Where a parameter stands: `path`, `query` or `header`; nothing for a member of a body.
    pub(crate) location: Option<String>,
    /// How it is sent, where progenitor is told otherwise; its own name is in there, and `name` is the setter's.
    pub(crate) sent: Option<Sent>,
    /// Whether it is a text of no further kind.
    pub(crate) is_free_text: bool,
    pub(crate) required: bool,
    pub(crate) nullable: bool,
    pub(crate) description: Option<String>,
    /// An example for the documentation.
    pub(crate) example: Option<Value>,
    /// Whether it is a whole number.
    pub(crate) integral: bool,
    pub(crate) minimum: Option<i64>,
    pub(crate) maximum: Option<i64>,
    /// What the document says of its values in words of JSON Schema and the type does not.
    pub(crate) constraints: Map<String, Value>,
}

impl Facts {
    /// Reads a document, of which `shaped` is what the passes made, in which the names are those of the models.
    pub(crate) fn read(document: &Document, shaped: &Document) -> Self {
        let operations = (document.operations().zip(shaped.operations()))
            .filter_map(|(operation, shaped_operation)| {
                let mut facts = OperationFacts::read(shaped, shaped_operation);
                facts.enveloped = is_enveloped(document, operation);
                Some((operation.id()?.to_owned(), facts))
            })
            .collect();
        let schemas = (shaped.schemas())
            .map(|(name, schema)| (identifier(name), SchemaFacts::read(shaped, schema)))
            .collect();
        Self { operations, schemas }
    }

    /// The operation whose method has the name `method`, with its id.
    pub(crate) fn operation(&self, method: &str) -> Option<(&str, &OperationFacts)> {
        let wanted = identifier(method);
        let found = self.operations.iter().find(|(id, _)| identifier(id) == wanted);
        found.map(|(id, facts)| (id.as_str(), facts))
    }

    /// The schema that became the model.
    pub(crate) fn schema(&self, model: &str) -> Option<&SchemaFacts> {
        self.schemas.get(&identifier(model))
    }

    /// The members of a model: of a component, or of the body of an operation that it is named after.
    pub(crate) fn members(&self, model: &str) -> &[Parameter] {
        if let Some(schema) = self.schema(model) {
            return &schema.members;
        }
        let wanted = identifier(model);
        let of_body = (self.operations.iter()).find(|(id, _)| wanted == identifier(id) + "body");
        of_body.map_or(&[], |(_, operation)| &operation.members)
    }

    /// The facts of a part of the document, as far as they were read of the whole.
    pub(crate) fn of_part(&self, part: &Document) -> Self {
        let operations = (part.operations())
            .filter_map(|operation| {
                let id = operation.id()?;
                let whole = self.operations.get(id).cloned();
                Some((
                    id.to_owned(),
                    whole.unwrap_or_else(|| OperationFacts::read(part, operation)),
                ))
            })
            .collect();
        let schemas = self.schemas.clone();
        Self { operations, schemas }
    }
}

impl SchemaFacts {
    fn read(document: &Document, schema: &Value) -> Self {
        let schema = resolve(document, schema);
        let wire = schema.get(WIRE).and_then(Value::as_object);
        let text = |value: &Value| value.as_str().map(str::to_owned);
        Self {
            members: Parameter::of_body(document, schema),
            constraints: constraints(document, schema),
            wire: (wire.into_iter().flatten())
                .filter_map(|(name, wire)| Some((name.clone(), text(wire)?)))
                .collect(),
            values: (wire.into_iter().flatten())
                .filter_map(|(name, value)| Some((name.clone(), (text(value.get(0)?)?, text(value.get(1)?)?))))
                .collect(),
            variants: unions::facts(document, schema),
        }
    }
}

/// Whether success is an envelope around a `result`.
fn is_enveloped(document: &Document, operation: Operation<'_>) -> bool {
    let responses = operation.value.get("responses").and_then(Value::as_object);
    (responses.into_iter().flatten())
        .filter(|(status, _)| errors::is_success(status, responses))
        .filter_map(|(_, response)| json_schema(document.resolve(response)))
        .any(|schema| envelope::is_envelope(document, schema))
}

impl OperationFacts {
    fn read(document: &Document, operation: Operation<'_>) -> Self {
        let Operation {
            path, method, value, ..
        } = operation;
        let idempotent = match value.get("x-idempotent").and_then(Value::as_bool) {
            Some(declared) => declared,
            // RFC 9110, section 9.2.2.
            None => !matches!(method, "post" | "patch"),
        };
        let permissions = value.get("x-api-token-group").and_then(Value::as_array);
        let body = value.get("requestBody").map(|body| document.resolve(body));
        Self {
            path: path.to_owned(),
            method: method.to_owned(),
            body: Body::of(value),
            answer: Answer::of(value),
            idempotent,
            enveloped: is_enveloped(document, operation),
            permissions: (permissions.into_iter().flatten())
                .filter_map(|name| Some(name.as_str()?.to_owned()))
                .collect(),
            reference: (value.get("externalDocs").and_then(|docs| docs.get("url")?.as_str())).map(str::to_owned),
            parameters: (operation.parameters())
                .filter_map(|parameter| Parameter::of_operation(document, document.resolve(parameter)))
                .collect(),
            members: (body.and_then(|body| json_schema(body).or_else(|| first_schema(body))))
                .map(|schema| Parameter::of_body(document, resolve(document, schema)))
                .unwrap_or_default(),
        }
    }
}

/// The schema of the first media type of a body.
fn first_schema(body: &Value) -> Option<&Value> {
    let (_, media_type) = body.get("content")?.as_object()?.iter().next()?;
    media_type.get("schema")
}

impl OperationFacts {
    /// The kind of the body; JSON unless it is said otherwise.
    pub(crate) fn body_kind(&self) -> Kind {
        self.body.as_ref().map_or(Kind::Json, |body| body.kind)
    }
}

impl OperationFacts {
    /// A description, with the permissions and the reference that it may not name itself.
    pub(crate) fn with_links(&self, description: &str) -> String {
        let mut text = description.to_owned();
        if !self.permissions.is_empty() && !self.permissions.iter().all(|name| text.contains(name)) {
            let names = self
                .permissions
                .iter()
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join(", ");
            text += &format!("\n\nPermissions, of which the credentials need one: {names}.");
        }
        match &self.reference {
            Some(url) if !text.contains(url) => text += &format!("\n\nReference: <{url}>"),
            _ => {}
        }
        text
    }
}

impl Parameter {
    fn of_operation(document: &Document, parameter: &Value) -> Option<Self> {
        let name = parameter.get("name")?.as_str()?;
        let schema = parameter.get("schema").unwrap_or(&Value::Null);
        let required = parameter.get("required").and_then(Value::as_bool).unwrap_or(false);
        let sent = Sent::of(parameter);
        let is_one = sent.as_ref().is_some_and(|sent| sent.is_one);
        let schema = if is_one {
            schema.get("items").unwrap_or(schema)
        } else {
            schema
        };
        let mut this = Self::of_schema(document, name, schema, required);
        this.location = match &sent {
            Some(sent) => Some(sent.place.name().to_owned()),
            None => parameter.get("in").and_then(Value::as_str).map(str::to_owned),
        };
        this.sent = sent;
        if let Some(description) = parameter.get("description").and_then(Value::as_str) {
            this.description = Some(description.to_owned());
        }
        if let Some(example) = example(document, parameter) {
            this.example = Some(example);
        }
        Some(this)
    }

    fn of_body(document: &Document, schema: &Value) -> Vec<Self> {
        let required = schema.get("required").and_then(Value::as_array);
        let is_required = |name: &str| required.is_some_and(|names| names.iter().any(|n| n == name));
        let properties = schema.get("properties").and_then(Value::as_object);
        let wire = |name: &str| schema.get(WIRE)?.get(name)?.as_str();
        (properties.into_iter().flatten())
            .map(|(key, schema)| {
                let name = wire(key).unwrap_or(key);
                let member = Self::of_schema(document, name, schema, is_required(key));
                Self {
                    key: key.clone(),
                    ..member
                }
            })
            .collect()
    }

    fn of_schema(document: &Document, name: &str, schema: &Value, required: bool) -> Self {
        let resolved = resolve(document, schema);
        let nullable = is(schema, "nullable") || is(resolved, "nullable");
        let mut constraints = constraints(document, resolved);
        if required && nullable {
            constraints.extend(kind(resolved).map(|kind| ("type".to_owned(), json!([kind, "null"]))));
        }
        let whole = |keyword| {
            let limit = resolved.get(keyword)?;
            limit
                .as_i64()
                .or_else(|| limit.as_f64().filter(|n| n.fract() == 0.0).map(|n| n as i64))
        };
        let description = schema.get("description").or_else(|| resolved.get("description"));
        Self {
            name: name.to_owned(),
            key: name.to_owned(),
            location: None,
            sent: None,
            is_free_text: is_free_text(resolved),
            required,
            nullable,
            description: description.and_then(Value::as_str).map(str::to_owned),
            example: example(document, resolved),
            integral: resolved.get("type").is_some_and(|kind| kind == "integer") || is(resolved, "x-integral"),
            // An excluded limit of whole numbers is the limit of its neighbour.
            minimum: whole("minimum").map(|limit| limit + i64::from(is(resolved, "exclusiveMinimum"))),
            maximum: whole("maximum").map(|limit| limit - i64::from(is(resolved, "exclusiveMaximum"))),
            constraints,
        }
    }
}

impl Parameter {
    /// Whether this is what the generated code calls `ident`.
    pub(crate) fn is_called(&self, ident: &str) -> bool {
        identifier(&self.key) == identifier(ident)
    }

    /// What the server calls it.
    pub(crate) fn wire_name(&self) -> &str {
        self.sent.as_ref().map_or(&self.name, |sent| &sent.name)
    }

    /// Whether it is sent in parts whose content may be a stream.
    pub(crate) fn is_file(&self) -> bool {
        self.sent.as_ref().is_some_and(|sent| match sent.place {
            Place::File => true,
            Place::Part => self.is_free_text && !sent.is_one,
            _ => false,
        })
    }

    /// What progenitor calls it.
    pub(crate) fn ident(&self) -> String {
        snake(&self.key)
    }

    /// Documentation for its setter.
    pub(crate) fn documentation(&self) -> String {
        let name = self.wire_name();
        let Self {
            description,
            minimum,
            maximum,
            ..
        } = self;
        let limits = match (minimum, maximum) {
            (Some(minimum), Some(maximum)) => format!(" From {minimum} to {maximum}."),
            (Some(minimum), None) => format!(" At least {minimum}."),
            (None, Some(maximum)) => format!(" At most {maximum}."),
            (None, None) => String::new(),
        };
        let description = description
            .as_deref()
            .map(|text| format!("\n\n{}", text.trim()))
            .unwrap_or_default();
        format!("Sets `{name}`.{limits}{description}")
    }
}

/// A name of the document as a name of a value in Rust.
pub(crate) fn snake(name: &str) -> String {
    let mut snake = String::new();
    for c in name.chars() {
        let after_small = snake.ends_with(|last: char| last.is_ascii_lowercase() || last.is_ascii_digit());
        if c.is_ascii_uppercase() && after_small {
            snake.push('_');
        }
        snake.push(if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '_'
        });
    }
    if is_word(&snake) { snake } else { format!("{snake}_") }
}

/// Whether a text is a name in Rust, as it stands.
pub(crate) fn is_word(text: &str) -> bool {
    syn::parse_str::<syn::Ident>(text).is_ok()
}

/// The schema that `schema` stands for: itself, or what its `$ref` leads to, also where that is the only part of an
/// `allOf`, which is how a reference gets a description of its own.
pub(crate) fn resolve<'a>(document: &'a Document, schema: &'a Value) -> &'a Value {
    let mut schema = document.resolve(schema);
    for _ in 0..64 {
        match schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
            Some([part]) => schema = document.resolve(part),
            _ => break,
        }
    }
    schema
}

/// The type of a value that is no model of its own.
fn kind(schema: &Value) -> Option<&str> {
    let kind = schema.get("type")?.as_str()?;
    let is_model = kind == "object" || schema.get("enum").is_some();
    (!is_model).then_some(if is(schema, "x-integral") { "integer" } else { kind })
}

/// The constraints of a schema, with those of its items.
fn constraints(document: &Document, schema: &Value) -> Map<String, Value> {
    let mut constraints: Map<String, Value> = (CONSTRAINTS.iter())
        .filter_map(|keyword| Some(((*keyword).to_owned(), schema.get(keyword)?.clone())))
        .collect();
    // A flag in OpenAPI 3.0, the limit itself in JSON Schema.
    for (flag, limit) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        if is(schema, flag)
            && let Some(limit) = constraints.remove(limit)
        {
            constraints.insert(flag.to_owned(), limit);
        }
    }
    let items = schema.get("items").map(|items| resolve(document, items));
    // Not those of lists within lists, which may go on without end.
    if let Some(items) = items
        && let Some(kind) = kind(items).filter(|kind| *kind != "array")
    {
        let mut item = self::constraints(document, items);
        if !item.is_empty() {
            let kind = if is(items, "nullable") {
                json!([kind, "null"])
            } else {
                kind.into()
            };
            item.insert("type".to_owned(), kind);
            constraints.insert("items".to_owned(), item.into());
        }
    }
    constraints
}

fn is(schema: &Value, flag: &str) -> bool {
    schema.get(flag).and_then(Value::as_bool).unwrap_or(false)
}

/// A name without what differs between the document and Rust: case and punctuation.
pub(crate) fn identifier(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// The first example of a parameter or a schema; for an enumeration, its first value.
fn example(document: &Document, value: &Value) -> Option<Value> {
    let named = || {
        let (_, example) = value.get("examples")?.as_object()?.iter().next()?;
        document.resolve(example).get("value")
    };
    let of_schema = || {
        let first = value.get("enum")?.as_array()?.first()?;
        let wire = || value.get(WIRE)?.get(first.as_str()?)?.get(0);
        Some(wire().unwrap_or(first))
    };
    value.get("example").or_else(named).or_else(of_schema).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(document: &Value) -> Facts {
        let document = Document::parse(&document.to_string()).unwrap();
        Facts::read(&document, &document)
    }

    #[test]
    fn the_limits_of_a_member_that_has_its_schema_by_reference_are_known() {
        let document = json!({
            "openapi": "3.0.3",
            "info": {},
            "paths": {},
            "components": { "schemas": {
                "Size": { "type": "integer", "minimum": 5, "maximum": 50, "example": 20 },
                "Edit": { "properties": {
                    "size": { "description": "How many.", "allOf": [{ "$ref": "#/components/schemas/Size" }] },
                } },
            } },
        });
        let facts = read(&document);
        let [size] = facts.members("Edit") else { panic!() };
        assert!(size.integral && !size.required);
        assert_eq!((size.minimum, size.maximum), (Some(5), Some(50)));
        assert_eq!(
            (size.example.clone(), size.description.as_deref()),
            (Some(json!(20)), Some("How many."))
        );
    }

    #[test]
    fn a_list_within_itself_has_an_end() {
        let document = json!({
            "openapi": "3.0.3",
            "info": {},
            "paths": {},
            "components": { "schemas": {
                "Tree": { "type": "array", "maxItems": 2, "items": { "$ref": "#/components/schemas/Tree" } },
            } },
        });
        let facts = read(&document);
        assert_eq!(
            Value::from(facts.schema("Tree").unwrap().constraints.clone()),
            json!({ "maxItems": 2 })
        );
    }
}
