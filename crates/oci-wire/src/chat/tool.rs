//! Tools: what a model may call, which it must, and the calls it made.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::object::object;
use crate::open_enum::open_enum;
use crate::raw::RawJson;
use crate::tagged::tagged;

tagged! {
    /// A tool offered to the model.
    pub enum Tool by "type" {
        /// A function with a JSON schema.
        "function" => Function(FunctionTool),
        /// A tool with free-form input.
        "custom" => Custom(CustomTool),
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
        let function =
            FunctionDefinition::new(name).with_description(description).with_parameters(parameters);
        Self::from(function)
    }

    /// A tool with free-form input.
    #[must_use]
    pub fn custom(name: impl Into<String>) -> Self {
        let custom = CustomDefinition { name: name.into(), ..CustomDefinition::default() };
        Self::Custom(CustomTool { custom, ..CustomTool::default() })
    }
}

impl From<FunctionDefinition> for Tool {
    fn from(function: FunctionDefinition) -> Self {
        Self::Function(FunctionTool { function, ..FunctionTool::default() })
    }
}

impl From<CustomDefinition> for Tool {
    fn from(custom: CustomDefinition) -> Self {
        Self::Custom(CustomTool { custom, ..CustomTool::default() })
    }
}

object! { strict
    /// A tool of kind `function`.
    pub struct FunctionTool (tag "type" = "function") {
        /// The function.
        pub function: FunctionDefinition = required "function",
    }
}

object! { strict
    /// A function: its name, purpose and argument schema; also an entry of the deprecated `functions` list.
    pub struct FunctionDefinition {
        /// At most 64 letters, digits, `_` and `-`.
        pub name: String = required "name",
        /// What it does and when to call it, for the model to read.
        pub description: Option<String> = "description",
        /// The JSON schema of the argument object; left out for a function without arguments.
        pub parameters: Option<RawJson> = "parameters",
        /// Whether arguments must follow the schema exactly.
        pub strict: Option<bool> = "strict",
    }
}

impl FunctionDefinition {
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

object! { strict
    /// A tool of kind `custom`.
    pub struct CustomTool (tag "type" = "custom") {
        /// The tool.
        pub custom: CustomDefinition = required "custom",
    }
}

object! { strict
    /// A tool whose input is text, not a JSON object.
    pub struct CustomDefinition {
        /// The name.
        pub name: String = required "name",
        /// What it does and when to call it.
        pub description: Option<String> = "description",
        /// The form of the input; free text when left out.
        pub format: Option<CustomFormat> = "format",
    }
}

tagged! {
    /// The form of a custom tool's input.
    pub enum CustomFormat by "type" {
        /// Any text.
        "text" => Text(TextFormat),
        /// Text of a grammar.
        "grammar" => Grammar(GrammarFormat),
    }
}

object! { strict
    /// Input of any text.
    pub struct TextFormat (tag "type" = "text") {}
}

object! { strict
    /// Input that follows a grammar.
    pub struct GrammarFormat (tag "type" = "grammar") {
        /// The grammar.
        pub grammar: Grammar = required "grammar",
    }
}

object! { strict
    /// A grammar and its notation.
    pub struct Grammar {
        /// The grammar's text.
        pub definition: String = required "definition",
        /// `lark` or `regex`.
        pub syntax: String = required "syntax",
    }
}

/// Whether and what the model calls.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ToolChoice {
    /// `none`, `auto` or `required`, written as a string.
    Mode(ToolChoiceMode),
    /// Exactly one tool, or one of a subset, written as an object.
    Named(NamedToolChoice),
}

impl ToolChoice {
    /// The model must call this function.
    #[must_use]
    pub fn function(name: impl Into<String>) -> Self {
        let function = ToolName { name: name.into(), ..ToolName::default() };
        Self::Named(NamedToolChoice::Function(FunctionChoice {
            function,
            ..FunctionChoice::default()
        }))
    }

    /// The model must call this custom tool.
    #[must_use]
    pub fn custom(name: impl Into<String>) -> Self {
        let custom = ToolName { name: name.into(), ..ToolName::default() };
        Self::Named(NamedToolChoice::Custom(CustomChoice { custom, ..CustomChoice::default() }))
    }

    /// The model may call (`auto`) or must call (`required`) only these, each given as the API describes it.
    #[must_use]
    pub fn allowed(mode: ToolChoiceMode, tools: impl IntoIterator<Item = RawJson>) -> Self {
        let allowed_tools = AllowedTools {
            mode: Some(mode),
            tools: tools.into_iter().collect(),
            ..AllowedTools::default()
        };
        Self::Named(NamedToolChoice::AllowedTools(AllowedToolsChoice {
            allowed_tools,
            ..AllowedToolsChoice::default()
        }))
    }
}

impl From<ToolChoiceMode> for ToolChoice {
    fn from(mode: ToolChoiceMode) -> Self {
        Self::Mode(mode)
    }
}

impl Serialize for ToolChoice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Mode(mode) => mode.serialize(serializer),
            Self::Named(named) => named.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for ToolChoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = RawJson::deserialize(deserializer)?;
        Ok(match serde_json::from_str::<String>(raw.get()) {
            Ok(mode) => Self::Mode(ToolChoiceMode::from(mode)),
            Err(_) => Self::Named(NamedToolChoice::from_raw(raw)),
        })
    }
}

open_enum! {
    /// Whether the model calls tools at all.
    pub enum ToolChoiceMode {
        /// It calls none.
        None = "none",
        /// It decides.
        Auto = "auto",
        /// It calls at least one.
        Required = "required",
    }
}

tagged! {
    /// A tool choice that names tools.
    pub enum NamedToolChoice by "type" {
        /// One function.
        "function" => Function(FunctionChoice),
        /// One custom tool.
        "custom" => Custom(CustomChoice),
        /// One of a subset.
        "allowed_tools" => AllowedTools(AllowedToolsChoice),
    }
}

object! { strict
    /// The choice of one function.
    pub struct FunctionChoice (tag "type" = "function") {
        /// Which.
        pub function: ToolName = required "function",
    }
}

object! { strict
    /// The choice of one custom tool.
    pub struct CustomChoice (tag "type" = "custom") {
        /// Which.
        pub custom: ToolName = required "custom",
    }
}

object! { strict
    /// The choice of a subset of the tools.
    pub struct AllowedToolsChoice (tag "type" = "allowed_tools") {
        /// Which.
        pub allowed_tools: AllowedTools = required "allowed_tools",
    }
}

object! { strict
    /// A tool by name; also the object form of the deprecated `function_call` parameter.
    pub struct ToolName {
        /// The name.
        pub name: String = required "name",
    }
}

object! { strict
    /// A subset of the tools.
    pub struct AllowedTools {
        /// `auto` or `required`.
        pub mode: Option<ToolChoiceMode> = "mode",
        /// The tools, each as `{"type":"function","function":{"name":…}}` or the like.
        pub tools: Vec<RawJson> = always "tools",
    }
}

tagged! {
    /// A call the model made.
    ///
    /// A call without `type` is read as a function call, since several servers leave it out.
    pub enum ToolCall by "type" or "function" {
        /// A call of a function.
        "function" => Function(FunctionToolCall),
        /// A call of a tool with free-form input.
        "custom" => Custom(CustomToolCall),
    }
}

impl ToolCall {
    /// A function call; `arguments` is the text of a JSON object, as models write it.
    #[must_use]
    pub fn function(
        id: impl Into<String>,
        name: impl Into<String>,
        arguments: impl Into<String>,
    ) -> Self {
        let function = FunctionCall {
            name: name.into(),
            arguments: arguments.into(),
            ..FunctionCall::default()
        };
        Self::Function(FunctionToolCall { id: id.into(), function, ..FunctionToolCall::default() })
    }

    /// A call of a custom tool.
    #[must_use]
    pub fn custom(
        id: impl Into<String>,
        name: impl Into<String>,
        input: impl Into<String>,
    ) -> Self {
        let custom = CustomCall { name: name.into(), input: input.into(), ..CustomCall::default() };
        Self::Custom(CustomToolCall { id: id.into(), custom, ..CustomToolCall::default() })
    }

    /// The id that the result has to name; empty when the model gave none.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Function(call) => &call.id,
            Self::Custom(call) => &call.id,
            Self::Other(_) => "",
        }
    }

    /// The tool's name; empty for an unknown kind of call.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Function(call) => &call.function.name,
            Self::Custom(call) => &call.custom.name,
            Self::Other(_) => "",
        }
    }

    /// The arguments of a function, or the input of a custom tool; empty for an unknown kind of call.
    #[must_use]
    pub fn arguments(&self) -> &str {
        match self {
            Self::Function(call) => &call.function.arguments,
            Self::Custom(call) => &call.custom.input,
            Self::Other(_) => "",
        }
    }
}

object! { strict
    /// A call of kind `function`.
    pub struct FunctionToolCall (tag "type" = "function") {
        /// The id that the result has to name.
        pub id: String = always "id",
        /// What is called.
        pub function: FunctionCall = required "function",
    }
}

object! { strict
    /// A function's name and the arguments the model wrote.
    pub struct FunctionCall {
        /// The function.
        pub name: String = always "name",
        /// The text of a JSON object, usually; a model can write anything.
        pub arguments: String = always "arguments",
    }
}

object! { strict
    /// A call of kind `custom`.
    pub struct CustomToolCall (tag "type" = "custom") {
        /// The id that the result has to name.
        pub id: String = always "id",
        /// What is called.
        pub custom: CustomCall = required "custom",
    }
}

object! { strict
    /// A custom tool's name and its input.
    pub struct CustomCall {
        /// The tool.
        pub name: String = always "name",
        /// The input.
        pub input: String = always "input",
    }
}

impl fmt::Display for ToolCall {
    /// Name and id; the arguments, which the model wrote, stay out of logs.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({})", self.name(), self.id())
    }
}
