//! Enrolls a fleet of zones in Automatic SSL/TLS, and accounts for every one.
//!
//! Without credentials in the environment it works on a made-up fleet on this machine, behind a rate limit that is
//! enforced. What a program of your own needs is in [`work`].

mod display;
mod options;

use std::{
    env,
    error::Error,
    io::{self, BufReader},
    pin::Pin,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use clap::Parser as _;
use cloudflare_sdk::{
    Client, RequestOptions, Response,
    chrono::{DateTime, TimeDelta},
    fleet::{self, Applied, Entry, Journal, RunError, Seen},
    types::{AutomaticMode, Enrollment, Zone},
};
use display::Display;
use futures_util::{Stream, TryStreamExt as _};
use options::Options;
use sdk_test_servers::{
    fleet_server::{self, Counting, FleetServer, Limit},
    stand_in::TOKEN,
};
use serde_json::json;

type AnyError = Box<dyn Error + Send + Sync>;

/// Identifiers of zones, wherever they come from.
type Zones = Pin<Box<dyn Stream<Item = Result<String, AnyError>>>>;

const HOUR: Duration = Duration::from_secs(60 * 60);

const VARIABLES: [&str; 4] = [
    "CLOUDFLARE_API_TOKEN",
    "CLOUDFLARE_EMAIL",
    "CLOUDFLARE_API_KEY",
    "CLOUDFLARE_BASE_URL",
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut options = Options::parse();
    match run(&mut options).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {}", chain(&*error));
            ExitCode::from(2)
        }
    }
}

async fn run(options: &mut Options) -> Result<ExitCode, AnyError> {
    let is_set = |name: &&str| env::var_os(name).is_some_and(|value| !value.is_empty());
    let has_source = options.all || options.file.is_some() || !options.zones.is_empty();
    let server = match VARIABLES.iter().any(is_set) {
        true => None,
        false => Some(FleetServer::start(made_up())?),
    };
    let client = match &server {
        None => Client::from_env()?,
        Some(server) => {
            eprintln!(
                "no credentials: working on a made-up fleet, 100 requests in 5 seconds, at {}",
                server.url()
            );
            options.all |= !has_source;
            Client::builder().api_token(TOKEN)?.base_url(server.url()).build()?
        }
    };
    if !has_source && server.is_none() {
        return Err("which zones? Give identifiers, --file or --all".into());
    }
    // A zone is better tried once more, or waited for, than reported as failed for what passes.
    let patient = RequestOptions::new().max_retries(6).max_retry_after(HOUR);
    let client = client.with_options(patient);
    work(&client, options).await
}

/// Works on all zones, and shows what becomes of them.
async fn work(client: &Client, options: &Options) -> Result<ExitCode, AnyError> {
    let journal = match &options.journal {
        Some(path) => {
            let purpose = json!({
                "operation": "ssl_automatic_mode_edit",
                "mode": options.mode,
                "account": options.account,
                "base_url": client.runtime().base_url(),
            });
            Some(Arc::new(Journal::open(path, &purpose)?))
        }
        None => None,
    };
    let mut display = Display::new(options.json, options.dry_run);
    if let Some(journal) = &journal {
        display.note(&format!("{} zones are done by the journal", journal.done()));
        if journal.was_torn() {
            display.note("the last line of the journal was cut off; its zone is done again");
        }
    }
    let mut fleet = client.fleet().concurrency(options.concurrency);
    if let Some(limit) = options.limit {
        fleet = fleet.limit(limit);
    }
    let (mode, dry_run) = (options.mode.clone(), options.dry_run);
    let operation = move |client, zone| enroll(client, zone, mode.clone(), dry_run);
    let refused_before = Arc::new(AtomicU64::new(0));
    let skip = skip(options, journal.clone(), Arc::clone(&refused_before));
    let mut run = fleet.run(zones(client, options)?, operation).skip_if(skip);
    let progress = run.progress();
    let mut tick = tokio::time::interval(Duration::from_millis(100));
    let (mut interrupted, mut broken) = (false, None);
    loop {
        tokio::select! {
            outcome = run.next() => {
                let Some(outcome) = outcome else { break };
                let entry = Entry::new(outcome.target, &outcome.result);
                let recorded = journal.as_ref().map_or(Ok(()), |journal| journal.record(&entry));
                if recorded.is_err() {
                    display.note(&format!("{}: {}, which the journal does not have", entry.target, entry.result));
                }
                // What is under way is finished and told of all the same.
                let told = display.outcome(entry).map_err(AnyError::from);
                for error in [recorded.map_err(AnyError::from), told].into_iter().filter_map(Result::err) {
                    broken.get_or_insert(error);
                    run.stop();
                }
            }
            _ = tick.tick() => display.progress(&progress.snapshot()),
            signal = tokio::signal::ctrl_c() => {
                signal?;
                if interrupted {
                    display.clear();
                    eprintln!("stopped at once; whether these zones were changed is not known:");
                    for zone in progress.in_flight() {
                        eprintln!("  {zone}");
                    }
                    std::process::exit(130);
                }
                interrupted = true;
                display.interrupted("stopping: what is under way is finished; Ctrl-C once more stops at once");
                run.stop();
            }
        }
    }
    if let Some(journal) = &journal {
        broken = broken.or(journal.sync().err().map(AnyError::from));
    }
    let snapshot = progress.snapshot();
    let refused_before = refused_before.load(Ordering::SeqCst);
    let end = run.finish();
    let text = end.as_ref().err().map(|error| match error {
        RunError::Targets(cause) => format!("{error}: {}", chain(&**cause)),
        other => other.to_string(),
    });
    let told = display.summary(&snapshot, refused_before, text.as_deref());
    if let Some(error) = broken {
        return Err(error);
    }
    told?;
    Ok(ExitCode::from(match end {
        Ok(()) if snapshot.failed == 0 && refused_before == 0 => 0,
        Ok(()) => 1,
        Err(RunError::Stopped) => 3,
        Err(_) => 2,
    }))
}

/// Which zones need nothing; counts those of them that were refused in an earlier run.
fn skip(
    options: &Options,
    journal: Option<Arc<Journal>>,
    refused: Arc<AtomicU64>,
) -> impl FnMut(&String) -> bool + Send + use<> {
    // Those of the account come once anyway.
    let mut seen = (!options.all).then(Seen::new);
    let retry = options.retry_failed;
    move |zone| {
        let is_repeated = seen.as_mut().is_some_and(|seen| !seen.insert(zone));
        let Some(journal) = journal.as_ref().filter(|_| !is_repeated) else {
            return is_repeated;
        };
        let has_succeeded = journal.has_succeeded(zone);
        let is_refused = !has_succeeded && !retry && journal.is_done(zone);
        refused.fetch_add(u64::from(is_refused), Ordering::SeqCst);
        has_succeeded || is_refused
    }
}

/// The zones that are asked for.
fn zones(client: &Client, options: &Options) -> Result<Zones, AnyError> {
    Ok(match &options.file {
        Some(path) if path.as_os_str() == "-" => Box::pin(fleet::lines(BufReader::new(io::stdin())).err_into()),
        Some(path) => {
            let lines = fleet::file(path).map_err(|cause| format!("{}: {cause}", path.display()))?;
            Box::pin(lines.err_into())
        }
        None if options.all => {
            let (account, status, name) = (options.account.clone(), options.status.clone(), options.name.clone());
            let pages = fleet::pages(client, move |client, page| {
                let (account, status, name) = (account.clone(), status.clone(), name.clone());
                async move {
                    let mut list = client.zones_list().page(page).per_page(50u64);
                    if let Some(account) = account {
                        list = list.account_id(account);
                    }
                    if let Some(status) = status {
                        list = list.status(status.as_str());
                    }
                    if let Some(name) = name {
                        list = list.name(name);
                    }
                    list.send().await
                }
            });
            Box::pin(
                pages
                    .unique_by(|zone: &Zone| zone.id.clone())
                    .map_ok(|zone| zone.id)
                    .err_into(),
            )
        }
        None => Box::pin(fleet::each(options.zones.clone()).map_err(|never| match never {})),
    })
}

/// Enrolls a zone, or only looks whether it would have to be.
async fn enroll(
    client: Client,
    zone: String,
    mode: AutomaticMode,
    dry_run: bool,
) -> Result<Applied<()>, cloudflare_sdk::Error> {
    if dry_run {
        let found = client.ssl_automatic_mode_get().zone_id(zone).send().await?;
        return Ok(Applied::new(()).changed(found.value != mode));
    }
    let begun = Instant::now();
    let edit = client.ssl_automatic_mode_edit().zone_id(zone).value(mode);
    let response = edit.send().await?;
    let mut applied = Applied::new(());
    applied.changed = was_changed(&response, begun.elapsed());
    Ok(applied)
}

/// Whether the edit changed the zone: whether it was modified since the call began, by the clock of the server.
fn was_changed(response: &Response<Enrollment>, took: Duration) -> Option<bool> {
    let date = response.headers().get("date")?.to_str().ok()?;
    let answered = DateTime::parse_from_rfc2822(date).ok()?;
    match response.modified_on {
        // The date has whole seconds only.
        Some(modified) => Some(answered.to_utc() - modified < TimeDelta::from_std(took).ok()? + TimeDelta::seconds(2)),
        None => Some(false),
    }
}

/// A fleet that shows all that can happen in half a minute.
fn made_up() -> fleet_server::Options {
    fleet_server::Options {
        zones: 500,
        enrolled: 10,
        limit: Some(Limit {
            quota: 100,
            window: Duration::from_secs(5),
            counting: Counting::Fixed(Duration::ZERO),
        }),
        half_way: Duration::from_millis(25),
        transient: 0.02,
        seed: 7,
        refused: 150,
        ..fleet_server::Options::default()
    }
}

/// An error with its causes, in one line.
fn chain(error: &dyn Error) -> String {
    let (mut text, mut next) = (error.to_string(), error.source());
    while let Some(cause) = next {
        text += &format!(": {cause}");
        next = cause.source();
    }
    text
}
