//! Items put together from the events of a stream.

use std::collections::BTreeMap;

use crate::responses::event::Event;
use crate::responses::item::Item;
use crate::responses::item_function::FunctionCall;
use crate::responses::item_message::{ItemStatus, Message, MessageContent, MessageRole};
use crate::responses::item_reasoning::ReasoningItem;
use crate::responses::part::Part;

/// The output so far, by output index.
///
/// Indexes come from the service and are only keys here: a large one costs no memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct ItemAssembler {
    items: BTreeMap<u32, PartialItem>,
}

/// An item whose lists of parts are kept apart while they grow.
#[derive(Clone, Debug)]
struct PartialItem {
    item: Item,
    content: BTreeMap<u32, Part>,
    summary: BTreeMap<u32, Part>,
}

impl ItemAssembler {
    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub(crate) fn push(&mut self, event: &Event<'_>) {
        match event {
            Event::OutputItemAdded(event) | Event::OutputItemDone(event) => {
                if let Some(item) = &event.item {
                    let index = event.output_index.unwrap_or_else(|| self.next());
                    self.items.insert(index, PartialItem::new(item.clone()));
                }
            }
            Event::ContentPartAdded(event) | Event::ContentPartDone(event) => {
                if let Some(part) = &event.part {
                    let item = self.of(event.output_index, || kind_of(part));
                    item.content.insert(event.content_index.unwrap_or_default(), part.clone());
                }
            }
            Event::OutputTextDelta(event) => {
                let item = self.of(event.output_index, message);
                append(&mut item.content, event.content_index, output_text, event.text());
            }
            Event::RefusalDelta(event) => {
                let item = self.of(event.output_index, message);
                append(&mut item.content, event.content_index, refusal, event.text());
            }
            Event::ReasoningTextDelta(event) => {
                let item = self.of(event.output_index, reasoning);
                append(&mut item.content, event.content_index, reasoning_text, event.text());
            }
            Event::ReasoningSummaryTextDelta(event) => {
                let item = self.of(event.output_index, reasoning);
                append(&mut item.summary, event.summary_index, summary_text, event.text());
            }
            Event::ReasoningSummaryPartAdded(event) | Event::ReasoningSummaryPartDone(event) => {
                if let Some(part) = &event.part {
                    let item = self.of(event.output_index, reasoning);
                    item.summary.insert(event.summary_index.unwrap_or_default(), part.clone());
                }
            }
            Event::OutputTextDone(event) => {
                let item = self.of(event.output_index, message);
                set(&mut item.content, event.content_index, output_text, event.text.as_deref());
            }
            Event::RefusalDone(event) => {
                let item = self.of(event.output_index, message);
                set(&mut item.content, event.content_index, refusal, event.refusal.as_deref());
            }
            Event::ReasoningTextDone(event) => {
                let item = self.of(event.output_index, reasoning);
                set(&mut item.content, event.content_index, reasoning_text, event.text.as_deref());
            }
            Event::ReasoningSummaryTextDone(event) => {
                let item = self.of(event.output_index, reasoning);
                set(&mut item.summary, event.summary_index, summary_text, event.text.as_deref());
            }
            Event::OutputTextAnnotationAdded(event) => {
                let item = self.of(event.output_index, message);
                let part = item.content.entry(event.content_index.unwrap_or_default());
                if let (Part::OutputText(text), Some(annotation)) =
                    (part.or_insert_with(output_text), &event.annotation)
                {
                    text.annotations.get_or_insert_default().push(annotation.clone());
                }
            }
            event => self.push_call(event),
        }
    }

    fn push_call(&mut self, event: &Event<'_>) {
        let (index, text, whole) = match event {
            Event::FunctionCallArgumentsDelta(event)
            | Event::McpCallArgumentsDelta(event)
            | Event::CustomToolCallInputDelta(event)
            | Event::CodeInterpreterCallCodeDelta(event) => {
                (event.output_index, event.delta.as_deref(), false)
            }
            Event::FunctionCallArgumentsDone(event) | Event::McpCallArgumentsDone(event) => {
                (event.output_index, event.arguments.as_deref(), true)
            }
            Event::CustomToolCallInputDone(event) => {
                (event.output_index, event.input.as_deref(), true)
            }
            Event::CodeInterpreterCallCodeDone(event) => {
                (event.output_index, event.code.as_deref(), true)
            }
            _ => return,
        };
        let Some(text) = text else { return };
        let place = match &mut self.of(index, function_call).item {
            Item::FunctionCall(call) => &mut call.arguments,
            Item::McpCall(call) => &mut call.arguments,
            Item::CustomToolCall(call) => &mut call.input,
            Item::CodeInterpreterCall(call) => call.code.get_or_insert_default(),
            _ => return,
        };
        if whole {
            place.clear();
        }
        place.push_str(text);
    }

    /// The items in order.
    pub(crate) fn finish(&self) -> Vec<Item> {
        self.items.values().cloned().map(PartialItem::finish).collect()
    }

    /// The item at an index, or the last one; made when it is not there, because a stream can be resumed in its
    /// middle.
    fn of(&mut self, index: Option<u32>, new: impl FnOnce() -> Item) -> &mut PartialItem {
        let last = self.items.last_key_value().map(|(index, _)| *index);
        let index = index.or(last).unwrap_or_default();
        self.items.entry(index).or_insert_with(|| PartialItem::new(new()))
    }

    fn next(&self) -> u32 {
        self.items.last_key_value().map_or(0, |(index, _)| index.saturating_add(1))
    }
}

impl PartialItem {
    fn new(mut item: Item) -> Self {
        let (mut content, mut summary) = (Vec::new(), Vec::new());
        match &mut item {
            Item::Message(message) => {
                if let Some(MessageContent::Parts(parts)) = &mut message.content {
                    content = std::mem::take(parts);
                }
            }
            Item::Reasoning(reasoning) => {
                content = reasoning.content.take().unwrap_or_default();
                summary = reasoning.summary.as_mut().map(std::mem::take).unwrap_or_default();
            }
            _ => {}
        }
        Self { item, content: (0..).zip(content).collect(), summary: (0..).zip(summary).collect() }
    }

    fn finish(self) -> Item {
        let content: Vec<Part> = self.content.into_values().collect();
        let mut item = self.item;
        match &mut item {
            Item::Message(message)
                if !content.is_empty()
                    || matches!(message.content, Some(MessageContent::Parts(_))) =>
            {
                message.content = Some(MessageContent::Parts(content));
            }
            Item::Reasoning(reasoning) => {
                reasoning.content = (!content.is_empty()).then_some(content);
                if reasoning.summary.is_some() || !self.summary.is_empty() {
                    reasoning.summary = Some(self.summary.into_values().collect());
                }
            }
            _ => {}
        }
        item
    }
}

fn kind_of(part: &Part) -> Item {
    if matches!(part, Part::ReasoningText(_)) { reasoning() } else { message() }
}

fn message() -> Item {
    let mut message = Message::new(MessageRole::Assistant, Vec::new());
    message.status = Some(ItemStatus::InProgress);
    Item::Message(message)
}

fn reasoning() -> Item {
    Item::Reasoning(ReasoningItem { summary: Some(Vec::new()), ..ReasoningItem::default() })
}

fn function_call() -> Item {
    Item::FunctionCall(FunctionCall::default())
}

fn output_text() -> Part {
    Part::output_text("")
}

fn refusal() -> Part {
    Part::refusal("")
}

fn reasoning_text() -> Part {
    Part::reasoning_text("")
}

fn summary_text() -> Part {
    Part::summary_text("")
}

fn append(parts: &mut BTreeMap<u32, Part>, index: Option<u32>, new: fn() -> Part, text: &str) {
    let part = parts.entry(index.unwrap_or_default()).or_insert_with(new);
    if let Some(place) = text_of(part) {
        place.push_str(text);
    }
}

fn set(parts: &mut BTreeMap<u32, Part>, index: Option<u32>, new: fn() -> Part, text: Option<&str>) {
    let part = parts.entry(index.unwrap_or_default()).or_insert_with(new);
    if let (Some(place), Some(text)) = (text_of(part), text) {
        text.clone_into(place);
    }
}

fn text_of(part: &mut Part) -> Option<&mut String> {
    match part {
        Part::OutputText(part) => Some(&mut part.text),
        Part::ReasoningText(part) => Some(&mut part.text),
        Part::SummaryText(part) => Some(&mut part.text),
        Part::Refusal(part) => Some(&mut part.refusal),
        _ => None,
    }
}
