//! Captures fresh recordings from the live service, with the credentials in the environment, and changes nothing there.
//!
//! The SDK makes the requests, through a [`Relay`] that keeps what goes by. What is kept is scrubbed and checked in
//! memory; only then is it written. `cargo xtask record` runs this.

use std::{
    env,
    error::Error,
    path::{Path, PathBuf},
    process::ExitCode,
    time::UNIX_EPOCH,
};

use chrono::{DateTime, NaiveDate};
use clap::Parser;
use cloudflare_sdk::{
    Client, ClientBuilder,
    types::{AutomaticMode, Enrollment},
};
use sdk_tests::{
    recording::{self, Expectation, Recording, Source, SourceKind},
    relay::{Exchange, Relay},
    scrub::{self, Scrub},
};

const ENVIRONMENT: &str = "\
Environment:
  CLOUDFLARE_API_TOKEN, or CLOUDFLARE_EMAIL and CLOUDFLARE_API_KEY
                       who is calling; a token needs `Zone Settings Write` or `SSL and Certificates Write`
  CLOUDFLARE_BASE_URL  another place than https://api.cloudflare.com/client/v4";

const GET: &str = "ssl_automatic_mode_get";
const EDIT: &str = "ssl_automatic_mode_edit";
/// What is sent to be refused: it is neither `auto` nor `custom`.
const REFUSED_BODY: &str = r#"{"value":"neither"}"#;

/// Records what Cloudflare answers about Automatic SSL/TLS for one zone of yours, without secrets and identifiers.
///
/// It reads the zone's setting, provokes error 1008 with a value that Cloudflare does not accept, and sends the setting
/// back as it was read.
#[derive(Parser)]
#[command(name = "record", after_help = ENVIRONMENT)]
struct Options {
    /// The zone's identifier: 32 hexadecimal digits
    #[arg(long, value_name = "ID", value_parser = zone_id)]
    zone: String,
    /// Where to write the recordings
    #[arg(long, value_name = "DIR", default_value_os_t = recordings())]
    out: PathBuf,
    /// Make the requests, and print the recordings instead of writing them
    #[arg(long)]
    dry_run: bool,
}

fn zone_id(text: &str) -> Result<String, &'static str> {
    // Only what cannot be part of anything else can be scrubbed for certain.
    if text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(text.to_owned())
    } else {
        Err("a zone's identifier has 32 hexadecimal digits")
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), Box<dyn Error>> {
    // The SDK judges the environment: the relay is to send credentials where the SDK would, and nowhere else.
    let service = Client::from_env()?.runtime().base_url().to_owned();
    let relay = Relay::start(&service).await?;
    let client = ClientBuilder::from_env()?.base_url(relay.url()).build()?;
    let mut session = Session {
        relay,
        scrub: scrub_of(&options.zone),
        date: today(),
        dry_run: options.dry_run,
        out: options.out,
    };
    println!("recording {service}");

    let read = client.ssl_automatic_mode_get().zone_id(&options.zone).send().await;
    let mode = match &read {
        Ok(enrollment) => enrollment.value.clone(),
        Err(error) => {
            let reason = session.reason(error);
            return Err(format!("nothing captured, because the setting cannot be read: {reason}").into());
        }
    };
    let is_known = AutomaticMode::VALUES.contains(&mode.as_str());
    let name = if is_known { mode.as_str() } else { "unknown" };
    (session.keep(&format!("get-{name}-captured"), GET, &read))
        .map_err(|reason| format!("{reason}; so PATCH was not sent and is not captured either"))?;
    if !is_known {
        let reason = format!(
            "PATCH not captured: the zone is set to `{}`, which is not known",
            mode.as_str()
        );
        return Err(format!("{reason} and is not sent back").into());
    }

    // First the one that is refused, so that the last word is the setting as it was.
    session.relay.replace_next_body(REFUSED_BODY);
    let refused = client
        .ssl_automatic_mode_edit()
        .zone_id(&options.zone)
        .value(mode.clone())
        .send()
        .await;
    let refused = match &refused {
        Err(error) if error.has_code(1008) => session.keep("edit-refused-captured", EDIT, &refused),
        Err(error) => Err(format!("error 1008 not captured: {}", session.reason(error)).into()),
        Ok(_) => Err("error 1008 not captured: Cloudflare accepted a value that is neither auto nor custom".into()),
    };

    let sent = client
        .ssl_automatic_mode_edit()
        .zone_id(&options.zone)
        .value(mode.clone())
        .send()
        .await;
    let sent = match &sent {
        Ok(enrollment) if enrollment.value == mode => session.keep(&format!("edit-{name}-captured"), EDIT, &sent),
        Ok(enrollment) => Err(format!(
            "PATCH not captured: the answer to `{mode}` is `{}`; look at the zone's setting",
            enrollment.value
        )
        .into()),
        Err(error) => Err(format!("PATCH to `{mode}` not captured: {}", session.reason(error)).into()),
    };
    match (refused, sent) {
        (Err(first), Err(second)) => Err(format!("{first}\nerror: {second}").into()),
        (first, second) => first.and(second),
    }
}

/// The folder of recordings of the checkout that cargo runs this in, which need not be the one that it was built in.
fn recordings() -> PathBuf {
    env::var_os("CARGO_MANIFEST_DIR").map_or_else(recording::folder, |package| Path::new(&package).join("recordings"))
}

struct Session {
    relay: Relay,
    scrub: Scrub,
    date: NaiveDate,
    dry_run: bool,
    out: PathBuf,
}

impl Session {
    /// Writes the exchange that has just gone by, with what the SDK made of it.
    fn keep(
        &mut self,
        name: &str,
        operation: &str,
        outcome: &Result<cloudflare_sdk::Response<Enrollment>, cloudflare_sdk::Error>,
    ) -> Result<(), Box<dyn Error>> {
        let missed = |reason: String| format!("{name} not captured: {reason}");
        let exchange = self.relay.take().map_err(missed)?;
        let Exchange { request, response } = exchange.ok_or_else(|| missed("no request was made".to_owned()))?;
        let recording = self.scrub.recording(Recording {
            source: Source {
                kind: SourceKind::Captured,
                note: format!("Captured on {} by `cargo xtask record`, and scrubbed.", self.date),
                url: None,
            },
            operation: operation.to_owned(),
            request,
            response,
            expect: Expectation::of(outcome)?,
        });
        let text = recording.text()?;
        self.scrub.check(&text).map_err(|leak| missed(leak.to_string()))?;

        let shows = match outcome {
            Ok(enrollment) => format!("`{}`", enrollment.value),
            Err(error) => self.scrub.text(&error.to_string()),
        };
        let shows = format!("{}, {}, {shows}", recording.request.method, recording.response.status);
        if self.dry_run {
            println!("{name}: {shows}\n{text}");
        } else {
            let path = self.out.join(name).with_extension("json");
            (recording.write(&path)).map_err(|cause| missed(format!("{}: {cause}", path.display())))?;
            println!("wrote {}: {shows}", path.display());
        }
        Ok(())
    }

    /// Why a call failed: the relay knows better than the SDK if it had no answer to pass back.
    fn reason(&self, error: &cloudflare_sdk::Error) -> String {
        self.relay.take().err().unwrap_or_else(|| error.to_string())
    }
}

/// Knows the zone and all credentials in the environment, whether they are used or not.
fn scrub_of(zone: &str) -> Scrub {
    let mut scrub = Scrub::new();
    scrub.hide(zone, scrub::ZONE);
    for (name, shown) in [
        ("CLOUDFLARE_API_TOKEN", scrub::TOKEN),
        ("CLOUDFLARE_API_KEY", scrub::KEY),
        ("CLOUDFLARE_EMAIL", scrub::EMAIL),
    ] {
        scrub.hide(&env::var(name).unwrap_or_default(), shown);
    }
    scrub
}

fn today() -> NaiveDate {
    let seconds = UNIX_EPOCH.elapsed().unwrap_or_default().as_secs();
    DateTime::from_timestamp(seconds.cast_signed(), 0)
        .unwrap_or_default()
        .date_naive()
}
