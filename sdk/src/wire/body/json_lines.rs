//! NDJSON: values of JSON, each on a line.

use std::{
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_core::Stream;
use http_body::{Body as HttpBody, Frame};
use serde::{Serialize, de::DeserializeOwned};

use super::{Body, Cause};

/// About how much is sent at once, so that short lines do not go out one by one.
const PIECE: usize = 8 * 1024;

impl Body {
    /// A body of NDJSON: each value on a line, written while it is sent.
    ///
    /// A value that cannot be written as JSON fails the call in the middle of it.
    pub fn from_json_lines<I>(values: I) -> Self
    where
        I: IntoIterator<IntoIter: Send + 'static>,
        I::Item: Serialize,
    {
        Self::of_source(Lines(values.into_iter()))
    }

    /// A body of NDJSON: each value of a stream on a line, written as it comes.
    pub fn from_json_stream<S>(values: S) -> Self
    where
        S: Stream<Item: Serialize> + Send + 'static,
    {
        Self::of_source(LinesOfStream(Box::pin(values)))
    }
}

struct Lines<I>(I);

impl<I: Iterator<Item: Serialize>> Lines<I> {
    fn piece(&mut self) -> Result<Vec<u8>, Cause> {
        let mut piece = Vec::new();
        for value in &mut self.0 {
            line(&value, &mut piece)?;
            if piece.len() >= PIECE {
                break;
            }
        }
        Ok(piece)
    }
}

fn line(value: &impl Serialize, piece: &mut Vec<u8>) -> Result<(), Cause> {
    serde_json::to_writer(&mut *piece, value)?;
    piece.push(b'\n');
    Ok(())
}

// Nothing is ever pinned in it.
impl<I> Unpin for Lines<I> {}

impl<I: Iterator<Item: Serialize>> HttpBody for Lines<I> {
    type Data = Bytes;
    type Error = Cause;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Poll::Ready(match self.piece() {
            Ok(piece) if piece.is_empty() => None,
            piece => Some(piece.map(|piece| Frame::data(piece.into()))),
        })
    }
}

struct LinesOfStream<S>(Pin<Box<S>>);

impl<S: Stream<Item: Serialize>> HttpBody for LinesOfStream<S> {
    type Data = Bytes;
    type Error = Cause;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let mut piece = Vec::new();
        loop {
            match self.0.as_mut().poll_next(context) {
                Poll::Ready(Some(value)) => {
                    if let Err(cause) = line(&value, &mut piece) {
                        return Poll::Ready(Some(Err(cause)));
                    }
                    if piece.len() < PIECE {
                        continue;
                    }
                }
                Poll::Pending if piece.is_empty() => return Poll::Pending,
                Poll::Ready(None) if piece.is_empty() => return Poll::Ready(None),
                _ => {}
            }
            return Poll::Ready(Some(Ok(Frame::data(piece.into()))));
        }
    }
}

/// The values of an NDJSON response, line by line; from [`Response::json_lines`](crate::Response::json_lines).
#[derive(Debug)]
pub struct JsonLines<'r, T> {
    rest: &'r [u8],
    values: PhantomData<fn() -> T>,
}

impl<'r, T> JsonLines<'r, T> {
    pub(crate) fn new(text: &'r [u8]) -> Self {
        Self {
            rest: text,
            values: PhantomData,
        }
    }
}

impl<T: DeserializeOwned> Iterator for JsonLines<'_, T> {
    type Item = Result<T, serde_json::Error>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.rest.is_empty() {
            let end = self.rest.iter().position(|byte| *byte == b'\n');
            let (line, rest) = self.rest.split_at(end.map_or(self.rest.len(), |end| end + 1));
            self.rest = rest;
            if !line.trim_ascii().is_empty() {
                return Some(serde_json::from_slice(line));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::response::Response;

    #[test]
    fn a_line_that_cannot_be_read_does_not_hide_those_after_it() {
        let response = Response::new(Bytes::from_static(b"1\r\n\n  \nx\n3"));
        let read: Vec<_> = response.json_lines::<u8>().map(Result::ok).collect();
        assert_eq!(read, [Some(1), None, Some(3)]);
        assert_eq!(Response::new(Bytes::new()).json_lines::<u8>().count(), 0);
    }

    #[test]
    fn values_are_written_in_pieces_of_whole_lines() {
        let mut lines = Lines((0..5000).map(|number| serde_json::json!({ "n": number })));
        let mut pieces = Vec::new();
        loop {
            let piece = lines.piece().unwrap();
            if piece.is_empty() {
                break;
            }
            assert!(piece.ends_with(b"}\n") && piece.len() < PIECE + 20);
            pieces.push(piece);
        }
        assert!(pieces.len() > 1);
        assert_eq!(pieces.concat().iter().filter(|byte| **byte == b'\n').count(), 5000);
    }
}
