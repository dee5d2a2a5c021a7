//! The JSON schemas that the SDK derives for its models under its feature `schemars`, held against the document's: they
//! accept and refuse the same values, but for what [`DIFFERENCES`] names.

use std::collections::BTreeSet;

use jsonschema::Validator;
use proptest::prop_assert;
use schemars::{generate::SchemaSettings, schema_for};
use sdk_tests::{
    document::{json_schema, load, operations, resolve},
    for_every_model,
    instances::{Extent, check, of_model},
    models::{self, Part, content, parts, reference, shown},
    recording,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use Side::{Derived, Document};

/// Where the two judge differently. The tests fail when one is missing here and when one here is no more.
const DIFFERENCES: &[Difference] = &[
    Difference {
        model: "Zone",
        members: &["development_mode"],
        change: A_FRACTION,
        accepted_by: Document,
        why: ALWAYS_WHOLE,
    },
    Difference {
        model: "ResponseInfo",
        members: &["code"],
        change: A_FRACTION,
        accepted_by: Document,
        why: ALWAYS_WHOLE,
    },
    Difference {
        model: "ResultInfo",
        members: &["count", "page", "per_page", "total_count"],
        change: A_FRACTION,
        accepted_by: Document,
        why: ALWAYS_WHOLE,
    },
    Difference {
        model: "ResultInfo",
        members: &["count", "page", "per_page", "total_count"],
        change: NEGATIVE,
        accepted_by: Document,
        why: "published without a minimum, and a count is never negative, so the model's type is unsigned",
    },
    Difference {
        model: "ResultInfo",
        members: &["cursor", "total_pages"],
        change: NOT_PUBLISHED,
        accepted_by: Document,
        why: "members of other lists of Cloudflare's, which the one model for all lists has and this document has not",
    },
    Difference {
        model: "ResultInfo",
        members: &["count", "page", "per_page", "total_count"],
        change: NULL,
        accepted_by: Derived,
        why: LIBERAL,
    },
    Difference {
        model: "ResponseInfo",
        members: &["documentation_url", "source"],
        change: NULL,
        accepted_by: Derived,
        why: LIBERAL,
    },
    Difference {
        model: "ResponseInfoSource",
        members: &["pointer"],
        change: NULL,
        accepted_by: Derived,
        why: LIBERAL,
    },
];

const ALWAYS_WHOLE: &str =
    "published as a `number` that is always whole (`x-integral`), so the type in the model is an integer";
const LIBERAL: &str = "written by hand, with null and missing the same for what is optional";

const MISSING: &str = "it is missing";
const NULL: &str = "it is null";
const ANOTHER_TYPE: &str = "it is of another type";
const A_FRACTION: &str = "it is a fraction";
const NEGATIVE: &str = "it is negative";
const AT_THE_LIMIT: &str = "it is at the limit";
const BEYOND_THE_LIMIT: &str = "it is beyond the limit";
const UNKNOWN_VALUE: &str = "it is a value that the enumeration has not";
const WRONG_FORMAT: &str = "it is not of the format";
const NOT_PUBLISHED: &str = "it is of another type, and not in the document";
const MORE: &str = "there is a member more";

struct Difference {
    model: &'static str,
    /// The members that are changed; `""` is the whole value, and `x[]` is an item of `x`.
    members: &'static [&'static str],
    change: &'static str,
    accepted_by: Side,
    why: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Document,
    Derived,
}

/// The document's schema of a model and the one that is derived from the model.
struct Pair {
    model: &'static str,
    document: Validator,
    derived: Validator,
    /// The names of the members that the derived schema knows.
    members: Vec<String>,
}

macro_rules! pairs {
    ($($model:ident)*) => {
        |document: &Value| vec![$(Pair::new(document, stringify!($model), schema_for!(models::$model).as_value())),*]
    };
}

impl Pair {
    fn new(document: &Value, model: &'static str, derived: &Value) -> Self {
        Self {
            model,
            document: validator(&json_schema(document, &reference(model))),
            derived: validator(derived),
            members: derived["properties"]
                .as_object()
                .into_iter()
                .flat_map(Map::keys)
                .cloned()
                .collect(),
        }
    }

    fn all(document: &Value) -> Vec<Self> {
        for_every_model!(pairs)(document)
    }

    /// The only side that accepts the value, if they differ.
    fn only_accepted_by(&self, value: &Value) -> Option<Side> {
        match (self.document.is_valid(value), self.derived.is_valid(value)) {
            (true, false) => Some(Document),
            (false, true) => Some(Derived),
            _ => None,
        }
    }
}

fn validator(schema: &Value) -> Validator {
    jsonschema::options()
        .should_validate_formats(true)
        .build(schema)
        .unwrap()
}

#[test]
fn what_the_document_shows_is_accepted_by_both() {
    let document = load();
    for pair in Pair::all(&document) {
        for (_, value) in shown(&document).iter().filter(|(model, _)| *model == pair.model) {
            assert!(pair.document.is_valid(value), "{}: {value}", pair.model);
            assert!(pair.derived.is_valid(value), "{}: {value}", pair.model);
        }
    }
}

#[test]
fn random_values_that_the_document_allows_are_accepted_by_the_derived_schema() {
    let document = load();
    for pair in Pair::all(&document) {
        check(of_model(&document, pair.model, Extent::Documented), |value| {
            prop_assert!(pair.derived.is_valid(&value), "{}", pair.model);
            Ok(())
        });
    }
}

/// A model leaves out what is null, also where the document requires it; the schema for what is written knows.
#[test]
fn what_a_model_writes_is_accepted_by_its_derived_schema_of_what_is_written() {
    macro_rules! written {
        ($($model:ident)*) => {
            [$((
                stringify!($model),
                SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<models::$model>(),
                (|value| serde_json::to_value(models::$model::deserialize(value)?)) as fn(&Value) -> _,
            )),*]
        };
    }
    let document = load();
    for (model, schema, rewrite) in for_every_model!(written) {
        let validator = validator(schema.as_value());
        check(of_model(&document, model, Extent::Documented), |value| {
            let written = rewrite(&value)?;
            prop_assert!(validator.is_valid(&written), "{model}: {written}");
            Ok(())
        });
    }
}

#[test]
fn recorded_bodies_are_judged_the_same() {
    let document = load();
    let pairs = Pair::all(&document);
    let mut judged = BTreeSet::new();
    for (name, recording) in recording::read_all(&recording::folder()).unwrap() {
        for (model, value) in recorded(&document, &recording) {
            for pair in pairs.iter().filter(|pair| pair.model == model) {
                assert_eq!(pair.only_accepted_by(&value), None, "{name}: {model}: {value}");
                judged.insert(model);
            }
        }
    }
    for model in ["Enrollment", "EnrollmentEdit", "ResponseInfo", "ResultInfo", "Zone"] {
        assert!(judged.contains(model), "no {model} is recorded");
    }
}

#[test]
fn changed_examples_and_recordings_are_judged_the_same_but_for_the_differences_that_are_named() {
    let document = load();
    let known = known(&document);
    let mut found = BTreeSet::new();
    for pair in Pair::all(&document) {
        for (_, value) in known.iter().filter(|(model, _)| *model == pair.model) {
            for (member, change, changed) in changes(&document, &pair, value) {
                found.extend((pair.only_accepted_by(&changed)).map(|side| (pair.model, member, change, side)));
            }
        }
    }
    let mut named = BTreeSet::new();
    for Difference {
        model,
        members,
        change,
        accepted_by,
        why,
    } in DIFFERENCES
    {
        assert!(!why.is_empty());
        for member in *members {
            let is_new = named.insert((*model, (*member).to_owned(), *change, *accepted_by));
            assert!(is_new, "{model} {member}: {change}: named twice");
        }
    }
    let not_named: Vec<_> = found.difference(&named).collect();
    assert!(
        not_named.is_empty(),
        "only that side accepts; if that is right, name it in DIFFERENCES in {} with the reason: {not_named:#?}",
        file!()
    );
    let no_more: Vec<_> = named.difference(&found).collect();
    assert!(
        no_more.is_empty(),
        "both judge the same now; take it out of DIFFERENCES in {}: {no_more:#?}",
        file!()
    );
}

/// Otherwise a change that both accept would show nothing.
#[test]
fn every_change_but_those_within_the_limits_is_refused_by_the_document() {
    let document = load();
    let mut seen = BTreeSet::new();
    let known = known(&document);
    for pair in Pair::all(&document) {
        let of_pair = known.iter().filter(|(model, _)| *model == pair.model);
        for (_, value) in of_pair.filter(|(_, value)| pair.document.is_valid(value)) {
            for (member, change, changed) in changes(&document, &pair, value) {
                let refused = !pair.document.is_valid(&changed);
                let harmless = [MISSING, NULL, A_FRACTION, NEGATIVE, AT_THE_LIMIT, NOT_PUBLISHED, MORE];
                assert!(
                    refused || harmless.contains(&change),
                    "{} {member}: {change}: {changed}",
                    pair.model
                );
                if refused {
                    seen.insert(change);
                }
            }
        }
    }
    let refused = [
        MISSING,
        NULL,
        ANOTHER_TYPE,
        A_FRACTION,
        NEGATIVE,
        BEYOND_THE_LIMIT,
        UNKNOWN_VALUE,
        WRONG_FORMAT,
    ];
    assert_eq!(seen, BTreeSet::from(refused));
}

/// What is known of models: what the document shows of them, and what is recorded.
fn known(document: &Value) -> Vec<Part> {
    let recordings = recording::read_all(&recording::folder()).unwrap();
    let recorded = recordings.values().flat_map(|recording| recorded(document, recording));
    shown(document).into_iter().chain(recorded).collect()
}

/// The parts of a recorded exchange that are of models, as far as its bodies are JSON.
fn recorded(document: &Value, recording: &recording::Recording) -> Vec<Part> {
    let id = &recording.operation;
    let operation = operations(document).into_iter().find(|(name, _)| name == id);
    let (_, operation) = operation.unwrap_or_else(|| panic!("a recording is of `{id}`, which the document has not"));
    let answer = match recording.response.status {
        200..=299 => "200",
        _ => "4XX",
    };
    let bodies = [
        (&operation["requestBody"], recording.request.body.as_deref()),
        (&operation["responses"][answer], Some(recording.response.body.as_str())),
    ];
    let parts = bodies.into_iter().filter_map(|(message, text)| {
        let schema = &resolve(document, message)["content"]["application/json"]["schema"];
        Some(parts(document, schema, &serde_json::from_str(text?).ok()?))
    });
    parts.flatten().collect()
}

/// A value with one change: where, what, and the whole value after it.
type Change = (String, &'static str, Value);

fn changes(document: &Value, pair: &Pair, value: &Value) -> Vec<Change> {
    let schema = reference(pair.model);
    let schema = content(document, &schema);
    let mut found = of_value(document, schema, value);
    let Some(members) = value.as_object() else { return found };
    let mut with = |member: &str, place: String, change, changed| {
        let mut whole = members.clone();
        whole.insert(member.to_owned(), changed);
        found.push((place, change, whole.into()));
    };
    with("a member of a later time", String::new(), MORE, json!({ "value": 7 }));
    for (member, property) in schema["properties"].as_object().into_iter().flatten() {
        let Some(value) = members.get(member) else { continue };
        for (place, change, changed) in of_value(document, property, value) {
            with(member, format!("{member}{place}"), change, changed);
        }
    }
    for member in pair
        .members
        .iter()
        .filter(|member| schema["properties"].get(member).is_none())
    {
        with(member, member.clone(), NOT_PUBLISHED, json!({}));
    }
    for member in members
        .keys()
        .filter(|member| schema["properties"].get(member).is_some())
    {
        let mut whole = members.clone();
        whole.remove(member);
        found.push((member.clone(), MISSING, whole.into()));
    }
    found
}

/// The changes of one value, other than of the members of an object.
fn of_value(document: &Value, schema: &Value, value: &Value) -> Vec<Change> {
    let schema = content(document, schema);
    let kind = |value: &Value| std::mem::discriminant(value);
    let others = [json!(true), json!(7), json!("text"), json!([]), json!({})];
    let others = others.into_iter().filter(|other| kind(other) != kind(value));
    let mut found: Vec<_> = others.map(|other| (ANOTHER_TYPE, other)).collect();
    found.push((NULL, Value::Null));
    if value.is_number() {
        found.push((A_FRACTION, json!(5000.5)));
        found.push((NEGATIVE, json!(-1)));
    }
    for (keyword, outwards) in [("minimum", -1), ("maximum", 1)] {
        if let Some(limit) = schema[keyword].as_i64() {
            found.push((AT_THE_LIMIT, json!(limit)));
            found.push((BEYOND_THE_LIMIT, json!(limit + outwards)));
        }
    }
    if let (Some(longest), Some(text)) = (schema["maxLength"].as_u64(), value.as_str()) {
        // Longer by labels at the front, which leaves a host name one.
        let padded = |length| {
            let missing = length - text.chars().count();
            let front = (0..missing)
                .rev()
                .map(|back| if back % 2 == 1 || back + 1 == missing { 'a' } else { '.' });
            front.chain(text.chars()).collect::<String>()
        };
        found.push((AT_THE_LIMIT, json!(padded(longest as usize))));
        found.push((BEYOND_THE_LIMIT, json!(padded(longest as usize + 1))));
    }
    if schema["enum"].is_array() {
        found.push((UNKNOWN_VALUE, json!("a value of a later time")));
    }
    if schema["pattern"].is_string() || schema["format"].is_string() {
        found.extend(["neither a day nor a host", "2014-13-01T05:20:00Z"].map(|text| (WRONG_FORMAT, json!(text))));
    }
    let mut found: Vec<_> = found
        .into_iter()
        .map(|(change, value)| (String::new(), change, value))
        .collect();
    if let Some([first, rest @ ..]) = value.as_array().map(Vec::as_slice) {
        for (place, change, changed) in of_value(document, &schema["items"], first) {
            let items = [changed].into_iter().chain(rest.iter().cloned()).collect();
            found.push((format!("[]{place}"), change, items));
        }
    }
    found
}
