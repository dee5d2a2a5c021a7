//! What is known of a call, whatever becomes of it.

use super::OperationInfo;
use crate::Credentials;

/// What a response and an error keep of the call that they belong to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Call {
    pub(crate) operation: Option<OperationInfo>,
    pub(crate) attempts: u32,
    /// Whether an attempt before this one may have made the change, though no response says so.
    pub(crate) unclear: bool,
    /// Whether there is no change to be made.
    pub(crate) only_reads: bool,
    /// To be taken out of what the service repeats.
    pub(crate) credentials: Option<Credentials>,
}
