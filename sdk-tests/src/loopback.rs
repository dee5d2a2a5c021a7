//! A server that does not exist, clients that call servers on this machine, and the calls.

use std::{
    net::{Ipv4Addr, TcpListener},
    time::Duration,
};

use cloudflare_sdk::{
    Client, ClientBuilder, Error, Response,
    types::{AutomaticMode, Enrollment},
};
use sdk_test_servers::Answer;

use crate::{
    document,
    scrub::{TOKEN, ZONE},
};

/// A URL where nobody listens.
///
/// # Panics
///
/// When no port can be had.
#[must_use]
pub fn nowhere() -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    format!("http://{}", listener.local_addr().expect("the port is known"))
}

/// Configures a client that calls this URL with [`TOKEN`], once a call.
///
/// # Panics
///
/// When the token is refused.
pub fn builder(url: impl Into<String>) -> ClientBuilder {
    let builder = Client::builder()
        .base_url(url)
        .timeout(Duration::from_secs(10))
        .max_retries(0);
    builder
        .api_token(TOKEN)
        .expect("the example of the reference is a token")
}

/// A client that calls this URL with [`TOKEN`], once a call.
///
/// # Panics
///
/// When the URL is refused.
pub fn client(url: impl Into<String>) -> Client {
    builder(url).build().expect("a client can be made")
}

/// The answer of a zone where Automatic SSL/TLS is on.
#[must_use]
pub fn enabled() -> Answer {
    let body = &document::load()["components"]["examples"]["EnrollmentEnabled"]["value"];
    Answer::new(200).json(body)
}

/// Asks for the enrollment of the reference's zone.
///
/// # Errors
///
/// Those of the call.
pub async fn get(client: &Client) -> Result<Response<Enrollment>, Error> {
    client.ssl_automatic_mode_get().zone_id(ZONE).send().await
}

/// Takes the reference's zone out of Automatic SSL/TLS.
///
/// # Errors
///
/// Those of the call.
pub async fn edit(client: &Client) -> Result<Response<Enrollment>, Error> {
    let call = client.ssl_automatic_mode_edit().zone_id(ZONE);
    call.value(AutomaticMode::Custom).send().await
}
