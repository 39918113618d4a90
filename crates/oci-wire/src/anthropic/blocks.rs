//! The blocks of a streamed answer, one after the other although a model may interleave what it says.

use std::collections::{BTreeSet, VecDeque};

use serde_json::{Value, json};

use crate::anthropic::block::ContentBlock;
use crate::anthropic::event::{
    BlockDelta, ContentBlockDelta, ContentBlockStart, ContentBlockStop, Event,
};
use crate::chat::{CallAssembler, PartialCall, ToolCallDelta};
use crate::json_end::JsonEnd;
use crate::loss::{LossKind, Losses};
use crate::native::unique_id;
use crate::raw::RawJson;

/// Writes blocks in the order in which they began.
///
/// The first block of the queue is live: what belongs to it goes out at once.
/// What comes for the blocks behind it waits until the first is whole, which a call is when its arguments are a whole
/// JSON document, and anything else when another block begins.
#[derive(Clone, Debug, Default)]
pub(crate) struct BlockWriter {
    queue: VecDeque<Block>,
    calls: CallAssembler,
    /// The progress of each of the calls.
    progress: Vec<Progress>,
    /// Ids that were given out, none twice.
    ids: BTreeSet<String>,
    /// The index of the live block.
    index: u32,
    is_live: bool,
}

/// A block and what of it waits to be said.
#[derive(Clone, Debug)]
enum Block {
    Text(String),
    Thinking(String),
    Call(usize),
}

#[derive(Clone, Debug, Default)]
struct Progress {
    /// How many bytes of the arguments went out.
    sent: usize,
    arguments: JsonEnd,
    is_closed: bool,
}

impl BlockWriter {
    pub(crate) fn has_calls(&self) -> bool {
        !self.progress.is_empty()
    }

    pub(crate) fn say(&mut self, text: &str, sink: &mut impl FnMut(Event<'_>)) {
        if text.is_empty() {
            return;
        }
        if self.is_live && matches!(self.queue.make_contiguous(), [Block::Text(_)]) {
            return sink(delta(self.index, BlockDelta::text(text)));
        }
        match self.queue.back_mut() {
            Some(Block::Text(waiting)) => waiting.push_str(text),
            _ => self.queue.push_back(Block::Text(text.to_owned())),
        }
        self.advance("", false, &mut Losses::default(), sink);
    }

    pub(crate) fn think(&mut self, text: &str, sink: &mut impl FnMut(Event<'_>)) {
        if text.is_empty() {
            return;
        }
        if self.is_live && matches!(self.queue.make_contiguous(), [Block::Thinking(_)]) {
            return sink(delta(self.index, BlockDelta::thinking(text)));
        }
        match self.queue.back_mut() {
            Some(Block::Thinking(waiting)) => waiting.push_str(text),
            _ => self.queue.push_back(Block::Thinking(text.to_owned())),
        }
        self.advance("", false, &mut Losses::default(), sink);
    }

    /// Adds a fragment of a call; `answer` is the id of the answer, from which ids of calls are made.
    pub(crate) fn call(
        &mut self,
        fragment: &ToolCallDelta<'_>,
        answer: &str,
        losses: &mut Losses,
        sink: &mut impl FnMut(Event<'_>),
    ) {
        let at = self.calls.push(fragment);
        if at >= self.progress.len() {
            self.progress.resize(at + 1, Progress::default());
            self.queue.push_back(Block::Call(at));
        }
        let function = fragment.function.as_ref();
        let arguments = function.and_then(|function| function.arguments.as_deref());
        let arguments = arguments.unwrap_or_default();
        if let Some(progress) = self.progress.get_mut(at) {
            progress.arguments.push(arguments);
            if progress.is_closed && !arguments.trim().is_empty() {
                losses.once(LossKind::Dropped, format!("tool_calls[{at}].function.arguments"));
            }
        }
        self.advance(answer, false, losses, sink);
    }

    /// Writes what waits and ends the last block.
    pub(crate) fn finish(
        &mut self,
        answer: &str,
        losses: &mut Losses,
        sink: &mut impl FnMut(Event<'_>),
    ) {
        self.advance(answer, true, losses, sink);
    }

    fn advance(
        &mut self,
        answer: &str,
        is_end: bool,
        losses: &mut Losses,
        sink: &mut impl FnMut(Event<'_>),
    ) {
        loop {
            let is_last = self.queue.len() <= 1 && !is_end;
            let index = self.index;
            let Some(block) = self.queue.front_mut() else { return };
            let is_whole = match block {
                Block::Text(waiting) => {
                    if !self.is_live {
                        sink(start(index, ContentBlock::text("")));
                    }
                    if !waiting.is_empty() {
                        sink(delta(index, BlockDelta::text(std::mem::take(waiting))));
                    }
                    true
                }
                Block::Thinking(waiting) => {
                    if !self.is_live {
                        sink(start(index, ContentBlock::thinking("", "")));
                    }
                    if !waiting.is_empty() {
                        sink(delta(index, BlockDelta::thinking(std::mem::take(waiting))));
                    }
                    true
                }
                Block::Call(at) => {
                    let at = *at;
                    let (Some(call), Some(progress)) =
                        (self.calls.get(at), self.progress.get_mut(at))
                    else {
                        return;
                    };
                    if !self.is_live {
                        if call.name.is_empty() && !is_end {
                            return;
                        }
                        let id = unique_id(&mut self.ids, &call.id, &call.name, answer, at);
                        let input = RawJson::from(Value::Object(serde_json::Map::new()));
                        sink(start(index, ContentBlock::tool_use(id, call.name.as_str(), input)));
                    }
                    let is_whole = is_end || progress.arguments.is_whole();
                    if call.is_custom() {
                        // Free-form input is no JSON, so it is told as a member when it is whole.
                        if is_end {
                            losses.approximated(format!("tool_calls[{at}].custom.input"));
                            let input = json!({"input": call.arguments}).to_string();
                            sink(delta(index, BlockDelta::partial_json(input)));
                        }
                    } else {
                        progress.send(call, index, sink);
                        if is_whole && !is_last {
                            progress.close(call, at, index, losses, sink);
                        }
                    }
                    is_whole
                }
            };
            self.is_live = true;
            if is_last || !is_whole {
                return;
            }
            if let Some(Block::Call(at)) = self.queue.pop_front()
                && let Some(progress) = self.progress.get_mut(at)
            {
                progress.is_closed = true;
            }
            let end = ContentBlockStop { index, ..ContentBlockStop::default() };
            sink(Event::ContentBlockStop(end));
            self.index = self.index.saturating_add(1);
            self.is_live = false;
        }
    }
}

impl Progress {
    /// Sends what is new of the arguments.
    fn send(&mut self, call: &PartialCall, index: u32, sink: &mut impl FnMut(Event<'_>)) {
        let new = call.arguments.get(self.sent..).unwrap_or_default();
        if !new.is_empty() {
            sink(delta(index, BlockDelta::partial_json(new)));
            self.sent = call.arguments.len();
        }
    }

    /// A call without arguments is one with none of the members of an object.
    fn close(
        &self,
        call: &PartialCall,
        at: usize,
        index: u32,
        losses: &mut Losses,
        sink: &mut impl FnMut(Event<'_>),
    ) {
        if call.arguments.trim().is_empty() {
            sink(delta(index, BlockDelta::partial_json("{}")));
        } else if !self.arguments.is_whole() {
            losses.approximated(format!("tool_calls[{at}].function.arguments"));
        }
    }
}

fn start(index: u32, block: ContentBlock) -> Event<'static> {
    let content_block = Some(block);
    Event::ContentBlockStart(Box::new(ContentBlockStart {
        index,
        content_block,
        ..ContentBlockStart::default()
    }))
}

fn delta<'a>(index: u32, delta: BlockDelta<'a>) -> Event<'a> {
    Event::ContentBlockDelta(ContentBlockDelta { index, delta, ..ContentBlockDelta::default() })
}
