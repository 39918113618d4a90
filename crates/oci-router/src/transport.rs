//! The ways to reach a model.

use std::fmt;

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
    /// Whether this release can call it. A call over another one is an error that names it.
    #[must_use]
    pub fn is_built(self) -> bool {
        self == Self::V1
    }

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

/// Whose capacity a model runs on.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Serving {
    /// A dedicated AI cluster, named by the OCID of its endpoint.
    Dedicated,
    /// The shared capacity of the region.
    OnDemand,
}
