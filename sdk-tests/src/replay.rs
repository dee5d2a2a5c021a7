//! Replays recordings through the SDK's typed calls: each goes to a server of its own on this machine, which must get
//! the recorded request and nothing more; the caller must get all of the recorded answer.

use std::{fmt, path::Path, time::Duration};

use chrono::DateTime;
use cloudflare_sdk::{Client, ClientBuilder, ResponseInfo, ResultInfo};
use serde::Deserialize;
use serde_json::Value;

use sdk_test_servers::{BASE_PATH, Script};

use crate::{
    generated::calls::call,
    given::Given,
    multipart,
    outcome::Outcome,
    recording::{self, Expectation, Recording, Request, Response},
    scrub, shown,
};

/// The headers that are sent beside the recorded ones: what HTTP itself needs, and the name of the SDK.
const NOT_RECORDED: [&str; 3] = ["content-length", "host", "user-agent"];

/// Replays every recording in a folder and says how many there were.
///
/// # Errors
///
/// What went wrong, one recording a line; and when there is none.
pub async fn replay_folder(folder: &Path) -> Result<usize, String> {
    let recordings = recording::read_all(folder).map_err(|cause| cause.to_string())?;
    if recordings.is_empty() {
        return Err(format!("no recording in {}", folder.display()));
    }
    let mut faults = Vec::new();
    for (name, recording) in &recordings {
        faults.extend(replay(name, recording).await.err());
    }
    if faults.is_empty() {
        Ok(recordings.len())
    } else {
        Err(faults.join("\n"))
    }
}

/// Replays a recording.
///
/// # Errors
///
/// What was not as recorded, after the name of the recording's file.
pub async fn replay(name: &str, recording: &Recording) -> Result<(), String> {
    exchange(recording)
        .await
        .map_err(|fault| format!("{name}.json: {fault}"))
}

async fn exchange(recording: &Recording) -> Result<(), String> {
    let Recording {
        request,
        response,
        expect,
        ..
    } = recording;
    let server = Script::answering(response.answer()).await;
    let client = client(request, &format!("{}{BASE_PATH}", server.url()))?;
    let outcome = call(&client, &recording.operation, &Given::new(request)?).await?;

    let received = server.requests();
    let [received] = &received[..] else {
        return Err(format!(
            "{} requests came, not 1; {:?}",
            received.len(),
            outcome.expectation
        ));
    };
    check_request(received, request)?;
    check_outcome(&outcome, response, expect)
}

/// A client with the recorded credentials.
fn client(request: &Request, base_url: &str) -> Result<Client, String> {
    let builder = Client::builder()
        .base_url(base_url)
        .timeout(Duration::from_secs(10))
        .max_retries(0);
    let header = |name| request.headers.get(name).map(String::as_str);
    let token = header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    match (token, header("x-auth-email"), header("x-auth-key")) {
        (Some(token), None, None) => builder.api_token(token),
        (None, Some(email), Some(key)) => builder.api_key(email, key),
        _ => return Err("the credentials are neither a bearer token nor an e-mail address with a key".to_owned()),
    }
    .and_then(ClientBuilder::build)
    .map_err(|error| error.to_string())
}

/// Checks that a request is the recorded one, to the byte.
fn check_request(received: &sdk_test_servers::Request, recorded: &Request) -> Result<(), String> {
    same("the method", received.method.as_str(), &recorded.method)?;
    same("the path", &received.path, &format!("{BASE_PATH}{}", recorded.path))?;
    let query = (!recorded.query.is_empty()).then_some(recorded.query.as_str());
    match (received.query.as_deref(), query) {
        // A recording of a published example does not know in which order the SDK sends them.
        (Some(sent), Some(query)) if shown::same_pairs(sent, query) => {}
        (sent, query) => same("the query", sent, query)?,
    }
    let mut headers = (received.headers.iter())
        .filter(|(name, _)| !NOT_RECORDED.contains(&name.as_str()))
        .map(|(name, value)| (name.as_str(), text(value.as_bytes())))
        .collect::<Vec<_>>();
    headers.sort();
    let recorded_headers = (recorded.headers.iter())
        .map(|(name, value)| (name.as_str(), value.clone()))
        .collect::<Vec<_>>();
    let (headers, sent) = settled(headers, text(&received.body));
    let (recorded_headers, recorded) = settled(recorded_headers, recorded.body.clone().unwrap_or_default());
    same("the headers", headers, recorded_headers)?;
    match shown::same_members(&sent, &recorded) {
        true => Ok(()),
        false => same("the body", sent, recorded),
    }
}

/// Headers and a body, where that has several parts as these are compared.
fn settled(mut headers: Vec<(&str, String)>, body: String) -> (Vec<(&str, String)>, String) {
    for (name, value) in &mut headers {
        if *name == "content-type"
            && let Some((content_type, body)) = multipart::settled(value, &body)
        {
            *value = content_type;
            return (headers, body);
        }
    }
    (headers, body)
}

/// Checks that a caller got what is expected, with all that came around it.
fn check_outcome(outcome: &Outcome, answer: &Response, expect: &Expectation) -> Result<(), String> {
    match expect {
        Expectation::Shown(body) => shown::check(outcome, body)?,
        Expectation::Refused { codes } => shown::check_refusal(outcome, codes)?,
        _ => same("the outcome", plain(&outcome.expectation)?, plain(expect)?)?,
    }
    same(
        "the status",
        outcome.status.map(|status| status.as_u16()),
        Some(answer.status),
    )?;
    for (name, value) in &answer.headers {
        let header = outcome.headers.get(name).map(|value| text(value.as_bytes()));
        same(&format!("the response header `{name}`"), header.as_ref(), Some(value))?;
    }
    same(
        "the request id",
        outcome.request_id.as_ref(),
        answer.headers.get("cf-ray"),
    )?;

    match &outcome.expectation {
        Expectation::Error { .. } => same(
            "the body of the error",
            outcome.body.as_deref().map(text),
            Some(answer.body.clone()),
        ),
        _ if !outcome.enveloped => Ok(()),
        _ => {
            let envelope: Envelope = serde_json::from_str(&answer.body).map_err(|cause| cause.to_string())?;
            same(
                "the messages",
                plain_text(&outcome.messages),
                plain_text(&envelope.messages),
            )?;
            same("the result info", &outcome.result_info, &envelope.result_info)
        }
    }
}

/// Messages as the SDK gives them: without the credentials, which a recording may hold as placeholders.
fn plain_text(messages: &[ResponseInfo]) -> String {
    let secrets = [scrub::TOKEN, scrub::EMAIL, scrub::KEY];
    secrets.iter().fold(format!("{messages:?}"), |text, secret| {
        text.replace(secret, "[redacted]")
    })
}

/// What comes around a value.
#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    messages: Vec<ResponseInfo>,
    result_info: Option<ResultInfo>,
}

/// An expectation as JSON, in which a moment is always written the same way.
fn plain(expectation: &Expectation) -> Result<Value, String> {
    fn settle(value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
                    *text = moment.to_utc().to_string();
                }
            }
            Value::Array(items) => items.iter_mut().for_each(settle),
            Value::Object(members) => members.values_mut().for_each(settle),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(expectation).map_err(|cause| cause.to_string())?;
    settle(&mut value);
    Ok(value)
}

/// Bytes as text. What is not UTF-8 stays recognisable, so that it equals no text that was recorded.
fn text(bytes: &[u8]) -> String {
    match str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => format!("not UTF-8: {}", bytes.escape_ascii()),
    }
}

fn same<T: PartialEq + fmt::Debug>(what: &str, actual: T, recorded: T) -> Result<(), String> {
    if actual == recorded {
        return Ok(());
    }
    Err(format!("{what}: {actual:?} instead of {recorded:?}"))
}
