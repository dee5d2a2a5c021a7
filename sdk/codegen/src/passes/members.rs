//! Gives the members of an object names that differ in Rust.
//!
//! Typify makes one name of `created_on` and `createdOn` and does not notice. The second gets a number; what is sent
//! and received has the document's name.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::enumerations::WIRE;
use crate::{
    document::Document,
    facts::identifier,
    report::Report,
    rust_names::{is_plain, member_name, spelled},
};

const PASS: &str = "members";

pub(crate) fn run(document: &mut Document, report: &mut Report) {
    document.for_each_schema(&mut |place, schema| {
        let has_others = schema.contains_key("additionalProperties");
        let Some(Value::Object(members)) = schema.get("properties") else {
            return;
        };
        let mut seen = BTreeSet::new();
        if has_others {
            // What typify calls all other members.
            seen.insert("extra".to_owned());
        }
        let mut wire = Map::new();
        // Those that can keep their names have them before others get new ones.
        let to_name: Vec<String> = (members.keys())
            .filter(|name| !is_plain_member(name) || !seen.insert(identifier(name)))
            .cloned()
            .collect();
        for name in to_name {
            let wanted = if is_plain_member(&name) {
                member_name(&name)
            } else {
                member_name(&spelled(&name))
            };
            let wanted = wanted.trim_end_matches('_');
            let candidates = std::iter::once(wanted.to_owned()).chain((2..).map(|number| format!("{wanted}_{number}")));
            // The name has to be one that typify leaves as it is.
            let mut free = candidates.filter(|new| member_name(new) == *new && !members.contains_key(new));
            let Some(new) = free.find(|new| seen.insert(identifier(new))) else {
                continue;
            };
            report.kept(
                PASS,
                place.member("properties").member(&name),
                format!("called it `{new}`"),
            );
            wire.insert(new, name.into());
        }
        if wire.is_empty() {
            return;
        }
        let new_name = |name: &str| {
            wire.iter()
                .find(|(_, old)| *old == name)
                .map_or(name, |(new, _)| new)
                .to_owned()
        };
        let renamed: Map<String, Value> = (members.iter())
            .map(|(name, member)| (new_name(name), member.clone()))
            .collect();
        if let Some(Value::Array(required)) = schema.get("required") {
            let required: Vec<Value> = required
                .iter()
                .filter_map(Value::as_str)
                .map(|name| new_name(name).into())
                .collect();
            schema.insert("required".to_owned(), required.into());
        }
        schema.insert("properties".to_owned(), renamed.into());
        schema.insert(WIRE.to_owned(), wire.into());
    });
}

/// Whether typify's name for a member is told from those of others by [`identifier`].
fn is_plain_member(name: &str) -> bool {
    let begins_well = name.trim_start_matches(|c: char| c == '_' || c.is_ascii_digit());
    is_plain(begins_well)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::passes::tests::after;

    #[test]
    fn members_that_would_have_one_name_are_told_apart() {
        let schema = json!({
            "type": "object",
            "required": ["createdOn"],
            "properties": { "created_on": {}, "createdOn": {}, "<": {}, "type": {}, "_id": {}, "30d": {} },
        });
        let document = after(super::run, json!({}), json!({ "A": schema }));
        let expected = json!({
            "type": "object",
            "required": ["created_on_2"],
            "properties": { "created_on": {}, "created_on_2": {}, "less_than": {}, "type": {}, "_id": {}, "30d": {} },
            "x-sdk-wire": { "created_on_2": "createdOn", "less_than": "<" },
        });
        assert_eq!(document["components"]["schemas"]["A"], expected);
    }
}
