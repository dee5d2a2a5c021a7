//! The bodies that the generated types are tried on.

use serde_json::Value;

use super::{
    assemble::{Assembler, Wanted},
    published::{Node, Operation, Published, is_json, join},
    schema::Way,
    validity::Contradiction,
};

/// Where Cloudflare's envelope has what a call is made for.
const RESULT: &str = "result";

/// How many alternatives are tried at most.
const ALTERNATIVES: usize = 16;

/// A JSON body that an operation documents.
#[derive(Clone, Debug)]
struct Body<'a> {
    way: Way,
    schema: Node<'a>,
    media_type: Node<'a>,
}

/// A body that is valid by its schema.
#[derive(Clone, Debug)]
pub(crate) struct Case<'a> {
    pub(crate) operation: Operation,
    pub(crate) way: Way,
    pub(crate) origin: Origin,
    pub(crate) schema: Node<'a>,
    /// What is given to the type: the body, or the result in it.
    pub(crate) value: Value,
    /// Whether the value is the `result` of what `schema` describes.
    pub(crate) is_result: bool,
}

/// What became of the bodies of an operation.
#[derive(Debug, Default)]
pub(crate) struct Cases<'a> {
    pub(crate) valid: Vec<Case<'a>>,
    pub(crate) invalid: Vec<Invalid>,
    /// The envelopes that no result is valid in, so that the result was tried alone, by their schema.
    pub(crate) contradictory_envelopes: Vec<String>,
    /// The documented envelopes without a result.
    pub(crate) without_result: Vec<String>,
}

/// Where a body comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    /// It stands in the document, at this pointer.
    Documented(String),
    /// It was put together, in this way.
    Assembled(&'static str),
}

/// A body that is not valid by its schema.
#[derive(Clone, Debug)]
pub(crate) struct Invalid {
    /// The place of the example, or of the schema.
    pub(crate) pointer: String,
    pub(crate) origin: Origin,
    pub(crate) contradiction: Contradiction,
}

/// The JSON bodies of an operation: that of the request, and those of successes.
fn bodies<'a>(document: &'a Published, operation: &Operation) -> Vec<Body<'a>> {
    let Some(node) = document.root().at(&["paths", &operation.path, &operation.method]) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let request = node.member("requestBody");
    found.extend(request.and_then(|body| of_message(document, body, Way::Sent)));
    let responses = node
        .member("responses")
        .map(|responses| responses.members())
        .unwrap_or_default();
    let has_success = responses.iter().any(|(status, _)| status.starts_with('2'));
    for (status, response) in responses {
        if status.starts_with('2') || (status == "default" && !has_success) {
            found.extend(of_message(document, response, Way::Received));
        }
    }
    found
}

fn of_message<'a>(document: &'a Published, message: Node<'a>, way: Way) -> Option<Body<'a>> {
    let content = document.follow(message).member("content")?;
    let (_, media_type) = content.members().into_iter().find(|(name, _)| is_json(name))?;
    Some(Body {
        way,
        schema: media_type.member("schema")?,
        media_type,
    })
}

/// What an operation is tried on. Where successes are `enveloped`, their type is that of the `result`.
pub(crate) fn cases<'a>(assembler: &Assembler<'a>, operation: &Operation, enveloped: bool) -> Cases<'a> {
    let document = assembler.document;
    let mut cases = Cases::default();
    for body in bodies(document, operation) {
        let is_result = enveloped && body.way == Way::Received;
        let result = result_of(document, &body.schema).filter(|_| is_result);
        let mut seen = Vec::new();
        let mut add = |cases: &mut Cases<'a>, origin: &Origin, schema: &Node<'a>, value: &Value, is_result: bool| {
            if seen.contains(value) {
                return Ok(());
            }
            assembler.validity.check(document, schema, body.way, value)?;
            seen.push(value.clone());
            cases.valid.push(Case {
                operation: operation.clone(),
                way: body.way,
                origin: origin.clone(),
                schema: schema.clone(),
                value: match is_result {
                    true => value.get(RESULT).cloned().unwrap_or(Value::Null),
                    false => value.clone(),
                },
                is_result,
            });
            Ok(())
        };
        for (pointer, value) in documented(document, &body) {
            if is_result && value.get(RESULT).is_none() {
                cases.without_result.push(pointer);
                continue;
            }
            let origin = Origin::Documented(pointer.clone());
            if let Err(contradiction) = add(&mut cases, &origin, &body.schema, &value, is_result) {
                cases.invalid.push(Invalid {
                    pointer,
                    origin,
                    contradiction,
                });
            }
        }
        for (name, wanted) in wanted(assembler, &body) {
            let origin = Origin::Assembled(name);
            let mut value = assembler.value(&body.schema, body.way, wanted);
            let alone = result
                .as_ref()
                .map(|result| (result, assembler.value(result, body.way, wanted)));
            // Without one there would be nothing to try, though most envelopes do not demand it.
            if let (Some((_, alone)), Some(members)) = (&alone, value.as_object_mut()) {
                members.entry(RESULT).or_insert_with(|| alone.clone());
            }
            let Err(contradiction) = add(&mut cases, &origin, &body.schema, &value, is_result) else {
                continue;
            };
            if let Some((result, alone)) = alone
                && add(&mut cases, &origin, result, &alone, false).is_ok()
            {
                cases.contradictory_envelopes.push(body.schema.pointer.clone());
                continue;
            }
            let pointer = body.schema.pointer.clone();
            cases.invalid.push(Invalid {
                pointer,
                origin,
                contradiction,
            });
        }
    }
    cases
}

/// The schema of an envelope's result: where several parts have one, that of the last.
fn result_of<'a>(document: &'a Published, schema: &Node<'a>) -> Option<Node<'a>> {
    let schema = document.follow(schema.clone());
    let own = schema.at(&["properties", RESULT]);
    let parts = schema.member("allOf").map(|parts| parts.members()).unwrap_or_default();
    own.or_else(|| parts.iter().rev().find_map(|(_, part)| result_of(document, part)))
}

/// The examples of a whole body.
fn documented(document: &Published, body: &Body<'_>) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    if let Some(example) = body.media_type.member("example") {
        found.push((example.pointer, example.value.clone()));
    }
    let named = body.media_type.member("examples").map(|examples| examples.members());
    for (_, example) in named.unwrap_or_default() {
        let example = document.follow(example);
        if let Some(value) = example.member("value") {
            found.push((join(&example.pointer, "value"), value.value.clone()));
        }
    }
    found
}

/// Which bodies are put together.
fn wanted<'a>(assembler: &Assembler<'a>, body: &Body<'a>) -> Vec<(&'static str, Wanted)> {
    let mut wanted = vec![
        ("examples of whole schemas", Wanted::Whole),
        ("all properties", Wanted::All(0)),
        ("required properties", Wanted::Required),
        ("nulls", Wanted::Nulls),
    ];
    let alternatives = assembler.alternatives(&body.schema).min(ALTERNATIVES);
    wanted.extend((1..alternatives).map(|number| ("another alternative", Wanted::All(number))));
    wanted
}
