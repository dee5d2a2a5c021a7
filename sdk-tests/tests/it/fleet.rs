//! One operation for many targets, through the SDK: over sockets, within an enforced limit.

use std::{
    collections::HashSet,
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use cloudflare_sdk::{
    Client, Error, ErrorKind, RequestOptions,
    fleet::{self, Applied, RunError, each},
    types::{AutomaticMode, Zone},
};
use futures_util::TryStreamExt as _;
use sdk_tests::{
    fleet_server::{ACCOUNTS, Counting, FleetServer, Limit, Options, zone_id},
    loopback,
};

const SECOND: Duration = Duration::from_secs(1);

fn client(server: &FleetServer) -> Client {
    let options = RequestOptions::new().max_retries(6).initial_backoff(SECOND / 10);
    loopback::client(server.url()).with_options(options)
}

async fn enroll(client: Client, zone: String) -> Result<Applied<()>, Error> {
    let call = client
        .ssl_automatic_mode_edit()
        .zone_id(zone)
        .value(AutomaticMode::Auto);
    call.send().await?;
    Ok(Applied::new(()))
}

/// Enrols the zones of these numbers, and asserts that each is reported once and done.
async fn enroll_all(client: &Client, zones: Range<usize>) {
    let mut run = client.fleet().run(each(zones.clone().map(zone_id)), enroll);
    let mut reported = HashSet::new();
    while let Some(outcome) = run.next().await {
        outcome.result.unwrap();
        assert!(reported.insert(outcome.target.clone()), "{} twice", outcome.target);
    }
    run.finish().unwrap();
    assert_eq!(reported.len(), zones.len());
}

fn limited(quota: u64, window: Duration, counting: Counting) -> Options {
    Options {
        zones: 300,
        half_way: Duration::from_millis(10),
        limit: Some(Limit {
            quota,
            window,
            counting,
        }),
        ..Options::default()
    }
}

async fn within(counting: Counting) {
    let server = FleetServer::start(limited(100, SECOND, counting)).unwrap();
    enroll_all(&client(&server), 0..300).await;
    let log = server.log();
    assert_eq!((log.requests, log.limited), (300, 0), "{counting:?}");
    assert_eq!(server.zones_in("auto"), 300);
}

#[tokio::test]
async fn within_an_enforced_limit_each_zone_is_done_and_no_call_is_refused() {
    within(Counting::Fixed(SECOND / 3)).await;
}

#[tokio::test]
async fn within_a_sliding_limit_each_zone_is_done_and_no_call_is_refused() {
    within(Counting::Sliding).await;
}

#[tokio::test]
async fn calls_that_fail_in_passing_lose_no_zone() {
    let server = FleetServer::start(Options {
        transient: 0.05,
        seed: 1,
        ..limited(100, SECOND, Counting::Fixed(Duration::ZERO))
    });
    let server = server.unwrap();
    enroll_all(&client(&server), 0..300).await;
    let log = server.log();
    assert!(log.transient > 6, "{log:?}");
    assert_eq!((server.zones_in("auto"), log.limited), (300, 0));
}

async fn share_one_quota(programs: usize, counting: Counting) {
    let server = FleetServer::start(limited(100, SECOND, counting)).unwrap();
    let zones = 300 / programs;
    let runs: Vec<_> = (0..programs)
        .map(|program| {
            let (client, zones) = (client(&server), program * zones..(program + 1) * zones);
            tokio::spawn(async move { enroll_all(&client, zones).await })
        })
        .collect();
    for run in runs {
        run.await.unwrap();
    }
    assert_eq!(server.zones_in("auto"), 300);
    // Most of what is refused is what they send before they know of each other.
    let log = server.log();
    assert!(log.limited < 300, "{programs} {counting:?} {log:?}");
}

#[tokio::test]
async fn two_programs_on_one_quota_lose_no_zone() {
    share_one_quota(2, Counting::Fixed(Duration::ZERO)).await;
}

#[tokio::test]
async fn six_programs_on_one_quota_lose_no_zone() {
    share_one_quota(6, Counting::Fixed(Duration::ZERO)).await;
}

#[tokio::test]
async fn six_programs_on_one_sliding_quota_lose_no_zone() {
    share_one_quota(6, Counting::Sliding).await;
}

#[tokio::test]
async fn a_failure_of_one_zone_does_not_stop_the_others() {
    let server = FleetServer::start(Options {
        zones: 60,
        refused: 10,
        ..Options::default()
    });
    let server = server.unwrap();
    let mut run = client(&server).fleet().run(each((0..60).map(zone_id)), enroll);
    let mut failed = Vec::new();
    while let Some(outcome) = run.next().await {
        failed.extend(outcome.result.err());
    }
    let snapshot = run.progress().snapshot();
    run.finish().unwrap();
    assert_eq!((failed.len(), server.zones_in("auto")), (6, 54));
    assert_eq!(failed.iter().filter(|error| error.is_permission_denied()).count(), 2);
    assert_eq!((snapshot.done, snapshot.failed), (60, 6));
    assert_eq!(snapshot.failures, [(ErrorKind::Api, 6)]);
    // A refusal is not repeated.
    assert_eq!(server.log().requests, 60);
}

#[tokio::test]
async fn refused_credentials_stop_the_run() {
    let server = FleetServer::start(Options {
        unauthenticated: true,
        limit: Some(Limit {
            quota: 50,
            window: SECOND * 300,
            counting: Counting::Fixed(Duration::ZERO),
        }),
        ..Options::default()
    });
    let server = server.unwrap();
    let fleet = client(&server).fleet().concurrency(8);
    let mut run = fleet.run(each((0..10_000).map(zone_id)), enroll);
    let mut reported = 0;
    while let Some(outcome) = run.next().await {
        assert!(outcome.result.unwrap_err().is_authentication());
        reported += 1;
    }
    assert!((1..=8).contains(&reported), "{reported}");
    assert_eq!(server.log().requests, reported);
    let error = run.finish().unwrap_err();
    assert!(
        matches!(&error, RunError::Failure(text) if text.contains("401")),
        "{error}"
    );
}

#[tokio::test]
async fn zones_are_listed_while_the_work_goes_on_and_each_is_done_once() {
    let server = FleetServer::start(Options {
        zones: 300,
        ..Options::default()
    });
    let server = Arc::new(server.unwrap());
    let client = client(&server);
    let (pages, moved) = (Arc::new(AtomicUsize::new(0)), Arc::clone(&server));
    let zones = fleet::pages(&client, {
        let pages = Arc::clone(&pages);
        move |client, page| {
            let read = pages.fetch_add(1, Ordering::SeqCst) + 1;
            // Each zone moves by one place, so that one of them stands on two pages.
            if read == 3 {
                moved.insert_zone();
            }
            async move { client.zones_list().page(page).per_page(50u64).send().await }
        }
    })
    .unique_by(|zone: &Zone| zone.id.clone());
    let mut read_at = Vec::new();
    let mut run = client
        .fleet()
        .concurrency(4)
        .run(zones, |client, zone| enroll(client, zone.id));
    let mut reported = HashSet::new();
    while let Some(outcome) = run.next().await {
        outcome.result.unwrap();
        assert!(
            reported.insert(outcome.target.id.clone()),
            "{} twice",
            outcome.target.name
        );
        read_at.push(pages.load(Ordering::SeqCst));
    }
    run.finish().unwrap();
    assert_eq!((reported.len(), server.zones_in("auto")), (301, 301));
    assert_eq!(server.most_repeated(), 0);
    assert_eq!(read_at[0], 1, "work begins with the first page");
}

#[tokio::test]
async fn zones_are_listed_by_their_filters() {
    let server = FleetServer::start(Options::default()).unwrap();
    let zones = fleet::pages(&client(&server), |client, page| async move {
        let list = client.zones_list().account_id(ACCOUNTS[1]).status("active");
        list.page(page).per_page(50u64).send().await
    });
    let zones: Vec<_> = zones.try_collect().await.unwrap();
    assert_eq!(zones.len(), 45);
    assert!(zones.iter().all(|zone| zone.account.id.as_deref() == Some(ACCOUNTS[1])));
}

#[tokio::test]
async fn of_a_run_that_is_dropped_it_is_known_what_was_under_way() {
    let server = FleetServer::start(Options {
        half_way: Duration::from_millis(20),
        ..Options::default()
    });
    let server = server.unwrap();
    let mut run = client(&server)
        .fleet()
        .concurrency(5)
        .run(each((0..100).map(zone_id)), enroll);
    let progress = run.progress();
    let mut reported = HashSet::new();
    for _ in 0..20 {
        reported.insert(run.next().await.unwrap().target);
    }
    drop(run);
    let left: HashSet<_> = progress.in_flight().into_iter().collect();
    assert!(left.len() <= 5 && left.is_disjoint(&reported), "{left:?}");
    tokio::time::sleep(SECOND / 5).await;
    let done = server.zones_in("auto");
    assert!((20..=20 + left.len()).contains(&done), "{done}");
}

#[tokio::test]
async fn a_run_that_is_stopped_between_two_calls_for_a_zone_reports_it() {
    let server = FleetServer::start(limited(1, SECOND * 300, Counting::Fixed(Duration::ZERO))).unwrap();
    let targets = each((0..3).map(zone_id));
    let mut run = client(&server).fleet().run(targets, |client, zone: String| async move {
        enroll(client.clone(), zone.clone()).await?;
        enroll(client, zone).await
    });
    let outcome = loop {
        tokio::select! {
            outcome = run.next() => break outcome.unwrap(),
            () = tokio::time::sleep(SECOND / 50) => if server.log().requests == 1 { run.stop() },
        }
    };
    assert_eq!(outcome.result.unwrap_err().kind(), ErrorKind::Stopped);
    assert!(run.next().await.is_none());
    assert_eq!(
        (server.log().requests, run.progress().snapshot().remaining),
        (1, Some(2))
    );
}

#[tokio::test]
async fn no_more_targets_are_taken_than_are_worked_on() {
    let server = FleetServer::start(Options {
        half_way: Duration::from_millis(20),
        ..Options::default()
    });
    let server = server.unwrap();
    let taken = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&taken);
    let zones = (0..100)
        .inspect(move |_| _ = count.fetch_add(1, Ordering::SeqCst))
        .map(zone_id);
    let mut run = client(&server)
        .fleet()
        .concurrency(7)
        .limit(50)
        .run(each(zones), enroll);
    let mut reported = 0;
    while run.next().await.is_some() {
        reported += 1;
        let ahead = taken.load(Ordering::SeqCst) - reported;
        assert!(ahead <= 7, "{ahead}");
    }
    assert_eq!((reported, server.zones_in("auto")), (50, 50));
    run.finish().unwrap();
}

#[test]
fn the_readme_shows_what_the_documentation_does() {
    let documented = include_str!("../../../sdk/src/fleet.rs").replace("//!", "");
    let readme = include_str!("../../../README.md");
    let (_, section) = readme.split_once("## A whole fleet\n").unwrap();
    let code = section.split("```").nth(1).unwrap().trim_start_matches("text");
    let bare = |code: &str| code.split_whitespace().collect::<String>();
    assert!(bare(&documented).contains(&bare(code)), "{code}");
}
