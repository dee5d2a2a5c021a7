//! The body of a response, read whole and bounded.

use std::mem;

use bytes::{Bytes, BytesMut};

/// Why no more of a body is read.
pub(super) enum End {
    Whole,
    TooLarge,
    Failed(reqwest::Error),
}

/// Reads the body of a response, up to `limit` bytes.
pub(super) async fn read_body(response: &mut reqwest::Response, limit: usize) -> (Bytes, End) {
    let mut body = Collected::default();
    let end = loop {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                let room = limit - body.len();
                match chunk.get(..room).filter(|_| chunk.len() > room) {
                    Some(part) => {
                        body.push(Bytes::copy_from_slice(part));
                        break End::TooLarge;
                    }
                    None => body.push(chunk),
                }
            }
            Ok(None) => break End::Whole,
            Err(cause) => break End::Failed(cause),
        }
    };
    (body.into_bytes(), end)
}

/// A body as it comes. Most are one chunk, which is kept as it is; more are copied into one.
#[derive(Default)]
struct Collected {
    first: Bytes,
    all: BytesMut,
}

impl Collected {
    fn len(&self) -> usize {
        self.first.len() + self.all.len()
    }

    fn push(&mut self, chunk: Bytes) {
        if self.len() == 0 {
            self.first = chunk;
            return;
        }
        self.all.extend_from_slice(&mem::take(&mut self.first));
        self.all.extend_from_slice(&chunk);
    }

    fn into_bytes(self) -> Bytes {
        match self.all.is_empty() {
            true => self.first,
            false => self.all.freeze(),
        }
    }
}
