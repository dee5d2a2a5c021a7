//! The body of a request: bytes, or a stream that is never in memory as a whole.

mod content;
mod json_lines;
mod source;
mod stream;

use std::{error::Error as StdError, fmt};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use http_body::Body as HttpBody;
use tokio::io::AsyncRead;

use content::Content;
pub use json_lines::JsonLines;
pub(crate) use source::{Cause, Source};
use stream::{Measured, Reader, Streamed};

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
            Content::Other(mut other) => match other.take_source() {
                Some(source) => Self::of_source(Measured::new(source, length)),
                None => Self(Content::Other(other)),
            },
            bytes => Self(bytes),
        }
    }

    /// How many bytes it has, if that is known.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        match &self.0 {
            Content::Bytes(bytes) => Some(bytes.len() as u64),
            Content::Other(other) => other.length(),
        }
    }

    /// Whether it can be sent more than once.
    #[must_use]
    pub fn is_repeatable(&self) -> bool {
        match &self.0 {
            Content::Bytes(_) => true,
            Content::Other(other) => other.is_repeatable(),
        }
    }

    pub(crate) fn of_chunks(chunks: Vec<Bytes>) -> Self {
        Self(Content::Other(Box::new(chunks)))
    }

    pub(crate) fn of_source(body: impl HttpBody<Data = Bytes, Error = Cause> + Send + 'static) -> Self {
        Self(Content::Other(Box::new(Some(Source::new(body)))))
    }

    /// The pieces of what is in memory, or the stream.
    pub(crate) fn into_parts(self) -> Result<Vec<Bytes>, Source> {
        match self.0 {
            Content::Bytes(bytes) => Ok(vec![bytes]),
            Content::Other(mut other) => match other.take_source() {
                Some(source) => Err(source),
                None => Ok(other.in_memory().to_vec()),
            },
        }
    }

    /// What is in memory, as far as it is.
    pub(crate) fn in_memory(&self) -> &[Bytes] {
        match &self.0 {
            Content::Bytes(bytes) => std::slice::from_ref(bytes),
            Content::Other(other) => other.in_memory(),
        }
    }

    /// One for the HTTP client; a stream is gone then.
    pub(crate) fn for_attempt(&mut self) -> reqwest::Body {
        match &mut self.0 {
            Content::Bytes(bytes) => bytes.clone().into(),
            Content::Other(other) => other.for_attempt(),
        }
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
