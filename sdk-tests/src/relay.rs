//! A hop on a loopback port, which passes requests on to a service and keeps what goes by, byte for byte.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    io,
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use http_body_util::{BodyExt, Full};
use hyper::{
    HeaderMap,
    body::{Bytes, Incoming},
    header::{CONNECTION, CONTENT_LENGTH, HOST, HeaderName, TRANSFER_ENCODING},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::recording::{Request, Response};

/// What concerns one connection only, so that it is not passed on; each side sets its own.
const OF_THE_CONNECTION: [HeaderName; 4] = [CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING];

/// A request as the client made it, and its answer as it came, with all headers: nothing is scrubbed yet.
///
/// It has no `Debug`, because it holds credentials.
pub struct Exchange {
    /// The request.
    pub request: Request,
    /// The answer.
    pub response: Response,
}

/// The hop. It ends when it is dropped.
pub struct Relay {
    url: String,
    hop: Arc<Hop>,
    server: JoinHandle<()>,
}

struct Hop {
    http: reqwest::Client,
    service: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    next_body: Option<String>,
    last: Option<Result<Exchange, String>>,
}

impl Relay {
    /// Starts a hop in front of the service with this base URL.
    ///
    /// Whoever calls answers for the URL: credentials are passed on to it.
    ///
    /// # Errors
    ///
    /// When no port can be had or the HTTP client cannot be set up.
    pub async fn start(service: &str) -> io::Result<Self> {
        let mut http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(10))
            .timeout(Duration::from_secs(50))
            .redirect(reqwest::redirect::Policy::none())
            .referer(false);
        if service.starts_with("http:") {
            // Plain HTTP is for this machine only, so it must not leave it.
            http = http.no_proxy();
        }
        let hop = Arc::new(Hop {
            http: http.build().map_err(io::Error::other)?,
            service: service.to_owned(),
            state: Mutex::default(),
        });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let server = tokio::spawn(serve(listener, hop.clone()));
        Ok(Self { url, hop, server })
    }

    /// The base URL for a client.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Gives the next request this body in place of its own, before it is passed on.
    ///
    /// Thus a typed client gets the answer to what it would not send; the exchange keeps it as `provoked_by`.
    pub fn replace_next_body(&self, body: impl Into<String>) {
        self.hop.state().next_body = Some(body.into());
    }

    /// Takes the last exchange, if one went by since the last time.
    ///
    /// # Errors
    ///
    /// Why there was no answer, or why it cannot be kept.
    pub fn take(&self) -> Result<Option<Exchange>, String> {
        self.hop.state().last.take().transpose()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Hop {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn pass(&self, request: hyper::Request<Incoming>) -> hyper::Response<Full<Bytes>> {
        let (kept, answer) = match self.forward(request).await {
            Ok((kept, answer)) => (kept, answer),
            Err(cause) => {
                let mut answer = hyper::Response::new(Full::from(format!("no answer to pass back: {cause}")));
                *answer.status_mut() = hyper::StatusCode::BAD_GATEWAY;
                (Err(cause), answer)
            }
        };
        self.state().last = Some(kept);
        answer
    }

    async fn forward(
        &self,
        request: hyper::Request<Incoming>,
    ) -> Result<(Result<Exchange, String>, hyper::Response<Full<Bytes>>), String> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map_err(|cause| chain(&cause))?.to_bytes();
        let body = String::from_utf8(body.into()).map_err(|cause| chain(&cause))?;
        let headers = without_connection(head.headers);
        let next_body = self.state().next_body.take();
        let request = Request {
            method: head.method.to_string(),
            path: head.uri.path().to_owned(),
            query: head.uri.query().unwrap_or_default().to_owned(),
            headers: texts(&headers),
            body: (!body.is_empty()).then(|| body.clone()),
            provoked_by: next_body.clone(),
        };
        let body = next_body.unwrap_or(body);

        let answer = (self.http)
            .request(head.method, format!("{}{}", self.service, head.uri))
            .headers(headers)
            .body(body)
            .send()
            .await
            .map_err(|cause| chain(&cause.without_url()))?;
        let status = answer.status();
        let headers = without_connection(answer.headers().clone());
        let body = answer.bytes().await.map_err(|cause| chain(&cause.without_url()))?;

        let kept = match String::from_utf8(body.to_vec()) {
            Ok(body) => Ok(Exchange {
                request,
                response: Response {
                    status: status.as_u16(),
                    headers: texts(&headers),
                    body,
                },
            }),
            Err(_) => Err("the body of the answer is not UTF-8".to_owned()),
        };
        let mut answer = hyper::Response::new(Full::new(body));
        *answer.status_mut() = status;
        *answer.headers_mut() = headers;
        Ok((kept, answer))
    }
}

async fn serve(listener: TcpListener, hop: Arc<Hop>) {
    while let Ok((stream, _)) = listener.accept().await {
        let hop = hop.clone();
        tokio::spawn(async move {
            let service = service_fn(|request| async { Ok::<_, Infallible>(hop.pass(request).await) });
            // A connection that breaks is the client's to report.
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

fn without_connection(mut headers: HeaderMap) -> HeaderMap {
    for name in OF_THE_CONNECTION {
        headers.remove(name);
    }
    headers
}

/// Headers as text; several of one name become a list, as HTTP has it.
fn texts(headers: &HeaderMap) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::<String, String>::new();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        (texts.entry(name.to_string()))
            .and_modify(|list| *list = format!("{list}, {value}"))
            .or_insert_with(|| value.to_string());
    }
    texts
}

/// An error with its sources, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
