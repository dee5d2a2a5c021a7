//! The zones of a made-up fleet.

use std::collections::HashMap;

use hyper::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Options, failure};

/// The two accounts that zones belong to, in turn.
pub const ACCOUNTS: [&str; 2] = ["01a7362d577a6c3019a474fd6f485823", "9a7806061c88ada191ed06f989cc3dac"];

/// The id of a zone, by its number.
#[must_use]
pub fn zone_id(number: usize) -> String {
    // Scattered, as ids are; multiplying by an odd number makes none of them the same.
    let scattered = (number as u128 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
    format!("{scattered:032x}")
}

#[derive(Debug)]
pub(super) struct Zones {
    zones: Vec<Zone>,
    by_id: HashMap<String, usize>,
    /// Their numbers, in the order of the list.
    order: Vec<usize>,
}

#[derive(Debug)]
struct Zone {
    is_auto: bool,
    modified_on: Option<chrono::DateTime<chrono::Utc>>,
    is_answered: bool,
    repeated: u32,
}

impl Zones {
    pub(super) fn new(options: &Options) -> Self {
        let mut zones = Self {
            zones: Vec::with_capacity(options.zones),
            by_id: HashMap::with_capacity(options.zones),
            order: Vec::with_capacity(options.zones),
        };
        for number in 0..options.zones {
            zones.add(options.enrolled > 0 && number % options.enrolled == 0);
        }
        zones
    }

    fn add(&mut self, is_auto: bool) {
        let number = self.zones.len();
        self.by_id.insert(zone_id(number), number);
        self.order.push(number);
        self.zones.push(Zone {
            is_auto,
            modified_on: None,
            is_answered: false,
            repeated: 0,
        });
    }

    pub(super) fn insert(&mut self) {
        self.add(false);
        self.order.rotate_right(1);
    }

    pub(super) fn index(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    pub(super) fn get(&self, id: &str) -> Option<Value> {
        self.index(id).map(|index| self.setting(index))
    }

    pub(super) fn edit(&mut self, index: usize, mode: &str) -> Value {
        let zone = &mut self.zones[index];
        if zone.is_auto != (mode == "auto") {
            zone.is_auto = !zone.is_auto;
            zone.modified_on = Some(std::time::SystemTime::now().into());
        }
        self.setting(index)
    }

    /// An edit of the zone has arrived.
    pub(super) fn arrived(&mut self, index: usize) {
        self.zones[index].repeated += u32::from(self.zones[index].is_answered);
    }

    /// An edit of the zone is answered in full.
    pub(super) fn answered(&mut self, index: usize) {
        self.zones[index].is_answered = true;
    }

    pub(super) fn in_mode(&self, mode: &str) -> usize {
        self.zones
            .iter()
            .filter(|zone| zone.is_auto == (mode == "auto"))
            .count()
    }

    pub(super) fn most_repeated(&self) -> u32 {
        self.zones.iter().map(|zone| zone.repeated).max().unwrap_or_default()
    }

    fn setting(&self, index: usize) -> Value {
        let zone = &self.zones[index];
        let mut setting = json!({
            "id": "ssl_automatic_mode",
            "value": if zone.is_auto { "auto" } else { "custom" },
            "editable": true,
            "modified_on": zone.modified_on,
        });
        if zone.is_auto {
            setting["next_scheduled_scan"] = json!("2026-12-24T05:20:00.12345Z");
        }
        setting
    }

    /// A page of the list, as its query asks for it.
    pub(super) fn page(&self, query: &str) -> Answer {
        let parameters: HashMap<_, _> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
        let number = |name: &str, default| match parameters.get(name) {
            Some(text) => text.parse::<usize>().ok(),
            None => Some(default),
        };
        let (Some(page @ 1..), Some(size @ 5..=50)) = (number("page", 1), number("per_page", 20)) else {
            return failure(400, 1068, "Invalid page or per_page");
        };
        let wanted = |number: &usize| {
            let is = |name: &str, value: &str| parameters.get(name).is_none_or(|wanted| *wanted == value);
            is("account.id", account(*number)) && is("status", status(*number)) && is("name", &name(*number))
        };
        let is_filtered = ["account.id", "status", "name"]
            .iter()
            .any(|name| parameters.contains_key(name));
        let filtered: Vec<_>;
        // All of a million are not looked at for each page.
        let all = match is_filtered {
            true => {
                filtered = self.order.iter().copied().filter(wanted).collect();
                &filtered
            }
            false => &self.order,
        };
        let zones: Vec<_> = all
            .chunks(size)
            .nth(page - 1)
            .unwrap_or_default()
            .iter()
            .map(|number| zone(*number))
            .collect();
        let body = json!({
            "success": true,
            "errors": [],
            "messages": [],
            "result_info": {
                "page": page,
                "per_page": size,
                "count": zones.len(),
                "total_count": all.len(),
                "total_pages": all.len().div_ceil(size),
            },
            "result": zones,
        });
        Answer::Whole(StatusCode::OK, body)
    }
}

fn account(number: usize) -> &'static str {
    ACCOUNTS[number % 2]
}

fn status(number: usize) -> &'static str {
    if number % 20 == 19 { "pending" } else { "active" }
}

fn name(number: usize) -> String {
    format!("zone-{number:05}.example")
}

fn zone(number: usize) -> Value {
    json!({
        "id": zone_id(number),
        "name": name(number),
        "status": status(number),
        "account": { "id": account(number), "name": format!("Account {}", number % 2 + 1) },
        "activated_on": "2014-01-02T00:01:00.12345Z",
        "created_on": "2014-01-01T05:20:00.12345Z",
        "modified_on": "2014-01-01T05:20:00.12345Z",
        "development_mode": 0,
        "meta": {},
        "name_servers": ["bob.ns.cloudflare.com", "lola.ns.cloudflare.com"],
        "original_dnshost": null,
        "original_name_servers": null,
        "original_registrar": null,
        "owner": { "id": account(number), "name": "Example Org", "type": "organization" },
    })
}
