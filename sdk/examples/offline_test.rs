//! Tests of a program that uses the SDK, without network: what it sends, and what it makes of the answers.
//!
//! The program is [`enroll_all`]. In a crate of your own, each of the functions below it is a `#[tokio::test]`, and the
//! SDK's feature `mock` is one of a dev-dependency. `cargo run --example offline_test --features mock` runs them here.

use std::{error::Error, time::Duration};

use cloudflare_sdk::{
    Client, StatusCode,
    mock::{CutConnection, MockServer, MockServerExt as _, examples},
    types::AutomaticMode,
};

const ZONE: &str = "023e105f4ecef8ad9ca31a8372d0c353";
const OTHER_ZONE: &str = "353c0d2738a13dc9da8fece4f501e320";

/// What is tested: it enrols zones, one after the other, and says of each what became of it.
///
/// It goes on with the next zone where one fails. Waiting and repeating are the client's.
async fn enroll_all(client: &Client, zones: &[&str]) -> Vec<String> {
    let mut lines = Vec::new();
    for zone in zones {
        let call = client
            .ssl_automatic_mode_edit()
            .zone_id(*zone)
            .value(AutomaticMode::Auto);
        lines.push(match call.send().await {
            Ok(enrollment) => format!("{zone}: {}", enrollment.value),
            Err(error) => match (error.status(), error.errors().first()) {
                (_, Some(info)) => format!("{zone}: refused: {}", info.message),
                (Some(status), None) => format!("{zone}: failed with status {}", status.as_u16()),
                (None, None) if error.outcome_unknown() => format!("{zone}: may have been enrolled, no answer came"),
                (None, None) => format!("{zone}: {error}"),
            },
        });
    }
    lines
}

async fn sends_the_mode_to_each_zone_with_its_own_credentials() -> Result<(), Box<dyn Error>> {
    let server = MockServer::start_async().await;
    let enrolled = server.ssl_automatic_mode_edit(|when, then| {
        when.api_token("its-own-token")
            .zone_id(ZONE)
            .body(&examples::enrollment_enable());
        then.ok(examples::enrollment_enabled());
    });
    let refused = server.ssl_automatic_mode_edit(|when, then| {
        when.api_token("its-own-token").zone_id(OTHER_ZONE);
        then.failure(StatusCode::BAD_REQUEST, &examples::enrollment_refused());
    });

    let client = server.client_builder().api_token("its-own-token")?.build()?;
    let lines = enroll_all(&client, &[ZONE, OTHER_ZONE]).await;
    let reason = "Invalid SSL/TLS encryption configuration value, only auto or custom accepted";
    assert_eq!(
        lines,
        [format!("{ZONE}: auto"), format!("{OTHER_ZONE}: refused: {reason}")]
    );
    enrolled.assert();
    refused.assert();
    Ok(())
}

async fn waits_when_it_is_rate_limited() -> Result<(), Box<dyn Error>> {
    let server = MockServer::start_async().await;
    let limited = server.ssl_automatic_mode_edit(|_, then| {
        then.rate_limited(Duration::from_secs(1)).up_to_n_times(1);
    });
    let enrolled = server.ssl_automatic_mode_edit(|when, then| {
        when.zone_id(ZONE).value(AutomaticMode::Auto);
        then.ok(examples::enrollment_enabled());
    });

    let lines = enroll_all(&server.client()?, &[ZONE]).await;
    assert_eq!(lines, [format!("{ZONE}: auto")]);
    limited.assert();
    enrolled.assert();
    Ok(())
}

async fn goes_on_where_the_edge_fails() -> Result<(), Box<dyn Error>> {
    let server = MockServer::start_async().await;
    let failed = server.ssl_automatic_mode_edit(|when, then| {
        when.zone_id(ZONE);
        then.edge_error(StatusCode::BAD_GATEWAY);
    });
    let enrolled = server.ssl_automatic_mode_edit(|when, then| {
        when.zone_id(OTHER_ZONE);
        then.ok(examples::enrollment_enabled());
    });

    let lines = enroll_all(&server.client()?, &[ZONE, OTHER_ZONE]).await;
    assert_eq!(
        lines,
        [format!("{ZONE}: failed with status 502"), format!("{OTHER_ZONE}: auto")]
    );
    // Twice more than once: repeating this call is safe.
    failed.assert_calls(3);
    enrolled.assert();
    Ok(())
}

async fn does_not_take_a_lost_answer_for_a_refusal() -> Result<(), Box<dyn Error>> {
    let place = CutConnection::start()?;
    let lines = enroll_all(&place.client()?, &[ZONE]).await;
    assert_eq!(lines, [format!("{ZONE}: may have been enrolled, no answer came")]);
    assert_eq!(place.received(), 3, "each attempt had arrived");
    Ok(())
}

async fn gets_over_one_lost_answer() -> Result<(), Box<dyn Error>> {
    let server = MockServer::start_async().await;
    let enrolled = server.ssl_automatic_mode_edit(|when, then| {
        when.zone_id(ZONE);
        then.ok(examples::enrollment_enabled());
    });
    let place = CutConnection::start_before(&server, 1)?;
    assert_eq!(enroll_all(&place.client()?, &[ZONE]).await, [format!("{ZONE}: auto")]);
    enrolled.assert();
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    sends_the_mode_to_each_zone_with_its_own_credentials().await?;
    println!("ok: sends the mode to each zone with its own credentials");
    waits_when_it_is_rate_limited().await?;
    println!("ok: waits when it is rate limited");
    goes_on_where_the_edge_fails().await?;
    println!("ok: goes on where the edge fails");
    does_not_take_a_lost_answer_for_a_refusal().await?;
    println!("ok: does not take a lost answer for a refusal");
    gets_over_one_lost_answer().await?;
    println!("ok: gets over one lost answer");
    Ok(())
}
