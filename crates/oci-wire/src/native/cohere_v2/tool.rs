//! Tools of the format `COHEREV2`, nested under `function` as in chat completions.

use crate::object::object;
use crate::raw::RawJson;

object! { strict
    /// A tool offered to the model; `FUNCTION` is the only kind.
    pub struct Tool (tag "type" = "FUNCTION") {
        /// The function.
        pub function: Function = required "function",
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
        let function = Function {
            name: name.into(),
            description: Some(description.into()),
            parameters: Some(parameters.into()),
            ..Function::default()
        };
        Self { function, ..Self::default() }
    }
}

object! { strict
    /// A function.
    pub struct Function {
        /// The name.
        pub name: String = required "name",
        /// What it does and when to call it, for the model to read.
        pub description: Option<String> = "description",
        /// The JSON schema of the argument object; the service wants one even without arguments.
        pub parameters: Option<RawJson> = "parameters",
    }
}

object! { kept
    /// A call the model made.
    pub struct ToolCall {
        /// The id that the result has to name.
        pub id: Option<String> = "id",
        /// `FUNCTION`
        pub kind: Option<String> = "type",
        /// What is called.
        pub function: Option<FunctionCall> = "function",
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
        let function = FunctionCall {
            name: Some(name.into()),
            arguments: Some(arguments.into()),
            ..FunctionCall::default()
        };
        Self {
            id: Some(id.into()),
            kind: Some("FUNCTION".to_owned()),
            function: Some(function),
            ..Self::default()
        }
    }
}

object! { kept
    /// A function's name and the arguments the model wrote.
    ///
    /// Oracle's schema leaves the object open; this is what the service sends.
    pub struct FunctionCall {
        /// The function.
        pub name: Option<String> = "name",
        /// The text of a JSON object.
        pub arguments: Option<String> = "arguments",
    }
}
