//! Spans and events after OpenTelemetry's semantic conventions for generative AI; nothing of the kind when nobody listens.

use oci_wire::chat::Usage;
use serde::Deserialize;
use tokio::time::Instant;
use tracing::field::Empty;
use tracing::{Span, debug, info_span};

use crate::attempt::Opened;
use crate::call::Call;
use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind};

/// The span of one call, from its first attempt to the end of its answer.
#[derive(Clone, Debug)]
pub(crate) struct Trace(Span);

impl Trace {
    /// No span.
    pub(crate) const fn none() -> Self {
        Self(Span::none())
    }

    pub(crate) fn of(call: &Call<'_>, endpoint: &Endpoint) -> Self {
        let operation = operation_name(call);
        // What has its id in the path is no model.
        let is_in_body = call.body.is_some() && call.path.path() == call.operation.path;
        let model = Some(call.model).filter(|model| is_in_body && !model.is_empty());
        Self(info_span!(
            "oci_generative_ai",
            otel.name = model.map_or_else(|| operation.to_owned(), |model| format!("{operation} {model}")),
            otel.kind = "client",
            gen_ai.system = "oci",
            gen_ai.operation.name = operation,
            gen_ai.request.model = model,
            gen_ai.usage.input_tokens = Empty,
            gen_ai.usage.output_tokens = Empty,
            server.address = endpoint.host(),
            http.response.status_code = Empty,
            "opc-request-id" = Empty,
            error.type = Empty,
        ))
    }

    /// The span, for what runs in it.
    pub(crate) fn span(&self) -> Span {
        self.0.clone()
    }

    /// Notes the headers of an answer with a status of success.
    pub(crate) fn answered(&self, opened: &Opened) {
        if !self.0.is_disabled() {
            self.0.record("http.response.status_code", opened.status.as_u16());
            self.0.record("opc-request-id", opened.opc_request_id.as_deref());
        }
    }

    /// Notes why the call failed.
    pub(crate) fn failed(&self, error: &Error) {
        if !self.0.is_disabled() {
            self.0
                .record("http.response.status_code", error.status().map(|status| status.as_u16()));
            self.0.record("opc-request-id", error.opc_request_id());
            self.0.record("error.type", error_type(error));
        }
    }

    /// Notes the token counts of a streamed answer.
    pub(crate) fn counted(&self, usage: &Usage) {
        self.record_counts(usage.prompt_tokens, usage.completion_tokens);
    }

    pub(crate) fn record_counts(&self, input: Option<u64>, output: Option<u64>) {
        if !self.0.is_disabled() {
            self.0.record("gen_ai.usage.input_tokens", input);
            self.0.record("gen_ai.usage.output_tokens", output);
        }
    }

    /// Notes the token counts that a whole answer tells, which is read once more for them if somebody listens.
    pub(crate) fn answer(&self, body: &[u8]) {
        if self.0.is_disabled() {
            return;
        }
        if let Ok(Told { usage, chat_response }) = serde_json::from_slice(body)
            && let Some(counts) = chat_response.and_then(|inner| inner.usage).or(usage)
        {
            self.record_counts(counts.input, counts.output);
        }
    }
}

/// Tells of one attempt, inside the span of its call.
pub(crate) fn attempted(number: u32, outcome: Result<&Opened, &Error>, start: Instant) {
    let status = outcome.map_or_else(Error::status, |opened| Some(opened.status));
    let id =
        || outcome.map_or_else(Error::opc_request_id, |opened| opened.opc_request_id.as_deref());
    debug!(
        attempt = number,
        http.response.status_code = status.map(|status| status.as_u16()),
        "opc-request-id" = id(),
        elapsed_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
        error.type = outcome.err().map(error_type),
        "attempt",
    );
}

/// One of few words: the status of an error status, else the kind of the failure.
fn error_type(error: &Error) -> String {
    match (error.kind(), error.status()) {
        (ErrorKind::Service, Some(status)) => status.as_u16().to_string(),
        (kind, _) => format!("{kind:?}"),
    }
}

/// The conventions' own name where they have one.
fn operation_name(call: &Call<'_>) -> &'static str {
    let operation = call.operation;
    match operation.path {
        "/openai/v1/chat/completions" | "/20231130/actions/chat" => "chat",
        "/openai/v1/responses" if operation.name == "response" => "chat",
        "/openai/v1/embeddings" | "/20231130/actions/embedText" => "embeddings",
        "/20231130/actions/generateText" | "/20231130/actions/summarizeText" => "text_completion",
        _ => operation.name,
    }
}

/// The token counts of any dialect.
#[derive(Deserialize)]
struct Told {
    usage: Option<Counts>,
    #[serde(rename = "chatResponse")]
    chat_response: Option<Inside>,
}

#[derive(Deserialize)]
struct Inside {
    usage: Option<Counts>,
}

#[derive(Deserialize)]
struct Counts {
    #[serde(alias = "prompt_tokens", alias = "input_tokens", alias = "promptTokens")]
    input: Option<u64>,
    #[serde(alias = "completion_tokens", alias = "output_tokens", alias = "completionTokens")]
    output: Option<u64>,
}
