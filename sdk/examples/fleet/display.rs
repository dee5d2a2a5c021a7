//! What a person sees, and what a machine reads.

use std::{
    collections::BTreeMap,
    io::{self, IsTerminal as _, Write as _},
    time::{Duration, Instant},
};

use cloudflare_sdk::fleet::{Entry, Snapshot};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

/// How often plain lines tell of the progress.
const PLAIN: Duration = Duration::from_secs(5);

/// How many failures the summary lists.
const LISTED: usize = 20;

pub struct Display {
    json: bool,
    dry_run: bool,
    /// On a terminal only.
    bar: Option<ProgressBar>,
    told: Instant,
    /// The zones that failed, by what was said of them.
    failures: BTreeMap<String, Vec<String>>,
    listed: usize,
}

impl Display {
    pub fn new(json: bool, dry_run: bool) -> Self {
        Self {
            json,
            dry_run,
            bar: io::stderr().is_terminal().then(bar),
            told: Instant::now(),
            failures: BTreeMap::new(),
            listed: 0,
        }
    }

    /// A line beside the outcomes.
    pub fn note(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.println(text),
            None => eprintln!("{text}"),
        }
    }

    /// A line after Ctrl-C, whose echo has moved the cursor.
    pub fn interrupted(&mut self, text: &str) {
        if let Some(shown) = &mut self.bar {
            // It stays as it is, and another one goes on below.
            shown.set_draw_target(ProgressDrawTarget::hidden());
            *shown = bar();
            eprintln!();
        }
        eprintln!("{text}");
    }

    pub fn outcome(&mut self, entry: Entry) -> io::Result<()> {
        if self.json {
            let line = serde_json::to_string(&entry)?;
            self.print(&line)?;
        } else if entry.is_failure() {
            let (reason, _) = reason(&entry);
            self.note(&format!("{}: {reason}", entry.target));
        } else if self.dry_run && entry.result == "changed" {
            self.print(&format!("{}: would change", entry.target))?;
        }
        if entry.is_failure() && self.listed < LISTED {
            self.listed += 1;
            let (reason, request_id) = reason(&entry);
            let zone = format!("{}{request_id}", entry.target);
            self.failures.entry(reason.to_owned()).or_default().push(zone);
        }
        Ok(())
    }

    fn print(&self, line: &str) -> io::Result<()> {
        match &self.bar {
            Some(bar) => bar.suspend(|| writeln!(io::stdout().lock(), "{line}")),
            None => writeln!(io::stdout().lock(), "{line}"),
        }
    }

    /// Takes the progress away from the terminal.
    pub fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    pub fn progress(&mut self, snapshot: &Snapshot) {
        match &self.bar {
            Some(bar) => {
                if let Some(remaining) = snapshot.remaining {
                    bar.set_length(snapshot.done + remaining);
                }
                bar.set_position(snapshot.done);
                bar.set_message(self.counted(snapshot));
                bar.set_prefix(limited(snapshot));
                bar.tick();
            }
            None if self.told.elapsed() >= PLAIN => {
                self.told = Instant::now();
                eprintln!("{}, {}", self.counted(snapshot), limited(snapshot));
            }
            None => {}
        }
    }

    fn counted(&self, snapshot: &Snapshot) -> String {
        let mut parts = vec![match snapshot.remaining {
            Some(remaining) => format!("{} of {} zones", snapshot.done, snapshot.done + remaining),
            None => format!("{} zones", snapshot.done),
        }];
        parts.extend(counts(snapshot, self.dry_run));
        if let Some(left) = snapshot.time_left.filter(|_| snapshot.remaining != Some(0)) {
            parts.push(format!("{} to go", seconds(left)));
        }
        parts.join(", ")
    }

    /// The end, as far as it came; `refused_before` zones were not tried again after an earlier run.
    pub fn summary(&self, snapshot: &Snapshot, refused_before: u64, end: Option<&str>) -> io::Result<()> {
        self.clear();
        if self.json {
            let failures = snapshot
                .failures
                .iter()
                .map(|(kind, count)| (format!("{kind:?}"), json!(count)));
            let line = json!({
                "summary": {
                    "done": snapshot.done,
                    "changed": snapshot.changed,
                    "unchanged": snapshot.unchanged,
                    "failed": snapshot.failed,
                    "failures": failures.collect::<serde_json::Map<_, _>>(),
                    "skipped": snapshot.skipped,
                    "refused_before": refused_before,
                    "remaining": snapshot.remaining,
                    "seconds": snapshot.elapsed.as_secs_f64(),
                    "least_seconds": snapshot.least.map(|least| least.as_secs_f64()),
                    "stopped": end,
                }
            });
            return self.print(&line.to_string());
        }
        let mut text = format!("{} zones in {}", snapshot.done, seconds(snapshot.elapsed));
        match snapshot.least.filter(|least| !least.is_zero()) {
            Some(least) => text += &format!("; by the rate limit it takes {} at least\n", seconds(least)),
            None => text.push('\n'),
        }
        for count in counts(snapshot, self.dry_run) {
            text += &format!("  {count}\n");
        }
        if let Some(remaining) = snapshot.remaining.filter(|remaining| *remaining > 0) {
            text += &format!("  {remaining} not done\n");
        }
        if snapshot.skipped > refused_before {
            let skipped = snapshot.skipped - refused_before;
            text += &format!("  {skipped} skipped: done in an earlier run, or named twice\n");
        }
        if refused_before > 0 {
            text += &format!("  {refused_before} failed in an earlier run; --retry-failed tries them again\n");
        }
        for (reason, zones) in &self.failures {
            text += &format!("{reason}:\n");
            for zone in zones {
                text += &format!("  {zone}\n");
            }
        }
        let more = snapshot.failed.saturating_sub(self.listed as u64);
        if more > 0 {
            text += &format!("and {more} failures more\n");
        }
        if let Some(end) = end {
            text += &format!("{end}\n");
        }
        io::stdout().lock().write_all(text.as_bytes())
    }
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    // What does not fit into the terminal is cut off at its right.
    let style = ProgressStyle::with_template("{wide_bar} {percent:>3}%\n{wide_msg}\n{prefix}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

fn counts(snapshot: &Snapshot, dry_run: bool) -> Vec<String> {
    let (changed, others) = match dry_run {
        true => ("would change", "as wanted"),
        false => ("changed", "unchanged"),
    };
    let done = snapshot.succeeded() - snapshot.changed - snapshot.unchanged;
    let mut counts = vec![
        format!("{} {changed}", snapshot.changed),
        format!("{} {others}", snapshot.unchanged),
    ];
    if done > 0 {
        counts.push(format!("{done} done"));
    }
    counts.push(format!("{} failed", snapshot.failed));
    counts
}

/// How the rate limit stands, and how fast it goes.
fn limited(snapshot: &Snapshot) -> String {
    let speed = format!("{:.1} zones a second", snapshot.rate);
    match &snapshot.rate_limit {
        Some(limit) => {
            let reset = limit.reset.map(seconds).unwrap_or_default();
            format!("{speed}, {} requests left for {reset}", limit.remaining)
        }
        None => speed,
    }
}

/// What went wrong, and the request id; without the operation, which is the same for all.
fn reason(entry: &Entry) -> (&str, &str) {
    let message = entry.message.as_deref().unwrap_or("failed");
    let message = message.split_once(": ").map_or(message, |(_, message)| message);
    let end = message.rfind(" [request id ").unwrap_or(message.len());
    message.split_at(end)
}

fn seconds(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..60 => format!("{}.{} s", seconds, time.subsec_millis() / 100),
        seconds => format!("{}:{:02} min", seconds / 60, seconds % 60),
    }
}
