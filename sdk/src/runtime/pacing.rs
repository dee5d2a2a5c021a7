//! Waiting for the rate limit: the requests of all clones of a client leave in turn, when the quota lets them.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
    time::{Duration, Instant},
};

use tokio::sync::Notify;

use super::quota::{Outcome, Quota, Ticket};
use crate::Clock;

#[derive(Debug, Default)]
pub(super) struct Pacer {
    quota: Mutex<Quota>,
    /// Who holds it is next; tokio's mutex keeps the others in the order in which they came.
    turn: tokio::sync::Mutex<()>,
    /// Told whenever a request has ended.
    change: Notify,
    /// How many calls wait for their turn.
    queue: AtomicUsize,
}

/// A request on its way, as the pacer counts it.
pub(super) struct Permit<'a> {
    pacer: &'a Pacer,
    clock: &'a dyn Clock,
    sent: Instant,
    ticket: Option<Ticket>,
}

/// How a call wants to be paced.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// When the call must have ended.
    pub(super) deadline: Option<Instant>,
    /// How long it waits at a stretch; what would take longer is left to the server to refuse.
    pub(super) longest: Duration,
}

/// The call would have to end before its turn comes.
#[derive(Debug)]
pub(super) struct NoTime;

impl Pacer {
    /// Lets a request leave at once.
    pub(super) fn send<'a>(&'a self, clock: &'a dyn Clock, now: Instant) -> Permit<'a> {
        let ticket = self.lock().send(now, false);
        self.permit(clock, ticket)
    }

    /// Waits until a request may leave.
    pub(super) async fn admit<'a>(
        &'a self,
        clock: &'a dyn Clock,
        now: Instant,
        patience: Patience,
    ) -> Result<Permit<'a>, NoTime> {
        // Who finds nobody waiting need not wait for a turn.
        if self.queue.load(Ordering::SeqCst) == 0
            && let Ok(ticket) = self.lock().admit(now, false)
        {
            return Ok(self.permit(clock, ticket));
        }
        let _place = Place::take(&self.queue);
        let turn = match self.turn.try_lock() {
            Ok(turn) => turn,
            Err(_) => within(clock, patience.deadline, self.turn.lock()).await?,
        };
        loop {
            let now = clock.now();
            let until = match self.lock().admit(now, self.queue.load(Ordering::SeqCst) > 1) {
                Ok(ticket) => {
                    drop(turn);
                    return Ok(self.permit(clock, ticket));
                }
                Err(until) => until,
            };
            if until.saturating_duration_since(now) > patience.longest {
                let ticket = self.lock().send(now, false);
                drop(turn);
                return Ok(self.permit(clock, ticket));
            }
            // Of a pause that is too long it is known already that nobody will hear the end.
            if patience.deadline.is_some_and(|deadline| until > deadline) && !self.lock().is_busy() {
                return Err(NoTime);
            }
            let end = patience.deadline.map_or(until, |deadline| deadline.min(until));
            match within(clock, Some(end), self.change.notified()).await {
                Err(NoTime) if patience.deadline.is_some_and(|deadline| deadline <= clock.now()) => return Err(NoTime),
                _ => {}
            }
        }
    }

    fn permit<'a>(&'a self, clock: &'a dyn Clock, ticket: Ticket) -> Permit<'a> {
        Permit {
            pacer: self,
            clock,
            sent: ticket.sent(),
            ticket: Some(ticket),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Quota> {
        self.quota.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn finish(&self, ticket: &Ticket, now: Instant, outcome: &Outcome<'_>) {
        self.lock().finish(ticket, now, outcome);
        // Who waits took a place before it looked, so that it is seen here if it looked too early.
        if self.queue.load(Ordering::SeqCst) > 0 {
            self.change.notify_one();
        }
    }
}

impl Permit<'_> {
    /// When it was let go.
    pub(super) fn sent(&self) -> Instant {
        self.sent
    }

    /// Says what became of the request.
    pub(super) fn finish(mut self, now: Instant, outcome: &Outcome<'_>) {
        if let Some(ticket) = self.ticket.take() {
            self.pacer.finish(&ticket, now, outcome);
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        // The caller has given up, which the server does not know.
        if let Some(ticket) = self.ticket.take() {
            self.pacer.finish(&ticket, self.clock.now(), &Outcome::Lost);
        }
    }
}

/// A place in the queue, which is given up when the caller goes away.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(queue: &'a AtomicUsize) -> Self {
        queue.fetch_add(1, Ordering::SeqCst);
        Self(queue)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Waits for a future, until a time at the latest.
async fn within<F: Future>(clock: &dyn Clock, end: Option<Instant>, future: F) -> Result<F::Output, NoTime> {
    let Some(end) = end else { return Ok(future.await) };
    let mut future = pin!(future);
    let mut sleep = clock.sleep(end.saturating_duration_since(clock.now()));
    poll_fn(|context| {
        if let Poll::Ready(output) = future.as_mut().poll(context) {
            return Poll::Ready(Ok(output));
        }
        sleep.as_mut().poll(context).map(|()| Err(NoTime))
    })
    .await
}
