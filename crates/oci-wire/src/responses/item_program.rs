//! Programs that call tools, and searches among tools.

use crate::object::object;
use crate::raw::RawJson;
use crate::responses::item_message::ItemStatus;
use crate::responses::tool::Tool;

object! { kept
    /// A program of the model that calls tools.
    pub struct Program (tag "type" = "program") {
        /// The item's id.
        pub id: Option<String> = "id",
        /// The id that its calls and its result name.
        pub call_id: Option<String> = "call_id",
        /// The program.
        pub code: String = always "code",
        /// What identifies it when it is replayed.
        pub fingerprint: Option<String> = "fingerprint",
    }
}

object! { kept
    /// What a program returned.
    pub struct ProgramOutput (tag "type" = "program_output") {
        /// The item's id.
        pub id: Option<String> = "id",
        /// The program's call.
        pub call_id: Option<String> = "call_id",
        /// The result.
        pub result: String = always "result",
        /// How far it is.
        pub status: Option<ItemStatus> = "status",
    }
}

object! { kept
    /// A search among tools that were not loaded.
    pub struct ToolSearchCall (tag "type" = "tool_search_call") {
        /// The item's id.
        pub id: Option<String> = "id",
        /// The id that the result has to name.
        pub call_id: Option<String> = "call_id",
        /// What is searched for: any JSON.
        pub arguments: Option<RawJson> = "arguments",
        /// `server` or `client`.
        pub execution: Option<String> = "execution",
        /// How far it is.
        pub status: Option<ItemStatus> = "status",
        /// Who made the item, in stored conversations.
        pub created_by: Option<String> = "created_by",
    }
}

object! { kept
    /// The tools that a search found.
    pub struct ToolSearchOutput (tag "type" = "tool_search_output") {
        /// The item's id.
        pub id: Option<String> = "id",
        /// The search's call.
        pub call_id: Option<String> = "call_id",
        /// `server` or `client`.
        pub execution: Option<String> = "execution",
        /// The tools.
        pub tools: Vec<Tool> = always "tools",
        /// How far it is.
        pub status: Option<ItemStatus> = "status",
        /// Who made the item, in stored conversations.
        pub created_by: Option<String> = "created_by",
    }
}
