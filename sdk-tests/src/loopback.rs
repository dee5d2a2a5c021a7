//! Servers on this machine that answer any request in one way, clients that call them, and the calls.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpListener},
    thread,
    time::Duration,
};

use cloudflare_sdk::{
    Client, ClientBuilder, Error, Response,
    types::{AutomaticMode, Enrollment},
};
use wiremock::{Mock, MockServer, Request, ResponseTemplate, matchers::any};

use crate::{
    document,
    scrub::{TOKEN, ZONE},
};

/// Where a server has the API, as Cloudflare does: the part of a path above that of an operation.
pub const BASE_PATH: &str = "/client/v4";

/// What a server does with the connection once it has sent its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// It closes it.
    Close,
    /// It keeps it open until the client closes it.
    Hold,
}

/// A server that gives this answer to any request.
pub async fn answering(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

/// A server that sends these bytes to the one request that it takes, which must have no body; gives its URL.
///
/// # Panics
///
/// When no port can be had.
pub fn sending(answer: impl Into<Vec<u8>>, then: Then) -> String {
    let (listener, url) = listen();
    let answer = answer.into();
    thread::spawn(move || -> std::io::Result<()> {
        let (mut stream, _) = listener.accept()?;
        let mut lines = BufReader::new(stream.try_clone()?).lines();
        while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
        stream.write_all(&answer)?;
        match then {
            Then::Close => Ok(()),
            Then::Hold => stream.read_to_end(&mut Vec::new()).map(|_| ()),
        }
    });
    url
}

/// A URL where nobody listens.
///
/// # Panics
///
/// When no port can be had.
#[must_use]
pub fn nowhere() -> String {
    listen().1
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
pub fn enabled() -> ResponseTemplate {
    let body = &document::load()["components"]["examples"]["EnrollmentEnabled"]["value"];
    ResponseTemplate::new(200).set_body_json(body)
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

/// What a server was asked so far.
///
/// # Panics
///
/// When the server does not keep it.
pub async fn requests(server: &MockServer) -> Vec<Request> {
    server
        .received_requests()
        .await
        .expect("a server keeps what it is asked")
}

/// The one thing that a server was asked.
///
/// # Panics
///
/// When it was asked nothing or more.
pub async fn only_request(server: &MockServer) -> Request {
    let mut requests = requests(server).await;
    assert_eq!(requests.len(), 1, "one request comes");
    requests.remove(0)
}

fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    let address = listener.local_addr().expect("the port is known");
    (listener, format!("http://{address}"))
}
