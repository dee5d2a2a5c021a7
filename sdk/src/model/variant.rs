//! Which variant of a union a value is: told by what the document says of each, since values carry no name for it.

use serde_json::Value;

/// What the document says of the values of a variant.
#[derive(Clone, Copy, Debug)]
pub struct Variant {
    /// The kinds of JSON that it may be, in the words of JSON Schema; none for any.
    pub kinds: &'static [&'static str],
    /// The members that an object must have.
    pub required: &'static [&'static str],
    /// The members that an object may have.
    pub known: &'static [&'static str],
    /// The texts that a member must be one of.
    pub constants: &'static [(&'static str, &'static [&'static str])],
}

/// The variants that a value may be, by their index, the likeliest first.
///
/// A variant of another kind, or with a constant that the value contradicts, is none. The variant whose constants and
/// required members are all there comes before others, then the one that knows the most members, then the document's
/// order decides.
pub fn candidates(value: &Value, variants: &[Variant]) -> Vec<usize> {
    let mut ranked: Vec<_> = (variants.iter().enumerate())
        .filter_map(|(index, variant)| Some((variant.rank(value)?, index)))
        .collect();
    ranked.sort_by(|(one, first), (other, second)| other.cmp(one).then(first.cmp(second)));
    ranked.into_iter().map(|(_, index)| index).collect()
}

impl Variant {
    /// How well a value fits: whether it is complete, its constants, and the members that are known.
    fn rank(&self, value: &Value) -> Option<(bool, usize, usize)> {
        if !self.kinds.is_empty() && !self.kinds.iter().any(|kind| is_of(value, kind)) {
            return None;
        }
        let has = |name: &&&str| value.get(**name).is_some();
        let mut constants = 0;
        for (name, texts) in self.constants {
            match value.get(name) {
                None | Some(Value::Null) => {}
                Some(found) if found.as_str().is_some_and(|text| texts.contains(&text)) => constants += 1,
                Some(_) => return None,
            }
        }
        let complete = self.required.iter().all(|name| value.get(name).is_some());
        Some((complete, constants, self.known.iter().filter(has).count()))
    }
}

fn is_of(value: &Value, kind: &str) -> bool {
    match value {
        Value::Null => kind == "null",
        Value::Bool(_) => kind == "boolean",
        Value::Number(number) if kind == "integer" => {
            number.is_i64() || number.is_u64() || number.as_f64().is_some_and(|number| number.fract() == 0.0)
        }
        Value::Number(_) => kind == "number",
        Value::String(_) => kind == "string",
        Value::Array(_) => kind == "array",
        Value::Object(_) => kind == "object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const OBJECT: Variant = Variant {
        kinds: &["object"],
        required: &[],
        known: &[],
        constants: &[],
    };

    #[test]
    fn a_value_is_the_variant_that_knows_most_of_it() {
        let variants = [
            Variant {
                kinds: &["string"],
                ..OBJECT
            },
            Variant {
                known: &["a"],
                ..OBJECT
            },
            Variant {
                known: &["a", "b"],
                ..OBJECT
            },
            Variant {
                known: &["a", "b"],
                required: &["c"],
                ..OBJECT
            },
        ];
        assert_eq!(candidates(&json!("text"), &variants), [0]);
        assert_eq!(candidates(&json!({ "a": 1, "b": 2 }), &variants), [2, 1, 3]);
        assert_eq!(candidates(&json!({ "a": 1 }), &variants), [1, 2, 3]);
        assert_eq!(candidates(&json!({ "a": 1, "b": 2, "c": 3 }), &variants), [2, 3, 1]);
        assert_eq!(candidates(&json!([]), &variants), [0; 0]);
    }

    #[test]
    fn a_constant_tells_variants_apart() {
        let of_type = |texts| Variant {
            known: &["type"],
            constants: texts,
            ..OBJECT
        };
        let variants = [of_type(&[("type", &["a"])]), of_type(&[("type", &["b"])])];
        assert_eq!(candidates(&json!({ "type": "b" }), &variants), [1]);
        assert_eq!(candidates(&json!({ "type": "c" }), &variants), [0; 0]);
        assert_eq!(candidates(&json!({}), &variants), [0, 1]);
    }

    #[test]
    fn a_whole_number_may_be_an_integer_and_a_number() {
        let variants = [
            Variant {
                kinds: &["integer"],
                ..OBJECT
            },
            Variant {
                kinds: &["number"],
                ..OBJECT
            },
        ];
        assert_eq!(candidates(&json!(1), &variants), [0, 1]);
        assert_eq!(candidates(&json!(1.5), &variants), [1]);
    }
}
