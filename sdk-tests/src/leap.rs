//! A clock that never waits, and remembers for what it was asked to.

use std::{
    future::{Future, ready},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use cloudflare_sdk::Clock;

/// When a [`Leap`] begins, in seconds of the Unix epoch: Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110.
pub const BEGINNING: u64 = 784_111_777;

/// A clock on which time passes only by waiting, at once. Its clones are the same clock.
#[derive(Clone, Debug)]
pub struct Leap {
    start: Instant,
    waits: Arc<Mutex<Vec<Duration>>>,
}

impl Leap {
    /// A clock.
    #[must_use]
    pub fn new() -> Self {
        Self {
            start: Instant::now(),
            waits: Arc::default(),
        }
    }

    /// For what it was asked to wait so far, in this order.
    #[must_use]
    pub fn waits(&self) -> Vec<Duration> {
        self.lock().clone()
    }

    fn waited(&self) -> Duration {
        self.lock().iter().sum()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Duration>> {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Leap {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for Leap {
    fn now(&self) -> Instant {
        self.start + self.waited()
    }

    fn system_time(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(BEGINNING) + self.waited()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.lock().push(duration);
        Box::pin(ready(()))
    }
}
