//! Tools of the format `GENERIC`: definitions, choice and calls.

use crate::object::object;
use crate::raw::RawJson;
use crate::tagged::tagged;

tagged! {
    /// A tool offered to the model, told apart by `type`.
    pub enum ToolDefinition by "type" {
        /// A function with a JSON schema.
        "FUNCTION" => Function(FunctionDefinition),
    }
}

impl ToolDefinition {
    /// A function; `parameters` is the JSON schema of its argument object.
    #[must_use]
    pub fn function(
        name: impl Into<String>,
        description: impl Into<String>,
        parameters: impl Into<RawJson>,
    ) -> Self {
        Self::Function(FunctionDefinition {
            name: name.into(),
            description: Some(description.into()),
            parameters: Some(parameters.into()),
            ..FunctionDefinition::default()
        })
    }
}

object! { strict
    /// A function; flat, where chat completions nests it under `function`.
    pub struct FunctionDefinition (tag "type" = "FUNCTION") {
        /// The name.
        pub name: String = required "name",
        /// What it does and when to call it, for the model to read.
        pub description: Option<String> = "description",
        /// The JSON schema of the argument object.
        pub parameters: Option<RawJson> = "parameters",
    }
}

tagged! {
    /// Whether and what the model calls, told apart by `type`.
    pub enum ToolChoice by "type" {
        /// The model decides.
        "AUTO" => Auto(ToolChoiceAuto),
        /// It calls none.
        "NONE" => None(ToolChoiceNone),
        /// It calls at least one.
        "REQUIRED" => Required(ToolChoiceRequired),
        /// It calls this one.
        "FUNCTION" => Function(ToolChoiceFunction),
    }
}

impl ToolChoice {
    /// The model decides.
    #[must_use]
    pub fn auto() -> Self {
        Self::Auto(ToolChoiceAuto::default())
    }

    /// The model calls no tool.
    #[must_use]
    pub fn none() -> Self {
        Self::None(ToolChoiceNone::default())
    }

    /// The model calls at least one tool.
    #[must_use]
    pub fn required() -> Self {
        Self::Required(ToolChoiceRequired::default())
    }

    /// The model calls this function.
    #[must_use]
    pub fn function(name: impl Into<String>) -> Self {
        Self::Function(ToolChoiceFunction {
            name: Some(name.into()),
            ..ToolChoiceFunction::default()
        })
    }
}

object! { strict
    /// The tool choice `AUTO`.
    pub struct ToolChoiceAuto (tag "type" = "AUTO") {}
}

object! { strict
    /// The tool choice `NONE`.
    pub struct ToolChoiceNone (tag "type" = "NONE") {}
}

object! { strict
    /// The tool choice `REQUIRED`.
    pub struct ToolChoiceRequired (tag "type" = "REQUIRED") {}
}

object! { strict
    /// The tool choice `FUNCTION`.
    pub struct ToolChoiceFunction (tag "type" = "FUNCTION") {
        /// Which.
        pub name: Option<String> = "name",
    }
}

tagged! {
    /// A call the model made.
    ///
    /// A call without `type` is read as a function call.
    pub enum ToolCall by "type" or "FUNCTION" {
        /// A call of a function.
        "FUNCTION" => Function(FunctionCall),
    }
}

impl ToolCall {
    /// A function call; `arguments` is the text of a JSON object.
    #[must_use]
    pub fn function(
        id: impl Into<String>,
        name: impl Into<String>,
        arguments: impl Into<String>,
    ) -> Self {
        Self::Function(FunctionCall {
            id: Some(id.into()),
            name: Some(name.into()),
            arguments: Some(arguments.into()),
            ..FunctionCall::default()
        })
    }
}

object! { kept
    /// A call of kind `FUNCTION`; flat, where chat completions nests name and arguments.
    pub struct FunctionCall (tag "type" = "FUNCTION") {
        /// The id that the result has to name; Gemini gives none.
        pub id: Option<String> = "id",
        /// The function.
        pub name: Option<String> = "name",
        /// The text of a JSON object, usually; a model can write anything.
        pub arguments: Option<String> = "arguments",
    }
}
