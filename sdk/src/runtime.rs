//! What generated code is made of: the place of the support crate that progenitor's output is written for.
//!
//! Users of the SDK do not need this module. It is public for crates that generate more of Cloudflare's API with
//! `cloudflare-sdk-codegen`: their clients are made [from the runtime](Client::runtime) of the SDK's [`Client`], and
//! so share its credentials, its connections and its behaviour. What is hidden from the documentation here is the
//! contract between the generator and the runtime of the same version.

pub(crate) mod checks;
mod operation;
mod path;
mod query;
mod request;
mod response;

use std::{fmt, sync::Arc, time::Duration};

use http::Method;

#[cfg(doc)]
use crate::Client;
use crate::{Credentials, base_url::BaseUrl};

pub use crate::{Error, Response};
#[doc(hidden)]
pub use bytes::Bytes;
#[doc(hidden)]
pub use checks::{
    Check, Text, Whole, deserialize_open_enum, invalid, length, null_as_default, one_of, quoted, whole, within,
};
#[doc(hidden)]
pub use operation::OperationInfo;
#[doc(hidden)]
pub use path::encode_path;
#[cfg(feature = "mock")]
pub(crate) use path::encode_segment;
#[doc(hidden)]
pub use query::QueryParam;
#[cfg(feature = "mock")]
pub(crate) use query::pairs as query_pairs;
#[doc(hidden)]
pub use request::RequestBuilder;
#[doc(hidden)]
pub use reqwest::{Body, header};
#[doc(hidden)]
pub use response::RawResponse;

/// What all calls of a client share: base URL, credentials, connections and limits.
///
/// It is cheap to clone, and its clones share connections.
#[derive(Clone)]
pub struct Runtime(Arc<Shared>);

struct Shared {
    base_url: BaseUrl,
    credentials: Credentials,
    http: reqwest::Client,
    timeout: Duration,
    max_body_size: usize,
}

impl Runtime {
    pub(crate) fn new(
        base_url: BaseUrl,
        credentials: Credentials,
        http: reqwest::Client,
        timeout: Duration,
        max_body_size: usize,
    ) -> Self {
        Self(Arc::new(Shared {
            base_url,
            credentials,
            http,
            timeout,
            max_body_size,
        }))
    }

    /// Where requests go, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        self.0.base_url.as_str()
    }

    /// Sends a request and reads its response; for generated code.
    #[doc(hidden)]
    pub async fn exec(&self, mut request: reqwest::Request, operation: &OperationInfo) -> Result<RawResponse, Error> {
        let shared = &*self.0;
        shared.credentials.apply(request.headers_mut())?;
        *request.timeout_mut() = Some(shared.timeout);
        let response = shared
            .http
            .execute(request)
            .await
            .map_err(|cause| Error::transport(*operation, cause, None))?;
        response::read(response, *operation, shared.max_body_size).await
    }
}

/// The verbs, for generated code.
macro_rules! verbs {
    ($($name:ident $method:ident)*) => {
        impl Runtime {
            $(
                #[doc(hidden)]
                pub fn $name(&self, operation: &OperationInfo, url: String) -> RequestBuilder {
                    RequestBuilder::new(operation, Method::$method, &url)
                }
            )*
        }
    };
}

verbs!(get GET put PUT post POST delete DELETE options OPTIONS head HEAD patch PATCH trace TRACE);

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The HTTP client has nothing to show that was not configured here.
        f.debug_struct("Runtime")
            .field("base_url", &self.0.base_url)
            .field("credentials", &self.0.credentials)
            .field("timeout", &self.0.timeout)
            .field("max_body_size", &self.0.max_body_size)
            .finish_non_exhaustive()
    }
}
