//! What the runtime knows of an operation.

/// What the document says of an operation; generated code fills it in.
#[derive(Clone, Copy, Debug)]
pub struct OperationInfo {
    /// The id of the operation, which is the name of the client's method.
    pub operation_id: &'static str,
    /// The path with the names of its parameters.
    pub url_template: &'static str,
    /// Whether repeating the call has the same effect as making it once.
    pub idempotent: bool,
    /// Whether a success is Cloudflare's envelope around a result.
    pub enveloped: bool,
    /// The permissions of which the credentials need one.
    pub permissions: &'static [&'static str],
}

#[cfg(test)]
impl OperationInfo {
    pub(crate) const EXAMPLE: Self = Self {
        operation_id: "example",
        url_template: "/example",
        idempotent: true,
        enveloped: true,
        permissions: &[],
    };
}
