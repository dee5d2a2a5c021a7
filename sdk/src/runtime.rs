//! The contract between generated code and the SDK.
//!
//! Users of the SDK do not need this module. It is public for crates that generate more of Cloudflare's API with
//! `cloudflare-sdk-codegen`: their clients are made [from the runtime](crate::Client::runtime) of the SDK's
//! [`Client`](crate::Client), and so share its credentials, its connections and its behaviour. What is hidden from the
//! documentation here holds between a generator and an SDK of the same version only.

#[doc(hidden)]
pub use crate::{
    call::{OperationInfo, RawResponse},
    model::{
        Check, IntoMember, Text, Variant, Whole, candidates, deserialize_open_enum, invalid, length, one_of, whole,
        within,
    },
    request::{IntoParts, Request, RequestBuilder},
    text::quoted,
    wire::{
        path::{encode_path, encode_styled},
        query::QueryParam,
        scalar::{json as json_text, simple as simple_text},
    },
};
pub use crate::{
    config::RequestOptions,
    error::Error,
    nullable::Nullable,
    number::Number,
    response::Response,
    transport::Runtime,
    wire::{body::Body, multipart::Part},
};
#[doc(hidden)]
pub use bytes::Bytes;
#[doc(hidden)]
pub use reqwest::header;
