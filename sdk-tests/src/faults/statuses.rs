//! Statuses that are neither a success nor a failure, and those of failures that may pass.

use cloudflare_sdk::ErrorKind::{Api, Transport, UnexpectedStatus};

use super::{
    Fault, HTML, JSON, PAGE, REFUSAL, Server, acts, documented,
    expected::{refused, repeated, repeated_if_safe, unclear, value, waiting},
    group,
};
use crate::script::{Act, Then, answer, head};

pub(super) fn odd_statuses() -> Vec<Fault> {
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

pub(super) fn retried_statuses() -> Vec<Fault> {
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
