//! Calls of tools of MCP servers.

use crate::either::either;
use crate::number::Number;
use crate::object::object;
use crate::raw::RawJson;
use crate::responses::item_message::ItemStatus;

object! { kept
    /// A call of a tool of an MCP server, with its result.
    pub struct McpCall (tag "type" = "mcp_call") {
        /// The item's id.
        pub id: Option<String> = "id",
        /// The server, by the label of the request's tool.
        pub server_label: Option<String> = "server_label",
        /// The tool.
        pub name: String = always "name",
        /// The text of a JSON object.
        pub arguments: String = always "arguments",
        /// The request for consent that preceded.
        pub approval_request_id: Option<String> = "approval_request_id",
        /// Why it failed.
        pub error: Option<McpError> = "error",
        /// The result.
        pub output: Option<String> = "output",
        /// How far it is.
        pub status: Option<ItemStatus> = "status",
    }
}

either! {
    /// Why a call of an MCP tool failed.
    pub enum McpError {
        /// In words, as older versions of the API sent it.
        Text(String),
        /// An error of the protocol, of the tool or of HTTP.
        Details(McpErrorDetails),
    }
}

object! { kept
    /// An error of an MCP call.
    pub struct McpErrorDetails {
        /// `mcp_protocol_error`, `mcp_tool_execution_error` or `http_error`.
        pub kind: Option<String> = "type",
        /// The code of the protocol, or the status of HTTP.
        pub code: Option<Number> = "code",
        /// The reason for a person.
        pub message: Option<String> = "message",
        /// What the tool returned as its error.
        pub content: Option<RawJson> = "content",
    }
}

object! { kept
    /// The tools of an MCP server.
    pub struct McpListTools (tag "type" = "mcp_list_tools") {
        /// The item's id.
        pub id: Option<String> = "id",
        /// The server, by the label of the request's tool.
        pub server_label: Option<String> = "server_label",
        /// Its tools.
        pub tools: Vec<McpToolInfo> = always "tools",
        /// Why they could not be listed.
        pub error: Option<McpError> = "error",
    }
}

object! { kept
    /// A tool of an MCP server.
    pub struct McpToolInfo {
        /// Its name.
        pub name: Option<String> = "name",
        /// What it does.
        pub description: Option<String> = "description",
        /// The JSON schema of its arguments.
        pub input_schema: Option<RawJson> = "input_schema",
        /// What the server says about it.
        pub annotations: Option<RawJson> = "annotations",
    }
}

object! { kept
    /// A call of an MCP tool that waits for consent.
    pub struct McpApprovalRequest (tag "type" = "mcp_approval_request") {
        /// The id that the answer has to name.
        pub id: Option<String> = "id",
        /// The server, by the label of the request's tool.
        pub server_label: Option<String> = "server_label",
        /// The tool.
        pub name: String = always "name",
        /// The text of a JSON object.
        pub arguments: String = always "arguments",
    }
}

object! { kept
    /// The answer to a request for consent.
    pub struct McpApprovalResponse (tag "type" = "mcp_approval_response") {
        /// The item's id.
        pub id: Option<String> = "id",
        /// The request.
        pub approval_request_id: String = always "approval_request_id",
        /// Whether the call may be made.
        pub approve: Option<bool> = "approve",
        /// Why.
        pub reason: Option<String> = "reason",
    }
}

impl McpApprovalResponse {
    /// An answer to the request with that id.
    #[must_use]
    pub fn new(approval_request_id: impl Into<String>, approve: bool) -> Self {
        Self {
            approval_request_id: approval_request_id.into(),
            approve: Some(approve),
            ..Self::default()
        }
    }
}
