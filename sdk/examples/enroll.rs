//! Enrolls a zone in Automatic SSL/TLS, and shows the setting before and after.
//!
//! Without credentials in the environment it calls a stand-in on this machine, which answers as Cloudflare was recorded
//! to. A program of your own needs only `Client::from_env()` and what is in [`enroll`].

use std::{env, error::Error, process::ExitCode};

use clap::{
    CommandFactory, Parser,
    builder::{PossibleValuesParser, TypedValueParser},
    error::ErrorKind,
};
use cloudflare_sdk::{
    Client,
    types::{AutomaticMode, ZoneId},
};
use sdk_test_servers::stand_in::{self, StandIn};

const VARIABLES: [&str; 4] = [
    "CLOUDFLARE_API_TOKEN",
    "CLOUDFLARE_EMAIL",
    "CLOUDFLARE_API_KEY",
    "CLOUDFLARE_BASE_URL",
];

const ENVIRONMENT: &str = "\
Environment:
  CLOUDFLARE_API_TOKEN  an API token with the permission `Zone Settings Write` or `SSL and Certificates Write`
  CLOUDFLARE_EMAIL, CLOUDFLARE_API_KEY
                        the previous scheme, instead of a token: an e-mail address and a Global API key
  CLOUDFLARE_BASE_URL   another place than https://api.cloudflare.com/client/v4

If none of them is set, a stand-in on this machine answers as Cloudflare was recorded to.";

/// Enrolls a zone in Cloudflare's Automatic SSL/TLS, or takes it out.
#[derive(Parser)]
#[command(name = "enroll", after_help = ENVIRONMENT)]
struct Options {
    /// The zone's identifier; may be left out against the stand-in, which has one zone
    #[arg(long, value_name = "ID")]
    zone: Option<ZoneId>,
    /// `auto` enrolls the zone, `custom` takes it out
    #[arg(
        long,
        default_value = "auto",
        value_parser = PossibleValuesParser::new(["auto", "custom"]).map(AutomaticMode::from),
    )]
    mode: AutomaticMode,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Err(error) = run(Options::parse()).await else {
        return ExitCode::SUCCESS;
    };
    match error.downcast_ref() {
        Some(error) => explain(error),
        None => eprintln!("error: {error}"),
    }
    ExitCode::FAILURE
}

async fn run(options: Options) -> Result<(), Box<dyn Error>> {
    let is_set = |name: &&str| env::var_os(name).is_some_and(|value| !value.is_empty());
    let stand_in = match VARIABLES.iter().any(is_set) {
        true => None,
        false => Some(StandIn::start().await?),
    };
    let (who, client) = match &stand_in {
        None => ("the API", Client::from_env()?),
        Some(stand_in) => (
            "a stand-in with recorded answers",
            Client::builder()
                .api_token(stand_in::TOKEN)?
                .base_url(stand_in.url())
                .build()?,
        ),
    };
    let zone = match (options.zone, &stand_in) {
        (Some(zone), _) => zone,
        (None, Some(_)) => stand_in::ZONE.parse()?,
        (None, None) => {
            let reason = "--zone <ID> is required: only the stand-in has a zone of its own";
            Options::command()
                .error(ErrorKind::MissingRequiredArgument, reason)
                .exit()
        }
    };
    println!("calling {who} at {}", client.runtime().base_url());
    enroll(&client, zone, options.mode).await?;
    Ok(())
}

async fn enroll(client: &Client, zone: ZoneId, mode: AutomaticMode) -> Result<(), cloudflare_sdk::Error> {
    let before = client.ssl_automatic_mode_get().zone_id(zone.clone()).send().await?;
    println!("before:        {}", before.value);

    let after = client
        .ssl_automatic_mode_edit()
        .zone_id(zone)
        .value(mode)
        .send()
        .await?;
    println!("after:         {}", after.value);
    match after.next_scheduled_scan {
        Some(time) => println!("next scan:     {time}"),
        None => println!("next scan:     none is due"),
    }
    println!("editable:      {}", if after.editable { "yes" } else { "no" });
    match after.modified_on {
        Some(time) => println!("last modified: {time}"),
        None => println!("last modified: never"),
    }
    println!("request id:    {}", after.request_id().unwrap_or("none was given"));
    Ok(())
}

/// Says all that is known about a call that failed.
fn explain(error: &cloudflare_sdk::Error) {
    if let Some(status) = error.status() {
        let operation = error.operation_id().unwrap_or_default();
        eprintln!("error: {operation} failed: {:?}", error.kind());
        for info in error.errors() {
            eprintln!("  {info}");
        }
        if error.errors().is_empty() {
            let body = error.body_text().unwrap_or_default();
            eprintln!("  body: {}", body.chars().take(300).collect::<String>().escape_debug());
        }
        eprintln!("  status: {status}");
        eprintln!("  request id: {}", error.request_id().unwrap_or("none was given"));
        if error.is_permission_denied() {
            eprintln!("  accepted permissions: {}", error.accepted_permissions().join(", "));
        }
    } else {
        eprintln!("error: {error}");
    }
    let mut source = error.source();
    while let Some(cause) = source {
        eprintln!("  because: {cause}");
        source = cause.source();
    }
}
