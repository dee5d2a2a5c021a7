//! The kinds of streams that a body is made of.

use std::{
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll, ready},
    vec,
};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::io::{AsyncRead, ReadBuf};

use super::source::{Cause, Source};

type Polled = Poll<Option<Result<Frame<Bytes>, Cause>>>;

/// A stream of pieces.
pub(super) struct Streamed<S, D>(Pin<Box<S>>, PhantomData<fn() -> D>);

impl<S, D> Streamed<S, D> {
    pub(super) fn new(stream: S) -> Self {
        Self(Box::pin(stream), PhantomData)
    }
}

impl<S, D, E> HttpBody for Streamed<S, D>
where
    S: Stream<Item = Result<D, E>>,
    D: Into<Bytes>,
    E: Into<Cause>,
{
    type Data = Bytes;
    type Error = Cause;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Polled {
        let item = ready!(self.0.as_mut().poll_next(context));
        Poll::Ready(item.map(|item| item.map(|data| Frame::data(data.into())).map_err(Into::into)))
    }
}

/// How much of a reader is in memory at once.
const PIECE: usize = 16 * 1024;

/// A reader, piece by piece.
pub(super) struct Reader<R>(Pin<Box<R>>);

impl<R> Reader<R> {
    pub(super) fn new(reader: R) -> Self {
        Self(Box::pin(reader))
    }
}

impl<R: AsyncRead> HttpBody for Reader<R> {
    type Data = Bytes;
    type Error = Cause;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Polled {
        let mut piece = BytesMut::zeroed(PIECE);
        let mut buffer = ReadBuf::new(&mut piece);
        if let Err(cause) = ready!(self.0.as_mut().poll_read(context, &mut buffer)) {
            return Poll::Ready(Some(Err(cause.into())));
        }
        let length = buffer.filled().len();
        piece.truncate(length);
        Poll::Ready((length > 0).then(|| Ok(Frame::data(piece.freeze()))))
    }
}

/// A body of another crate.
pub(super) struct Foreign<B>(Pin<Box<B>>);

impl<B> Foreign<B> {
    pub(super) fn new(body: B) -> Self {
        Self(Box::pin(body))
    }
}

impl<B> HttpBody for Foreign<B>
where
    B: HttpBody,
    B::Data: Into<Bytes>,
    B::Error: Into<Cause>,
{
    type Data = Bytes;
    type Error = Cause;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Polled {
        loop {
            let frame = ready!(self.0.as_mut().poll_frame(context));
            match frame {
                None => return Poll::Ready(None),
                Some(Err(cause)) => return Poll::Ready(Some(Err(cause.into()))),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Poll::Ready(Some(Ok(Frame::data(data.into()))));
                    }
                }
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

/// A stream of so many bytes.
pub(super) struct Measured {
    source: Source,
    length: u64,
    /// How much has not been passed on.
    left: u64,
    /// What completes the length; it is passed on when nothing comes after it, since nobody asks for more then.
    last: Option<Bytes>,
    has_ended: bool,
}

impl Measured {
    pub(super) fn new(source: Source, length: u64) -> Self {
        Self {
            source,
            length,
            left: length,
            last: None,
            has_ended: false,
        }
    }

    fn refuse(&self, more_or_less: &str) -> Polled {
        let reason = format!(
            "the stream has {more_or_less} than the {} bytes that were announced",
            self.length
        );
        Poll::Ready(Some(Err(reason.into())))
    }
}

impl HttpBody for Measured {
    type Data = Bytes;
    type Error = Cause;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Polled {
        // What has ended may not be asked again.
        while !self.has_ended {
            let data = match ready!(Pin::new(&mut self.source).poll_frame(context)) {
                Some(Ok(frame)) => frame.into_data().unwrap_or_default(),
                Some(Err(cause)) => return Poll::Ready(Some(Err(cause))),
                None => {
                    self.has_ended = true;
                    return match self.last.take() {
                        Some(last) => {
                            self.left = 0;
                            Poll::Ready(Some(Ok(Frame::data(last))))
                        }
                        None if self.left > 0 => self.refuse("fewer"),
                        None => Poll::Ready(None),
                    };
                }
            };
            if data.is_empty() {
                continue;
            }
            match self.left.checked_sub(data.len() as u64) {
                Some(0) if self.last.is_none() => self.last = Some(data),
                Some(left) if self.last.is_none() => {
                    self.left = left;
                    return Poll::Ready(Some(Ok(Frame::data(data))));
                }
                _ => return self.refuse("more"),
            }
        }
        Poll::Ready(None)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// Pieces that are in memory.
pub(super) struct Chunks {
    chunks: vec::IntoIter<Bytes>,
    left: u64,
}

impl Chunks {
    pub(super) fn new(chunks: Vec<Bytes>) -> Self {
        Self {
            left: chunks.iter().map(|chunk| chunk.len() as u64).sum(),
            chunks: chunks.into_iter(),
        }
    }
}

impl HttpBody for Chunks {
    type Data = Bytes;
    type Error = Cause;

    fn poll_frame(mut self: Pin<&mut Self>, _context: &mut Context<'_>) -> Polled {
        let chunk = self.chunks.find(|chunk| !chunk.is_empty());
        self.left -= chunk.as_ref().map_or(0, |chunk| chunk.len() as u64);
        Poll::Ready(chunk.map(|chunk| Ok(Frame::data(chunk))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
