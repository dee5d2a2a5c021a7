//! The example `fleet`, run as a person runs it: what it prints, what it exits with, what its journal holds.

use std::{
    collections::{BTreeMap, HashSet},
    env, fs,
    io::Write as _,
    path::Path,
    process::{Child, Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use sdk_tests::{
    example,
    fleet_server::{ACCOUNTS, Counting, FleetServer, Limit, Options, zone_id},
    stand_in::TOKEN,
};
use serde_json::Value;

fn fleet(server: &FleetServer, arguments: &[&str]) -> Command {
    let mut command = Command::new(example::program("fleet"));
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("CLOUDFLARE_") {
            command.env_remove(name);
        }
    }
    command
        .args(arguments)
        .env("CLOUDFLARE_API_TOKEN", TOKEN)
        .env("CLOUDFLARE_BASE_URL", server.url())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs the program to its end.
fn run(server: &FleetServer, arguments: &[&str]) -> Run {
    Run::of(fleet(server, arguments).output().unwrap())
}

#[derive(Debug)]
struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Run {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

fn server(options: Options) -> FleetServer {
    FleetServer::start(options).unwrap()
}

/// The lines of a journal after the first.
fn entries(journal: &Path) -> Vec<Value> {
    let text = fs::read_to_string(journal).unwrap();
    text.lines()
        .skip(1)
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn without_credentials_it_works_on_a_fleet_of_its_own() {
    let server = server(Options::default());
    let mut command = fleet(&server, &["--limit", "60", "--json"]);
    command
        .env_remove("CLOUDFLARE_API_TOKEN")
        .env_remove("CLOUDFLARE_BASE_URL");
    let run = Run::of(command.output().unwrap());
    assert_eq!(run.code, Some(1), "{}", run.err);
    assert!(
        run.err.starts_with("no credentials: working on a made-up fleet"),
        "{}",
        run.err
    );
    let lines: Vec<Value> = run
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 61);
    let summary = &lines[60]["summary"];
    assert_eq!(
        (&summary["done"], &summary["failed"]),
        (&60.into(), &1.into()),
        "{summary}"
    );
    assert_eq!(server.log().requests, 0);
    // What machines read is told to persons.
    let readme = include_str!("../../../README.md");
    let members = lines
        .iter()
        .chain([summary])
        .flat_map(|line| line.as_object().unwrap().keys());
    for member in members {
        assert!(readme.contains(&format!("`{member}`")), "{member}");
    }
}

#[test]
fn all_zones_of_an_account_are_enrolled_and_counted() {
    let server = server(Options {
        enrolled: 4,
        ..Options::default()
    });
    let run = run(&server, &["--all", "--account", ACCOUNTS[0], "--status", "active"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(run.out.starts_with("50 zones in "), "{}", run.out);
    assert!(
        run.out.contains("\n  25 changed\n  25 unchanged\n  0 failed\n"),
        "{}",
        run.out
    );
    assert_eq!(server.zones_in("auto"), 50);
    assert!(!(run.out + &run.err).contains(TOKEN));
}

#[test]
fn a_dry_run_reads_only() {
    let server = server(Options {
        zones: 40,
        enrolled: 4,
        ..Options::default()
    });
    let run = run(&server, &["--all", "--dry-run"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(run.out.contains("\n  30 would change\n  10 as wanted\n"), "{}", run.out);
    assert!(
        run.out.contains(&format!("{}: would change\n", zone_id(1))),
        "{}",
        run.out
    );
    assert_eq!((server.zones_in("auto"), server.log().edits), (10, 0));
}

#[test]
fn zones_come_from_arguments_from_a_file_and_from_the_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("zones");
    // One of them twice.
    let text = format!("# zones\n{}\n\n{}\n{}\n", zone_id(1), zone_id(2), zone_id(1));
    fs::write(&path, &text).unwrap();
    for arguments in [
        vec![zone_id(1), zone_id(2)],
        vec!["--file".into(), path.to_str().unwrap().into()],
    ] {
        let server = server(Options::default());
        let run = run(&server, &arguments.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(run.code, Some(0), "{}", run.err);
        assert_eq!((server.zones_in("auto"), server.log().requests), (2, 2));
    }
    let server = server(Options::default());
    let mut child = fleet(&server, &["--file", "-"]).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    assert!(child.wait_with_output().unwrap().status.success());
    assert_eq!((server.zones_in("auto"), server.log().requests), (2, 2));
}

#[test]
fn what_cannot_be_run_says_why() {
    let server = server(Options {
        unauthenticated: true,
        ..Options::default()
    });
    for (arguments, reason) in [
        (vec![], "which zones?"),
        (vec!["--all", "--mode", "full"], "[possible values: auto, custom]"),
        (vec!["--all", "--dry-run", "--journal", "x"], "cannot be used with"),
        (vec!["--file", "/nowhere/zones"], "/nowhere/zones"),
        (vec!["--all"], "the targets could not all be read"),
    ] {
        let run = run(&server, &arguments);
        assert_eq!(run.code, Some(2), "{arguments:?}: {}", run.err);
        assert!((run.err + &run.out).contains(reason), "{arguments:?}");
    }
    // The credentials concern all zones, so no more than were under way are tried.
    let before = server.log().requests;
    let zones: Vec<_> = (0..100).map(zone_id).collect();
    let mut arguments: Vec<_> = zones.iter().map(String::as_str).collect();
    arguments.extend(["--concurrency", "4"]);
    let run = run(&server, &arguments);
    assert_eq!(run.code, Some(2));
    assert!(run.out.contains("a failure that concerns all targets"), "{}", run.out);
    assert!(server.log().requests - before <= 4);
}

#[test]
fn a_second_run_does_only_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal");
    let path = journal.to_str().unwrap();
    let server = server(Options {
        zones: 90,
        refused: 30,
        ..Options::default()
    });
    let first = run(&server, &["--all", "--journal", path, "--limit", "40"]);
    assert_eq!(first.code, Some(1), "{}", first.err);
    assert_eq!(entries(&journal).len(), 40);
    let second = run(&server, &["--all", "--journal", path]);
    assert_eq!(second.code, Some(1), "{}", second.err);
    assert!(second.out.contains("  38 skipped"), "{}", second.out);
    assert!(second.out.contains("  2 failed in an earlier run"), "{}", second.out);
    assert_eq!(entries(&journal).len(), 90);
    assert_eq!((server.zones_in("auto"), server.most_repeated()), (87, 0));
    // Refusals stay what they are, unless they are asked for.
    let before = server.log().requests;
    let third = run(&server, &["--all", "--journal", path]);
    assert_eq!(
        (third.code, server.log().requests - before),
        (Some(1), 2),
        "{}",
        third.out
    );
    assert!(third.out.contains("  3 failed in an earlier run"), "{}", third.out);
    let fourth = run(&server, &["--all", "--journal", path, "--retry-failed"]);
    assert_eq!(
        (fourth.code, server.log().requests - before),
        (Some(1), 2 + 2 + 3),
        "{}",
        fourth.out
    );
}

#[test]
fn a_journal_of_another_mode_account_or_server_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal");
    let arguments = [
        "--all",
        "--account",
        ACCOUNTS[0],
        "--journal",
        journal.to_str().unwrap(),
    ];
    let server = server(Options::default());
    assert_eq!(run(&server, &arguments).code, Some(0));
    let before = fs::read(&journal).unwrap();
    let elsewhere = self::server(Options::default());
    let of_another = |index: usize, value| {
        let mut arguments = arguments.to_vec();
        arguments[index] = value;
        arguments
    };
    let custom = [&arguments[..], &["--mode", "custom"]].concat();
    for (server, arguments, reason) in [
        (&server, custom, r#""mode":"custom""#),
        (&server, of_another(2, ACCOUNTS[1]), ACCOUNTS[1]),
        (&elsewhere, arguments.to_vec(), elsewhere.url()),
    ] {
        let requests = server.log().requests;
        let refused = run(server, &arguments);
        assert_eq!((refused.code, server.log().requests), (Some(2), requests));
        assert!(
            refused.err.contains("it is one of runs for") && refused.err.contains(reason),
            "{}",
            refused.err
        );
    }
    assert_eq!(fs::read(&journal).unwrap(), before);
}

#[test]
fn two_runs_on_one_journal_cannot_both_proceed() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal");
    let arguments = ["--all", "--journal", journal.to_str().unwrap(), "--concurrency", "1"];
    let server = server(Options {
        half_way: Duration::from_millis(20),
        ..Options::default()
    });
    let mut first = Running(fleet(&server, &arguments).spawn().unwrap());
    until(|| server.zones_in("auto") > 0);
    let second = run(&server, &arguments);
    assert_eq!(second.code, Some(2));
    assert!(second.err.contains("another run has it open"), "{}", second.err);
    assert!(first.0.wait().unwrap().success());
}

/// A limit on the size of files stands in for a disk that is full.
#[cfg(unix)]
#[test]
fn a_journal_that_cannot_be_written_ends_the_run_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal");
    let server = server(Options::default());
    let arguments = ["--all", "--journal", journal.to_str().unwrap(), "--concurrency", "4"];
    let program = fleet(&server, &arguments);
    let mut limited = Command::new("sh");
    limited.args(["-c", r#"trap "" XFSZ; ulimit -f 8; exec "$0" "$@""#]);
    limited.arg(program.get_program()).args(program.get_args());
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => limited.env(name, value),
            None => limited.env_remove(name),
        };
    }
    let ended = Run::of(limited.stdin(Stdio::null()).output().unwrap());
    assert_eq!(ended.code, Some(2), "{}", ended.err);
    assert!(ended.err.contains("cannot be read or written: "), "{}", ended.err);
    let written = entries(&journal).len();
    assert!((10..90).contains(&written), "{written}");
    // What was made and could not be written is told.
    let done = server.zones_in("auto");
    let told = ended.err.matches("which the journal does not have").count();
    assert_eq!(written + told, done, "{}", ended.err);
    let again = run(&server, &arguments);
    assert_eq!((again.code, entries(&journal).len()), (Some(0), 100), "{}", again.err);
}

#[cfg(unix)]
#[test]
fn the_first_interrupt_finishes_what_is_under_way_and_the_second_ends_at_once() {
    let limit = Limit {
        quota: 30,
        window: Duration::from_secs(300),
        counting: Counting::Fixed(Duration::ZERO),
    };
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal");
    let server = server(Options {
        limit: Some(limit),
        ..Options::default()
    });
    let zones = folder.path().join("zones");
    fs::write(
        &zones,
        (0..100).map(|number| zone_id(number) + "\n").collect::<String>(),
    )
    .unwrap();
    let arguments = [
        "--file",
        zones.to_str().unwrap(),
        "--journal",
        journal.to_str().unwrap(),
    ];
    let running = fleet(&server, &arguments).spawn().unwrap();
    // The last one of a window may be kept until its end.
    until(|| journal.exists() && entries(&journal).len() >= 29);
    interrupt(&running);
    let stopped = Run::of(running.wait_with_output().unwrap());
    assert_eq!(stopped.code, Some(3), "{}", stopped.err);
    assert!(
        stopped.out.contains("stopped before all targets were done"),
        "{}",
        stopped.out
    );
    let done = entries(&journal).len();
    assert!((29..=30).contains(&done), "{done}");
    assert_eq!((server.zones_in("auto"), server.log().limited), (done, 0));
    assert!(
        stopped.out.contains(&format!("\n  {} not done\n", 100 - done)),
        "{}",
        stopped.out
    );

    // What is under way takes longer than anybody waits.
    let slow = self::server(Options {
        half_way: Duration::from_secs(60),
        ..Options::default()
    });
    let running = fleet(&slow, &[&zone_id(1)]).spawn().unwrap();
    thread::sleep(Duration::from_millis(500));
    interrupt(&running);
    thread::sleep(Duration::from_millis(500));
    interrupt(&running);
    let ended = Run::of(running.wait_with_output().unwrap());
    assert_eq!(ended.code, Some(130));
    assert!(
        ended.err.ends_with(&format!("not known:\n  {}\n", zone_id(1))),
        "{}",
        ended.err
    );
}

#[cfg(unix)]
fn interrupt(running: &Child) {
    let status = Command::new("kill").args(["-INT", &running.id().to_string()]).status();
    assert!(status.unwrap().success());
}

/// A program that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[track_caller]
fn until(mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(30), "in vain");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Killed at fifty moments that a seed gives, each followed by a run that goes on.
#[test]
fn however_it_is_killed_the_next_run_goes_on() {
    const ZONES: usize = 80;
    let mut random: u64 = 20_261_124;
    let (mut killed_midway, mut torn) = (0, 0);
    for moment in 0..50 {
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join("journal");
        let server = server(Options {
            zones: ZONES,
            half_way: Duration::from_millis(3),
            ..Options::default()
        });
        let arguments = ["--all", "--journal", journal.to_str().unwrap(), "--concurrency", "8"];
        let mut first = fleet(&server, &arguments).spawn().unwrap();
        // After how many zones: what else the machine does makes times meaningless.
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let after = (random >> 33) as usize % ZONES;
        until(|| server.zones_in("auto") >= after || first_has_ended(&mut first));
        first.kill().unwrap();
        first.wait().unwrap();
        let before = if journal.exists() {
            fs::read_to_string(&journal).unwrap()
        } else {
            String::new()
        };
        torn += usize::from(!before.is_empty() && !before.ends_with('\n'));
        let written = before.lines().skip(1).filter(|line| line.ends_with('}')).count();
        killed_midway += usize::from((1..ZONES).contains(&written));
        let second = run(&server, &arguments);
        assert_eq!(second.code, Some(0), "moment {moment}: {}", second.err);
        assert_eq!(server.zones_in("auto"), ZONES, "moment {moment}");
        let mut times = BTreeMap::<String, u32>::new();
        for entry in entries(&journal) {
            *times.entry(entry["target"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        let zones: HashSet<_> = times.keys().cloned().collect();
        assert_eq!(zones, (0..ZONES).map(zone_id).collect(), "moment {moment}");
        assert!(times.values().all(|times| *times == 1), "moment {moment}");
        assert!(server.most_repeated() <= 1, "moment {moment}");
    }
    println!("killed in the midst: {killed_midway} of 50, with a line cut off: {torn}");
    assert!(killed_midway > 25, "{killed_midway}");
}

fn first_has_ended(child: &mut Child) -> bool {
    child.try_wait().unwrap().is_some()
}
