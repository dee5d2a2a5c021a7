//! What calls know of the run that they belong to: that they need not be sent any more, and how many come after them.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::Poll,
};

use tokio::sync::Notify;

/// What stops the calls of a run, and what they know of it, as those for one of its targets have it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stop {
    run: Arc<Run>,
    /// Whether a call was sent for the target.
    sent: Arc<AtomicBool>,
}

#[derive(Debug, Default)]
struct Run {
    stopped: AtomicBool,
    change: Notify,
    /// How many targets were begun and have no call sent.
    begun: AtomicUsize,
    /// How many targets have no call sent, as far as is known.
    unsent: AtomicUsize,
}

impl Stop {
    /// The same for another target, after which at least so many come.
    #[allow(dead_code, reason = "used by the feature `fleet`")]
    pub(crate) fn for_target(&self, to_come: usize) -> Self {
        let begun = self.run.begun.fetch_add(1, Ordering::SeqCst) + 1;
        self.run.unsent.store(to_come.saturating_add(begun), Ordering::SeqCst);
        Self {
            run: Arc::clone(&self.run),
            sent: Arc::default(),
        }
    }

    /// Lets none of the calls wait any longer.
    #[allow(dead_code, reason = "used by the feature `fleet`")]
    pub(crate) fn stop(&self) {
        self.run.stopped.store(true, Ordering::SeqCst);
        self.run.change.notify_waiters();
    }

    /// Whether the calls were stopped before one was sent for the target.
    #[allow(dead_code, reason = "used by the feature `fleet`")]
    pub(crate) fn came_first(&self) -> bool {
        self.is_stopped() && !self.sent.load(Ordering::SeqCst)
    }

    /// A call is sent for the target, or there will be none.
    pub(crate) fn sends(&self) {
        if !self.sent.swap(true, Ordering::SeqCst) {
            self.run.begun.fetch_sub(1, Ordering::SeqCst);
            self.run.unsent.fetch_sub(1, Ordering::SeqCst);
        }
    }

    /// How many targets of the run have no call sent, as far as is known.
    pub(super) fn unsent(&self) -> &AtomicUsize {
        &self.run.unsent
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.run.stopped.load(Ordering::SeqCst)
    }

    /// Waits for a future, unless the calls are stopped first.
    pub(super) async fn unless_stopped<F: Future>(&self, future: F) -> Option<F::Output> {
        let (mut future, mut change) = (pin!(future), pin!(self.run.change.notified()));
        // Before it looks, so that nothing is missed in between.
        change.as_mut().enable();
        if self.is_stopped() {
            return None;
        }
        poll_fn(|context| match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending => change.as_mut().poll(context).map(|()| None),
        })
        .await
    }
}
