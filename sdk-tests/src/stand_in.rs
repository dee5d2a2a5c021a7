//! A stand-in for Cloudflare on a loopback port. It knows one zone, and answers with the recorded responses.

use std::{
    collections::BTreeMap,
    io,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};

use serde_json::Value;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate, matchers::path_regex};

use crate::{
    loopback::BASE_PATH,
    recording::{self, Recording, SourceKind},
};

/// The one zone that a stand-in knows: the example of Cloudflare's reference.
pub const ZONE: &str = "023e105f4ecef8ad9ca31a8372d0c353";

/// A token to call a stand-in with, which takes any: the example of Cloudflare's reference.
pub const TOKEN: &str = "Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY";

const GET: &str = "ssl_automatic_mode_get";
const EDIT: &str = "ssl_automatic_mode_edit";

/// A server that stands in for Cloudflare until it is dropped.
#[derive(Debug)]
pub struct StandIn {
    server: MockServer,
}

impl StandIn {
    /// Starts a stand-in with the recordings of [`recording::folder`]; its zone is not enrolled.
    ///
    /// # Errors
    ///
    /// When the recordings cannot be read, and when one that is needed is missing, saying which.
    pub async fn start() -> io::Result<Self> {
        Self::start_with(&recording::folder()).await
    }

    /// Starts a stand-in with the recordings of a folder; its zone is not enrolled.
    ///
    /// # Errors
    ///
    /// Those of [`start`](Self::start).
    pub async fn start_with(folder: &Path) -> io::Result<Self> {
        let recordings = recording::read_all(folder)
            .map_err(|cause| io::Error::other(format!("the recordings in {}: {cause}", folder.display())))?;
        let zone = Zone::new(&recordings)
            .map_err(|fault| io::Error::other(format!("the recordings in {}: {fault}", folder.display())))?;
        let server = MockServer::start().await;
        Mock::given(path_regex(format!(
            "^{BASE_PATH}/zones/[^/]+/settings/ssl_automatic_mode$"
        )))
        .and(|request: &Request| matches!(request.method.as_str(), "GET" | "PATCH"))
        .respond_with(zone)
        .mount(&server)
        .await;
        Ok(Self { server })
    }

    /// The base URL for a client.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}{BASE_PATH}", self.server.uri())
    }

    /// What was asked so far.
    pub async fn received(&self) -> Vec<Request> {
        self.server.received_requests().await.unwrap_or_default()
    }
}

/// The zone and what is answered about it.
struct Zone {
    enrolled: AtomicBool,
    /// GET, and PATCH to `custom`, for which the reference shows no answer of its own.
    custom: ResponseTemplate,
    /// GET.
    auto: ResponseTemplate,
    /// PATCH to `auto`.
    turned_auto: ResponseTemplate,
    /// PATCH to anything else.
    refused: ResponseTemplate,
    /// Any other zone.
    unknown_zone: ResponseTemplate,
}

impl Zone {
    /// Takes the answers from recordings; fails with what is missing or cannot be answered.
    fn new(recordings: &BTreeMap<String, Recording>) -> Result<Self, String> {
        use SourceKind::{Documented, Seen};
        let find = |what: &str, matches: &dyn Fn(&Recording, &Value) -> bool| {
            let is_it = |recording: &&Recording| {
                serde_json::from_str(&recording.response.body).is_ok_and(|body| matches(recording, &body))
            };
            let recording = recordings.values().find(is_it);
            let recording = recording.ok_or_else(|| format!("none holds {what}"))?;
            recording.response.template()
        };
        let success = |what, operation: &str, value: &str| {
            find(what, &|recording, body| {
                recording.source.kind == Documented
                    && recording.operation == operation
                    && recording.response.status == 200
                    && body["success"] == true
                    && body["result"]["value"] == value
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
            refused: find("the documented error 1008 of PATCH", &|recording, body| {
                recording.source.kind == Documented && recording.operation == EDIT && body["errors"][0]["code"] == 1008
            })?,
            unknown_zone: find("error 1006 with a result of null, as seen", &|recording, body| {
                recording.source.kind == Seen
                    && [GET, EDIT].contains(&recording.operation.as_str())
                    && body["errors"][0]["code"] == 1006
                    && body.get("result") == Some(&Value::Null)
            })?,
        })
    }
}

impl Respond for Zone {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        if !request.url.path().starts_with(&format!("{BASE_PATH}/zones/{ZONE}/")) {
            return self.unknown_zone.clone();
        }
        if request.method == "GET" {
            let enrolled = self.enrolled.load(Ordering::SeqCst);
            return if enrolled { &self.auto } else { &self.custom }.clone();
        }
        let body: Value = request.body_json().unwrap_or_default();
        match body["value"].as_str() {
            Some("auto") => {
                self.enrolled.store(true, Ordering::SeqCst);
                self.turned_auto.clone()
            }
            Some("custom") => {
                self.enrolled.store(false, Ordering::SeqCst);
                self.custom.clone()
            }
            _ => self.refused.clone(),
        }
    }
}
