//! What becomes of calls when the service or the network fails: every fault over real sockets, for a call that reads,
//! for one that may be repeated, and for one that may not.
//!
//! The table in the documentation of the SDK is what these calls came to.

use std::{env, fmt::Write, fs, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use cloudflare_sdk::{Client, Error, RequestOptions, Response, types::Enrollment};
use sdk_tests::{
    BASE_PATH,
    faults::{self, Expected, Fault, LIMIT, Server},
    leap::Leap,
    loopback::{self, edit, get, nowhere},
    script::{Act, Log, Script, Then, answer, head},
    scrub::TOKEN,
};
use tokio::sync::Semaphore;

/// The requests as they leave, to the byte; the port and the version of the SDK are filled in.
const GET: &str = "GET /client/v4/zones/023e105f4ecef8ad9ca31a8372d0c353/settings/ssl_automatic_mode HTTP/1.1\r\n\
    accept: application/json\r\n\
    user-agent: cloudflare-sdk-rust/<version>\r\n\
    authorization: Bearer Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY\r\n\
    host: 127.0.0.1:<port>\r\n\
    \r\n";
const PATCH: &str = "PATCH /client/v4/zones/023e105f4ecef8ad9ca31a8372d0c353/settings/ssl_automatic_mode HTTP/1.1\r\n\
    accept: application/json\r\n\
    content-type: application/json\r\n\
    user-agent: cloudflare-sdk-rust/<version>\r\n\
    authorization: Bearer Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY\r\n\
    host: 127.0.0.1:<port>\r\n\
    content-length: 18\r\n\
    \r\n\
    {\"value\":\"custom\"}";

const FILE: &str = "docs/faults.md";

#[derive(Clone, Copy, Debug)]
enum Call {
    Get,
    Edit,
    /// The same, were it not idempotent.
    Once,
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_ends_as_the_table_in_the_documentation_says() {
    let mut table = Table::default();
    let mut wrong = Vec::new();
    // All at once would leave those that run into a timeout without the time to come so far.
    let room = Arc::new(Semaphore::new(6));
    let run = |fault| {
        let room = Arc::clone(&room);
        tokio::spawn(async move {
            let _place = room.acquire().await;
            let [get, edit, once] = [Call::Get, Call::Edit, Call::Once].map(|call| measure(&fault, call));
            let (get, edit, once) = tokio::join!(get, edit, once);
            (fault, [get, edit, once])
        })
    };
    let faults: Vec<_> = faults::all().into_iter().map(run).collect();
    for fault in faults {
        let (fault, measured) = fault.await.unwrap();
        for (measured, expected) in measured.iter().zip([&fault.get, &fault.edit, &fault.once]) {
            if measured != expected {
                wrong.push(format!("{}: {measured:?}\n    instead of {expected:?}", fault.name));
            }
        }
        table.add(&fault, &measured);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    table.compare();
}

/// What became of a call. Panics if the server received anything but the request, once an attempt.
async fn measure(fault: &Fault, call: Call) -> Expected {
    let clock = Leap::new();
    let elsewhere = Script::start([answer(200, "", "")]).await;
    let acts = match &fault.server {
        Server::Nowhere => None,
        Server::Acts(acts) => Some(acts.clone()),
        Server::Redirect(status) => {
            let location = format!("location: {}{BASE_PATH}/zones\r\n", elsewhere.url());
            Some(vec![answer(*status, &location, "")])
        }
    };
    let server = match acts {
        Some(acts) => Some(Script::start(acts).await),
        None => None,
    };
    let url = server.as_ref().map_or_else(nowhere, Script::url);
    let client = client(&url, &clock).with_options(fault.options.clone());
    let outcome = match call {
        Call::Get => get(&client).await,
        Call::Edit => edit(&client).await,
        Call::Once => edit(&client.with_options(RequestOptions::new().idempotent(false))).await,
    };
    drop(client);
    assert!(
        elsewhere.finish().await.requests.is_empty(),
        "{}: the other server gets nothing",
        fault.name
    );
    let measured = outcome_of(&outcome, &clock);
    if let Some(server) = server {
        let address = server.address();
        check_received(fault, call, &server.finish().await, address, measured.attempts);
    }
    measured
}

fn client(url: &str, clock: &Leap) -> Client {
    let builder = loopback::builder(format!("{url}{BASE_PATH}"))
        .timeout(Duration::from_secs(15))
        .max_retries(2);
    builder.clock(clock.clone()).jitter(|longest| longest).build().unwrap()
}

fn outcome_of(outcome: &Result<Response<Enrollment>, Error>, clock: &Leap) -> Expected {
    let waits = clock.waits();
    match outcome {
        Ok(response) => Expected {
            outcome: Ok(match response.value.as_str() {
                "auto" => "auto",
                "full" => "full",
                other => panic!("no server here answers with {other}"),
            }),
            status: Some(response.status().as_u16()),
            attempts: response.attempts(),
            outcome_unknown: false,
            waits,
        },
        Err(error) => Expected {
            outcome: Err(error.kind()),
            status: error.status().map(|status| status.as_u16()),
            attempts: error.attempts(),
            outcome_unknown: error.outcome_unknown(),
            waits,
        },
    }
}

fn check_received(fault: &Fault, call: Call, log: &Log, address: SocketAddr, attempts: u32) {
    let acts = match &fault.server {
        Server::Acts(acts) => &acts[..],
        _ => &[],
    };
    let template = match call {
        Call::Get => GET,
        Call::Edit | Call::Once => PATCH,
    };
    let request = template
        .replace("<version>", env!("CARGO_PKG_VERSION"))
        .replace("<port>", &address.port().to_string());
    // Before it was reset, a connection got nothing.
    let unread =
        (0..attempts as usize).filter(|&attempt| matches!(acts.get(attempt).or(acts.last()), Some(Act::ResetUnread)));
    assert_eq!(
        log.requests.len(),
        attempts as usize - unread.count(),
        "{}: one request an attempt",
        fault.name
    );
    for received in &log.requests {
        assert_eq!(String::from_utf8_lossy(received), request, "{}", fault.name);
    }
    let flood = acts.iter().any(|act| matches!(act, Act::Answer(_, Then::Flood)));
    // What the system keeps in between is megabytes, of a body without an end.
    assert!(
        !flood || log.sent < LIMIT + (64 << 20),
        "{}: {} bytes were taken",
        fault.name,
        log.sent
    );
}

/// A body over the limit is kept up to the limit and not beyond.
#[tokio::test]
async fn no_more_of_a_body_is_kept_than_the_limit_allows() {
    for status in [200, 404, 502] {
        let act = Act::Answer(head(status, "content-length: 1000000000000\r\n", b""), Then::Flood);
        let server = Script::start([act]).await;
        let client = client(&server.url(), &Leap::new());
        let error = get(&client.with_options(RequestOptions::new().max_body_size(LIMIT)))
            .await
            .unwrap_err();
        assert_eq!(error.body().unwrap().len(), LIMIT);
    }
}

/// The table as Markdown, of what was measured.
#[derive(Default)]
struct Table {
    text: String,
    group: &'static str,
}

impl Table {
    fn add(&mut self, fault: &Fault, measured: &[Expected; 3]) {
        if self.group != fault.group {
            self.group = fault.group;
            write!(
                self.text,
                "\n## {}\n\n| the service | `GET` | `PATCH` | `PATCH`, not idempotent |\n|---|---|---|---|\n",
                fault.group
            )
            .unwrap();
        }
        let cells = measured.each_ref().map(cell).join(" | ");
        writeln!(self.text, "| {} | {cells} |", fault.name).unwrap();
    }

    /// Compares it with the file in the SDK, or writes that file.
    fn compare(&self) {
        let [get, patch] = [GET, PATCH].map(|request| request.replace("\r\n", "\n").replace(TOKEN, "<token>"));
        let requests = format!("\n```text\n{}\n```\n\n```text\n{patch}\n```\n", get.trim_end());
        let text = format!("{INTRODUCTION}{requests}{}", self.text);
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sdk").join(FILE);
        if env::var_os("UPDATE").is_some() {
            fs::write(&file, &text).unwrap();
        }
        let written = fs::read_to_string(&file).unwrap_or_default();
        assert!(
            written == text,
            "sdk/{FILE} is not what was measured; if the change is meant, write it anew:\n\
             UPDATE=1 cargo test --package sdk-tests --test faults"
        );
    }
}

fn cell(measured: &Expected) -> String {
    let mut text = match measured.outcome {
        Ok(mode) => format!("value `{mode}`"),
        Err(kind) => format!("`{kind:?}`"),
    };
    if let Some(status) = measured.status {
        write!(text, " {status}").unwrap();
    }
    if measured.attempts > 1 {
        let waits: Vec<_> = measured
            .waits
            .iter()
            .map(|wait| format!("{} s", wait.as_secs_f64()))
            .collect();
        write!(text, ", {} attempts after {}", measured.attempts, waits.join(" and ")).unwrap();
    }
    if measured.outcome_unknown {
        text += ", outcome unknown";
    }
    text
}

const INTRODUCTION: &str = "\
What a call comes to when the service or the network fails, with the default options. Measured by
`sdk-tests/tests/it/faults.rs` over real sockets, which writes this table; do not edit it.

A cell says the [kind](crate::ErrorKind) of the error or the value, the last status, how many attempts were made if
more than one and how long was waited before each further one (without jitter), and whether
[the outcome is unknown](crate::Error::outcome_unknown). The service received the same bytes once an attempt, and never
more (none where it resets the connection before it reads); another server, to which it redirects, received nothing.
These are the bytes, with CRLF at the end of each line of the head:
";
