//! The bodies that the generated types are tried on.

use serde_json::Value;

use super::{
    assemble::{Assembler, Wanted},
    published::{Node, Operation, Published, is_json, join},
    schema::Way,
    validity::Contradiction,
};

/// How many alternatives are tried at most.
const ALTERNATIVES: usize = 16;

/// A JSON body that an operation documents.
#[derive(Clone, Debug)]
pub(crate) struct Body<'a> {
    pub(crate) way: Way,
    pub(crate) schema: Node<'a>,
    media_type: Node<'a>,
}

/// A body that is valid by its schema.
#[derive(Clone, Debug)]
pub(crate) struct Case<'a> {
    pub(crate) operation: Operation,
    pub(crate) way: Way,
    pub(crate) origin: Origin,
    pub(crate) schema: Node<'a>,
    pub(crate) body: Value,
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
pub(crate) fn bodies<'a>(document: &'a Published, operation: &Operation) -> Vec<Body<'a>> {
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

/// What an operation is tried on.
pub(crate) fn cases<'a>(
    assembler: &Assembler<'a>,
    operation: &Operation,
    bodies: &[Body<'a>],
) -> (Vec<Case<'a>>, Vec<Invalid>) {
    let (mut cases, mut invalid) = (Vec::new(), Vec::new());
    for body in bodies {
        let mut seen = Vec::new();
        for (origin, value) in documented(assembler.document, body)
            .into_iter()
            .chain(assembled(assembler, body))
        {
            if seen.contains(&value) {
                continue;
            }
            seen.push(value.clone());
            match assembler
                .validity
                .check(assembler.document, &body.schema, body.way, &value)
            {
                Ok(()) => cases.push(Case {
                    operation: operation.clone(),
                    way: body.way,
                    origin,
                    schema: body.schema.clone(),
                    body: value,
                }),
                Err(contradiction) => invalid.push(Invalid {
                    pointer: match &origin {
                        Origin::Documented(pointer) => pointer.clone(),
                        Origin::Assembled(_) => body.schema.pointer.clone(),
                    },
                    origin,
                    contradiction,
                }),
            }
        }
    }
    (cases, invalid)
}

/// The examples of a whole body.
fn documented(document: &Published, body: &Body<'_>) -> Vec<(Origin, Value)> {
    let mut found = Vec::new();
    if let Some(example) = body.media_type.member("example") {
        found.push((Origin::Documented(example.pointer), example.value.clone()));
    }
    let named = body.media_type.member("examples").map(|examples| examples.members());
    for (_, example) in named.unwrap_or_default() {
        let example = document.follow(example);
        if let Some(value) = example.member("value") {
            found.push((Origin::Documented(join(&example.pointer, "value")), value.value.clone()));
        }
    }
    found
}

fn assembled<'a>(assembler: &Assembler<'a>, body: &Body<'a>) -> Vec<(Origin, Value)> {
    let mut wanted = vec![
        ("examples of whole schemas", Wanted::Whole),
        ("all properties", Wanted::All(0)),
        ("required properties", Wanted::Required),
        ("nulls", Wanted::Nulls),
    ];
    let alternatives = assembler.alternatives(&body.schema).min(ALTERNATIVES);
    wanted.extend((1..alternatives).map(|number| ("another alternative", Wanted::All(number))));
    (wanted.into_iter())
        .map(|(name, wanted)| (Origin::Assembled(name), assembler.value(&body.schema, body.way, wanted)))
        .collect()
}
