//! Where a page stands.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::members::{Name, members, text, whole};

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

impl ResultInfo {
    /// What an object says; `None` for anything else.
    pub(super) fn read(raw: &RawValue) -> Option<Self> {
        let names = ["count", "page", "per_page", "total_count", "total_pages", "cursor"];
        let [numbers @ .., cursor] = members(raw.get().as_bytes(), names)?;
        let [count, page, per_page, total_count, total_pages] = numbers.map(|number| number.and_then(whole));
        Some(Self {
            count,
            page,
            per_page,
            total_count,
            total_pages,
            cursor: cursor.and_then(text),
        })
    }
}

/// From JSON only. What is not as it is to be is left empty.
impl<'de> Deserialize<'de> for ResultInfo {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(|raw| Self::read(&raw).unwrap_or_default())
    }
}

/// What the reference has: an object of whole numbers and a text.
pub(super) struct Page(pub(super) ResultInfo);

impl<'de> Deserialize<'de> for Page {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members).map(Self)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = ResultInfo;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("where a page stands")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ResultInfo, A::Error> {
        let index = |name: &str| match name {
            "count" => 0,
            "page" => 1,
            "per_page" => 2,
            "total_count" => 3,
            "total_pages" => 4,
            "cursor" => 5,
            _ => usize::MAX,
        };
        let mut info = ResultInfo::default();
        while let Some(member) = map.next_key_seed(Name(&index))? {
            let number = match member {
                0 => &mut info.count,
                1 => &mut info.page,
                2 => &mut info.per_page,
                3 => &mut info.total_count,
                4 => &mut info.total_pages,
                5 => {
                    info.cursor = map.next_value()?;
                    continue;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            *number = map.next_value()?;
        }
        Ok(info)
    }
}
