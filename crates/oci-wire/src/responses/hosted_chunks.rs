//! What events say of tools that the service runs, as a stream of chat completions tells it.

use std::collections::{BTreeMap, BTreeSet};

use crate::responses::event::Event;
use crate::responses::event_delta::ItemProgress;
use crate::responses::event_whole::{ShellCommand, ShellCommandDelta};
use crate::responses::hosted::{HostedChange, HostedDelta, HostedKind};
use crate::responses::item::Item;
use crate::responses::item_message::ItemStatus;
use crate::tagged::peek;
use crate::text::Text;

/// Tells what events say of such items; what was said piece by piece is not said again by the events that repeat it.
#[derive(Clone, Debug, Default)]
pub(crate) struct HostedMapper {
    items: BTreeMap<u32, Known>,
    /// The parts of which pieces came: the item, and the command in it where it has several.
    pieces: BTreeSet<(u32, u32)>,
}

#[derive(Clone, Debug, Default)]
struct Known {
    id: Option<String>,
    is_done: bool,
}

/// Whether an item has no form in chat completions.
pub(crate) fn is_hosted(item: &Item) -> bool {
    !matches!(
        item,
        Item::Message(_) | Item::Reasoning(_) | Item::FunctionCall(_) | Item::CustomToolCall(_)
    )
}

impl HostedMapper {
    /// An item begins.
    pub(crate) fn begin(&mut self, index: Option<u32>, item: Item) -> HostedDelta<'static> {
        let kind = HostedKind::from(&*item.kind());
        let id = id_of(&item);
        // Where the service does not count, it is the one behind the last.
        let next = || self.items.last_key_value().map_or(0, |(index, _)| index.saturating_add(1));
        let index = index.unwrap_or_else(next);
        self.tell(Some(index), id, kind, HostedChange::Begun(Box::new(item)))
    }

    /// An item is whole; `None` if that was told before.
    pub(crate) fn complete(
        &mut self,
        index: Option<u32>,
        item: &Item,
    ) -> Option<HostedDelta<'static>> {
        let id = id_of(item);
        let index = self.index(index, id.as_deref());
        let same_id = |known: &Known| id.is_some() && known.id.as_deref() == id.as_deref();
        let of_it = |(at, known): (&u32, &Known)| known.is_done && (*at == index || same_id(known));
        if self.items.iter().any(of_it) {
            return None;
        }
        let kind = HostedKind::from(&*item.kind());
        let delta = self.tell(Some(index), id, kind, HostedChange::Done(Box::new(item.clone())));
        if let Some(known) = self.items.get_mut(&index) {
            known.is_done = true;
        }
        Some(delta)
    }

    /// What an event says of an item that began; `None` if it says nothing new, or nothing of such an item.
    pub(crate) fn push<'a>(&mut self, event: Event<'a>) -> Option<HostedDelta<'a>> {
        let stage = stage_of(event.name());
        Some(match event {
            Event::McpCallArgumentsDelta(event) => {
                let piece = HostedChange::Arguments(event.delta?);
                self.piece(event.output_index, event.item_id, HostedKind::McpCall, piece)
            }
            Event::McpCallArgumentsDone(event) => {
                let (text, id) = (said(event.arguments)?, event.item_id.map(Text::from));
                let whole = HostedChange::Arguments(Text::from(text));
                return self.unsaid(event.output_index, id, HostedKind::McpCall, whole);
            }
            Event::CodeInterpreterCallCodeDelta(event) => {
                let (piece, kind) =
                    (HostedChange::Code(event.delta?), HostedKind::CodeInterpreterCall);
                self.piece(event.output_index, event.item_id, kind, piece)
            }
            Event::CodeInterpreterCallCodeDone(event) => {
                let (text, id) = (said(event.code)?, event.item_id.map(Text::from));
                let whole = HostedChange::Code(Text::from(text));
                return self.unsaid(event.output_index, id, HostedKind::CodeInterpreterCall, whole);
            }
            Event::ShellCallCommandDelta(event) => {
                let (index, piece) = (event.output_index, HostedChange::Command(event));
                self.piece(index, None, HostedKind::ShellCall, piece)
            }
            Event::ShellCallCommandAdded(event) | Event::ShellCallCommandDone(event) => {
                let index = event.output_index;
                let whole = HostedChange::Command(Box::new(whole_command(*event)?));
                return self.unsaid(index, None, HostedKind::ShellCall, whole);
            }
            Event::ShellCallOutputContentDelta(event) => {
                let (index, id) = (event.output_index, event.item_id.clone().map(Text::from));
                let kind = HostedKind::from("shell_call_output");
                self.tell(index, id, kind, HostedChange::Printed(event))
            }
            Event::ImageGenerationCallPartialImage(event) => {
                let (index, id) = (event.output_index, event.item_id.clone().map(Text::from));
                self.tell(index, id, HostedKind::ImageGenerationCall, HostedChange::Image(event))
            }
            event => {
                let (progress, (kind, status)) = (progress_of(event)?, stage?);
                let change = HostedChange::Progress(status);
                self.tell(progress.output_index, progress.item_id, kind, change)
            }
        })
    }

    /// A piece of what an item is called with.
    fn piece<'a>(
        &mut self,
        index: Option<u32>,
        id: Option<Text<'a>>,
        kind: HostedKind,
        piece: HostedChange<'a>,
    ) -> HostedDelta<'a> {
        let part = part_of(&piece);
        let delta = self.tell(index, id, kind, piece);
        self.pieces.insert((delta.output_index, part));
        delta
    }

    /// All of it, if no piece came before.
    fn unsaid<'a>(
        &mut self,
        index: Option<u32>,
        id: Option<Text<'a>>,
        kind: HostedKind,
        whole: HostedChange<'a>,
    ) -> Option<HostedDelta<'a>> {
        let place = (self.index(index, id.as_deref()), part_of(&whole));
        (!self.pieces.contains(&place)).then(|| self.piece(Some(place.0), id, kind, whole))
    }

    /// The id is the one by which the item was first known, since some servers change it from event to event.
    fn tell<'a>(
        &mut self,
        index: Option<u32>,
        id: Option<Text<'a>>,
        kind: HostedKind,
        change: HostedChange<'a>,
    ) -> HostedDelta<'a> {
        let output_index = self.index(index, id.as_deref());
        let known = self.items.entry(output_index).or_default();
        if known.id.is_none() {
            known.id = id.as_deref().map(str::to_owned);
        }
        let item_id = match id {
            Some(id) if known.id.as_deref() == Some(&*id) => Some(id),
            _ => known.id.clone().map(Text::from),
        };
        HostedDelta { output_index, item_id, kind, change }
    }

    /// The place of an item: as the event says it, that of its id, or the last one that is known.
    fn index(&self, index: Option<u32>, id: Option<&str>) -> u32 {
        let same_id = |known: &Known| id.is_some() && known.id.as_deref() == id;
        let by_id = || self.items.iter().find(|(_, known)| same_id(known)).map(|(at, _)| *at);
        let last = || self.items.last_key_value().map(|(at, _)| *at);
        index.or_else(by_id).or_else(last).unwrap_or_default()
    }
}

/// The kind and the state that the name of an event says, such as `response.web_search_call.searching`.
fn stage_of(name: &str) -> Option<(HostedKind, ItemStatus)> {
    let (kind, status) = name.strip_prefix("response.")?.rsplit_once('.')?;
    Some((HostedKind::from(kind), ItemStatus::from(status)))
}

fn progress_of(event: Event<'_>) -> Option<ItemProgress<'_>> {
    match event {
        Event::FileSearchCallInProgress(progress)
        | Event::FileSearchCallSearching(progress)
        | Event::FileSearchCallCompleted(progress)
        | Event::WebSearchCallInProgress(progress)
        | Event::WebSearchCallSearching(progress)
        | Event::WebSearchCallCompleted(progress)
        | Event::CodeInterpreterCallInProgress(progress)
        | Event::CodeInterpreterCallInterpreting(progress)
        | Event::CodeInterpreterCallCompleted(progress)
        | Event::ImageGenerationCallInProgress(progress)
        | Event::ImageGenerationCallGenerating(progress)
        | Event::ImageGenerationCallCompleted(progress)
        | Event::McpCallInProgress(progress)
        | Event::McpCallCompleted(progress)
        | Event::McpCallFailed(progress)
        | Event::McpListToolsInProgress(progress)
        | Event::McpListToolsCompleted(progress)
        | Event::McpListToolsFailed(progress)
        | Event::CompactionCompacting(progress) => Some(progress),
        _ => None,
    }
}

/// Which part of an item a piece belongs to.
fn part_of(change: &HostedChange<'_>) -> u32 {
    match change {
        HostedChange::Command(piece) => piece.command_index.unwrap_or_default(),
        _ => 0,
    }
}

/// A whole command as one piece; `None` if there is nothing of it yet.
fn whole_command(command: ShellCommand) -> Option<ShellCommandDelta> {
    let text = said(command.command)?;
    Some(ShellCommandDelta {
        output_index: command.output_index,
        command_index: command.command_index,
        delta: Some(text),
        sequence_number: command.sequence_number,
        ..ShellCommandDelta::default()
    })
}

fn said(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// The id of an item of any kind that is told of here.
fn id_of(item: &Item) -> Option<Text<'static>> {
    let id = match item {
        Item::FileSearchCall(item) => &item.id,
        Item::WebSearchCall(item) => &item.id,
        Item::CodeInterpreterCall(item) => &item.id,
        Item::ImageGenerationCall(item) => &item.id,
        Item::McpCall(item) => &item.id,
        Item::McpListTools(item) => &item.id,
        Item::McpApprovalRequest(item) => &item.id,
        Item::ComputerCall(item) => &item.id,
        Item::LocalShellCall(item) => &item.id,
        Item::ShellCall(item) => &item.id,
        Item::ShellCallOutput(item) => &item.id,
        Item::ApplyPatchCall(item) => &item.id,
        Item::ToolSearchCall(item) => &item.id,
        Item::ToolSearchOutput(item) => &item.id,
        Item::Program(item) => &item.id,
        Item::ProgramOutput(item) => &item.id,
        Item::Compaction(item) => &item.id,
        Item::Other(raw) => {
            return peek(raw.get(), "id").map(Text::into_owned);
        }
        // No answer has items of the other kinds.
        _ => &None,
    };
    id.clone().map(Text::from)
}
