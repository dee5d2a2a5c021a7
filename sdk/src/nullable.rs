//! A member that may be missing, null, or a value.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A member of what is sent that may be missing, null, or a value, which are three things to the service: a member that
/// is missing stays as it is, and null takes away what is there.
///
/// Setters take a value, an `Option` (`None` is null), or this.
///
/// # Examples
///
/// ```
/// use cloudflare_sdk::Nullable;
///
/// let comment: Nullable<String> = "to be renewed".into();
/// assert_eq!(comment.value().map(String::as_str), Some("to be renewed"));
/// assert_eq!(Nullable::<String>::from(None), Nullable::Null);
/// assert!(Nullable::<String>::default().is_absent());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Nullable<T> {
    /// It is not sent, or was not received.
    #[default]
    Absent,
    /// It is null.
    Null,
    /// It has a value.
    Value(T),
}

impl<T> Nullable<T> {
    /// Whether it is missing, so that it is not sent.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Whether it is null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The value, if it has one.
    #[must_use]
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// The value, if it has one.
    #[must_use]
    pub fn into_value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }
}

impl<T> From<T> for Nullable<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl<T> From<Option<T>> for Nullable<T> {
    /// `None` is null.
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Value)
    }
}

impl From<&str> for Nullable<String> {
    fn from(value: &str) -> Self {
        Self::Value(value.to_owned())
    }
}

impl<T: Serialize> Serialize for Nullable<T> {
    /// Writes null where there is no value; a member that is missing is left out by the model that it belongs to.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Nullable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(feature = "schemars")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Nullable<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        Option::<T>::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Option::<T>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize, Serialize)]
    struct Edit {
        #[serde(default, skip_serializing_if = "Nullable::is_absent")]
        comment: Nullable<String>,
    }

    #[test]
    fn missing_null_and_a_value_are_three_things_both_ways() {
        for (text, comment) in [
            ("{}", Nullable::Absent),
            (r#"{"comment":null}"#, Nullable::Null),
            (r#"{"comment":"a"}"#, "a".into()),
        ] {
            let edit = Edit { comment };
            assert_eq!(serde_json::to_string(&edit).unwrap(), text);
            assert_eq!(serde_json::from_str::<Edit>(text).unwrap(), edit);
        }
    }
}
