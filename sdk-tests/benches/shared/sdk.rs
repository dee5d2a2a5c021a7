//! The same call through the SDK, with its defaults.

use std::time::Duration;

use cloudflare_sdk::{Client, types::AutomaticMode};

use super::{Caller, Outcome};

#[derive(Clone)]
pub struct Sdk {
    client: Client,
    zone: String,
}

impl Sdk {
    pub fn new(base_url: &str, token: &str, zone: &str) -> Outcome<Self> {
        let client = Client::builder()
            .base_url(base_url)
            .api_token(token)?
            .timeout(Duration::from_secs(10))
            .build()?;
        Ok(Self {
            client,
            zone: zone.to_owned(),
        })
    }
}

impl Caller for Sdk {
    async fn call(&self) -> Outcome<()> {
        let call = self.client.ssl_automatic_mode_edit().zone_id(self.zone.as_str());
        let enrollment = call.value(AutomaticMode::Auto).send().await?;
        assert_eq!(enrollment.value, AutomaticMode::Auto);
        Ok(())
    }
}
