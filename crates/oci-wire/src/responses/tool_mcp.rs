//! [`McpTool`]: the tools of an MCP server.

use crate::either::either;
use crate::object::object;
use crate::open_enum::open_enum;
use crate::secret::{SecretHeaders, SecretText};

object! { kept
    /// The tools of an MCP server that the service calls.
    ///
    /// OCI reaches servers with streamable HTTP only, says Oracle's documentation.
    /// The package requires `server_label`; some callers leave it out, and so it can be left out here.
    pub struct McpTool (tag "type" = "mcp") {
        /// A name for the server, by which calls name it.
        pub server_label: Option<String> = "server_label",
        /// The server's address.
        pub server_url: Option<String> = "server_url",
        /// What the server is for, for the model to read.
        pub server_description: Option<String> = "server_description",
        /// A built-in connector instead of an address.
        pub connector_id: Option<String> = "connector_id",
        /// A tunnel instead of an address.
        pub tunnel_id: Option<String> = "tunnel_id",
        /// An access token for the server.
        pub authorization: Option<SecretText> = "authorization",
        /// Headers for the server.
        pub headers: Option<SecretHeaders> = "headers",
        /// Which of its tools are offered; all when left out.
        pub allowed_tools: Option<McpAllowedTools> = "allowed_tools",
        /// Which calls need consent; all when left out.
        pub require_approval: Option<McpApproval> = "require_approval",
        /// Who may call them: `direct`, `programmatic`.
        pub allowed_callers: Option<Vec<String>> = "allowed_callers",
        /// Whether they are loaded by a tool search only.
        pub defer_loading: Option<bool> = "defer_loading",
    }
}

impl McpTool {
    /// A server by label and address.
    #[must_use]
    pub fn new(server_label: impl Into<String>, server_url: impl Into<String>) -> Self {
        Self {
            server_label: Some(server_label.into()),
            server_url: Some(server_url.into()),
            ..Self::default()
        }
    }
}

either! {
    /// Which tools of a server are offered.
    pub enum McpAllowedTools {
        /// These.
        Names(Vec<String>),
        /// Those that the filter lets through.
        Filter(McpToolFilter),
    }
}

object! { kept
    /// A choice among the tools of a server.
    pub struct McpToolFilter {
        /// Only those that change nothing, or only those that do.
        pub read_only: Option<bool> = "read_only",
        /// Only these.
        pub tool_names: Option<Vec<String>> = "tool_names",
    }
}

either! {
    /// Which calls need consent.
    pub enum McpApproval {
        /// All or none.
        Mode(McpApprovalMode),
        /// By tool.
        Filter(McpApprovalFilter),
    }
}

open_enum! {
    /// Whether calls need consent.
    pub enum McpApprovalMode {
        /// All do.
        Always = "always",
        /// None does.
        Never = "never",
    }
}

object! { kept
    /// By tool, which calls need consent.
    pub struct McpApprovalFilter {
        /// Calls of these do.
        pub always: Option<McpToolFilter> = "always",
        /// Calls of these do not.
        pub never: Option<McpToolFilter> = "never",
    }
}
