//! A call: the operation, what is known while it runs, and the response as it arrived.

mod context;
mod operation;
mod raw_response;
mod secrets;

pub(crate) use context::{Call, record_failure};
pub use operation::OperationInfo;
pub(crate) use raw_response::Arrived;
pub use raw_response::RawResponse;
pub(crate) use secrets::{REDACTED, Secrets};
