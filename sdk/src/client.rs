//! The hand-written half of [`Client`]: construction and raw requests.

mod builder;
mod raw_request;

use crate::{error::Error, generated::Client};

pub use builder::ClientBuilder;
pub use raw_request::RawRequest;

impl Client {
    /// A builder, to which credentials must be given.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudflare_sdk::Client;
    ///
    /// # fn main() -> Result<(), cloudflare_sdk::Error> {
    /// let client = Client::builder().api_token("Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY")?.build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// A client as the environment describes it.
    ///
    /// `CLOUDFLARE_API_TOKEN`, or `CLOUDFLARE_EMAIL` with `CLOUDFLARE_API_KEY`, are the credentials;
    /// `CLOUDFLARE_BASE_URL` takes the place of `https://api.cloudflare.com/client/v4`. The environment is read here
    /// and never again.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration), naming the variables, when credentials are
    /// missing or contradict each other, and when the base URL is refused.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use cloudflare_sdk::Client;
    ///
    /// # fn main() -> Result<(), cloudflare_sdk::Error> {
    /// let client = Client::from_env()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_env() -> Result<Self, Error> {
        ClientBuilder::from_env()?.build()
    }
}
