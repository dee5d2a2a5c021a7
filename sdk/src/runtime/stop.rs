//! Telling calls that were not sent yet that they need not be.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::atomic::{AtomicBool, Ordering},
    task::Poll,
};

use tokio::sync::Notify;

/// Shared by the calls of a run.
#[derive(Debug, Default)]
pub(crate) struct Stop {
    stopped: AtomicBool,
    change: Notify,
}

impl Stop {
    /// Lets none of the calls wait any longer.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        self.change.notify_waiters();
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    /// Waits for a future, unless the calls are stopped first.
    pub(super) async fn unless_stopped<F: Future>(&self, future: F) -> Option<F::Output> {
        let (mut future, mut change) = (pin!(future), pin!(self.change.notified()));
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
