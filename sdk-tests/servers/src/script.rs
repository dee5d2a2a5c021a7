//! A server on this machine that answers by a script, fault by fault, and keeps every byte that it is sent.

use std::{
    fmt, io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    select,
    sync::Notify,
    task::JoinSet,
    time,
};

use crate::Request;

/// How long a server waits for anything; it waits so long only if a test has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long a request may be, and how much is sent of a body without an end.
const LONGEST_REQUEST: usize = 1 << 22;
const LONGEST_ANSWER: usize = 1 << 28;

/// What a server does about one request.
#[derive(Clone, Debug)]
pub enum Act {
    /// It resets the connection when the request comes, before it has read any of it.
    ResetUnread,
    /// It reads the request, sends these bytes, and goes on.
    Answer(Vec<u8>, Then),
    /// It reads the request, waits, sends these bytes, and waits for the next request.
    Late(Duration, Vec<u8>),
}

/// What a server does with the connection after it has sent an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// It waits for the next request.
    Keep,
    /// It closes it.
    Close,
    /// It resets it.
    Reset,
    /// It sends nothing more, until the client closes it.
    Hold,
    /// It sends a space now and then, until the client closes it.
    Drip,
    /// It sends as much as the client takes.
    Flood,
}

/// An answer with a body and its length, after which the connection may be used again.
#[must_use]
pub fn answer(status: u16, headers: &str, body: impl AsRef<[u8]>) -> Act {
    let body = body.as_ref();
    Act::Answer(
        head(status, &format!("content-length: {}\r\n{headers}", body.len()), body),
        Then::Keep,
    )
}

/// The bytes of an answer, as they are; each header must end in a line break.
#[must_use]
pub fn head(status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    [
        format!("HTTP/1.1 {status} Some Reason\r\n{headers}\r\n").as_bytes(),
        body,
    ]
    .concat()
}

/// A server that does one act after the other, and the last one from then on, or what a function says.
#[derive(Debug)]
pub struct Script {
    address: SocketAddr,
    play: Arc<Play>,
    /// Aborted when it is dropped.
    serving: JoinSet<()>,
}

/// What a server has seen.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// How many connections were made.
    pub connections: usize,
    /// The bytes of each request, or of the part of one that came.
    pub requests: Vec<Vec<u8>>,
    /// How many bytes it could send.
    pub sent: usize,
}

struct Play {
    acts: Vec<Act>,
    /// The act for a request, in place of `acts`.
    respond: Option<Box<Respond>>,
    next: Mutex<usize>,
    log: Mutex<Log>,
    end: Notify,
}

type Respond = dyn Fn(&Request) -> Act + Send + Sync;

impl fmt::Debug for Play {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Play")
            .field("acts", &self.acts)
            .finish_non_exhaustive()
    }
}

impl Script {
    /// Starts a server.
    ///
    /// # Panics
    ///
    /// When there are no acts, or no port can be had.
    pub async fn start(acts: impl Into<Vec<Act>>) -> Self {
        let acts = acts.into();
        assert!(!acts.is_empty(), "a script has an act");
        Self::play(acts, None).await
    }

    /// Starts a server that does the same about every request.
    ///
    /// # Panics
    ///
    /// When no port can be had.
    pub async fn answering(act: impl Into<Act>) -> Self {
        Self::start([act.into()]).await
    }

    /// Starts a server that sends the same bytes about every request.
    ///
    /// # Panics
    ///
    /// When no port can be had.
    pub async fn sending(bytes: impl Into<Vec<u8>>, then: Then) -> Self {
        Self::start([Act::Answer(bytes.into(), then)]).await
    }

    /// Starts a server that does what a function says about a request.
    ///
    /// # Panics
    ///
    /// When no port can be had.
    pub async fn responding<A: Into<Act>>(respond: impl Fn(&Request) -> A + Send + Sync + 'static) -> Self {
        Self::play(Vec::new(), Some(Box::new(move |request| respond(request).into()))).await
    }

    async fn play(acts: Vec<Act>, respond: Option<Box<Respond>>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a port is free");
        let address = listener.local_addr().expect("the port is known");
        let play = Arc::new(Play {
            acts,
            respond,
            next: Mutex::default(),
            log: Mutex::default(),
            end: Notify::new(),
        });
        let mut serving = JoinSet::new();
        serving.spawn(Arc::clone(&play).serve(listener));
        Self { address, play, serving }
    }

    /// Where it is, as `host:port`.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it has seen so far. A request is there before it is answered.
    #[must_use]
    pub fn log(&self) -> Log {
        lock(&self.play.log).clone()
    }

    /// The requests so far that came whole.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        let log = lock(&self.play.log);
        log.requests.iter().filter_map(|bytes| Request::parse(bytes)).collect()
    }

    /// The one request so far.
    ///
    /// # Panics
    ///
    /// When there was none, or more.
    #[must_use]
    pub fn only_request(&self) -> Request {
        let mut requests = self.requests();
        assert_eq!(requests.len(), 1, "one request comes");
        requests.remove(0)
    }

    /// What it has seen once no client is connected any more; the clients must be gone.
    ///
    /// # Panics
    ///
    /// When one is not.
    pub async fn finish(mut self) -> Log {
        self.play.end.notify_one();
        let end = time::timeout(PATIENCE, self.serving.join_next()).await;
        end.expect("all connections end");
        self.log()
    }
}

impl Play {
    async fn serve(self: Arc<Self>, listener: TcpListener) {
        let mut connections = JoinSet::new();
        loop {
            let stream = select! {
                biased;
                Ok((stream, _)) = listener.accept() => stream,
                () = self.end.notified() => break,
            };
            lock(&self.log).connections += 1;
            let play = Arc::clone(&self);
            connections.spawn(async move {
                // A client that goes away is what many acts wait for.
                let _ = time::timeout(PATIENCE, play.converse(stream)).await;
            });
        }
        drop(listener);
        while connections.join_next().await.is_some() {}
    }

    /// The act that is due, if it does not depend on the request.
    fn due(&self) -> Option<Act> {
        let next = *lock(&self.next);
        self.acts.get(next).or(self.acts.last()).cloned()
    }

    fn act_for(&self, request: &[u8]) -> Option<Act> {
        match &self.respond {
            Some(respond) => Some(respond(&Request::parse(request)?)),
            None => self.due(),
        }
    }

    async fn converse(&self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        loop {
            if matches!(self.due(), Some(Act::ResetUnread)) {
                // Earlier, it would be chance whether the client finds a connection.
                stream.peek(&mut [0]).await?;
                *lock(&self.next) += 1;
                return stream.set_zero_linger();
            }
            let request = read_request(&mut stream).await?;
            if request.is_empty() {
                return Ok(());
            }
            let act = self.act_for(&request);
            *lock(&self.next) += 1;
            lock(&self.log).requests.push(request);
            let (bytes, then) = match act {
                Some(Act::Answer(bytes, then)) => (bytes, then),
                Some(Act::Late(delay, bytes)) => {
                    time::sleep(delay).await;
                    (bytes, Then::Keep)
                }
                Some(Act::ResetUnread) | None => return stream.set_zero_linger(),
            };
            stream.write_all(&bytes).await?;
            lock(&self.log).sent += bytes.len();
            match then {
                Then::Keep => {}
                Then::Close => return stream.shutdown().await,
                Then::Reset => return stream.set_zero_linger(),
                Then::Hold => return stream.read(&mut [0]).await.map(|_| ()),
                Then::Drip => loop {
                    time::sleep(Duration::from_millis(50)).await;
                    stream.write_all(b" ").await?;
                },
                Then::Flood => {
                    let part = [b' '; 1 << 16];
                    while lock(&self.log).sent < LONGEST_ANSWER {
                        stream.write_all(&part).await?;
                        lock(&self.log).sent += part.len();
                    }
                    return Ok(());
                }
            }
        }
    }
}

/// The bytes of the next request, or of as much of it as comes.
async fn read_request(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut request = Vec::new();
    let mut part = [0; 1 << 12];
    while Request::parse(&request).is_none() && request.len() < LONGEST_REQUEST {
        match stream.read(&mut part).await? {
            0 => break,
            count => request.extend_from_slice(&part[..count]),
        }
    }
    Ok(request)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
