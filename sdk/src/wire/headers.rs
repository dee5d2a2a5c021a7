//! Headers of responses that have a meaning of their own.

use http::{HeaderMap, HeaderName};

/// The id by which Cloudflare's support finds the request.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    const REQUEST_ID: HeaderName = HeaderName::from_static("cf-ray");
    headers.get(&REQUEST_ID)?.to_str().ok()
}
