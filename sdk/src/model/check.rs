//! Checks of values, before they are sent and while they are read.

use std::{collections::HashMap, fmt};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserializer, de};
use serde_json::{Map, Value};

use crate::{
    nullable::Nullable,
    number::{Number, whole_number},
    text::quoted,
};

/// A value that can be checked before it is sent.
pub trait Check {
    /// Gives the reason against sending the value, which is that of the parameter or member `name`.
    fn check(&self, name: &str) -> Result<(), String>;
}

/// What may have any value.
macro_rules! free {
    ($($kind:ty)*) => {
        $(
            impl Check for $kind {
                fn check(&self, _name: &str) -> Result<(), String> {
                    Ok(())
                }
            }
        )*
    };
}

free!(() bool f64 i64 u64 String Number Value Map<String, Value> DateTime<Utc> NaiveDate);

impl<T: Check> Check for Option<T> {
    fn check(&self, name: &str) -> Result<(), String> {
        self.iter().try_for_each(|value| value.check(name))
    }
}

impl<T: Check> Check for Nullable<T> {
    fn check(&self, name: &str) -> Result<(), String> {
        self.value().map_or(Ok(()), |value| value.check(name))
    }
}

impl<T: Check> Check for Vec<T> {
    fn check(&self, name: &str) -> Result<(), String> {
        self.iter().try_for_each(|value| value.check(name))
    }
}

impl<T: Check, const N: usize> Check for [T; N] {
    fn check(&self, name: &str) -> Result<(), String> {
        self.iter().try_for_each(|value| value.check(name))
    }
}

impl<T: Check> Check for Box<T> {
    fn check(&self, name: &str) -> Result<(), String> {
        (**self).check(name)
    }
}

impl<K, T: Check, S> Check for HashMap<K, T, S> {
    fn check(&self, name: &str) -> Result<(), String> {
        self.values().try_for_each(|value| value.check(name))
    }
}

/// Refuses a value of an enumeration that the document does not know.
pub fn one_of(value: &str, name: &str, values: &[&str]) -> Result<(), String> {
    if values.contains(&value) {
        return Ok(());
    }
    let values = values.join("`, `");
    Err(format!("`{name}`: {} is not one of `{values}`", quoted(value)))
}

/// A whole number, or none.
pub trait Whole: Copy {
    /// The number.
    fn number(self) -> Option<i128>;

    /// From the number, if it fits.
    fn from_number(number: Option<i128>) -> Option<Self>;
}

macro_rules! whole {
    ($($integer:ty)*) => {
        $(
            impl Whole for $integer {
                fn number(self) -> Option<i128> {
                    Some(self.into())
                }

                fn from_number(number: Option<i128>) -> Option<Self> {
                    number?.try_into().ok()
                }
            }
        )*
    };
}

whole!(i64 u64);

impl<T: Whole> Whole for Option<T> {
    fn number(self) -> Option<i128> {
        self?.number()
    }

    fn from_number(number: Option<i128>) -> Option<Self> {
        match number {
            None => Some(None),
            number => T::from_number(number).map(Some),
        }
    }
}

impl<T: Whole> Whole for Nullable<T> {
    fn number(self) -> Option<i128> {
        self.into_value()?.number()
    }

    fn from_number(number: Option<i128>) -> Option<Self> {
        match number {
            None => Some(Self::Null),
            number => T::from_number(number).map(Self::Value),
        }
    }
}

/// Reads a whole number, also where it is written with a fraction of zero.
pub fn whole<'de, D: Deserializer<'de>, T: Whole>(deserializer: D) -> Result<T, D::Error> {
    struct Number<T>(std::marker::PhantomData<T>);
    impl<T: Whole> de::Visitor<'_> for Number<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a whole number")
        }

        fn visit_i64<E: de::Error>(self, number: i64) -> Result<T, E> {
            T::from_number(Some(number.into())).ok_or_else(|| E::invalid_value(de::Unexpected::Signed(number), &self))
        }

        fn visit_u64<E: de::Error>(self, number: u64) -> Result<T, E> {
            T::from_number(Some(number.into())).ok_or_else(|| E::invalid_value(de::Unexpected::Unsigned(number), &self))
        }

        fn visit_f64<E: de::Error>(self, number: f64) -> Result<T, E> {
            let whole = whole_number(number).and_then(|whole| T::from_number(Some(whole)));
            whole.ok_or_else(|| E::invalid_value(de::Unexpected::Float(number), &self))
        }

        fn visit_unit<E: de::Error>(self) -> Result<T, E> {
            T::from_number(None).ok_or_else(|| E::invalid_type(de::Unexpected::Unit, &self))
        }
    }
    deserializer.deserialize_any(Number(std::marker::PhantomData))
}

/// Refuses a whole number that is not within the limits of the document.
pub fn within<T: Whole>(value: &T, name: &str, minimum: Option<i64>, maximum: Option<i64>) -> Result<(), String> {
    let Some(number) = value.number() else { return Ok(()) };
    match (minimum, maximum) {
        (Some(minimum), _) if number < minimum.into() => Err(format!("`{name}`: {number} is less than {minimum}")),
        (_, Some(maximum)) if number > maximum.into() => Err(format!("`{name}`: {number} is more than {maximum}")),
        _ => Ok(()),
    }
}

/// A text, or none.
pub trait Text {
    /// The text.
    fn text(&self) -> Option<&str>;
}

impl Text for String {
    fn text(&self) -> Option<&str> {
        Some(self)
    }
}

impl Text for Option<String> {
    fn text(&self) -> Option<&str> {
        self.as_deref()
    }
}

impl Text for Nullable<String> {
    fn text(&self) -> Option<&str> {
        self.value().map(String::as_str)
    }
}

/// Refuses a text whose length in characters is not within the limits of the document.
pub fn length<T: Text>(value: &T, name: &str, minimum: Option<i64>, maximum: Option<i64>) -> Result<(), String> {
    let Some(text) = value.text() else { return Ok(()) };
    let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
    match (minimum, maximum) {
        (Some(minimum), _) if length < minimum => Err(format!(
            "`{name}`: {} is shorter than {minimum} characters",
            quoted(text)
        )),
        (_, Some(maximum)) if length > maximum => Err(format!(
            "`{name}`: {} is longer than {maximum} characters",
            quoted(text)
        )),
        _ => Ok(()),
    }
}

/// The reason against a value that could not be converted to the type of a parameter.
pub fn invalid(name: &str, error: &dyn fmt::Display) -> String {
    format!("`{name}`: {error}")
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
    fn a_whole_number_is_read_however_it_is_written() {
        fn read<T: Whole>(text: &str) -> Option<T> {
            whole(&mut serde_json::Deserializer::from_str(text)).ok()
        }
        for (text, signed, unsigned) in [
            ("7200", Some(7200), Some(7200)),
            ("7200.0", Some(7200), Some(7200)),
            ("-1.0e1", Some(-10), None),
            ("18446744073709551615", None, Some(u64::MAX)),
            ("0.5", None, None),
            ("1e300", None, None),
            ("null", None, None),
            ("\"1\"", None, None),
        ] {
            assert_eq!((read::<i64>(text), read::<u64>(text)), (signed, unsigned), "{text}");
        }
        assert_eq!(read::<Option<i64>>("null"), Some(None));
        assert_eq!(read::<Option<i64>>("1.0"), Some(Some(1)));
        assert_eq!(read::<Option<i64>>("1.5"), None);
    }

    #[test]
    fn limits_hold_at_their_ends() {
        for (value, fits) in [(4, false), (5, true), (50, true), (51, false)] {
            assert_eq!(
                within(&(value as u64), "per_page", Some(5), Some(50)).is_ok(),
                fits,
                "{value}"
            );
            assert_eq!(
                within(&Some(value as i64), "per_page", Some(5), Some(50)).is_ok(),
                fits,
                "{value}"
            );
        }
        assert_eq!(
            within(&0u64, "page", Some(1), None).unwrap_err(),
            "`page`: 0 is less than 1"
        );
        assert!(within(&u64::MAX, "page", Some(1), None).is_ok());
        assert!(within(&None::<u64>, "page", Some(1), None).is_ok());
    }

    #[test]
    fn a_text_keeps_to_its_length_in_characters() {
        let check = |text: &str| length(&text.to_owned(), "name", Some(2), Some(3));
        assert!(check("ää").is_ok() && check("äää").is_ok());
        assert_eq!(check("ä").unwrap_err(), "`name`: `ä` is shorter than 2 characters");
        assert_eq!(check("ääää").unwrap_err(), "`name`: `ääää` is longer than 3 characters");
        assert!(length(&None::<String>, "name", Some(2), None).is_ok());
    }

    #[test]
    fn a_value_is_found_wherever_it_stands() {
        struct Mode(&'static str);
        impl Check for Mode {
            fn check(&self, name: &str) -> Result<(), String> {
                one_of(self.0, name, &["auto", "custom"])
            }
        }
        assert!(Some(vec![Mode("auto"), Mode("custom")]).check("modes").is_ok());
        let reason = HashMap::from([(1, Box::new([Mode("auto"), Mode("full")]))])
            .check("modes")
            .unwrap_err();
        assert_eq!(reason, "`modes`: `full` is not one of `auto`, `custom`");
    }
}
