//! Servers on this machine that answer any request in one way, and clients that call them.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpListener},
    thread,
    time::Duration,
};

use cloudflare_sdk::{Client, ClientBuilder};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use crate::scrub::TOKEN;

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

/// Configures a client that calls this URL with [`TOKEN`].
///
/// # Panics
///
/// When the token is refused.
pub fn builder(url: impl Into<String>) -> ClientBuilder {
    let builder = Client::builder().base_url(url).timeout(Duration::from_secs(10));
    builder
        .api_token(TOKEN)
        .expect("the example of the reference is a token")
}

/// A client that calls this URL with [`TOKEN`].
///
/// # Panics
///
/// When the URL is refused.
pub fn client(url: impl Into<String>) -> Client {
    builder(url).build().expect("a client can be made")
}

fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    let address = listener.local_addr().expect("the port is known");
    (listener, format!("http://{address}"))
}
