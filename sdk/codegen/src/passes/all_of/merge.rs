//! The merge of two schemas without parts of their own.

use serde_json::{Map, Value, json};

use crate::{
    passes::kinds::is_annotation,
    report::{Place, Report},
};

/// Merges `part`, which comes later and refines, into `schema`.
pub(super) fn merge(
    pass: &'static str,
    place: &Place<'_>,
    schema: &mut Map<String, Value>,
    part: Map<String, Value>,
    report: &mut Report,
) {
    if let (Some(one), Some(other)) = (schema.get("type"), part.get("type"))
        && one != other
    {
        let what = format!("took the type {other} of a later part, since an earlier one says {one}");
        report.lost(pass, place, what);
        schema.retain(|keyword, _| is_annotation(keyword));
    }
    for (keyword, value) in part {
        let Some(before) = schema.get_mut(&keyword) else {
            schema.insert(keyword, value);
            continue;
        };
        if *before == value {
            continue;
        }
        match (keyword.as_str(), before, value) {
            ("properties", Value::Object(members), Value::Object(others)) => {
                for (name, other) in others {
                    match members.get_mut(&name) {
                        Some(member) => both(member, other),
                        None => {
                            members.insert(name, other);
                        }
                    }
                }
            }
            ("required", Value::Array(names), Value::Array(others)) => {
                for name in others {
                    if !names.contains(&name) {
                        names.push(name);
                    }
                }
            }
            ("enum", Value::Array(values), Value::Array(others)) => {
                if values.iter().any(|value| others.contains(value)) {
                    values.retain(|value| others.contains(value));
                } else {
                    values.extend(others);
                    report.lost(
                        pass,
                        place,
                        "allowed the values of both enumerations, which have none in common",
                    );
                }
            }
            ("items", one, other) => both(one, other),
            ("additionalProperties", one, other) => match (one.is_object(), other.is_object()) {
                (true, true) => both(one, other),
                (true, false) => {}
                _ => *one = other,
            },
            // What may be null may be missing, so that no value is refused.
            ("nullable", one, other) => *one = (one == true || other == true).into(),
            (_, one, other) => *one = other,
        }
    }
}

/// Leaves two schemas of one value to be merged when their turn comes.
fn both(schema: &mut Value, other: Value) {
    // What says nothing, or the same but for annotations, is no refinement.
    let says = |schema: &Value| {
        schema
            .as_object()
            .is_none_or(|schema| schema.keys().any(|keyword| !is_annotation(keyword)))
    };
    if !says(&other) {
        return;
    }
    if !says(schema) || *schema == other {
        *schema = other;
        return;
    }
    *schema = json!({ "allOf": [schema.take(), other] });
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn merged(one: Value, other: Value) -> (Value, usize) {
        let (Value::Object(mut one), Value::Object(other)) = (one, other) else {
            panic!()
        };
        let mut report = Report::default();
        merge("test", &Place::ROOT, &mut one, other, &mut report);
        (one.into(), report.into_changes().len())
    }

    #[test]
    fn a_member_of_both_is_merged_in_turn() {
        let one = json!({ "properties": { "a": { "type": "string" }, "b": {} } });
        let other = json!({ "properties": { "a": { "maxLength": 3 }, "b": { "type": "string" }, "c": {} } });
        let expected = json!({ "properties": {
            "a": { "allOf": [{ "type": "string" }, { "maxLength": 3 }] },
            "b": { "type": "string" },
            "c": {},
        } });
        assert_eq!(merged(one, other), (expected, 0));
    }

    #[test]
    fn nothing_comes_out_that_no_value_fits() {
        let (one, other) = (
            json!({ "type": "object", "properties": {} }),
            json!({ "type": "string" }),
        );
        assert_eq!(merged(one, other), (json!({ "type": "string" }), 1));
        let of = |values: &[&str]| json!({ "enum": values });
        assert_eq!(merged(of(&["a", "b"]), of(&["b", "c"])), (of(&["b"]), 0));
        assert_eq!(merged(of(&["a"]), of(&["b"])), (of(&["a", "b"]), 1));
    }

    #[test]
    fn null_is_allowed_where_either_part_allows_it() {
        let of = |nullable: bool| json!({ "nullable": nullable });
        assert_eq!(merged(of(true), of(false)), (of(true), 0));
    }
}
