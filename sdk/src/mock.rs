//! A stand-in for Cloudflare on a loopback port, for tests of programs that use the SDK; feature `mock`.
//!
//! [`MockServer`] has a method for each operation, by the name of the client's, from [`MockServerExt`]. What it takes
//! says which requests are meant, in the words of the call itself, and how they are answered: with a result, which is
//! put into Cloudflare's envelope, or with a failure as Cloudflare and its edge send them. [`examples`] has the
//! documented bodies as values. [`CutConnection`] loses the response to a request that arrived.
//!
//! A request that no mock expects is answered with status 404 and a text that says so, never by Cloudflare. The server
//! is one of [`httpmock`], which is passed on here for all that is not about Cloudflare.
//!
//! A mock server is for tests. Where it is used against its own rules (a limit of zero calls, an assertion that does
//! not hold), httpmock panics, as assertions do.
//!
//! # Examples
//!
//! ```
//! use cloudflare_sdk::{
//!     StatusCode,
//!     mock::{self, MockServer, MockServerExt as _, examples},
//!     types::AutomaticMode,
//! };
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = MockServer::start_async().await;
//! let zone = "023e105f4ecef8ad9ca31a8372d0c353";
//! let enrolled = server.ssl_automatic_mode_edit(|when, then| {
//!     when.api_token(mock::API_TOKEN).zone_id(zone).value(AutomaticMode::Auto);
//!     then.ok(examples::enrollment_enabled());
//! });
//! let refused = server.ssl_automatic_mode_get(|_, then| {
//!     then.error(StatusCode::FORBIDDEN, 9109, "Unauthorized to access requested resource");
//! });
//!
//! // Any program that takes a client, or a base URL, can be called here.
//! let client = server.client()?;
//! let answer = client.ssl_automatic_mode_edit().zone_id(zone).value(AutomaticMode::Auto).send().await?;
//! assert_eq!(answer.into_inner(), examples::enrollment_enabled());
//! let Err(error) = client.ssl_automatic_mode_get().zone_id(zone).send().await else {
//!     return Err("the token may read nothing".into());
//! };
//! assert!(error.is_permission_denied());
//!
//! enrolled.assert();
//! refused.assert_calls(1);
//! # Ok(())
//! # }
//! ```

mod cut;
mod example;
mod failure;
mod server;
mod then;
mod when;

pub use crate::generated::mock::{MockServerExt, examples, operations};
pub use cut::CutConnection;
pub use failure::Failure;
pub use httpmock::{self, Mock};
pub use server::{API_TOKEN, MockServer};
pub use then::{Empty, Enveloped, Json, Raw, Then};
pub use when::When;

#[doc(hidden)]
pub use crate::ResultInfo;
#[doc(hidden)]
pub use example::{date, result_info, time};
#[doc(hidden)]
pub use server::Operation;
