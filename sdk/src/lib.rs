#![doc = include_str!("../README.md")]

// In the order in which they build on each other: a module imports only from modules above it.
mod text;
mod number;
mod nullable;
mod wire;
mod model;
mod call;
mod error;
mod response;
mod config;
mod request;
mod transport;
pub mod runtime;
mod generated;
mod client;
#[cfg(feature = "mock")]
pub mod mock;
#[cfg(feature = "fleet")]
pub mod fleet;

pub use client::{ClientBuilder, RawRequest};
pub use config::{Credentials, RequestOptions};
pub use error::{Error, ErrorKind};
#[doc(inline)]
pub use generated::{Client, builder, types};
pub use nullable::Nullable;
pub use number::{NotANumber, Number};
pub use response::Response;
pub use transport::Clock;
pub use wire::{
    body::{Body, JsonLines},
    envelope::{ResponseInfo, ResponseInfoSource, ResultInfo},
    multipart::Part,
    rate_limit::{RateLimit, RateLimitPolicy},
};

pub use bytes::Bytes;
pub use chrono;
pub use http::{self, HeaderMap, Method, StatusCode};
pub use reqwest;
