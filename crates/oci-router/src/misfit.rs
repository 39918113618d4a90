//! [`Misfit`]: why an answer is no value of the type that was asked for.

use std::fmt;

use oci_wire::chat::FinishReason;

/// Why an answer, or the arguments of a call, are no value of the type that was asked for.
///
/// Its text quotes nothing of the answer; [`detail`](Self::detail) may.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Misfit {
    kind: Kind,
    detail: String,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Kind {
    /// Calls of tools, which the caller has to run first.
    Calls,
    /// Refused by a check of the caller.
    Check,
    /// Not finished, for a reason that asking again does not take away.
    CutOff(FinishReason),
    NotJson {
        line: usize,
        column: usize,
    },
    NotOfType {
        line: usize,
        column: usize,
    },
    Refused,
}

impl Misfit {
    pub(crate) fn of(error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let kind = if error.is_data() {
            Kind::NotOfType { line, column }
        } else {
            Kind::NotJson { line, column }
        };
        Self { kind, detail: error.to_string() }
    }

    pub(crate) fn calls() -> Self {
        Self { kind: Kind::Calls, detail: "the model called tools".to_owned() }
    }

    pub(crate) fn check(detail: String) -> Self {
        Self { kind: Kind::Check, detail }
    }

    pub(crate) fn cut_off(reason: FinishReason) -> Self {
        let detail = format!("the answer ended with {}", reason.as_str());
        Self { kind: Kind::CutOff(reason), detail }
    }

    pub(crate) fn refused(refusal: &str) -> Self {
        Self { kind: Kind::Refused, detail: refusal.to_owned() }
    }

    /// What is wrong in detail, in words that can be sent to the model; it may quote the answer.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// Whether the model declined to answer.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        self.kind == Kind::Refused
    }

    /// Whether asking again can help.
    pub(crate) fn can_be_mended(&self) -> bool {
        !matches!(self.kind, Kind::Calls | Kind::CutOff(_))
    }

    /// Whether the answer broke off, at the limit of tokens or by a filter, so that asking again as before is of no use.
    #[must_use]
    pub fn is_cut_off(&self) -> bool {
        matches!(self.kind, Kind::CutOff(_))
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Calls => f.write_str("expected an answer, found calls of tools"),
            Kind::Check => f.write_str("expected a value that passes the check, found another"),
            Kind::CutOff(reason) => {
                write!(f, "expected a whole answer, found one that ended with {}", reason.as_str())
            }
            Kind::NotJson { line, column } => {
                write!(f, "expected JSON, found something else at line {line}, column {column}")
            }
            Kind::NotOfType { line, column } => write!(
                f,
                "expected a value of the schema, found something else at line {line}, column {column}"
            ),
            Kind::Refused => f.write_str("expected an answer, found a refusal of the model"),
        }
    }
}

impl std::error::Error for Misfit {}
