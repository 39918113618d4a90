//! What the model says and thinks, written as items of a streamed response.

use std::collections::BTreeMap;

use crate::chat::{self, TokenLogprob};
use crate::loss::{LossKind, Losses};
use crate::raw::RawJson;
use crate::responses::annotation::{Annotation, UrlCitation};
use crate::responses::encoder::Numbered;
use crate::responses::event::Event;
use crate::responses::event_delta::TextDelta;
use crate::responses::event_whole::{
    AnnotationAdded, ContentPartEvent, OutputItemEvent, RefusalDone, TextDone,
};
use crate::responses::item::Item;
use crate::responses::item_message::{ItemStatus, Message, MessageContent, MessageRole};
use crate::responses::item_reasoning::ReasoningItem;
use crate::responses::part::Part;
use crate::text::Text;

/// Writes messages and reasoning, of which at most one is open, and keeps every item that is whole.
#[derive(Clone, Debug, Default)]
pub(crate) struct ItemWriter {
    next_index: u32,
    open: Option<Said>,
    output: BTreeMap<u32, Item>,
    /// How many messages and how many reasoning items began.
    messages: u32,
    thoughts: u32,
}

/// An open item; the last of its parts is open as well.
#[derive(Clone, Debug)]
struct Said {
    index: u32,
    id: String,
    is_reasoning: bool,
    parts: Vec<Part>,
}

impl ItemWriter {
    pub(crate) fn next_index(&mut self) -> u32 {
        let index = self.next_index;
        self.next_index = index.saturating_add(1);
        index
    }

    pub(crate) fn keep(&mut self, index: u32, item: Item) {
        self.output.insert(index, item);
    }

    pub(crate) fn take_output(&mut self) -> Vec<Item> {
        std::mem::take(&mut self.output).into_values().collect()
    }

    /// Adds text to a part of the kind of `empty`, which begins where none is open.
    pub(crate) fn say<S: FnMut(Event<'_>)>(
        &mut self,
        empty: Part,
        text: &str,
        answer: &str,
        logprobs: Option<Vec<RawJson>>,
        out: &mut Numbered<'_, S>,
    ) {
        if text.is_empty() {
            return;
        }
        let said = self.part(empty, answer, out);
        let content_index = said.content_index();
        let mut delta = TextDelta {
            item_id: Some(Text::from(said.id.as_str())),
            output_index: Some(said.index),
            content_index: Some(content_index),
            delta: Some(Text::from(text)),
            ..TextDelta::default()
        };
        match said.parts.last_mut() {
            Some(Part::OutputText(part)) => {
                part.text.push_str(text);
                for token in logprobs.iter().flatten() {
                    if let Ok(token) = serde_json::from_str::<TokenLogprob>(token.get()) {
                        part.logprobs.get_or_insert_default().push(token);
                    }
                }
                delta.logprobs = Some(logprobs.unwrap_or_default());
                out.emit(|number| {
                    Event::OutputTextDelta(TextDelta { sequence_number: number, ..delta })
                });
            }
            Some(Part::ReasoningText(part)) => {
                part.text.push_str(text);
                out.emit(|number| {
                    Event::ReasoningTextDelta(TextDelta { sequence_number: number, ..delta })
                });
            }
            Some(Part::Refusal(part)) => {
                part.refusal.push_str(text);
                out.emit(|number| {
                    Event::RefusalDelta(TextDelta { sequence_number: number, ..delta })
                });
            }
            _ => {}
        }
    }

    /// Adds sources of the text.
    pub(crate) fn annotate<S: FnMut(Event<'_>)>(
        &mut self,
        annotations: &[chat::Annotation],
        answer: &str,
        losses: &mut Losses,
        out: &mut Numbered<'_, S>,
    ) {
        for annotation in annotations {
            let Some(citation) = &annotation.url_citation else {
                losses.once(LossKind::Unknown, "choices[0].delta.annotations".to_owned());
                continue;
            };
            let citation = Annotation::UrlCitation(UrlCitation::from_chat(citation));
            let said = self.part(Part::output_text(""), answer, out);
            let content_index = said.content_index();
            let (id, index) = (said.id.clone(), said.index);
            let Some(Part::OutputText(part)) = said.parts.last_mut() else { continue };
            let all = part.annotations.get_or_insert_default();
            let place = u32::try_from(all.len()).unwrap_or(u32::MAX);
            all.push(citation.clone());
            out.emit(|number| {
                Event::OutputTextAnnotationAdded(Box::new(AnnotationAdded {
                    item_id: Some(id),
                    output_index: Some(index),
                    content_index: Some(content_index),
                    annotation_index: Some(place),
                    annotation: Some(citation),
                    sequence_number: number,
                    ..AnnotationAdded::default()
                }))
            });
        }
    }

    /// Ends what is open.
    pub(crate) fn close<S: FnMut(Event<'_>)>(
        &mut self,
        status: &ItemStatus,
        out: &mut Numbered<'_, S>,
    ) {
        let Some(said) = self.open.take() else { return };
        said.close_part(out);
        let index = said.index;
        let item = said.into_item(status.clone());
        self.output.insert(index, item.clone());
        out.emit(|number| Event::OutputItemDone(item_event(index, item, number)));
    }

    /// The open item, whose last part is of the kind of `empty`.
    fn part<S: FnMut(Event<'_>)>(
        &mut self,
        empty: Part,
        answer: &str,
        out: &mut Numbered<'_, S>,
    ) -> &mut Said {
        let is_reasoning = matches!(empty, Part::ReasoningText(_));
        if self.open.as_ref().is_some_and(|said| said.is_reasoning != is_reasoning) {
            self.close(&ItemStatus::Completed, out);
        }
        let mut said = match self.open.take() {
            Some(said) => said,
            None => self.begin(is_reasoning, answer, out),
        };
        let is_same = said
            .parts
            .last()
            .is_some_and(|part| std::mem::discriminant(part) == std::mem::discriminant(&empty));
        if !is_same {
            said.close_part(out);
            said.parts.push(empty.clone());
            let part = said.part_event(empty);
            out.emit(|number| {
                Event::ContentPartAdded(Box::new(ContentPartEvent {
                    sequence_number: number,
                    ..part
                }))
            });
        }
        self.open.insert(said)
    }

    fn begin<S: FnMut(Event<'_>)>(
        &mut self,
        is_reasoning: bool,
        answer: &str,
        out: &mut Numbered<'_, S>,
    ) -> Said {
        let (prefix, count) =
            if is_reasoning { ("rs", &mut self.thoughts) } else { ("msg", &mut self.messages) };
        let id = match *count {
            0 => format!("{prefix}_{answer}"),
            again => format!("{prefix}_{answer}_{again}"),
        };
        *count += 1;
        let said = Said { index: self.next_index(), id, is_reasoning, parts: Vec::new() };
        let item = said.clone().into_item(ItemStatus::InProgress);
        out.emit(|number| Event::OutputItemAdded(item_event(said.index, item, number)));
        said
    }
}

impl Said {
    fn content_index(&self) -> u32 {
        u32::try_from(self.parts.len().saturating_sub(1)).unwrap_or(u32::MAX)
    }

    fn part_event(&self, part: Part) -> ContentPartEvent {
        ContentPartEvent {
            item_id: Some(self.id.clone()),
            output_index: Some(self.index),
            content_index: Some(self.content_index()),
            part: Some(part),
            ..ContentPartEvent::default()
        }
    }

    fn close_part<S: FnMut(Event<'_>)>(&self, out: &mut Numbered<'_, S>) {
        let Some(part) = self.parts.last() else { return };
        let whole = TextDone {
            item_id: Some(self.id.clone()),
            output_index: Some(self.index),
            content_index: Some(self.content_index()),
            text: part.as_text().map(str::to_owned),
            ..TextDone::default()
        };
        match part {
            Part::OutputText(part) => {
                let logprobs = part.logprobs.iter().flatten();
                let logprobs = logprobs.filter_map(|token| RawJson::from_serialize(token).ok());
                let logprobs = Some(logprobs.collect());
                out.emit(|number| {
                    Event::OutputTextDone(Box::new(TextDone {
                        logprobs,
                        sequence_number: number,
                        ..whole
                    }))
                });
            }
            Part::ReasoningText(_) => out.emit(|number| {
                Event::ReasoningTextDone(Box::new(TextDone { sequence_number: number, ..whole }))
            }),
            Part::Refusal(part) => out.emit(|number| {
                Event::RefusalDone(Box::new(RefusalDone {
                    item_id: whole.item_id,
                    output_index: whole.output_index,
                    content_index: whole.content_index,
                    refusal: Some(part.refusal.clone()),
                    sequence_number: number,
                    ..RefusalDone::default()
                }))
            }),
            _ => {}
        }
        let part = self.part_event(part.clone());
        out.emit(|number| {
            Event::ContentPartDone(Box::new(ContentPartEvent { sequence_number: number, ..part }))
        });
    }

    fn into_item(self, status: ItemStatus) -> Item {
        if self.is_reasoning {
            Item::Reasoning(ReasoningItem {
                id: Some(self.id),
                summary: Some(Vec::new()),
                content: Some(self.parts),
                ..ReasoningItem::default()
            })
        } else {
            let content = MessageContent::Parts(self.parts);
            let mut message = Message::new(MessageRole::Assistant, content);
            message.id = Some(self.id);
            message.status = Some(status);
            Item::Message(message)
        }
    }
}

pub(crate) fn item_event(index: u32, item: Item, number: Option<u64>) -> Box<OutputItemEvent> {
    Box::new(OutputItemEvent {
        output_index: Some(index),
        item: Some(item),
        sequence_number: number,
        ..OutputItemEvent::default()
    })
}
