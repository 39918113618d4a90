//! Tools of the format `COHERE`: definitions by parameter, calls without ids.

use std::collections::BTreeMap;

use crate::object::object;
use crate::raw::RawJson;

object! { strict
    /// A tool offered to the model.
    pub struct Tool {
        /// The name.
        pub name: String = required "name",
        /// What it does and when to call it, for the model to read.
        pub description: String = required "description",
        /// The parameters by name.
        pub parameter_definitions: Option<BTreeMap<String, ParameterDefinition>> = "parameterDefinitions",
    }
}

impl Tool {
    /// A tool without parameters.
    #[must_use]
    pub fn new(name: impl Into<String>, description: impl Into<String>) -> Self {
        Self { name: name.into(), description: description.into(), ..Self::default() }
    }
}

object! { strict
    /// One parameter of a tool.
    pub struct ParameterDefinition {
        /// What it means.
        pub description: Option<String> = "description",
        /// The name of a Python type: `str`, `int`, `float`, `bool`, `List[str]`, `Dict` and the like.
        pub kind: String = required "type",
        /// Whether a call must have it.
        pub is_required: Option<bool> = "isRequired",
    }
}

object! { kept
    /// A call the model made; it has no id.
    pub struct ToolCall {
        /// The tool.
        pub name: String = always "name",
        /// The arguments, a JSON object.
        pub parameters: Option<RawJson> = "parameters",
    }
}

impl ToolCall {
    /// A call; `parameters` is a JSON object.
    #[must_use]
    pub fn new(name: impl Into<String>, parameters: impl Into<RawJson>) -> Self {
        Self { name: name.into(), parameters: Some(parameters.into()), ..Self::default() }
    }
}

object! { kept
    /// The outcome of a call.
    pub struct ToolResult {
        /// The call, repeated.
        pub call: ToolCall = always "call",
        /// What came out, each a JSON object.
        pub outputs: Vec<RawJson> = always "outputs",
    }
}

impl ToolResult {
    /// A result.
    #[must_use]
    pub fn new(call: ToolCall, outputs: impl Into<Vec<RawJson>>) -> Self {
        Self { call, outputs: outputs.into(), ..Self::default() }
    }
}
