//! Failures that the emulator can be told to show, and their names on a command line.

mod early;
mod parse;
mod queue;
mod shape;
#[cfg(test)]
mod tests;

use std::time::Duration;

pub(crate) use early::{early, fail_early};
pub use parse::ParseFaultError;
pub(crate) use queue::Faults;
pub(crate) use shape::reshape;

/// A way for the next request to go wrong.
///
/// It happens only to a request whose operation is known and whose credentials are right, and before the
/// body is looked at; to one for credentials where it is [aimed there](crate::Emulator::push_auth_fault).
/// What concerns a stream has no effect on a whole answer, except where said, and what concerns a token none
/// on an answer without one.
///
/// A fault has a text form for command lines, for instance `status=429`; a text that is none is
/// refused with the list of those that exist.
///
/// ```
/// use oci_emulator::Fault;
///
/// let fault: Fault = "cut=3".parse()?;
/// assert_eq!(fault, Fault::CutStream { after_events: 3 });
/// assert_eq!(fault.to_string(), "cut=3");
/// # Ok::<(), oci_emulator::ParseFaultError>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// A filling of this many bytes in the first piece of the content; `big-event=1000000`.
    ///
    /// It stands in a member that nobody knows, so a client must show the answer as if nothing had been.
    BigEvent {
        /// The size of the filling.
        bytes: usize,
    },
    /// Half of the body, then the connection is closed; `cut-body`. A stream ends inside an event.
    CutBody,
    /// This many bytes of the body, then the connection is closed; `cut-bytes=100`.
    ///
    /// A body that has no more is sent whole.
    CutBytes {
        /// Bytes that still arrive.
        bytes: usize,
    },
    /// This many events, then the connection is closed without the end of the body; `cut=3`.
    CutStream {
        /// Events that still arrive.
        after_events: usize,
    },
    /// This many bytes of the request's body are read, then the connection is closed; `cut-upload=1000`.
    ///
    /// It befalls a request with a body of any operation, before its credentials are looked at, as do
    /// [`Fault::EarlyStatus`] and [`Fault::StallUpload`].
    CutUpload {
        /// Bytes that are still read, more or less.
        bytes: usize,
    },
    /// A pause before the headers, then the usual answer; `delay=500ms`.
    Delay(Duration),
    /// An error in Oracle's shape while the body of the request is still on its way, of which nothing is read;
    /// `early=413`.
    EarlyStatus(u16),
    /// This many events, then a well-formed end of the body, as if that were all; `end=3`.
    EndStream {
        /// Events that still arrive.
        after_events: usize,
    },
    /// An `event:` line with the type of what follows, as OpenAI itself sends them; `event-names`.
    ///
    /// It is legal, and this service leaves it out, so a client must not mind either way.
    EventNames,
    /// A token whose life is over already; `expired-token`.
    ExpiredToken,
    /// This many events, then the last of an answer that the model could not finish; `fail=2`.
    ///
    /// It is `response.failed`, and `finishReason` `ERROR` with an `errorMessage` in Cohere's formats. The
    /// other dialects have nothing but the error of [`Fault::StreamError`].
    Fail {
        /// Events before.
        after_events: usize,
    },
    /// Another reason for the end, whole and streamed; `finish=content_filter`.
    FinishReason(String),
    /// A token that is bound to another key than the one that was sent; `foreign-token`.
    ///
    /// Whoever signs with it is refused.
    ForeignToken,
    /// This many events, then one whose data is no JSON, then the rest; `garbage=2`.
    ///
    /// A whole answer is no JSON.
    Garbage {
        /// Events before the bad one.
        after_events: usize,
    },
    /// Comments, unknown fields and empty lines before every event; `garbage-lines`.
    ///
    /// All of it is legal, so a client must show the answer as if nothing had been.
    GarbageLines,
    /// Something that is not HTTP in place of an answer; `garbage-head`.
    GarbageHead,
    /// A text that is no token in the place of one; `garbage-token`.
    GarbageToken,
    /// Half of the head of the answer, then the connection is closed; `half-head`.
    HalfHead,
    /// The connection is closed without a word; `hang-up`.
    HangUp,
    /// A page of a gateway in place of a JSON error; `html=502`.
    Html(u16),
    /// A stream without the event that has the finish reason; `no-finish`.
    NoFinish,
    /// A stream without `data: [DONE]`; `no-done`. A native stream mostly has none anyway.
    NoDone,
    /// All of a stream in one piece at its end; `one-chunk`.
    OneChunk,
    /// An error in the shape of OpenAI; `openai=429`.
    OpenAiError {
        /// The HTTP status.
        status: u16,
        /// The `type` of the error, for instance `rate_limit_error`.
        kind: String,
        /// The `code` of the error.
        code: Option<String>,
        /// The parameter that is to blame.
        param: Option<String>,
        /// The message.
        message: String,
    },
    /// A redirection (307); `redirect=http://127.0.0.1:1/`. A client must not follow it.
    Redirect {
        /// The value of `location`.
        location: String,
    },
    /// The connection is reset without a word; `reset`.
    Reset,
    /// This many events, then the connection is reset; `reset=1`. A whole answer is reset in its middle.
    ///
    /// A client may lose what it has not read by then.
    ResetAfter {
        /// Events that are sent before.
        events: usize,
    },
    /// The usual answer, after which the certificate of the instance is another, for another key; `rotate`.
    ///
    /// After the answer with a certificate, a client has a certificate and a key that do not go together.
    /// It has no effect on requests for inference.
    Rotate,
    /// Events that are separated by a single line feed, as users have seen it; `single-newlines`.
    ///
    /// By the standard several events are one then, whose data are lines of JSON.
    SingleNewlines,
    /// A pause before every few bytes of the body; `slow-body=10,5ms`.
    SlowBody {
        /// Bytes that are sent at a time.
        bytes: usize,
        /// How long to wait before each time.
        pause: Duration,
    },
    /// Headers do not come before [`Emulator::release`](crate::Emulator::release); `stall`.
    Stall,
    /// This many events, then nothing more before [`Emulator::release`](crate::Emulator::release) while the
    /// connection stays open; `stall=1`.
    ///
    /// A whole answer stalls after its headers.
    StallAfter {
        /// Events that still arrive.
        events: usize,
    },
    /// This many bytes of the request's body are read, and the rest not before
    /// [`Emulator::release`](crate::Emulator::release); `stall-upload=1000`.
    StallUpload {
        /// Bytes that are read before, more or less.
        bytes: usize,
    },
    /// An error in Oracle's shape; `status=429` or `status=429,retry-after=2s`.
    Status {
        /// The HTTP status.
        status: u16,
        /// The `code`, for instance `TooManyRequests`.
        code: String,
        /// The message.
        message: String,
        /// The `retry-after` header, rounded up to seconds.
        retry_after: Option<Duration>,
    },
    /// This many events, then an error object as an event, then the end; `error=2`.
    StreamError {
        /// Events before the error.
        after_events: usize,
    },
    /// The usual answer under `content-type: text/plain`; `content-type`.
    WrongContentType,
}

impl Fault {
    /// An error in Oracle's shape with the code and message that the service uses for `status`.
    pub fn status(status: u16) -> Self {
        let (code, message) = oracle_error(status);
        Self::Status { status, code: code.into(), message: message.into(), retry_after: None }
    }

    /// An error in OpenAI's shape with the type, code and message that are usual for `status`.
    pub fn openai_error(status: u16) -> Self {
        let (kind, code, message) = match status {
            401 => ("invalid_request_error", "invalid_api_key", "Incorrect API key provided"),
            404 => ("invalid_request_error", "model_not_found", "The model does not exist"),
            429 => ("rate_limit_error", "rate_limit_exceeded", "Rate limit reached"),
            500.. => ("server_error", "internal_error", "The server had an error"),
            _ => ("invalid_request_error", "invalid_request", "The request is invalid"),
        };
        Self::OpenAiError {
            status,
            kind: kind.into(),
            code: Some(code.into()),
            param: None,
            message: message.into(),
        }
    }
}

impl Fault {
    /// Whether it befalls a request before its body has arrived.
    fn is_on_the_way(&self) -> bool {
        matches!(self, Self::CutUpload { .. } | Self::EarlyStatus(_) | Self::StallUpload { .. })
    }
}

/// Code and message of Oracle's page "API Errors" for a status.
fn oracle_error(status: u16) -> (&'static str, &'static str) {
    match status {
        400 => ("InvalidParameter", "A parameter is invalid or incorrectly formatted."),
        401 => ("NotAuthenticated", crate::reply::NOT_AUTHENTICATED),
        403 => ("NotAllowed", "The operation is not allowed."),
        404 => ("NotAuthorizedOrNotFound", "Authorization failed or requested resource not found."),
        405 => ("MethodNotAllowed", "The method is not allowed on this resource."),
        409 => ("IncorrectState", "The resource is not in the right state for the request."),
        412 => ("NoEtagMatch", "The etag does not match that of the resource."),
        413 => ("RequestEntityTooLarge", "The request is too large."),
        429 => ("TooManyRequests", "Too many requests for the user."),
        500 => ("InternalServerError", "An internal server error occurred."),
        501 => ("MethodNotImplemented", "The method is not implemented."),
        503 => ("ServiceUnavailable", "The service is currently unavailable."),
        400.. if status < 500 => ("InvalidParameter", "The request cannot be served."),
        _ => ("InternalServerError", "The service cannot serve the request."),
    }
}
