//! How many allocations a call makes, against the floor in the same run.
//!
//! A program of its own, because counting them costs time. It prints figures and decides nothing.

#[path = "../shared/mod.rs"]
mod shared;

use std::{alloc::System, process::ExitCode};

use sdk_tests::stand_in::{TOKEN, ZONE};
use shared::{
    Caller, Outcome,
    floor::Floor,
    one_thread,
    sdk::Sdk,
    server::{self, Server},
};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const WARM_UP: u32 = 50;
const CALLS: u32 = 1000;
/// How many more allocations the SDK may make.
const GOAL: f64 = 10.0;

fn main() -> ExitCode {
    let outcome = match std::env::args().nth(1).as_deref() {
        Some(server::ARGUMENT) => server::serve(),
        _ => compare(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

struct Figures {
    /// Allocations and reallocations.
    count: f64,
    bytes: f64,
}

fn compare() -> Outcome<()> {
    let server = Server::start()?;
    let floor = measure(&Floor::new(&server.base_url, TOKEN, ZONE)?)?;
    let sdk = measure(&Sdk::new(&server.base_url, TOKEN, ZONE)?)?;
    println!("Allocations and reallocations a call, of {CALLS} calls one after the other:\n");
    println!("             {:>10} {:>10} {:>10}", "floor", "SDK", "more");
    let line =
        |name: &str, floor: f64, sdk: f64| format!("{name:<12} {floor:>10.1} {sdk:>10.1} {:>+10.1}", sdk - floor);
    let more = sdk.count - floor.count;
    let verdict = if more <= GOAL { "reached" } else { "missed" };
    println!(
        "{}  goal: at most {GOAL} more, {verdict}",
        line("allocations", floor.count, sdk.count)
    );
    println!("{}", line("bytes", floor.bytes, sdk.bytes));
    Ok(())
}

fn measure(caller: &impl Caller) -> Outcome<Figures> {
    one_thread()?.block_on(async {
        caller.calls(WARM_UP).await?;
        let region = Region::new(ALLOCATOR);
        caller.calls(CALLS).await?;
        let change = region.change();
        let per_call = |total: usize| total as f64 / f64::from(CALLS);
        Ok(Figures {
            count: per_call(change.allocations + change.reallocations),
            bytes: per_call(change.bytes_allocated),
        })
    })
}
