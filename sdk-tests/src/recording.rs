//! Recorded exchanges: one request and its answer, one a file, in the folder `recordings`.

use std::{collections::BTreeMap, fs, io, path::Path};

use cloudflare_sdk::Error;
use sdk_test_servers::Answer;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

/// One exchange with Cloudflare's API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    /// Where the exchange came from.
    pub source: Source,
    /// The operation of the document that makes the request.
    pub operation: String,
    /// What is sent.
    pub request: Request,
    /// What is answered.
    pub response: Response,
    /// What the SDK is to make of it.
    pub expect: Expectation,
}

/// Where an exchange came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// How it became known.
    pub kind: SourceKind,
    /// What exactly, in a sentence.
    pub note: String,
    /// Where it can be read, if it is published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// How an exchange became known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// An example of Cloudflare's reference.
    Documented,
    /// Reported by users of other clients; what was not reported is filled in from the reference.
    Seen,
    /// Captured by `cargo xtask record` and scrubbed.
    Captured,
}

/// What is sent: exactly this but for `provoked_by`, and nothing else but what HTTP itself needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The method, in capitals.
    pub method: String,
    /// The path below the base URL, without the query.
    pub path: String,
    /// The query, without the question mark; empty if there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub query: String,
    /// The headers that matter, by their names in small letters: credentials, `accept`, `content-type`.
    pub headers: BTreeMap<String, String>,
    /// The body, byte for byte; missing if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The body that the service got in place of `body` when this was recorded, because the SDK does not send what
    /// provokes the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provoked_by: Option<String>,
}

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The headers, by their names in small letters.
    pub headers: BTreeMap<String, String>,
    /// The body, byte for byte.
    pub body: String,
}

/// What the SDK is to make of an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Expectation {
    /// A value, as JSON.
    Value(Value),
    /// The value that a documented body shows: its result, if it is an envelope; what is null or empty may be missing.
    Shown(Value),
    /// An error with these codes of Cloudflare's, whatever else came with it.
    Refused {
        /// The codes.
        codes: Vec<u64>,
    },
    /// An error.
    Error {
        /// The name of its kind, such as `Api`.
        kind: String,
        /// The codes of Cloudflare's errors.
        codes: Vec<u64>,
        /// The result that came with it, as JSON; missing if none can be read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        result: Option<Value>,
    },
}

impl Expectation {
    /// What the SDK made of an answer.
    ///
    /// # Errors
    ///
    /// When the value cannot be written as JSON.
    pub fn of<T: Serialize + DeserializeOwned>(
        outcome: &Result<cloudflare_sdk::Response<T>, Error>,
    ) -> serde_json::Result<Self> {
        Ok(match outcome {
            Ok(response) => Self::Value(serde_json::to_value(response.as_ref())?),
            Err(error) => Self::of_error::<T>(error)?,
        })
    }

    /// What the SDK made of a failure.
    ///
    /// # Errors
    ///
    /// When the result that came with it cannot be written as JSON.
    pub fn of_error<T: Serialize + DeserializeOwned>(error: &Error) -> serde_json::Result<Self> {
        Ok(Self::Error {
            kind: format!("{:?}", error.kind()),
            codes: error.errors().iter().filter_map(|info| info.code).collect(),
            result: error.result::<T>().map(serde_json::to_value).transpose()?,
        })
    }
}

impl Recording {
    /// Reads a recording from its file.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or is not a recording, naming the file.
    pub fn read(path: &Path) -> io::Result<Self> {
        let at = |cause: String| io::Error::other(format!("{}: {cause}", path.display()));
        let text = fs::read_to_string(path).map_err(|cause| at(cause.to_string()))?;
        serde_json::from_str(&text).map_err(|cause| at(cause.to_string()))
    }

    /// The text of the recording's file.
    ///
    /// # Errors
    ///
    /// When the recording cannot be written as JSON.
    pub fn text(&self) -> serde_json::Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// Writes the recording to a file, whole or not at all.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let draft = path.with_extension("json.draft");
        let result = fs::write(&draft, self.text()?).and_then(|()| fs::rename(&draft, path));
        if result.is_err() {
            let _ = fs::remove_file(&draft);
        }
        result
    }
}

impl Response {
    /// The answer for a server to give, byte for byte.
    #[must_use]
    pub fn answer(&self) -> Answer {
        let answer = Answer::new(self.status).body(self.body.as_bytes());
        let headers = self.headers.iter();
        headers.fold(answer, |answer, (name, value)| answer.header(name, value))
    }
}

pub use sdk_test_servers::stand_in::recordings as folder;

/// Every recording of a folder by the name of its file, sorted.
///
/// # Errors
///
/// When the folder or a file in it cannot be read, or a file is not a recording.
pub fn read_all(folder: &Path) -> io::Result<BTreeMap<String, Recording>> {
    let mut recordings = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            recordings.insert(name, Recording::read(&path)?);
        }
    }
    Ok(recordings)
}
