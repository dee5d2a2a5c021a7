//! Any JSON, of which no more is kept than a person reads.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeSeed, IgnoredAny, Visitor},
};
use serde_json::{Map, Value};

/// How many values are kept of a list or an object, with all that they hold.
const ROOM: usize = 1000;

/// How deep values are kept; what is deeper is null. The parser takes 128, for all of a body.
const DEPTH: usize = 32;

pub(super) fn value<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    let (mut room, depth) = (ROOM, DEPTH);
    let value = DeserializeSeed::deserialize(Bounded { room: &mut room, depth }, deserializer)?;
    // Makes numbers of the maps that they are to a visitor where some crate turned on the feature `arbitrary_precision`
    // of serde_json.
    Ok(serde_json::from_value(value).unwrap_or_default())
}

struct Bounded<'r> {
    room: &'r mut usize,
    depth: usize,
}

impl Bounded<'_> {
    /// For a value within this one, if there is room for it.
    fn next(&mut self) -> Option<Bounded<'_>> {
        *self.room = self.room.checked_sub(1)?;
        Some(Bounded {
            room: self.room,
            depth: self.depth - 1,
        })
    }
}

impl<'de> DeserializeSeed<'de> for Bounded<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        match self.depth {
            0 => IgnoredAny::deserialize(deserializer).map(|_| Value::Null),
            _ => deserializer.deserialize_any(self),
        }
    }
}

macro_rules! scalars {
    ($($visit:ident: $kind:ty)*) => {
        $(
            fn $visit<E>(self, value: $kind) -> Result<Value, E> {
                Ok(value.into())
            }
        )*
    };
}

impl<'de> Visitor<'de> for Bounded<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    scalars!(visit_bool: bool visit_u64: u64 visit_i64: i64 visit_f64: f64 visit_str: &str);

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: de::SeqAccess<'de>>(mut self, mut list: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(next) = self.next() {
            match list.next_element_seed(next)? {
                Some(item) => items.push(item),
                None => return Ok(items.into()),
            }
        }
        IgnoredAny.visit_seq(list)?;
        Ok(items.into())
    }

    fn visit_map<A: de::MapAccess<'de>>(mut self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(next) = self.next() {
            match map.next_key()? {
                Some(name) => members.insert(name, map.next_value_seed(next)?),
                None => return Ok(members.into()),
            };
        }
        IgnoredAny.visit_map(map)?;
        Ok(members.into())
    }
}
