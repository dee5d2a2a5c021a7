//! What the benchmarks share: the two that are compared, and the server that both call.

pub mod floor;
pub mod sdk;
pub mod server;

use std::{error::Error, future::Future};

/// Whatever may fail here ends the benchmark.
pub type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Somebody who makes the call that is measured: a PATCH that enrols a zone in Automatic SSL/TLS.
pub trait Caller: Clone + Send + Sync + 'static {
    /// Makes the call and looks at its result.
    fn call(&self) -> impl Future<Output = Outcome<()>> + Send;

    /// Makes the call so many times, one after the other.
    fn calls(&self, count: u32) -> impl Future<Output = Outcome<()>> + Send {
        async move {
            for _ in 0..count {
                self.call().await?;
            }
            Ok(())
        }
    }
}

/// A runtime of one thread, so that all that a call costs is spent in the thread that is measured.
pub fn one_thread() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}
