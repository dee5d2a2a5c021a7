//! The example `enroll`, run as a person runs it: against the stand-in, and against a server that the environment names.

use std::{env, process::Stdio, time::Duration};

use sdk_test_servers::{Answer, Script};
use sdk_tests::{
    example,
    stand_in::{TOKEN, ZONE},
};
use serde_json::json;
use tokio::{process::Command, time::timeout};

const STAND_IN: &str = "calling a stand-in with recorded answers at http://127.0.0.1:";

/// What the program left behind.
#[derive(Debug)]
struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Run {
    /// What was printed after the first line.
    fn report(&self) -> &str {
        self.out.split_once('\n').map_or("", |(_, rest)| rest)
    }
}

/// Runs a command without any of Cloudflare's variables but these.
async fn run(mut command: Command, variables: &[(&str, &str)], limit: Duration) -> Run {
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("CLOUDFLARE_") {
            command.env_remove(name);
        }
    }
    let command = command
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = timeout(limit, command.output()).await.expect("in time").unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Run {
        code: output.status.code(),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

async fn enroll(arguments: &[&str], variables: &[(&str, &str)]) -> Run {
    let mut command = Command::new(example::program("enroll"));
    command.args(arguments);
    run(command, variables, Duration::from_secs(60)).await
}

#[tokio::test]
async fn without_arguments_it_enrolls_the_zone_of_the_stand_in() {
    let run = enroll(&[], &[]).await;
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(run.out.starts_with(STAND_IN), "{}", run.out);
    let report = "\
before:        custom
after:         auto
next scan:     2014-02-01 05:20:00.123450 UTC
editable:      yes
last modified: 2014-01-01 05:20:00.123450 UTC
request id:    ";
    assert!(run.report().starts_with(report), "{}", run.out);
    assert!(!run.out.contains("none"), "{}", run.out);
    assert_eq!(run.err, "");
}

#[tokio::test]
async fn a_zone_that_is_taken_out_has_no_scan_due() {
    let run = enroll(&["--mode", "custom", "--zone", ZONE], &[]).await;
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(run.out.starts_with(STAND_IN), "{}", run.out);
    let report = "\
before:        custom
after:         custom
next scan:     none is due
editable:      yes
last modified: 2014-01-01 05:20:00.123450 UTC
request id:    ";
    assert!(run.report().starts_with(report), "{}", run.out);
}

#[tokio::test]
async fn a_refused_request_is_told_in_cloudflares_words_and_ends_in_1() {
    let run = enroll(&["--zone", "372e67954025e0ba6aaa6d586b9e0b59"], &[]).await;
    assert_eq!(run.code, Some(1));
    assert_eq!(run.report(), "");
    let told = "\
error: ssl_automatic_mode_get failed: Api
  Unrecognized zone setting name (code 1006)
  status: 400 Bad Request
  request id: ";
    assert!(run.err.starts_with(told), "{}", run.err);
    assert!(
        !run.err.contains("none was given") && !run.err.contains("permissions"),
        "{}",
        run.err
    );
}

#[tokio::test]
async fn help_names_the_options_and_the_variables() {
    let run = enroll(&["--help"], &[]).await;
    assert_eq!(run.code, Some(0));
    let named = [
        "--zone <ID>",
        "--mode <MODE>",
        "possible values: auto, custom",
        "default: auto",
        "CLOUDFLARE_API_TOKEN",
        "CLOUDFLARE_EMAIL",
        "CLOUDFLARE_API_KEY",
        "CLOUDFLARE_BASE_URL",
    ];
    for name in named {
        assert!(run.out.contains(name), "{name} in {}", run.out);
    }
}

#[tokio::test]
async fn contradictory_or_incomplete_credentials_do_not_fall_back_to_the_stand_in() {
    let (token, key, email, url) = (
        ("CLOUDFLARE_API_TOKEN", TOKEN),
        ("CLOUDFLARE_API_KEY", "144c9defac04969c7bfad8efaa8ea194"),
        ("CLOUDFLARE_EMAIL", "user@example.com"),
        ("CLOUDFLARE_BASE_URL", "http://127.0.0.1:1"),
    );
    for (variables, reason) in [
        (
            &[token, key, email][..],
            "both CLOUDFLARE_API_TOKEN and CLOUDFLARE_API_KEY are set",
        ),
        (&[key], "CLOUDFLARE_API_KEY is set without CLOUDFLARE_EMAIL"),
        (&[email], "CLOUDFLARE_EMAIL is set without CLOUDFLARE_API_KEY"),
        (&[url], "no credentials"),
    ] {
        let run = enroll(&["--zone", ZONE], variables).await;
        assert_eq!((run.code, run.out.as_str()), (Some(1), ""), "{variables:?}");
        assert!(run.err.starts_with(&format!("error: {reason}")), "{}", run.err);
        assert!(!run.err.contains(TOKEN) && !run.err.contains("144c9"), "{}", run.err);
    }
}

#[tokio::test]
async fn empty_variables_are_as_good_as_none() {
    let run = enroll(&[], &[("CLOUDFLARE_API_TOKEN", ""), ("CLOUDFLARE_BASE_URL", "")]).await;
    assert!(run.code == Some(0) && run.out.starts_with(STAND_IN), "{run:?}");
}

#[tokio::test]
async fn a_mistake_in_the_options_ends_in_2() {
    let token = [("CLOUDFLARE_API_TOKEN", TOKEN)];
    for (arguments, variables, reason) in [
        (&["--mode", "strict"][..], &[][..], "[possible values: auto, custom]"),
        (
            &["--zone", "023e105f4ecef8ad9ca31a8372d0c353f"],
            &[],
            "longer than 32 characters",
        ),
        (&[], &token, "--zone <ID> is required"),
    ] {
        let run = enroll(arguments, variables).await;
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(run.err.contains(reason), "{}", run.err);
    }
}

#[tokio::test]
async fn with_credentials_it_calls_where_the_environment_says() {
    let server = Script::responding(|request| {
        let value = if request.method == "GET" { "auto" } else { "custom" };
        let result = json!({ "id": "a", "editable": false, "modified_on": null, "value": value });
        Answer::new(200).json(json!({ "success": true, "result": result }))
    })
    .await;

    let url = format!("{}/v4/", server.url());
    let variables = [("CLOUDFLARE_API_TOKEN", "my-token"), ("CLOUDFLARE_BASE_URL", &url)];
    let run = enroll(&["--zone", "9a78", "--mode", "custom"], &variables).await;
    let expected = format!(
        "\
calling the API at {}/v4
before:        auto
after:         custom
next scan:     none is due
editable:      no
last modified: never
request id:    none was given
",
        server.url()
    );
    assert_eq!(run.out, expected, "{}", run.err);

    let received = server.requests();
    let lines = received
        .iter()
        .map(|request| format!("{} {}", request.method, request.path));
    let path = "/v4/zones/9a78/settings/ssl_automatic_mode";
    assert_eq!(
        lines.collect::<Vec<_>>(),
        [format!("GET {path}"), format!("PATCH {path}")]
    );
    assert!(
        received
            .iter()
            .all(|request| request.headers["authorization"] == "Bearer my-token")
    );
    assert_eq!(received[1].body, br#"{"value":"custom"}"#);
}

#[tokio::test]
async fn a_failure_is_told_with_every_error_and_what_the_credentials_lack() {
    let body = r#"{"success":false,"errors":[
        {"code":9109,"message":"Unauthorized to access requested resource"},
        {"code":1007,"message":"Invalid value","source":{"pointer":"/value"}}]}"#;
    let forbidden = Answer::new(403).header("cf-ray", "230b030023ae2822-SJC");
    let server = Script::answering(forbidden.text(body)).await;

    let variables = [("CLOUDFLARE_API_TOKEN", TOKEN), ("CLOUDFLARE_BASE_URL", &server.url())];
    let run = enroll(&["--zone", ZONE], &variables).await;
    assert_eq!(run.code, Some(1));
    let told = "\
error: ssl_automatic_mode_get failed: Api
  Unauthorized to access requested resource (code 9109)
  Invalid value (code 1007, at /value)
  status: 403 Forbidden
  request id: 230b030023ae2822-SJC
  accepted permissions: Zone Settings Write, Zone Settings Read, SSL and Certificates Write, SSL and Certificates Read
";
    assert_eq!(run.err, told);
}

#[tokio::test]
async fn an_answer_that_is_not_cloudflares_envelope_is_shown() {
    let server = Script::answering(Answer::new(502).text("<html>\u{1b}[2J")).await;
    let variables = [("CLOUDFLARE_API_TOKEN", TOKEN), ("CLOUDFLARE_BASE_URL", &server.url())];
    let run = enroll(&["--zone", ZONE], &variables).await;
    assert_eq!(run.code, Some(1));
    let told = "\
error: ssl_automatic_mode_get failed: UnexpectedStatus
  body: <html>\\u{1b}[2J
  status: 502 Bad Gateway
  request id: none was given
";
    assert_eq!(run.err, told);
}

#[tokio::test]
async fn no_answer_is_told_with_its_causes() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let url = format!("http://{nobody}");
    let variables = [("CLOUDFLARE_API_TOKEN", TOKEN), ("CLOUDFLARE_BASE_URL", &url)];
    let run = enroll(&["--zone", ZONE], &variables).await;
    assert_eq!(run.code, Some(1));
    let told = format!(
        "error: ssl_automatic_mode_get: no connection could be made to {url}; 3 attempts were made\n  because: "
    );
    assert!(run.err.starts_with(&told), "{}", run.err);
}
