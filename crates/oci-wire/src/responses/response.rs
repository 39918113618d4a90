//! [`Response`]: a whole answer.

use std::collections::BTreeMap;

use crate::chat::{ChunkError, PromptCacheRetention, ServiceTier};
use crate::error_body::{ErrorBody, ErrorShape};
use crate::number::Number;
use crate::object::object;
use crate::open_enum::open_enum;
use crate::raw::RawJson;
use crate::responses::item::Item;
use crate::responses::item_function::FunctionCall;
use crate::responses::item_message::Message;
use crate::responses::item_reasoning::ReasoningItem;
use crate::responses::options::{
    AccessPrograms, ConversationRef, ImageOptions, Prompt, PromptCacheOptions, Reasoning,
    TextConfig, Truncation,
};
use crate::responses::part::Part;
use crate::responses::request::Input;
use crate::responses::tool::Tool;
use crate::responses::tool_choice::ToolChoice;
use crate::responses::usage::ResponseUsage;

object! { kept
    /// A whole answer of the Responses API; what the request said is echoed.
    ///
    /// Reading accepts missing, `null` and unknown members and unknown enumeration values everywhere.
    /// A known member of an unexpected kind is kept in `extra` of its object under its own name.
    pub struct Response {
        /// The id, by which later requests continue the answer.
        pub id: Option<String> = "id",
        /// `response`
        pub object: Option<String> = "object",
        /// When it was made, in seconds since 1970; can have a fraction.
        pub created_at: Option<Number> = "created_at",
        /// When it was done, in seconds since 1970; can have a fraction.
        pub completed_at: Option<Number> = "completed_at",
        /// How far it is.
        pub status: Option<ResponseStatus> = "status",
        /// Why it failed.
        pub error: Option<ResponseError> = "error",
        /// Why it was broken off.
        pub incomplete_details: Option<IncompleteDetails> = "incomplete_details",
        /// The model that answered.
        pub model: Option<String> = "model",
        /// What the model and the service's tools did, in order.
        pub output: Option<Vec<Item>> = "output",
        /// The token counts.
        pub usage: Option<ResponseUsage> = "usage",
        /// What tools of the service took.
        pub tool_usage: Option<RawJson> = "tool_usage",
        /// Whether it was made in the background.
        pub background: Option<bool> = "background",
        /// The stored conversation it belongs to.
        pub conversation: Option<ConversationRef> = "conversation",
        /// The answer it continues.
        pub previous_response_id: Option<String> = "previous_response_id",
        /// The request's instructions.
        pub instructions: Option<Input> = "instructions",
        /// The request's labels.
        pub metadata: Option<BTreeMap<String, String>> = "metadata",
        /// Whether several calls at once were allowed.
        pub parallel_tool_calls: Option<bool> = "parallel_tool_calls",
        /// Limit of answer tokens.
        pub max_output_tokens: Option<u64> = "max_output_tokens",
        /// Limit of calls of the service's tools.
        pub max_tool_calls: Option<u64> = "max_tool_calls",
        /// Sampling temperature.
        pub temperature: Option<Number> = "temperature",
        /// Nucleus sampling.
        pub top_p: Option<Number> = "top_p",
        /// Alternatives per token.
        pub top_logprobs: Option<u32> = "top_logprobs",
        /// The request's tools.
        pub tools: Option<Vec<Tool>> = "tools",
        /// The request's choice among them.
        pub tool_choice: Option<ToolChoice> = "tool_choice",
        /// How the model thought.
        pub reasoning: Option<Reasoning> = "reasoning",
        /// The form of the answer.
        pub text: Option<TextConfig> = "text",
        /// What was to happen to a conversation that is too long.
        pub truncation: Option<Truncation> = "truncation",
        /// Whether the service stored the answer.
        pub store: Option<bool> = "store",
        /// The processing class that was used.
        pub service_tier: Option<ServiceTier> = "service_tier",
        /// The stored prompt.
        pub prompt: Option<Prompt> = "prompt",
        /// What the service found out about the use of the cache.
        pub prompt_cache_diagnostics: Option<RawJson> = "prompt_cache_diagnostics",
        /// The request's cache key.
        pub prompt_cache_key: Option<String> = "prompt_cache_key",
        /// How the prompt cache was used.
        pub prompt_cache_options: Option<PromptCacheOptions> = "prompt_cache_options",
        /// How long the prompt cache keeps the prefix.
        pub prompt_cache_retention: Option<PromptCacheRetention> = "prompt_cache_retention",
        /// Moderation results.
        pub moderation: Option<RawJson> = "moderation",
        /// How images of the conversation were treated.
        pub image: Option<ImageOptions> = "image",
        /// Items of the input that the service left out.
        pub input_transformations: Option<Vec<InputTransformation>> = "input_transformations",
        /// Programs of the operator.
        pub access_programs: Option<AccessPrograms> = "access_programs",
        /// The request's id of the end user.
        pub safety_identifier: Option<String> = "safety_identifier",
        /// Its forerunner.
        pub user: Option<String> = "user",
    }
}

impl Response {
    /// Reads the body of an answer.
    ///
    /// The service can answer with status 200 and only an `error`; see [`Self::is_failure`].
    ///
    /// # Errors
    /// When the body is not a JSON object; the error tells where, never what the text said.
    pub fn from_json(body: &[u8]) -> Result<Self, ChunkError> {
        serde_json::from_slice(body).map_err(|error| ChunkError::new("a response", &error))
    }

    /// Whether the answer is a failure: its status says so, or there is an error and no output.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        self.status == Some(ResponseStatus::Failed)
            || self.output.is_none() && (self.error.is_some() || self.extra.contains("error"))
    }

    /// Why the answer failed, in the form in which failed calls are told; `None` when it did not.
    #[must_use]
    pub fn failure(&self) -> Option<ErrorBody> {
        if !self.is_failure() {
            return None;
        }
        Some(match (&self.error, self.extra.get("error")) {
            (Some(error), _) => ErrorBody {
                code: error.code.clone(),
                message: error.message.clone(),
                kind: error.kind.clone(),
                param: error.param.clone(),
                shape: ErrorShape::OpenAi,
                ..ErrorBody::default()
            },
            (None, Some(raw)) => {
                ErrorBody::parse(format!(r#"{{"error":{}}}"#, raw.get()).as_bytes())
            }
            (None, None) => ErrorBody::default(),
        })
    }

    /// The output items in order.
    #[must_use]
    pub fn output(&self) -> &[Item] {
        self.output.as_deref().unwrap_or_default()
    }

    /// All text of the model, without reasoning and refusals.
    #[must_use]
    pub fn text(&self) -> String {
        self.output_parts()
            .filter_map(|part| match part {
                Part::OutputText(text) => Some(text.text.as_str()),
                _ => None,
            })
            .collect()
    }

    /// What the model said when it refused.
    #[must_use]
    pub fn refusal(&self) -> Option<&str> {
        self.output_parts().find_map(|part| match part {
            Part::Refusal(refusal) => Some(refusal.refusal.as_str()),
            _ => None,
        })
    }

    /// The calls of the request's functions, each to be answered in the next request.
    pub fn function_calls(&self) -> impl Iterator<Item = &FunctionCall> {
        self.output().iter().filter_map(Item::as_function_call)
    }

    /// The thoughts where they are shown, else their summaries; `None` when there are neither.
    #[must_use]
    pub fn reasoning_text(&self) -> Option<String> {
        let texts: Vec<String> = self
            .output()
            .iter()
            .filter_map(|item| match item {
                Item::Reasoning(reasoning) => Some(ReasoningItem::text(reasoning)),
                _ => None,
            })
            .filter(|text| !text.is_empty())
            .collect();
        (!texts.is_empty()).then(|| texts.join("\n\n"))
    }

    fn output_parts(&self) -> impl Iterator<Item = &Part> {
        self.output().iter().filter_map(Item::as_message).flat_map(Message::parts)
    }
}

open_enum! {
    /// How far an answer is.
    pub enum ResponseStatus {
        /// Done.
        Completed = "completed",
        /// Failed; see `error`.
        Failed = "failed",
        /// Being made.
        InProgress = "in_progress",
        /// Called off.
        Cancelled = "cancelled",
        /// Not begun.
        Queued = "queued",
        /// Broken off; see `incomplete_details`.
        Incomplete = "incomplete",
    }
}

object! { kept
    /// Why an answer failed.
    pub struct ResponseError {
        /// The machine-readable reason, such as `server_error`.
        pub code: Option<String> = "code",
        /// The reason for a person.
        pub message: Option<String> = "message",
        /// The class of error.
        pub kind: Option<String> = "type",
        /// The parameter at fault.
        pub param: Option<String> = "param",
        /// What the service believes the model was about to do wrong.
        pub misalignment: Option<RawJson> = "misalignment",
    }
}

object! { kept
    /// Why an answer was broken off.
    pub struct IncompleteDetails {
        /// The reason.
        pub reason: Option<IncompleteReason> = "reason",
    }
}

open_enum! {
    /// Why an answer was broken off.
    pub enum IncompleteReason {
        /// The limit of tokens was reached.
        MaxOutputTokens = "max_output_tokens",
        /// The limit of messages was reached.
        MaxMessages = "max_messages",
        /// A filter withheld content.
        ContentFilter = "content_filter",
        /// Other input came in between.
        Steered = "steered",
    }
}

object! { kept
    /// An item of the input that the service left out.
    pub struct InputTransformation {
        /// The item.
        pub id: Option<String> = "id",
        /// `removed`
        pub action: Option<String> = "action",
        /// Why, such as `model_mismatch`.
        pub reason: Option<String> = "reason",
    }
}
