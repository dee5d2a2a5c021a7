//! The members of an object, by name, as the text that they are.

use std::fmt;

use serde::{
    Deserializer,
    de::{self, DeserializeSeed, IgnoredAny, Visitor},
};
use serde_json::value::RawValue;

/// The members with these names; of those that come twice the last one.
///
/// Anything else than an object has none.
pub(super) fn members<'de, const COUNT: usize>(
    text: &'de RawValue,
    names: [&str; COUNT],
) -> [Option<&'de RawValue>; COUNT] {
    let mut found = [None; COUNT];
    let mut deserializer = serde_json::Deserializer::from_slice(text.get().as_bytes());
    let members = Members {
        names: &names,
        found: &mut found,
    };
    match deserializer.deserialize_map(members) {
        Ok(()) => found,
        Err(_) => [None; COUNT],
    }
}

struct Members<'de, 'f> {
    names: &'f [&'f str],
    found: &'f mut [Option<&'de RawValue>],
}

impl<'de> Visitor<'de> for Members<'de, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(index) = map.next_key_seed(Name(self.names))? {
            match index.and_then(|index| self.found.get_mut(index)) {
                Some(member) => *member = Some(map.next_value()?),
                None => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        Ok(())
    }
}

/// Which of the names it is.
struct Name<'f>(&'f [&'f str]);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<usize>, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Option<usize>, E> {
        Ok(self.0.iter().position(|known| *known == name))
    }
}

/// A text; none if it is anything else.
pub(super) fn text(raw: &RawValue) -> Option<String> {
    serde_json::from_slice(raw.get().as_bytes()).ok()
}

/// A whole number, also where it is written with a fraction of zero, as a number that is published as such may be.
pub(super) fn whole(raw: &RawValue) -> Option<u64> {
    let number = match raw.get().split_once('.') {
        Some((number, fraction)) if fraction.bytes().all(|digit| digit == b'0') => number,
        Some(_) => return None,
        None => raw.get(),
    };
    number.parse().ok()
}
