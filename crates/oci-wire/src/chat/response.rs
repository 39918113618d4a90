//! [`ChatResponse`]: a whole answer.

use std::collections::BTreeMap;

use crate::chat::content::Content;
use crate::chat::error::ChunkError;
use crate::chat::message::{AssistantMessage, AudioRef, Message, Role};
use crate::chat::options::ServiceTier;
use crate::chat::tool::{FunctionCall, ToolCall};
use crate::finish::FinishReason;
use crate::nullable::Nullable;
use crate::number::Number;
use crate::object::object;
use crate::one_pass::read_document;
use crate::raw::RawJson;
use crate::usage::Usage;

object! { answer
    /// A whole answer of chat completions.
    ///
    /// Reading accepts missing, `null` and unknown members and unknown enumeration values everywhere.
    /// A known member of an unexpected kind, say a `created` that is a string, is kept in `extra` of its object under its own name.
    pub struct ChatResponse {
        /// The id of the answer.
        pub id: Option<String> = "id",
        /// `chat.completion`
        pub object: Option<String> = "object",
        /// When it was made, in seconds since 1970.
        pub created: Option<u64> = "created",
        /// The model that answered.
        pub model: Option<String> = "model",
        /// The answers, one unless the request asked for more.
        pub choices: Vec<Choice> = always "choices",
        /// The token counts.
        pub usage: Option<Usage> = "usage",
        /// The processing class that was used.
        pub service_tier: Option<ServiceTier> = "service_tier",
        /// The configuration of the serving system.
        pub system_fingerprint: Option<String> = "system_fingerprint",
        /// The request's labels.
        pub metadata: Option<BTreeMap<String, String>> = "metadata",
        /// Moderation results.
        pub moderation: Option<RawJson> = "moderation",
    }
}

impl ChatResponse {
    /// Reads the body of a successful answer.
    ///
    /// # Errors
    /// When the body is not a JSON object; the error tells where, never what the text said.
    pub fn from_json(body: &[u8]) -> Result<Self, ChunkError> {
        if let Some(answer) = str::from_utf8(body).ok().and_then(read_document) {
            return Ok(answer);
        }
        serde_json::from_slice(body).map_err(|error| ChunkError::new("a chat completion", &error))
    }

    /// The text of the first choice; empty when it has none.
    ///
    /// Of content that came as parts this is the first text part; [`Content::text`] joins them all.
    #[must_use]
    pub fn text(&self) -> &str {
        self.message()
            .and_then(|message| message.content.as_ref())
            .and_then(Content::first_text)
            .unwrap_or_default()
    }

    /// The message of the first choice.
    #[must_use]
    pub fn message(&self) -> Option<&ResponseMessage> {
        self.choices.first().map(|choice| &choice.message)
    }

    /// The reasoning of the first choice.
    #[must_use]
    pub fn reasoning(&self) -> Option<&str> {
        self.message().and_then(ResponseMessage::reasoning)
    }

    /// The refusal of the first choice.
    #[must_use]
    pub fn refusal(&self) -> Option<&str> {
        self.message()?.refusal.as_deref()
    }

    /// The tool calls of the first choice.
    #[must_use]
    pub fn tool_calls(&self) -> &[ToolCall] {
        self.message().and_then(|message| message.tool_calls.as_deref()).unwrap_or_default()
    }

    /// Why the first choice ended.
    #[must_use]
    pub fn finish_reason(&self) -> Option<&FinishReason> {
        self.choices.first()?.finish_reason.as_ref()
    }
}

object! { answer
    /// One answer.
    pub struct Choice {
        /// Its place among the answers.
        pub index: u32 = always "index",
        /// What the model said.
        pub message: ResponseMessage = always "message",
        /// Why it ended.
        pub finish_reason: Option<FinishReason> = "finish_reason",
        /// Log probabilities, if the request asked for them.
        pub logprobs: Option<Logprobs> = "logprobs",
    }
}

object! { answer
    /// What the model said.
    pub struct ResponseMessage {
        /// `assistant`
        pub role: Option<Role> = "role",
        /// The text; some models send parts instead of a string.
        pub content: Option<Content> = "content",
        /// The reasoning, where the model shows it (an extension of OpenAI's format).
        pub reasoning_content: Option<String> = "reasoning_content",
        /// The same under the name that some servers use; see [`ResponseMessage::reasoning`].
        pub reasoning: Option<String> = "reasoning",
        /// What the model said when it refused.
        pub refusal: Option<String> = "refusal",
        /// Sources found by web search.
        pub annotations: Option<Vec<Annotation>> = "annotations",
        /// The spoken answer.
        pub audio: Option<ResponseAudio> = "audio",
        /// The calls the model made.
        pub tool_calls: Option<Vec<ToolCall>> = "tool_calls",
        /// The call of the deprecated function interface.
        pub function_call: Option<FunctionCall> = "function_call",
    }
}

impl ResponseMessage {
    /// The reasoning, under either of its two names.
    #[must_use]
    pub fn reasoning(&self) -> Option<&str> {
        self.reasoning_content.as_deref().or(self.reasoning.as_deref())
    }

    /// The message in the form in which the next request replays it.
    ///
    /// Reasoning and annotations stay behind: chat completions is stateless and most models refuse them.
    #[must_use]
    pub fn into_message(self) -> Message {
        Message::Assistant(AssistantMessage {
            content: self.content.map_or(Nullable::Null, Nullable::Value),
            refusal: self.refusal,
            audio: self
                .audio
                .and_then(|audio| audio.id)
                .map(|id| AudioRef { id, ..AudioRef::default() }),
            tool_calls: self.tool_calls.filter(|calls| !calls.is_empty()),
            function_call: self.function_call,
            ..AssistantMessage::default()
        })
    }
}

object! { kept
    /// A remark on a stretch of the text; `url_citation` is the only kind of the OpenAI package 3.52.0.
    pub struct Annotation {
        /// The kind.
        pub kind: Option<String> = "type",
        /// The source.
        pub url_citation: Option<UrlCitation> = "url_citation",
    }
}

object! { kept
    /// A source on the web and the stretch of text it supports.
    pub struct UrlCitation {
        /// First character of the stretch.
        pub start_index: Option<u64> = "start_index",
        /// Last character of the stretch.
        pub end_index: Option<u64> = "end_index",
        /// The page's title.
        pub title: Option<String> = "title",
        /// The page's address.
        pub url: Option<String> = "url",
    }
}

object! { kept
    /// A spoken answer.
    pub struct ResponseAudio {
        /// By which later requests can name it.
        pub id: Option<String> = "id",
        /// Base64 data in the format that the request asked for.
        pub data: Option<String> = "data",
        /// Until when the id is known, in seconds since 1970.
        pub expires_at: Option<u64> = "expires_at",
        /// The words.
        pub transcript: Option<String> = "transcript",
    }
}

object! { kept
    /// Log probabilities of the tokens of an answer.
    pub struct Logprobs {
        /// Of the content.
        pub content: Option<Vec<TokenLogprob>> = "content",
        /// Of the refusal.
        pub refusal: Option<Vec<TokenLogprob>> = "refusal",
    }
}

object! { kept
    /// A token and its likelihood.
    pub struct TokenLogprob {
        /// The token.
        pub token: Option<String> = "token",
        /// Natural logarithm of its probability.
        pub logprob: Option<Number> = "logprob",
        /// Its UTF-8 bytes, where a token is not a whole character.
        pub bytes: Option<Vec<u8>> = "bytes",
        /// The likeliest alternatives.
        pub top_logprobs: Option<Vec<Self>> = "top_logprobs",
    }
}
