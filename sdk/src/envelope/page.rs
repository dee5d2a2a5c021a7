//! Where a page stands.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, IgnoredAny, Visitor},
};
use serde_json::Value;

use super::{bounded, nothing_from};
use crate::runtime::checks::whole_number as whole_number_of_float;

/// Where a page stands in a paginated list, as far as the response tells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ResultInfo {
    /// How many items this page holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// Which page this is, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<u64>,
    /// How many items a page holds at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_page: Option<u64>,
    /// How many items there are in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_count: Option<u64>,
    /// How many pages there are in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_pages: Option<u64>,
    /// What to ask for the next page with, where pages have no numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Member {
    Count,
    Page,
    PerPage,
    TotalCount,
    TotalPages,
    Cursor,
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Whole(#[serde(deserialize_with = "whole")] Option<u64>);

#[derive(Deserialize)]
struct Text(#[serde(deserialize_with = "text")] Option<String>);

/// Like those of the envelope, members may come twice.
impl<'de> Deserialize<'de> for ResultInfo {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = ResultInfo;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("where a page stands")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<ResultInfo, A::Error> {
                let mut info = ResultInfo::default();
                while let Some(member) = map.next_key()? {
                    let number = match member {
                        Member::Count => &mut info.count,
                        Member::Page => &mut info.page,
                        Member::PerPage => &mut info.per_page,
                        Member::TotalCount => &mut info.total_count,
                        Member::TotalPages => &mut info.total_pages,
                        Member::Cursor => {
                            info.cursor = map.next_value::<Text>()?.0;
                            continue;
                        }
                        Member::Other => {
                            map.next_value::<IgnoredAny>()?;
                            continue;
                        }
                    };
                    *number = map.next_value::<Whole>()?.0;
                }
                Ok(info)
            }
        }
        deserializer.deserialize_map(Members)
    }
}

pub(super) fn page<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ResultInfo>, D::Error> {
    struct Page;
    impl<'de> Visitor<'de> for Page {
        type Value = Option<ResultInfo>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("where a page stands")
        }

        fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            ResultInfo::deserialize(de::value::MapAccessDeserializer::new(map)).map(Some)
        }

        nothing_from!(visit_bool: bool visit_u64: u64 visit_i64: i64 visit_f64: f64 visit_str: &str);
    }
    deserializer.deserialize_any(Page)
}

/// A whole number, or nothing.
fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    struct Whole;
    impl<'de> Visitor<'de> for Whole {
        type Value = Option<u64>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a whole number")
        }

        fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
            Ok(Some(number))
        }

        fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
            Ok(whole_number(&number.into()))
        }

        fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            // What a number is to a visitor where some crate turned on the feature `arbitrary_precision` of serde_json.
            let value = bounded::value(de::value::MapAccessDeserializer::new(map))?;
            Ok(whole_number(&value))
        }

        nothing_from!(visit_bool: bool visit_i64: i64 visit_str: &str);
    }
    deserializer.deserialize_any(Whole)
}

/// A whole number, also where it is written with a fraction of zero, as a number that is published as such may be.
pub(super) fn whole_number(value: &Value) -> Option<u64> {
    let of_float = |number| whole_number_of_float(number)?.try_into().ok();
    value.as_u64().or_else(|| of_float(value.as_f64()?))
}

/// A text; none if it is anything else.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match bounded::value(deserializer)? {
        Value::String(text) => Some(text),
        _ => None,
    })
}
