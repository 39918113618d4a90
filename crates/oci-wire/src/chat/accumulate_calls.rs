//! Tool calls put together from their fragments.

use std::collections::BTreeMap;

use crate::chat::delta::ToolCallDelta;
use crate::chat::tool::{CustomCall, CustomToolCall, FunctionCall, FunctionToolCall, ToolCall};
use crate::raw::Extra;

/// The calls of one choice, in the order in which they began.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallAssembler {
    calls: Vec<PartialCall>,
    /// For each index on the wire the call that fragments with it go to.
    by_index: BTreeMap<u32, usize>,
}

/// A call that may still grow.
#[derive(Clone, Debug, Default)]
pub(crate) struct PartialCall {
    pub(crate) id: String,
    kind: String,
    pub(crate) name: String,
    pub(crate) arguments: String,
    is_custom: bool,
    extra: Extra,
    inner_extra: Extra,
}

impl CallAssembler {
    /// Adds a fragment; returns the place of its call.
    pub(crate) fn push(&mut self, fragment: &ToolCallDelta<'_>) -> usize {
        let at = self.find(fragment).unwrap_or_else(|| {
            self.calls.push(PartialCall::default());
            self.calls.len() - 1
        });
        if let Some(index) = fragment.index {
            self.by_index.insert(index, at);
        }
        if let Some(call) = self.calls.get_mut(at) {
            call.push(fragment);
        }
        at
    }

    /// The call at a place, as far as it is known.
    pub(crate) fn get(&self, at: usize) -> Option<&PartialCall> {
        self.calls.get(at)
    }

    /// The call that the fragment continues; `None` when it begins one.
    fn find(&self, fragment: &ToolCallDelta<'_>) -> Option<usize> {
        let id = fragment.id.as_deref().unwrap_or_default();
        let name = name(fragment);
        let at = match fragment.index {
            Some(index) => *self.by_index.get(&index)?,
            None => self.calls.len().checked_sub(1)?,
        };
        let call = self.calls.get(at)?;
        // Gemini's compatible endpoint gives every call index 0, and others give none: a new id with a name is a new
        // call. A new id alone is not, since some servers make up an id for every fragment.
        let is_new = !name.is_empty() && !call.name.is_empty() && !id.is_empty() && id != call.id;
        // Without index and id only a name tells where a call begins.
        let is_next =
            fragment.index.is_none() && id.is_empty() && !name.is_empty() && !call.name.is_empty();
        (!is_new && !is_next).then_some(at)
    }

    pub(crate) fn finish(self) -> Option<Vec<ToolCall>> {
        (!self.calls.is_empty()).then(|| self.calls.into_iter().map(PartialCall::finish).collect())
    }
}

impl PartialCall {
    fn push(&mut self, fragment: &ToolCallDelta<'_>) {
        fill(&mut self.id, fragment.id.as_deref());
        fill(&mut self.kind, fragment.kind.as_deref());
        fill(&mut self.name, Some(name(fragment)));
        self.extra.merge(&fragment.extra);
        if let Some(function) = &fragment.function {
            self.arguments.push_str(function.arguments.as_deref().unwrap_or_default());
            self.inner_extra.merge(&function.extra);
        }
        if let Some(custom) = &fragment.custom {
            self.is_custom = true;
            self.arguments.push_str(custom.input.as_deref().unwrap_or_default());
            self.inner_extra.merge(&custom.extra);
        }
    }

    pub(crate) fn is_custom(&self) -> bool {
        self.is_custom || self.kind == "custom"
    }

    fn finish(self) -> ToolCall {
        if self.is_custom() {
            let custom =
                CustomCall { name: self.name, input: self.arguments, extra: self.inner_extra };
            ToolCall::Custom(CustomToolCall { id: self.id, custom, extra: self.extra })
        } else {
            let function = FunctionCall {
                name: self.name,
                arguments: self.arguments,
                extra: self.inner_extra,
            };
            ToolCall::Function(FunctionToolCall { id: self.id, function, extra: self.extra })
        }
    }
}

fn name<'f>(fragment: &'f ToolCallDelta<'_>) -> &'f str {
    let function = fragment.function.as_ref().and_then(|function| function.name.as_deref());
    let custom = fragment.custom.as_ref().and_then(|custom| custom.name.as_deref());
    function.or(custom).unwrap_or_default()
}

/// Keeps the first text that says something.
pub(crate) fn fill(place: &mut String, text: Option<&str>) {
    if place.is_empty() {
        place.push_str(text.unwrap_or_default());
    }
}
