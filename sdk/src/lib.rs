#![doc = include_str!("../README.md")]

mod base_url;
mod body;
mod client;
mod client_builder;
mod clock;
mod credentials;
mod envelope;
mod error;
#[cfg(feature = "fleet")]
pub mod fleet;
mod generated;
#[cfg(feature = "mock")]
pub mod mock;
mod multipart;
mod nullable;
mod number;
mod rate_limit;
mod raw_request;
mod request_options;
mod response;
mod retry_after;
pub mod runtime;

pub use body::{Body, JsonLines};
pub use client_builder::ClientBuilder;
pub use clock::Clock;
pub use credentials::Credentials;
pub use envelope::{ResponseInfo, ResponseInfoSource, ResultInfo};
pub use error::{Error, ErrorKind};
#[doc(inline)]
pub use generated::{Client, builder, types};
pub use multipart::Part;
pub use nullable::Nullable;
pub use number::{NotANumber, Number};
pub use rate_limit::{RateLimit, RateLimitPolicy};
pub use raw_request::RawRequest;
pub use request_options::RequestOptions;
pub use response::Response;

pub use bytes::Bytes;
pub use chrono;
pub use http::{self, HeaderMap, Method, StatusCode};
pub use reqwest;
