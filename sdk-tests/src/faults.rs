//! What a server, and the network before it, may do instead of answering well; and what a call is to make of it.

mod connections;
mod envelopes;
mod expected;
mod healed;
mod statuses;

use std::{sync::LazyLock, time::Duration};

use cloudflare_sdk::{ErrorKind, RequestOptions};
use serde_json::Value;

use self::expected::Three;
use crate::{
    document,
    script::{Act, answer},
};

/// What goes wrong.
#[derive(Debug)]
pub struct Fault {
    /// The heading under which it stands.
    pub group: &'static str,
    /// What the server does.
    pub name: &'static str,
    /// Where the request goes to.
    pub server: Server,
    /// How the calls are made, beside the default.
    pub options: RequestOptions,
    /// What is to become of the GET.
    pub get: Expected,
    /// What is to become of the PATCH.
    pub edit: Expected,
    /// What is to become of the PATCH, had it not the same effect twice as once.
    pub once: Expected,
}

/// Where a request goes to.
#[derive(Clone, Debug)]
pub enum Server {
    /// There is none at the address.
    Nowhere,
    /// It acts by this script; the last act is repeated.
    Acts(Vec<Act>),
    /// It answers with this status and a redirect to another server.
    Redirect(u16),
}

/// What a caller gets.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    /// What went wrong, or the value's mode.
    pub outcome: Result<&'static str, ErrorKind>,
    /// The last status.
    pub status: Option<u16>,
    /// How many attempts were made.
    pub attempts: u32,
    /// Whether the change may have been made all the same.
    pub outcome_unknown: bool,
    /// How long was waited before each attempt but the first.
    pub waits: Vec<Duration>,
}

const PAGE: &str = "<!DOCTYPE html>\n<html><head><title>Attention Required! | Cloudflare</title></head></html>\n";
const HTML: &str = "content-type: text/html; charset=UTF-8\r\n";
const JSON: &str = "content-type: application/json\r\n";
const REFUSAL: &str =
    r#"{"success":false,"errors":[{"code":1008,"message":"Invalid value"}],"messages":[],"result":null}"#;
const BEGINNING: &str = r#"{"success":true,"resu"#;

/// Every fault.
#[must_use]
pub fn all() -> Vec<Fault> {
    let groups = [
        envelopes::not_the_envelope(),
        envelopes::unreadable_successes(),
        envelopes::odd_envelopes(),
        statuses::odd_statuses(),
        statuses::retried_statuses(),
        connections::connections(),
        connections::bodies(),
        healed::healed(),
    ];
    groups.into_iter().flatten().collect()
}

/// How large a body may be where it is to be too large.
pub const LIMIT: usize = 64 * 1024;

fn group(group: &'static str, faults: Vec<(&'static str, Server, Three)>) -> Vec<Fault> {
    let fault = |(name, server, [get, edit, once]): (_, _, Three)| Fault {
        group,
        name,
        server,
        options: RequestOptions::new(),
        get,
        edit,
        once,
    };
    faults.into_iter().map(fault).collect()
}

/// Faults for which a call has to wait in earnest.
fn slow(heading: &'static str, faults: Vec<(&'static str, Server, Three)>) -> Vec<Fault> {
    let mut faults = group(heading, faults);
    for fault in &mut faults {
        fault.options = RequestOptions::new().timeout(Duration::from_secs(1));
    }
    faults
}

fn acts(act: Act) -> Server {
    Server::Acts(vec![act])
}

/// The documented answer of a zone where Automatic SSL/TLS is on.
fn documented() -> &'static str {
    static TEXT: LazyLock<String> =
        LazyLock::new(|| document::load()["components"]["examples"]["EnrollmentEnabled"]["value"].to_string());
    &TEXT
}

/// The documented answer with a change.
fn success(change: impl FnOnce(&mut Value)) -> Server {
    let mut body = serde_json::from_str(documented()).expect("an example is JSON");
    change(&mut body);
    acts(answer(200, JSON, body.to_string()))
}

fn text_success(change: impl FnOnce(&str) -> String) -> Server {
    acts(answer(200, JSON, change(documented())))
}
