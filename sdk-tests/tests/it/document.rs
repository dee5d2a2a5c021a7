//! What the document says, held against Cloudflare's reference pages and validators that are not this project's.

mod conventions;
mod examples;
mod published;
mod validity;

use sdk_tests::document::{load, resolve};
use serde_json::Value;

const EDIT: &str = "/paths/~1zones~1{zone_id}~1settings~1ssl_automatic_mode/patch";
const GET: &str = "/paths/~1zones~1{zone_id}~1settings~1ssl_automatic_mode/get";
const LIST: &str = "/paths/~1zones/get";

const README: &str = include_str!("../../../openapi/README.md");

/// What a failure says where the document is held against a copy.
const PIN: &str = "this pins what Cloudflare publishes, as read in November 2026: if Cloudflare changed it, change this \
                   copy too; if not, the document is wrong";

/// The document with another value at `pointer`, and what was done to it.
fn set(pointer: &str, value: Value) -> (String, Value) {
    let mut document = load();
    let node = document
        .pointer_mut(pointer)
        .unwrap_or_else(|| panic!("nothing is at {pointer}"));
    assert_ne!(*node, value, "{pointer} is so already");
    let what = format!("{pointer} = {value}");
    *node = value;
    (what, document)
}

/// The document with a member of the object at `pointer` under another name, and what was done to it.
fn renamed(pointer: &str, from: &str, to: &str) -> (String, Value) {
    let mut members = load().pointer(pointer).unwrap().as_object().unwrap().clone();
    let member = members.remove(from).unwrap();
    members.insert(to.into(), member);
    set(pointer, Value::Object(members))
}

/// What is at `pointer`, or what the reference there leads to.
fn part<'d>(document: &'d Value, pointer: &str) -> &'d Value {
    let node = document
        .pointer(pointer)
        .unwrap_or_else(|| panic!("nothing is at {pointer}"));
    resolve(document, node)
}

/// The text that a member of a part of the document must be; fails with what to do if it is none.
#[track_caller]
fn text<'d>(node: &'d Value, member: &str, place: &str, why: &str) -> &'d str {
    let text = node[member].as_str().filter(|text| !text.is_empty());
    text.unwrap_or_else(|| panic!("give {place} a `{member}`: {why}"))
}
