//! Bodies that are streamed, and lines of JSON both ways.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use cloudflare_sdk::{Body, Bytes, ErrorKind};
use futures_util::{StreamExt as _, stream};
use sdk_test_servers::{Answer, Script};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, ReadBuf};

use super::{client, color, echo};

fn pieces(pieces: &'static [&'static str]) -> Body {
    Body::from_stream(stream::iter(pieces).map(|piece| Ok::<_, std::io::Error>(Bytes::from_static(piece.as_bytes()))))
}

#[tokio::test]
async fn a_stream_of_known_length_announces_it_and_another_does_not() {
    let server = echo().await;
    let client = client(&server);
    client
        .raw_put()
        .body(pieces(&["ab", "c"]).with_length(3))
        .send()
        .await
        .unwrap();
    client.raw_put().body(pieces(&["ab", "c"])).send().await.unwrap();
    let requests = server.requests();
    let length = |index: usize| {
        requests[index]
            .headers
            .get("content-length")
            .and_then(|value| value.to_str().ok())
    };
    assert_eq!((length(0), length(1)), (Some("3"), None));
    assert!(requests.iter().all(|request| request.body == b"abc"));
}

#[tokio::test]
async fn a_stream_of_another_length_than_announced_fails() {
    for length in [2, 4] {
        let server = echo().await;
        let body = pieces(&["ab", "c"]).with_length(length);
        let error = client(&server).raw_put().body(body).send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport, "{error}");
    }
}

#[tokio::test]
async fn a_stream_that_fails_is_the_source_of_the_error() {
    let server = echo().await;
    let client = client(&server);
    let failing = stream::iter([
        Ok(Bytes::from_static(b"a")),
        Err(std::io::Error::other("the disk is gone")),
    ]);
    let error = client
        .raw_put()
        .body(Body::from_stream(failing))
        .send()
        .await
        .unwrap_err();
    let mut source = std::error::Error::source(&error);
    let mut texts = Vec::new();
    while let Some(cause) = source {
        texts.push(cause.to_string());
        source = cause.source();
    }
    assert!(texts.iter().any(|text| text.contains("the disk is gone")), "{texts:?}");
}

/// A reader of so many bytes that counts how many were read.
struct Counted {
    left: usize,
    read: Arc<AtomicUsize>,
}

impl AsyncRead for Counted {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<std::io::Result<()>> {
        let length = self.left.min(buffer.remaining());
        buffer.put_slice(&vec![b'x'; length]);
        self.left -= length;
        self.read.fetch_add(length, Ordering::Relaxed);
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn a_file_in_a_part_is_read_as_it_is_sent() {
    const SIZE: usize = 1 << 20;
    let server = echo().await;
    let client = client(&server);
    let read = Arc::new(AtomicUsize::new(0));
    let file = Counted {
        left: SIZE,
        read: Arc::clone(&read),
    };
    let call = client.multipart_put().metadata(color());
    let call = call.file(Body::from_reader(file).with_length(SIZE as u64));
    assert_eq!(read.load(Ordering::Relaxed), 0);
    call.send().await.unwrap();
    assert_eq!(read.load(Ordering::Relaxed), SIZE);
    let request = server.only_request();
    assert_eq!(
        request.headers["content-length"].to_str().unwrap(),
        request.body.len().to_string()
    );
    assert_eq!(request.body.iter().filter(|byte| **byte == b'x').count(), SIZE);
}

#[tokio::test]
async fn values_are_written_as_lines_and_read_as_lines() {
    let server =
        Script::answering(Answer::new(200).body_of("application/x-ndjson", "{\"r\":1}\n\n{\"r\":2}\n[]")).await;
    let lines = Body::from_json_lines([json!({ "a": "x\ny" }), json!(2)]);
    let response = client(&server).lines_post().body(lines).send().await.unwrap();
    let request = server.only_request();
    assert_eq!(request.headers["content-type"], "application/x-ndjson");
    assert_eq!(request.body, b"{\"a\":\"x\\ny\"}\n2\n");
    let read: Vec<_> = response
        .json_lines::<super::generated::types::Color>()
        .map(|line| line.ok().map(|c| c.r))
        .collect();
    assert_eq!(read, [Some(1), Some(2), None]);
    let server = Script::answering(Answer::new(200)).await;
    let lines = Body::from_json_stream(stream::iter((0..3).map(Value::from)));
    client(&server).lines_post().body(lines).send().await.unwrap();
    assert_eq!(server.only_request().body, b"0\n1\n2\n");
}
