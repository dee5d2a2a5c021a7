//! Parameters of every place and style.

use cloudflare_sdk::ErrorKind;
use sdk_tests::scrub::TOKEN;
use serde_json::{Map, json};

use super::{client, color, echo};

#[tokio::test]
async fn each_style_of_the_query_is_sent_as_openapi_says() {
    let server = echo().await;
    let client = client(&server);
    let map = Map::from_iter([("k".to_owned(), json!("v&w"))]);
    let call = client
        .query_get()
        .form(["a b".to_owned(), "c,d".to_owned()].to_vec())
        .comma(["a b".to_owned(), "c,d".to_owned()].to_vec())
        .space(["e".to_owned(), "f".to_owned()].to_vec())
        .pipe(["e".to_owned(), "f".to_owned()].to_vec())
        .deep(color())
        .exploded(color())
        .joined(color())
        .filter(color())
        .reserved("/a?b=c&d")
        .empty("")
        .untyped("x")
        .any(json!("y"))
        .match_("all")
        .send_query("z")
        .page_size(2)
        .from("1")
        .from_query("2");
    call.map(serde_json::from_value::<std::collections::HashMap<String, String>>(map.into()).unwrap())
        .send()
        .await
        .unwrap();
    let request = server.only_request();
    let query = request.query.as_deref().unwrap();
    let mut pairs: Vec<&str> = query.split('&').collect();
    pairs.sort_unstable();
    let mut expected = [
        "form=a+b",
        "form=c%2Cd",
        "comma=a%20b,c%2Cd",
        "space=e%20f",
        "pipe=e%7Cf",
        "deep%5Br%5D=1",
        "deep%5Bg%5D=2",
        "r=1",
        "g=2",
        "filter=%7B%22g%22%3A2%2C%22r%22%3A1%7D",
        "reserved=/a?b%3Dc%26d",
        "empty=",
        "untyped=x",
        "any=y",
        "match=all",
        "send=z",
        "page.size=2",
        "from=1",
        "From=2",
        "k=v%26w",
        "joined=g,2,r,1",
    ];
    expected.sort_unstable();
    assert_eq!(pairs, expected);
}

#[tokio::test]
async fn what_is_not_set_is_not_sent() {
    let server = echo().await;
    let client = client(&server);
    client.query_get().send().await.unwrap();
    assert_eq!(server.only_request().query.as_deref(), None);
}

#[tokio::test]
async fn lists_and_objects_stand_in_their_segments_of_the_path() {
    let server = echo().await;
    let client = client(&server);
    let call = || client.path_get();
    let text = |text: &str| text.to_owned();
    call()
        .list([text("a/b"), text("c")].to_vec())
        .matrix(color())
        .label([1, 2].to_vec())
        .name("d e")
        .send()
        .await
        .unwrap();
    let path = server.only_request().path.to_owned();
    assert_eq!(path, "/path/a%2Fb,c/;g=2;r=1/.1,2/d%20e.json");
    for list in [Vec::new(), [String::new()].to_vec(), [text("..")].to_vec()] {
        let call = call().list(list).matrix(color()).label([1].to_vec()).name("d");
        assert_eq!(call.send().await.unwrap_err().kind(), ErrorKind::InvalidRequest);
    }
}

#[tokio::test]
async fn parameters_of_a_path_need_not_be_declared_and_may_repeat() {
    let server = echo().await;
    let client = client(&server);
    let call = client.path_again().first("x").second("y");
    call.send().await.unwrap();
    assert_eq!(server.only_request().path, "/path/x:y/x");
}

#[tokio::test]
async fn headers_and_cookies_are_sent_and_never_the_credentials() {
    let server = echo().await;
    let client = client(&server);
    let call = client
        .headers_get()
        .x_list(["a".to_owned(), "b".to_owned()].to_vec())
        .x_color(color())
        .x_json(color())
        .x_required("c")
        .session("d;e")
        .seen(["f".to_owned()].to_vec());
    call.send().await.unwrap();
    let request = server.only_request();
    let header = |name: &str| {
        request
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    assert_eq!(header("x-list"), "a,b");
    assert_eq!(header("x-color"), "g=2,r=1");
    assert_eq!(header("x-json"), r#"{"g":2,"r":1}"#);
    assert_eq!(header("x-required"), "c");
    assert_eq!(header("cookie"), "seen=f; session=d%3Be");
    assert_eq!(header("authorization"), format!("Bearer {TOKEN}"));
    assert_eq!(header("x-auth-key"), "");
}

#[tokio::test]
async fn a_header_that_would_add_another_is_refused() {
    let server = echo().await;
    let client = client(&server);
    let error = client.headers_get().x_required("a\r\nx-b: c").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.to_string().contains("`X-Required`"), "{error}");
    let error = client.headers_get().send().await.unwrap_err();
    assert!(error.to_string().contains("is required"), "{error}");
}
