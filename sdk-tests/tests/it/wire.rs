//! What goes over the wire for parameters, bodies and responses of every kind, by a client that is generated for
//! `documents/wire.json`.

// Nobody but these tests can call it.
#[allow(dead_code)]
mod generated {
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

use generated::types::Color;
use sdk_test_servers::{Answer, Script};
use sdk_tests::loopback;
use serde_json::json;

fn client(server: &Script) -> generated::Client {
    generated::Client::from_runtime(loopback::client(server.url()).runtime().clone())
}

/// A server that answers with an envelope around a result of all optional members.
async fn echo() -> Script {
    let body = json!({ "success": true, "errors": [], "messages": [], "result": { "id": "1" } });
    Script::answering(Answer::new(200).json(body)).await
}

fn color() -> Color {
    Color::builder().r(1).g(2).try_into().unwrap()
}
