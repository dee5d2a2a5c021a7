//! Mocks of such operations.

use cloudflare_sdk::{Part, mock::MockServer};

use super::{
    color,
    generated::{self, mock::MockServerExt as _, types::Echo},
};

async fn server() -> (MockServer, generated::Client) {
    let server = MockServer::start_async().await;
    let client = generated::Client::from_runtime(server.client().unwrap().runtime().clone());
    (server, client)
}

fn answer() -> Echo {
    Echo::builder().id("1".to_owned()).try_into().unwrap()
}

#[tokio::test]
async fn a_mock_tells_parameters_of_every_place_apart() {
    let (server, client) = server().await;
    let list = || ["a,b".to_owned(), "c".to_owned()].to_vec();
    let query = server.query_get(|when, then| {
        when.comma(list()).deep(color()).filter(color()).send_query("x");
        then.ok(answer());
    });
    let path = server.path_get(|when, then| {
        when.list(list()).matrix(color()).name("d");
        then.ok(answer());
    });
    let headers = server.headers_get(|when, then| {
        when.x_list(list()).x_color(color()).session("e;");
        then.ok(answer());
    });
    let call = || client.query_get().comma(list()).deep(color()).filter(color());
    call().send_query("x").send().await.unwrap();
    assert!(call().send_query("y").send().await.is_err());
    let call = |name: &str| {
        client
            .path_get()
            .list(list())
            .matrix(color())
            .label([1].to_vec())
            .name(name.to_owned())
    };
    call("d").send().await.unwrap();
    assert!(call("f").send().await.is_err());
    let call = |session: &str| {
        client
            .headers_get()
            .x_required("1")
            .x_list(list())
            .x_color(color())
            .session(session.to_owned())
    };
    call("e;").send().await.unwrap();
    assert!(call("e").send().await.is_err());
    for mock in [query, path, headers] {
        mock.assert();
    }
}

#[tokio::test]
async fn a_mock_tells_bodies_apart() {
    let (server, client) = server().await;
    let parts = server.multipart_put(|when, then| {
        when.file("x")
            .text("y")
            .metadata(color())
            .tags(["z".to_owned()].to_vec());
        then.ok(answer());
    });
    let raw = server.raw_put(|when, then| {
        when.body("script");
        then.ok(answer());
    });
    let lines = server.lines_post(|_, then| {
        then.ok("application/x-ndjson", "1\n");
    });
    let call = |file: &'static str| {
        let tags = ["z".to_owned(), "w".to_owned()].to_vec();
        client
            .multipart_put()
            .file(Part::from(file).file_name("f"))
            .text("y")
            .metadata(color())
            .tags(tags)
    };
    call("x").send().await.unwrap();
    assert!(call("other").send().await.is_err());
    client.raw_put().body("script").send().await.unwrap();
    assert!(client.raw_put().body("other").send().await.is_err());
    client.lines_post().body("").send().await.unwrap();
    for mock in [parts, raw, lines] {
        mock.assert();
    }
}
