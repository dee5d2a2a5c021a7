//! Successes of every kind.

use cloudflare_sdk::ErrorKind;
use sdk_test_servers::{Answer, Script};
use serde_json::{Value, json};

use super::client;

fn json_answer(status: u16, body: Value) -> Answer {
    Answer::new(status).json(body)
}

#[tokio::test]
async fn a_success_may_have_no_body_where_the_document_says_so() {
    let server = Script::answering(Answer::new(204)).await;
    let response = client(&server).maybe_get().send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.is_none()), (204, true));
    let body = json!({ "success": true, "errors": [], "messages": [], "result": { "id": "1" } });
    let server = Script::answering(json_answer(200, body)).await;
    let response = client(&server).maybe_get().send().await.unwrap().into_inner();
    assert_eq!(response.and_then(|echo| echo.id).as_deref(), Some("1"));
}

#[tokio::test]
async fn json_of_any_kind_is_given_whole_and_a_failure_in_it_is_one() {
    for (answer, expected) in [
        (json_answer(200, json!([1])), json!([1])),
        (Answer::new(200), Value::Null),
        (
            json_answer(201, json!({ "success": true, "result": 1 })),
            json!({ "success": true, "result": 1 }),
        ),
    ] {
        let server = Script::answering(answer).await;
        assert_eq!(*client(&server).any_get().send().await.unwrap(), expected);
    }
    let failure = json!({ "success": false, "errors": [{ "code": 1000, "message": "no" }] });
    let server = Script::answering(json_answer(200, failure)).await;
    let error = client(&server).any_get().send().await.unwrap_err();
    assert_eq!((error.kind(), error.errors().len()), (ErrorKind::Api, 1));
    let server = Script::answering(Answer::new(200).body_of("text/html", "<html>")).await;
    assert_eq!(
        client(&server).any_get().send().await.unwrap_err().kind(),
        ErrorKind::Decode
    );
}

#[tokio::test]
async fn successes_of_several_types_are_all_read() {
    for (status, body) in [(200, json!("text")), (201, json!({ "r": 1 }))] {
        let server = Script::answering(json_answer(status, body.clone())).await;
        let response = client(&server).several_get().send().await.unwrap();
        assert_eq!(response.status().as_u16(), status);
        assert_eq!(serde_json::to_value(response.into_inner()).unwrap(), body);
    }
}

#[tokio::test]
async fn what_is_not_json_is_bytes_with_its_headers() {
    let server = Script::answering(Answer::new(200).body_of("image/png", [0, 159])).await;
    let response = client(&server).bytes_get().send().await.unwrap();
    assert_eq!(
        (
            response.headers()["content-type"].as_bytes(),
            response.as_ref().as_ref()
        ),
        (b"image/png".as_slice(), [0, 159].as_slice())
    );
    let server = Script::answering(Answer::new(200).text("what")).await;
    assert_eq!(
        client(&server)
            .answers_none_post()
            .send()
            .await
            .unwrap()
            .as_ref()
            .as_ref(),
        b"what"
    );
}

#[tokio::test]
async fn json_by_another_name_is_typed() {
    let server = Script::answering(json_answer(200, json!({ "r": 7 }))).await;
    let client = client(&server);
    assert_eq!(client.problem_get().send().await.unwrap().r, 7);
}

#[tokio::test]
async fn an_operation_whose_id_is_taken_has_another_name() {
    let server = Script::answering(Answer::new(204)).await;
    let client = client(&server);
    client.none_get().send().await.unwrap();
    client.none_get_2().send().await.unwrap();
    client.clone_operation().send().await.unwrap();
}
