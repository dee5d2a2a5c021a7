//! Leaves progenitor the parameters that it takes rightly, and disguises the others as such.
//!
//! Progenitor refuses cookies, styles, content and lists outside of the query, panics at objects, and lets one of two
//! parameters of one name win. Here such a parameter becomes one of the query, under a name of its own and with a
//! schema that it takes, and says beside how it is really sent. Lost are only: the type of a parameter that has no
//! schema, and parameters that OpenAPI or HTTP give to the client itself.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{
    names::{Path, distinct},
    sent::{PARAMETER, Place, Sent},
    shape::{Shape, fit},
};
use crate::{
    document::{Document, METHODS, join},
    facts::{identifier, snake},
    report::Report,
};

const PASS: &str = "parameters";

/// Headers that OpenAPI says to ignore among the parameters, those of the credentials, and those of the connection.
const OF_CLIENT: [&str; 18] = [
    "accept",
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-auth-email",
    "x-auth-key",
    "x-auth-user-service-key",
];

pub(super) fn run(document: &mut Document, original: &Document, report: &mut Report) {
    let Some(items) = document.0.get_mut("paths").and_then(Value::as_object_mut) else {
        return;
    };
    let mut renamed = BTreeMap::new();
    for (path, item) in items.iter_mut() {
        let Some(item) = item.as_object_mut() else { continue };
        let new = Path::new(path);
        let names = &new.names;
        let of_item = item.get("parameters").cloned().unwrap_or_default();
        let mut lists = Vec::new();
        for method in METHODS {
            let Some(operation) = item.get(method) else { continue };
            let place = join(&join("/paths", path), method);
            let mut list = List {
                original,
                report: &mut *report,
                place,
                names,
                seen: BTreeSet::new(),
                is_changed: false,
                parameters: Vec::new(),
            };
            list.read(operation.get("parameters").unwrap_or(&Value::Null), &of_item);
            lists.push((method, list.is_changed, list.parameters));
        }
        if new.text == *path && !lists.iter().any(|(_, is_changed, _)| *is_changed) {
            continue;
        }
        item.remove("parameters");
        for (method, _, parameters) in lists {
            if let Some(operation) = item.get_mut(method) {
                operation["parameters"] = parameters.into();
            }
        }
        if new.text != *path {
            let what = format!("made the path `{}`", new.text);
            match path.contains("//") {
                true => report.lost(PASS, join("/paths", path), what),
                false => report.kept(PASS, join("/paths", path), what),
            }
            renamed.insert(path.clone(), new.text);
        }
    }
    if !renamed.is_empty() {
        let items_before = std::mem::take(items);
        items.extend(
            items_before
                .into_iter()
                .map(|(path, item)| (renamed.remove(&path).unwrap_or(path), item)),
        );
    }
}

/// The parameters of one operation.
struct List<'a> {
    original: &'a Document,
    report: &'a mut Report,
    place: String,
    /// The names in the path, with what they are called.
    names: &'a [(String, String)],
    seen: BTreeSet<String>,
    is_changed: bool,
    parameters: Vec<Value>,
}

impl List<'_> {
    fn read(&mut self, own: &Value, of_item: &Value) {
        self.seen.extend(self.names.iter().map(|(_, alias)| identifier(alias)));
        let mut all: Vec<(String, String, String, &Value, bool)> = Vec::new();
        for (list, place, is_own) in [(own, self.place.clone(), true), (of_item, parent(&self.place), false)] {
            for (index, parameter) in list.as_array().into_iter().flatten().enumerate() {
                let here = format!("{place}/parameters/{index}");
                let resolved = self.original.resolve(parameter);
                let text = |key: &str| resolved.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
                let (name, location) = (text("name"), text("in"));
                match all.iter().find(|(other, at, ..)| (other, at) == (&name, &location)) {
                    // The operation's own comes before that of the path item, as OpenAPI wants it.
                    Some((.., true)) if !is_own => self.is_changed = true,
                    Some(_) => self.lost(&here, format!("left out the parameter `{name}`, which is there twice")),
                    None => all.push((name, location, here, parameter, is_own)),
                }
            }
        }
        // Those of the path first: they cannot have another name.
        for (name, location, here, parameter, _) in all {
            self.parameter(&name, &location, &here, parameter);
        }
        for (name, alias) in self.names {
            let is_there = |p: &Value| is_in_path(self.original.resolve(p), alias);
            if !self.parameters.iter().any(is_there) {
                let place = self.place.clone();
                self.lost(
                    &place,
                    format!("took `{{{name}}}` in the path for a text, since no parameter says more"),
                );
                self.parameters
                    .push(json!({ "name": alias, "in": "path", "required": true, "schema": { "type": "string" } }));
            }
        }
    }

    fn lost(&mut self, here: &str, what: String) {
        self.is_changed = true;
        self.report.lost(PASS, here, what);
    }

    fn parameter(&mut self, name: &str, location: &str, here: &str, parameter: &Value) {
        let resolved = self.original.resolve(parameter);
        let of_parts = Sent::of(resolved);
        let place = of_parts.as_ref().map(|sent| sent.place).or_else(|| Place::of(location));
        if name.is_empty() && resolved.get("name").is_some_and(Value::is_string) {
            return self.lost(here, "left out a parameter whose name has no characters".to_owned());
        }
        let Some(place) = place.filter(|_| !name.is_empty()) else {
            // No parameter of OpenAPI, which is told later.
            self.parameters.push(parameter.clone());
            return;
        };
        if place == Place::Header && OF_CLIENT.contains(&name.to_ascii_lowercase().as_str()) {
            return self.lost(
                here,
                format!("left out the header `{name}`, which is the client's to set"),
            );
        }
        let alias = match (place, self.names.iter().find(|(other, _)| other == name)) {
            (Place::Path, Some((_, alias))) => alias.clone(),
            (Place::Path, None) => {
                return self.lost(
                    here,
                    format!("left out the parameter `{name}`, for which the path has no place"),
                );
            }
            _ => distinct(name, place.name(), &mut self.seen),
        };
        let mut new = resolved.as_object().cloned().unwrap_or_default();
        let sent = match of_parts {
            Some(sent) => {
                self.is_changed = true;
                sent
            }
            None => self.sent(name, place, here, &mut new),
        };
        let is_plain = sent == Sent::new(name, place) && matches!(place, Place::Path | Place::Query);
        let required = place == Place::Path || new.get("required") == Some(&Value::Bool(true));
        let says_style = ["style", "content"].iter().any(|key| resolved.get(key).is_some());
        if is_plain && alias == name && !says_style && resolved.get("schema") == new.get("schema") {
            if place == Place::Path && resolved.get("required") != Some(&Value::Bool(true)) {
                self.is_changed = true;
                self.report.kept(
                    PASS,
                    here,
                    format!("made `{name}` required, as what stands in a path is"),
                );
                new.insert("required".to_owned(), true.into());
                return self.parameters.push(new.into());
            }
            return self.parameters.push(parameter.clone());
        }
        self.is_changed = true;
        if alias != name {
            self.report
                .kept(PASS, here, format!("called its setter `{}`", snake(&alias)));
        } else if !is_plain {
            let what = format!(
                "sent `{name}` by code of this generator: {}, {}",
                place.name(),
                sent.style
            );
            self.report.kept(PASS, here, what);
        }
        let mut kept = Map::new();
        for key in ["description", "schema", "example", "examples"] {
            kept.extend(new.remove(key).map(|value| (key.to_owned(), value)));
        }
        kept.insert("name".to_owned(), alias.into());
        kept.insert(
            "in".to_owned(),
            if place == Place::Path { "path" } else { "query" }.into(),
        );
        kept.insert("required".to_owned(), required.into());
        // A parameter of the path has no name for the server.
        if !(is_plain && place == Place::Path) {
            kept.insert(PARAMETER.to_owned(), sent.to_value());
        }
        self.parameters.push(kept.into());
    }

    /// How a parameter is sent; its schema becomes one that progenitor takes.
    fn sent(&mut self, name: &str, place: Place, here: &str, parameter: &mut Map<String, Value>) -> Sent {
        let mut sent = Sent::new(name, place);
        if let Some(style) = parameter.get("style").and_then(Value::as_str)
            && style != sent.style
        {
            sent.style = style.to_owned();
            // Only the style `form` is exploded by default, and a deep object always is.
            sent.explode = matches!(style, "form" | "deepObject");
        }
        if let Some(explode) = parameter.get("explode").and_then(Value::as_bool) {
            sent.explode = explode;
        }
        let flag = |key: &str| parameter.get(key) == Some(&Value::Bool(true));
        sent.reserved = place == Place::Query && flag("allowReserved");
        sent.may_be_empty = place == Place::Query && flag("allowEmptyValue");
        if let Some((media_type, value)) = parameter
            .get("content")
            .and_then(Value::as_object)
            .and_then(|c| c.iter().next())
        {
            let schema = value.get("schema").cloned();
            match super::media_types::is_json(media_type) {
                true => {
                    sent.style = "json".to_owned();
                    parameter.insert("schema".to_owned(), schema.unwrap_or_else(|| json!({})));
                }
                false => {
                    let what = format!("took `{name}`, which is `{media_type}`, for a text");
                    parameter.insert("schema".to_owned(), json!({ "type": "string" }));
                    self.lost(here, what);
                }
            }
        }
        let schema = match parameter.get("schema") {
            Some(schema) => schema.clone(),
            None => {
                self.lost(here, format!("took `{name}` for a text, since it has no schema"));
                json!({ "type": "string" })
            }
        };
        let (schema, kind) = fit(self.original, schema);
        sent.is_one = kind == Shape::Any;
        // The style says nothing about what is one value.
        if kind == Shape::Scalar && !matches!(sent.style.as_str(), "label" | "matrix" | "json") {
            let plain = Sent::new(name, place);
            (sent.style, sent.explode) = (plain.style, plain.explode);
        }
        // A list in the path has no text of its own.
        if kind == Shape::List && place == Place::Path && sent.style == "simple" {
            sent.style = "list".to_owned();
        }
        if kind == Shape::List && matches!(sent.style.as_str(), "spaceDelimited" | "pipeDelimited") && sent.explode {
            sent.style = "form".to_owned();
        }
        parameter.insert("schema".to_owned(), schema);
        sent
    }
}

fn is_in_path(parameter: &Value, name: &str) -> bool {
    parameter.get("in").is_some_and(|place| place == "path") && parameter.get("name").is_some_and(|other| other == name)
}

/// The place of a path item, from that of its operation.
fn parent(place: &str) -> String {
    place
        .rsplit_once('/')
        .map_or(String::new(), |(parent, _)| parent.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Place, Sent};
    use crate::messages::tests::{after, operation};

    /// What becomes of a parameter beside that of the path, and whether something is lost.
    fn parameter(parameter: Value) -> (Option<Value>, bool) {
        let path = json!({ "name": "b", "in": "path", "required": true, "schema": { "type": "string" } });
        let (operation, changes) = after(operation(json!({ "parameters": [path, parameter] })), json!({}));
        let lost = changes.iter().any(|change| change.is_loss());
        (operation["parameters"].get(1).cloned(), lost)
    }

    fn sent(of: Value) -> Sent {
        let (parameter, lost) = parameter(of);
        assert!(!lost);
        let parameter = parameter.unwrap();
        assert_eq!(parameter["in"], json!("query"));
        Sent::of(&parameter).unwrap()
    }

    #[test]
    fn a_parameter_whose_name_has_no_characters_is_left_out() {
        let nameless = json!({ "name": "", "in": "query", "schema": {} });
        assert_eq!(parameter(nameless), (None, true));
    }

    #[test]
    fn what_is_ordinary_is_not_disguised() {
        for schema in [
            json!({ "type": "integer" }),
            json!({ "type": "array", "items": { "type": "string" } }),
        ] {
            let query = json!({ "name": "a", "in": "query", "schema": schema });
            assert_eq!(parameter(query.clone()), (Some(query), false));
        }
    }

    #[test]
    fn each_style_and_place_is_noted() {
        let list = json!({ "type": "array", "items": { "type": "string" } });
        let object = json!({ "type": "object", "properties": { "c": {} } });
        let of = |place: &str, more: Value, schema: &Value| {
            let mut parameter = json!({ "name": "A-b", "in": place, "schema": schema });
            parameter
                .as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            let sent = sent(parameter);
            (sent.place, sent.style, sent.explode, sent.is_one)
        };
        let expect = |place, style: &str, explode, is_one| (place, style.to_owned(), explode, is_one);
        let no = json!({ "explode": false });
        assert_eq!(
            of("query", no.clone(), &list),
            expect(Place::Query, "form", false, false)
        );
        assert_eq!(
            of("query", json!({}), &object),
            expect(Place::Query, "form", true, true)
        );
        for style in ["spaceDelimited", "pipeDelimited"] {
            let style_of = json!({ "style": style });
            assert_eq!(of("query", style_of, &list), expect(Place::Query, style, false, false));
        }
        let deep = json!({ "style": "deepObject" });
        assert_eq!(
            of("query", deep, &object),
            expect(Place::Query, "deepObject", true, true)
        );
        assert_eq!(
            of("header", json!({}), &list),
            expect(Place::Header, "simple", false, false)
        );
        assert_eq!(
            of("cookie", json!({}), &json!({ "type": "string" })),
            expect(Place::Cookie, "form", true, false)
        );
        let content = json!({ "name": "a", "in": "query", "content": { "application/json": { "schema": object } } });
        assert_eq!(
            (sent(content.clone()).style.as_str(), sent(content).is_one),
            ("json", true)
        );
        let flags = json!({ "name": "a", "in": "query", "schema": { "type": "string" }, "allowReserved": true, "allowEmptyValue": true });
        assert!(sent(flags.clone()).reserved && sent(flags).may_be_empty);
    }

    #[test]
    fn what_has_no_schema_is_a_text_and_what_is_the_clients_is_left_out() {
        let (text, lost) = parameter(json!({ "name": "a", "in": "query" }));
        assert_eq!(
            (text.unwrap()["schema"].clone(), lost),
            (json!({ "type": "string" }), true)
        );
        for name in ["Authorization", "X-Auth-Key", "x-auth-email", "Content-Type", "Host"] {
            let header = json!({ "name": name, "in": "header", "schema": { "type": "string" } });
            assert_eq!(parameter(header), (None, true), "{name}");
        }
    }

    #[test]
    fn names_that_are_taken_get_the_place_at_their_end() {
        for (name, alias) in [
            ("b", "b_query"),
            ("B", "b_query"),
            ("send", "send_query"),
            ("<", "parameter"),
        ] {
            let (parameter, lost) = parameter(json!({ "name": name, "in": "query", "schema": { "type": "string" } }));
            let parameter = parameter.unwrap();
            assert_eq!((parameter["name"].as_str(), lost), (Some(alias), false));
            assert_eq!(Sent::of(&parameter).unwrap().name, name);
        }
    }

    #[test]
    fn what_stands_in_the_path_is_required_and_nothing_else_is_in_the_path() {
        let (operation, changes) = after(
            json!({ "operationId": "a", "parameters": [
            { "name": "c", "in": "path", "required": true, "schema": { "type": "string" } },
        ] }),
            json!({}),
        );
        let expected = json!([{ "name": "b", "in": "path", "required": true, "schema": { "type": "string" } }]);
        assert_eq!(operation["parameters"], expected);
        assert!(changes.iter().filter(|change| change.is_loss()).count() >= 2);
        let (operation, _) = after(
            json!({ "operationId": "a", "parameters": [
            { "name": "b", "in": "path", "style": "matrix", "schema": { "type": "string" } },
        ] }),
            json!({}),
        );
        let parameter = &operation["parameters"][0];
        assert_eq!(
            (&parameter["in"], &parameter["required"]),
            (&json!("path"), &json!(true))
        );
        assert_eq!(Sent::of(parameter).unwrap().style, "matrix");
    }
}
