//! Time as the runtime sees it.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    time::{Duration, Instant, SystemTime},
};

/// Tells the time and waits; by default with [tokio](https://docs.rs/tokio)'s timer.
///
/// Give a client one of your own to test without waiting how your program takes retries and the rate limit. The
/// timeouts of the HTTP client go by the real time all the same.
///
/// # Examples
///
/// A clock that never waits, and remembers how long it would have:
///
/// ```
/// use std::{
///     future::{Future, ready},
///     pin::Pin,
///     sync::Mutex,
///     time::{Duration, Instant},
/// };
///
/// use cloudflare_sdk::{Client, Clock};
///
/// #[derive(Debug)]
/// struct Leap {
///     start: Instant,
///     waited: Mutex<Duration>,
/// }
///
/// impl Leap {
///     fn waited(&self) -> std::sync::MutexGuard<'_, Duration> {
///         self.waited.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
///     }
/// }
///
/// impl Clock for Leap {
///     fn now(&self) -> Instant {
///         self.start + *self.waited()
///     }
///
///     fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
///         *self.waited() += duration;
///         Box::pin(ready(()))
///     }
/// }
///
/// # fn main() -> Result<(), cloudflare_sdk::Error> {
/// let clock = Leap { start: Instant::now(), waited: Mutex::default() };
/// let client = Client::builder().api_token("Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY")?.clock(clock).build()?;
/// # Ok(())
/// # }
/// ```
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The present, which never goes back.
    fn now(&self) -> Instant;

    /// The present by the calendar, for `Retry-After` with a date.
    fn system_time(&self) -> SystemTime {
        SystemTime::now()
    }

    /// Waits.
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// Tokio's timer.
#[derive(Debug)]
pub(crate) struct TokioClock;

impl Clock for TokioClock {
    fn now(&self) -> Instant {
        // Tokio's own, so that a program that pauses tokio's time pauses this as well.
        tokio::time::Instant::now().into_std()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(tokio::time::sleep(duration))
    }
}
