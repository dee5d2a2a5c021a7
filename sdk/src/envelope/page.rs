//! Where a page stands.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::members::{members, text, whole};

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
        raw.get().starts_with('{').then(|| Self::members(raw))
    }

    fn members(raw: &RawValue) -> Self {
        let names = ["count", "page", "per_page", "total_count", "total_pages", "cursor"];
        let [numbers @ .., cursor] = members(raw, names);
        let [count, page, per_page, total_count, total_pages] = numbers.map(|number| number.and_then(whole));
        Self {
            count,
            page,
            per_page,
            total_count,
            total_pages,
            cursor: cursor.and_then(text),
        }
    }
}

/// From JSON only. What is not as it is to be is left empty.
impl<'de> Deserialize<'de> for ResultInfo {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(|raw| Self::members(&raw))
    }
}
