//! [`ChatResponse`]: a whole answer of the format `GENERIC`.

use std::collections::BTreeMap;

use crate::finish::FinishReason;
use crate::native::generic::content::Content;
use crate::native::generic::message::{Annotation, AssistantMessage, Message};
use crate::native::generic::tool::ToolCall;
use crate::native::usage::Usage;
use crate::nullable::Nullable;
use crate::number::Number;
use crate::object::object;

object! { kept
    /// A chat answer of the format `GENERIC`.
    ///
    /// Reading accepts missing, `null` and unknown members and unknown enumeration values everywhere.
    pub struct ChatResponse (tag "apiFormat" = "GENERIC") {
        /// When the answer was made, in the form of RFC 3339.
        pub time_created: Option<String> = "timeCreated",
        /// The answers, one unless the request asked for more.
        pub choices: Vec<ChatChoice> = always "choices",
        /// The token counts.
        pub usage: Option<Usage> = "usage",
        /// The processing class that was used, in lower case.
        pub service_tier: Option<String> = "serviceTier",
    }
}

object! { kept
    /// One answer.
    pub struct ChatChoice {
        /// Its place among the answers.
        pub index: Option<u32> = "index",
        /// What the model said; Gemini leaves it out of empty answers.
        pub message: Option<ResponseMessage> = "message",
        /// Why it ended: `stop`, `length`, `tool_calls`, `content_filter`, or a vendor's own word.
        pub finish_reason: Option<FinishReason> = "finishReason",
        /// Log probabilities, if the request asked for them.
        pub logprobs: Option<Logprobs> = "logprobs",
        /// Token counts of this answer alone.
        pub usage: Option<Usage> = "usage",
        /// What Gemini found on the web.
        pub grounding_metadata: Option<GroundingMetadata> = "groundingMetadata",
        /// The processing class that was used.
        pub service_tier: Option<String> = "serviceTier",
    }
}

object! { kept
    /// What the model said; members that only other roles have are in `extra`.
    pub struct ResponseMessage {
        /// `ASSISTANT`; Gemini leaves it out at times.
        pub role: Option<String> = "role",
        /// The parts; missing, `null` or without text beside tool calls.
        pub content: Option<Vec<Content>> = "content",
        /// The participant's name.
        pub name: Option<String> = "name",
        /// What the model said when it refused.
        pub refusal: Option<String> = "refusal",
        /// The calls the model made.
        pub tool_calls: Option<Vec<ToolCall>> = "toolCalls",
        /// Sources found by web search.
        pub annotations: Option<Vec<Annotation>> = "annotations",
        /// The reasoning, where the model shows it.
        pub reasoning_content: Option<String> = "reasoningContent",
    }
}

impl ResponseMessage {
    /// The message in the form in which the next request replays it.
    #[must_use]
    pub fn into_message(self) -> Message {
        Message::Assistant(AssistantMessage {
            content: self.content.map_or(Nullable::Null, Nullable::Value),
            refusal: self.refusal,
            tool_calls: self.tool_calls.filter(|calls| !calls.is_empty()),
            ..AssistantMessage::default()
        })
    }
}

object! { kept
    /// Log probabilities, in parallel lists with one entry per token.
    pub struct Logprobs {
        /// Where the token begins in the text.
        pub text_offset: Option<Vec<i64>> = "textOffset",
        /// Natural logarithm of the token's probability; the first can be missing.
        pub token_logprobs: Option<Vec<Option<Number>>> = "tokenLogprobs",
        /// The token.
        pub tokens: Option<Vec<String>> = "tokens",
        /// The likeliest alternatives and their log probabilities, as text.
        pub top_logprobs: Option<Vec<BTreeMap<String, String>>> = "topLogprobs",
    }
}

object! { kept
    /// What Gemini found on the web and which stretches of the answer it supports.
    pub struct GroundingMetadata {
        /// The queries.
        pub web_search_queries: Option<Vec<String>> = "webSearchQueries",
        /// HTML that Google's terms ask to be shown.
        pub search_entry_point: Option<SearchEntryPoint> = "searchEntryPoint",
        /// The sources.
        pub grounding_chunks: Option<Vec<GroundingChunk>> = "groundingChunks",
        /// Stretches of the answer and their sources.
        pub grounding_supports: Option<Vec<GroundingSupport>> = "groundingSupports",
    }
}

object! { kept
    /// The search entry point.
    pub struct SearchEntryPoint {
        /// HTML.
        pub rendered_content: Option<String> = "renderedContent",
    }
}

object! { kept
    /// A source.
    pub struct GroundingChunk {
        /// The page.
        pub web: Option<GroundingWebChunk> = "web",
    }
}

object! { kept
    /// A page on the web.
    pub struct GroundingWebChunk {
        /// Its address.
        pub uri: Option<String> = "uri",
        /// Its title.
        pub title: Option<String> = "title",
        /// Its domain.
        pub domain: Option<String> = "domain",
    }
}

object! { kept
    /// A stretch of the answer and its sources.
    pub struct GroundingSupport {
        /// The stretch.
        pub segment: Option<GroundingSupportSegment> = "segment",
        /// Places in the list of sources.
        pub grounding_chunk_indices: Option<Vec<i64>> = "groundingChunkIndices",
    }
}

object! { kept
    /// A stretch of the answer.
    pub struct GroundingSupportSegment {
        /// Where it begins.
        pub start_index: Option<i64> = "startIndex",
        /// Where it ends.
        pub end_index: Option<i64> = "endIndex",
        /// Its text.
        pub text: Option<String> = "text",
    }
}
