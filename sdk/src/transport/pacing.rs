//! Waiting for the rate limit: the requests of all clones of a client leave in turn, when the quota lets them.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
    time::{Duration, Instant},
};

use tokio::sync::Notify;

use super::{
    clock::Clock,
    quota::{Outcome, Quota, Standing, Ticket, Wait},
};
use crate::{call::Call, error::Error};

#[derive(Debug, Default)]
pub(super) struct Pacer {
    quota: Mutex<Quota>,
    /// Told when one of those that wait may leave; it goes to them in the order in which they came.
    ///
    /// Nobody is held up by one that does not look: a future that is kept and not polled is nothing unusual.
    change: Notify,
    /// How many calls wait.
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
pub(super) struct Patience<'a> {
    /// When the call must have ended.
    pub(super) deadline: Option<Instant>,
    /// How long it waits for a window to reset.
    pub(super) longest: Duration,
    /// How many calls of the run that it belongs to were not sent yet, as far as is known.
    pub(super) unsent: Option<&'a AtomicUsize>,
}

impl Patience<'_> {
    /// Whether the call must have ended by now.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= now)
    }

    /// How many calls wait, some of them perhaps outside the queue.
    fn waiting(&self, queue: usize) -> usize {
        let unsent = self.unsent.map_or(0, |unsent| unsent.load(Ordering::SeqCst));
        queue.max(unsent)
    }
}

/// Why a request does not leave.
#[derive(Debug)]
pub(crate) enum Unsent {
    /// The call's time has run out.
    Late,
    /// The call will not wait so long for the rate limit.
    Limit(Duration),
    /// The run that the call belongs to was stopped.
    Stopped,
}

impl Unsent {
    /// The error that a call ends in which is not sent.
    pub(super) fn into_error(self, call: Call) -> Error {
        match self {
            Self::Late => Error::unsent_in_time(call),
            Self::Limit(wait) => Error::unsent_by_rate_limit(call, wait),
            Self::Stopped => Error::cancelled(call),
        }
    }
}

impl Pacer {
    /// Lets a request leave at once.
    pub(super) fn send<'a>(&'a self, clock: &'a dyn Clock, now: Instant) -> Permit<'a> {
        let ticket = self.lock().send(now, false);
        self.permit(clock, ticket)
    }

    /// Lets a request leave, if it need not wait.
    pub(super) fn admit_at_once<'a>(
        &'a self,
        clock: &'a dyn Clock,
        now: Instant,
        patience: Patience<'_>,
    ) -> Option<Permit<'a>> {
        if patience.is_over(now) {
            return None;
        }
        let admitted = self.lock().admit(now, patience.waiting(self.waiting() + 1));
        admitted.ok().map(|ticket| self.permit(clock, ticket))
    }

    /// Waits until a request may leave.
    pub(super) async fn admit<'a>(
        &'a self,
        clock: &'a dyn Clock,
        now: Instant,
        patience: Patience<'_>,
    ) -> Result<Permit<'a>, Unsent> {
        if let Some(permit) = self.admit_at_once(clock, now, patience) {
            return Ok(permit);
        }
        let _place = Place::take(&self.queue);
        let mut change = pin!(self.change.notified());
        loop {
            // Before it looks, so that nothing is missed in between.
            change.as_mut().enable();
            let now = clock.now();
            if patience.is_over(now) {
                self.tell_next(&self.lock(), now);
                return Err(Unsent::Late);
            }
            let Wait { until, spent } = {
                let mut quota = self.lock();
                match quota.admit(now, patience.waiting(self.waiting())) {
                    Ok(ticket) => {
                        self.tell_next(&quota, now);
                        drop(quota);
                        return Ok(self.permit(clock, ticket));
                    }
                    Err(wait) => wait,
                }
            };
            let pause = until.saturating_duration_since(now);
            // Nothing could be sent at the end of the call's time.
            let is_late = patience.deadline.is_some_and(|deadline| until >= deadline);
            if spent && (is_late || pause > patience.longest) {
                return Err(Unsent::Limit(pause));
            }
            let end = patience.deadline.map_or(until, |deadline| deadline.min(until));
            if within(clock, end, change.as_mut()).await {
                change.set(self.change.notified());
            }
        }
    }

    /// How the limit stands that leaves least.
    #[allow(dead_code, reason = "used by the feature `fleet`")]
    pub(super) fn standing(&self, now: Instant) -> Option<Standing> {
        self.lock().standing(now)
    }

    fn permit<'a>(&'a self, clock: &'a dyn Clock, ticket: Ticket) -> Permit<'a> {
        Permit {
            pacer: self,
            clock,
            sent: ticket.sent(),
            ticket: Some(ticket),
        }
    }

    fn waiting(&self) -> usize {
        self.queue.load(Ordering::SeqCst)
    }

    fn lock(&self) -> MutexGuard<'_, Quota> {
        self.quota.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn finish(&self, ticket: &Ticket, now: Instant, outcome: &Outcome<'_>) -> bool {
        let mut quota = self.lock();
        let is_held = quota.finish(ticket, now, outcome);
        self.tell_next(&quota, now);
        is_held
    }

    /// Tells the one that waits longest, if it may leave; it tells the next one in turn.
    fn tell_next(&self, quota: &Quota, now: Instant) {
        // Who waits took a place before it looked, so that it is seen here if it looked too early.
        let waiting = self.waiting();
        if waiting > 0 && quota.check(now, waiting).is_ok() {
            self.change.notify_one();
        }
    }
}

impl Permit<'_> {
    /// When it was let go.
    pub(super) fn sent(&self) -> Instant {
        self.sent
    }

    /// Says what became of the request; tells whether it was refused by a limit that holds the next ones back for as long as
    /// the refusal asks for.
    pub(super) fn finish(mut self, now: Instant, outcome: &Outcome<'_>) -> bool {
        let ticket = self.ticket.take();
        ticket.is_some_and(|ticket| self.pacer.finish(&ticket, now, outcome))
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

/// Waits for a future, until a time at the latest; says whether it came.
async fn within(clock: &dyn Clock, end: Instant, mut future: impl Future<Output = ()> + Unpin) -> bool {
    let mut sleep = clock.sleep(end.saturating_duration_since(clock.now()));
    poll_fn(|context| {
        if Pin::new(&mut future).poll(context).is_ready() {
            return Poll::Ready(true);
        }
        sleep.as_mut().poll(context).map(|()| false)
    })
    .await
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

    use super::*;

    #[derive(Debug)]
    struct Stopped(Instant);

    impl Clock for Stopped {
        fn now(&self) -> Instant {
            self.0
        }

        fn sleep(&self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
            panic!("a wait of {wait:?} is begun");
        }
    }

    #[tokio::test]
    async fn no_wait_is_begun_that_takes_all_of_the_time_of_the_call() {
        let (pacer, clock) = (Pacer::default(), Stopped(Instant::now()));
        let spent = HeaderValue::from_static(r#""default";r=0;t=30"#);
        let headers = HeaderMap::from_iter([(HeaderName::from_static("ratelimit"), spent)]);
        let spent = Outcome::Answered {
            status: StatusCode::OK,
            headers: &headers,
            retry_after: None,
        };
        pacer.send(&clock, clock.0).finish(clock.0, &spent);
        let patience = |longest| Patience {
            deadline: clock.0.checked_add(longest),
            longest: Duration::MAX,
            unsent: None,
        };
        let Err(Unsent::Limit(wait)) = pacer.admit(&clock, clock.0, patience(MOMENT)).await else {
            panic!("something remains");
        };
        let outcome = pacer.admit(&clock, clock.0, patience(wait)).await;
        assert!(matches!(outcome, Err(Unsent::Limit(end)) if end == wait));
    }

    const MOMENT: Duration = Duration::from_nanos(1);
}
