//! The members of an object, by name, as the text that they are.

use std::fmt;

use serde::{
    Deserializer,
    de::{self, DeserializeSeed, IgnoredAny, Visitor},
};
use serde_json::value::RawValue;

/// The members of an object with these names; of those that come twice the last one.
pub(super) fn members<'de, const COUNT: usize>(
    json: &'de [u8],
    names: [&str; COUNT],
) -> Option<[Option<&'de RawValue>; COUNT]> {
    let mut found = [None; COUNT];
    read(json, &names, &mut found).then_some(found)
}

fn read<'de>(json: &'de [u8], names: &[&str], found: &mut [Option<&'de RawValue>]) -> bool {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    deserializer.deserialize_map(Members { names, found }).is_ok() && deserializer.end().is_ok()
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
        let index = |name: &str| self.names.iter().position(|known| *known == name).unwrap_or(usize::MAX);
        while let Some(index) = map.next_key_seed(Name(&index))? {
            match self.found.get_mut(index) {
                Some(member) => *member = Some(map.next_value()?),
                None => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        Ok(())
    }
}

/// Which of the names that are known it is, as a function says.
pub(super) struct Name<'f>(pub(super) &'f dyn Fn(&str) -> usize);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<usize, E> {
        Ok((self.0)(name))
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
