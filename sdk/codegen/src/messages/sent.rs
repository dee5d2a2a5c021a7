//! The extensions by which the passes say how something is sent that progenitor is told otherwise of.

use serde_json::{Value, json};

/// Of a parameter: how it is sent, though progenitor takes it for one of the query.
pub(crate) const PARAMETER: &str = "x-cloudflare-sdk-sent";
/// Of an operation: what its body is.
pub(crate) const BODY: &str = "x-cloudflare-sdk-body";
/// Of an operation: how the body of a success is read.
pub(crate) const ANSWER: &str = "x-cloudflare-sdk-answer";

/// Where a parameter is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Path,
    Query,
    Header,
    Cookie,
    /// A part of a body of several, of a text or of JSON.
    Part,
    /// A part of a body of several that is a file.
    File,
}

const PLACES: [(Place, &str); 6] = [
    (Place::Path, "path"),
    (Place::Query, "query"),
    (Place::Header, "header"),
    (Place::Cookie, "cookie"),
    (Place::Part, "part"),
    (Place::File, "file"),
];

impl Place {
    pub(crate) fn of(name: &str) -> Option<Self> {
        PLACES.iter().find(|(_, other)| *other == name).map(|(place, _)| *place)
    }

    pub(crate) fn name(self) -> &'static str {
        let found = PLACES.iter().find(|(place, _)| *place == self);
        found.map_or("query", |(_, name)| name)
    }
}

/// How a parameter is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    /// Its name for the server.
    pub(crate) name: String,
    pub(crate) place: Place,
    /// A style of OpenAPI, or `json`.
    pub(crate) style: String,
    pub(crate) explode: bool,
    pub(crate) reserved: bool,
    pub(crate) may_be_empty: bool,
    /// Whether it is no list, though progenitor is told so: it panics at an object that is a parameter.
    pub(crate) is_one: bool,
    pub(crate) content_type: Option<String>,
}

impl Sent {
    pub(crate) fn new(name: &str, place: Place) -> Self {
        let (style, explode) = match place {
            Place::Query | Place::Cookie => ("form", true),
            _ => ("simple", false),
        };
        Self {
            name: name.to_owned(),
            place,
            style: style.to_owned(),
            explode,
            reserved: false,
            may_be_empty: false,
            is_one: false,
            content_type: None,
        }
    }

    pub(crate) fn to_value(&self) -> Value {
        json!({
            "name": self.name,
            "in": self.place.name(),
            "style": self.style,
            "explode": self.explode,
            "reserved": self.reserved,
            "empty": self.may_be_empty,
            "one": self.is_one,
            "content_type": self.content_type,
        })
    }

    /// What was written of a parameter, if anything was.
    pub(crate) fn of(parameter: &Value) -> Option<Self> {
        let sent = parameter.get(PARAMETER)?;
        let text = |key: &str| sent.get(key).and_then(Value::as_str).map(str::to_owned);
        let flag = |key: &str| sent.get(key).and_then(Value::as_bool).unwrap_or(false);
        Some(Self {
            name: text("name")?,
            place: Place::of(&text("in")?)?,
            style: text("style")?,
            explode: flag("explode"),
            reserved: flag("reserved"),
            may_be_empty: flag("empty"),
            is_one: flag("one"),
            content_type: text("content_type"),
        })
    }
}

/// What kind of body an operation has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Json,
    Form,
    Multipart,
    Raw,
}

const KINDS: [(Kind, &str); 4] = [
    (Kind::Json, "json"),
    (Kind::Form, "form"),
    (Kind::Multipart, "multipart"),
    (Kind::Raw, "raw"),
];

/// The body of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Body {
    pub(crate) kind: Kind,
    pub(crate) content_type: String,
    pub(crate) required: bool,
    /// Whether a caller may send it with a content type of another kind, or parts of any name.
    pub(crate) is_open: bool,
}

impl Body {
    pub(crate) fn to_value(&self) -> Value {
        let kind = KINDS.iter().find(|(kind, _)| *kind == self.kind).map(|(_, name)| *name);
        json!({
            "kind": kind,
            "content_type": self.content_type,
            "required": self.required,
            "open": self.is_open,
        })
    }

    /// What was written of the body of an operation, if anything was.
    pub(crate) fn of(operation: &Value) -> Option<Self> {
        let body = operation.get(BODY)?;
        let flag = |key: &str| body.get(key).and_then(Value::as_bool).unwrap_or(false);
        let kind = body.get("kind")?.as_str()?;
        Some(Self {
            kind: KINDS.iter().find(|(_, name)| *name == kind)?.0,
            content_type: body.get("content_type")?.as_str()?.to_owned(),
            required: flag("required"),
            is_open: flag("open"),
        })
    }
}

/// How the body of a success is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// As one type, which is always there.
    Typed,
    /// As one type, which is not there where the body is empty.
    MaybeEmpty,
    /// As JSON of any kind.
    Any,
}

impl Answer {
    pub(crate) fn to_value(self) -> Value {
        match self {
            Self::Typed => "typed".into(),
            Self::MaybeEmpty => "maybe-empty".into(),
            Self::Any => "any".into(),
        }
    }

    pub(crate) fn of(operation: &Value) -> Self {
        match operation.get(ANSWER).and_then(Value::as_str) {
            Some("maybe-empty") => Self::MaybeEmpty,
            Some("any") => Self::Any,
            _ => Self::Typed,
        }
    }
}
