//! Parsing a body that has arrived: plain `serde_json` into an envelope, and what the SDK does with it.
//!
//! Both read the same bytes into the same models. The floor's envelope is derived and has the members that the SDK's
//! has, but takes no liberty with them.

use std::hint::black_box;

use cloudflare_sdk::{
    Bytes, Response,
    runtime::{OperationInfo, RawResponse},
    types::{Enrollment, Zone},
};
use cpu_time::ProcessTime;
use sdk_tests::recording::{Recording, folder};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    shared::{Outcome, floor::Envelope},
    table::{Goal, Table},
    times::{Pairs, turns},
};

const ROUNDS: usize = 800;

/// Something to parse, in two ways.
pub struct Work {
    pub subject: &'static str,
    pub floor: Parse,
    pub sdk: Parse,
    /// How often in a round.
    count: u32,
}

/// One way to parse something.
#[derive(Clone, Copy)]
pub struct Parse {
    pub name: &'static str,
    body: fn() -> Outcome<Bytes>,
    run: fn(&Bytes) -> Outcome<()>,
}

pub const WORKS: [Work; 3] = [
    Work {
        subject: "an enrollment",
        floor: Parse {
            name: "enrollment-floor",
            body: enrollment,
            run: plainly::<Enrollment>,
        },
        sdk: Parse {
            name: "enrollment-sdk",
            body: enrollment,
            run: by_the_sdk::<Enrollment>,
        },
        count: 200,
    },
    Work {
        subject: "a page of no zones",
        floor: Parse {
            name: "no-zones-floor",
            body: zones::<0>,
            run: plainly::<Vec<Zone>>,
        },
        sdk: Parse {
            name: "no-zones-sdk",
            body: zones::<0>,
            run: by_the_sdk::<Vec<Zone>>,
        },
        count: 200,
    },
    Work {
        subject: "a page of 50 zones",
        floor: Parse {
            name: "zones-floor",
            body: zones::<50>,
            run: plainly::<Vec<Zone>>,
        },
        sdk: Parse {
            name: "zones-sdk",
            body: zones::<50>,
            run: by_the_sdk::<Vec<Zone>>,
        },
        count: 2,
    },
];

impl Work {
    pub fn named(&self, name: &str) -> Option<Parse> {
        [self.floor, self.sdk].into_iter().find(|parse| parse.name == name)
    }
}

impl Parse {
    pub fn body(&self) -> Outcome<Bytes> {
        (self.body)()
    }

    pub fn run(&self, body: &Bytes) -> Outcome<()> {
        (self.run)(body)
    }
}

pub fn compare(table: &mut Table) -> Outcome<()> {
    for work in WORKS {
        let body = work.floor.body()?;
        let timed = |parse: Parse| -> Outcome<f64> {
            let start = ProcessTime::now();
            for _ in 0..work.count {
                parse.run(black_box(&body))?;
            }
            Ok(start.elapsed().as_secs_f64() * 1e9 / f64::from(work.count))
        };
        let mut times = Pairs::default();
        for round in 0..ROUNDS {
            let (floor, sdk) = turns(round, || timed(work.floor), || timed(work.sdk))?;
            times.push(floor, sdk);
        }
        let figure = format!("parsing {}, CPU time in ns", work.subject);
        times.add_to(table, &figure, Goal::AtMost(1.05));
    }
    Ok(())
}

fn plainly<T: DeserializeOwned>(body: &Bytes) -> Outcome<()> {
    let _arrived = black_box(response(body));
    let envelope: Envelope<T> = serde_json::from_slice(body)?;
    if !envelope.success {
        return Err("a failure".into());
    }
    black_box(&envelope.result.ok_or("no result")?);
    Ok(())
}

fn by_the_sdk<T: DeserializeOwned>(body: &Bytes) -> Outcome<()> {
    let arrived = black_box(response(body));
    black_box(&*Response::<T>::from_response(arrived)?);
    Ok(())
}

/// What the SDK parses; the floor makes it and drops it, so that making it is no part of the ratio.
fn response(body: &Bytes) -> RawResponse {
    const OPERATION: OperationInfo = OperationInfo {
        operation_id: "benchmark",
        url_template: "/benchmark",
        idempotent: true,
        enveloped: true,
        permissions: &[],
    };
    RawResponse::new(Some(&OPERATION), cloudflare_sdk::http::Response::new(body.clone()))
}

fn enrollment() -> Outcome<Bytes> {
    recorded("edit-auto-documented")
}

/// The documented page with its one zone so many times.
fn zones<const COUNT: usize>() -> Outcome<Bytes> {
    let mut page: Value = serde_json::from_slice(&recorded("list-page-documented")?)?;
    let zones = page["result"].as_array_mut().ok_or("a page is a list")?;
    let zone = zones.first().cloned().ok_or("a page has a zone")?;
    zones.resize(COUNT, zone);
    Ok(serde_json::to_vec(&page)?.into())
}

fn recorded(name: &str) -> Outcome<Bytes> {
    Ok(Recording::read(&folder().join(name).with_extension("json"))?
        .response
        .body
        .into())
}
