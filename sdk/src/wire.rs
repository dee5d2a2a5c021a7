//! The wire format: envelopes, headers, URLs and bodies, as functions over bytes.

pub(crate) mod base_url;
pub(crate) mod body;
pub(crate) mod envelope;
pub(crate) mod headers;
pub(crate) mod multipart;
pub(crate) mod path;
pub(crate) mod query;
pub(crate) mod rate_limit;
pub(crate) mod retry_after;
pub(crate) mod scalar;
pub(crate) mod status;
