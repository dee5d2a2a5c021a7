//! A made-up fleet of zones on a loopback port, behind a rate limit that is enforced as Cloudflare's is documented.
//!
//! The server has a thread and a runtime of its own, so that a test whose time is paused, or that starts other processes,
//! does not disturb it.

mod limit;
mod zones;

use std::{
    convert::Infallible,
    io,
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc},
    thread,
    time::{Duration, Instant},
};

use futures_util::{StreamExt as _, future, stream};
use http_body_util::{BodyExt, Full, StreamBody, combinators::BoxBody};
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Bytes, Frame, Incoming},
    header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::oneshot, time::sleep};

use crate::BASE_PATH;
use zones::Zones;

pub use limit::{Counter, Counting, Limit};
pub use zones::{ACCOUNTS, zone_id};

/// What a fleet is like, and how its server behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many zones there are.
    pub zones: usize,
    /// Of how many zones one is enrolled already; none if it is 0.
    pub enrolled: usize,
    /// How many requests there may be, if there is a limit.
    pub limit: Option<Limit>,
    /// How long a request takes until it is counted, and as long again until the response is there.
    pub half_way: Duration,
    /// Which share of the calls fails in passing, in turn by status 500, a closed connection and a body that is cut
    /// off, every other time after the change was made.
    pub transient: f64,
    /// What the transient failures are drawn from.
    pub seed: u64,
    /// Of how many zones one may not be edited, which is refused in turn by 403, 404 and 400; none if it is 0.
    pub refused: usize,
    /// Whether the credentials are refused always.
    pub unauthenticated: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            zones: 100,
            enrolled: 0,
            limit: None,
            half_way: Duration::ZERO,
            transient: 0.0,
            seed: 0,
            refused: 0,
            unauthenticated: false,
        }
    }
}

/// A server that stands in for Cloudflare until it is dropped.
#[derive(Debug)]
pub struct FleetServer {
    url: String,
    state: Arc<Mutex<State>>,
    _running: oneshot::Sender<Infallible>,
}

#[derive(Debug)]
struct State {
    options: Options,
    zones: Zones,
    counter: Option<Counter>,
    log: Log,
    random: u64,
}

/// What a server has seen so far.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// All requests, refused ones included.
    pub requests: u64,
    /// Those that the limit refused.
    pub limited: u64,
    /// Those that were to edit a zone.
    pub edits: u64,
    /// Those that failed in passing.
    pub transient: u64,
    /// When the first and the latest request arrived.
    pub first: Option<Instant>,
    /// When the latest request arrived.
    pub latest: Option<Instant>,
}

enum Answer {
    Whole(StatusCode, Value),
    Truncated(Value),
    Closed,
}

impl FleetServer {
    /// Starts a server.
    ///
    /// # Errors
    ///
    /// When no port can be had.
    pub fn start(options: Options) -> io::Result<Self> {
        let state = Arc::new(Mutex::new(State {
            zones: Zones::new(&options),
            counter: options.limit.map(|limit| Counter::new(limit, Instant::now())),
            log: Log::default(),
            random: options.seed,
            options,
        }));
        let (running, stop) = oneshot::channel();
        let (sender, address) = mpsc::channel();
        let served = Arc::clone(&state);
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = match runtime {
                Ok(runtime) => runtime,
                Err(cause) => return sender.send(Err(cause)).unwrap_or_default(),
            };
            runtime.block_on(async {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
                let listener = listener.and_then(|listener| Ok((listener.local_addr()?, listener)));
                let (address, listener) = match listener {
                    Ok(bound) => bound,
                    Err(cause) => return sender.send(Err(cause)).unwrap_or_default(),
                };
                if sender.send(Ok(address)).is_err() {
                    return;
                }
                tokio::select! {
                    () = serve(listener, served) => {}
                    _ = stop => {}
                }
            });
        });
        let address = address.recv().map_err(io::Error::other)??;
        Ok(Self {
            url: format!("http://{address}{BASE_PATH}"),
            state,
            _running: running,
        })
    }

    /// The base URL for a client.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What it has seen so far.
    #[must_use]
    pub fn log(&self) -> Log {
        self.state().log.clone()
    }

    /// How many zones are in this mode.
    #[must_use]
    pub fn zones_in(&self, mode: &str) -> usize {
        self.state().zones.in_mode(mode)
    }

    /// The most edits that arrived for one zone after it had been answered in full that it was edited.
    #[must_use]
    pub fn most_repeated(&self) -> u32 {
        self.state().zones.most_repeated()
    }

    /// How long so many requests have to take at least, from when the first one arrived.
    #[must_use]
    pub fn least_time(&self, requests: u64) -> Duration {
        let state = self.state();
        match (&state.counter, state.log.first) {
            (Some(counter), Some(first)) => counter.least_time(first, requests),
            _ => Duration::ZERO,
        }
    }

    /// Puts a zone that is new before all others, so that each one moves.
    pub fn insert_zone(&self) {
        self.state().zones.insert();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn serve(listener: TcpListener, state: Arc<Mutex<State>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let state = Arc::clone(&state);
        // Without it, a response in two parts waits for an acknowledgement.
        let _ = stream.set_nodelay(true);
        // So that a connection that is closed in the midst is one that is reset.
        let _ = stream.set_zero_linger();
        tokio::spawn(async move {
            let service = service_fn(|request| answer(request, &state));
            // How a connection ends is for the client to judge.
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn answer(request: Request<Incoming>, state: &Mutex<State>) -> io::Result<Response<BoxBody<Bytes, io::Error>>> {
    let lock = || state.lock().unwrap_or_else(PoisonError::into_inner);
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let half_way = lock().options.half_way;
    pause(half_way).await;
    let (answer, headers) = lock().answer(&head, &body);
    pause(half_way).await;
    let (status, body, sent) = match answer {
        Answer::Whole(status, body) => (status, body.to_string(), None),
        Answer::Truncated(body) => {
            let body = body.to_string();
            let half = body.len() / 2;
            (StatusCode::OK, body, Some(half))
        }
        Answer::Closed => return Err(io::Error::other("closed")),
    };
    let mut response = Response::builder()
        .status(status)
        .header(CONTENT_TYPE, "application/json")
        .header(CONTENT_LENGTH, body.len())
        .header("cf-ray", "53cfea9f99f90790-AMS");
    for (name, value) in headers {
        response = response.header(name, value);
    }
    let bytes = Bytes::from(body);
    let body = match sent {
        None => Full::new(bytes).map_err(|never: Infallible| match never {}).boxed(),
        Some(sent) => {
            let cut = async {
                // What is written together with a failure is not sent.
                sleep(Duration::from_millis(5)).await;
                Err(io::Error::other("cut off"))
            };
            let half = future::ready(Ok(Frame::data(bytes.slice(..sent))));
            BodyExt::boxed(StreamBody::new(stream::once(half).chain(stream::once(cut))))
        }
    };
    response.body(body).map_err(io::Error::other)
}

async fn pause(time: Duration) {
    if !time.is_zero() {
        sleep(time).await;
    }
}

type Headers = Vec<(&'static str, String)>;

impl State {
    fn answer(&mut self, head: &hyper::http::request::Parts, body: &[u8]) -> (Answer, Headers) {
        let now = Instant::now();
        self.log.requests += 1;
        self.log.first.get_or_insert(now);
        self.log.latest = Some(now);
        let mut headers = Headers::new();
        if let Some(counter) = &mut self.counter {
            let standing = counter.count(now);
            headers = standing.headers();
            if let Some(wait) = standing.refused {
                self.log.limited += 1;
                headers.push((RETRY_AFTER.as_str(), wait.to_string()));
                return (failure(429, 10000, "Rate limited"), headers);
            }
        }
        (self.decide(head, body), headers)
    }

    fn decide(&mut self, head: &hyper::http::request::Parts, body: &[u8]) -> Answer {
        let bearer = head.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        if bearer.is_none_or(|bearer| bearer.len() <= "Bearer ".len()) {
            return failure(400, 6003, "Invalid request headers");
        }
        if self.options.unauthenticated {
            return failure(401, 1000, "Invalid API Token");
        }
        let path = head.uri.path().strip_prefix(BASE_PATH).unwrap_or_default();
        let parts: Vec<_> = path.split('/').skip(1).collect();
        match (&head.method, parts.as_slice()) {
            (&Method::GET, ["zones"]) => self.zones.page(head.uri.query().unwrap_or_default()),
            (&Method::GET, ["zones", id, "settings", "ssl_automatic_mode"]) => match self.zones.get(id) {
                Some(setting) => Answer::Whole(StatusCode::OK, envelope(setting)),
                None => failure(404, 1001, "Invalid zone identifier"),
            },
            (&Method::PATCH, ["zones", id, "settings", "ssl_automatic_mode"]) => self.edit(id, body),
            _ => Answer::Whole(StatusCode::NOT_FOUND, json!("404 page not found")),
        }
    }

    fn edit(&mut self, id: &str, body: &[u8]) -> Answer {
        self.log.edits += 1;
        let mode = serde_json::from_slice::<Value>(body).ok();
        let mode = mode.as_ref().and_then(|body| body["value"].as_str());
        let Some(mode @ ("auto" | "custom")) = mode else {
            return failure(400, 1008, "Invalid value");
        };
        let Some(index) = self.zones.index(id) else {
            return failure(404, 1001, "Invalid zone identifier");
        };
        if self.options.refused > 0 && index % self.options.refused == 1 {
            return match index / self.options.refused % 3 {
                0 => failure(403, 9109, "Unauthorized to access requested resource"),
                1 => failure(404, 1001, "Invalid zone identifier"),
                _ => failure(400, 1006, "Not editable"),
            };
        }
        if !self.fails() {
            self.zones.arrived(index);
            let setting = self.zones.edit(index, mode);
            self.zones.answered(index);
            return Answer::Whole(StatusCode::OK, envelope(setting));
        }
        self.log.transient += 1;
        self.zones.arrived(index);
        let setting = match self.log.transient % 2 {
            0 => self.zones.edit(index, mode),
            _ => self.zones.get(id).unwrap_or_default(),
        };
        match self.log.transient % 3 {
            0 => failure(500, 1000, "Internal error"),
            1 => Answer::Closed,
            _ => Answer::Truncated(envelope(setting)),
        }
    }

    /// Whether the next call is one of those that fail in passing.
    fn fails(&mut self) -> bool {
        // SplitMix64, so that a seed gives the same failures everywhere.
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) as f64 / u64::MAX as f64) < self.options.transient
    }
}

fn envelope(result: Value) -> Value {
    json!({ "success": true, "errors": [], "messages": [], "result": result })
}

fn failure(status: u16, code: u32, message: &str) -> Answer {
    let body = json!({
        "success": false,
        "errors": [{ "code": code, "message": message }],
        "messages": [],
        "result": null,
    });
    Answer::Whole(StatusCode::from_u16(status).unwrap_or_default(), body)
}
