//! What a call costs, and what parsing a response costs, against a floor in the same run.
//!
//! It prints figures and decides nothing: it fails only when it cannot measure. Times are taken of many short batches, in
//! which the floor and the SDK take turns; `times.rs` says what counts of them. Instructions are counted by callgrind in
//! a client's process of its own, for a small and for a large number of calls; the difference is free of what starting
//! costs. The server is another process always.
//!
//! `cargo bench --package sdk-tests --bench speed -- --profiles <folder>` keeps callgrind's files, for
//! `callgrind_annotate`.

mod instructions;
mod parsing;
mod request;
#[path = "../shared/mod.rs"]
mod shared;
mod table;
mod times;

use std::{path::PathBuf, process::ExitCode};

use sdk_tests::stand_in::{TOKEN, ZONE};
use shared::{
    Outcome,
    floor::Floor,
    sdk::Sdk,
    server::{self, Server},
};
use table::Table;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [server::ARGUMENT] => server::serve(),
        [instructions::ARGUMENT, work, count, base_url] => instructions::work(work, count, base_url),
        ["--profiles", folder, ..] => compare(Some(folder.into())),
        _ => compare(None),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn callers(base_url: &str) -> Outcome<(Floor, Sdk)> {
    Ok((Floor::new(base_url, TOKEN, ZONE)?, Sdk::new(base_url, TOKEN, ZONE)?))
}

fn compare(profiles: Option<PathBuf>) -> Outcome<()> {
    println!("Floor and SDK send {}.\n", request::compare()?);
    let server = Server::start()?;
    let mut table = Table::new();
    if let Some(folder) = &profiles {
        std::fs::create_dir_all(folder)?;
    }
    instructions::compare(&server.base_url, profiles.as_deref(), &mut table)?;
    times::compare(&server.base_url, &mut table)?;
    parsing::compare(&mut table)?;
    println!("{table}");
    Ok(())
}
