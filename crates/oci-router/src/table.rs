//! The prefix table, read from top to bottom; the first prefix that fits decides.
//!
//! Source: the transport table of the locus documentation for OCI Generative AI, with these additions: the OpenAI-compatible API
//! does not serve Cohere (README of Oracle's `oci-openai`), so all of Cohere's chat models go to the native API; and a model that
//! is offered on Responses only goes there.

use crate::transport::{Serving, Transport};

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

/// The prefixes of the chat models of some transports, for a message.
pub(crate) fn listed(wanted: impl Fn(Transport) -> bool) -> String {
    let mut prefixes: Vec<&str> = Vec::new();
    for row in ROWS {
        // A prefix that a later one covers is a single model, which says nothing of a vendor.
        let covered = ROWS.iter().any(|other| {
            other.prefix.len() < row.prefix.len() && row.prefix.starts_with(other.prefix)
        });
        if matches!(row.operation, Operation::Chat(transport, _) if wanted(transport)) && !covered {
            prefixes.push(row.prefix);
        }
    }
    prefixes.join(", ")
}
