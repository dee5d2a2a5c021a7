//! What is known of a call, whatever becomes of it.

use std::borrow::Cow;

use tracing::Span;

use super::{OperationInfo, Secrets};
use crate::wire::envelope::ResponseInfo;

/// What a response and an error keep of the call that they belong to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Call {
    pub(crate) operation: Option<&'static OperationInfo>,
    pub(crate) attempts: u32,
    /// Whether an attempt before this one may have made the change, though no response says so.
    pub(crate) unclear: bool,
    /// Whether there is no change to be made.
    pub(crate) only_reads: bool,
    /// The secrets to be redacted in texts of the service.
    pub(crate) secrets: Option<Secrets>,
    /// To be told of a success that turns out not to be one.
    pub(crate) span: Option<Span>,
}

impl Call {
    /// A text that came over the wire, without the secrets of the call.
    pub(crate) fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match &self.secrets {
            Some(secrets) => secrets.redact(text),
            None => Cow::Borrowed(text),
        }
    }

    /// What an envelope tells, without the secrets of the call.
    pub(crate) fn redact_infos(&self, mut infos: Vec<ResponseInfo>) -> Vec<ResponseInfo> {
        for text in infos.iter_mut().flat_map(ResponseInfo::texts) {
            if let Cow::Owned(redacted) = self.redact(text) {
                *text = redacted;
            }
        }
        infos
    }
}

/// Marks the span of a call as failed.
pub(crate) fn record_failure(span: &Span, kind: &str) {
    span.record("error.type", kind).record("otel.status_code", "ERROR");
}
