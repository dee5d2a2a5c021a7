//! How a request that a mock expects is answered.

use std::{borrow::Borrow, marker::PhantomData, time::Duration};

use http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};

use super::Failure;
use crate::ResultInfo;

/// How a request that a mock expects is answered.
///
/// `B` is what a success of the operation looks like: [`Enveloped`], [`Json`], [`Raw`] or [`Empty`]. A mock that is
/// told nothing answers with status 200 and no body, which no enveloped operation takes for a success.
pub struct Then<B> {
    inner: httpmock::Then,
    body: PhantomData<B>,
}

/// A success whose body is Cloudflare's envelope around a result of this type.
#[derive(Debug)]
pub struct Enveloped<T>(PhantomData<T>);

/// A success whose body is JSON of this type, without an envelope.
#[derive(Debug)]
pub struct Json<T>(PhantomData<T>);

/// A success whose body is not JSON.
#[derive(Debug)]
pub enum Raw {}

/// A success without a body.
#[derive(Debug)]
pub enum Empty {}

impl<T: Serialize> Then<Enveloped<T>> {
    /// Answers with status 200 and this result in Cloudflare's envelope.
    pub fn ok(self, result: impl Borrow<T>) -> Self {
        let envelope = envelope(result.borrow());
        self.json(StatusCode::OK, envelope)
    }
}

impl<T: Serialize> Then<Enveloped<Vec<T>>> {
    /// Answers with status 200 and a page of a list: its items, and where it stands in the list.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudflare_sdk::{
    ///     ResultInfo,
    ///     mock::{MockServer, MockServerExt as _, examples},
    /// };
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), cloudflare_sdk::Error> {
    /// let server = MockServer::start_async().await;
    /// let mut info = ResultInfo::default();
    /// (info.page, info.total_count) = (Some(2), Some(21));
    /// server.zones_list(|when, then| {
    ///     when.page(2);
    ///     then.page(examples::zones_page(), &info);
    /// });
    /// let page = server.client()?.zones_list().page(2u64).send().await?;
    /// assert_eq!(page.result_info(), Some(&info));
    /// # Ok(())
    /// # }
    /// ```
    pub fn page(self, items: impl AsRef<[T]>, info: &ResultInfo) -> Self {
        let mut envelope = envelope(items.as_ref());
        if let (Value::Object(members), Ok(info)) = (&mut envelope, serde_json::to_value(info)) {
            members.insert("result_info".to_owned(), info);
        }
        self.json(StatusCode::OK, envelope)
    }
}

impl<T: Serialize> Then<Json<T>> {
    /// Answers with status 200 and this value.
    pub fn ok(self, value: impl Borrow<T>) -> Self {
        let value = serde_json::to_value(value.borrow()).unwrap_or_default();
        self.json(StatusCode::OK, value)
    }
}

impl Then<Raw> {
    /// Answers with status 200 and these bytes.
    pub fn ok(self, content_type: &str, body: impl AsRef<[u8]>) -> Self {
        self.body(StatusCode::OK, content_type, body.as_ref())
    }
}

impl Then<Empty> {
    /// Answers with status 204, without a body.
    pub fn ok(self) -> Self {
        self.and(|then| then.status(StatusCode::NO_CONTENT.as_u16()))
    }
}

impl<B> Then<B> {
    pub(super) fn new(inner: httpmock::Then) -> Self {
        Self {
            inner,
            body: PhantomData,
        }
    }

    /// Answers with a failure as Cloudflare's API sends it, with one error.
    ///
    /// The same as [`failure`](Self::failure) with [`Failure::new`].
    pub fn error(self, status: StatusCode, code: u64, message: &str) -> Self {
        self.failure(status, &Failure::new(code, message))
    }

    /// Answers with a failure as Cloudflare's API sends it: an envelope that says `success: false`.
    pub fn failure(self, status: StatusCode, failure: &Failure) -> Self {
        self.body(status, JSON, failure.body().as_bytes())
    }

    /// Answers with status 429, as Cloudflare does beyond
    /// [its limit](https://developers.cloudflare.com/fundamentals/api/reference/limits/) of 1,200 requests per five
    /// minutes: with `Retry-After`, `Ratelimit` and `Ratelimit-Policy`.
    ///
    /// `retry_after` goes out in whole seconds, rounded up. Until it is over, all calls of the client wait, in real time
    /// unless it has [another clock](crate::ClientBuilder::clock); so one second is best for a test.
    pub fn rate_limited(self, retry_after: Duration) -> Self {
        let seconds = retry_after.as_secs() + u64::from(retry_after.subsec_nanos() > 0);
        // Code and message as users of other clients report them.
        let failure = Failure::new(971, "Please wait and consider throttling your request speed");
        self.failure(StatusCode::TOO_MANY_REQUESTS, &failure).and(|then| {
            then.header("retry-after", seconds.to_string())
                .header("ratelimit", format!("\"default\";r=0;t={seconds}"))
                .header("ratelimit-policy", "\"default\";q=1200;w=300")
        })
    }

    /// Answers with an HTML page, as Cloudflare's edge does before a request reaches the API, or when the API does not
    /// answer in time: with status 502, 503 or 520, for example.
    pub fn edge_error(self, status: StatusCode) -> Self {
        let reason = status.canonical_reason().unwrap_or("Error");
        let page = format!(
            "<!DOCTYPE html>\n<html lang=\"en-US\">\n<head><title>api.cloudflare.com | {code}: {reason}</title></head>\n\
             <body>\n<h1>{reason}</h1>\n</body>\n</html>\n",
            code = status.as_u16(),
        );
        self.body(status, "text/html; charset=UTF-8", page.as_bytes())
            .and(|then| then.header("server", "cloudflare"))
    }

    /// Answers the first `times` requests, at least one; after that, a mock that was made later gets them.
    pub fn up_to_n_times(self, times: usize) -> Self {
        self.and(|then| then.up_to_n_times(times))
    }

    /// Answers after a while.
    pub fn delay(self, delay: Duration) -> Self {
        self.and(|then| then.delay(delay))
    }

    /// Answers with what httpmock has words for and Cloudflare has no rule about, such as another header.
    pub fn and(self, change: impl FnOnce(httpmock::Then) -> httpmock::Then) -> Self {
        Self {
            inner: change(self.inner),
            body: PhantomData,
        }
    }

    fn json(self, status: StatusCode, body: Value) -> Self {
        self.body(status, JSON, body.to_string().as_bytes())
    }

    fn body(self, status: StatusCode, content_type: &str, body: &[u8]) -> Self {
        self.and(|then| {
            then.status(status.as_u16())
                .header("content-type", content_type)
                .body(body)
        })
    }
}

const JSON: &str = "application/json";

/// Cloudflare's envelope around a result.
fn envelope<T: Serialize + ?Sized>(result: &T) -> Value {
    // A model that cannot be written is null, which the client says not to be one.
    let result = serde_json::to_value(result).unwrap_or_default();
    json!({ "success": true, "errors": [], "messages": [], "result": result })
}
