//! What holds whatever a server answers and whatever a caller gives, with random input, recorded answers, and the seeds
//! of the fuzzer, to which what it found is added.

use std::{
    fs,
    path::{Path, PathBuf},
};

use proptest::{collection::vec, prelude::*, sample::select};
use sdk_fuzz::{rate_limits, response, retry_after, zone_id};
use sdk_tests::{
    instances::{anything, check, texts},
    recording,
};
use serde_json::json;

/// Holds a property against every seed of its fuzz target.
fn check_seeds(target: &str, property: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    // Beside them is what the fuzzer came up with on this machine.
    let is_seed = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "seed");
    let seeds: Vec<_> = files.filter(is_seed).collect();
    assert!(!seeds.is_empty());
    for seed in seeds {
        // A panic does not say which seed it was.
        println!("{}", seed.display());
        property(&fs::read(seed).unwrap());
    }
}

/// Holds a property against random texts.
fn check_texts(texts: impl Strategy<Value = String>, property: fn(&[u8])) {
    check(texts, |text| {
        property(text.as_bytes());
        Ok(())
    });
}

/// Texts of a few parts, so that they often mean something, in any order, so that they often do not.
fn of_parts(parts: &[&str]) -> impl Strategy<Value = String> {
    let parts: Vec<_> = parts.iter().map(|part| (*part).to_owned()).collect();
    let parts = prop_oneof![8 => select(parts), 1 => texts(3)];
    vec(parts, 0..12).prop_map(|parts| parts.concat())
}

/// Recorded answers.
fn answers() -> Vec<Vec<u8>> {
    let recordings = recording::read_all(&recording::folder()).unwrap();
    let input = |recording: recording::Recording| {
        let recording::Response { status, headers, body } = recording.response;
        let headers = headers.iter().map(|(name, value)| format!("{name}: {value}\n"));
        format!("{status}\n{}\n{body}", headers.collect::<String>()).into_bytes()
    };
    recordings.into_values().map(input).collect()
}

#[test]
fn every_seed_holds() {
    check_seeds("rate_limits", rate_limits);
    check_seeds("response", response);
    check_seeds("retry_after", retry_after);
    check_seeds("zone_id", zone_id);
}

#[test]
fn a_recorded_answer_is_read_as_what_it_is_even_if_it_is_damaged() {
    let answers = answers();
    answers.iter().for_each(|answer| response(answer));
    let damage = (any::<prop::sample::Index>(), 0..4_usize, vec(any::<u8>(), 0..4));
    check((select(answers), vec(damage, 1..4)), |(mut answer, damages)| {
        for (place, removed, inserted) in damages {
            let place = place.index(answer.len());
            let end = (place + removed).min(answer.len());
            answer.splice(place..end, inserted);
        }
        response(&answer);
        Ok(())
    });
}

#[test]
fn any_json_is_read_as_what_it_is() {
    const NAMES: &[&str] = &[
        "success",
        "errors",
        "messages",
        "result",
        "result_info",
        "code",
        "message",
        "source",
        "pointer",
        "page",
    ];
    let statuses = select(vec![200, 204, 400, 401, 403, 404, 429, 500, 503, 520]);
    check(
        (statuses, anything(NAMES), anything(NAMES), anything(NAMES)),
        |(status, result, errors, info)| {
            for success in [json!(true), json!(false), errors.clone()] {
                let envelope = json!({ "success": success, "errors": errors, "result": result, "result_info": info });
                response(format!("{status}\ncontent-type: application/json\n\n{envelope}").as_bytes());
            }
            response(format!("{status}\n\n{result}").as_bytes());
            Ok(())
        },
    );
}

#[test]
fn any_headers_of_rate_limits_are_read_as_structured_fields() {
    let parts = [
        "\"default\"",
        "\"a b\"",
        "\"\\\"\"",
        ";r=50",
        ";t=30",
        ";q=1200",
        ";w=300",
        ";r=-1",
        ";t=1.5",
        ";r",
        ";t=",
        "0",
        "999999999999999",
        ", ",
        ",",
        " ",
        "\n",
        ";pk=:YQ==:",
        "(",
        ")",
        ";",
        "=",
        "token",
        "?1",
        "@1",
        "%\"%c3%a4\"",
    ];
    check_texts(of_parts(&parts), rate_limits);
    // Up to a digit more than a number may have.
    let number = "([0-9]{1,4}|[0-9]{14,16})";
    let item =
        format!(r#""[a-z ]{{0,9}}"(;r={number}(;t={number})?|;q={number}(;w={number})?|(;[rqtwx]=-?{number}){{0,4}})"#);
    let item = proptest::string::string_regex(&item).unwrap();
    check_texts(vec(item, 1..3).prop_map(|items| items.join(", ")), rate_limits);
}

#[test]
fn any_retry_after_is_seconds_or_a_date_or_nothing() {
    let dates = (0..253_402_300_800_u64).prop_map(|seconds| {
        httpdate::fmt_http_date(std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds))
    });
    check_texts(dates, retry_after);
    let parts = [
        "0",
        "1",
        "117",
        "99999999999999999999",
        " ",
        "\t",
        "+",
        "-",
        ".",
        "Sun, ",
        "Sunday, ",
        "Sun ",
        "06 ",
        "06-",
        "Nov ",
        "Nov-",
        "1994 ",
        "94 ",
        "08:49:37",
        " GMT",
        "Nov  6 ",
        " 9999",
    ];
    check_texts(of_parts(&parts), retry_after);
}

#[test]
fn any_zone_id_stays_in_its_segment() {
    check_texts(texts(40), zone_id);
    let parts = [
        "023e105f4ecef8ad",
        ".",
        "..",
        "/",
        "\\",
        "%2e",
        "%2F",
        "%",
        "?",
        "#",
        ";",
        "@",
        ":",
        "ä",
        " ",
        "\n",
        "a",
    ];
    check_texts(of_parts(&parts), zone_id);
}
