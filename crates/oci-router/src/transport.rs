//! The ways to reach a model.

use std::fmt;
use std::str::FromStr;

use oci_wire::native::ApiFormat;

/// An API of the service.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Transport {
    /// The native API, `/20231130/actions/chat`.
    Native,
    /// The Responses API, `/openai/v1/responses`.
    Responses,
    /// Chat completions of the OpenAI-compatible API, `/openai/v1/chat/completions`.
    V1,
}

impl Transport {
    /// The name in messages and on the command line: `native`, `responses` or `v1`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Responses => "responses",
            Self::V1 => "v1",
        }
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Reads `v1`, `responses`, and `sdk` or `native`, in any letter case.
impl FromStr for Transport {
    type Err = UnknownTransport;

    fn from_str(text: &str) -> Result<Self, UnknownTransport> {
        match text.to_ascii_lowercase().as_str() {
            "v1" => Ok(Self::V1),
            "responses" => Ok(Self::Responses),
            "sdk" | "native" => Ok(Self::Native),
            _ => Err(UnknownTransport { given: text.to_owned() }),
        }
    }
}

/// A text that names no transport.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("expected a transport, v1, responses or sdk, found {given:?}")]
pub struct UnknownTransport {
    given: String,
}

/// Whose capacity a model runs on.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Serving {
    /// A dedicated AI cluster, named by the OCID of its endpoint.
    Dedicated,
    /// The shared capacity of the region.
    OnDemand,
}

/// A format of the native API's chat.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Format {
    /// For all families but Cohere.
    Generic,
    /// Cohere's first format.
    Cohere,
    /// Cohere's second format, which knows images and reasoning.
    CohereV2,
}

impl Format {
    /// The value of `apiFormat` on the wire.
    #[must_use]
    pub fn api_format(self) -> ApiFormat {
        match self {
            Self::Generic => ApiFormat::Generic,
            Self::Cohere => ApiFormat::Cohere,
            Self::CohereV2 => ApiFormat::CohereV2,
        }
    }
}

/// What a model is for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Operation {
    /// Messages in, a message out.
    Chat,
    /// Texts in, numbers out.
    Embeddings,
    /// A query and documents in, an order out.
    Rerank,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Chat => "chat",
            Self::Embeddings => "embeddings",
            Self::Rerank => "reranking",
        })
    }
}
