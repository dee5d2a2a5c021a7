//! What a caller got of a call.

use cloudflare_sdk::{Bytes, Error, HeaderMap, Response, ResponseInfo, ResultInfo, StatusCode};
use serde::{Serialize, de::DeserializeOwned};

use crate::recording::Expectation;

/// What a caller got.
#[derive(Debug)]
pub struct Outcome {
    /// The value or the error.
    pub expectation: Expectation,
    /// Whether a value comes in Cloudflare's envelope.
    pub enveloped: bool,
    /// The status.
    pub status: Option<StatusCode>,
    /// The headers.
    pub headers: HeaderMap,
    /// What identifies the request to Cloudflare.
    pub request_id: Option<String>,
    /// The messages that came with a value.
    pub messages: Vec<ResponseInfo>,
    /// Where a value stands in its list.
    pub result_info: Option<ResultInfo>,
    /// The body that an error keeps.
    pub body: Option<Vec<u8>>,
}

/// What came of a call that gives a value.
///
/// # Errors
///
/// When the value cannot be written as JSON.
pub fn of_value<T>(result: Result<Response<T>, Error>, enveloped: bool) -> Result<Outcome, String>
where
    T: Serialize + DeserializeOwned,
{
    let expectation = Expectation::of(&result).map_err(|cause| cause.to_string())?;
    Ok(outcome(result, expectation, enveloped))
}

/// What came of a call that gives bytes.
///
/// # Errors
///
/// When they are no text, which a recording could hold.
pub fn of_bytes(result: Result<Response<Bytes>, Error>, enveloped: bool) -> Result<Outcome, String> {
    let expectation = match &result {
        Ok(response) => {
            let text = str::from_utf8(response.as_ref()).map_err(|cause| cause.to_string())?;
            Expectation::Value(text.into())
        }
        Err(error) => Expectation::of_error::<()>(error).map_err(|cause| cause.to_string())?,
    };
    Ok(outcome(result, expectation, enveloped))
}

fn outcome<T>(result: Result<Response<T>, Error>, expectation: Expectation, enveloped: bool) -> Outcome {
    match result {
        Ok(response) => Outcome {
            expectation,
            enveloped,
            status: Some(response.status()),
            headers: response.headers().clone(),
            request_id: response.request_id().map(str::to_owned),
            messages: response.messages().to_vec(),
            result_info: response.result_info().cloned(),
            body: None,
        },
        Err(error) => Outcome {
            expectation,
            enveloped,
            status: error.status(),
            headers: error.headers().cloned().unwrap_or_default(),
            request_id: error.request_id().map(str::to_owned),
            messages: Vec::new(),
            result_info: None,
            body: error.body().map(|body| body.to_vec()),
        },
    }
}
