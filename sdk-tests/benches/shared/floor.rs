//! The floor: the call as a careful person writes it by hand with `reqwest` and `serde` alone.
//!
//! It keeps one client, with time limits, and reuses its connections. For each call it puts the URL together, sets the
//! token and a JSON body, checks the status, reads the body whole, parses it into an envelope around the SDK's own
//! model, and checks the flag `success`. It does not repeat a call, look at quotas, keep headers or bound the body.
//!
//! Its client is configured as that of the SDK is, and it sends the same request but for the order and the case of
//! headers, which `speed` verifies; so what is left between the two is what the SDK adds.

use std::time::Duration;

use cloudflare_sdk::types::{AutomaticMode, Enrollment};
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};

use super::{Caller, Outcome};

#[derive(Clone)]
pub struct Floor {
    http: reqwest::Client,
    base_url: String,
    token: String,
    zone: String,
}

#[derive(Serialize)]
struct Edit<'a> {
    value: &'a str,
}

/// Cloudflare's envelope as its reference has it.
#[derive(Deserialize)]
pub struct Envelope<T> {
    pub success: bool,
    #[serde(default)]
    pub errors: Vec<Info>,
    #[serde(default)]
    pub messages: Vec<Info>,
    pub result: Option<T>,
    #[expect(dead_code, reason = "read for what reading costs")]
    pub result_info: Option<ResultInfo>,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "read for what reading costs, and shown by Debug alone")]
pub struct Info {
    code: Option<u64>,
    message: String,
    documentation_url: Option<String>,
    source: Option<Source>,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "read for what reading costs, and shown by Debug alone")]
pub struct Source {
    pointer: Option<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read for what reading costs")]
pub struct ResultInfo {
    count: Option<u64>,
    page: Option<u64>,
    per_page: Option<u64>,
    total_count: Option<u64>,
    total_pages: Option<u64>,
    cursor: Option<String>,
}

impl Floor {
    pub fn new(base_url: &str, token: &str, zone: &str) -> Outcome<Self> {
        let http = reqwest::Client::builder()
            .user_agent(concat!("cloudflare-sdk-rust/", env!("CARGO_PKG_VERSION")))
            .default_headers(HeaderMap::from_iter([(
                ACCEPT,
                HeaderValue::from_static("application/json"),
            )]))
            .timeout(Duration::from_secs(10))
            .connect_timeout(Duration::from_secs(10))
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .build()?;
        Ok(Self {
            http,
            base_url: base_url.to_owned(),
            token: token.to_owned(),
            zone: zone.to_owned(),
        })
    }

    async fn edit(&self, value: &str) -> Outcome<Enrollment> {
        let url = format!("{}/zones/{}/settings/ssl_automatic_mode", self.base_url, self.zone);
        let request = self.http.patch(url).bearer_auth(&self.token).json(&Edit { value });
        let response = request.send().await?;
        let status = response.status();
        if !status.is_success() {
            return Err(format!("{status}: {}", response.text().await?).into());
        }
        let envelope: Envelope<Enrollment> = response.json().await?;
        match envelope.result {
            Some(result) if envelope.success => Ok(result),
            _ => Err(format!("{:?} {:?}", envelope.errors, envelope.messages).into()),
        }
    }
}

impl Caller for Floor {
    async fn call(&self) -> Outcome<()> {
        let enrollment = self.edit("auto").await?;
        assert_eq!(enrollment.value, AutomaticMode::Auto);
        Ok(())
    }
}
