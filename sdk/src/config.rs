//! Configuration: credentials, and the options of calls.

mod credentials;
mod options;

pub use credentials::Credentials;
pub(crate) use credentials::{HEADERS, variable};
pub use options::RequestOptions;
pub(crate) use options::Settings;
