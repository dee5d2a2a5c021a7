//! Bodies of one part: JSON by other names, bytes, forms, and those that may be missing.

use std::collections::HashMap;

use cloudflare_sdk::{Body, ErrorKind, Nullable};
use sdk_test_servers::Request;
use serde_json::{Value, json};

use super::{client, color, echo};

fn content_type(request: &Request) -> Option<&str> {
    request.headers.get("content-type")?.to_str().ok()
}

fn sent(request: &Request) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

#[tokio::test]
async fn json_by_another_name_keeps_its_name() {
    let server = echo().await;
    let client = client(&server);
    client.merge_patch().r(1).g(2).send().await.unwrap();
    let request = server.only_request();
    assert_eq!(content_type(&request), Some("application/merge-patch+json"));
    assert_eq!(sent(&request), json!({ "r": 1, "g": 2 }));
}

#[tokio::test]
async fn missing_empty_null_and_a_value_are_sent_as_what_they_are() {
    let server = echo().await;
    let client = client(&server);
    client.merge_patch().r(1).send().await.unwrap();
    let empty = client.merge_patch().r(1).tags(Vec::new()).labels(HashMap::new());
    empty.note(Nullable::Null).send().await.unwrap();
    let given = client.merge_patch().r(1).tags(["a".to_owned()].to_vec()).note("b");
    given.send().await.unwrap();
    let requests = server.requests();
    let bodies: Vec<Value> = requests.iter().map(sent).collect();
    assert_eq!(
        bodies,
        [
            json!({ "r": 1 }),
            json!({ "r": 1, "tags": [], "labels": {}, "note": null }),
            json!({ "r": 1, "tags": ["a"], "note": "b" }),
        ]
    );
}

#[tokio::test]
async fn what_need_not_be_sent_is_given_as_its_value_or_as_an_option() {
    let server = echo().await;
    let client = client(&server);
    let by_value = client.merge_patch().r(1).title("a").shade("dark").place(3);
    by_value.note("b").send().await.unwrap();
    let by_option = client.merge_patch().r(1).title(Some("a".to_owned())).place(None);
    by_option.note(None).send().await.unwrap();
    let error = client.merge_patch().r(1).place(u64::MAX).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.to_string().contains("`place`"), "{error}");
    let requests = server.requests();
    let bodies: Vec<Value> = requests.iter().map(sent).collect();
    assert_eq!(
        bodies,
        [
            json!({ "r": 1, "title": "a", "shade": "dark", "place": 3, "note": "b" }),
            json!({ "r": 1, "title": "a", "note": null }),
        ]
    );
}

#[tokio::test]
async fn an_optional_body_is_sent_only_where_one_is_given() {
    let server = echo().await;
    client(&server).optional_post().send().await.unwrap();
    client(&server).json_get().send().await.unwrap();
    client(&server).json_delete().send().await.unwrap();
    client(&server).raw_post().send().await.unwrap();
    for request in server.requests() {
        assert_eq!(
            (content_type(&request), request.body.as_slice()),
            (None, b"".as_slice())
        );
    }
    let server = echo().await;
    client(&server).optional_post().r(1).send().await.unwrap();
    client(&server).optional_post().body(color()).send().await.unwrap();
    client(&server)
        .optional_post()
        .body_map(|body| body.r(3))
        .send()
        .await
        .unwrap();
    let requests = server.requests();
    let bodies: Vec<Value> = requests.iter().map(sent).collect();
    assert_eq!(
        bodies,
        [json!({ "r": 1 }), json!({ "r": 1, "g": 2 }), json!({ "r": 3 })]
    );
    assert!(
        requests
            .iter()
            .all(|request| content_type(request) == Some("application/json"))
    );
}

#[tokio::test]
async fn an_optional_body_that_lacks_what_it_needs_is_refused() {
    let server = echo().await;
    let client = client(&server);
    let error = client.optional_post().g(2).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.to_string().contains("`r` is required"), "{error}");
    let error = client.any_put().send().await.unwrap_err();
    assert!(error.to_string().contains("`body` is required"), "{error}");
}

#[tokio::test]
async fn a_get_and_a_delete_may_have_a_body() {
    let server = echo().await;
    client(&server).json_get().r(1).send().await.unwrap();
    assert_eq!(sent(&server.only_request()), json!({ "r": 1 }));
    let server = echo().await;
    client(&server)
        .json_delete()
        .body(["a".to_owned()].to_vec())
        .send()
        .await
        .unwrap();
    assert_eq!(sent(&server.only_request()), json!(["a"]));
}

#[tokio::test]
async fn json_without_a_schema_may_be_any() {
    let server = echo().await;
    let client = client(&server);
    client.any_put().body(json!([1, null])).send().await.unwrap();
    assert_eq!(sent(&server.only_request()), json!([1, null]));
}

#[tokio::test]
async fn bytes_go_out_with_the_content_type_of_the_document() {
    let server = echo().await;
    client(&server).raw_put().body("let a = 1;").send().await.unwrap();
    let request = server.only_request();
    assert_eq!(
        (content_type(&request), request.body.as_slice()),
        (Some("application/javascript"), b"let a = 1;".as_slice())
    );
    let server = echo().await;
    client(&server).raw_post().body(vec![0, 1, 2]).send().await.unwrap();
    let request = server.only_request();
    assert_eq!(
        (content_type(&request), request.body.as_slice()),
        (Some("application/octet-stream"), [0, 1, 2].as_slice())
    );
}

#[tokio::test]
async fn another_media_type_than_the_first_can_be_sent() {
    let server = echo().await;
    let client = client(&server);
    client.several_put().body_as("text/csv", "a,b").send().await.unwrap();
    client.several_put().r(1).send().await.unwrap();
    client
        .wildcard_post()
        .body_as("text/plain", Body::from("c"))
        .send()
        .await
        .unwrap();
    client.wildcard_post().body("d").send().await.unwrap();
    let requests = server.requests();
    let sent: Vec<_> = requests
        .iter()
        .map(|request| (content_type(request).unwrap(), String::from_utf8_lossy(&request.body)))
        .collect();
    let expected = [
        ("text/csv", "a,b"),
        ("application/json", r#"{"r":1}"#),
        ("text/plain", "c"),
        ("application/octet-stream", "d"),
    ];
    assert_eq!(sent, expected.map(|(kind, body)| (kind, body.into())));
    let error = client.several_put().send().await.unwrap_err();
    assert!(error.to_string().contains("`r` is required"), "{error}");
    let error = client
        .several_put()
        .body_as("text/plain\r\n", "")
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
}

#[tokio::test]
async fn a_form_has_lists_as_pairs_and_objects_as_json() {
    let server = echo().await;
    let client = client(&server);
    let call = client
        .form_post()
        .name("a b".to_owned())
        .tags(["x".to_owned(), "y".to_owned()].to_vec());
    call.color(color()).send().await.unwrap();
    let request = server.only_request();
    assert_eq!(content_type(&request), Some("application/x-www-form-urlencoded"));
    let body = String::from_utf8_lossy(&request.body);
    let mut pairs: Vec<&str> = body.split('&').collect();
    pairs.sort_unstable();
    assert_eq!(
        pairs,
        ["color=%7B%22g%22%3A2%2C%22r%22%3A1%7D", "name=a+b", "tags=x", "tags=y"]
    );
}
