//! [`Item`]: what a conversation consists of, on the way in and on the way out.

use crate::raw::RawJson;
use crate::responses::item_computer::{ComputerCall, ComputerCallOutput};
use crate::responses::item_function::{
    CustomToolCall, CustomToolCallOutput, FunctionCall, FunctionCallOutput, ToolOutput,
};
use crate::responses::item_hosted::{
    CodeInterpreterCall, FileSearchCall, ImageGenerationCall, WebSearchCall,
};
use crate::responses::item_mcp::{McpApprovalRequest, McpApprovalResponse, McpCall, McpListTools};
use crate::responses::item_message::{Message, MessageContent, MessageRole};
use crate::responses::item_program::{Program, ProgramOutput, ToolSearchCall, ToolSearchOutput};
use crate::responses::item_reasoning::{
    AdditionalTools, Compaction, CompactionTrigger, ConfigurationUpdate, ItemReference,
    ReasoningItem,
};
use crate::responses::item_shell::{
    ApplyPatchCall, ApplyPatchCallOutput, LocalShellCall, LocalShellCallOutput, ShellCall,
    ShellCallOutput,
};
use crate::tagged::tagged;

tagged! {
    /// One item of a conversation.
    ///
    /// The same type serves for input, output and stored items, so that the output of one answer can be the input of
    /// the next request.
    /// An item without `type` is a message, as the API has it.
    pub enum Item by "type" or "message" {
        /// What somebody said.
        "message" => Message(Message),
        /// The model's thoughts before it answered.
        "reasoning" => Reasoning(ReasoningItem),
        /// A call of one of the request's functions.
        "function_call" => FunctionCall(FunctionCall),
        /// The result of such a call.
        "function_call_output" => FunctionCallOutput(FunctionCallOutput),
        /// A call of one of the request's custom tools.
        "custom_tool_call" => CustomToolCall(CustomToolCall),
        /// The result of such a call.
        "custom_tool_call_output" => CustomToolCallOutput(CustomToolCallOutput),
        /// A search in vector stores.
        "file_search_call" => FileSearchCall(FileSearchCall),
        /// A search of the web.
        "web_search_call" => WebSearchCall(WebSearchCall),
        /// Code that ran in a container.
        "code_interpreter_call" => CodeInterpreterCall(CodeInterpreterCall),
        /// An image that was made.
        "image_generation_call" => ImageGenerationCall(ImageGenerationCall),
        /// A call of a tool of an MCP server.
        "mcp_call" => McpCall(McpCall),
        /// The tools of an MCP server.
        "mcp_list_tools" => McpListTools(McpListTools),
        /// A call of an MCP tool that waits for consent.
        "mcp_approval_request" => McpApprovalRequest(McpApprovalRequest),
        /// The answer to such a request.
        "mcp_approval_response" => McpApprovalResponse(McpApprovalResponse),
        /// What the model wants done on a computer.
        "computer_call" => ComputerCall(ComputerCall),
        /// The screen after it was done.
        "computer_call_output" => ComputerCallOutput(ComputerCallOutput),
        /// A command for the caller's shell.
        "local_shell_call" => LocalShellCall(LocalShellCall),
        /// What that command printed.
        "local_shell_call_output" => LocalShellCallOutput(LocalShellCallOutput),
        /// Commands for a shell.
        "shell_call" => ShellCall(ShellCall),
        /// What those commands printed.
        "shell_call_output" => ShellCallOutput(ShellCallOutput),
        /// A change to a file.
        "apply_patch_call" => ApplyPatchCall(ApplyPatchCall),
        /// Whether the change was made.
        "apply_patch_call_output" => ApplyPatchCallOutput(ApplyPatchCallOutput),
        /// A search among tools that were not loaded.
        "tool_search_call" => ToolSearchCall(ToolSearchCall),
        /// The tools that were found.
        "tool_search_output" => ToolSearchOutput(ToolSearchOutput),
        /// Tools that are offered from here on.
        "additional_tools" => AdditionalTools(AdditionalTools),
        /// Options that hold from here on.
        "configuration_update" => ConfigurationUpdate(ConfigurationUpdate),
        /// A program that calls tools.
        "program" => Program(Program),
        /// What such a program returned.
        "program_output" => ProgramOutput(ProgramOutput),
        /// A conversation in short.
        "compaction" => Compaction(Compaction),
        /// The wish to shorten the conversation.
        "compaction_trigger" => CompactionTrigger(CompactionTrigger),
        /// An item the service already has.
        "item_reference" => ItemReference(ItemReference),
    }
}

impl Item {
    /// A message of the user.
    #[must_use]
    pub fn user(content: impl Into<MessageContent>) -> Self {
        Self::Message(Message::new(MessageRole::User, content))
    }

    /// Instructions of role `system`.
    #[must_use]
    pub fn system(content: impl Into<MessageContent>) -> Self {
        Self::Message(Message::new(MessageRole::System, content))
    }

    /// Instructions of role `developer`.
    #[must_use]
    pub fn developer(content: impl Into<MessageContent>) -> Self {
        Self::Message(Message::new(MessageRole::Developer, content))
    }

    /// What the model said before, from text or from parts of kind `output_text` and `refusal`.
    #[must_use]
    pub fn assistant(content: impl Into<MessageContent>) -> Self {
        Self::Message(Message::new(MessageRole::Assistant, content))
    }

    /// A call the model made; `arguments` is the text of a JSON object.
    #[must_use]
    pub fn function_call(
        call_id: impl Into<String>,
        name: impl Into<String>,
        arguments: impl Into<String>,
    ) -> Self {
        Self::FunctionCall(FunctionCall {
            call_id: call_id.into(),
            name: name.into(),
            arguments: arguments.into(),
            ..FunctionCall::default()
        })
    }

    /// The result of a function call.
    #[must_use]
    pub fn function_call_output(call_id: impl Into<String>, output: impl Into<ToolOutput>) -> Self {
        Self::FunctionCallOutput(FunctionCallOutput {
            call_id: Some(call_id.into()),
            output: Some(output.into()),
            ..FunctionCallOutput::default()
        })
    }

    /// The result of a custom tool's call.
    #[must_use]
    pub fn custom_tool_call_output(
        call_id: impl Into<String>,
        output: impl Into<ToolOutput>,
    ) -> Self {
        Self::CustomToolCallOutput(CustomToolCallOutput {
            call_id: call_id.into(),
            output: Some(output.into()),
            ..CustomToolCallOutput::default()
        })
    }

    /// An item the service already has.
    #[must_use]
    pub fn reference(id: impl Into<String>) -> Self {
        Self::ItemReference(ItemReference { id: id.into(), ..ItemReference::default() })
    }

    /// The message, if this is one.
    #[must_use]
    pub fn as_message(&self) -> Option<&Message> {
        match self {
            Self::Message(message) => Some(message),
            _ => None,
        }
    }

    /// The function call, if this is one.
    #[must_use]
    pub fn as_function_call(&self) -> Option<&FunctionCall> {
        match self {
            Self::FunctionCall(call) => Some(call),
            _ => None,
        }
    }

    /// The text of an item whose kind this crate does not know.
    #[must_use]
    pub fn as_unknown(&self) -> Option<&RawJson> {
        match self {
            Self::Other(raw) => Some(raw),
            _ => None,
        }
    }
}
