//! The prefix table, read from top to bottom; the first prefix that fits decides.
//!
//! Source: the transport table of the locus documentation for OCI Generative AI, with these additions: the OpenAI-compatible API
//! does not serve Cohere (README of Oracle's `oci-openai`), so all of Cohere's chat models go to the native API; its models for
//! images and for reasoning speak the second format there; and a model that is offered on Responses only goes there.

use oci_wire::Family;

use crate::model_id::begins_with;
use crate::transport::{Format, Operation, Serving, Transport};

/// A row of the table.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Row {
    /// What an id begins with, in lower case.
    pub prefix: &'static str,
    /// What models of this prefix are for.
    pub operation: Operation,
    /// The API that serves them.
    pub transport: Transport,
    /// Whose capacity they run on.
    pub serving: Serving,
    /// The format of the native API that they speak, used when a call goes there.
    pub format: Format,
    /// The family whose differences they share.
    pub family: Family,
}

impl Row {
    const fn chat(prefix: &'static str, transport: Transport, family: Family) -> Self {
        let (operation, serving) = (Operation::Chat, Serving::OnDemand);
        Self { prefix, operation, transport, serving, format: Format::Generic, family }
    }

    const fn cohere(prefix: &'static str, format: Format) -> Self {
        Self { format, ..Self::chat(prefix, Transport::Native, Family::Cohere) }
    }

    const fn other(prefix: &'static str, operation: Operation) -> Self {
        Self { operation, ..Self::chat(prefix, Transport::Native, Family::Cohere) }
    }
}

/// The rows, in the order in which they are tried.
pub(crate) const ROWS: &[Row] = &[
    Row {
        serving: Serving::Dedicated,
        ..Row::chat("ocid1.generativeaiendpoint.", Transport::Native, Family::Other)
    },
    // Imported and fine-tuned models.
    Row::chat("ocid1.generativeaimodel.", Transport::Native, Family::Other),
    Row::other("cohere.embed", Operation::Embeddings),
    Row::other("cohere.rerank", Operation::Rerank),
    Row::cohere("cohere.command-a-vision", Format::CohereV2),
    Row::cohere("cohere.command-a-reasoning", Format::CohereV2),
    Row::cohere("cohere.", Format::Cohere),
    // Offered on Responses only.
    Row::chat("openai.gpt-5.5-pro", Transport::Responses, Family::OpenAi),
    Row::chat("openai.gpt-oss", Transport::V1, Family::GptOss),
    Row::chat("openai.", Transport::V1, Family::OpenAi),
    Row::chat("meta.", Transport::V1, Family::Llama),
    Row::chat("xai.", Transport::V1, Family::Grok),
    Row::chat("mistral.", Transport::V1, Family::Other),
    Row::chat("google.", Transport::V1, Family::Gemini),
    Row::chat("anthropic.", Transport::V1, Family::Other),
];

/// The first row whose prefix fits an id, in any letter case.
pub(crate) fn find(id: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| begins_with(id, row.prefix))
}

/// The prefixes of all vendors, for a message.
pub(crate) fn listed() -> String {
    let mut prefixes: Vec<&str> = Vec::new();
    for row in ROWS {
        // A prefix that a later one covers is a single model, which says nothing of a vendor.
        let covered = ROWS.iter().any(|other| {
            other.prefix.len() < row.prefix.len() && row.prefix.starts_with(other.prefix)
        });
        if row.operation == Operation::Chat && !covered {
            prefixes.push(row.prefix);
        }
    }
    prefixes.join(", ")
}
