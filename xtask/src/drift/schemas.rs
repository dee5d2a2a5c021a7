//! What changed between two schemas, as far as values tell: what they are called and where they stand is no change.

use std::collections::BTreeSet;

use serde_json::{Number, Value};

use super::change::Changes;
use crate::survey::{
    published::{Node, Published},
    schema::{Way, composed},
};

/// What is compared, and for whom.
pub(crate) struct Schemas<'a> {
    pub(crate) ours: &'a Published,
    pub(crate) theirs: &'a Published,
    pub(crate) way: Way,
    /// Whether no caller can notice: of failures there are no types.
    pub(crate) harmless: bool,
    /// Whether words are Cloudflare's on both sides.
    pub(crate) words: bool,
    pub(crate) seen: BTreeSet<(Vec<String>, Vec<String>)>,
}

/// Limits, and whether a greater one allows more.
const LIMITS: [(&str, bool); 9] = [
    ("maxLength", true),
    ("maximum", true),
    ("maxItems", true),
    ("maxProperties", true),
    ("minLength", false),
    ("minimum", false),
    ("minItems", false),
    ("minProperties", false),
    ("multipleOf", false),
];

impl<'a> Schemas<'a> {
    /// Compares the schemas of one value.
    pub(crate) fn compare(&mut self, place: &str, ours: Node<'a>, theirs: Node<'a>, changes: &mut Changes) {
        self.nodes(place, vec![ours], vec![theirs], changes);
    }

    fn nodes(&mut self, place: &str, ours: Vec<Node<'a>>, theirs: Vec<Node<'a>>, changes: &mut Changes) {
        let (ours, theirs) = (composed(self.ours, ours), composed(self.theirs, theirs));
        let pointers = |nodes: &[Node<'_>]| nodes.iter().map(|node| node.pointer.clone()).collect::<Vec<_>>();
        // A schema within itself has an end.
        if !self.seen.insert((pointers(&ours), pointers(&theirs))) {
            return;
        }
        let sent = self.way == Way::Sent;
        let at = (ours.first(), theirs.first());
        let mut add = |breaking: bool, what: String| {
            changes.add(breaking && !self.harmless, format!("{place}: {what}"), at.0, at.1);
        };
        let (one, other) = (kind(&ours), kind(&theirs));
        if let (Some(one), Some(other)) = (one, other)
            && one != other
        {
            let is_narrower = matches!((one, other), ("number", "integer"));
            let is_wider = matches!((one, other), ("integer", "number"));
            add(
                if sent { !is_wider } else { !is_narrower },
                format!("the type is `{other}` and was `{one}`"),
            );
            return;
        }
        if one.is_some() != other.is_some() {
            let text = |kind: Option<&str>| kind.map_or("any".to_owned(), |kind| format!("`{kind}`"));
            add(
                sent == one.is_none(),
                format!("the type is {} and was {}", text(other), text(one)),
            );
        }
        self.values(&ours, &theirs, &mut add);
        for (keyword, greater_is_wider) in LIMITS {
            match (number(&ours, keyword), number(&theirs, keyword)) {
                (one, other) if one == other => {}
                (one, other) => {
                    let is_wider = match (&one, &other) {
                        (_, None) => true,
                        (None, _) => false,
                        (Some(one), Some(other)) => (other.as_f64() > one.as_f64()) == greater_is_wider,
                    };
                    let text = |limit: Option<&Number>| limit.map_or("none".to_owned(), Number::to_string);
                    add(
                        sent && !is_wider,
                        format!("`{keyword}` is {} and was {}", text(other), text(one)),
                    );
                }
            }
        }
        for keyword in ["pattern", "format"] {
            let (one, other) = (text(&ours, keyword), text(&theirs, keyword));
            if one != other {
                // These are types of their own in Rust.
                let is_type =
                    |format: Option<&str>| keyword == "format" && matches!(format, Some("date" | "date-time"));
                let is_tighter = sent && keyword == "pattern" && other.is_some();
                let show = |text: Option<&str>| text.map_or("none".to_owned(), |text| format!("`{text}`"));
                add(
                    is_type(one) || is_type(other) || is_tighter,
                    format!("`{keyword}` is {} and was {}", show(other), show(one)),
                );
            }
        }
        let defaults = [&ours, &theirs].map(|nodes| nodes.iter().find_map(|node| node.value.get("default")));
        if defaults[0] != defaults[1] {
            let show = |value: Option<&Value>| value.map_or("none".to_owned(), |value| format!("`{value}`"));
            add(
                false,
                format!("the default is {} and was {}", show(defaults[1]), show(defaults[0])),
            );
        }
        if self.words && text(&ours, "description") != text(&theirs, "description") {
            add(false, "the description is another".to_owned());
        }
        if !is(&ours, "deprecated") && is(&theirs, "deprecated") {
            add(false, "it is deprecated".to_owned());
        }
        self.alternatives(place, &ours, &theirs, changes);
        self.properties(place, &ours, &theirs, changes);
        for (keyword, ending) in [("items", "[]"), ("additionalProperties", ".*")] {
            let of = |nodes: &[Node<'a>]| -> Vec<Node<'a>> {
                let members = nodes.iter().filter_map(|node| node.member(keyword));
                members.filter(|node| node.value.is_object()).collect()
            };
            let (ours, theirs) = (of(&ours), of(&theirs));
            if !ours.is_empty() && !theirs.is_empty() {
                self.nodes(&within(place, ending), ours, theirs, changes);
            }
        }
    }

    /// Enumerations and null.
    fn values(&self, ours: &[Node<'_>], theirs: &[Node<'_>], add: &mut impl FnMut(bool, String)) {
        let sent = self.way == Way::Sent;
        let values = |nodes: &[Node<'_>]| -> Option<BTreeSet<String>> {
            let values = nodes.iter().find_map(|node| node.value.get("enum")?.as_array())?;
            Some(
                values
                    .iter()
                    .filter(|value| !value.is_null())
                    .map(Value::to_string)
                    .collect(),
            )
        };
        match (values(ours), values(theirs)) {
            (Some(ours), Some(theirs)) => {
                for value in theirs.difference(&ours) {
                    add(false, format!("the value {value} is new"));
                }
                for value in ours.difference(&theirs) {
                    add(sent, format!("the value {value} is gone"));
                }
            }
            (None, Some(values)) => {
                let values = values.into_iter().collect::<Vec<_>>().join(", ");
                add(sent, format!("it is one of {values} and was anything"));
            }
            (Some(_), None) => add(false, "it may have any value and was one of a list".to_owned()),
            (None, None) => {}
        }
        match (is_nullable(ours), is_nullable(theirs)) {
            (true, false) => add(sent, "it may not be null any more".to_owned()),
            // What is optional is read from null; what must be there is not.
            (false, true) => add(!sent, "it may be null".to_owned()),
            _ => {}
        }
    }

    fn alternatives(&mut self, place: &str, ours: &[Node<'a>], theirs: &[Node<'a>], changes: &mut Changes) {
        let of = |nodes: &[Node<'a>]| -> Vec<Node<'a>> {
            let lists = nodes
                .iter()
                .flat_map(|node| ["oneOf", "anyOf"].map(|keyword| node.member(keyword)));
            lists
                .flatten()
                .flat_map(|list| list.members())
                .map(|(_, part)| part)
                .collect()
        };
        let (ours, theirs) = (of(ours), of(theirs));
        let sent = self.way == Way::Sent;
        for (index, (one, other)) in ours.iter().zip(&theirs).enumerate() {
            self.nodes(
                &format!("{place} (alternative {})", index + 1),
                vec![one.clone()],
                vec![other.clone()],
                changes,
            );
        }
        if ours.len() != theirs.len() {
            let breaking = sent && theirs.len() < ours.len() && !self.harmless;
            let what = format!(
                "{place}: there are {} alternatives and were {}",
                theirs.len(),
                ours.len()
            );
            changes.add(breaking, what, ours.first(), theirs.first());
        }
    }

    fn properties(&mut self, place: &str, ours: &[Node<'a>], theirs: &[Node<'a>], changes: &mut Changes) {
        let sent = self.way == Way::Sent;
        let (own, other) = (properties(ours), properties(theirs));
        let member = |name: &str| match place.ends_with('`') {
            true => within(place, &format!(".{name}")),
            false => format!("{place} `{name}`"),
        };
        for name in own.iter().map(|(name, _)| *name).collect::<BTreeSet<_>>() {
            let of = |all: &[(&str, Node<'a>)]| -> Vec<Node<'a>> {
                all.iter()
                    .filter(|(other, _)| *other == name)
                    .map(|(_, node)| node.clone())
                    .collect()
            };
            let (one, two) = (of(&own), of(&other));
            let place = member(name);
            if two.is_empty() {
                changes.add(
                    !self.harmless,
                    format!("{place}: it is gone"),
                    one.first(),
                    theirs.first(),
                );
                continue;
            }
            match (is_required(ours, name), is_required(theirs, name)) {
                (true, false) => {
                    let what = format!("{place}: it need not be there any more");
                    changes.add(!sent && !self.harmless, what, one.first(), two.first());
                }
                (false, true) => {
                    let what = format!("{place}: it must be there");
                    changes.add(sent && !self.harmless, what, one.first(), two.first());
                }
                _ => {}
            }
            self.nodes(&place, one, two, changes);
        }
        for (name, node) in &other {
            if !own.iter().any(|(own, _)| own == name) {
                let is_required = is_required(theirs, name);
                let must = if is_required { ", and must be there" } else { "" };
                let what = format!("{}: it is new{must}", member(name));
                changes.add(sent && is_required && !self.harmless, what, ours.first(), Some(node));
            }
        }
    }
}

/// A place within another one: `a.b[]`.
fn within(place: &str, ending: &str) -> String {
    match place.strip_suffix('`') {
        Some(place) => format!("{place}{ending}`"),
        None => format!("{place} `{}`", ending.trim_start_matches('.')),
    }
}

fn properties<'a>(nodes: &[Node<'a>]) -> Vec<(&'a str, Node<'a>)> {
    let properties = nodes.iter().filter_map(|node| node.member("properties"));
    properties.flat_map(|properties| properties.members()).collect()
}

fn kind<'a>(nodes: &[Node<'a>]) -> Option<&'a str> {
    let has = |keyword: &str| nodes.iter().any(|node| node.member(keyword).is_some());
    text(nodes, "type").or_else(|| match () {
        () if has("properties") || has("additionalProperties") => Some("object"),
        () if has("items") => Some("array"),
        () => None,
    })
}

fn text<'a>(nodes: &[Node<'a>], keyword: &str) -> Option<&'a str> {
    nodes.iter().find_map(|node| node.text(keyword))
}

fn number<'a>(nodes: &[Node<'a>], keyword: &str) -> Option<&'a Number> {
    nodes.iter().find_map(|node| node.value.get(keyword)?.as_number())
}

fn is(nodes: &[Node<'_>], flag: &str) -> bool {
    nodes.iter().any(|node| node.is(flag))
}

fn is_nullable(nodes: &[Node<'_>]) -> bool {
    let lists = |node: &Node<'_>| {
        let values = node.value.get("enum").and_then(Value::as_array);
        values.is_some_and(|values| values.contains(&Value::Null))
    };
    is(nodes, "nullable") || nodes.iter().any(lists)
}

fn is_required(nodes: &[Node<'_>], name: &str) -> bool {
    let lists = |node: &Node<'_>| {
        let names = node.value.get("required").and_then(Value::as_array);
        names.is_some_and(|names| names.iter().any(|other| other == name))
    };
    nodes.iter().any(lists)
}
