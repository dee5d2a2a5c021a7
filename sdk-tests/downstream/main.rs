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

    #[cfg(test)]
    pub mod mock {
        include!(concat!(env!("OUT_DIR"), "/zone_mock.rs"));
    }
}

#[cfg(test)]
mod tests {
    use cloudflare_sdk::mock::MockServer;

    use super::more::{Client, mock::{MockServerExt as _, examples}};

    #[tokio::test]
    async fn what_it_generates_can_be_mocked() -> Result<(), cloudflare_sdk::Error> {
        let server = MockServer::start_async().await;
        let mock = server.zones_get(|when, then| {
            when.zone_id("a");
            then.ok(examples::zones_get_partial());
        });
        let client = Client::from_runtime(server.client()?.runtime().clone());
        let zone = client.zones_get().zone_id("a").send().await?;
        assert_eq!(*zone, examples::zones_get_partial());
        mock.assert();
        Ok(())
    }
}
