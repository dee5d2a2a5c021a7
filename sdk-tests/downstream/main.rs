use cloudflare_sdk::{Client, Error, types::AutomaticMode};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let client = Client::from_env()?;
    let zone = "023e105f4ecef8ad9ca31a8372d0c353";
    let enrollment = client.ssl_automatic_mode_edit().zone_id(zone).value(AutomaticMode::Auto).send().await?;
    println!("{}", enrollment.value);
    more::main(&client, zone).await
}

/// What this crate generates itself.
mod more {
    include!(concat!(env!("OUT_DIR"), "/zone.rs"));

    pub async fn main(client: &cloudflare_sdk::Client, zone: &str) -> Result<(), cloudflare_sdk::Error> {
        let more = Client::from_runtime(client.runtime().clone());
        let zone = more.zones_get().zone_id(zone).send().await?;
        let kind = match &zone.type_ {
            types::ZoneType::Full => "full",
            types::ZoneType::Partial => "partial",
            other => other.as_str(),
        };
        println!("{} is {kind}", zone.name);
        Ok(())
    }
}
