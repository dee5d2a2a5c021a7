//! What is shown of an error: one line without secrets.

use std::fmt;

use super::{Error, ErrorKind};
use crate::{text::one_line, wire::envelope::KEPT};

impl fmt::Display for Error {
    /// What happened, in one line. All but the request id lost its secrets when the error was made.
    fn fmt(&self, line: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        if let Some(operation) = inner.call.operation {
            write!(line, "{}: ", operation.operation_id)?;
        }
        let text = match inner.kind {
            ErrorKind::Configuration | ErrorKind::InvalidRequest => "the request cannot be made",
            ErrorKind::Connect => "no connection could be made",
            ErrorKind::RateLimit => "the rate limit is used up for longer than the call may wait",
            ErrorKind::Stopped => "the run was stopped before the call was sent",
            ErrorKind::Timeout => "no response in time",
            ErrorKind::Transport => "the connection failed before the response was there",
            ErrorKind::Redirect => "the HTTP client followed a redirect; give it a redirect policy of none",
            ErrorKind::Api => "Cloudflare refused the request",
            ErrorKind::UnexpectedStatus => "unexpected response",
            ErrorKind::Decode => "the response cannot be read",
            ErrorKind::BodyTooLarge => "the response is too large",
        };
        line.write_str(inner.reason.as_deref().unwrap_or(text))?;
        if let Some(status) = self.status() {
            write!(line, ": {}", status.as_u16())?;
            // Cloudflare's edge has statuses that no RFC names, such as 520.
            if let Some(reason) = status.canonical_reason() {
                write!(line, " {reason}")?;
            }
        }
        // As many as a line has room for.
        const SHOWN: usize = 5;
        for (index, info) in inner.errors.iter().take(SHOWN).enumerate() {
            write!(line, "{} {info}", if index == 0 { ":" } else { ";" })?;
        }
        if let Some(more @ 1..) = inner.errors.len().checked_sub(SHOWN) {
            let at_least = if inner.errors.len() < KEPT { "" } else { "at least " };
            write!(line, "; and {at_least}{more} more")?;
        }
        let permissions = self.accepted_permissions();
        if self.is_permission_denied() && !permissions.is_empty() {
            write!(line, "; one of these permissions is needed: {}", permissions.join(", "))?;
        }
        if let Some(wait) = self.retry_after() {
            write!(line, "; to be repeated after {} s", wait.as_secs())?;
        }
        if self.attempts() > 1 {
            write!(line, "; {} attempts were made", self.attempts())?;
        }
        match self.request_id() {
            // Before it is cut, which would leave a part of a secret that cannot be told any more.
            Some(id) => write!(line, " [request id {}]", one_line(&inner.call.redact(id))),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Error");
        shown
            .field("kind", &self.0.kind)
            .field("message", &format_args!("{self}"));
        // The body may be a page long, or repeat what was sent.
        if let Some(body) = self.body() {
            shown.field("body_size", &body.len());
        }
        if let Some(source) = &self.0.source {
            shown.field("source", source);
        }
        shown.finish()
    }
}
