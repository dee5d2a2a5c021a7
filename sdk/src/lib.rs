#![doc = include_str!("../README.md")]

mod base_url;
mod client;
mod client_builder;
mod credentials;
mod envelope;
mod error;
mod generated;
#[cfg(feature = "mock")]
pub mod mock;
mod response;
pub mod runtime;

pub use client_builder::ClientBuilder;
pub use credentials::Credentials;
pub use envelope::{ResponseInfo, ResponseInfoSource, ResultInfo};
pub use error::{Error, ErrorKind};
#[doc(inline)]
pub use generated::{Client, builder, types};
pub use response::Response;

pub use bytes::Bytes;
pub use chrono;
pub use http::{HeaderMap, StatusCode};
