//! What goes over the wire for parameters, bodies and responses of every kind, by a client that is generated for
//! `documents/wire.json`.

// Nobody but these tests can call it.
#[allow(dead_code)]
mod wire {
    include!(concat!(env!("OUT_DIR"), "/wire.rs"));

    pub mod mock {
        include!(concat!(env!("OUT_DIR"), "/wire_mock.rs"));
    }
}

mod answers;
mod bodies;
mod mocks;
mod multipart;
mod parameters;
mod streams;

use sdk_tests::loopback;
use serde_json::json;
use wire::types::Color;
use wiremock::{MockServer, ResponseTemplate};

fn client(server: &MockServer) -> wire::Client {
    wire::Client::from_runtime(loopback::client(server.uri()).runtime().clone())
}

/// A server that answers with an envelope around a result of all optional members.
async fn echo() -> MockServer {
    let body = json!({ "success": true, "errors": [], "messages": [], "result": { "id": "1" } });
    loopback::answering(ResponseTemplate::new(200).set_body_json(body)).await
}

fn color() -> Color {
    Color::builder().r(1).g(2).try_into().unwrap()
}
