//! The stand-in for Cloudflare: what it answers, and what it cannot do without.

use std::{fs, path::Path};

use cloudflare_sdk::{Client, Error, types::Enrollment};
use sdk_tests::{
    recording::{Recording, folder, read_all},
    stand_in::{StandIn, TOKEN, ZONE},
};

fn client(stand_in: &StandIn) -> Client {
    let builder = Client::builder().api_token(TOKEN).unwrap();
    builder.base_url(stand_in.url()).build().unwrap()
}

async fn get(client: &Client) -> String {
    let answer = client.ssl_automatic_mode_get().zone_id(ZONE).send().await.unwrap();
    assert_eq!(answer.next_scheduled_scan.is_some(), answer.value.as_str() == "auto");
    answer.value.to_string()
}

#[tokio::test]
async fn its_zone_keeps_the_mode_that_was_set_last() {
    let stand_in = StandIn::start().await.unwrap();
    let client = client(&stand_in);
    assert_eq!(get(&client).await, "custom");
    for mode in ["auto", "auto", "custom", "auto"] {
        let edit = client.ssl_automatic_mode_edit().zone_id(ZONE).value(mode);
        assert_eq!(edit.send().await.unwrap().value.as_str(), mode);
        assert_eq!(get(&client).await, mode);
    }
}

#[tokio::test]
async fn another_zone_is_refused_and_changes_nothing() {
    let stand_in = StandIn::start().await.unwrap();
    let client = client(&stand_in);
    let other = "372e67954025e0ba6aaa6d586b9e0b59";
    let refused = |error: Error| {
        assert!(error.has_code(1006), "{error}");
        assert_eq!(error.result::<Enrollment>(), None);
    };
    refused(client.ssl_automatic_mode_get().zone_id(other).send().await.unwrap_err());
    let edit = client.ssl_automatic_mode_edit().zone_id(other).value("auto");
    refused(edit.send().await.unwrap_err());
    assert_eq!(get(&client).await, "custom");
}

#[tokio::test]
async fn what_is_neither_auto_nor_custom_is_refused_with_the_documented_error() {
    let stand_in = StandIn::start().await.unwrap();
    let url = format!("{}/zones/{ZONE}/settings/ssl_automatic_mode", stand_in.url());
    for body in [r#"{"value":"strict"}"#, "{}", r#"{"value":null}"#, "auto"] {
        let answer = reqwest::Client::new().patch(&url).body(body).send().await.unwrap();
        assert_eq!(answer.status(), 400, "{body}");
        assert!(answer.text().await.unwrap().contains("only auto or custom accepted"));
    }
    assert_eq!(get(&client(&stand_in)).await, "custom");
}

#[tokio::test]
async fn a_recording_that_is_missing_is_named() {
    let without = |is_left_out: fn(&Recording) -> bool| {
        let copy = tempfile::tempdir().unwrap();
        for (name, recording) in read_all(&folder()).unwrap() {
            if !is_left_out(&recording) {
                recording.write(&copy.path().join(name).with_extension("json")).unwrap();
            }
        }
        copy
    };
    async fn reason(folder: &Path) -> String {
        StandIn::start_with(folder).await.unwrap_err().to_string()
    }

    let copy = without(|recording| recording.response.body.contains("1008"));
    assert!(reason(copy.path()).await.contains("the documented error 1008 of PATCH"));
    let copy = without(|recording| recording.response.body.contains("1006"));
    assert!(reason(copy.path()).await.contains("error 1006 with a result of null"));
    let copy = without(|recording| recording.operation == "ssl_automatic_mode_get");
    assert!(
        reason(copy.path())
            .await
            .contains("answer to GET where the value is `custom`")
    );
    fs::write(copy.path().join("broken.json"), "{").unwrap();
    assert!(reason(copy.path()).await.contains("broken.json"));
    assert!(reason(&copy.path().join("nowhere")).await.contains("nowhere"));
}
