//! A server on loopback, in a process of its own, so that nothing that it does is counted.
//!
//! It answers any request with the documented answer to the call, and keeps connections open. It does as little as HTTP
//! lets it, so that it is the client that limits how many calls there are in a second.

use std::{
    io::{BufRead, BufReader, Read},
    net::Ipv4Addr,
    process::{Child, Command, Stdio},
    thread,
};

use sdk_tests::{
    BASE_PATH,
    recording::{Recording, folder},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::{Outcome, one_thread};

/// The argument by which a benchmark that starts itself becomes the server.
pub const ARGUMENT: &str = "server";

/// The server's process; it ends when this is dropped.
pub struct Server {
    process: Child,
    pub base_url: String,
}

impl Server {
    pub fn start() -> Outcome<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .arg(ARGUMENT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut address = String::new();
        let output = process.stdout.take().ok_or("the server has no output")?;
        BufReader::new(output).read_line(&mut address)?;
        Ok(Self {
            process,
            base_url: format!("http://{}{BASE_PATH}", address.trim_end()),
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The end of its input is the end of the server; whether it ended well is no figure.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// Serves until the standard input ends, as it does when the benchmark ends in whatever way.
pub fn serve() -> Outcome<()> {
    thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    let answer: &'static [u8] = answer()?.leak();
    one_thread()?.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        println!("{}", listener.local_addr()?);
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            tokio::spawn(converse(stream, answer));
        }
    })
}

/// The documented answer, with as much quota that nobody has a reason to wait.
fn answer() -> Outcome<Vec<u8>> {
    let mut recorded = Recording::read(&folder().join("edit-auto-documented.json"))?.response;
    for (name, value) in [
        ("connection", "keep-alive"),
        ("date", "Sat, 01 Feb 2014 05:20:00 GMT"),
        ("ratelimit", "\"default\";r=999999999;t=300"),
        ("ratelimit-policy", "\"default\";q=1000000000;w=300"),
    ] {
        recorded.headers.insert(name.to_owned(), value.to_owned());
    }
    let headers: String = (recorded.headers.iter())
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let (status, body) = (recorded.status, recorded.body);
    let length = body.len();
    Ok(format!("HTTP/1.1 {status} OK\r\n{headers}content-length: {length}\r\n\r\n{body}").into_bytes())
}

/// Answers each request on a connection until the client closes it.
async fn converse(mut stream: TcpStream, answer: &[u8]) -> std::io::Result<()> {
    let mut received = Vec::with_capacity(4096);
    loop {
        while let Some(length) = length_of_request(&received) {
            received.drain(..length);
            stream.write_all(answer).await?;
        }
        if stream.read_buf(&mut received).await? == 0 {
            return Ok(());
        }
    }
}

/// How many bytes the first request has, if all of it is there.
fn length_of_request(received: &[u8]) -> Option<usize> {
    const END: &[u8] = b"\r\n\r\n";
    let head = received.windows(END.len()).position(|window| window == END)?;
    let text = std::str::from_utf8(received.get(..head)?).ok()?;
    let body = (text.lines().filter_map(|line| line.split_once(':')))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(Some(0), |(_, value)| value.trim().parse::<usize>().ok())?;
    let length = head + END.len() + body;
    (received.len() >= length).then_some(length)
}
