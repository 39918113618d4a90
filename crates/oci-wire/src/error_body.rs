//! [`ErrorBody`]: the body of a failure, in whichever of its shapes it came.

use std::fmt;

use serde_json::{Map, Value};

use crate::page_text::summarize;

/// What the body of a failed call says.
///
/// Reading it never fails: what cannot be understood is summarised.
/// Status and `opc-request-id` are not part of the body; whoever has them adds them.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct ErrorBody {
    /// The machine-readable reason: OCI's name (`NotAuthorizedOrNotFound`), the status as text (`400`, on the
    /// inference data plane), or the upstream's code (`unsupported_parameter`).
    pub code: Option<String>,
    /// The reason for a person, taken out of all wrapping.
    pub message: Option<String>,
    /// OpenAI's class of error, such as `invalid_request_error`; `type` on the wire.
    pub kind: Option<String>,
    /// The request parameter at fault, in OpenAI's shapes.
    pub param: Option<String>,
    /// The code of OCI's envelope, where an upstream error was inside it with a code of its own.
    pub outer_code: Option<String>,
    /// In which shape the body came.
    pub shape: ErrorShape,
}

/// The shape of an error body.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ErrorShape {
    /// `{"code":…,"message":…}`
    Oci,
    /// `{"error":{"message":…,"type":…,"param":…,"code":…}}`
    OpenAi,
    /// OpenAI's shape as a JSON string in the message of OCI's.
    OpenAiInOci,
    /// JSON of another shape.
    OtherJson,
    /// Not JSON: an HTML page of a gateway, plain text, or nothing at all.
    #[default]
    Text,
}

impl ErrorBody {
    /// Reads a body of any kind, an empty one included.
    #[must_use]
    pub fn parse(body: &[u8]) -> Self {
        match serde_json::from_slice(body) {
            Ok(value) => Self::from_value(&value),
            Err(_) => Self::from_text(&String::from_utf8_lossy(body)),
        }
    }

    /// Whether the body said nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.code.is_none() && self.message.is_none() && self.kind.is_none() && self.param.is_none()
    }

    fn from_value(value: &Value) -> Self {
        match value {
            Value::Object(object) => Self::from_object(object),
            // Google's APIs wrap the error of a stream in a list.
            Value::Array(items) => {
                items.first().and_then(Value::as_object).map(Self::from_object).unwrap_or_default()
            }
            Value::String(text) => Self::from_text(text),
            Value::Null | Value::Bool(_) | Value::Number(_) => Self::default(),
        }
    }

    fn from_text(text: &str) -> Self {
        Self { message: summarize(text), ..Self::default() }
    }

    fn from_object(object: &Map<String, Value>) -> Self {
        match object.get("error") {
            Some(Value::Object(error)) => Self::from_openai(error),
            Some(Value::String(_)) => {
                // Some gateways put the status line into `error` and the reason next to it.
                let text = || string(object.get("error"));
                Self {
                    message: string(object.get("message")).or_else(text),
                    code: scalar(object.get("code")),
                    shape: ErrorShape::OpenAi,
                    ..Self::default()
                }
            }
            _ if object.contains_key("code") || object.contains_key("message") => {
                Self::from_oci(object)
            }
            _ => {
                let message = ["detail", "title", "description", "errorMessage"]
                    .iter()
                    .find_map(|name| string(object.get(*name)));
                Self { message, shape: ErrorShape::OtherJson, ..Self::default() }
            }
        }
    }

    fn from_openai(error: &Map<String, Value>) -> Self {
        Self {
            code: scalar(error.get("code")),
            message: string(error.get("message")),
            kind: string(error.get("type")).or_else(|| string(error.get("status"))),
            param: string(error.get("param")),
            outer_code: None,
            shape: ErrorShape::OpenAi,
        }
    }

    fn from_oci(object: &Map<String, Value>) -> Self {
        let code = scalar(object.get("code"));
        let message = match object.get("message") {
            Some(Value::String(text)) => text.as_str(),
            // Not encoded a second time after all.
            Some(Value::Object(inner)) => {
                return match inner_error(inner) {
                    Some(error) => error.inside(code),
                    None => Self { code, shape: ErrorShape::Oci, ..Self::default() },
                };
            }
            _ => "",
        };
        if let Some(inner) = encoded_error(message) {
            return inner.inside(code);
        }
        let message = if looks_like_page(message) {
            summarize(message)
        } else {
            string(object.get("message"))
        };
        Self { code, message, shape: ErrorShape::Oci, ..Self::default() }
    }

    /// This error as the content of OCI's envelope.
    fn inside(mut self, envelope_code: Option<String>) -> Self {
        if self.code.is_none() {
            self.code = envelope_code;
        } else {
            self.outer_code = envelope_code;
        }
        self.shape = ErrorShape::OpenAiInOci;
        self
    }
}

impl fmt::Display for ErrorBody {
    /// The message with the code before it, as far as there are any.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.code, &self.message) {
            (Some(code), Some(message)) => write!(formatter, "{code}: {message}"),
            (Some(text), None) | (None, Some(text)) => formatter.write_str(text),
            (None, None) => formatter.write_str(self.kind.as_deref().unwrap_or("no reason given")),
        }
    }
}

/// The error in a message that is itself JSON, possibly after an introduction such as `Error code: 400 - `.
fn encoded_error(message: &str) -> Option<ErrorBody> {
    let json = message.get(message.find('{')?..)?;
    let mut documents = serde_json::Deserializer::from_str(json).into_iter::<Map<String, Value>>();
    inner_error(&documents.next()?.ok()?)
}

fn inner_error(object: &Map<String, Value>) -> Option<ErrorBody> {
    match object.get("error")? {
        Value::Object(error) => Some(ErrorBody::from_openai(error)),
        error => Some(ErrorBody { message: Some(string(Some(error))?), ..ErrorBody::default() }),
    }
}

fn looks_like_page(text: &str) -> bool {
    text.trim_start().starts_with('<')
}

/// A string that says something.
fn string(value: Option<&Value>) -> Option<String> {
    value?.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned)
}

/// A string or a number; `code` comes as either.
fn scalar(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::Number(number) => Some(number.to_string()),
        value => string(Some(value)),
    }
}
