//! Answers before they become HTTP: status, headers, and the steps in which the body leaves.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::content::Content;
use crate::script::Step;

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The value of `content-type`; empty where there is no content.
    pub(crate) content_type: &'static str,
    /// More headers.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// The body, in the order and pace in which it leaves.
    pub(crate) body: Vec<Step>,
    /// The value of `content-length`; `None` for a stream, which is sent in chunks.
    pub(crate) length: Option<u64>,
    /// Whether the connection ends with this answer.
    pub(crate) closes: bool,
}

impl Reply {
    /// A whole JSON document.
    pub(crate) fn json(status: u16, document: &Value) -> Self {
        Self::whole(status, "application/json", document.to_string())
    }

    /// No document.
    pub(crate) fn empty(status: u16) -> Self {
        Self::whole(status, "", Bytes::new())
    }

    /// A whole body of any kind.
    pub(crate) fn whole(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let body = body.into();
        Self::content(status, content_type, Content::in_memory(body))
    }

    /// What was uploaded.
    pub(crate) fn content(status: u16, content_type: &'static str, content: Content) -> Self {
        let length = Some(content.len());
        let body = vec![content.held().map_or(Step::Read(content), Step::Send)];
        Self { status, content_type, headers: Vec::new(), body, length, closes: false }
    }

    /// A body that leaves step by step, whose length is not known beforehand.
    pub(crate) fn stream(content_type: &'static str, body: Vec<Step>) -> Self {
        let headers = vec![("cache-control", "no-cache".to_owned())];
        Self { status: 200, content_type, headers, body, length: None, closes: false }
    }

    /// An error as Oracle's services put it.
    pub(crate) fn oracle_error(status: u16, code: &str, message: &str) -> Self {
        Self::json(status, &json!({ "code": code, "message": message }))
    }

    /// An error as OpenAI puts it.
    pub(crate) fn openai_error(
        status: u16,
        kind: &str,
        code: Option<&str>,
        param: Option<&str>,
        message: &str,
    ) -> Self {
        let error = json!({ "message": message, "type": kind, "param": param, "code": code });
        Self::json(status, &json!({ "error": error }))
    }

    /// The one answer to everything that is wrong with a signature.
    pub(crate) fn not_authenticated() -> Self {
        Self::oracle_error(401, "NotAuthenticated", NOT_AUTHENTICATED)
    }

    /// The same for an API key; the inference service gives the status for a code, as users report it.
    pub(crate) fn wrong_api_key() -> Self {
        Self::oracle_error(401, "401", NOT_AUTHENTICATED)
    }

    /// Adds a header.
    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Adds `retry-after` in whole seconds, rounded up.
    pub(crate) fn with_retry_after(self, after: Option<Duration>) -> Self {
        match after {
            Some(after) => {
                let seconds = after.as_secs() + u64::from(after.subsec_nanos() > 0);
                self.with_header("retry-after", seconds.to_string())
            }
            None => self,
        }
    }

    /// Ends the connection after this answer.
    pub(crate) fn closing(mut self) -> Self {
        self.closes = true;
        self
    }
}

/// What the service says to every request that it does not take for authentic.
pub(crate) const NOT_AUTHENTICATED: &str =
    "The required information to complete authentication was not provided or was incorrect.";
