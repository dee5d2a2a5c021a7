//! How many instructions a call takes, and parsing a response, as callgrind counts them.

use std::{
    fs,
    hint::black_box,
    path::Path,
    process::{Command, Stdio},
};

use crate::{
    callers, parsing,
    shared::{Caller, Outcome, one_thread},
    table::{Goal, Table},
};

/// The first argument by which this program, started by itself, does some work and nothing else.
pub const ARGUMENT: &str = "work";

/// The two numbers of calls whose difference is counted.
const COUNTS: [u32; 2] = [200, 1200];

/// Does the work of this name so many times.
pub fn work(name: &str, count: &str, base_url: &str) -> Outcome<()> {
    let count = count.parse()?;
    let (floor, sdk) = callers(base_url)?;
    match name {
        "call-floor" => one_thread()?.block_on(floor.calls(count)),
        "call-sdk" => one_thread()?.block_on(sdk.calls(count)),
        _ => {
            let parse = parsing::WORKS
                .iter()
                .find_map(|work| work.named(name))
                .ok_or_else(|| format!("no work is called {name}"))?;
            let body = parse.body()?;
            (0..count).try_for_each(|_| parse.run(black_box(&body)))
        }
    }
}

pub fn compare(base_url: &str, profiles: Option<&Path>, table: &mut Table) -> Outcome<()> {
    let valgrind = Command::new("valgrind").arg("--version").stdout(Stdio::null()).status();
    if !valgrind.is_ok_and(|status| status.success()) {
        println!("Instructions are not counted: valgrind is not installed.\n");
        return Ok(());
    }
    let temporary = tempfile::tempdir()?;
    let folder = profiles.unwrap_or(temporary.path());
    let per_call = |work: &str| -> Outcome<f64> {
        let [few, many] = COUNTS;
        let difference = counted(folder, work, many, base_url)? - counted(folder, work, few, base_url)?;
        Ok(difference / f64::from(many - few))
    };
    table.add(
        "a call, instructions",
        per_call("call-floor")?,
        per_call("call-sdk")?,
        Goal::AtMost(1.05),
    );
    for work in parsing::WORKS {
        let figure = format!("parsing {}, instructions", work.subject);
        let (floor, sdk) = (per_call(work.floor.name)?, per_call(work.sdk.name)?);
        table.add(figure, floor, sdk, Goal::AtMost(1.05));
    }
    Ok(())
}

/// The instructions of a process that does this work so many times.
fn counted(folder: &Path, work: &str, count: u32, base_url: &str) -> Outcome<f64> {
    let profile = folder.join(format!("callgrind.{work}.{count}"));
    let mut option = std::ffi::OsString::from("--callgrind-out-file=");
    option.push(&profile);
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet"])
        .arg(option)
        .arg(std::env::current_exe()?)
        .args([ARGUMENT, work, &count.to_string(), base_url])
        .output()?;
    if !output.status.success() {
        return Err(format!("valgrind: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let text = fs::read_to_string(&profile)?;
    let total = text.lines().rev().find_map(|line| line.strip_prefix("totals: "));
    Ok(total.ok_or("callgrind counted nothing")?.trim().parse()?)
}
