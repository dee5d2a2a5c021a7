//! One zone on a loopback port, which answers with recorded responses.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

use http::Method;
use serde_json::Value;

use crate::{Answer, BASE_PATH, Request, Script};

/// The one zone that a stand-in knows: the example of Cloudflare's reference.
pub const ZONE: &str = "023e105f4ecef8ad9ca31a8372d0c353";

/// A token to call a stand-in with, which takes any: the example of Cloudflare's reference.
pub const TOKEN: &str = "Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY";

const GET: &str = "ssl_automatic_mode_get";
const EDIT: &str = "ssl_automatic_mode_edit";

/// A server that stands in for Cloudflare until it is dropped.
#[derive(Debug)]
pub struct StandIn {
    server: Script,
}

impl StandIn {
    /// Starts a stand-in with the project's recordings; its zone is not enrolled.
    ///
    /// # Errors
    ///
    /// When the recordings cannot be read, and when one that is needed is missing, saying which.
    pub async fn start() -> io::Result<Self> {
        Self::start_with(&recordings()).await
    }

    /// Starts a stand-in with the recordings of a folder; its zone is not enrolled.
    ///
    /// # Errors
    ///
    /// Those of [`start`](Self::start).
    pub async fn start_with(folder: &Path) -> io::Result<Self> {
        let failure = |cause: String| io::Error::other(format!("the recordings in {}: {cause}", folder.display()));
        let recordings = read_all(folder).map_err(|cause| failure(cause.to_string()))?;
        let zone = Zone::new(&recordings).map_err(failure)?;
        let server = Script::responding(move |request| zone.respond(request)).await;
        Ok(Self { server })
    }

    /// The base URL for a client.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}{BASE_PATH}", self.server.url())
    }

    /// The requests so far.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.server.requests()
    }
}

/// The folder of the project's recordings.
#[must_use]
pub fn recordings() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../recordings")
}

/// Every recording of a folder, in the order of their names.
fn read_all(folder: &Path) -> io::Result<Vec<Value>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        paths.push(entry?.path());
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    let read = |path: &PathBuf| {
        let at = |cause: io::Error| io::Error::other(format!("{}: {cause}", path.display()));
        let text = fs::read_to_string(path).map_err(at)?;
        serde_json::from_str(&text).map_err(|cause| at(cause.into()))
    };
    paths.iter().map(read).collect()
}

/// The zone and the answers about it.
struct Zone {
    enrolled: AtomicBool,
    /// GET, and PATCH to `custom`, for which the reference shows no answer of its own.
    custom: Answer,
    /// GET.
    auto: Answer,
    /// PATCH to `auto`.
    turned_auto: Answer,
    /// PATCH to anything else.
    refused: Answer,
    /// Any other zone.
    unknown_zone: Answer,
}

impl Zone {
    /// Takes the answers from recordings; fails with the one that is missing.
    fn new(recordings: &[Value]) -> Result<Self, String> {
        let find = |what: &str, source: &str, operations: &[&str], matches: &dyn Fn(&Value, &Value) -> bool| {
            let is_it = |recording: &&Value| {
                let response = &recording["response"];
                let body = serde_json::from_str(response["body"].as_str().unwrap_or_default());
                recording["source"]["kind"] == source
                    && operations.iter().any(|operation| recording["operation"] == *operation)
                    && body.is_ok_and(|body| matches(response, &body))
            };
            let recording = recordings.iter().find(is_it);
            let recording = recording.ok_or_else(|| format!("none holds {what}"))?;
            Ok::<_, String>(answer(&recording["response"]))
        };
        let success = |what, operation: &str, value: &str| {
            find(what, "documented", &[operation], &|response, body| {
                response["status"] == 200 && body["success"] == true && body["result"]["value"] == value
            })
        };
        Ok(Self {
            enrolled: AtomicBool::new(false),
            custom: success(
                "the documented answer to GET where the value is `custom`",
                GET,
                "custom",
            )?,
            auto: success("the documented answer to GET where the value is `auto`", GET, "auto")?,
            turned_auto: success("the documented answer to PATCH where the value is `auto`", EDIT, "auto")?,
            refused: find(
                "the documented error 1008 of PATCH",
                "documented",
                &[EDIT],
                &|_, body| body["errors"][0]["code"] == 1008,
            )?,
            unknown_zone: find(
                "error 1006 with a result of null, as seen",
                "seen",
                &[GET, EDIT],
                &|_, body| body["errors"][0]["code"] == 1006 && body.get("result") == Some(&Value::Null),
            )?,
        })
    }

    fn respond(&self, request: &Request) -> Answer {
        let Some((zone, "settings/ssl_automatic_mode")) = (request.path)
            .strip_prefix(&format!("{BASE_PATH}/zones/"))
            .and_then(|path| path.split_once('/'))
        else {
            return Answer::new(404);
        };
        if zone != ZONE {
            return self.unknown_zone.clone();
        }
        let wanted = request.json();
        match (&request.method, wanted["value"].as_str()) {
            (&Method::GET, _) if self.enrolled.load(Ordering::SeqCst) => &self.auto,
            (&Method::GET, _) => &self.custom,
            (&Method::PATCH, Some("auto")) => {
                self.enrolled.store(true, Ordering::SeqCst);
                &self.turned_auto
            }
            (&Method::PATCH, Some("custom")) => {
                self.enrolled.store(false, Ordering::SeqCst);
                &self.custom
            }
            (&Method::PATCH, _) => &self.refused,
            _ => return Answer::new(404),
        }
        .clone()
    }
}

/// The answer of a recording.
fn answer(response: &Value) -> Answer {
    let status = response["status"].as_u64().and_then(|status| status.try_into().ok());
    let answer = Answer::new(status.unwrap_or_default()).body(response["body"].as_str().unwrap_or_default());
    let headers = response["headers"].as_object().into_iter().flatten();
    headers.fold(answer, |answer, (name, value)| {
        answer.header(name, value.as_str().unwrap_or_default())
    })
}
