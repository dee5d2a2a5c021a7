//! Transport: execution of calls with retries, pacing, cancellation and tracing. The only module with time, I/O and
//! locks.

mod attempt;
pub(crate) mod cancel;
mod clock;
mod exec;
mod pacing;
pub(crate) mod quota;
mod read_body;
mod retry;
mod shared;
mod trace;

pub use clock::Clock;
pub(crate) use clock::TokioClock;
pub use exec::Runtime;
pub(crate) use retry::{Jitter, full_jitter};
pub(crate) use shared::Shared;
