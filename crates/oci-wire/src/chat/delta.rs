//! What one chunk adds to one choice.

use crate::chat::message::Role;
use crate::object::object;
use crate::raw::RawJson;
use crate::text::Text;

object! { lenient
    /// What a chunk adds to a message.
    pub struct Delta<'a> {
        /// Who speaks; usually only in the first chunk.
        pub role: Option<Role> = "role",
        /// More text.
        pub content: Option<Text<'a>> = "content",
        /// More reasoning (an extension of OpenAI's format); read from `reasoning` too, which some servers call it.
        pub reasoning_content: Option<Text<'a>> = "reasoning_content" / "reasoning",
        /// More of a refusal.
        pub refusal: Option<Text<'a>> = "refusal",
        /// More of the tool calls.
        pub tool_calls: Vec<ToolCallDelta<'a>> = "tool_calls",
        /// More of the call of the deprecated function interface.
        pub function_call: Option<Box<FunctionDelta<'a>>> = "function_call",
        /// More of a spoken answer.
        pub audio: Option<RawJson> = "audio",
        /// Sources found by web search.
        pub annotations: Option<RawJson> = "annotations",
    }
}

object! { lenient
    /// What a chunk adds to one tool call.
    ///
    /// Usually the first fragment of a call has `id` and name, the following only more of the arguments; some models
    /// send whole calls, and Gemini sends no `id` at all.
    pub struct ToolCallDelta<'a> {
        /// Which call of the message; missing from some servers.
        pub index: Option<u32> = "index",
        /// The id that the result has to name.
        pub id: Option<Text<'a>> = "id",
        /// `function` or `custom`
        pub kind: Option<Text<'a>> = "type",
        /// More of a function call.
        pub function: Option<FunctionDelta<'a>> = "function",
        /// More of a custom tool's call.
        pub custom: Option<CustomDelta<'a>> = "custom",
    }
}

object! { lenient
    /// More of a function call.
    pub struct FunctionDelta<'a> {
        /// The function's name, sent once.
        pub name: Option<Text<'a>> = "name",
        /// The next piece of the arguments' text.
        pub arguments: Option<Text<'a>> = "arguments",
    }
}

object! { lenient
    /// More of a custom tool's call.
    pub struct CustomDelta<'a> {
        /// The tool's name, sent once.
        pub name: Option<Text<'a>> = "name",
        /// The next piece of the input.
        pub input: Option<Text<'a>> = "input",
    }
}

impl Delta<'_> {
    /// The same without borrows.
    #[must_use]
    pub fn into_owned(self) -> Delta<'static> {
        Delta {
            role: self.role,
            content: self.content.map(Text::into_owned),
            reasoning_content: self.reasoning_content.map(Text::into_owned),
            refusal: self.refusal.map(Text::into_owned),
            tool_calls: self.tool_calls.into_iter().map(ToolCallDelta::into_owned).collect(),
            function_call: self.function_call.map(|call| Box::new(call.into_owned())),
            audio: self.audio,
            annotations: self.annotations,
            extra: self.extra,
        }
    }
}

impl ToolCallDelta<'_> {
    /// The same without borrows.
    #[must_use]
    pub fn into_owned(self) -> ToolCallDelta<'static> {
        ToolCallDelta {
            index: self.index,
            id: self.id.map(Text::into_owned),
            kind: self.kind.map(Text::into_owned),
            function: self.function.map(FunctionDelta::into_owned),
            custom: self.custom.map(CustomDelta::into_owned),
            extra: self.extra,
        }
    }
}

impl FunctionDelta<'_> {
    /// The same without borrows.
    #[must_use]
    pub fn into_owned(self) -> FunctionDelta<'static> {
        FunctionDelta {
            name: self.name.map(Text::into_owned),
            arguments: self.arguments.map(Text::into_owned),
            extra: self.extra,
        }
    }
}

impl CustomDelta<'_> {
    /// The same without borrows.
    #[must_use]
    pub fn into_owned(self) -> CustomDelta<'static> {
        CustomDelta {
            name: self.name.map(Text::into_owned),
            input: self.input.map(Text::into_owned),
            extra: self.extra,
        }
    }
}
