//! Random values of the document's schemas.

use proptest::{
    collection::vec,
    prelude::*,
    sample::select,
    strategy::Union,
    string::string_regex,
    test_runner::{Config, TestCaseResult, TestRunner},
};
use serde_json::{Map, Value, json};

use crate::models::{content, is_required, reference};

/// A day and time as RFC 3339 has it, with as many digits and as far from Greenwich as may be.
const DATE_TIME: &str = "(19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])\
                         T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,12})?\
                         (Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])";
/// A host name without two hyphens in a row, which older drafts of JSON Schema allow anywhere and newer ones do not.
const HOST_NAME: &str = r"[a-z][a-z0-9]{0,9}(-[a-z0-9]{1,9}){0,2}(\.[a-z][a-z0-9]{0,9}(-[a-z0-9]{1,9}){0,2}){1,3}";

/// How far the values go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// What the document allows.
    Documented,
    /// What the service may send beyond that: null for what is optional, nothing for what may be null, values of
    /// enumerations that the document does not know, and what the document says was seen.
    Received,
}

/// Holds random values against `property`.
///
/// # Panics
///
/// When it fails, with the smallest value for which it is found to.
pub fn check<S: Strategy>(values: S, property: impl Fn(S::Value) -> TestCaseResult) {
    let config = Config {
        cases: 64,
        failure_persistence: None,
        ..Config::default()
    };
    let outcome = TestRunner::new(config).run(&values, property);
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

/// Values of a model.
///
/// # Panics
///
/// When its schema is of a kind that is not known here.
pub fn of_model(document: &Value, model: &str, extent: Extent) -> BoxedStrategy<Value> {
    let schema = reference(model);
    let mut schema = content(document, &schema).clone();
    if model == "ResultInfo" {
        // The document does not say that counts are never negative, as it does of what may be.
        let counts = schema["properties"].as_object_mut().into_iter().flatten();
        counts.for_each(|(_, count)| count["minimum"] = json!(0));
    }
    instances(document, &schema, extent)
}

/// Values of `schema`, with members that it does not know.
fn instances(document: &Value, schema: &Value, extent: Extent) -> BoxedStrategy<Value> {
    let schema = content(document, schema);
    let within = |schema: &Value| instances(document, schema, extent);
    let made = match schema["type"].as_str() {
        Some("string") => strings(schema, extent).prop_map(Value::from).boxed(),
        Some("boolean") => any::<bool>().prop_map(Value::from).boxed(),
        Some("integer") => numbers(schema),
        Some("number") if schema["x-integral"] == true => numbers(schema),
        Some("array") => vec(within(&schema["items"]), 0..4).prop_map(Value::from).boxed(),
        Some("object") if schema["properties"].is_object() => objects(schema, extent, &within),
        _ => panic!("tell sdk-tests/src/instances.rs how to make values of {schema}"),
    };
    if schema["nullable"] == true {
        prop_oneof![4 => made, 1 => Just(Value::Null)].boxed()
    } else {
        made
    }
}

/// Any JSON, with objects whose members have some of the `names`.
pub fn anything(names: &'static [&'static str]) -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        texts(10).prop_map(Value::from),
    ];
    let nested = leaf.prop_recursive(3, 16, 4, move |inner| {
        let member = (select(names), inner.clone());
        let object = vec(member, 0..4).prop_map(|members| members.into_iter().collect());
        prop_oneof![1 => vec(inner, 0..4).prop_map(Value::from), 3 => object]
    });
    nested.boxed()
}

/// Texts of any characters.
pub fn texts(longest: usize) -> impl Strategy<Value = String> {
    let character = prop_oneof![3 => proptest::char::range(' ', '~'), 1 => any::<char>()];
    vec(character, 0..=longest).prop_map(String::from_iter)
}

fn strings(schema: &Value, extent: Extent) -> BoxedStrategy<String> {
    let longest = schema["maxLength"].as_u64().map(|longest| longest as usize);
    let matching = |pattern: &str| {
        let strings = string_regex(pattern).expect("a regular expression without look-around");
        strings.prop_filter("too long", move |text| {
            longest.is_none_or(|longest| text.len() <= longest)
        })
    };
    match (
        schema["enum"].as_array(),
        schema["pattern"].as_str(),
        schema["format"].as_str(),
    ) {
        (Some(values), ..) => {
            let known = select(values.clone()).prop_map(|value| value.as_str().unwrap_or_default().to_owned());
            match extent {
                Extent::Documented => known.boxed(),
                Extent::Received => prop_oneof![3 => known, 1 => texts(20)].boxed(),
            }
        }
        (_, Some(pattern), _) => matching(pattern.trim_matches(['^', '$'])).boxed(),
        (.., Some("date-time")) => matching(DATE_TIME).boxed(),
        (.., Some("hostname")) => matching(HOST_NAME).boxed(),
        (.., Some(format)) => panic!("tell sdk-tests/src/instances.rs how to make strings of the format {format}"),
        _ => match longest {
            // As long as may be, often.
            Some(longest) => {
                prop_oneof![texts(longest), vec(any::<char>(), longest).prop_map(String::from_iter)].boxed()
            }
            None => texts(40).boxed(),
        },
    }
}

/// Whole numbers of 64 bits.
fn numbers(schema: &Value) -> BoxedStrategy<Value> {
    let limit = |keyword: &str| schema.get(keyword).and_then(Value::as_i64);
    let from = limit("minimum").unwrap_or(i64::MIN);
    let to = limit("maximum").unwrap_or(i64::MAX);
    (from..=to).prop_map(Value::from).boxed()
}

fn objects(schema: &Value, extent: Extent, within: &dyn Fn(&Value) -> BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    let properties = schema["properties"].as_object().cloned().unwrap_or_default();
    let members: Vec<_> = (properties.iter())
        .map(|(name, property)| {
            let received = extent == Extent::Received;
            let required = is_required(schema, name);
            let observed = received && property["x-observed-null"] == true;
            let may_be_missing = !required || observed || (received && property["nullable"] == true);
            let may_be_null = observed || (received && !required);
            let (name, null_name) = (name.clone(), name.clone());
            let present = within(property).prop_map(move |value| Some((name.clone(), value)));
            let mut ways = vec![(4, present.boxed())];
            if may_be_missing {
                ways.push((1, Just(None).boxed()));
            }
            if may_be_null {
                ways.push((1, Just(Some((null_name, Value::Null))).boxed()));
            }
            Union::new_weighted(ways)
        })
        .collect();
    // Names that are alike are not the same.
    let alike: Vec<_> = (properties.keys())
        .flat_map(|name| [format!("{name}_"), name.to_uppercase()])
        .chain([String::new()])
        .collect();
    let unknown_name = prop_oneof![texts(10), select(alike)];
    let unknown_value = select(vec![
        json!(null),
        json!(-1.5),
        json!("text"),
        json!([[]]),
        json!({ "id": {} }),
    ]);
    let unknown = vec((unknown_name, unknown_value), 0..3);
    (members, unknown)
        .prop_map(move |(members, mut unknown)| {
            unknown.retain(|(name, _)| !properties.contains_key(name));
            let members = members.into_iter().flatten().chain(unknown);
            Value::Object(members.collect::<Map<_, _>>())
        })
        .boxed()
}
