//! Why a signature was refused, for tests and humans; the wire only ever says "not authenticated".

/// The first thing found wrong with a request's authentication.
///
/// A client sees one and the same 401 for all of them, as with the real service.
/// The reason is kept in [`RecordedRequest::rejection`](crate::RecordedRequest::rejection).
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// Another algorithm than the only one there is.
    #[error("expected algorithm rsa-sha256, found {0}")]
    Algorithm(String),
    /// A Generative AI API key where only signatures are taken: the control plane, Object Storage, the
    /// native operations.
    #[error(
        "an api key is taken at /openai/v1 and /20231130/actions/v1 only, a signature is needed"
    )]
    ApiKeyElsewhere,
    /// The `Authorization` header cannot be read as a signature.
    #[error("authorization header is malformed: {0}")]
    Authorization(String),
    /// The certificate of a federation call, or what it says of it, does not hold.
    #[error("certificate: {0}")]
    Certificate(String),
    /// The id or the secret of the identity domain's application is wrong.
    #[error("wrong client id or client secret")]
    ClientCredentials,
    /// `content-length` is not the length of the body.
    #[error("content-length is {sent}, the body has {body} bytes")]
    ContentLength {
        /// The header's value.
        sent: String,
        /// The body's length in bytes.
        body: u64,
    },
    /// The date is not an IMF-fixdate, for instance `Thu, 01 Jan 1970 00:00:00 GMT`.
    #[error("expected a date such as \"Thu, 01 Jan 1970 00:00:00 GMT\", found {0:?}")]
    DateForm(String),
    /// `x-content-sha256` is not the digest of the body.
    #[error("x-content-sha256 is {sent}, the body's is {body}")]
    Digest {
        /// The header's value.
        sent: String,
        /// The digest of the body that arrived, in base64.
        body: String,
    },
    /// The metadata service refuses a request without `Authorization: Bearer Oracle`, or one that was forwarded.
    #[error("metadata: {0}")]
    Metadata(&'static str),
    /// The method is none that OCI's services have.
    #[error("no rule how to sign method {0}")]
    Method(String),
    /// A signed header is not on the request.
    #[error("header {0} is listed as signed but was not sent")]
    Missing(String),
    /// There is no `Authorization` header.
    #[error("no authorization header")]
    NoAuthorization,
    /// A header that must be signed is not in the list.
    #[error("header {0} must be signed and is not")]
    NotSigned(String),
    /// A parameter of the `Authorization` header is missing, unknown or given twice.
    #[error("authorization parameter {name} {problem}")]
    Parameter {
        /// The parameter's name.
        name: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A header came more than once, so nobody can tell which of them was meant.
    #[error("header {0} was sent more than once")]
    Repeated(String),
    /// The signature is not one of this key over this request.
    #[error(
        "signature does not match; the signing string of the request as received is {expected_signing_string:?}"
    )]
    Signature {
        /// What the client should have signed, to compare with what it did sign; without its tokens.
        expected_signing_string: String,
    },
    /// The date is more than five minutes away from the emulator's clock.
    #[error("date {date} is more than five minutes from {now}")]
    Skew {
        /// The date that the client sent.
        date: String,
        /// The emulator's time.
        now: String,
    },
    /// The request target is not a path with an optional query.
    #[error("expected a request target in origin form, beginning with a slash")]
    TargetForm,
    /// A token that cannot be read, was not issued by this authority or is bound to no key.
    #[error("the token {0}")]
    Token(&'static str),
    /// A token whose life is over.
    #[error("the token has expired")]
    TokenExpired,
    /// A token that is good, but not for this.
    #[error("expected a token of kind {expected}, found {found}")]
    TokenKind {
        /// The claim `ttype` that this needs.
        expected: &'static str,
        /// The claim `ttype` of the token.
        found: &'static str,
    },
    /// A token that was issued before [`Emulator::revoke_tokens`](crate::Emulator::revoke_tokens).
    #[error("the token was revoked")]
    TokenRevoked,
    /// The body came in chunks; a signed request has a known length.
    #[error("transfer-encoding cannot be signed, a content-length is needed")]
    TransferEncoding,
    /// A Generative AI API key that the emulator was not told of.
    #[error("unknown api key")]
    UnknownApiKey,
    /// Nobody with this key id is known; of a session's only `ST$[redacted]` is kept.
    #[error("unknown key id {0}")]
    UnknownKeyId(String),
    /// `version` is given and is not `1`.
    #[error("expected signature version 1, found {0}")]
    Version(String),
}
