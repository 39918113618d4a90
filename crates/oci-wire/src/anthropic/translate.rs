//! Translations between chat completions and the Messages API, both ways.
//!
//! They are pure and total: whatever does not fit is left out and told as a [`Loss`](crate::Loss), never an error.

mod answer;
mod content;
mod messages;
mod request_from_chat;
mod request_to_chat;
mod tools;
mod turns;

pub(crate) use answer::stop_reason;

use crate::loss::Losses;
use crate::raw::Extra;

/// Notes the members of an object that have no field and so no translation.
fn note_extra(extra: &Extra, path: &str, losses: &mut Losses) {
    for (name, _) in extra.iter() {
        losses.unknown(format!("{path}.{name}"));
    }
}

/// Notes each of the named members that is there.
fn drop_members<const N: usize>(path: &str, members: [(bool, &str); N], losses: &mut Losses) {
    for (is_there, name) in members {
        if is_there {
            losses.dropped(format!("{path}.{name}"));
        }
    }
}
