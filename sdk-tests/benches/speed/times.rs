//! CPU time and wall-clock time of calls one after the other, and how many there are in a second, 64 at a time.
//!
//! What else the machine does only ever takes time, and takes it from some batches and not from others. So batches are
//! short and many, the floor and the SDK take turns, and of all batches of each the lower quartile counts: of a time the
//! value that a quarter of the batches keep below, of a rate the one that a quarter exceed. The ratio is that of the
//! two. A least value would be one lucky batch, and the middle one of the ratios of neighbours moves with whatever falls
//! on one of the two.

use std::time::{Duration, Instant};

use cpu_time::ProcessTime;
use tokio::{runtime::Runtime, task::JoinSet};

use crate::{
    callers,
    shared::{Caller, Outcome, one_thread},
    table::{Goal, Table},
};

const WARM_UP: u32 = 300;
const ROUNDS: usize = 800;
const CALLS: u32 = 50;

const TASKS: u32 = 64;
const CALLS_OF_TASK: u32 = 5;
const CONCURRENT_ROUNDS: usize = 400;

pub fn compare(base_url: &str, table: &mut Table) -> Outcome<()> {
    one_after_the_other(base_url, table)?;
    concurrent(base_url, table)
}

fn one_after_the_other(base_url: &str, table: &mut Table) -> Outcome<()> {
    let runtime = one_thread()?;
    let (floor, sdk) = callers(base_url)?;
    runtime.block_on(floor.calls(WARM_UP))?;
    runtime.block_on(sdk.calls(WARM_UP))?;
    let (mut cpu, mut wall) = (Pairs::default(), Pairs::default());
    for round in 0..ROUNDS {
        let ((floor_cpu, floor_wall), (sdk_cpu, sdk_wall)) =
            turns(round, || timed(&runtime, &floor), || timed(&runtime, &sdk))?;
        cpu.push(floor_cpu, sdk_cpu);
        wall.push(floor_wall, sdk_wall);
    }
    cpu.add_to(table, "a call, CPU time in μs", Goal::AtMost(1.05));
    wall.add_to(table, "a call, wall-clock time in μs", Goal::None);
    Ok(())
}

/// CPU time and wall-clock time of a call, in microseconds.
fn timed(runtime: &Runtime, caller: &impl Caller) -> Outcome<(f64, f64)> {
    let (cpu, wall) = (ProcessTime::now(), Instant::now());
    runtime.block_on(caller.calls(CALLS))?;
    let per_call = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(CALLS);
    Ok((per_call(cpu.elapsed()), per_call(wall.elapsed())))
}

fn concurrent(base_url: &str, table: &mut Table) -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (floor, sdk) = callers(base_url)?;
    runtime.block_on(at_once(&floor))?;
    runtime.block_on(at_once(&sdk))?;
    let (mut throughput, mut cpu) = (Pairs::default(), Pairs::default());
    for round in 0..CONCURRENT_ROUNDS {
        let ((floor_throughput, floor_cpu), (sdk_throughput, sdk_cpu)) = turns(
            round,
            || runtime.block_on(at_once(&floor)),
            || runtime.block_on(at_once(&sdk)),
        )?;
        throughput.push(floor_throughput, sdk_throughput);
        cpu.push(floor_cpu, sdk_cpu);
    }
    let figure = format!("calls a second, {TASKS} at a time");
    throughput.add_to(table, &figure, Goal::AtLeast(0.95));
    let figure = format!("a call of {TASKS} at a time, CPU time in μs");
    cpu.add_to(table, &figure, Goal::None);
    Ok(())
}

/// How many calls there are in a second when so many tasks call, and the CPU time of a call in microseconds.
async fn at_once(caller: &impl Caller) -> Outcome<(f64, f64)> {
    let (cpu, start) = (ProcessTime::now(), Instant::now());
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let caller = caller.clone();
        tasks.spawn(async move { caller.calls(CALLS_OF_TASK).await });
    }
    while let Some(outcome) = tasks.join_next().await {
        outcome??;
    }
    let calls = f64::from(TASKS * CALLS_OF_TASK);
    let throughput = calls / start.elapsed().as_secs_f64();
    Ok((throughput, cpu.elapsed().as_secs_f64() * 1e6 / calls))
}

/// Lets floor and SDK take turns in who is first.
pub fn turns<T>(round: usize, floor: impl FnOnce() -> Outcome<T>, sdk: impl FnOnce() -> Outcome<T>) -> Outcome<(T, T)> {
    if round.is_multiple_of(2) {
        let floor = floor()?;
        Ok((floor, sdk()?))
    } else {
        let sdk = sdk()?;
        Ok((floor()?, sdk))
    }
}

/// What floor and SDK took in each round.
#[derive(Default)]
pub struct Pairs {
    floor: Vec<f64>,
    sdk: Vec<f64>,
}

impl Pairs {
    pub fn push(&mut self, floor: f64, sdk: f64) {
        self.floor.push(floor);
        self.sdk.push(sdk);
    }

    /// Adds a figure of which the quarter counts that was disturbed least.
    pub fn add_to(self, table: &mut Table, figure: &str, goal: Goal) {
        let part = match goal {
            Goal::AtLeast(_) => 0.75,
            Goal::AtMost(_) | Goal::None => 0.25,
        };
        table.add(figure, quantile(self.floor, part), quantile(self.sdk, part), goal);
    }
}

/// The value that such a part of the values keeps below.
fn quantile(mut values: Vec<f64>, part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let index = (values.len() as f64 * part) as usize;
    values.get(index).copied().unwrap_or(f64::NAN)
}
