//! How a refusal that is the model's doing reaches the client.

use serde_json::json;

use super::Family;
use crate::reply::Reply;

/// A parameter that a model does not take.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Refusal {
    /// OpenAI's name of the parameter.
    pub(crate) param: String,
    /// OpenAI's code for it.
    pub(crate) code: Option<&'static str>,
    /// What is told.
    pub(crate) message: String,
}

/// In which words an operation puts its errors.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Words {
    /// Oracle's envelope with the status for a code.
    Native,
    /// OpenAI's.
    OpenAi,
}

impl Refusal {
    pub(crate) fn new(param: &str, code: Option<&'static str>, message: impl Into<String>) -> Self {
        Self { param: param.to_owned(), code, message: message.into() }
    }

    /// The answer, of status 400.
    pub(crate) fn reply(&self, family: &Family, words: Words) -> Reply {
        let Self { param, code, message } = self;
        match words {
            Words::OpenAi => {
                Reply::openai_error(400, "invalid_request_error", *code, Some(param), message)
            }
            // What OpenAI said comes as text within the envelope.
            Words::Native if family.is_openai() => {
                let error = json!({ "error": {
                    "message": message,
                    "type": "invalid_request_error",
                    "param": param,
                    "code": code,
                } });
                Reply::oracle_error(400, "400", &error.to_string())
            }
            Words::Native => Reply::oracle_error(400, "400", message),
        }
    }
}

impl Words {
    /// The answer to a model id that nobody knows, and to one that one may not use.
    pub(crate) fn not_found(self) -> Reply {
        Reply::oracle_error(404, "404", "Authorization failed or requested resource not found.")
    }
}
