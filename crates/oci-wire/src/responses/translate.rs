//! Translations between chat completions and the Responses API, both ways.
//!
//! They are pure and total: whatever does not fit is left out and told as a [`Loss`](crate::Loss), never an error.

mod answer;
mod content;
mod input;
mod messages;
mod request_from_chat;
mod request_to_chat;
mod tools;

pub(crate) use answer::status;

use crate::loss::Losses;
use crate::raw::Extra;

/// Notes the members of an object that have no field and so no translation.
fn note_extra(extra: &Extra, path: &str, losses: &mut Losses) {
    for (name, _) in extra.iter() {
        losses.unknown(format!("{path}.{name}"));
    }
}
