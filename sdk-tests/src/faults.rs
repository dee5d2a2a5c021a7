//! What a server, and the network before it, may do instead of answering well; and what a call is to make of it.

use std::{sync::LazyLock, time::Duration};

use cloudflare_sdk::{
    ErrorKind::{self, Api, BodyTooLarge, Connect, Decode, Timeout, Transport, UnexpectedStatus},
    RequestOptions,
};
use serde_json::{Value, json};

use crate::{
    document,
    script::{Act, Then, answer, head},
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

/// The bytes of an envelope around a zone that is enrolled, packed by gzip.
const GZIP: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x35\x8c\x4b\x0a\x02\x31\x10\x05\xef\xf2\xd6\x39\x41\xae\
\x22\x12\x62\xd2\x4a\x43\x67\x02\xfd\x71\x33\xcc\xdd\x6d\x41\x97\xf5\xaa\x78\x27\x2c\xc6\x20\x33\x54\xd7\xa0\x02\x52\
\xdd\x9a\x74\xbb\x17\xac\xdc\xfb\x8b\x7e\xa4\x64\x21\x8e\x7a\x82\x27\x2a\xcc\xa4\xf5\xf0\xbd\xba\xf3\x68\x6b\x4f\x42\
\xc1\xbb\x4b\x50\xca\xaf\x48\xa4\xc9\xde\x1f\x42\xff\xf3\xac\xf8\xc9\x34\xdb\x3e\x50\x8f\x10\xb9\xae\x0f\xaa\x36\xe6\
\x1b\x81\x00\x00\x00";

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
        not_the_envelope(),
        unreadable_successes(),
        odd_envelopes(),
        odd_statuses(),
        retried_statuses(),
        connections(),
        bodies(),
        healed(),
    ];
    groups.into_iter().flatten().collect()
}

fn not_the_envelope() -> Vec<Fault> {
    let text = |status, body: &str| acts(answer(status, "content-type: text/plain\r\n", body));
    let page = |status| acts(answer(status, HTML, PAGE));
    group(
        "Failures that are not Cloudflare's envelope",
        vec![
            (
                "404, the line `404 page not found`",
                text(404, "404 page not found\n"),
                refused(UnexpectedStatus, 404),
            ),
            (
                "403, an HTML page of the edge",
                page(403),
                refused(UnexpectedStatus, 403),
            ),
            (
                "400, an empty body",
                acts(answer(400, "", "")),
                refused(UnexpectedStatus, 400),
            ),
            ("429, an HTML page", page(429), repeated(UnexpectedStatus, 429)),
            (
                "500, an HTML page",
                page(500),
                repeated_if_safe(UnexpectedStatus, Some(500)),
            ),
            (
                "501, a line of text",
                text(501, "not implemented\n"),
                unclear(UnexpectedStatus, 501),
            ),
            (
                "502, an HTML page",
                page(502),
                repeated_if_safe(UnexpectedStatus, Some(502)),
            ),
            (
                "502, a line that begins with a number",
                text(502, "502 bad\n"),
                repeated_if_safe(UnexpectedStatus, Some(502)),
            ),
            (
                "502, an empty body",
                acts(answer(502, "", "")),
                repeated_if_safe(UnexpectedStatus, Some(502)),
            ),
            (
                "503, an HTML page",
                page(503),
                repeated_if_safe(UnexpectedStatus, Some(503)),
            ),
            (
                "504, an HTML page",
                page(504),
                repeated_if_safe(UnexpectedStatus, Some(504)),
            ),
            ("520, an HTML page", page(520), unclear(UnexpectedStatus, 520)),
            ("999, a line of text", text(999, "no\n"), unclear(UnexpectedStatus, 999)),
        ],
    )
}

fn unreadable_successes() -> Vec<Fault> {
    let json = |body: &[u8]| acts(answer(200, JSON, body));
    let deep = "[".repeat(100_000);
    let faults: Vec<(_, Server)> = vec![
        ("200, an HTML page", acts(answer(200, HTML, PAGE))),
        ("200, an empty body", json(b"")),
        ("200, white space", json(b" \r\n\t")),
        ("200, a line of text", json(b"ok\n")),
        (
            "200, a body that is not UTF-8",
            json(b"{\"success\":true,\"result\":{\"id\":\"\xff\xfe\",\"value\":\"auto\"}}"),
        ),
        ("200, JSON that ends too early", json(BEGINNING.as_bytes())),
        (
            "200, JSON with something after it",
            json(br#"{"success":true,"errors":[],"messages":[],"result":{}}}"#),
        ),
        ("200, JSON that is no object", json(b"[null]")),
        ("200, a number", json(b"7")),
        ("200, `null`", json(b"null")),
        ("200, `{}`", json(b"{}")),
        ("200, lists nested 100,000 deep", json(deep.as_bytes())),
        ("200, `result` is null", success(|body| body["result"] = Value::Null)),
        ("200, `result` is missing", success(|body| remove(body, "result"))),
        ("200, `result` is a list", success(|body| body["result"] = json!([]))),
        (
            "200, `result` without `value`",
            success(|body| remove(&mut body["result"], "value")),
        ),
        (
            "200, `success: true` with errors, `result` is null",
            success(|body| (body["errors"], body["result"]) = (json!([{ "code": 1008 }]), Value::Null)),
        ),
        (
            "200, `success: true` with errors, `result` without `value`",
            success(|body| {
                body["errors"] = json!([{ "code": 1008 }]);
                remove(&mut body["result"], "value");
            }),
        ),
        (
            "200, packed by gzip, which nobody asked for",
            acts(answer(200, &format!("{JSON}content-encoding: gzip\r\n"), GZIP)),
        ),
    ];
    let mut faults: Vec<_> = faults
        .into_iter()
        .map(|(name, server)| (name, server, unclear(Decode, 200)))
        .collect();
    faults.push((
        "204, no body",
        acts(Act::Answer(head(204, "", b""), Then::Keep)),
        unclear(Decode, 204),
    ));
    faults.push(("205, an empty body", acts(answer(205, "", "")), unclear(Decode, 205)));
    group("Successes that cannot be read", faults)
}

fn odd_envelopes() -> Vec<Fault> {
    let value = |status| value("auto", status, 1);
    let failure = |status, body: &str| acts(answer(status, JSON, body));
    let code = |code: &str| {
        failure(
            400,
            &format!(r#"{{"success":false,"errors":[{{"code":{code},"message":"No"}}]}}"#),
        )
    };
    let html = |body| acts(answer(200, HTML, body));
    group(
        "Envelopes that are not as documented",
        vec![
            ("200, `success: false`", failure(200, REFUSAL), refused(Api, 200)),
            (
                "200, `success: false` and nothing else",
                failure(200, r#"{"success":false}"#),
                refused(Api, 200),
            ),
            (
                "200, `errors` without `success`",
                failure(200, r#"{"errors":[{"code":1008}]}"#),
                refused(Api, 200),
            ),
            (
                "500, `errors` and `messages` are null",
                failure(500, r#"{"success":false,"errors":null,"messages":null}"#),
                repeated_if_safe(Api, Some(500)),
            ),
            (
                "400, `errors` and `messages` are missing",
                failure(400, r#"{"success":false}"#),
                refused(Api, 400),
            ),
            (
                "400, `errors` are a text, a number, null and a list",
                failure(400, r#"{"success":false,"errors":["no",7,null,[1]]}"#),
                refused(Api, 400),
            ),
            (
                "400, `errors` is an object",
                failure(400, r#"{"success":false,"errors":{"code":1008}}"#),
                refused(Api, 400),
            ),
            (
                "400, an error has members that no schema foresees",
                failure(
                    400,
                    r#"{"success":false,"errors":[{"code":1008,"message":{"a":1},"error_chain":[{"code":1}],"source":7}]}"#,
                ),
                refused(Api, 400),
            ),
            (
                "400, a code is of 31 digits",
                code("1000000000000000000000000000000"),
                refused(Api, 400),
            ),
            (
                "400, a code is 18446744073709551615",
                code("18446744073709551615"),
                refused(Api, 400),
            ),
            ("400, a code is negative", code("-1"), refused(Api, 400)),
            ("400, a code is 1008.0", code("1008.0"), refused(Api, 400)),
            ("400, a code is a text", code(r#""1008""#), refused(Api, 400)),
            (
                "400, a message holds half of a surrogate pair",
                failure(400, r#"{"success":false,"errors":[{"code":1008,"message":"\ud800"}]}"#),
                refused(Api, 400),
            ),
            (
                "400, a message is not UTF-8",
                acts(answer(
                    400,
                    JSON,
                    b"{\"errors\":[{\"code\":1008,\"message\":\"\xff\"}]}",
                )),
                refused(Api, 400),
            ),
            (
                "400, an error has lists nested 1,000 deep",
                failure(
                    400,
                    &format!(
                        r#"{{"errors":[{{"code":1008,"a":{}{}}}]}}"#,
                        "[".repeat(1000),
                        "]".repeat(1000)
                    ),
                ),
                refused(Api, 400),
            ),
            (
                "400, the envelope under `text/html`",
                acts(answer(400, HTML, REFUSAL)),
                refused(Api, 400),
            ),
            (
                "200, `errors` and `messages` are null",
                success(|body| (body["errors"], body["messages"]) = (Value::Null, Value::Null)),
                value(200),
            ),
            (
                "200, `errors` and `messages` are missing",
                success(|body| (remove(body, "errors"), remove(body, "messages")).1),
                value(200),
            ),
            (
                "200, `success` is missing",
                success(|body| remove(body, "success")),
                value(200),
            ),
            (
                "200, `success: true` with errors",
                success(|body| body["errors"] = json!([{ "code": 1008 }])),
                value(200),
            ),
            (
                "200, `messages` are a text, a number and an object",
                success(|body| body["messages"] = json!(["a", 7, { "b": 1 }])),
                value(200),
            ),
            (
                "200, `modified_on: null`",
                success(|body| body["result"]["modified_on"] = Value::Null),
                value(200),
            ),
            (
                "200, members that no schema foresees",
                success(|body| (body["a"], body["result"]["b"]) = (json!(1), json!([2]))),
                value(200),
            ),
            (
                "200, a value that no schema foresees",
                success(|body| body["result"]["value"] = json!("full")),
                self::value("full", 200, 1),
            ),
            (
                "200, a member comes twice",
                text_success(|text| text.replacen('{', r#"{"success":true,"#, 1)),
                value(200),
            ),
            (
                "200, a byte order mark",
                text_success(|text| format!("\u{feff}{text}")),
                value(200),
            ),
            ("200, the envelope under `text/html`", html(documented()), value(200)),
            (
                "200, the envelope without a content type",
                acts(answer(200, "", documented())),
                value(200),
            ),
            ("201, the envelope", acts(answer(201, JSON, documented())), value(201)),
            ("202, the envelope", acts(answer(202, JSON, documented())), value(202)),
            ("299, the envelope", acts(answer(299, JSON, documented())), value(299)),
        ],
    )
}

fn odd_statuses() -> Vec<Fault> {
    let after = |interim: &str| {
        let answer = head(
            200,
            &format!("content-length: {}\r\n", documented().len()),
            documented().as_bytes(),
        );
        acts(Act::Answer([interim.as_bytes(), &answer].concat(), Then::Keep))
    };
    let raw = |bytes: &str| acts(Act::Answer(bytes.into(), Then::Close));
    let redirect = |status| (Server::Redirect(status), refused(UnexpectedStatus, status));
    let mut faults = vec![
        (
            "100, then 200",
            after("HTTP/1.1 100 Continue\r\n\r\n"),
            value("auto", 200, 1),
        ),
        (
            "103, then 200",
            after("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"),
            value("auto", 200, 1),
        ),
        (
            "102, and no more",
            raw("HTTP/1.1 102 Processing\r\n\r\n"),
            repeated_if_safe(Transport, None),
        ),
        (
            "101, which nobody asked for",
            raw("HTTP/1.1 101 Switching Protocols\r\nupgrade: a\r\nconnection: upgrade\r\n\r\n"),
            refused(UnexpectedStatus, 101),
        ),
        (
            "300, an HTML page",
            acts(answer(300, HTML, PAGE)),
            refused(UnexpectedStatus, 300),
        ),
        (
            "304",
            acts(Act::Answer(head(304, "", b""), Then::Keep)),
            refused(UnexpectedStatus, 304),
        ),
        (
            "307 to the same address",
            acts(answer(307, "location: /client/v4/zones\r\n", "")),
            refused(UnexpectedStatus, 307),
        ),
    ];
    for (name, (server, expected)) in [
        ("301 to another server", redirect(301)),
        ("302 to another server", redirect(302)),
        ("303 to another server", redirect(303)),
        ("307 to another server", redirect(307)),
        ("308 to another server", redirect(308)),
    ] {
        faults.push((name, server, expected));
    }
    group("Statuses that are neither a success nor a failure", faults)
}

fn retried_statuses() -> Vec<Fault> {
    let envelope = |status, headers: &str| acts(answer(status, &format!("{JSON}{headers}"), REFUSAL));
    let seven = "retry-after: 7\r\n";
    group(
        "Failures that may pass",
        vec![
            ("408", envelope(408, ""), repeated(Api, 408)),
            ("429", envelope(429, ""), repeated(Api, 429)),
            (
                "429, to be repeated after 7 seconds",
                envelope(429, seven),
                waiting(7, repeated(Api, 429)),
            ),
            (
                "429, to be repeated after 360 seconds, the ceiling",
                envelope(429, "retry-after: 360\r\n"),
                waiting(360, repeated(Api, 429)),
            ),
            (
                "429, to be repeated after 361 seconds",
                envelope(429, "retry-after: 361\r\n"),
                refused(Api, 429),
            ),
            (
                "429, to be repeated after 20 digits of seconds",
                envelope(429, "retry-after: 99999999999999999999\r\n"),
                refused(Api, 429),
            ),
            (
                "429, to be repeated at a date far away",
                envelope(429, "retry-after: Fri, 31 Dec 9999 23:59:59 GMT\r\n"),
                refused(Api, 429),
            ),
            (
                "429, to be repeated at a date that has passed",
                envelope(429, "retry-after: Thu, 01 Jan 1970 00:00:00 GMT\r\n"),
                repeated(Api, 429),
            ),
            (
                "429, to be repeated `soon`",
                envelope(429, "retry-after: soon\r\n"),
                repeated(Api, 429),
            ),
            ("500", envelope(500, ""), repeated_if_safe(Api, Some(500))),
            ("501", envelope(501, ""), unclear(Api, 501)),
            ("502", envelope(502, ""), repeated_if_safe(Api, Some(502))),
            ("503", envelope(503, ""), repeated_if_safe(Api, Some(503))),
            (
                "503, to be repeated after 7 seconds",
                envelope(503, seven),
                waiting(7, repeated_if_safe(Api, Some(503))),
            ),
            (
                "503, to be repeated after 361 seconds",
                envelope(503, "retry-after: 361\r\n"),
                unclear(Api, 503),
            ),
            ("504", envelope(504, ""), repeated_if_safe(Api, Some(504))),
            ("520", envelope(520, ""), unclear(Api, 520)),
        ],
    )
}

fn connections() -> Vec<Fault> {
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

fn bodies() -> Vec<Fault> {
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

/// How large a body may be where it is to be too large.
pub const LIMIT: usize = 64 * 1024;

fn healed() -> Vec<Fault> {
    const GROUP: &str = "Faults that pass";
    let good = || answer(200, JSON, documented());
    let then_good = |act: Act| Server::Acts(vec![act, good()]);
    let envelope = |status, headers: &str| answer(status, &format!("{JSON}{headers}"), REFUSAL);
    let raw = |bytes: &[u8], then| Act::Answer(bytes.to_vec(), then);
    let healed = || value("auto", 200, 2);
    let safely = |kind, status: Option<u16>| {
        let [get, edit, _] = healed();
        [get, edit, expected(Err(kind), status, 1, true)]
    };
    let smuggled = {
        let body = documented().replace("auto", "smuggled");
        let hidden = head(200, &format!("content-length: {}\r\n", body.len()), body.as_bytes());
        [head(503, "content-length: 0\r\n", b""), hidden].concat()
    };
    let mut faults = group(
        GROUP,
        vec![
            ("408, then 200", then_good(envelope(408, "")), healed()),
            (
                "429 with 7 seconds, then 200",
                then_good(envelope(429, "retry-after: 7\r\n")),
                waiting(7, healed()),
            ),
            ("500, then 200", then_good(envelope(500, "")), safely(Api, Some(500))),
            ("503, then 200", then_good(envelope(503, "")), safely(Api, Some(503))),
            (
                "503 and in its connection a 200 that nobody asked for, then 200",
                then_good(raw(&smuggled, Then::Keep)),
                safely(UnexpectedStatus, Some(503)),
            ),
            (
                "The connection is reset before the request is read, then 200",
                then_good(Act::ResetUnread),
                safely(Transport, None),
            ),
            (
                "The connection is reset after the request, then 200",
                then_good(raw(b"", Then::Reset)),
                safely(Transport, None),
            ),
            (
                "The response is not HTTP, then 200",
                then_good(raw(b"no\n", Then::Close)),
                safely(Transport, None),
            ),
            (
                "The body stops half-way, then 200",
                then_good(raw(&head(200, "content-length: 1000\r\n", b"{"), Then::Close)),
                safely(Transport, Some(200)),
            ),
            (
                "503, then 429, then 200",
                Server::Acts(vec![envelope(503, ""), envelope(429, ""), good()]),
                {
                    let [get, edit, _] = value("auto", 200, 3);
                    [get, edit, expected(Err(Api), Some(503), 1, true)]
                },
            ),
            (
                "503, then 400",
                Server::Acts(vec![envelope(503, ""), envelope(400, "")]),
                {
                    [
                        expected(Err(Api), Some(400), 2, false),
                        expected(Err(Api), Some(400), 2, true),
                        expected(Err(Api), Some(503), 1, true),
                    ]
                },
            ),
            (
                "429, then 400",
                Server::Acts(vec![envelope(429, ""), envelope(400, "")]),
                {
                    let refused = expected(Err(Api), Some(400), 2, false);
                    [refused.clone(), refused.clone(), refused]
                },
            ),
        ],
    );
    faults.extend(slow(
        GROUP,
        vec![(
            "The response never comes, then 200",
            then_good(raw(b"", Then::Hold)),
            safely(Timeout, None),
        )],
    ));
    faults
}

/// What is expected of the GET, the PATCH, and the PATCH that is not idempotent.
type Three = [Expected; 3];

fn expected(
    outcome: Result<&'static str, ErrorKind>,
    status: Option<u16>,
    attempts: u32,
    outcome_unknown: bool,
) -> Expected {
    let waits = [500, 1000].into_iter().map(Duration::from_millis);
    Expected {
        outcome,
        status,
        attempts,
        outcome_unknown,
        waits: waits.take(attempts as usize - 1).collect(),
    }
}

/// The service says that it did nothing, and would say so again.
fn refused(kind: ErrorKind, status: u16) -> Three {
    [1, 1, 1].map(|attempts| expected(Err(kind), Some(status), attempts, false))
}

/// Repeating would not help, and the service may have done what was asked.
fn unclear(kind: ErrorKind, status: u16) -> Three {
    [false, true, true].map(|unknown| expected(Err(kind), Some(status), 1, unknown))
}

/// The service did nothing, and may do it later.
fn repeated(kind: ErrorKind, status: u16) -> Three {
    [3, 3, 3].map(|attempts| expected(Err(kind), Some(status), attempts, false))
}

/// The service may have done what was asked, or may do it later.
fn repeated_if_safe(kind: ErrorKind, status: Option<u16>) -> Three {
    [(3, false), (3, true), (1, true)].map(|(attempts, unknown)| expected(Err(kind), status, attempts, unknown))
}

fn no_connection() -> Three {
    [3, 3, 3].map(|attempts| expected(Err(Connect), None, attempts, false))
}

/// It works.
fn value(mode: &'static str, status: u16, attempts: u32) -> Three {
    [(); 3].map(|()| expected(Ok(mode), Some(status), attempts, false))
}

/// The same, where the service says how long to wait.
fn waiting(seconds: u64, mut three: Three) -> Three {
    for wait in three.iter_mut().flat_map(|expected| &mut expected.waits) {
        *wait = Duration::from_secs(seconds);
    }
    three
}

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

fn remove(value: &mut Value, member: &str) {
    let members = value.as_object_mut().expect("members are those of an object");
    members.remove(member).expect("what is taken away was there");
}
