//! Enrols a zone with a call that the SDK ships, and tells of the zone with calls that this crate generates.

use cloudflare_sdk::{Client, Error, types::AutomaticMode};

/// One operation. Not all that is generated for it is used here.
#[allow(dead_code)]
mod zone {
    include!(concat!(env!("OUT_DIR"), "/zone.rs"));

    #[cfg(test)]
    pub mod mock {
        include!(concat!(env!("OUT_DIR"), "/zone_mock.rs"));
    }
}

/// The operations of some tags, a module for each.
#[allow(dead_code)]
mod by_tag {
    include!(concat!(env!("OUT_DIR"), "/by_tag/mod.rs"));
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let client = Client::from_env()?;
    let zone_id = "023e105f4ecef8ad9ca31a8372d0c353";
    let enrollment = client
        .ssl_automatic_mode_edit()
        .zone_id(zone_id)
        .value(AutomaticMode::Auto)
        .send()
        .await?;
    println!("{}", enrollment.value);

    // With the credentials, the connections and the rate limit of the same client.
    let zones = zone::Client::from_runtime(client.runtime().clone());
    println!("{}", describe(&zones, zone_id).await?);

    #[cfg(feature = "dns_records_for_a_zone")]
    {
        let records = by_tag::Client::from_runtime(client.runtime().clone()).dns_records_for_a_zone();
        let list = records
            .dns_records_for_a_zone_list_dns_records()
            .zone_id(zone_id)
            .type_("A");
        for record in list.send().await?.into_inner() {
            println!("{} {}", record.name, record.type_);
        }
    }
    Ok(())
}

/// A zone in a few words.
async fn describe(zones: &zone::Client, zone_id: &str) -> Result<String, Error> {
    let found = zones.zones_0_get().zone_id(zone_id).send().await?;
    let kind = match &found.type_ {
        zone::types::ZonesType::Full => "full",
        zone::types::ZonesType::Partial => "partial",
        other => other.as_str(),
    };
    Ok(format!("{} is {kind}", found.name))
}

#[cfg(test)]
mod tests {
    use cloudflare_sdk::mock::MockServer;

    use super::{
        describe,
        zone::{
            Client,
            mock::{MockServerExt as _, examples},
        },
    };

    #[tokio::test]
    async fn a_zone_is_described_offline() -> Result<(), cloudflare_sdk::Error> {
        let server = MockServer::start_async().await;
        let mock = server.zones_0_get(|when, then| {
            when.zone_id("a");
            then.ok(examples::zones_0_get_partial());
        });
        let zones = Client::from_runtime(server.client()?.runtime().clone());
        assert_eq!(describe(&zones, "a").await?, "example.com is partial");
        mock.assert();
        Ok(())
    }
}
