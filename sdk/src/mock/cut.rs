//! A connection that is cut before the response.

use std::{
    io::{self, BufRead, BufReader, Read},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use super::{API_TOKEN, MockServer, server::PREFIX};
use crate::{Client, ClientBuilder, Error};

/// A place on loopback that takes a request to its last byte and then cuts the connection, without a response.
///
/// It is what a caller cannot tell from a response that got lost: the request has arrived, and may have been carried
/// out. [`received`](Self::received) says how many have.
///
/// # Examples
///
/// ```
/// use cloudflare_sdk::{ErrorKind, mock::CutConnection};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let place = CutConnection::start()?;
/// let Err(error) = place.client()?.zones_list().send().await else {
///     return Err("nothing is ever answered there".into());
/// };
/// assert_eq!(error.status(), None);
/// assert!(place.received() >= 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct CutConnection {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// How many requests are still to be cut off; what comes after goes to `behind`.
    left: AtomicUsize,
    received: AtomicUsize,
    stopped: AtomicBool,
    behind: Option<SocketAddr>,
}

impl CutConnection {
    /// Starts a place that cuts every connection.
    ///
    /// # Errors
    ///
    /// When no port can be had on loopback.
    pub fn start() -> io::Result<Self> {
        Self::new(usize::MAX, None)
    }

    /// Starts a place in front of a server: the first `times` connections are cut, those after them reach the server.
    ///
    /// # Errors
    ///
    /// When no port can be had on loopback.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudflare_sdk::mock::{CutConnection, MockServer, MockServerExt as _, examples};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = MockServer::start_async().await;
    /// let list = server.zones_list(|_, then| {
    ///     then.ok(examples::zones_page());
    /// });
    /// let place = CutConnection::start_before(&server, 0)?;
    /// place.client()?.zones_list().send().await?;
    /// list.assert();
    /// # Ok(())
    /// # }
    /// ```
    pub fn start_before(server: &MockServer, times: usize) -> io::Result<Self> {
        Self::new(times, Some(*server.httpmock().address()))
    }

    fn new(times: usize, behind: Option<SocketAddr>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            left: AtomicUsize::new(times),
            received: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
            behind,
        });
        let of_thread = Arc::clone(&shared);
        thread::Builder::new()
            .name("cut connection".to_owned())
            .spawn(move || accept(&listener, &of_thread))?;
        Ok(Self { address, shared })
    }

    /// The base URL, for a client.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}{PREFIX}", self.address)
    }

    /// A client that calls this place with [`API_TOKEN`].
    ///
    /// # Errors
    ///
    /// Those of [`ClientBuilder::build`].
    pub fn client(&self) -> Result<Client, Error> {
        self.client_builder().api_token(API_TOKEN)?.build()
    }

    /// Configures a client that calls this place, to which credentials must be given. It repeats calls
    /// without waiting, but for what `Retry-After` asks.
    pub fn client_builder(&self) -> ClientBuilder {
        Client::builder().base_url(self.base_url()).jitter(|_| Duration::ZERO)
    }

    /// How many requests had arrived in full when their connection was cut.
    #[must_use]
    pub fn received(&self) -> usize {
        self.shared.received.load(Ordering::SeqCst)
    }
}

impl Drop for CutConnection {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        // Wakes the thread, which is waiting for a connection.
        drop(TcpStream::connect(self.address));
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.stopped.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        let shared = Arc::clone(shared);
        // A connection on which nothing is asked must not hold up the others.
        let serving = thread::Builder::new().spawn(move || serve(&stream, &shared));
        // Without a thread the connection is closed: cut, with no request received.
        drop(serving);
    }
}

fn serve(stream: &TcpStream, shared: &Shared) -> io::Result<()> {
    let take_one = |left: usize| left.checked_sub(1);
    let cut = shared.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take_one);
    match (cut, shared.behind) {
        (Err(_), Some(server)) => relay(stream, &TcpStream::connect(server)?),
        _ => {
            // A request that never ends is not waited for.
            stream.set_read_timeout(Some(Duration::from_secs(10)))?;
            if let Err(cause) = read_request(stream) {
                // A connection on which no request came does not count.
                shared.left.fetch_add(1, Ordering::SeqCst);
                return Err(cause);
            }
            // Counted first, so that a caller who sees the cut also sees the count.
            shared.received.fetch_add(1, Ordering::SeqCst);
            stream.shutdown(Shutdown::Both)
        }
    }
}

/// Reads a request of HTTP/1.1 to the end of its body.
fn read_request(stream: &TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().map_err(io::Error::other)?;
        }
    }
    let body = io::copy(&mut reader.take(length), &mut io::sink())?;
    if body == length {
        Ok(())
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

/// Copies both ways, until both sides have said all.
fn relay(client: &TcpStream, server: &TcpStream) -> io::Result<()> {
    let copy = |mut from: &TcpStream, mut to: &TcpStream| {
        let copied = io::copy(&mut from, &mut to);
        // The other side is told, also when this one broke.
        copied.and(to.shutdown(Shutdown::Write))
    };
    thread::scope(|scope| {
        let answers = scope.spawn(|| copy(server, client));
        let asked = copy(client, server);
        answers.join().unwrap_or(Ok(())).and(asked)
    })
}
