//! Bodies of several parts.

use cloudflare_sdk::{Body, ErrorKind, Part};
use sdk_test_servers::{Answer, Request, Script};
use sdk_tests::loopback::builder;

use super::{client, color, echo, generated};

/// The body with `B` for the boundary, and lines of one character.
fn text(request: &Request) -> String {
    let content_type = request.headers["content-type"].to_str().unwrap();
    let boundary = content_type.strip_prefix("multipart/form-data; boundary=").unwrap();
    String::from_utf8_lossy(&request.body)
        .replace(boundary, "B")
        .replace("\r\n", "\n")
}

#[tokio::test]
async fn each_property_is_a_part_in_the_order_of_the_document() {
    let server = echo().await;
    let client = client(&server);
    let call = client
        .multipart_put()
        .part(
            "index.js",
            Part::from("export {}")
                .file_name("index.js")
                .content_type("application/javascript+module"),
        )
        .metadata(color())
        .tags(["x".to_owned(), "y".to_owned()].to_vec())
        .size(3u64)
        .kind("a")
        .text("plain")
        .files(vec![Part::from("1"), Part::from("2").file_name("two")])
        .file(vec![b'p']);
    call.send().await.unwrap();
    let expected = r#"--B
Content-Disposition: form-data; name="file"; filename="file"
Content-Type: image/png

p
--B
Content-Disposition: form-data; name="files"; filename="files"
Content-Type: application/octet-stream

1
--B
Content-Disposition: form-data; name="files"; filename="two"
Content-Type: application/octet-stream

2
--B
Content-Disposition: form-data; name="text"

plain
--B
Content-Disposition: form-data; name="kind"

a
--B
Content-Disposition: form-data; name="size"

3
--B
Content-Disposition: form-data; name="tags"

x
--B
Content-Disposition: form-data; name="tags"

y
--B
Content-Disposition: form-data; name="metadata"
Content-Type: application/json

{"g":2,"r":1}
--B
Content-Disposition: form-data; name="index.js"; filename="index.js"
Content-Type: application/javascript+module

export {}
--B--
"#;
    let request = server.only_request();
    assert_eq!(text(&request), expected);
    let length = request.headers["content-length"].to_str().unwrap();
    assert_eq!(length, request.body.len().to_string());
}

#[tokio::test]
async fn what_is_required_is_asked_for_and_what_is_wrong_is_refused() {
    let server = echo().await;
    let client = client(&server);
    let put = || client.multipart_put();
    let error = put().send().await.unwrap_err();
    assert!(error.to_string().contains("`metadata` is required"), "{error}");
    for (call, reason) in [
        (put().metadata(color()).kind("c"), "`kind`: `c` is not one of"),
        (put().metadata(color()).size(0u64), "`size`"),
        (put().metadata(color()).part("a\r\nb", "c"), "the part `a"),
        (
            put().metadata(color()).file(Part::from("").file_name("a\"\r\n")),
            "the file name",
        ),
        (
            put().metadata(color()).part("a", Part::from("").content_type("a\nb")),
            "the content type",
        ),
    ] {
        let error = call.send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(error.to_string().contains(reason), "{error}");
    }
}

#[tokio::test]
async fn an_optional_body_of_several_parts_is_sent_only_with_a_part() {
    let server = echo().await;
    client(&server).multipart_post().send().await.unwrap();
    let request = server.only_request();
    assert!(!request.headers.contains_key("content-type") && request.body.is_empty());
    let server = echo().await;
    client(&server).multipart_post().file("x").send().await.unwrap();
    assert!(text(&server.only_request()).contains("\n\nx\n--B--\n"));
}

#[tokio::test]
async fn parts_of_bytes_are_sent_again_and_parts_of_streams_are_not() {
    let server = Script::answering(Answer::new(503)).await;
    let client = builder(server.url()).max_retries(1).build().unwrap();
    let client = generated::Client::from_runtime(client.runtime().clone());
    let put = || client.multipart_put().metadata(color());
    let error = put().file("x").send().await.unwrap_err();
    assert_eq!(error.attempts(), 2);
    let requests = server.requests();
    assert_eq!(requests[0].body, requests[1].body);
    let error = put().file(Body::from_reader(&b"x"[..])).send().await.unwrap_err();
    assert_eq!(error.attempts(), 1);
}
