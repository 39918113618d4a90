//! Tools: what a model may use.

use crate::chat;
use crate::object::object;
use crate::raw::RawJson;
use crate::responses::tool_hosted::{
    CodeInterpreterTool, ComputerTool, ComputerUsePreviewTool, FileSearchTool, ImageGenerationTool,
    ProgrammaticToolCalling, WebSearchPreviewTool, WebSearchTool,
};
use crate::responses::tool_mcp::McpTool;
use crate::responses::tool_shell::{ApplyPatchTool, LocalShellTool, ShellTool};
use crate::tagged::tagged;

tagged! {
    /// A tool offered to the model.
    pub enum Tool by "type" {
        /// A function of the caller, with a JSON schema.
        "function" => Function(FunctionTool),
        /// A tool of the caller with free-form input.
        "custom" => Custom(CustomTool),
        /// Search in vector stores.
        "file_search" => FileSearch(FileSearchTool),
        /// Search of the web.
        "web_search" | "web_search_2025_08_26" => WebSearch(WebSearchTool),
        /// Its forerunner.
        "web_search_preview" | "web_search_preview_2025_03_11" => WebSearchPreview(WebSearchPreviewTool),
        /// Code that runs in a container of the service.
        "code_interpreter" => CodeInterpreter(CodeInterpreterTool),
        /// The tools of an MCP server, called by the service.
        "mcp" => Mcp(McpTool),
        /// Images.
        "image_generation" => ImageGeneration(ImageGenerationTool),
        /// A computer of the caller.
        "computer" => Computer(ComputerTool),
        /// Its forerunner.
        "computer_use_preview" => ComputerUsePreview(ComputerUsePreviewTool),
        /// A shell of the caller.
        "local_shell" => LocalShell(LocalShellTool),
        /// A shell of the caller or in a container.
        "shell" => Shell(ShellTool),
        /// Changes to files.
        "apply_patch" => ApplyPatch(ApplyPatchTool),
        /// Tools under a common name.
        "namespace" => Namespace(NamespaceTool),
        /// Search among tools that are not loaded yet.
        "tool_search" => ToolSearch(ToolSearchTool),
        /// Calls of tools from programs of the model.
        "programmatic_tool_calling" => ProgrammaticToolCalling(ProgrammaticToolCalling),
    }
}

impl Tool {
    /// A function; `parameters` is the JSON schema of its argument object.
    #[must_use]
    pub fn function(
        name: impl Into<String>,
        description: impl Into<String>,
        parameters: impl Into<RawJson>,
    ) -> Self {
        Self::Function(
            FunctionTool::new(name).with_description(description).with_parameters(parameters),
        )
    }

    /// Search in vector stores.
    #[must_use]
    pub fn file_search(vector_store_ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::FileSearch(FileSearchTool {
            vector_store_ids: vector_store_ids.into_iter().map(Into::into).collect(),
            ..FileSearchTool::default()
        })
    }

    /// Search of the web.
    #[must_use]
    pub fn web_search() -> Self {
        Self::WebSearch(WebSearchTool::default())
    }

    /// The name of a function or custom tool.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Function(tool) => Some(&tool.name),
            Self::Custom(tool) => Some(&tool.name),
            _ => None,
        }
    }
}

object! { kept
    /// A function of the caller.
    pub struct FunctionTool (tag "type" = "function") {
        /// At most 64 letters, digits, `_` and `-`.
        pub name: String = always "name",
        /// What it does and when to call it, for the model to read.
        pub description: Option<String> = "description",
        /// The JSON schema of the argument object.
        pub parameters: Option<RawJson> = "parameters",
        /// Whether arguments must follow the schema exactly; the service's default is yes.
        pub strict: Option<bool> = "strict",
        /// Who may call it: `direct`, `programmatic`.
        pub allowed_callers: Option<Vec<String>> = "allowed_callers",
        /// Whether the conversation goes on before the result is there.
        pub is_async: Option<bool> = "async",
        /// Whether it is loaded by a tool search only.
        pub defer_loading: Option<bool> = "defer_loading",
        /// The JSON schema of the result.
        pub output_schema: Option<RawJson> = "output_schema",
    }
}

impl FunctionTool {
    /// A function without description and arguments.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// Sets the description.
    #[must_use]
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Sets the JSON schema of the argument object.
    #[must_use]
    pub fn with_parameters(mut self, parameters: impl Into<RawJson>) -> Self {
        self.parameters = Some(parameters.into());
        self
    }

    /// Sets whether arguments must follow the schema exactly.
    #[must_use]
    pub fn with_strict(mut self, strict: bool) -> Self {
        self.strict = Some(strict);
        self
    }
}

object! { kept
    /// A tool of the caller whose input is text, not a JSON object.
    pub struct CustomTool (tag "type" = "custom") {
        /// The name.
        pub name: String = always "name",
        /// What it does and when to call it.
        pub description: Option<String> = "description",
        /// The form of the input; free text when left out.
        pub format: Option<CustomToolFormat> = "format",
        /// Who may call it: `direct`, `programmatic`.
        pub allowed_callers: Option<Vec<String>> = "allowed_callers",
        /// Whether the conversation goes on before the result is there.
        pub is_async: Option<bool> = "async",
        /// Whether it is loaded by a tool search only.
        pub defer_loading: Option<bool> = "defer_loading",
    }
}

tagged! {
    /// The form of a custom tool's input.
    pub enum CustomToolFormat by "type" {
        /// Any text.
        "text" => Text(chat::TextFormat),
        /// Text of a grammar.
        "grammar" => Grammar(GrammarFormat),
    }
}

object! { kept
    /// Input that follows a grammar.
    pub struct GrammarFormat (tag "type" = "grammar") {
        /// `lark` or `regex`.
        pub syntax: String = always "syntax",
        /// The grammar's text.
        pub definition: String = always "definition",
    }
}

object! { kept
    /// Tools under a common name.
    pub struct NamespaceTool (tag "type" = "namespace") {
        /// The name.
        pub name: String = always "name",
        /// What they have in common, for the model to read.
        pub description: Option<String> = "description",
        /// The tools: functions and custom tools.
        pub tools: Vec<Tool> = always "tools",
    }
}

object! { kept
    /// Search among tools that are not loaded yet.
    pub struct ToolSearchTool (tag "type" = "tool_search") {
        /// When to search, for the model to read.
        pub description: Option<String> = "description",
        /// `server` or `client`.
        pub execution: Option<String> = "execution",
        /// The JSON schema of the search's arguments.
        pub parameters: Option<RawJson> = "parameters",
    }
}
