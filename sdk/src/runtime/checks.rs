//! What generated models and builders check.

use std::fmt;

use serde::{Deserialize, Deserializer, de};

/// An enumeration that keeps values that the document does not know.
pub trait OpenEnum {
    /// The values that the document knows.
    const VALUES: &'static [&'static str];

    /// The text of a value that the document does not know.
    fn unknown(&self) -> Option<&str>;
}

impl<T: OpenEnum> OpenEnum for Option<T> {
    const VALUES: &'static [&'static str] = T::VALUES;

    fn unknown(&self) -> Option<&str> {
        self.as_ref()?.unknown()
    }
}

impl<T: OpenEnum> OpenEnum for Vec<T> {
    const VALUES: &'static [&'static str] = T::VALUES;

    fn unknown(&self) -> Option<&str> {
        self.iter().find_map(OpenEnum::unknown)
    }
}

/// Lets a value of an enumeration pass if the document knows it, since nothing else may be sent.
pub fn known<T: OpenEnum>(name: &str, value: T) -> Result<T, String> {
    match value.unknown() {
        None => Ok(value),
        Some(unknown) => {
            let allowed = T::VALUES
                .iter()
                .map(|value| format!("`{value}`"))
                .collect::<Vec<_>>()
                .join(", ");
            Err(format!(
                "`{name}`: `{}` is not one of {allowed}",
                unknown.escape_debug()
            ))
        }
    }
}

/// A whole number, or none.
pub trait Whole: Copy {
    /// The number.
    fn number(self) -> Option<i128>;
}

impl Whole for i64 {
    fn number(self) -> Option<i128> {
        Some(self.into())
    }
}

impl Whole for u64 {
    fn number(self) -> Option<i128> {
        Some(self.into())
    }
}

impl<T: Whole> Whole for Option<T> {
    fn number(self) -> Option<i128> {
        self?.number()
    }
}

/// Lets a whole number pass if it is within the limits of the document.
pub fn within<T: Whole>(name: &str, minimum: Option<i64>, maximum: Option<i64>, value: T) -> Result<T, String> {
    let Some(number) = value.number() else { return Ok(value) };
    match (minimum, maximum) {
        (Some(minimum), _) if number < minimum.into() => Err(format!("`{name}`: {number} is less than {minimum}")),
        (_, Some(maximum)) if number > maximum.into() => Err(format!("`{name}`: {number} is more than {maximum}")),
        _ => Ok(value),
    }
}

/// The reason against a value that could not be converted to the type of a parameter.
pub fn invalid(name: &str, error: &dyn fmt::Display) -> String {
    format!("`{name}`: {error}")
}

/// Reads null as the default: an optional list that is null is as empty as one that is missing.
pub fn null_as_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Reads an open enumeration from a string, without a copy where the value is known.
pub fn deserialize_open_enum<'de, D, T>(deserializer: D, expecting: &'static str) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: for<'a> From<&'a str>,
{
    struct Text<T>(&'static str, std::marker::PhantomData<T>);
    impl<T: for<'a> From<&'a str>> de::Visitor<'_> for Text<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }

        fn visit_str<E>(self, text: &str) -> Result<T, E> {
            Ok(T::from(text))
        }
    }
    deserializer.deserialize_str(Text(expecting, std::marker::PhantomData))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_hold_at_their_ends() {
        for (value, fits) in [(4, false), (5, true), (50, true), (51, false)] {
            assert_eq!(
                within("per_page", Some(5), Some(50), value as u64).is_ok(),
                fits,
                "{value}"
            );
            assert_eq!(
                within("per_page", Some(5), Some(50), Some(value as i64)).is_ok(),
                fits,
                "{value}"
            );
        }
        assert_eq!(
            within("page", Some(1), None, 0u64).unwrap_err(),
            "`page`: 0 is less than 1"
        );
        assert!(within("page", Some(1), None, u64::MAX).is_ok());
        assert!(within("page", Some(1), None, None::<u64>).is_ok());
    }
}
