//! [`Warning`]: what a call did differently from what was asked.

use std::fmt;

use oci_wire::Loss;
use oci_wire::repair::Repair;

use crate::misfit::Misfit;

/// Something that a call did differently from what was asked, beside its answer.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Warning {
    /// A part of the request does not exist in the API that serves the model.
    Request(Loss),
    /// A part of the answer has no form in chat completions.
    Answer(Loss),
    /// Nothing says of which family the model behind an OCID is, so it is called in the format that most take.
    FamilyAssumed,
    /// Another transport was chosen, and the call asks for what only the Responses API has, so it went there.
    OverResponses,
    /// The endpoint refuses to stream; the answer came whole.
    NotStreamed,
    /// The model refuses a parameter, so the call was made without it or with another one.
    Repaired(Repair),
    /// The model wrote calls of tools into its text, and they were taken out of it.
    CallsInText,
    /// The model wrote calls of tools into its text and did not come to their end, so they are still there.
    CallCutOff,
    /// The model called tools over and over, so it was told to call none.
    CallsEnded {
        /// How often it had called since the user last said something.
        rounds: usize,
    },
    /// The answer broke off at a limit that nobody set: the service's own is so low that another one was sent.
    CutAtDefault {
        /// The limit, in tokens.
        limit: u64,
    },
    /// An answer was not of the type that was asked for, and the model was asked again.
    AskedAgain(Misfit),
    /// The service no longer has the conversation; the whole history was sent again.
    StateLost,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(loss) => write!(f, "{loss}"),
            Self::Answer(loss) => write!(f, "of the answer, {loss}"),
            Self::FamilyAssumed => f.write_str(
                "the family of the model behind the OCID is not known, the format GENERIC is assumed",
            ),
            Self::OverResponses => f.write_str(
                "the call went over Responses, since only that has what it asks for",
            ),
            Self::NotStreamed => f.write_str("the endpoint does not stream, the answer came whole"),
            Self::Repaired(repair) => write!(f, "{repair}, because the model refuses it"),
            Self::CallsInText => {
                f.write_str("the model wrote its calls as text, they were taken out of it")
            }
            Self::CallCutOff => f.write_str("the text ends within a call that the model wrote there"),
            Self::CallsEnded { rounds } => write!(
                f,
                "tools were called in {rounds} rounds, so the model was told to call none"
            ),
            Self::CutAtDefault { limit } => write!(
                f,
                "the answer broke off at {limit} tokens, which is the default here, set max_tokens for more"
            ),
            Self::AskedAgain(misfit) => {
                write!(f, "an answer was not of the type and was asked for again: {misfit}")
            }
            Self::StateLost => f.write_str(
                "the service no longer has the conversation, the whole history was sent again",
            ),
        }
    }
}

/// The losses of a request as warnings.
pub(crate) fn of_request(losses: Vec<Loss>) -> impl Iterator<Item = Warning> {
    losses.into_iter().map(Warning::Request)
}

/// The losses of an answer as warnings.
pub(crate) fn of_answer(losses: Vec<Loss>) -> impl Iterator<Item = Warning> {
    losses.into_iter().map(Warning::Answer)
}
