//! Calls of the request's own tools, and their results.

use std::borrow::Cow;

use crate::either::either;
use crate::object::object;
use crate::responses::item_message::ItemStatus;
use crate::responses::part::Part;
use crate::tagged::tagged;

object! { kept
    /// A call of a function.
    pub struct FunctionCall (tag "type" = "function_call") {
        /// The item's id.
        pub id: Option<String> = "id",
        /// The id that the result has to name.
        pub call_id: String = always "call_id",
        /// The function.
        pub name: String = always "name",
        /// The text of a JSON object, usually; a model can write anything.
        pub arguments: String = always "arguments",
        /// How far it is.
        pub status: Option<ItemStatus> = "status",
        /// Whether the conversation goes on before the result is there.
        pub is_async: Option<bool> = "async",
        /// Who called.
        pub caller: Option<Caller> = "caller",
        /// The namespace of the function.
        pub namespace: Option<String> = "namespace",
        /// Who made the item, in stored conversations.
        pub created_by: Option<String> = "created_by",
    }
}

object! { kept
    /// The result of a function call.
    pub struct FunctionCallOutput (tag "type" = "function_call_output") {
        /// The item's id.
        pub id: Option<String> = "id",
        /// The id of the call that this answers.
        pub call_id: Option<String> = "call_id",
        /// The result.
        pub output: Option<ToolOutput> = "output",
        /// How far it is.
        pub status: Option<ItemStatus> = "status",
        /// Who called.
        pub caller: Option<Caller> = "caller",
        /// The function, where the result has no call.
        pub name: Option<String> = "name",
        /// The namespace of the function.
        pub namespace: Option<String> = "namespace",
        /// Who made the item, in stored conversations.
        pub created_by: Option<String> = "created_by",
    }
}

object! { kept
    /// A call of a custom tool.
    pub struct CustomToolCall (tag "type" = "custom_tool_call") {
        /// The item's id.
        pub id: Option<String> = "id",
        /// The id that the result has to name.
        pub call_id: String = always "call_id",
        /// The tool.
        pub name: String = always "name",
        /// Free-form input.
        pub input: String = always "input",
        /// How far it is, in stored conversations.
        pub status: Option<ItemStatus> = "status",
        /// Whether the conversation goes on before the result is there.
        pub is_async: Option<bool> = "async",
        /// Who called.
        pub caller: Option<Caller> = "caller",
        /// The namespace of the tool.
        pub namespace: Option<String> = "namespace",
        /// Who made the item, in stored conversations.
        pub created_by: Option<String> = "created_by",
    }
}

object! { kept
    /// The result of a custom tool's call.
    pub struct CustomToolCallOutput (tag "type" = "custom_tool_call_output") {
        /// The item's id.
        pub id: Option<String> = "id",
        /// The id of the call that this answers.
        pub call_id: String = always "call_id",
        /// The result.
        pub output: Option<ToolOutput> = "output",
        /// How far it is, in stored conversations.
        pub status: Option<ItemStatus> = "status",
        /// Who called.
        pub caller: Option<Caller> = "caller",
        /// Who made the item, in stored conversations.
        pub created_by: Option<String> = "created_by",
    }
}

either! {
    /// The result of a tool: a string, or parts of kind `input_text`, `input_image` and `input_file`.
    pub enum ToolOutput {
        /// Plain text.
        Text(String),
        /// Parts.
        Parts(Vec<Part>),
    }
}

impl ToolOutput {
    /// All text: the string itself, or the text of its parts without a separator.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Parts(parts) => Cow::Owned(parts.iter().filter_map(Part::as_text).collect()),
            Self::Other(_) => Cow::Borrowed(""),
        }
    }
}

impl From<&str> for ToolOutput {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl<const N: usize> From<[Part; N]> for ToolOutput {
    fn from(parts: [Part; N]) -> Self {
        Self::Parts(parts.into())
    }
}

tagged! {
    /// Who made a call.
    pub enum Caller by "type" {
        /// The model.
        "direct" => Direct(DirectCaller),
        /// A program the model wrote.
        "program" => Program(ProgramCaller),
    }
}

object! { kept
    /// The model as the caller.
    pub struct DirectCaller (tag "type" = "direct") {}
}

object! { kept
    /// A program as the caller.
    pub struct ProgramCaller (tag "type" = "program") {
        /// The program's call.
        pub caller_id: Option<String> = "caller_id",
    }
}
