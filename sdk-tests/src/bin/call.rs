//! Asks for the enrollment of a zone and prints what came of it, for tests of what a client takes from its environment.
//!
//! The client is made from the environment, or, if a base URL is given, of that and nothing else.

use std::env;

use cloudflare_sdk::Client;
use sdk_tests::loopback::{builder, get};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let client = match env::args().nth(1) {
        None => Client::from_env(),
        Some(url) => builder(url).build(),
    };
    let outcome = match client {
        Ok(client) => get(&client).await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(enrollment) => println!("{}", enrollment.value),
        Err(error) => println!("{:?}: {error}", error.kind()),
    }
}
