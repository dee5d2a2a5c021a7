//! One operation for many targets: every one accounted for, at the speed that the rate limit allows.
//!
//! [`Client::fleet`] begins. [`Fleet::run`] takes a stream of targets and an operation, and gives a stream of
//! [`Outcome`]s: one for each target, in the order in which they end. So many are worked on at once as
//! [`Fleet::concurrency`] says, and no more of the targets are held than that, however many there are. The calls keep
//! below the rate limit as all calls of a client do.
//!
//! Targets may come from anywhere: [`each`] takes those that the program has, [`file`](fn@file) and [`lines`] read them
//! from a text, and [`pages`] from an operation that lists them, while the work goes on.
//! [`Journal`] remembers outcomes over the end of the program.
//!
//! # Examples
//!
//! Automatic SSL/TLS for all zones of an account:
//!
//! ```no_run
//! use cloudflare_sdk::{
//!     Client, RequestOptions,
//!     fleet::{self, Applied},
//!     types::{AutomaticMode, Zone},
//! };
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::from_env()?.with_options(RequestOptions::new().max_retries(5));
//! let zones = fleet::pages(&client, |client, page| async move {
//!     client.zones_list().status("active").page(page).per_page(50u64).send().await
//! })
//! .unique_by(|zone: &Zone| zone.id.to_string());
//! let mut run = client.fleet().concurrency(20).run(zones, |client, zone| async move {
//!     let enrollment = client.ssl_automatic_mode_edit().zone_id(zone.id).value(AutomaticMode::Auto).send().await?;
//!     Ok(Applied::new(enrollment.into_inner()))
//! });
//! while let Some(outcome) = run.next().await {
//!     match outcome.result {
//!         Ok(_) => println!("{}: enrolled", outcome.target.name),
//!         Err(error) => println!("{}: {error}", outcome.target.name),
//!     }
//! }
//! run.finish()?;
//! # Ok(())
//! # }
//! ```

mod journal;
mod pages;
mod progress;
mod run;
mod seen;
#[cfg(test)]
mod simulation;
mod sources;

use std::{fmt, future::Future};

use futures_util::stream::TryStream;

use crate::{Client, Error, transport::cancel::Stop};

pub use journal::{Entry, Journal, JournalError};
pub use pages::{Pages, pages};
pub use progress::{Progress, Snapshot};
pub use run::{Applied, Outcome, Run, RunError};
pub use seen::Seen;
pub use sources::{Each, Lines, each, file, lines};

impl Client {
    /// Makes one operation for many targets; see [`fleet`](crate::fleet).
    pub fn fleet(&self) -> Fleet {
        Fleet {
            client: self.clone(),
            stop: Stop::default(),
            concurrency: 100,
            limit: None,
            stop_when: Box::new(Error::is_authentication),
        }
    }
}

/// How an operation is made for many targets.
///
/// Made by [`Client::fleet`].
#[must_use = "nothing is done before the run is polled"]
pub struct Fleet {
    client: Client,
    stop: Stop,
    concurrency: usize,
    limit: Option<u64>,
    stop_when: Box<dyn Fn(&Error) -> bool + Send + Sync>,
}

impl Fleet {
    /// How many targets are worked on at once; 100 by default, and at least 1.
    ///
    /// More does not pass the rate limit, but uses up what is left of it faster. It is also how many targets are held in
    /// memory.
    pub fn concurrency(mut self, targets: usize) -> Self {
        self.concurrency = targets.max(1);
        self
    }

    /// For how many targets the operation is made at most; for all by default.
    ///
    /// Those that are [skipped](Run::skip_if) do not count.
    pub fn limit(mut self, targets: u64) -> Self {
        self.limit = Some(targets);
        self
    }

    /// Which failures concern all targets, so that the run stops; by default those of
    /// [authentication](Error::is_authentication).
    ///
    /// The target that failed so is reported like any other, and so are those that were under way.
    pub fn stop_when(mut self, concerns_all: impl Fn(&Error) -> bool + Send + Sync + 'static) -> Self {
        self.stop_when = Box::new(concerns_all);
        self
    }

    /// Makes the operation for each target.
    ///
    /// The operation is given a client, through which its calls have to go so that [`Run::stop`] reaches those that wait
    /// for the rate limit, and a clone of the target. It may make several calls.
    pub fn run<S, O, F, R>(self, targets: S, operation: O) -> Run<S, O, F, R>
    where
        S: TryStream,
        S::Ok: Clone,
        O: FnMut(Client, S::Ok) -> F,
        F: Future<Output = Result<Applied<R>, Error>>,
    {
        Run::new(self, targets, operation)
    }
}

impl fmt::Debug for Fleet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fleet")
            .field("client", &self.client)
            .field("concurrency", &self.concurrency)
            .finish_non_exhaustive()
    }
}
