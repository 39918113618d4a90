//! The models, by the beginning of their ids: what serves them, and what they refuse.
//!
//! None of it is published as a whole. The rows are what Oracle's pages say, what `openai` and Oracle's own
//! packages do about it, and what users of the live service report.

mod refusal;
mod rules;

pub(crate) use refusal::{Refusal, Words};
pub(crate) use rules::{Names, check_messages, check_parameters, check_schemas};

/// An operation, and for chat its format.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Api {
    ChatCompletions,
    Cohere,
    CohereV2,
    EmbedText,
    Embeddings,
    GenerateText,
    Generic,
    RerankText,
    Responses,
    SummarizeText,
}

use Api::{
    ChatCompletions, Cohere, CohereV2, EmbedText, Embeddings, GenerateText, Generic, RerankText,
    Responses, SummarizeText,
};

/// Models that behave alike.
#[derive(Debug)]
pub(crate) struct Family {
    /// How their ids begin.
    pub(crate) prefix: &'static str,
    /// Where they are served.
    pub(crate) serves: &'static [Api],
    /// How calls of tools are streamed in GENERIC.
    pub(crate) calls: Calls,
    /// Whether a native stream ends with `[DONE]`.
    pub(crate) ends_with_done: bool,
    /// What they refuse of a chat request.
    pub(crate) refuses: Refuses,
    /// How the results of tools must follow their calls.
    pub(crate) pairing: Pairing,
    /// Whether they think first, and show it.
    pub(crate) thinking: Thinking,
}

/// How calls of tools are streamed in GENERIC.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Calls {
    /// An id and a name, then pieces of the arguments without either.
    InPieces,
    /// One whole call an event.
    Whole,
    /// One whole call an event, without an id, in a message that finishes with `stop`.
    WithoutIds,
}

/// What a family refuses of a chat request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Refuses {
    Nothing,
    /// `max_tokens`, a temperature other than 1, penalties, `stop`: OpenAI's reasoning models.
    OpenAiReasoning,
    /// More than 4,000 tokens on demand: Cohere's.
    ManyTokens,
    /// References and comments in JSON Schemas: Gemini and Llama.
    SchemaKeywords,
    /// `reasoning_effort`, penalties, `stop`: most of xAI's reasoning models.
    XaiReasoning,
}

/// How the results of tools must follow their calls.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Pairing {
    /// Every id is answered before anything else is said.
    ById,
    Free,
    /// One call a message, its result in the next: Gemini over the native operation.
    OneByOne,
}

/// Whether models think first.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Thinking {
    /// They do, and one sees but the tokens.
    Hidden,
    Never,
    /// They do so where one can read it.
    Shown,
}

const PLAIN: Family = Family {
    prefix: "",
    serves: &[ChatCompletions, Generic, Responses],
    calls: Calls::Whole,
    ends_with_done: false,
    refuses: Refuses::Nothing,
    pairing: Pairing::Free,
    thinking: Thinking::Never,
};

const OPENAI: Family = Family { calls: Calls::InPieces, pairing: Pairing::ById, ..PLAIN };

const OPENAI_REASONING: Family =
    Family { refuses: Refuses::OpenAiReasoning, thinking: Thinking::Hidden, ..OPENAI };

const COHERE: Family =
    Family { serves: &[Cohere, CohereV2], refuses: Refuses::ManyTokens, ..PLAIN };

/// Read from the top; the first row whose prefix fits counts.
const FAMILIES: &[Family] = &[
    Family { prefix: "anthropic.claude", ..PLAIN },
    Family { prefix: "cohere.command-a-vision", serves: &[CohereV2], ..COHERE },
    Family { prefix: "cohere.command-a-reasoning", thinking: Thinking::Shown, ..COHERE },
    Family { prefix: "cohere.command-a", ..COHERE },
    Family { prefix: "cohere.command-latest", ..COHERE },
    Family { prefix: "cohere.command-plus-latest", ..COHERE },
    Family { prefix: "cohere.command-r", ..COHERE },
    Family { prefix: "cohere.command", serves: &[GenerateText, SummarizeText], ..COHERE },
    Family { prefix: "cohere.embed-", serves: &[EmbedText, Embeddings], ..PLAIN },
    Family { prefix: "cohere.rerank", serves: &[RerankText], ..PLAIN },
    Family {
        prefix: "google.gemini-",
        calls: Calls::WithoutIds,
        refuses: Refuses::SchemaKeywords,
        pairing: Pairing::OneByOne,
        ..PLAIN
    },
    Family { prefix: "meta.llama-2", serves: &[GenerateText], ..PLAIN },
    Family {
        prefix: "meta.llama-",
        serves: &[ChatCompletions, Generic],
        calls: Calls::InPieces,
        ends_with_done: true,
        refuses: Refuses::SchemaKeywords,
        ..PLAIN
    },
    Family { prefix: "mistral.", ..PLAIN },
    Family { prefix: "nvidia.", ..PLAIN },
    // A model that somebody imported, by its OCID.
    Family { prefix: "ocid1.generativeaimodel.", ..PLAIN },
    Family { prefix: "openai.gpt-5.5-pro", serves: &[Responses], ..OPENAI_REASONING },
    Family { prefix: "openai.gpt-5", ..OPENAI_REASONING },
    Family { prefix: "openai.gpt-6", ..OPENAI_REASONING },
    Family { prefix: "openai.gpt-oss-", thinking: Thinking::Shown, ..OPENAI },
    Family { prefix: "openai.gpt-", ..OPENAI },
    Family { prefix: "openai.o1", ..OPENAI_REASONING },
    Family { prefix: "openai.o3", ..OPENAI_REASONING },
    Family { prefix: "openai.o4", ..OPENAI_REASONING },
    Family { prefix: "openai.text-embedding-3-", serves: &[Embeddings], ..PLAIN },
    Family { prefix: "xai.grok-3-mini", thinking: Thinking::Shown, ..PLAIN },
    Family { prefix: "xai.grok-3", ..PLAIN },
    Family {
        prefix: "xai.grok-",
        refuses: Refuses::XaiReasoning,
        thinking: Thinking::Hidden,
        ..PLAIN
    },
];

/// A dedicated endpoint: whatever model is behind it, all operations are open.
const DEDICATED: Family = Family {
    prefix: ENDPOINT,
    serves: &[
        ChatCompletions,
        Cohere,
        CohereV2,
        EmbedText,
        Embeddings,
        GenerateText,
        Generic,
        RerankText,
        Responses,
        SummarizeText,
    ],
    ..PLAIN
};

/// How the OCIDs of dedicated endpoints begin.
pub(crate) const ENDPOINT: &str = "ocid1.generativeaiendpoint.";

impl Family {
    /// The family of a model id in whatever case; `None` for an id that nobody knows.
    pub(crate) fn of(model: &str) -> Option<&'static Self> {
        let begins = |prefix: &str| {
            model.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        if begins(ENDPOINT) {
            return Some(&DEDICATED);
        }
        FAMILIES.iter().find(|family| begins(family.prefix))
    }

    /// Whether it is served there.
    pub(crate) fn serves(&self, api: Api) -> bool {
        self.serves.contains(&api)
    }

    /// Whether its errors come from OpenAI, in whose words they are passed on.
    pub(crate) fn is_openai(&self) -> bool {
        self.prefix.starts_with("openai.")
    }

    /// Whether a request for it is for a dedicated endpoint.
    pub(crate) fn is_dedicated(&self) -> bool {
        self.prefix == ENDPOINT
    }
}

/// The ids that a listing names: some of each vendor.
pub(crate) const LISTED: &[&str] = &[
    "cohere.embed-v4.0",
    "google.gemini-2.5-flash",
    "google.gemini-2.5-pro",
    "meta.llama-3.3-70b-instruct",
    "meta.llama-4-maverick-17b-128e-instruct-fp8",
    "openai.gpt-5.5",
    "openai.gpt-5.5-pro",
    "openai.gpt-oss-120b",
    "openai.gpt-oss-20b",
    "xai.grok-3-mini",
    "xai.grok-4",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_can_be_reached_and_every_listed_model_is_known() {
        for family in FAMILIES {
            let found = Family::of(family.prefix).map(|family| family.prefix);
            assert_eq!(found, Some(family.prefix));
        }
        for model in LISTED {
            let family = Family::of(model);
            assert!(
                family.is_some_and(|family| [ChatCompletions, Embeddings, Responses]
                    .iter()
                    .any(|api| family.serves(*api))),
                "{model}"
            );
        }
    }

    #[test]
    fn ids_are_told_apart_by_vendor() {
        for model in ["", "m", "openai.", "gpt-5", "acme.x", "openai.gpt\u{e9}"] {
            assert!(Family::of(model).is_none(), "{model}");
        }
        assert!(Family::of("OpenAI.GPT-5").is_some_and(Family::is_openai));
    }
}
