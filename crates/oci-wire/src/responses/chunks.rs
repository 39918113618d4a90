//! Events of a response as chunks of chat completions.

use std::collections::{BTreeMap, BTreeSet};

use crate::chat::{
    ChatChunk, ChunkChoice, CustomDelta, Delta, FinishReason, FunctionDelta, Role, ToolCallDelta,
};
use crate::raw::RawJson;
use crate::responses::annotation::Annotation;
use crate::responses::event::Event;
use crate::responses::event_delta::{ArgumentsDelta, TextDelta};
use crate::responses::event_whole::ResponseEvent;
use crate::responses::hosted::HostedDelta;
use crate::responses::hosted_chunks::{HostedMapper, is_hosted};
use crate::responses::item::Item;
use crate::responses::part::Part;
use crate::responses::response::{IncompleteReason, Response};
use crate::responses::usage::ResponseUsage;
use crate::text::Text;

/// Turns events into chunks; what was streamed once is not said again by the events that repeat it.
#[derive(Clone, Debug, Default)]
pub(crate) struct ChunkMapper {
    has_begun: bool,
    has_finished: bool,
    /// Items of which text was streamed.
    texts: BTreeSet<u32>,
    /// For each item of which reasoning was streamed, which kind and which summary.
    thoughts: BTreeMap<u32, Thought>,
    calls: BTreeMap<u32, Call>,
    hosted: HostedMapper,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Thought {
    Text(u32),
    Summary(u32),
}

#[derive(Clone, Copy, Debug)]
struct Call {
    index: u32,
    is_custom: bool,
    has_arguments: bool,
}

impl ChunkMapper {
    pub(crate) fn push<'a>(&mut self, event: Event<'a>, sink: &mut impl FnMut(ChatChunk<'a>)) {
        match event {
            Event::Queued(event) | Event::Created(event) | Event::InProgress(event) => {
                self.begin(&event.response, sink);
            }
            Event::OutputTextDelta(event) => {
                self.texts.insert(event.output_index.unwrap_or_default());
                self.emit_text(event, sink);
            }
            Event::RefusalDelta(event) => {
                self.texts.insert(event.output_index.unwrap_or_default());
                self.emit(Delta { refusal: event.delta, ..Delta::default() }, sink);
            }
            Event::ReasoningTextDelta(event) => {
                let part = Thought::Text(event.content_index.unwrap_or_default());
                self.think(event.output_index, part, event.delta, sink);
            }
            Event::ReasoningSummaryTextDelta(event) => {
                let part = Thought::Summary(event.summary_index.unwrap_or_default());
                self.think(event.output_index, part, event.delta, sink);
            }
            Event::FunctionCallArgumentsDelta(event) => self.argue(event, false, sink),
            Event::CustomToolCallInputDelta(event) => self.argue(event, true, sink),
            Event::OutputItemAdded(event) => match event.item {
                Some(item) if is_hosted(&item) => {
                    let begun = self.hosted.begin(event.output_index, item);
                    self.emit_hosted(Some(begun), sink);
                }
                Some(item) => self.begin_call(event.output_index.unwrap_or_default(), &item, sink),
                None => {}
            },
            Event::OutputItemDone(event) => {
                if let Some(item) = event.item {
                    self.complete(event.output_index, &item, sink);
                }
            }
            Event::OutputTextAnnotationAdded(event) => {
                if let Some(annotations) = event.annotation.as_ref().and_then(chat_annotations) {
                    let annotations = Some(annotations);
                    self.emit(Delta { annotations, ..Delta::default() }, sink);
                }
            }
            Event::Completed(event) => {
                let reason = if self.has_calls(&event) {
                    FinishReason::ToolCalls
                } else {
                    FinishReason::Stop
                };
                self.finish(&event.response, reason, sink);
            }
            Event::Incomplete(event) => {
                let reason = incomplete_reason(&event.response);
                self.finish(&event.response, reason, sink);
            }
            event => {
                let delta = self.hosted.push(event);
                self.emit_hosted(delta, sink);
            }
        }
    }

    fn begin<'a>(&mut self, response: &Response, sink: &mut impl FnMut(ChatChunk<'a>)) {
        if self.has_begun {
            return;
        }
        self.has_begun = true;
        let delta = Delta { role: Some(Role::Assistant), ..Delta::default() };
        sink(ChatChunk {
            id: response.id.clone().map(Text::from),
            model: response.model.clone().map(Text::from),
            created: response.created_at.map(|at| at.as_f64() as u64),
            ..chunk(delta, None)
        });
    }

    fn emit<'a>(&mut self, delta: Delta<'a>, sink: &mut impl FnMut(ChatChunk<'a>)) {
        self.has_begun = true;
        sink(chunk(delta, None));
    }

    fn emit_hosted<'a>(
        &mut self,
        delta: Option<HostedDelta<'a>>,
        sink: &mut impl FnMut(ChatChunk<'a>),
    ) {
        if let Some(delta) = delta {
            self.has_begun = true;
            let hosted_item = Some(Box::new(delta));
            sink(ChatChunk { hosted_item, ..chunk(Delta::default(), None) });
        }
    }

    fn emit_text<'a>(&mut self, event: TextDelta<'a>, sink: &mut impl FnMut(ChatChunk<'a>)) {
        self.has_begun = true;
        let mut chunk = chunk(Delta { content: event.delta, ..Delta::default() }, None);
        chunk.obfuscation = event.obfuscation;
        if let Some(logprobs) = event.logprobs.filter(|logprobs| !logprobs.is_empty()) {
            let content = BTreeMap::from([("content", logprobs)]);
            chunk.choices = chunk
                .choices
                .iter()
                .cloned()
                .map(|choice| ChunkChoice {
                    logprobs: RawJson::from_serialize(&content).ok(),
                    ..choice
                })
                .collect();
        }
        sink(chunk);
    }

    /// Of text and summary only the kind that came first is told; paragraphs are separated by an empty line.
    fn think<'a>(
        &mut self,
        index: Option<u32>,
        part: Thought,
        text: Option<Text<'a>>,
        sink: &mut impl FnMut(ChatChunk<'a>),
    ) {
        let before = self.thoughts.get(&index.unwrap_or_default()).copied();
        match (before, part) {
            (Some(Thought::Text(_)), Thought::Summary(_))
            | (Some(Thought::Summary(_)), Thought::Text(_)) => return,
            (Some(before), part) if before != part => {
                self.emit_thought(Text::from(PARAGRAPH), sink);
            }
            _ => {}
        }
        self.thoughts.insert(index.unwrap_or_default(), part);
        if let Some(text) = text {
            self.emit_thought(text, sink);
        }
    }

    fn emit_thought<'a>(&mut self, text: Text<'a>, sink: &mut impl FnMut(ChatChunk<'a>)) {
        self.emit(Delta { reasoning_content: Some(text), ..Delta::default() }, sink);
    }

    fn begin_call<'a>(&mut self, at: u32, item: &Item, sink: &mut impl FnMut(ChatChunk<'a>)) {
        let (id, name, arguments, is_custom) = match item {
            Item::FunctionCall(call) => (&call.call_id, &call.name, &call.arguments, false),
            Item::CustomToolCall(call) => (&call.call_id, &call.name, &call.input, true),
            _ => return,
        };
        if self.calls.contains_key(&at) {
            return;
        }
        let has_arguments = !arguments.is_empty();
        let call = Call { index: self.next_call(), is_custom, has_arguments };
        self.calls.insert(at, call);
        let arguments = has_arguments.then(|| Text::from(arguments.clone()));
        let mut fragment = call.fragment(Some(Text::from(name.clone())), arguments);
        fragment.id = Some(Text::from(id.clone()));
        fragment.kind = Some(Text::from(if is_custom { "custom" } else { "function" }));
        self.emit(Delta { tool_calls: vec![fragment], ..Delta::default() }, sink);
    }

    fn argue<'a>(
        &mut self,
        event: ArgumentsDelta<'a>,
        is_custom: bool,
        sink: &mut impl FnMut(ChatChunk<'a>),
    ) {
        let index = self.next_call();
        let call = self.calls.entry(event.output_index.unwrap_or_default()).or_insert(Call {
            index,
            is_custom,
            has_arguments: false,
        });
        call.has_arguments = true;
        let fragment = call.fragment(None, event.delta);
        self.emit(Delta { tool_calls: vec![fragment], ..Delta::default() }, sink);
    }

    /// Says what of a whole item was not streamed.
    fn complete<'a>(
        &mut self,
        index: Option<u32>,
        item: &Item,
        sink: &mut impl FnMut(ChatChunk<'a>),
    ) {
        if is_hosted(item) {
            let done = self.hosted.complete(index, item);
            return self.emit_hosted(done, sink);
        }
        let at = index.unwrap_or_default();
        match item {
            Item::Message(message) if self.texts.insert(at) => {
                for part in message.parts() {
                    let delta = match part {
                        Part::OutputText(part) => Delta {
                            content: Some(Text::from(part.text.clone())),
                            ..Delta::default()
                        },
                        Part::Refusal(part) => Delta {
                            refusal: Some(Text::from(part.refusal.clone())),
                            ..Delta::default()
                        },
                        _ => continue,
                    };
                    self.emit(delta, sink);
                }
            }
            Item::Reasoning(reasoning) if !self.thoughts.contains_key(&at) => {
                self.thoughts.insert(at, Thought::Text(0));
                let text = reasoning.text();
                if !text.is_empty() {
                    self.emit_thought(Text::from(text), sink);
                }
            }
            Item::FunctionCall(_) | Item::CustomToolCall(_) => self.complete_call(at, item, sink),
            _ => {}
        }
    }

    fn complete_call<'a>(&mut self, at: u32, item: &Item, sink: &mut impl FnMut(ChatChunk<'a>)) {
        let arguments = match item {
            Item::FunctionCall(call) => &call.arguments,
            Item::CustomToolCall(call) => &call.input,
            _ => return,
        };
        match self.calls.get_mut(&at) {
            None => self.begin_call(at, item, sink),
            Some(call) if !call.has_arguments && !arguments.is_empty() => {
                call.has_arguments = true;
                let fragment = call.fragment(None, Some(Text::from(arguments.clone())));
                self.emit(Delta { tool_calls: vec![fragment], ..Delta::default() }, sink);
            }
            Some(_) => {}
        }
    }

    fn finish<'a>(
        &mut self,
        response: &Response,
        reason: FinishReason,
        sink: &mut impl FnMut(ChatChunk<'a>),
    ) {
        if self.has_finished {
            return;
        }
        self.has_finished = true;
        self.begin(response, sink);
        for (at, item) in (0..).zip(response.output()) {
            self.complete(Some(at), item, sink);
        }
        sink(ChatChunk {
            usage: response.usage.as_ref().map(ResponseUsage::to_chat),
            ..chunk(Delta::default(), Some(reason))
        });
    }

    fn has_calls(&self, event: &ResponseEvent) -> bool {
        !self.calls.is_empty()
            || event
                .response
                .output()
                .iter()
                .any(|item| matches!(item, Item::FunctionCall(_) | Item::CustomToolCall(_)))
    }

    fn next_call(&self) -> u32 {
        u32::try_from(self.calls.len()).unwrap_or(u32::MAX)
    }
}

impl Call {
    fn fragment<'a>(
        self,
        name: Option<Text<'a>>,
        arguments: Option<Text<'a>>,
    ) -> ToolCallDelta<'a> {
        let mut fragment = ToolCallDelta { index: Some(self.index), ..ToolCallDelta::default() };
        if self.is_custom {
            fragment.custom =
                Some(CustomDelta { name, input: arguments, ..CustomDelta::default() });
        } else {
            fragment.function = Some(FunctionDelta { name, arguments, ..FunctionDelta::default() });
        }
        fragment
    }
}

/// Why chat completions would say that the answer was broken off.
pub(crate) fn incomplete_reason(response: &Response) -> FinishReason {
    let details = response.incomplete_details.as_ref();
    match details.and_then(|details| details.reason.as_ref()) {
        Some(IncompleteReason::ContentFilter) => FinishReason::ContentFilter,
        Some(IncompleteReason::MaxOutputTokens) | None => FinishReason::Length,
        Some(other) => FinishReason::from(other.as_str()),
    }
}

fn chat_annotations(annotation: &Annotation) -> Option<RawJson> {
    let Annotation::UrlCitation(citation) = annotation else { return None };
    let annotation = crate::chat::Annotation {
        kind: Some("url_citation".to_owned()),
        url_citation: Some(citation.to_chat()),
        ..crate::chat::Annotation::default()
    };
    RawJson::from_serialize(&[annotation]).ok()
}

fn chunk(delta: Delta<'_>, finish_reason: Option<FinishReason>) -> ChatChunk<'_> {
    let choice = ChunkChoice { delta, finish_reason, ..ChunkChoice::default() };
    ChatChunk { choices: std::iter::once(choice).collect(), ..ChatChunk::default() }
}

/// What separates paragraphs of reasoning.
const PARAGRAPH: &str = "\n\n";
