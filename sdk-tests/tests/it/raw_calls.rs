//! What a caller sees of calls that the document does not have.

use cloudflare_sdk::{Body, ErrorKind, Method, Part, RequestOptions, types::Enrollment};
use sdk_test_servers::Answer;
use sdk_tests::{
    BASE_PATH,
    leap::Leap,
    loopback::{builder, client, enabled},
    script::{Script, answer},
    scrub::TOKEN,
};
use serde_json::{Value, json};

#[tokio::test]
async fn any_method_path_query_and_body_is_sent_as_it_is_given() {
    let purge = Method::from_bytes(b"PURGE").unwrap();
    for method in [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        purge,
    ] {
        let server = Script::answering(enabled()).await;
        let client = client(server.url() + BASE_PATH);
        let call = client.request(method.clone(), "/zones/a%2Fb/things?kept=%20as%2Bis");
        let call = call.query("name", "ä&b=c").query("page", 2).query("none", None::<&str>);
        call.json(&json!({ "a": [1, null] })).send::<Value>().await.unwrap();
        let request = server.only_request();
        assert_eq!(request.method, method);
        assert_eq!(request.path, format!("{BASE_PATH}/zones/a%2Fb/things"));
        assert_eq!(
            request.query.as_deref(),
            Some("kept=%20as%2Bis&name=%C3%A4%26b%3Dc&page=2")
        );
        assert_eq!(request.body, br#"{"a":[1,null]}"#);
        assert_eq!(request.headers["content-type"], "application/json");
        assert_eq!(request.headers["accept"], "application/json");
        assert_eq!(request.headers["authorization"], format!("Bearer {TOKEN}"));
    }
}

#[tokio::test]
async fn a_result_is_read_as_a_model_or_as_any_json() {
    let server = Script::answering(enabled()).await;
    let client = client(server.url());
    let typed = client.request(Method::GET, "/a").send::<Enrollment>().await.unwrap();
    assert_eq!(typed.value.as_str(), "auto");
    let untyped = client.request(Method::GET, "/a").send::<Value>().await.unwrap();
    assert_eq!((&untyped["value"], untyped.status().as_u16()), (&json!("auto"), 200));
}

#[tokio::test]
async fn a_failure_in_json_is_one_however_its_media_type_is_written() {
    for media_type in ["application/json", "Application/JSON; charset=utf-8"] {
        let body = r#"{"success":false,"errors":[{"code":1000,"message":"no"}]}"#;
        let server = Script::answering(Answer::new(200).body_of(media_type, body)).await;
        let error = client(server.url())
            .request(Method::GET, "/a")
            .send_bytes()
            .await
            .unwrap_err();
        assert!(error.has_code(1000), "{media_type}: {error}");
    }
}

#[tokio::test]
async fn a_result_that_may_be_null_may_be_missing() {
    for body in [r#"{"success":true,"result":null}"#, r#"{"success":true}"#] {
        let server = Script::answering(Answer::new(200).text(body)).await;
        let client = client(server.url());
        assert_eq!(
            *client.request(Method::DELETE, "/a").send::<Value>().await.unwrap(),
            Value::Null
        );
        assert_eq!(
            *client.request(Method::DELETE, "/a").send::<Option<u8>>().await.unwrap(),
            None
        );
    }
}

/// What it says would be lost.
#[tokio::test]
async fn json_that_is_not_an_envelope_is_no_null() {
    for body in [
        r#"{"data":{"a":1},"errors":null}"#,
        r#"{"data":{"a":1},"success":"yes"}"#,
        "{}",
    ] {
        let server = Script::answering(Answer::new(200).text(body)).await;
        let client = client(server.url());
        let call = || client.request(Method::POST, "/graphql");
        for error in [
            call().send::<Value>().await.unwrap_err(),
            call().send::<Option<u8>>().await.unwrap_err(),
            call().send::<()>().await.unwrap_err(),
        ] {
            assert_eq!(
                (error.kind(), error.outcome_unknown()),
                (ErrorKind::Decode, true),
                "{error:?}"
            );
            assert_eq!(error.body_text().unwrap(), body);
        }
        assert_eq!(*call().send_bytes().await.unwrap(), body);
    }
}

#[tokio::test]
async fn a_body_of_any_type_is_sent_and_received() {
    let zone_file = "example.com. 1 IN A 192.0.2.1\n";
    let server = Script::answering(Answer::new(200).body_of("text/plain", zone_file)).await;
    let client = client(server.url());
    let call = client.request(Method::POST, "/zones/a/dns_records/import");
    let response = call
        .body("application/octet-stream", vec![0xff, 0])
        .send_bytes()
        .await
        .unwrap();
    assert_eq!(response.into_inner(), zone_file);
    let request = server.only_request();
    assert_eq!(request.headers["content-type"], "application/octet-stream");
    assert_eq!(request.headers["accept"], "*/*");
    assert_eq!(request.body, [0xff, 0]);
}

#[tokio::test]
async fn bytes_that_are_an_envelope_of_a_failure_are_an_error() {
    let body = json!({ "success": false, "errors": [{ "code": 1008, "message": "no" }] });
    let server = Script::answering(Answer::new(200).json(body)).await;
    let error = client(server.url())
        .request(Method::GET, "/a")
        .send_bytes()
        .await
        .unwrap_err();
    assert!(error.kind() == ErrorKind::Api && error.has_code(1008), "{error:?}");
}

#[tokio::test]
async fn a_path_that_would_leave_the_base_url_is_refused_before_anything_is_sent() {
    let server = Script::answering(enabled()).await;
    let client = client(server.url() + BASE_PATH);
    for path in [
        "",
        "zones",
        "@evil.example/",
        ".evil.example/",
        ":1@evil.example/",
        "https://evil.example/",
        "/../../user",
        "/..",
        "/%2e%2E/user",
        "/zones/./a",
        "/a\\..\\b",
        "/a b",
        "/a\r\nx-evil: 1",
        "/a#b",
    ] {
        let error = client.request(Method::GET, path).send::<Value>().await.unwrap_err();
        assert_eq!(
            (error.kind(), error.attempts()),
            (ErrorKind::InvalidRequest, 0),
            "{path:?}"
        );
        let shown = path.replace("\r\n", r"\r\n");
        assert!(error.to_string().contains(&format!("`{shown}`")), "{error}");
    }
    assert!(server.requests().is_empty());
}

/// To the parser of URLs these are part of the host; to the base URL they are part of a path.
#[tokio::test]
async fn a_path_with_two_slashes_goes_to_the_same_server() {
    let server = Script::answering(enabled()).await;
    client(server.url())
        .request(Method::GET, "//evil.example/a")
        .send::<Value>()
        .await
        .unwrap();
    assert_eq!(server.only_request().path, "//evil.example/a");
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_before_anything_is_sent() {
    let server = Script::answering(enabled()).await;
    let client = client(server.url());
    let call = || client.request(Method::POST, "/a");
    let mut keys_of_no_text = std::collections::BTreeMap::new();
    keys_of_no_text.insert(vec![1], 1);
    for call in [
        call().body("text/plain\r\nx-evil: 1", "a"),
        call().json(&keys_of_no_text),
        call().query("a", json!({ "b": { "c": 1 } })),
    ] {
        let error = call.send::<Value>().await.unwrap_err();
        assert_eq!(
            (error.kind(), error.attempts()),
            (ErrorKind::InvalidRequest, 0),
            "{error}"
        );
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn retries_options_and_errors_are_those_of_all_calls() {
    let refusal = answer(
        403,
        "cf-ray: 1-FRA\r\n",
        r#"{"success":false,"errors":[{"code":9109,"message":"Unauthorized"}]}"#,
    );
    let server = Script::start([answer(503, "", ""), refusal]).await;
    let clock = Leap::new();
    let client = builder(server.url())
        .max_retries(2)
        .clock(clock.clone())
        .build()
        .unwrap();
    let client = client.with_options(RequestOptions::new().header("x-team", "edge").unwrap());
    let error = client
        .request(Method::PUT, "/a")
        .json(&1)
        .send::<Value>()
        .await
        .unwrap_err();
    assert!(
        error.is_permission_denied() && error.has_code(9109) && error.outcome_unknown(),
        "{error:?}"
    );
    assert_eq!(
        (error.attempts(), error.operation_id(), error.request_id()),
        (2, Some("request"), Some("1-FRA"))
    );
    assert_eq!(clock.waits().len(), 1);
    for request in server.log().requests {
        assert!(String::from_utf8(request).unwrap().contains("\r\nx-team: edge\r\n"));
    }
}

#[tokio::test]
async fn a_body_may_be_a_stream_or_of_several_parts() {
    let server = Script::answering(enabled()).await;
    let client = client(server.url());
    let stream = Body::from_reader(&b"abc"[..]).with_length(3);
    let call = client.request(Method::PUT, "/a").body("text/plain", stream);
    call.send::<Value>().await.unwrap();
    let parts = [("file", Part::from("x").file_name("a.txt")), ("text", Part::from("y"))];
    let call = client.request(Method::POST, "/a").multipart(parts);
    call.send::<Value>().await.unwrap();
    let requests = server.requests();
    assert_eq!(requests[0].body, b"abc");
    assert_eq!(requests[0].headers["content-length"], "3");
    let content_type = requests[1].headers["content-type"].to_str().unwrap();
    let boundary = content_type.strip_prefix("multipart/form-data; boundary=").unwrap();
    let expected = "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\
                    Content-Type: application/octet-stream\r\n\r\nx\r\n\
                    --B\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\ny\r\n--B--\r\n";
    assert_eq!(
        String::from_utf8_lossy(&requests[1].body).replace(boundary, "B"),
        expected
    );
}
