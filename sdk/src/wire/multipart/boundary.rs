//! The line between the parts, which must stand in none of them.

use std::{
    collections::VecDeque,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};

use crate::wire::body::{Cause, Source};

/// A boundary that stands in none of the pieces.
pub(super) fn boundary<'b>(pieces: impl Iterator<Item = &'b Bytes> + Clone) -> String {
    loop {
        let boundary = format!("cloudflare-sdk-{:032x}", fastrand::u128(..));
        if !pieces.clone().any(|piece| holds(piece, boundary.as_bytes())) {
            return boundary;
        }
    }
}

fn holds(text: &[u8], wanted: &[u8]) -> bool {
    let Some(first) = wanted.first() else { return true };
    text.windows(wanted.len())
        .any(|window| window.first() == Some(first) && window == wanted)
}

/// Parts of which some are streams. A stream that holds the boundary fails, rather than to end its part too early.
pub(super) struct Guarded {
    segments: VecDeque<Result<Bytes, Source>>,
    delimiter: Vec<u8>,
    /// The end of what was sent of a stream, in which a delimiter may have begun.
    tail: Vec<u8>,
}

impl Guarded {
    pub(super) fn new(segments: Vec<Result<Bytes, Source>>, boundary: &str) -> Self {
        Self {
            segments: segments.into(),
            delimiter: format!("\r\n--{boundary}").into_bytes(),
            tail: Vec::new(),
        }
    }

    /// Whether a stream goes on in a way that would end its part.
    fn ends_its_part(&mut self, data: &[u8]) -> bool {
        let keep = self.delimiter.len() - 1;
        // What began before can end in the first bytes of this piece, and only there.
        self.tail.extend(data.iter().take(keep));
        if holds(&self.tail, &self.delimiter) || holds(data, &self.delimiter) {
            return true;
        }
        if data.len() > keep {
            self.tail.clear();
            self.tail.extend(data.iter().skip(data.len() - keep));
        }
        let surplus = self.tail.len().saturating_sub(keep);
        self.tail.drain(..surplus);
        false
    }
}

impl HttpBody for Guarded {
    type Data = Bytes;
    type Error = Cause;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        loop {
            let Some(segment) = self.segments.front_mut() else {
                return Poll::Ready(None);
            };
            let source = match segment {
                Ok(bytes) => {
                    let bytes = std::mem::take(bytes);
                    self.segments.pop_front();
                    // A head ends with a line that is empty, which is all that a delimiter needs before it.
                    self.tail.clear();
                    self.tail.extend(b"\r\n");
                    if bytes.is_empty() {
                        continue;
                    }
                    return Poll::Ready(Some(Ok(Frame::data(bytes))));
                }
                Err(source) => source,
            };
            match ready!(Pin::new(source).poll_frame(context)) {
                None => {
                    self.segments.pop_front();
                }
                Some(Ok(frame)) => {
                    if frame.data_ref().is_some_and(|data| self.ends_its_part(data)) {
                        let reason = "a stream holds the boundary between the parts";
                        return Poll::Ready(Some(Err(reason.into())));
                    }
                    return Poll::Ready(Some(Ok(frame)));
                }
                failed => return Poll::Ready(failed),
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        let lengths = self.segments.iter().map(|segment| match segment {
            Ok(bytes) => Some(bytes.len() as u64),
            Err(source) => source.size_hint().exact(),
        });
        lengths
            .sum::<Option<u64>>()
            .map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boundary_is_found_wherever_the_pieces_are_cut() {
        let delimiter = b"\r\n--boundary";
        let whole = [b"some text before".as_slice(), delimiter, b" and after"].concat();
        for first in 0..whole.len() {
            for second in first..whole.len() {
                let mut guarded = Guarded::new(Vec::new(), "boundary");
                let pieces = [&whole[..first], &whole[first..second], &whole[second..]];
                assert!(
                    pieces.iter().any(|piece| guarded.ends_its_part(piece)),
                    "{first} {second}"
                );
            }
        }
        let mut guarded = Guarded::new(Vec::new(), "boundary");
        let harmless = [
            b"\r\n--bound".as_slice(),
            b"",
            b"arx--boundary\r",
            b"\n--",
            b"-boundary",
        ];
        assert!(!harmless.iter().any(|piece| guarded.ends_its_part(piece)));
    }

    #[test]
    fn a_boundary_at_the_very_beginning_is_found() {
        let mut guarded = Guarded::new(Vec::new(), "boundary");
        guarded.tail.extend(b"\r\n");
        assert!(guarded.ends_its_part(b"--boundary"));
    }
}
