//! A fleet within an enforced limit against the least time that the limit allows, and what a zone costs in memory and
//! CPU time, from a thousand zones to a million.
//!
//! It prints figures and decides nothing. The limit is that of Cloudflare, scaled: 200 requests in 5 seconds, told of in
//! whole seconds, with 50 ms a call. The zones are given by their ids, and also listed by the server, each once, with a
//! journal of their outcomes. `cargo bench --package sdk-tests --bench fleet` takes some twelve minutes; with
//! `-- limits` or `-- costs` it does the one part or the other, with `-- limits sliding` the runs of that name.

use std::{
    error::Error,
    process::{Command, ExitCode},
    sync::Arc,
    time::Duration,
};

use cloudflare_sdk::{
    Client, RequestOptions,
    fleet::{self, Applied, Entry, Journal, each},
    types::{AutomaticMode, Zone},
};
use cpu_time::ProcessTime;
use futures_util::TryStreamExt as _;
use sdk_tests::{
    fleet_server::{Counting, FleetServer, Limit, Options, zone_id},
    stand_in::TOKEN,
};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// The argument by which this program, started by itself, enrols so many zones and tells what that took.
const ARGUMENT: &str = "zones";

/// The argument by which this program, started by itself, enrols the zones of a range within a limit.
const SHARE: &str = "share";

/// Where the zones come from: the program has their ids, or the server lists them and there is a journal.
const IDS: &str = "ids";
const LIST: &str = "listed, with a journal";

const ZONES: usize = 2000;

/// How long a request takes to the server, and its response from there.
const HALF_WAY: Duration = Duration::from_millis(25);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [ARGUMENT, source, count, url] => measured(source, count, url),
        [SHARE, first, end, url] => share(first, end, url),
        ["limits", part, ..] if !part.starts_with("--") => limits(part),
        ["limits", ..] => limits(""),
        ["costs", ..] => costs(),
        _ => limits("").and_then(|()| costs()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// A run within a limit.
struct Case {
    name: &'static str,
    counting: Counting,
    /// Which share of the calls fails in passing.
    transient: f64,
    /// By how many processes that know nothing of each other.
    processes: usize,
    /// How many times the least time it may take.
    goal: f64,
}

fn cases() -> Vec<Case> {
    let case = |name, counting| Case {
        name,
        counting,
        transient: 0.0,
        processes: 1,
        goal: 1.03,
    };
    let fixed = |name, millis| case(name, Counting::Fixed(Duration::from_millis(millis)));
    let failing = |case| Case {
        transient: 0.05,
        goal: 1.10,
        ..case
    };
    let shared = |processes, case| Case {
        processes,
        goal: 1.05,
        ..case
    };
    vec![
        fixed("fixed windows, at their start", 0),
        fixed("fixed windows, after 1.7 s", 1700),
        fixed("fixed windows, after 3.1 s", 3100),
        fixed("fixed windows, after 4.4 s", 4400),
        case("windows from the first request", Counting::FromFirst),
        case("a sliding window", Counting::Sliding),
        failing(fixed("fixed, 5 % fail in passing", 0)),
        failing(case("sliding, 5 % fail in passing", Counting::Sliding)),
        shared(2, fixed("fixed, two processes", 0)),
        shared(2, case("sliding, two processes", Counting::Sliding)),
        shared(5, fixed("fixed, five processes", 0)),
        shared(5, case("sliding, five processes", Counting::Sliding)),
    ]
}

/// Makes the runs within limits, or those that have this in their names.
fn limits(part: &str) -> Outcome<()> {
    println!("{ZONES} zones at 200 requests in 5 seconds, 50 ms a call\n");
    println!("limit                            least     taken    ratio  goal  refused  failed in passing  lost");
    cases()
        .iter()
        .filter(|case| case.name.contains(part))
        .try_for_each(within)
}

fn costs() -> Outcome<()> {
    println!("\nzones                           memory at most   CPU time   of it a zone");
    for source in [IDS, LIST] {
        for zones in [1_000, 10_000, 100_000, 1_000_000] {
            let server = FleetServer::start(Options {
                zones,
                ..Options::default()
            })?;
            let program = std::env::current_exe()?;
            let status = Command::new(program)
                .args([ARGUMENT, source, &zones.to_string(), server.url()])
                .status()?;
            if !status.success() || server.zones_in("auto") != zones {
                return Err(format!("{zones} zones were not all enrolled").into());
            }
        }
    }
    Ok(())
}

/// Enrols all zones within a limit.
fn within(case: &Case) -> Outcome<()> {
    let Case {
        name,
        counting,
        transient,
        processes,
        goal,
    } = *case;
    let server = FleetServer::start(Options {
        zones: ZONES,
        half_way: HALF_WAY,
        transient,
        seed: 1,
        limit: Some(Limit {
            quota: 200,
            window: Duration::from_secs(5),
            counting,
        }),
        ..Options::default()
    })?;
    let program = std::env::current_exe()?;
    let zones = ZONES / processes;
    let running: Vec<_> = (0..processes)
        .map(|part| {
            let bounds = [part * zones, (part + 1) * zones].map(|bound| bound.to_string());
            Command::new(&program).arg(SHARE).args(bounds).arg(server.url()).spawn()
        })
        .collect::<Result<_, _>>()?;
    for mut process in running {
        if !process.wait()?.success() {
            return Err(format!("{name}: a process failed").into());
        }
    }
    let lost = server.zones_in("custom");
    let log = server.log();
    // The least time begins with the first request as well, and not with the start of a process.
    let first = log.first.ok_or("no request came")? - HALF_WAY;
    let taken = first.elapsed().as_secs_f64();
    // What was repeated had to wait for the limit as well. The first request is on its way for a while before it is
    // counted, and the response to the last one after.
    let least = (server.least_time(log.requests - log.limited) + HALF_WAY * 2).as_secs_f64();
    let ratio = taken / least;
    println!(
        "{name:30} {least:6.2} s  {taken:6.2} s  {ratio:6.3}  {goal:.2}  {:7}  {:17}  {lost:4}",
        log.limited, log.transient
    );
    Ok(())
}

/// Enrols the zones of a range in this process.
fn share(first: &str, end: &str, url: &str) -> Outcome<()> {
    let zones = first.parse()?..end.parse()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match runtime.block_on(enroll(client(url)?, zones)) {
        0 => Ok(()),
        failed => Err(format!("{failed} zones failed").into()),
    }
}

fn client(url: &str) -> Outcome<Client> {
    let options = RequestOptions::new().max_retries(6);
    Ok(Client::builder()
        .api_token(TOKEN)?
        .base_url(url)
        .options(options)
        .build()?)
}

/// Enrols a zone.
async fn edit(client: Client, zone: String) -> Result<Applied<()>, cloudflare_sdk::Error> {
    let call = client
        .ssl_automatic_mode_edit()
        .zone_id(zone)
        .value(AutomaticMode::Auto);
    call.send().await?;
    Ok(Applied::new(()))
}

/// Enrols zones; gives the number of those that failed.
async fn enroll(client: Client, zones: std::ops::Range<usize>) -> usize {
    let mut run = client.fleet().run(each(zones.map(zone_id)), edit);
    let mut failed = 0;
    while let Some(outcome) = run.next().await {
        failed += usize::from(outcome.result.is_err());
    }
    failed
}

/// Enrols all zones that are listed, with a journal; gives the number of those that failed.
async fn enroll_listed(client: Client) -> Outcome<usize> {
    let folder = tempfile::tempdir()?;
    let journal = Arc::new(Journal::open(folder.path().join("journal"), &())?);
    let zones = fleet::pages(&client, |client, page| async move {
        client.zones_list().page(page).per_page(50u64).send().await
    });
    let zones = zones.unique_by(|zone: &Zone| zone.id.clone()).map_ok(|zone| zone.id);
    let remembered = Arc::clone(&journal);
    let run = client.fleet().run(zones, edit);
    let mut run = run.skip_if(move |zone| remembered.is_done(zone));
    let mut failed = 0;
    while let Some(outcome) = run.next().await {
        failed += usize::from(outcome.result.is_err());
        journal.record(&Entry::new(outcome.target, &outcome.result))?;
    }
    run.finish()?;
    Ok(failed)
}

/// Enrols zones in this process, and tells what that took.
fn measured(source: &str, count: &str, url: &str) -> Outcome<()> {
    let count = count.parse()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let cpu = ProcessTime::now();
    let failed = runtime.block_on(async {
        match source {
            LIST => enroll_listed(client(url)?).await,
            _ => Ok(enroll(client(url)?, 0..count).await),
        }
    })?;
    if failed > 0 {
        return Err(format!("{failed} zones failed").into());
    }
    let cpu = cpu.elapsed();
    let memory = most_memory().map_or("not known".to_owned(), |kib| format!("{:.1} MiB", kib / 1024.0));
    let a_zone = cpu.as_secs_f64() * 1e6 / count as f64;
    println!(
        "{count:7} {source:22} {memory:>14}   {:6.2} s   {a_zone:9.1} μs",
        cpu.as_secs_f64()
    );
    Ok(())
}

/// The most memory that this process had at any time, in KiB; known on Linux only.
fn most_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}
