//! Calls of the request's tools, written as items of a streamed response.

use std::collections::BTreeSet;

use crate::chat::{CallAssembler, PartialCall, ToolCallDelta};
use crate::json_end::JsonEnd;
use crate::loss::{LossKind, Losses};
use crate::native::unique_id;
use crate::responses::encode_items::{ItemWriter, item_event};
use crate::responses::encoder::Numbered;
use crate::responses::event::Event;
use crate::responses::event_delta::ArgumentsDelta;
use crate::responses::event_whole::{ArgumentsDone, InputDone};
use crate::responses::item::Item;
use crate::responses::item_function::{CustomToolCall, FunctionCall};
use crate::responses::item_message::ItemStatus;
use crate::responses::namespaces::Namespaces;
use crate::text::Text;

/// Writes calls; one whose arguments are not whole stays open while others begin.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallWriter {
    calls: CallAssembler,
    progress: Vec<Progress>,
    /// Ids that were given out, none twice.
    ids: BTreeSet<String>,
    namespaces: Namespaces,
}

#[derive(Clone, Debug, Default)]
struct Progress {
    index: u32,
    call_id: Option<String>,
    /// How many bytes of the arguments went out.
    sent: usize,
    arguments: JsonEnd,
    is_closed: bool,
}

impl CallWriter {
    /// Calls of tools in these namespaces are told by namespace and name.
    pub(crate) fn with_namespaces(namespaces: Namespaces) -> Self {
        Self { namespaces, ..Self::default() }
    }

    pub(crate) fn push<S: FnMut(Event<'_>)>(
        &mut self,
        fragment: &ToolCallDelta<'_>,
        items: &mut ItemWriter,
        answer: &str,
        losses: &mut Losses,
        out: &mut Numbered<'_, S>,
    ) {
        let at = self.calls.push(fragment);
        if at >= self.progress.len() {
            items.close(&ItemStatus::Completed, out);
            self.close_whole(items, out);
            let index = items.next_index();
            self.progress.push(Progress { index, ..Progress::default() });
        }
        let function = fragment.function.as_ref();
        let arguments = function.and_then(|function| function.arguments.as_deref());
        let (Some(call), Some(progress)) = (self.calls.get(at), self.progress.get_mut(at)) else {
            return;
        };
        progress.arguments.push(arguments.unwrap_or_default());
        if progress.is_closed {
            if progress.sent < call.arguments.trim_end().len() {
                losses.once(LossKind::Dropped, format!("tool_calls[{at}].function.arguments"));
            }
            return;
        }
        if !call.name.is_empty() {
            progress.send(call, &self.namespaces, &mut self.ids, (answer, at), out);
        }
    }

    /// Ends the calls that are whole, where the model is about to say something else.
    pub(crate) fn make_way<S: FnMut(Event<'_>)>(
        &mut self,
        items: &mut ItemWriter,
        text: &str,
        out: &mut Numbered<'_, S>,
    ) {
        if !text.is_empty() {
            self.close_whole(items, out);
        }
    }

    /// Ends every call.
    pub(crate) fn finish<S: FnMut(Event<'_>)>(
        &mut self,
        items: &mut ItemWriter,
        answer: &str,
        status: &ItemStatus,
        out: &mut Numbered<'_, S>,
    ) {
        for (at, progress) in self.progress.iter_mut().enumerate() {
            let Some(call) = self.calls.get(at) else { continue };
            if !progress.is_closed {
                progress.send(call, &self.namespaces, &mut self.ids, (answer, at), out);
                progress.close(call, &self.namespaces, status, items, out);
            }
        }
    }

    fn close_whole<S: FnMut(Event<'_>)>(
        &mut self,
        items: &mut ItemWriter,
        out: &mut Numbered<'_, S>,
    ) {
        for (at, progress) in self.progress.iter_mut().enumerate() {
            let Some(call) = self.calls.get(at) else { continue };
            let is_open = !progress.is_closed && progress.call_id.is_some();
            if is_open && progress.arguments.is_whole() {
                progress.close(call, &self.namespaces, &ItemStatus::Completed, items, out);
            }
        }
    }
}

impl Progress {
    /// Begins the call if it has not begun, and sends what is new of its arguments.
    fn send<S: FnMut(Event<'_>)>(
        &mut self,
        call: &PartialCall,
        namespaces: &Namespaces,
        ids: &mut BTreeSet<String>,
        (answer, at): (&str, usize),
        out: &mut Numbered<'_, S>,
    ) {
        let index = self.index;
        let call_id = self
            .call_id
            .get_or_insert_with(|| {
                let call_id = unique_id(ids, &call.id, &call.name, answer, at);
                let item = item(call, namespaces, &call_id, "", ItemStatus::InProgress);
                out.emit(|number| Event::OutputItemAdded(item_event(index, item, number)));
                call_id
            })
            .as_str();
        let new = call.arguments.get(self.sent..).unwrap_or_default();
        if new.is_empty() {
            return;
        }
        self.sent = call.arguments.len();
        let delta = ArgumentsDelta {
            item_id: Some(Text::from(item_id(call, call_id))),
            output_index: Some(index),
            delta: Some(Text::from(new)),
            ..ArgumentsDelta::default()
        };
        out.emit(|number| {
            let delta = ArgumentsDelta { sequence_number: number, ..delta };
            if call.is_custom() {
                Event::CustomToolCallInputDelta(delta)
            } else {
                Event::FunctionCallArgumentsDelta(delta)
            }
        });
    }

    fn close<S: FnMut(Event<'_>)>(
        &mut self,
        call: &PartialCall,
        namespaces: &Namespaces,
        status: &ItemStatus,
        items: &mut ItemWriter,
        out: &mut Numbered<'_, S>,
    ) {
        self.is_closed = true;
        let (index, call_id) = (self.index, self.call_id.as_deref().unwrap_or_default());
        let item_id = Some(item_id(call, call_id));
        let text = Some(call.arguments.clone());
        out.emit(|number| {
            if call.is_custom() {
                Event::CustomToolCallInputDone(Box::new(InputDone {
                    item_id,
                    output_index: Some(index),
                    input: text,
                    sequence_number: number,
                    ..InputDone::default()
                }))
            } else {
                Event::FunctionCallArgumentsDone(Box::new(ArgumentsDone {
                    item_id,
                    output_index: Some(index),
                    name: Some(namespaces.split(&call.name).1.to_owned()),
                    arguments: text,
                    sequence_number: number,
                    ..ArgumentsDone::default()
                }))
            }
        });
        let item = item(call, namespaces, call_id, &call.arguments, status.clone());
        items.keep(index, item.clone());
        out.emit(|number| Event::OutputItemDone(item_event(index, item, number)));
    }
}

/// The id of an item, made from that of the call as it is for whole answers.
fn item_id(call: &PartialCall, call_id: &str) -> String {
    format!("{}_{call_id}", if call.is_custom() { "ctc" } else { "fc" })
}

fn item(
    call: &PartialCall,
    namespaces: &Namespaces,
    call_id: &str,
    arguments: &str,
    status: ItemStatus,
) -> Item {
    let id = Some(item_id(call, call_id));
    let (namespace, name) = namespaces.split(&call.name);
    let (namespace, name) = (namespace.map(str::to_owned), name.to_owned());
    if call.is_custom() {
        Item::CustomToolCall(CustomToolCall {
            id,
            call_id: call_id.to_owned(),
            name,
            namespace,
            input: arguments.to_owned(),
            status: Some(status),
            ..CustomToolCall::default()
        })
    } else {
        Item::FunctionCall(FunctionCall {
            id,
            call_id: call_id.to_owned(),
            name,
            namespace,
            arguments: arguments.to_owned(),
            status: Some(status),
            ..FunctionCall::default()
        })
    }
}
