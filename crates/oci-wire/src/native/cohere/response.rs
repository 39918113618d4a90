//! [`ChatResponse`]: a whole answer of the format `COHERE`.

use crate::native::cohere::message::Message;
use crate::native::cohere::tool::ToolCall;
use crate::native::usage::Usage;
use crate::object::object;
use crate::raw::RawJson;

object! { kept
    /// A chat answer of the format `COHERE`.
    ///
    /// Reading accepts missing, `null` and unknown members and unknown enumeration values everywhere.
    pub struct ChatResponse (tag "apiFormat" = "COHERE") {
        /// The text.
        pub text: String = always "text",
        /// The conversation, this answer included.
        pub chat_history: Option<Vec<Message>> = "chatHistory",
        /// Stretches of the text and the documents they rest on.
        pub citations: Option<Vec<Citation>> = "citations",
        /// Whether a search is needed for an answer.
        pub is_search_required: Option<bool> = "isSearchRequired",
        /// Why the answer ended: `COMPLETE` (also with tool calls), `MAX_TOKENS`, `ERROR`, `ERROR_LIMIT`,
        /// `ERROR_TOXIC`, `USER_CANCEL`.
        pub finish_reason: Option<String> = "finishReason",
        /// What went wrong.
        pub error_message: Option<String> = "errorMessage",
        /// Queries the model would search for.
        pub search_queries: Option<Vec<SearchQuery>> = "searchQueries",
        /// The documents that were cited.
        pub documents: Option<Vec<RawJson>> = "documents",
        /// The calls the model made.
        pub tool_calls: Option<Vec<ToolCall>> = "toolCalls",
        /// The prompt, if the request asked for it.
        pub prompt: Option<String> = "prompt",
        /// The token counts.
        pub usage: Option<Usage> = "usage",
    }
}

object! { kept
    /// A stretch of the text and the documents it rests on.
    pub struct Citation {
        /// First character of the stretch.
        pub start: Option<u64> = "start",
        /// The character after the stretch.
        pub end: Option<u64> = "end",
        /// The stretch.
        pub text: Option<String> = "text",
        /// The documents' ids.
        pub document_ids: Option<Vec<String>> = "documentIds",
    }
}

object! { kept
    /// A query the model would search for.
    pub struct SearchQuery {
        /// The query.
        pub text: Option<String> = "text",
    }
}
