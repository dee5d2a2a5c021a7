//! Connections that fail: before the response is there, or in the middle of its body.

use cloudflare_sdk::{
    ErrorKind::{BodyTooLarge, Decode, Timeout, Transport},
    RequestOptions,
};

use super::{
    BEGINNING, Fault, LIMIT, Server, acts, documented,
    expected::{no_connection, refused, repeated, repeated_if_safe, unclear},
    group, slow,
};
use crate::script::{Act, Then, head};

pub(super) fn connections() -> Vec<Fault> {
    let raw = |bytes: &str, then| acts(Act::Answer(bytes.into(), then));
    let lost = || repeated_if_safe(Transport, None);
    let headers = "x: y\r\n".repeat(200);
    let mut faults = group(
        "Connections that fail before the response is there",
        vec![
            ("Nobody listens", Server::Nowhere, no_connection()),
            (
                "The connection is reset before the request is read",
                acts(Act::ResetUnread),
                lost(),
            ),
            (
                "The connection is reset after the request",
                raw("", Then::Reset),
                lost(),
            ),
            (
                "The connection is closed after the request",
                raw("", Then::Close),
                lost(),
            ),
            (
                "The response is not HTTP",
                raw("404 page not found\n", Then::Close),
                lost(),
            ),
            (
                "The head stops half-way",
                raw("HTTP/1.1 200 OK\r\nconte", Then::Close),
                lost(),
            ),
            (
                "Two lengths contradict each other",
                raw(
                    "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}",
                    Then::Close,
                ),
                lost(),
            ),
            (
                "200 headers",
                raw(&format!("HTTP/1.1 200 OK\r\n{headers}\r\n"), Then::Close),
                lost(),
            ),
        ],
    );
    faults.extend(slow(
        "Connections that fail before the response is there",
        vec![(
            "The response never comes",
            raw("", Then::Hold),
            repeated_if_safe(Timeout, None),
        )],
    ));
    faults
}

pub(super) fn bodies() -> Vec<Fault> {
    const GROUP: &str = "Bodies that fail on the way";
    let part =
        |status, framing: &str, body: &str, then| acts(Act::Answer(head(status, framing, body.as_bytes()), then));
    let long = "content-length: 1000\r\n";
    let chunked = "transfer-encoding: chunked\r\n";
    let chunk = format!("{:x}\r\n{BEGINNING}\r\n", BEGINNING.len());
    let broken = |status| repeated_if_safe(Transport, Some(status));
    let short = format!("content-length: {}\r\n", BEGINNING.len());
    let mut faults = group(
        GROUP,
        vec![
            (
                "200, the body stops half-way",
                part(200, long, BEGINNING, Then::Close),
                broken(200),
            ),
            (
                "502, the body stops half-way",
                part(502, long, BEGINNING, Then::Close),
                broken(502),
            ),
            (
                "404, the body stops half-way",
                part(404, long, BEGINNING, Then::Close),
                repeated(Transport, 404),
            ),
            (
                "200, the length is longer than the body",
                part(200, long, documented(), Then::Close),
                broken(200),
            ),
            (
                "200, the length is shorter than the body",
                part(200, &short, documented(), Then::Close),
                unclear(Decode, 200),
            ),
            (
                "200, the chunks stop half-way",
                part(200, chunked, &chunk, Then::Close),
                broken(200),
            ),
            (
                "200, a chunk is cut off",
                part(200, chunked, &chunk[..9], Then::Close),
                broken(200),
            ),
            (
                "200, a chunk's size is no number",
                part(200, chunked, "none\r\n", Then::Close),
                broken(200),
            ),
        ],
    );
    faults.extend(slow(
        GROUP,
        vec![
            (
                "200, the body stops half-way and the connection stays",
                part(200, long, BEGINNING, Then::Hold),
                repeated_if_safe(Timeout, Some(200)),
            ),
            (
                "200, the body drips a byte at a time past the deadline",
                part(200, "content-length: 1000000\r\n", "", Then::Drip),
                repeated_if_safe(Timeout, Some(200)),
            ),
            (
                "502, the body drips a byte at a time past the deadline",
                part(502, "content-length: 1000000\r\n", "", Then::Drip),
                repeated_if_safe(Timeout, Some(502)),
            ),
        ],
    ));
    let endless = || "content-length: 1000000000000\r\n";
    let mut large = group(
        GROUP,
        vec![
            (
                "200, the body is larger than the limit",
                part(200, endless(), "", Then::Flood),
                unclear(BodyTooLarge, 200),
            ),
            (
                "200, the body is larger than the limit, and has no length",
                part(200, "", "", Then::Flood),
                unclear(BodyTooLarge, 200),
            ),
            (
                "404, the body is larger than the limit",
                part(404, endless(), "", Then::Flood),
                refused(BodyTooLarge, 404),
            ),
            (
                "502, the body is larger than the limit",
                part(502, endless(), "", Then::Flood),
                unclear(BodyTooLarge, 502),
            ),
        ],
    );
    for fault in &mut large {
        fault.options = RequestOptions::new().max_body_size(LIMIT);
    }
    faults.extend(large);
    faults
}
