//! [`ChatResponse`]: a whole answer of the format `COHEREV2`.

use crate::native::cohere_v2::content::Content;
use crate::native::cohere_v2::message::{AssistantMessage, Citation, Message};
use crate::native::cohere_v2::tool::ToolCall;
use crate::native::usage::Usage;
use crate::number::Number;
use crate::object::object;

object! { kept
    /// A chat answer of the format `COHEREV2`.
    ///
    /// Reading accepts missing, `null` and unknown members and unknown enumeration values everywhere.
    pub struct ChatResponse (tag "apiFormat" = "COHEREV2") {
        /// The id of the answer.
        pub id: Option<String> = "id",
        /// What the model said.
        pub message: Option<ResponseMessage> = "message",
        /// Why the answer ended: `COMPLETE`, `STOP_SEQUENCE`, `MAX_TOKENS`, `TOOL_CALL` or `ERROR`.
        pub finish_reason: Option<String> = "finishReason",
        /// Log probabilities, if the request asked for them.
        pub log_probabilities: Option<Vec<LogProbability>> = "logProbabilities",
        /// What went wrong.
        pub error_message: Option<String> = "errorMessage",
        /// The token counts.
        pub usage: Option<Usage> = "usage",
    }
}

object! { kept
    /// What the model said.
    pub struct ResponseMessage {
        /// `ASSISTANT`
        pub role: Option<String> = "role",
        /// What the model said and thought.
        pub content: Option<Vec<Content>> = "content",
        /// What the model set out to do with its calls.
        pub tool_plan: Option<String> = "toolPlan",
        /// The calls the model made.
        pub tool_calls: Option<Vec<ToolCall>> = "toolCalls",
        /// Stretches of the text and their sources.
        pub citations: Option<Vec<Citation>> = "citations",
    }
}

impl ResponseMessage {
    /// The message in the form in which the next request replays it.
    #[must_use]
    pub fn into_message(self) -> Message {
        Message::Assistant(AssistantMessage {
            content: self.content.unwrap_or_default(),
            tool_plan: self.tool_plan,
            tool_calls: self.tool_calls.filter(|calls| !calls.is_empty()),
            citations: self.citations,
            ..AssistantMessage::default()
        })
    }
}

object! { kept
    /// Log probabilities of a stretch of the answer.
    pub struct LogProbability {
        /// The tokens.
        pub token_ids: Option<Vec<i64>> = "tokenIds",
        /// The stretch.
        pub text: Option<String> = "text",
        /// Natural logarithms of the tokens' probabilities.
        pub log_probabilities: Option<Vec<Number>> = "logProbabilities",
    }
}
