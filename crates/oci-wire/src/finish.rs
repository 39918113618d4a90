//! [`FinishReason`]: why a model stopped.

use crate::open_enum::open_enum;

open_enum! {
    /// Why a choice ended; an unknown reason keeps its text and loses nothing of the answer.
    pub enum FinishReason {
        /// The model was done, or met a stop sequence.
        Stop = "stop",
        /// The token limit was reached; the answer is cut.
        Length = "length",
        /// The model asks for its tool calls to be answered.
        ToolCalls = "tool_calls",
        /// A filter withheld content.
        ContentFilter = "content_filter",
        /// The deprecated single function call.
        FunctionCall = "function_call",
    }
}

impl FinishReason {
    /// The reason with the spellings of the model families folded together.
    ///
    /// Gemini says `max_tokens`, Cohere `COMPLETE`, `STOP_SEQUENCE`, `MAX_TOKENS` and `TOOL_CALL`, and some
    /// servers write upper case; what remains unknown is returned as it is.
    #[must_use]
    pub fn canonical(&self) -> Self {
        let Self::Other(text) = self else { return self.clone() };
        match text.to_ascii_lowercase().as_str() {
            "stop" | "complete" | "stop_sequence" | "end_turn" => Self::Stop,
            "length" | "max_tokens" => Self::Length,
            "tool_calls" | "tool_call" => Self::ToolCalls,
            "content_filter" => Self::ContentFilter,
            "function_call" => Self::FunctionCall,
            _ => self.clone(),
        }
    }
}
