//! Numbers that may have a fraction and need not.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A number that may have a fraction.
///
/// What is whole stays whole: 3600 is sent as `3600`, never as `3600.0`, which the service may refuse. A number is made
/// of an integer by `from`, and of an `f64` by `try_from`, which refuses what is no number of JSON.
///
/// # Examples
///
/// ```
/// use cloudflare_sdk::Number;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// assert_eq!(Number::from(3600).to_string(), "3600");
/// let half = Number::try_from(0.5)?;
/// assert_eq!(half.as_f64(), 0.5);
/// assert_eq!(half.as_i64(), None);
/// assert!(Number::try_from(f64::NAN).is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Number(serde_json::Number);

impl Number {
    /// The nearest float.
    #[must_use]
    pub fn as_f64(&self) -> f64 {
        self.0.as_f64().unwrap_or(f64::NAN)
    }

    /// The whole number, if it is one and fits.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        self.whole()?.try_into().ok()
    }

    /// The whole number, if it is one and fits.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        self.whole()?.try_into().ok()
    }

    /// The exact value, if it is whole and fits. A float has one exact value, also where other numbers round to it.
    fn exact(&self) -> Option<i128> {
        // 2^126, all multiples of which fit as well as any smaller whole float.
        const LIMIT: f64 = 85_070_591_730_234_615_865_843_651_857_942_052_864.0;
        let float = || {
            self.0
                .as_f64()
                .filter(|float| float.fract() == 0.0 && float.abs() < LIMIT)
        };
        self.integer().or_else(|| Some(float()? as i128))
    }

    /// The whole number that was meant, unless it may have been another one with the same float.
    fn whole(&self) -> Option<i128> {
        self.integer().or_else(|| self.0.as_f64().and_then(whole_number))
    }

    fn integer(&self) -> Option<i128> {
        let of_unsigned = || self.0.as_u64().map(i128::from);
        self.0.as_i64().map(i128::from).or_else(of_unsigned)
    }
}

macro_rules! from_integers {
    ($($integer:ty)*) => {
        $(
            impl From<$integer> for Number {
                fn from(number: $integer) -> Self {
                    Self(number.into())
                }
            }
        )*
    };
}

from_integers!(i8 i16 i32 i64 u8 u16 u32 u64);

impl TryFrom<f64> for Number {
    type Error = NotANumber;

    /// Takes a float; one that is whole becomes a whole number.
    fn try_from(number: f64) -> Result<Self, NotANumber> {
        if let Some(whole) = whole_number(number).and_then(|whole| i64::try_from(whole).ok()) {
            return Ok(whole.into());
        }
        serde_json::Number::from_f64(number).map(Self).ok_or(NotANumber)
    }
}

impl std::str::FromStr for Number {
    type Err = NotANumber;

    /// Reads a number as JSON has it.
    fn from_str(text: &str) -> Result<Self, NotANumber> {
        serde_json::from_str(text).map(Self).map_err(|_| NotANumber)
    }
}

/// Numbers are equal by their value: 1 and 1.0 are the same.
impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(std::cmp::Ordering::Equal)
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        match (self.exact(), other.exact()) {
            (Some(one), Some(another)) => Some(one.cmp(&another)),
            // One has a fraction, or is too large for any integer, so that rounding the other changes nothing.
            _ => self.as_f64().partial_cmp(&other.as_f64()),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string())
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde_json::Number::deserialize(deserializer).map(Self)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Number {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        f64::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        f64::json_schema(generator)
    }
}

/// The whole number that a float is, if it is one and no other has the same float.
pub(crate) fn whole_number(number: f64) -> Option<i128> {
    // 2^53, which is the float of 2^53 + 1 as well.
    const AMBIGUOUS: f64 = 9_007_199_254_740_992.0;
    (number.fract() == 0.0 && number.abs() < AMBIGUOUS).then_some(number as i128)
}

/// The error of making a [`Number`] of a float that is infinite or not a number, or of a text that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotANumber;

impl fmt::Display for NotANumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it is not a number that can be sent")
    }
}

impl std::error::Error for NotANumber {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_sent_as_it_was_received() {
        for text in ["3600", "-1", "0.5", "3600.0", "18446744073709551615", "1e300"] {
            let number: Number = serde_json::from_str(text).unwrap();
            let sent = serde_json::to_string(&number).unwrap();
            let (before, after): (serde_json::Value, serde_json::Value) = (
                serde_json::from_str(text).unwrap(),
                serde_json::from_str(&sent).unwrap(),
            );
            assert_eq!(before, after, "{text}");
        }
    }

    #[test]
    fn a_whole_float_is_sent_without_a_fraction() {
        assert_eq!(Number::try_from(3600.0).unwrap().to_string(), "3600");
        assert_eq!(Number::try_from(0.25).unwrap().to_string(), "0.25");
        assert_eq!(Number::try_from(f64::INFINITY), Err(NotANumber));
        assert_eq!("0.5".parse(), Number::try_from(0.5));
        assert_eq!("a".parse::<Number>(), Err(NotANumber));
    }

    #[test]
    fn equality_is_transitive_beyond_what_a_float_can_tell() {
        let number = |text: &str| serde_json::from_str::<Number>(text).unwrap();
        let (float, most) = (number("1.8446744073709552e19"), number("18446744073709551615"));
        assert_ne!(float, most);
        assert_ne!(float, number("18446744073709551614"));
        assert!(most < float && number("9007199254740993") > number("9007199254740992.0"));
        assert_eq!(number("9007199254740992.0"), number("9007199254740992"));
        assert_eq!(number("1e300"), number("1.0e300"));
    }

    #[test]
    fn a_float_that_stands_for_several_whole_numbers_is_none() {
        let whole = |text: &str| serde_json::from_str::<Number>(text).unwrap().as_u64();
        assert_eq!(whole("4503599627370496.0"), Some(4_503_599_627_370_496));
        // 2^53 + 1 has the same float.
        assert_eq!(whole("9007199254740992.0"), None);
        assert_eq!(whole("9007199254740992"), Some(9_007_199_254_740_992));
    }

    #[test]
    fn numbers_are_compared_by_value() {
        let of_text = |text: &str| serde_json::from_str::<Number>(text).unwrap();
        assert_eq!(of_text("1.0"), Number::from(1));
        assert_ne!(of_text("1.5"), Number::from(1));
        assert!(of_text("1.5") < Number::from(u64::MAX));
        assert_eq!(of_text("7.0").as_u64(), Some(7));
        assert_eq!(of_text("-7").as_u64(), None);
    }
}
