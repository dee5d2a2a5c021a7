//! The program behind `cargo xtask record`, run against servers on this machine: what it captures, what it changes,
//! and what it keeps to itself.

use std::{collections::BTreeMap, env, fs, path::Path, process::Stdio, time::Duration};

use sdk_test_servers::{Answer, Request, Script};
use sdk_tests::{
    BASE_PATH,
    recording::{Expectation, Recording, SourceKind, read_all},
    replay::replay_folder,
    scrub,
    stand_in::{StandIn, TOKEN, ZONE},
};
use serde_json::json;
use tempfile::TempDir;
use tokio::{process::Command, time::timeout};

const REAL_ZONE: &str = "9a7806061c88ada191ed06f989cc3dac";
const REAL_TOKEN: &str = "q3XkT-7vY_pLm2Nw9RzB4cHs8DfGjK1aUeViOoQy";
const REAL_KEY: &str = "c2547eb745079dac9320b638f5e225cf483cc5cfdda41";
const REAL_EMAIL: &str = "Jane.Doe@shop.example";

/// What nobody else may learn, of which a server says all that it can.
const PRIVATE: [&str; 12] = [
    REAL_ZONE,
    REAL_TOKEN,
    REAL_KEY,
    REAL_EMAIL,
    "jane.doe",
    "f037e56e89293a057740de681ac9abbe",
    "9e7a54c21b3d4f60",
    "joe.bloggs",
    "shop.example",
    "203.0.113.77",
    "cf-account",
    "__cf_bm",
];

struct Run {
    code: Option<i32>,
    out: String,
    err: String,
    folder: TempDir,
}

impl Run {
    fn recordings(&self) -> BTreeMap<String, Recording> {
        read_all(self.folder.path()).unwrap()
    }

    /// The names of all files, whatever they are.
    fn files(&self) -> Vec<String> {
        let names = fs::read_dir(self.folder.path()).unwrap();
        let mut names = names
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect::<Vec<_>>();
        names.sort();
        names
    }
}

/// Runs the program with these variables, and the folder that it writes to.
async fn record(arguments: &[&str], variables: &[(&str, &str)]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    record_to(folder.path(), arguments, variables).await.in_folder(folder)
}

struct Printed {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Printed {
    fn in_folder(self, folder: TempDir) -> Run {
        let Self { code, out, err } = self;
        Run { code, out, err, folder }
    }
}

async fn record_to(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Printed {
    let mut command = Command::new(env!("CARGO_BIN_EXE_record"));
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("CLOUDFLARE_") {
            command.env_remove(name);
        }
    }
    command.args(arguments).arg("--out").arg(folder);
    command
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = timeout(Duration::from_secs(60), command.output())
        .await
        .expect("in time")
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Printed {
        code: output.status.code(),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// The variables for a token.
fn token<'a>(token: &'a str, url: &'a str) -> [(&'a str, &'a str); 2] {
    [("CLOUDFLARE_API_TOKEN", token), ("CLOUDFLARE_BASE_URL", url)]
}

/// The method and the body of every request.
fn lines(received: &[Request]) -> Vec<String> {
    let line = |request: &Request| format!("{} {}", request.method, String::from_utf8_lossy(&request.body));
    received
        .iter()
        .map(|request| line(request).trim_end().to_owned())
        .collect()
}

/// A server that behaves as the service does and repeats in every answer all that it knows of the caller.
async fn talkative_server(value: &'static str) -> Script {
    let respond = move |request: &Request| {
        let header = |name| request.headers.get(name).map_or("", |value| value.to_str().unwrap());
        let gossip = format!(
            "{} {} of {} <joe.bloggs+cf@mail.shop.example> called for {} f037e56e89293a057740de681ac9abbe from \
             203.0.113.77, see https://www.shop.example/ and {REAL_EMAIL}, ray 9e7a54c21b3d4f60",
            header("authorization"),
            header("x-auth-key"),
            header("x-auth-email"),
            request.path,
        );
        let sent = serde_json::from_slice(&request.body).unwrap_or(json!({ "value": value }));
        let accepted = ["auto", "custom"].contains(&sent["value"].as_str().unwrap());
        let refusal = json!({ "code": 1008, "message": gossip, "source": { "pointer": gossip } });
        let body = json!({
            "success": accepted,
            "errors": if accepted { json!([]) } else { json!([refusal]) },
            "messages": [{ "code": 10000, "message": gossip }],
            "result": {
                "id": gossip,
                "editable": true,
                "modified_on": "2026-11-01T05:20:00.12345Z",
                "value": if accepted { sent["value"].clone() } else { json!(value) },
                REAL_ZONE: { REAL_EMAIL: [gossip] },
            },
        });
        // As some encoders write it.
        let body = body.to_string().replace('@', "\\u0040").replace("203.0", "203\\u002e0");
        Answer::new(if accepted { 200 } else { 400 })
            .body_of("application/json", body)
            .header("set-cookie", "__cf_bm=secret")
            .header("cf-account", "f037e56e89293a057740de681ac9abbe")
            .header("cf-ray", "9e7a54c21b3d4f60-FRA")
            .header("ratelimit", "\"default\";r=50;t=30")
            .header("ratelimit-policy", "\"default\";q=1200;w=300")
            .header("date", "Mon, 23 Nov 2026 08:00:00 GMT")
    };
    Script::responding(respond).await
}

fn json_answer(status: u16, body: impl Into<String>) -> Answer {
    Answer::new(status).body_of("application/json", body.into())
}

/// A server with one answer to GET and one to PATCH.
async fn server(get: Answer, patch: Answer) -> Script {
    Script::responding(move |request| if request.method == "GET" { &get } else { &patch }.clone()).await
}

fn enrollment(value: &str) -> String {
    format!(
        r#"{{"success":true,"errors":[],"messages":[],"result":{{"id":"ssl_automatic_mode","editable":true,"modified_on":null,"value":"{value}"}}}}"#
    )
}

#[tokio::test]
async fn it_captures_the_setting_the_refusal_and_the_setting_sent_back_unchanged() {
    let stand_in = StandIn::start().await.unwrap();
    let run = record(&["--zone", ZONE], &token(TOKEN, &stand_in.url())).await;
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));

    assert_eq!(
        lines(&stand_in.requests()),
        ["GET", r#"PATCH {"value":"neither"}"#, r#"PATCH {"value":"custom"}"#]
    );
    let names = ["edit-custom-captured", "edit-refused-captured", "get-custom-captured"];
    assert_eq!(run.files(), names.map(|name| format!("{name}.json")));
    for name in names {
        let line = format!(
            "wrote {}",
            run.folder.path().join(name).with_extension("json").display()
        );
        assert!(run.out.contains(&line), "{line} in {}", run.out);
    }
    assert!(
        run.out.contains(": GET, 200, `custom`") && run.out.contains("(code 1008)"),
        "{}",
        run.out
    );

    let recordings = run.recordings();
    for recording in recordings.values() {
        assert_eq!(recording.source.kind, SourceKind::Captured);
        assert!(
            recording.source.note.starts_with("Captured on 20"),
            "{}",
            recording.source.note
        );
        assert_eq!(recording.response.headers["cf-ray"], scrub::RAY);
        assert!(!recording.response.headers.contains_key("server"));
    }
    let refused = &recordings["edit-refused-captured"];
    assert!(matches!(&refused.expect, Expectation::Error { codes, result: Some(_), .. } if codes == &[1008]));
    assert_eq!(refused.request.body.as_deref(), Some(r#"{"value":"custom"}"#));
    assert_eq!(refused.request.provoked_by.as_deref(), Some(r#"{"value":"neither"}"#));
    assert_eq!(recordings["edit-custom-captured"].request.provoked_by, None);
    let as_read = &recordings["get-custom-captured"].expect;
    assert_eq!(as_read, &recordings["edit-custom-captured"].expect);
    assert_eq!(replay_folder(run.folder.path()).await, Ok(3));
}

#[tokio::test]
async fn nothing_private_reaches_the_disk() {
    let server = talkative_server("auto").await;
    let url = server.url() + BASE_PATH;
    let key = [
        ("CLOUDFLARE_EMAIL", REAL_EMAIL),
        ("CLOUDFLARE_API_KEY", REAL_KEY),
        ("CLOUDFLARE_BASE_URL", &url),
    ];
    for variables in [&token(REAL_TOKEN, &url)[..], &key] {
        let run = record(&["--zone", REAL_ZONE], variables).await;
        assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
        assert_eq!(
            run.files(),
            [
                "edit-auto-captured.json",
                "edit-refused-captured.json",
                "get-auto-captured.json"
            ]
        );
        for file in run.files() {
            let text = fs::read_to_string(run.folder.path().join(&file)).unwrap();
            for private in PRIVATE {
                let is_there = text.to_lowercase().contains(&private.to_lowercase());
                assert!(!is_there, "{private} in {file}: {text}");
            }
            for shown in [
                scrub::EMAIL,
                scrub::ZONE,
                scrub::ID,
                "192.0.2.1",
                "https://example.com/",
            ] {
                assert!(text.contains(shown), "{shown} is not in {file}: {text}");
            }
        }
        assert_eq!(replay_folder(run.folder.path()).await, Ok(3));
    }
    // It was a real conversation: what the files do not hold was there to be held.
    let received = server.requests();
    assert_eq!(received[0].headers["authorization"], format!("Bearer {REAL_TOKEN}"));
    assert_eq!(received[3].headers["x-auth-key"], REAL_KEY);
    assert!(received.iter().all(|request| request.path.contains(REAL_ZONE)));
}

#[tokio::test]
async fn a_mode_that_is_not_known_is_captured_and_not_sent_back() {
    let server = server(json_answer(200, enrollment("phased")), Answer::new(404)).await;
    let run = record(&["--zone", REAL_ZONE], &token(REAL_TOKEN, &server.url())).await;
    assert_eq!(run.code, Some(1));
    assert!(
        run.err.contains("PATCH not captured") && run.err.contains("`phased`"),
        "{}",
        run.err
    );
    assert_eq!(run.files(), ["get-unknown-captured.json"]);
    assert_eq!(replay_folder(run.folder.path()).await, Ok(1));
    assert_eq!(lines(&server.requests()), ["GET"]);
}

#[tokio::test]
async fn where_the_setting_cannot_be_read_nothing_is_sent_and_nothing_written() {
    let refusal = r#"{"success":false,"errors":[{"code":9109,"message":"No"}]}"#;
    let server = Script::answering(json_answer(403, refusal)).await;
    let run = record(&["--zone", REAL_ZONE], &token(REAL_TOKEN, &server.url())).await;
    assert_eq!(run.code, Some(1));
    assert!(
        run.err.contains("nothing captured") && run.err.contains("(code 9109)"),
        "{}",
        run.err
    );
    assert_eq!(run.files(), [""; 0]);
    assert_eq!(lines(&server.requests()), ["GET"]);

    drop(server);
    let nobody = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let run = record(&["--zone", REAL_ZONE], &token(REAL_TOKEN, &format!("http://{nobody}"))).await;
    assert_eq!(run.code, Some(1));
    assert!(
        run.err.contains("nothing captured") && run.err.contains("refused"),
        "{}",
        run.err
    );
    assert_eq!(run.files(), [""; 0]);
}

#[tokio::test]
async fn what_does_not_come_as_it_should_is_told_and_not_written() {
    // Everything is accepted, and the setting changes all the same.
    let [auto, custom] = ["auto", "custom"].map(|value| json_answer(200, enrollment(value)));
    let changing = server(auto.clone(), custom).await;
    let run = record(&["--zone", REAL_ZONE], &token(REAL_TOKEN, &changing.url())).await;
    assert_eq!(run.code, Some(1));
    assert!(run.err.contains("error 1008 not captured"), "{}", run.err);
    assert!(run.err.contains("the answer to `auto` is `custom`"), "{}", run.err);
    assert_eq!(run.files(), ["get-auto-captured.json"]);
    assert_eq!(
        lines(&changing.requests())[1..],
        [r#"PATCH {"value":"neither"}"#, r#"PATCH {"value":"auto"}"#]
    );

    // A body that no recording can hold.
    let latin = Answer::new(400).body(b"{\"success\":false,\"errors\":[{\"code\":1008,\"message\":\"\xe4\"}]}");
    let server = server(auto, latin).await;
    let run = record(&["--zone", REAL_ZONE], &token(REAL_TOKEN, &server.url())).await;
    assert_eq!(run.code, Some(1));
    assert!(
        run.err
            .contains("edit-refused-captured not captured: the body of the answer is not UTF-8"),
        "{}",
        run.err
    );
    assert_eq!(run.files(), ["get-auto-captured.json"]);
}

#[tokio::test]
async fn a_file_that_would_hold_a_secret_is_not_written() {
    let server = talkative_server("auto").await;
    let url = server.url();
    // The word stands in every recording, where it is not scrubbed.
    let variables = [&token(REAL_TOKEN, &url)[..], &[("CLOUDFLARE_EMAIL", "response")]].concat();
    let run = record(&["--zone", REAL_ZONE], &variables).await;
    assert_eq!(run.code, Some(1));
    assert!(
        run.err.contains("a secret or an identifier that was used is left"),
        "{}",
        run.err
    );
    assert_eq!(run.files(), [""; 0]);
    assert_eq!(lines(&server.requests()), ["GET"]);
}

#[tokio::test]
async fn a_file_that_cannot_be_written_is_told_and_leaves_nothing() {
    let stand_in = StandIn::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    // A folder is in the way, and is not to be replaced.
    fs::create_dir_all(folder.path().join("get-custom-captured.json/kept")).unwrap();
    let printed = record_to(folder.path(), &["--zone", ZONE], &token(TOKEN, &stand_in.url())).await;
    let run = printed.in_folder(folder);
    assert_eq!(run.code, Some(1));
    assert!(run.err.contains("get-custom-captured not captured: "), "{}", run.err);
    assert!(run.err.contains("PATCH was not sent"), "{}", run.err);
    assert_eq!(lines(&stand_in.requests()), ["GET"]);
    assert_eq!(run.files(), ["get-custom-captured.json"]);
    assert!(run.folder.path().join("get-custom-captured.json/kept").is_dir());
}

#[tokio::test]
async fn a_dry_run_prints_what_it_would_write() {
    let server = talkative_server("custom").await;
    let url = server.url();
    let run = record(&["--zone", REAL_ZONE, "--dry-run"], &token(REAL_TOKEN, &url)).await;
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
    assert_eq!(run.files(), [""; 0]);
    assert!(run.out.contains("edit-refused-captured: PATCH, 400") && run.out.contains(r#""kind": "captured""#));
    assert_eq!(server.requests().len(), 3);
    let printed = run.out.to_lowercase();
    for private in [REAL_TOKEN, REAL_ZONE] {
        assert!(!printed.contains(&private.to_lowercase()), "{private} in {}", run.out);
    }
}

#[tokio::test]
async fn the_sdks_rules_for_the_environment_hold() {
    for (variables, reason) in [
        (&[][..], "no credentials"),
        (&token(REAL_TOKEN, "http://192.0.2.1/v4"), "in the clear"),
    ] {
        let run = record(&["--zone", REAL_ZONE], variables).await;
        assert_eq!(run.code, Some(1));
        assert!(run.err.contains(reason) && !run.err.contains(REAL_TOKEN), "{}", run.err);
        assert_eq!(run.files(), [""; 0]);
    }
    for zone in [
        "settings",
        "9a7806061c88ada191ed06f989cc3da",
        "9a7806061c88ada191ed06f989cc3dxy",
    ] {
        let run = record(&["--zone", zone], &token(REAL_TOKEN, "http://127.0.0.1:1")).await;
        assert_eq!(run.code, Some(2));
        assert!(run.err.contains("32 hexadecimal digits"), "{}", run.err);
    }
}
