//! What changed between two operations.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{change::Changes, schemas::Schemas};
use crate::{
    import::PUBLISHED_ID,
    survey::{
        published::{Node, Operation, Published, is_json},
        schema::Way,
    },
};

/// The members that name the permissions of which one is needed: that of now, and that of the document of 2024.
const PERMISSIONS: [&str; 2] = ["x-api-token-group", "x-cfPermissionsRequired"];

/// Two operations that are one.
pub(crate) struct Pair<'a> {
    pub(crate) ours: &'a Published,
    pub(crate) theirs: &'a Published,
    pub(crate) own: &'a Operation,
    pub(crate) other: &'a Operation,
}

impl<'a> Pair<'a> {
    pub(crate) fn changes(&self) -> Changes {
        let mut changes = Changes::default();
        let (Some(own), Some(other)) = (node(self.ours, self.own), node(self.theirs, self.other)) else {
            return changes;
        };
        let nodes = (Some(&own), Some(&other));
        if (&self.own.method, crate::import::without_names(&self.own.path))
            != (&self.other.method, crate::import::without_names(&self.other.path))
        {
            let name = |operation: &Operation| format!("{} {}", operation.method.to_uppercase(), operation.path);
            let what = format!("it is now {} and was {}", name(self.other), name(self.own));
            changes.add(true, what, nodes.0, nodes.1);
        }
        if other.is("deprecated") && !own.is("deprecated") {
            changes.add(false, "it is deprecated".to_owned(), nodes.0, nodes.1);
        }
        // Of what was taken by hand the words are this project's.
        let words = own.member(PUBLISHED_ID).is_some();
        for member in ["summary", "description"] {
            if words && own.text(member) != other.text(member) {
                changes.add(false, format!("the {member} is another"), nodes.0, nodes.1);
            }
        }
        self.parameters(&own, &other, words, &mut changes);
        self.body(&own, &other, words, &mut changes);
        self.responses(&own, &other, words, &mut changes);
        permissions(&own, &other, &mut changes);
        self.security(&own, &other, &mut changes);
        changes
    }

    fn schemas(&self, way: Way, harmless: bool, words: bool) -> Schemas<'a> {
        Schemas {
            ours: self.ours,
            theirs: self.theirs,
            way,
            harmless,
            words,
            seen: BTreeSet::new(),
        }
    }

    fn parameters(&self, own: &Node<'a>, other: &Node<'a>, words: bool, changes: &mut Changes) {
        let ours = parameters(self.ours, self.own);
        let theirs = parameters(self.theirs, self.other);
        for (key, one) in &ours {
            let place = format!("parameter `{}`", one.text("name").unwrap_or_default());
            let Some(two) = theirs.get(key) else {
                changes.add(true, format!("{place}: it is gone"), Some(one), Some(other));
                continue;
            };
            match (one.is("required"), two.is("required")) {
                (true, false) => changes.add(
                    false,
                    format!("{place}: it need not be given any more"),
                    Some(one),
                    Some(two),
                ),
                (false, true) => changes.add(true, format!("{place}: it must be given"), Some(one), Some(two)),
                _ => {}
            }
            for member in ["style", "explode"] {
                if one.value.get(member) != two.value.get(member) {
                    changes.add(true, format!("{place}: `{member}` is another"), Some(one), Some(two));
                }
            }
            if let (Some(one), Some(two)) = (one.member("schema"), two.member("schema")) {
                self.schemas(Way::Sent, false, words).compare(&place, one, two, changes);
            }
        }
        for (key, two) in theirs.iter().filter(|(key, _)| !ours.contains_key(*key)) {
            let place = format!("parameter `{}` ({})", two.text("name").unwrap_or_default(), key.0);
            let must = if two.is("required") { ", and must be given" } else { "" };
            changes.add(
                two.is("required"),
                format!("{place}: it is new{must}"),
                Some(own),
                Some(two),
            );
        }
    }

    fn body(&self, own: &Node<'a>, other: &Node<'a>, words: bool, changes: &mut Changes) {
        let one = own.member("requestBody").map(|body| self.ours.follow(body));
        let two = other.member("requestBody").map(|body| self.theirs.follow(body));
        match (&one, &two) {
            (None, None) => {}
            (Some(one), None) => changes.add(true, "request body: it is gone".to_owned(), Some(one), Some(other)),
            (None, Some(two)) => {
                let must = if two.is("required") { ", and must be sent" } else { "" };
                changes.add(
                    two.is("required"),
                    format!("request body: it is new{must}"),
                    Some(own),
                    Some(two),
                );
            }
            (Some(one), Some(two)) => {
                if one.is("required") != two.is("required") {
                    let what = if two.is("required") {
                        "it must be sent"
                    } else {
                        "it need not be sent any more"
                    };
                    changes.add(
                        two.is("required"),
                        format!("request body: {what}"),
                        Some(one),
                        Some(two),
                    );
                }
                let mut schemas = self.schemas(Way::Sent, false, words);
                media_types("request body", one, two, &mut schemas, changes);
            }
        }
    }

    fn responses(&self, own: &Node<'a>, other: &Node<'a>, words: bool, changes: &mut Changes) {
        let of = |document: &'a Published, node: &Node<'a>| -> BTreeMap<String, Node<'a>> {
            let responses = node
                .member("responses")
                .map(|responses| responses.members())
                .unwrap_or_default();
            let named = responses
                .into_iter()
                .map(|(status, response)| (status.to_uppercase(), document.follow(response)));
            named.collect()
        };
        let (ours, theirs) = (of(self.ours, own), of(self.theirs, other));
        for (status, one) in &ours {
            let harmless = !status.starts_with('2');
            let place = format!("response {status}");
            match theirs.get(status) {
                Some(two) => {
                    let mut schemas = self.schemas(Way::Received, harmless, words);
                    media_types(&place, one, two, &mut schemas, changes);
                }
                None => changes.add(!harmless, format!("{place}: it is gone"), Some(one), Some(other)),
            }
        }
        for (status, two) in theirs.iter().filter(|(status, _)| !ours.contains_key(*status)) {
            changes.add(false, format!("response {status}: it is new"), Some(own), Some(two));
        }
    }

    fn security(&self, own: &Node<'a>, other: &Node<'a>, changes: &mut Changes) {
        let of = |document: &'a Published, node: &Node<'a>| -> BTreeSet<Vec<String>> {
            let ways = node.member("security").or_else(|| document.root().member("security"));
            let ways = ways.map(|ways| ways.members()).unwrap_or_default();
            let schemes = |way: &Value| {
                let mut names: Vec<_> = way.as_object().into_iter().flat_map(Map::keys).cloned().collect();
                names.sort();
                names
            };
            ways.into_iter().map(|(_, way)| schemes(way.value)).collect()
        };
        let (ours, theirs) = (of(self.ours, own), of(self.theirs, other));
        for way in ours.difference(&theirs) {
            changes.add(
                true,
                format!("credentials: {} is not accepted any more", way.join(" with ")),
                Some(own),
                Some(other),
            );
        }
        for way in theirs.difference(&ours) {
            changes.add(
                false,
                format!("credentials: {} is accepted", way.join(" with ")),
                Some(own),
                Some(other),
            );
        }
    }
}

/// An operation within its document.
fn node<'a>(document: &'a Published, operation: &Operation) -> Option<Node<'a>> {
    document.root().at(&["paths", &operation.path, &operation.method])
}

/// The parameters by where they stand and what they are called; those of the path by their order, since their names are
/// not sent.
fn parameters<'a>(document: &'a Published, operation: &Operation) -> BTreeMap<(String, String), Node<'a>> {
    let mut found = BTreeMap::new();
    let item = document.root().at(&["paths", &operation.path]);
    let lists = [item, node(document, operation)].map(|node| node.and_then(|node| node.member("parameters")));
    for (_, parameter) in lists.into_iter().flatten().flat_map(|list| list.members()) {
        let parameter = document.follow(parameter);
        let (name, place) = (
            parameter.text("name").unwrap_or_default(),
            parameter.text("in").unwrap_or_default(),
        );
        let name = match place {
            "path" => {
                let at = operation.path.find(&format!("{{{name}}}"));
                let before = at.map(|at| operation.path[..at].matches('{').count());
                before.map_or(name.to_owned(), |before| format!("{before}"))
            }
            "header" => name.to_ascii_lowercase(),
            _ => name.to_owned(),
        };
        found.insert((place.to_owned(), name), parameter);
    }
    found
}

fn media_types<'a>(place: &str, one: &Node<'a>, two: &Node<'a>, schemas: &mut Schemas<'a>, changes: &mut Changes) {
    let of = |node: &Node<'a>| -> BTreeMap<String, Node<'a>> {
        let content = node
            .member("content")
            .map(|content| content.members())
            .unwrap_or_default();
        let plain = |name: &str| name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        content
            .into_iter()
            .map(|(name, media_type)| (plain(name), media_type))
            .collect()
    };
    let (ours, theirs) = (of(one), of(two));
    for (name, own) in &ours {
        match theirs.get(name) {
            None => changes.add(
                !schemas.harmless,
                format!("{place}: `{name}` is gone"),
                Some(own),
                Some(two),
            ),
            Some(other) => {
                let of = |media_type: &Node<'a>| media_type.member("schema");
                let place = match is_json(name) {
                    true => place.to_owned(),
                    false => format!("{place} ({name})"),
                };
                match (of(own), of(other)) {
                    (Some(own), Some(other)) => schemas.compare(&place, own, other, changes),
                    (None, None) => {}
                    (own, other) => {
                        let what = if other.is_some() {
                            "it has a schema"
                        } else {
                            "it has no schema any more"
                        };
                        changes.add(
                            !schemas.harmless,
                            format!("{place}: {what}"),
                            own.as_ref(),
                            other.as_ref(),
                        );
                    }
                }
            }
        }
    }
    for (name, other) in theirs.iter().filter(|(name, _)| !ours.contains_key(*name)) {
        changes.add(false, format!("{place}: `{name}` is new"), Some(one), Some(other));
    }
}

fn permissions(own: &Node<'_>, other: &Node<'_>, changes: &mut Changes) {
    let of = |node: &Node<'_>| -> Option<BTreeSet<String>> {
        let listed = PERMISSIONS.iter().find_map(|member| node.value.get(*member))?;
        let names = match listed {
            Value::Object(members) => members.values().next().and_then(Value::as_array),
            listed => listed.as_array(),
        };
        Some(names?.iter().filter_map(Value::as_str).map(str::to_owned).collect())
    };
    let nodes = (Some(own), Some(other));
    match (of(own), of(other)) {
        (Some(ours), Some(theirs)) => {
            for name in ours.difference(&theirs) {
                changes.add(
                    true,
                    format!("permissions: `{name}` is not enough any more"),
                    nodes.0,
                    nodes.1,
                );
            }
            for name in theirs.difference(&ours) {
                changes.add(false, format!("permissions: `{name}` is enough"), nodes.0, nodes.1);
            }
        }
        (Some(_), None) => {
            changes.add(
                false,
                "permissions: the document does not name them any more".to_owned(),
                nodes.0,
                nodes.1,
            );
        }
        (None, Some(theirs)) => {
            let names = theirs
                .into_iter()
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join(", ");
            changes.add(
                false,
                format!("permissions: the document names them: {names}"),
                nodes.0,
                nodes.1,
            );
        }
        (None, None) => {}
    }
}
