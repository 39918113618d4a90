//! [`ToolChoice`]: whether and what the model uses.

use crate::chat::ToolChoiceMode;
use crate::either::either;
use crate::object::{object, plain_slot};
use crate::open_enum::open_enum;
use crate::raw::RawJson;
use crate::tagged::tagged;

either! {
    /// Whether and what the model uses.
    pub enum ToolChoice {
        /// `none`, `auto` or `required`, written as a string.
        Mode(ToolChoiceMode),
        /// Exactly one tool, or one of a subset, written as an object.
        Named(NamedToolChoice),
    }
}

impl ToolChoice {
    /// The model must call this function.
    #[must_use]
    pub fn function(name: impl Into<String>) -> Self {
        Self::Named(NamedToolChoice::Function(FunctionChoice {
            name: name.into(),
            ..FunctionChoice::default()
        }))
    }

    /// The model must call this custom tool.
    #[must_use]
    pub fn custom(name: impl Into<String>) -> Self {
        Self::Named(NamedToolChoice::Custom(CustomChoice {
            name: name.into(),
            ..CustomChoice::default()
        }))
    }

    /// The model must use this tool of the service.
    #[must_use]
    pub fn hosted(kind: HostedToolKind) -> Self {
        Self::Named(NamedToolChoice::Hosted(HostedChoice { kind, ..HostedChoice::default() }))
    }

    /// The model must call a tool of this MCP server, or that tool if one is named.
    #[must_use]
    pub fn mcp(server_label: impl Into<String>, name: Option<&str>) -> Self {
        Self::Named(NamedToolChoice::Mcp(McpChoice {
            server_label: server_label.into(),
            name: name.map(str::to_owned),
            ..McpChoice::default()
        }))
    }

    /// The model may (`auto`) or must (`required`) use only these, each given as `{"type":…,"name":…}` or the like.
    #[must_use]
    pub fn allowed(mode: ToolChoiceMode, tools: impl IntoIterator<Item = RawJson>) -> Self {
        Self::Named(NamedToolChoice::AllowedTools(AllowedTools {
            mode: Some(mode),
            tools: tools.into_iter().collect(),
            ..AllowedTools::default()
        }))
    }
}

tagged! {
    /// A tool choice that names tools.
    pub enum NamedToolChoice by "type" {
        /// One function.
        "function" => Function(FunctionChoice),
        /// One custom tool.
        "custom" => Custom(CustomChoice),
        /// A server of tools, or one of its tools.
        "mcp" => Mcp(McpChoice),
        /// One of a subset.
        "allowed_tools" => AllowedTools(AllowedTools),
        /// A tool of the service.
        "file_search" | "web_search_preview" | "computer" | "computer_use_preview" | "computer_use"
            | "web_search_preview_2025_03_11" | "image_generation" | "code_interpreter" => Hosted(HostedChoice),
        /// Programs of the model.
        "programmatic_tool_calling" => ProgrammaticToolCalling(ProgrammaticChoice),
        /// Changes to files.
        "apply_patch" => ApplyPatch(ApplyPatchChoice),
        /// The shell.
        "shell" => Shell(ShellChoice),
    }
}

object! { kept
    /// The choice of one function.
    pub struct FunctionChoice (tag "type" = "function") {
        /// Its name.
        pub name: String = always "name",
    }
}

object! { kept
    /// The choice of one custom tool.
    pub struct CustomChoice (tag "type" = "custom") {
        /// Its name.
        pub name: String = always "name",
    }
}

object! { kept
    /// The choice of an MCP server or one of its tools.
    pub struct McpChoice (tag "type" = "mcp") {
        /// The server.
        pub server_label: String = always "server_label",
        /// The tool.
        pub name: Option<String> = "name",
    }
}

object! { kept
    /// The choice of a subset of the tools.
    pub struct AllowedTools (tag "type" = "allowed_tools") {
        /// `auto` or `required`.
        pub mode: Option<ToolChoiceMode> = "mode",
        /// The tools.
        pub tools: Vec<RawJson> = always "tools",
    }
}

object! { kept
    /// The choice of a tool of the service.
    pub struct HostedChoice {
        /// Which.
        pub kind: HostedToolKind = always "type",
    }
}

open_enum! {
    /// A tool of the service.
    #[derive(Default)]
    pub enum HostedToolKind {
        /// Search in vector stores.
        #[default]
        FileSearch = "file_search",
        /// Search of the web.
        WebSearchPreview = "web_search_preview",
        /// Its version of March 2025.
        WebSearchPreview20250311 = "web_search_preview_2025_03_11",
        /// A computer.
        Computer = "computer",
        /// Its forerunner.
        ComputerUsePreview = "computer_use_preview",
        /// Another name of it.
        ComputerUse = "computer_use",
        /// Images.
        ImageGeneration = "image_generation",
        /// Code.
        CodeInterpreter = "code_interpreter",
    }
}

plain_slot!(HostedToolKind);

object! { kept
    /// The choice of programs.
    pub struct ProgrammaticChoice (tag "type" = "programmatic_tool_calling") {}
}

object! { kept
    /// The choice of changes to files.
    pub struct ApplyPatchChoice (tag "type" = "apply_patch") {}
}

object! { kept
    /// The choice of the shell.
    pub struct ShellChoice (tag "type" = "shell") {}
}
