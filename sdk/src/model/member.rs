//! What the setters of members take that need not be sent.

use std::fmt::Display;

use crate::nullable::Nullable;

/// A value for a member of the type `M` that need not be sent: what becomes the value of the member, such as a `&str`
/// where that is a text, or the whole member, such as an `Option`.
///
/// `How` tells these apart for the compiler, and is always inferred.
pub trait IntoMember<M, How> {
    /// The member.
    ///
    /// # Errors
    ///
    /// Why it is no value of the member.
    fn into_member(self) -> Result<M, String>;
}

/// By the value of a member.
#[derive(Debug)]
pub enum ByValue {}

/// By the whole member.
#[derive(Debug)]
pub enum AsItIs {}

/// By an option, of which `None` is null.
#[derive(Debug)]
pub enum OrNull {}

fn value<T, V>(given: T) -> Result<V, String>
where
    T: TryInto<V>,
    T::Error: Display,
{
    given.try_into().map_err(|reason| reason.to_string())
}

impl<T, V> IntoMember<Option<V>, ByValue> for T
where
    T: TryInto<V>,
    T::Error: Display,
{
    fn into_member(self) -> Result<Option<V>, String> {
        value(self).map(Some)
    }
}

impl<V> IntoMember<Self, AsItIs> for Option<V> {
    fn into_member(self) -> Result<Self, String> {
        Ok(self)
    }
}

impl<T, V> IntoMember<Nullable<V>, ByValue> for T
where
    T: TryInto<V>,
    T::Error: Display,
{
    fn into_member(self) -> Result<Nullable<V>, String> {
        value(self).map(Nullable::Value)
    }
}

impl<V> IntoMember<Self, AsItIs> for Nullable<V> {
    fn into_member(self) -> Result<Self, String> {
        Ok(self)
    }
}

impl<V> IntoMember<Nullable<V>, OrNull> for Option<V> {
    fn into_member(self) -> Result<Nullable<V>, String> {
        Ok(self.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn optional<How>(given: impl IntoMember<Option<u64>, How>) -> Result<Option<u64>, String> {
        given.into_member()
    }

    fn nullable<How>(given: impl IntoMember<Nullable<String>, How>) -> Nullable<String> {
        given.into_member().unwrap()
    }

    #[test]
    fn a_member_is_given_as_its_value_or_as_a_whole() {
        assert_eq!(optional(3), Ok(Some(3)));
        assert_eq!(optional(None), Ok(None));
        assert_eq!(optional(Some(3)), Ok(Some(3)));
        assert!(optional(-1).unwrap_err().contains("out of range"));
        assert_eq!(nullable("a"), "a".into());
        assert_eq!(nullable(Nullable::Null), Nullable::Null);
        assert_eq!(nullable(None), Nullable::Null);
        assert_eq!(nullable(Some("a".to_owned())), "a".into());
    }
}
