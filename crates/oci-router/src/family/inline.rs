//! Calls that a model writes as text, taken out of it whole or while it streams.
//!
//! The rules are strict, since prose that speaks of calls must stay prose: apart from words before it, a text is calls to its end;
//! each names a function that is offered, with declared arguments only and all that are required. One that does not fit makes
//! all of it text, which is then handed on unchanged.

use std::collections::BTreeMap;

use oci_wire::Text;
use oci_wire::chat::{
    ChatChunk, ChatResponse, ChunkChoice, Content, FinishReason, FunctionDelta, ToolCall,
    ToolCallDelta,
};
use oci_wire::native::call_id;

use super::llama;
use super::offered::{Call, Offered};
use super::qwen::{self, TAGS};
use crate::warning::Warning;

/// What a text is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Found {
    Calls(Vec<Call>),
    /// The beginning of calls.
    CutOff,
    Text,
}

/// What a text was in the end.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Said {
    /// What is text and was not handed on yet.
    pub(crate) text: String,
    pub(crate) calls: Vec<Call>,
    /// Whether it ends within a call.
    pub(crate) is_cut_off: bool,
}

/// Holds back what may become calls, of one answer.
#[derive(Clone, Debug, Default)]
pub(super) struct HoldBack {
    held: String,
    state: State,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum State {
    /// Nothing but white space, or what may be a call in bare JSON.
    #[default]
    Begin,
    /// Prose, in which tags may follow.
    Prose,
    /// From the first tag on.
    Tags,
    /// The model calls as it should, so its text is text.
    Off,
}

impl HoldBack {
    /// Takes a piece of text; returns what is certainly text.
    pub(crate) fn push(&mut self, piece: &str, offered: &Offered) -> String {
        self.held.push_str(piece);
        if self.state == State::Begin {
            let is_blank = self.held.trim().is_empty();
            if is_blank || (!offered.answers_in_json && llama::may_be_calls(&self.held, offered)) {
                return String::new();
            }
            self.state = State::Prose;
        }
        match self.state {
            State::Begin | State::Tags => String::new(),
            State::Off => std::mem::take(&mut self.held),
            State::Prose => {
                let tag = TAGS.iter().filter_map(|(open, _)| self.held.find(open)).min();
                let certain = tag.unwrap_or_else(|| self.held.len() - half_tag(&self.held));
                if tag.is_some() {
                    self.state = State::Tags;
                }
                let held = self.held.split_off(certain);
                std::mem::replace(&mut self.held, held)
            }
        }
    }

    /// Hands on everything from here on; returns what was held.
    pub(crate) fn give_up(&mut self) -> String {
        self.state = State::Off;
        std::mem::take(&mut self.held)
    }

    /// Takes the end of the text.
    pub(crate) fn end(&mut self, offered: &Offered) -> Said {
        let held = self.held.as_str();
        let found = match self.state {
            State::Begin => llama::read(held, offered),
            State::Tags => qwen::read(held, offered),
            State::Prose | State::Off => Found::Text,
        };
        let text = self.give_up();
        match found {
            Found::Calls(calls) => Said { calls, ..Said::default() },
            Found::CutOff => Said { text, is_cut_off: true, ..Said::default() },
            Found::Text => Said { text, ..Said::default() },
        }
    }
}

/// The length of the end of a text that may be the beginning of a tag.
fn half_tag(text: &str) -> usize {
    let Some(at) = text.rfind('<') else { return 0 };
    let end = text.get(at..).unwrap_or_default();
    if TAGS.iter().any(|(open, _)| open.starts_with(end)) { end.len() } else { 0 }
}

/// Takes calls out of the texts of an answer, all its choices apart.
#[derive(Debug)]
pub(crate) struct Inline {
    offered: Offered,
    choices: BTreeMap<u32, HoldBack>,
    warnings: Vec<Warning>,
}

impl Inline {
    pub(crate) fn new(offered: Offered) -> Self {
        Self { offered, choices: BTreeMap::new(), warnings: Vec::new() }
    }

    /// What there is to tell, once.
    pub(crate) fn warnings(&mut self) -> Vec<Warning> {
        std::mem::take(&mut self.warnings)
    }

    /// Changes a whole answer.
    pub(crate) fn read(&mut self, response: &mut ChatResponse) {
        let id = response.id.clone().unwrap_or_default();
        for choice in &mut response.choices {
            let message = &mut choice.message;
            let Some(Content::Text(text)) = &mut message.content else { continue };
            if message.tool_calls.as_ref().is_some_and(|calls| !calls.is_empty()) {
                continue;
            }
            let mut hold = HoldBack::default();
            let mut said = hold.push(text, &self.offered);
            let end = hold.end(&self.offered);
            self.warnings.extend(told(&end));
            if end.calls.is_empty() {
                continue;
            }
            said.push_str(&end.text);
            *text = said;
            if text.is_empty() {
                message.content = None;
            }
            let calls = end.calls.into_iter().enumerate().map(|(at, call)| {
                let call_id = call_id(&id, choice.index, at, &call.name, &call.arguments);
                ToolCall::function(call_id, call.name, call.arguments)
            });
            message.tool_calls = Some(calls.collect());
            choice.finish_reason = Some(FinishReason::ToolCalls);
        }
    }

    /// Changes a chunk. While text is held back it says nothing, or less than it did.
    pub(crate) fn chunk(&mut self, chunk: &mut ChatChunk<'_>) {
        let ChatChunk { id, choices, .. } = chunk;
        for choice in choices.iter_mut() {
            self.choice(choice, id.as_deref().unwrap_or_default());
        }
    }

    fn choice(&mut self, choice: &mut ChunkChoice<'_>, id: &str) {
        let offered = &self.offered;
        let hold = self.choices.entry(choice.index).or_default();
        let piece = choice.delta.content.take();
        let piece = piece.as_deref().unwrap_or_default();
        let mut text = if choice.delta.tool_calls.is_empty() {
            hold.push(piece, offered)
        } else {
            hold.give_up() + piece
        };
        if choice.finish_reason.is_some() {
            let end = hold.end(offered);
            self.warnings.extend(told(&end));
            text.push_str(&end.text);
            if !end.calls.is_empty() {
                choice.finish_reason = Some(FinishReason::ToolCalls);
            }
            for (at, call) in end.calls.into_iter().enumerate() {
                let call_id = call_id(id, choice.index, at, &call.name, &call.arguments);
                choice.delta.tool_calls.push(delta(at, call_id, call));
            }
        }
        choice.delta.content = Some(text).filter(|text| !text.is_empty()).map(Text::from);
    }
}

/// A whole call as a chunk has it.
fn delta(at: usize, id: String, call: Call) -> ToolCallDelta<'static> {
    let mut function = FunctionDelta::default();
    function.name = Some(Text::from(call.name));
    function.arguments = Some(Text::from(call.arguments));
    let mut delta = ToolCallDelta::default();
    delta.index = u32::try_from(at).ok();
    delta.id = Some(Text::from(id));
    delta.kind = Some(Text::from("function"));
    delta.function = Some(function);
    delta
}

fn told(said: &Said) -> Option<Warning> {
    if said.is_cut_off {
        return Some(Warning::CallCutOff);
    }
    (!said.calls.is_empty()).then_some(Warning::CallsInText)
}

#[cfg(test)]
mod tests;
