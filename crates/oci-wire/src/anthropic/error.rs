//! [`ErrorResponse`]: the body of a failure, and the last event of a stream that failed.

use crate::error_body::ErrorBody;
use crate::object::object;
use crate::open_enum::open_enum;

object! { kept
    /// The body of a failed call, which is also the event that a stream ends with when it fails.
    pub struct ErrorResponse (tag "type" = "error") {
        /// What went wrong.
        pub error: ErrorDetails = always "error",
        /// The id under which the provider knows the call.
        pub request_id: Option<String> = "request_id",
    }
}

impl ErrorResponse {
    /// A failure of a kind, with the reason for a person.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let error = ErrorDetails {
            kind: Some(kind),
            message: Some(message.into()),
            ..ErrorDetails::default()
        };
        Self { error, ..Self::default() }
    }

    /// A failure of the service in this form; its code stays at the beginning of the message.
    ///
    /// Where the status of the call is known, it tells the kind better than the body does: see [`ErrorKind`].
    #[must_use]
    pub fn from_body(body: &ErrorBody) -> Self {
        Self::new(ErrorKind::of_body(body), body.to_string())
    }
}

object! { kept
    /// What went wrong.
    pub struct ErrorDetails {
        /// The kind of failure.
        pub kind: Option<ErrorKind> = "type",
        /// The reason for a person.
        pub message: Option<String> = "message",
    }
}

open_enum! {
    /// The kind of a failure; clients tell by it and by the status whether to try again.
    pub enum ErrorKind {
        /// The request is wrong; status 400, 413 or 422.
        InvalidRequest = "invalid_request_error",
        /// The key is missing or wrong; status 401.
        Authentication = "authentication_error",
        /// The bill is not paid; status 402.
        Billing = "billing_error",
        /// The key does not allow this; status 403.
        Permission = "permission_error",
        /// There is no such thing; status 404.
        NotFound = "not_found_error",
        /// The request is too large; status 413.
        TooLarge = "request_too_large",
        /// Too many requests; status 429.
        RateLimit = "rate_limit_error",
        /// The provider failed; status 500.
        Api = "api_error",
        /// The provider took too long; status 504.
        Timeout = "timeout_error",
        /// The provider is overloaded; status 529.
        Overloaded = "overloaded_error",
    }
}

impl ErrorKind {
    /// The kind that OCI's names, OpenAI's classes and a status in the place of a code stand for.
    #[must_use]
    pub fn of_body(body: &ErrorBody) -> Self {
        let codes = [&body.kind, &body.code, &body.outer_code];
        codes.into_iter().flatten().find_map(|code| Self::of_code(code)).unwrap_or(Self::Api)
    }

    fn of_code(code: &str) -> Option<Self> {
        if let Some(kind) = Self::known(code) {
            return Some(kind);
        }
        Some(match code {
            "400"
            | "409"
            | "412"
            | "422"
            | "InvalidParameter"
            | "CannotParseRequest"
            | "MissingParameter"
            | "IncorrectState"
            | "invalid_value"
            | "unsupported_parameter"
            | "unsupported_value"
            | "context_length_exceeded"
            | "string_above_max_length" => Self::InvalidRequest,
            "401" | "NotAuthenticated" | "invalid_api_key" => Self::Authentication,
            "402" | "insufficient_quota" | "QuotaExceeded" | "LimitExceeded" => Self::Billing,
            "403" | "NotAuthorized" | "SignUpRequired" | "NotAllowed" => Self::Permission,
            "404" | "NotAuthorizedOrNotFound" | "NotFound" | "model_not_found" => Self::NotFound,
            "413" | "PayloadTooLarge" => Self::TooLarge,
            "429" | "TooManyRequests" | "rate_limit_exceeded" => Self::RateLimit,
            "500" | "InternalServerError" | "server_error" => Self::Api,
            "504" | "GatewayTimeout" => Self::Timeout,
            "503" | "529" | "ServiceUnavailable" | "OutOfHostCapacity" => Self::Overloaded,
            _ => return None,
        })
    }
}
