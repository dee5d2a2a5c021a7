//! The body of a request: bytes, or a stream that is never in memory as a whole.

mod json_lines;
mod stream;

use std::{
    error::Error as StdError,
    fmt,
    pin::Pin,
    sync::{Mutex, PoisonError},
    task::{Context, Poll},
};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::io::AsyncRead;

pub use json_lines::JsonLines;
use stream::{Chunks, Measured, Reader, Streamed};

/// What is wrong with a stream.
pub(crate) type Cause = Box<dyn StdError + Send + Sync>;

/// The body of a request whose media type is not JSON, or a part of one: bytes, or a stream.
///
/// Bytes can be sent again, so that a call that fails is repeated as the options say. A stream can be sent once: a call
/// with one is never repeated, and its
/// [timeout](crate::RequestOptions::timeout) has to leave enough time for all of it.
///
/// # Examples
///
/// ```
/// use cloudflare_sdk::Body;
///
/// # fn example(file: impl tokio::io::AsyncRead + Send + 'static, length: u64) {
/// let text = Body::from("addEventListener('fetch', () => {})");
/// assert!(text.is_repeatable());
/// let upload = Body::from_reader(file).with_length(length);
/// assert!(!upload.is_repeatable());
/// # }
/// ```
pub struct Body(Content);

enum Content {
    Bytes(Bytes),
    /// One after the other.
    Chunks(Vec<Bytes>),
    Stream(Source),
}

impl Body {
    /// A body that is read from a stream while it is sent.
    pub fn from_stream<S, D, E>(stream: S) -> Self
    where
        S: Stream<Item = Result<D, E>> + Send + 'static,
        D: Into<Bytes> + 'static,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        Self::of_source(Streamed::new(stream))
    }

    /// A body that is read from a reader, such as a file of `tokio`, while it is sent.
    pub fn from_reader(reader: impl AsyncRead + Send + 'static) -> Self {
        Self::of_source(Reader::new(reader))
    }

    /// A body that is a body of another crate already. Its trailers are not sent.
    pub fn from_http_body<B>(body: B) -> Self
    where
        B: HttpBody + Send + 'static,
        B::Data: Into<Bytes> + Send,
        B::Error: Into<Box<dyn StdError + Send + Sync>>,
    {
        Self::of_source(stream::Foreign::new(body))
    }

    /// Says how many bytes a stream has, which are then announced to the server.
    ///
    /// A stream that turns out to have more or fewer fails. Of bytes, the length is known, and this changes nothing.
    #[must_use]
    pub fn with_length(self, length: u64) -> Self {
        match self.0 {
            Content::Stream(source) => Self::of_source(Measured::new(source, length)),
            content => Self(content),
        }
    }

    /// How many bytes it has, if that is known.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        match &self.0 {
            Content::Bytes(bytes) => Some(bytes.len() as u64),
            Content::Chunks(chunks) => Some(chunks.iter().map(|chunk| chunk.len() as u64).sum()),
            Content::Stream(source) => source.size_hint().exact(),
        }
    }

    /// Whether it can be sent more than once.
    #[must_use]
    pub fn is_repeatable(&self) -> bool {
        !matches!(self.0, Content::Stream(_))
    }

    pub(crate) fn of_chunks(chunks: Vec<Bytes>) -> Self {
        Self(Content::Chunks(chunks))
    }

    pub(crate) fn of_source(body: impl HttpBody<Data = Bytes, Error = Cause> + Send + 'static) -> Self {
        Self(Content::Stream(Source(Mutex::new(Box::pin(body)))))
    }

    /// The pieces of what is in memory, or the stream.
    pub(crate) fn into_parts(self) -> Result<Vec<Bytes>, Source> {
        match self.0 {
            Content::Bytes(bytes) => Ok(vec![bytes]),
            Content::Chunks(chunks) => Ok(chunks),
            Content::Stream(source) => Err(source),
        }
    }

    /// What is in memory, as far as it is.
    pub(crate) fn in_memory(&self) -> &[Bytes] {
        match &self.0 {
            Content::Bytes(bytes) => std::slice::from_ref(bytes),
            Content::Chunks(chunks) => chunks,
            Content::Stream(_) => &[],
        }
    }

    /// One for the HTTP client; a stream is gone then.
    pub(crate) fn for_attempt(&mut self) -> reqwest::Body {
        match &mut self.0 {
            Content::Bytes(bytes) => bytes.clone().into(),
            Content::Chunks(chunks) => reqwest::Body::wrap(Chunks::new(chunks.clone())),
            Content::Stream(_) => match std::mem::replace(&mut self.0, Content::Bytes(Bytes::new())) {
                Content::Stream(source) => reqwest::Body::wrap(source),
                _ => reqwest::Body::default(),
            },
        }
    }
}

/// A stream of any kind, which the HTTP client wants to share between threads, though it never does.
pub(crate) struct Source(Mutex<Pin<Box<dyn HttpBody<Data = Bytes, Error = Cause> + Send>>>);

impl HttpBody for Source {
    type Data = Bytes;
    type Error = Cause;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let inner = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        inner.as_mut().poll_frame(context)
    }

    fn size_hint(&self) -> SizeHint {
        let inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.size_hint()
    }
}

impl fmt::Debug for Body {
    /// Without the content, which may be long or secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body")
            .field("length", &self.length())
            .field("is_repeatable", &self.is_repeatable())
            .finish_non_exhaustive()
    }
}

macro_rules! of_bytes {
    ($($kind:ty)*) => {
        $(
            impl From<$kind> for Body {
                fn from(value: $kind) -> Self {
                    Self(Content::Bytes(value.into()))
                }
            }
        )*
    };
}

of_bytes!(Bytes BytesMut Box<[u8]> Vec<u8> String &'static str &'static [u8]);

impl<const N: usize> From<&'static [u8; N]> for Body {
    fn from(value: &'static [u8; N]) -> Self {
        Self::from(value.as_slice())
    }
}

impl From<reqwest::Body> for Body {
    fn from(body: reqwest::Body) -> Self {
        match body.as_bytes() {
            Some(bytes) => Self::from(Bytes::copy_from_slice(bytes)),
            None => Self::from_http_body(body),
        }
    }
}
