//! Faults that pass, so that a later attempt is answered otherwise.

use cloudflare_sdk::ErrorKind::{Api, Timeout, Transport, UnexpectedStatus};

use super::{
    Fault, JSON, REFUSAL, Server, documented,
    expected::{expected, value, waiting},
    group, slow,
};
use crate::script::{Act, Then, answer, head};

pub(super) fn healed() -> Vec<Fault> {
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
