//! Tool calls of a stream: which call a fragment belongs to.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;

use crate::native::call_id::call_id;

/// The calls of one choice, in the order in which they began.
///
/// Native events have no call index, and the families differ:
/// * xAI sends whole calls, one per event, each with an id;
/// * OpenAI, gpt-oss and Llama send an id and a name first, then only more of the arguments;
/// * Gemini sends whole calls without any id.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallFragments {
    calls: Vec<Call>,
    /// For each place in an event's list the call that was last opened there.
    by_position: BTreeMap<usize, usize>,
}

#[derive(Clone, Debug, Default)]
struct Call {
    /// As the service sent it; empty when it sent none.
    id: String,
    name: String,
    arguments: String,
}

/// What a fragment turned out to be.
#[derive(Debug, PartialEq)]
pub(crate) struct Placed {
    /// The index of the call.
    pub(crate) index: usize,
    /// The id, in the fragment that opens the call.
    pub(crate) id: Option<String>,
    /// Whether the name in the fragment is news.
    pub(crate) has_name: bool,
}

impl CallFragments {
    pub(crate) fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// Takes a fragment in; `None` when it only repeats what is known.
    pub(crate) fn push(
        &mut self,
        seed: &str,
        choice: u32,
        position: usize,
        (id, name, arguments): (&str, &str, &str),
    ) -> Option<Placed> {
        let Some(at) = self.find(position, id, name) else {
            return Some(self.open(seed, choice, position, (id, name, arguments)));
        };
        self.by_position.insert(position, at);
        let call = self.calls.get_mut(at)?;
        if !name.is_empty() && is_json(&call.arguments) && is_json(arguments) {
            return None;
        }
        let has_name = call.name.is_empty() && !name.is_empty();
        if has_name {
            call.name.push_str(name);
        }
        call.arguments.push_str(arguments);
        Some(Placed { index: at, id: None, has_name })
    }

    /// The call that the fragment continues or repeats; `None` when it opens one.
    fn find(&self, position: usize, id: &str, name: &str) -> Option<usize> {
        if !id.is_empty() {
            // Two calls that share an id are still two calls when their names differ.
            let is_same =
                |call: &Call| name.is_empty() || call.name.is_empty() || call.name == name;
            return self.calls.iter().position(|call| call.id == id && is_same(call));
        }
        let last = self.calls.len().checked_sub(1)?;
        let at = self.by_position.get(&position).copied().unwrap_or(last);
        let call = self.calls.get(at)?;
        // A server that repeats the name in every fragment does so before the arguments are complete.
        let continues = name.is_empty()
            || call.name.is_empty()
            || (call.name == name && !call.id.is_empty() && !is_json(&call.arguments));
        continues.then_some(at)
    }

    fn open(
        &mut self,
        seed: &str,
        choice: u32,
        position: usize,
        (id, name, arguments): (&str, &str, &str),
    ) -> Placed {
        let index = self.calls.len();
        self.by_position.insert(position, index);
        let is_taken = self.calls.iter().any(|call| call.id == id);
        let id = if is_taken { "" } else { id };
        self.calls.push(Call {
            id: id.to_owned(),
            name: name.to_owned(),
            arguments: arguments.to_owned(),
        });
        let id = if id.is_empty() {
            call_id(seed, choice, index, name, arguments)
        } else {
            id.to_owned()
        };
        Placed { index, id: Some(id), has_name: !name.is_empty() }
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}
