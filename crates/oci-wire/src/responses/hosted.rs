//! [`HostedDelta`]: what a stream of chat completions tells of the tools that the service runs.

use serde::de::DeserializeOwned;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::lenient::Accept;
use crate::open_enum::open_enum;
use crate::raw::RawJson;
use crate::reader::{GaveUp, Reader};
use crate::responses::event_whole::{PartialImage, ShellCommandDelta, ShellOutputDelta};
use crate::responses::item::Item;
use crate::responses::item_message::ItemStatus;
use crate::text::Text;

/// What is new of an item that chat completions have no form for: the call of a tool that the service runs, mostly.
///
/// An item is told of in this order: it [begins](HostedChange::Begun), goes through its
/// [states](HostedChange::Progress), among which come pieces of what it is called with, and is
/// [done](HostedChange::Done). A service that streams less of it says less of it; each item that is in the answer is
/// told of once as done.
///
/// In JSON it is the member `hosted_item` of a chunk, an extension of OpenAI's format.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct HostedDelta<'a> {
    /// The item's place in the output, the same in all that is told of it.
    pub output_index: u32,
    /// The item's id, the same in all that is told of it; `None` where the service gives none.
    pub item_id: Option<Text<'a>>,
    /// What kind of item it is.
    pub kind: HostedKind,
    /// What is new.
    pub change: HostedChange<'a>,
}

/// What is new of an item.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum HostedChange<'a> {
    /// It begins, and this is known of it.
    Begun(Box<Item>),
    /// How far it is.
    Progress(ItemStatus),
    /// More of the arguments that an MCP tool is called with, the text of a JSON object.
    Arguments(Text<'a>),
    /// More of the code that runs.
    Code(Text<'a>),
    /// More of a command of a shell.
    Command(Box<ShellCommandDelta>),
    /// More of what such a command printed.
    Printed(Box<ShellOutputDelta>),
    /// An unfinished image.
    Image(Box<PartialImage>),
    /// It is whole.
    Done(Box<Item>),
}

open_enum! {
    /// The `type` of an item that a tool of the service leaves in an answer.
    pub enum HostedKind {
        /// Code that runs in a container.
        CodeInterpreterCall = "code_interpreter_call",
        /// A search in vector stores.
        FileSearchCall = "file_search_call",
        /// An image that is made.
        ImageGenerationCall = "image_generation_call",
        /// A call of a tool of an MCP server that waits for consent.
        McpApprovalRequest = "mcp_approval_request",
        /// A call of a tool of an MCP server.
        McpCall = "mcp_call",
        /// The tools of an MCP server.
        McpListTools = "mcp_list_tools",
        /// Commands for a shell.
        ShellCall = "shell_call",
        /// A search of the web.
        WebSearchCall = "web_search_call",
    }
}

impl HostedDelta<'_> {
    /// The whole item, where this is its end.
    #[must_use]
    pub fn done(&self) -> Option<&Item> {
        match &self.change {
            HostedChange::Done(item) => Some(item),
            _ => None,
        }
    }

    /// How far the item is, where that is what is new.
    #[must_use]
    pub fn progress(&self) -> Option<&ItemStatus> {
        match &self.change {
            HostedChange::Progress(status) => Some(status),
            _ => None,
        }
    }

    /// The same without borrows.
    #[must_use]
    pub fn into_owned(self) -> HostedDelta<'static> {
        HostedDelta {
            output_index: self.output_index,
            item_id: self.item_id.map(Text::into_owned),
            kind: self.kind,
            change: self.change.into_owned(),
        }
    }
}

impl HostedChange<'_> {
    /// The same without borrows.
    #[must_use]
    pub fn into_owned(self) -> HostedChange<'static> {
        match self {
            Self::Begun(item) => HostedChange::Begun(item),
            Self::Progress(status) => HostedChange::Progress(status),
            Self::Arguments(piece) => HostedChange::Arguments(piece.into_owned()),
            Self::Code(piece) => HostedChange::Code(piece.into_owned()),
            Self::Command(piece) => HostedChange::Command(piece),
            Self::Printed(piece) => HostedChange::Printed(piece),
            Self::Image(image) => HostedChange::Image(image),
            Self::Done(item) => HostedChange::Done(item),
        }
    }
}

impl Serialize for HostedDelta<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("output_index", &self.output_index)?;
        if let Some(id) = &self.item_id {
            map.serialize_entry("item_id", id)?;
        }
        map.serialize_entry("type", &self.kind)?;
        match &self.change {
            HostedChange::Begun(item) => map.serialize_entry("begun", item)?,
            HostedChange::Progress(status) => map.serialize_entry("progress", status)?,
            HostedChange::Arguments(piece) => map.serialize_entry("arguments", piece)?,
            HostedChange::Code(piece) => map.serialize_entry("code", piece)?,
            HostedChange::Command(piece) => map.serialize_entry("command", piece)?,
            HostedChange::Printed(piece) => map.serialize_entry("printed", piece)?,
            HostedChange::Image(image) => map.serialize_entry("image", image)?,
            HostedChange::Done(item) => map.serialize_entry("done", item)?,
        }
        map.end()
    }
}

/// What is not exactly of this form is left to whoever keeps it as text.
impl<'de: 'a, 'a> Accept<'de> for HostedDelta<'a> {
    fn from_object(reader: &mut Reader<'de>) -> Result<Option<Self>, GaveUp> {
        let (mut output_index, mut item_id, mut kind, mut change) = (None, None, None, None);
        reader.members(|reader, name| {
            match name {
                "output_index" => output_index = u32::read(reader)?,
                "item_id" => item_id = Text::read(reader)?,
                "type" => kind = HostedKind::read(reader)?,
                _ if change.is_some() => return Err(GaveUp),
                "begun" => change = Some(HostedChange::Begun(whole(reader)?)),
                "progress" => change = ItemStatus::read(reader)?.map(HostedChange::Progress),
                "arguments" => change = Text::read(reader)?.map(HostedChange::Arguments),
                "code" => change = Text::read(reader)?.map(HostedChange::Code),
                "command" => change = Some(HostedChange::Command(whole(reader)?)),
                "printed" => change = Some(HostedChange::Printed(whole(reader)?)),
                "image" => change = Some(HostedChange::Image(whole(reader)?)),
                "done" => change = Some(HostedChange::Done(whole(reader)?)),
                _ => return Err(GaveUp),
            }
            Ok(())
        })?;
        let (Some(output_index), Some(kind), Some(change)) = (output_index, kind, change) else {
            return Err(GaveUp);
        };
        Ok(Some(Self { output_index, item_id, kind, change }))
    }
}

fn whole<T: DeserializeOwned>(reader: &mut Reader<'_>) -> Result<Box<T>, GaveUp> {
    let raw = RawJson::read(reader)?.ok_or(GaveUp)?;
    serde_json::from_str(raw.get()).map(Box::new).map_err(|_| GaveUp)
}
