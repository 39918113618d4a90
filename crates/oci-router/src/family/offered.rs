//! The functions that a call offers, to know a call of one of them when it is written as text.

use oci_wire::chat::{ChatRequest, ResponseFormat, Tool, ToolChoice, ToolChoiceMode};
use serde_json::{Map, Value};

/// The functions of a request.
#[derive(Clone, Debug)]
pub(crate) struct Offered {
    functions: Vec<Function>,
    /// Whether an answer is JSON because that was asked for.
    pub(super) answers_in_json: bool,
}

#[derive(Clone, Debug)]
struct Function {
    name: String,
    properties: Map<String, Value>,
    required: Vec<String>,
    /// Whether arguments beyond the declared ones are allowed.
    is_open: bool,
}

/// A call that was written as text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Call {
    pub(crate) name: String,
    /// The text of a JSON object.
    pub(crate) arguments: String,
}

impl Offered {
    /// `None` if the model has nothing to call.
    pub(crate) fn of(request: &ChatRequest) -> Option<Self> {
        if request.tool_choice == Some(ToolChoice::Mode(ToolChoiceMode::None)) {
            return None;
        }
        let functions: Vec<Function> = request
            .tools
            .iter()
            .flatten()
            .filter_map(|tool| match tool {
                Tool::Function(tool) => Some(&tool.function),
                _ => None,
            })
            .map(|function| {
                let schema = function.parameters.as_ref().map(oci_wire::RawJson::to_value);
                Function::of(&function.name, schema.as_ref())
            })
            .collect();
        let answers_in_json =
            !matches!(request.response_format, None | Some(ResponseFormat::Text(_)));
        (!functions.is_empty()).then_some(Self { functions, answers_in_json })
    }

    /// Whether a function of this name is offered, or one whose name begins so.
    pub(super) fn has_prefix(&self, name: &str) -> bool {
        self.functions.iter().any(|function| function.name.starts_with(name))
    }

    /// Whether a function of this name is offered.
    pub(super) fn has(&self, name: &str) -> bool {
        self.functions.iter().any(|function| function.name == name)
    }

    /// The declared type of an argument.
    pub(super) fn kind(&self, name: &str, argument: &str) -> Option<&str> {
        let function = self.functions.iter().find(|function| function.name == name)?;
        function.properties.get(argument)?.get("type")?.as_str()
    }

    /// A call, if a function of this name is offered and the arguments are declared ones, with all that are required.
    pub(super) fn call(&self, name: &str, arguments: &Value) -> Option<Call> {
        let function = self.functions.iter().find(|function| function.name == name)?;
        let given = arguments.as_object()?;
        let is_declared = |name: &String| function.properties.contains_key(name);
        let fits = (function.is_open || given.keys().all(is_declared))
            && function.required.iter().all(|name| given.contains_key(name));
        fits.then(|| Call { name: name.to_owned(), arguments: arguments.to_string() })
    }
}

impl Function {
    fn of(name: &str, schema: Option<&Value>) -> Self {
        let member = |name: &str| schema.and_then(|schema| schema.get(name));
        let properties = member("properties").and_then(Value::as_object).cloned();
        let required = member("required").and_then(Value::as_array).into_iter().flatten();
        Self {
            name: name.to_owned(),
            // An object of which nothing is declared takes anything.
            is_open: (schema.is_some() && properties.is_none())
                || member("additionalProperties").is_some_and(|more| more != &Value::Bool(false)),
            properties: properties.unwrap_or_default(),
            required: required.filter_map(Value::as_str).map(str::to_owned).collect(),
        }
    }
}
