//! Bodies that are not the envelope, or not the one that is documented.

use cloudflare_sdk::ErrorKind::{Api, Decode, UnexpectedStatus};
use serde_json::{Value, json};

use super::{
    BEGINNING, Fault, HTML, JSON, PAGE, REFUSAL, Server, acts, documented,
    expected::{refused, repeated, repeated_if_safe, unclear, value},
    group, success, text_success,
};
use crate::script::{Act, Then, answer, head};

/// The bytes of an envelope around a zone that is enrolled, packed by gzip.
const GZIP: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x35\x8c\x4b\x0a\x02\x31\x10\x05\xef\xf2\xd6\x39\x41\xae\
\x22\x12\x62\xd2\x4a\x43\x67\x02\xfd\x71\x33\xcc\xdd\x6d\x41\x97\xf5\xaa\x78\x27\x2c\xc6\x20\x33\x54\xd7\xa0\x02\x52\
\xdd\x9a\x74\xbb\x17\xac\xdc\xfb\x8b\x7e\xa4\x64\x21\x8e\x7a\x82\x27\x2a\xcc\xa4\xf5\xf0\xbd\xba\xf3\x68\x6b\x4f\x42\
\xc1\xbb\x4b\x50\xca\xaf\x48\xa4\xc9\xde\x1f\x42\xff\xf3\xac\xf8\xc9\x34\xdb\x3e\x50\x8f\x10\xb9\xae\x0f\xaa\x36\xe6\
\x1b\x81\x00\x00\x00";

pub(super) fn not_the_envelope() -> Vec<Fault> {
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

pub(super) fn unreadable_successes() -> Vec<Fault> {
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

pub(super) fn odd_envelopes() -> Vec<Fault> {
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

fn remove(value: &mut Value, member: &str) {
    let members = value.as_object_mut().expect("members are those of an object");
    members.remove(member).expect("what is taken away was there");
}
