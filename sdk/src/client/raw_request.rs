//! Calls of operations that the document does not have.

use bytes::Bytes;
use http::{HeaderValue, Method, header::ACCEPT};
use reqwest::Url;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    call::{OperationInfo, RawResponse},
    error::Error,
    generated::Client,
    request::RequestBuilder,
    response::Response,
    text::quoted,
    transport::Runtime,
    wire::{body::Body, multipart::Part, query::QueryParam},
};

impl Client {
    /// A call of any method and path, with the credentials, retries, pacing and errors of all calls.
    ///
    /// The path is appended to the base URL; it may have a query. See [`RawRequest`] for what becomes of it.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use cloudflare_sdk::Method;
    /// use serde_json::{Value, json};
    ///
    /// # async fn example(client: &cloudflare_sdk::Client) -> Result<(), cloudflare_sdk::Error> {
    /// let zone = "023e105f4ecef8ad9ca31a8372d0c353";
    /// let response = client
    ///     .request(Method::POST, format!("/zones/{zone}/purge_cache"))
    ///     .json(&json!({ "purge_everything": true }))
    ///     .send::<Value>()
    ///     .await?;
    /// println!("{}", response["id"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn request(&self, method: Method, path: impl AsRef<str>) -> RawRequest<'_> {
        RawRequest::new(self.runtime(), method, path.as_ref())
    }
}

/// A call of an operation that the document does not have.
///
/// Made by [`Client::request`]. What is wrong with it, such as a path that would leave the base URL, is told by
/// [`send`](Self::send), before anything is sent. In errors and traces the operation's id is `request`.
///
/// All methods but `POST` and `PATCH` are taken to be idempotent, and are repeated also after failures that leave open
/// whether the service did what was asked; [`RequestOptions::idempotent`](crate::RequestOptions::idempotent) says
/// otherwise.
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct RawRequest<'a> {
    runtime: &'a Runtime,
    operation: &'static OperationInfo,
    request: RequestBuilder<'a>,
}

impl<'a> RawRequest<'a> {
    fn new(runtime: &'a Runtime, method: Method, path: &str) -> Self {
        let operation = match method.is_idempotent() {
            true => &IDEMPOTENT,
            false => &NOT_IDEMPOTENT,
        };
        let url = format!("{}{path}", runtime.base_url());
        let request = match check(path, &url) {
            Ok((url, query)) => runtime.request(operation, method, url).raw_query(query),
            Err(reason) => {
                let request = runtime.request(operation, method, runtime.base_url());
                request.refused(format!("the path {}: {reason}", quoted(path)))
            }
        };
        Self {
            runtime,
            operation,
            request,
        }
    }

    /// Adds a parameter to the query: a text, a number, a flag, or a list of these; `None` is not sent.
    pub fn query<T: Serialize>(mut self, name: &str, value: T) -> Self {
        self.request = self.request.query(&QueryParam::new(name, &value));
        self
    }

    /// Sets a JSON body.
    pub fn json<T: Serialize>(mut self, body: &T) -> Self {
        self.request = self.request.json(body);
        self
    }

    /// Sets a body of another media type: bytes, or a stream, with which the call is never repeated.
    pub fn body(mut self, content_type: &str, body: impl Into<Body>) -> Self {
        self.request = self.request.raw_body(content_type, Some(body.into()));
        self
    }

    /// Sets a body of several parts, `multipart/form-data`; several may have one name.
    pub fn multipart<N: Into<String>, P: Into<Part>>(mut self, parts: impl IntoIterator<Item = (N, P)>) -> Self {
        let parts = parts.into_iter().map(|(name, part)| (name.into(), part.into()));
        self.request = self.request.multipart(true).parts(parts.collect());
        self
    }

    /// Sends it, and reads the `result` in Cloudflare's envelope as `T`; `serde_json::Value` reads any.
    ///
    /// Some operations answer with JSON that is not the envelope, as GraphQL does: [`send_bytes`](Self::send_bytes) is
    /// for these.
    ///
    /// # Errors
    ///
    /// Those of every call: the request cannot be made, no response arrives, the response is not a success, or its
    /// result does not read as `T`. A result that may be null may be missing where the envelope says `success: true`.
    pub async fn send<T: DeserializeOwned>(self) -> Result<Response<T>, Error> {
        Response::from_response(self.execute(HeaderValue::from_static("application/json")).await?)
    }

    /// Sends it, and gives the body of a success as it is, for operations that do not answer with Cloudflare's envelope.
    ///
    /// # Errors
    ///
    /// As for [`send`](Self::send), but any body of a success will do unless it is JSON that says `success: false`.
    pub async fn send_bytes(self) -> Result<Response<Bytes>, Error> {
        Response::stream(self.execute(HeaderValue::from_static("*/*")).await?)
    }

    async fn execute(self, accept: HeaderValue) -> Result<RawResponse, Error> {
        let request = self.request.header(ACCEPT, accept).build()?;
        let response = self.runtime.exec(request, self.operation).await?;
        match response.status().is_success() {
            true => Ok(response),
            false => Err(Error::unexpected_response(response)),
        }
    }
}

/// What is known of a call whose method says that it may be repeated.
const IDEMPOTENT: OperationInfo = OperationInfo {
    operation_id: "request",
    url_template: "",
    idempotent: true,
    enveloped: true,
    permissions: &[],
};

const NOT_IDEMPOTENT: OperationInfo = OperationInfo {
    idempotent: false,
    ..IDEMPOTENT
};

/// Checks that a path leads to where it says, below the base URL; gives the URL and the query in it.
fn check<'u>(path: &str, url: &'u str) -> Result<(&'u str, Option<&'u str>), &'static str> {
    if !path.starts_with('/') {
        return Err("it must begin with a slash; it is appended to the base URL");
    }
    if path.contains('#') {
        return Err("a fragment is not sent; leave it out");
    }
    // Where the parser of URLs would change something, a segment may be lost or gained.
    match Url::parse(url) {
        Ok(parsed) if parsed.as_str() == url => Ok(match url.split_once('?') {
            Some((url, query)) => (url, Some(query)),
            None => (url, None),
        }),
        _ => Err(
            "it would lead elsewhere than it says; percent-encode what identifiers hold, and leave out `.` and `..`",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_taken(path: &str) -> bool {
        check(path, &format!("https://api.example/client/v4{path}")).is_ok()
    }

    #[test]
    fn a_path_stays_below_the_base_url() {
        for path in [
            "/zones",
            "/zones/a%2Fb/settings",
            "/zones?page=1&name=a%20b",
            "/accounts/1/",
            "/a//b",
        ] {
            assert!(is_taken(path), "{path}");
        }
        for path in [
            "",
            "zones",
            "@evil.example/",
            ".evil.example/",
            ":1@evil.example/",
            "https://evil.example/",
            "/../../user",
            "/zones/..",
            "/zones/%2e%2e/user",
            "/zones/./a",
            "/a\\..\\b",
            "/a b",
            "/a\nb",
            "/a#b",
            "/\u{e4}",
        ] {
            assert!(!is_taken(path), "{path}");
        }
    }
}
