//! The prefix table, read from top to bottom; the first prefix that fits decides.
//!
//! Source: the transport table of the locus documentation for OCI Generative AI, with these additions: the OpenAI-compatible API
//! does not serve Cohere (README of Oracle's `oci-openai`), so all of Cohere's chat models go to the native API; and a model that
//! is offered on Responses only goes there.

use crate::route::{Serving, Transport};

pub(crate) struct Row {
    /// In lower case.
    pub(crate) prefix: &'static str,
    pub(crate) operation: Operation,
}

#[derive(Clone, Copy)]
pub(crate) enum Operation {
    Chat(Transport, Serving),
    Other(&'static str),
}

const fn chat(prefix: &'static str, transport: Transport) -> Row {
    Row { prefix, operation: Operation::Chat(transport, Serving::OnDemand) }
}

const fn other(prefix: &'static str, operation: &'static str) -> Row {
    Row { prefix, operation: Operation::Other(operation) }
}

pub(crate) const ROWS: &[Row] = &[
    Row {
        prefix: "ocid1.generativeaiendpoint.",
        operation: Operation::Chat(Transport::Native, Serving::Dedicated),
    },
    // Imported and fine-tuned models.
    chat("ocid1.generativeaimodel.", Transport::Native),
    other("cohere.embed", "embeddings"),
    other("cohere.rerank", "reranking"),
    chat("cohere.", Transport::Native),
    // Offered on Responses only.
    chat("openai.gpt-5.5-pro", Transport::Responses),
    chat("openai.", Transport::V1),
    chat("meta.", Transport::V1),
    chat("xai.", Transport::V1),
    chat("mistral.", Transport::V1),
    chat("google.", Transport::V1),
    chat("anthropic.", Transport::V1),
];

/// The prefixes of chat models, for a message.
pub(crate) fn listed() -> String {
    let chat = ROWS.iter().filter(|row| matches!(row.operation, Operation::Chat(..)));
    // A prefix that another one covers says nothing new.
    let prefixes: Vec<&str> =
        chat.map(|row| row.prefix).filter(|prefix| !prefix.starts_with("openai.g")).collect();
    prefixes.join(", ")
}
