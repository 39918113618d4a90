//! [`Event`]: one event of a streamed answer.

use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::chat::ChunkError;
use crate::lenient::Document;
use crate::object::ToMap;
use crate::raw::RawJson;
use crate::responses::event_delta::{
    ArgumentsDelta, AudioDelta, ItemProgress, SummaryDelta, TextDelta,
};
use crate::responses::event_whole::{
    AnnotationAdded, ArgumentsDone, AudioDone, CodeDone, ContentPartEvent, ErrorEvent, InputDone,
    OutputItemEvent, PartialImage, RefusalDone, ResponseEvent, ShellCommand, ShellCommandDelta,
    ShellOutputDelta, ShellOutputDone, SummaryPartEvent, SummaryTextDone, TextDone,
};
use crate::tagged::peek_first;

/// What makes a type the content of an event: the same without borrows.
trait Content {
    type Owned;
    fn owned(self) -> Self::Owned;
}

impl<T> Content for Box<T> {
    type Owned = Self;
    fn owned(self) -> Self {
        self
    }
}

macro_rules! borrowing {
    ($($name:ident),*) => { $(
        impl Content for $name<'_> {
            type Owned = $name<'static>;
            fn owned(self) -> $name<'static> {
                self.into_owned()
            }
        }
    )* };
}

borrowing!(ArgumentsDelta, AudioDelta, ItemProgress, SummaryDelta, TextDelta);

macro_rules! events {
    (
        $(#[$meta:meta])*
        pub enum Event<'a> {
            $( $(#[$variant_meta:meta])* $wire:literal => $variant:ident($ty:ty) ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum Event<'a> {
            $( $(#[$variant_meta])* $variant($ty), )*
            /// An event unknown to this crate, or a known one of unexpected shape: its text, written back unchanged.
            Other(OtherEvent),
        }

        impl<'a> Event<'a> {
            /// An event of that name, without anything in it; an error when the name is unknown.
            ///
            /// The type is that of what is parsed, so that the event is made, and filled, where the caller wants it.
            fn empty(name: &str) -> Result<Self, ChunkError> {
                match name {
                    $( $wire => Ok(Self::$variant(Default::default())), )*
                    _ => Err(ChunkError::not_json(EXPECTED)),
                }
            }

            /// Fills an empty event, where it stays.
            fn fill(&mut self, data: &'a str) -> Result<(), ChunkError> {
                match self {
                    $( Self::$variant(content) => fill_content(content, data), )*
                    // An event of an unknown name is never empty.
                    Self::Other(_) => Ok(()),
                }
            }

            /// The event's name, such as `response.output_text.delta`; empty for an unknown one without a name.
            #[must_use]
            pub fn name(&self) -> &str {
                match self {
                    $( Self::$variant(_) => $wire, )*
                    Self::Other(other) => &other.name,
                }
            }

            /// The event's place in the stream.
            #[must_use]
            pub fn sequence_number(&self) -> Option<u64> {
                match self {
                    $( Self::$variant(content) => content.sequence_number, )*
                    Self::Other(_) => None,
                }
            }

            /// The same event without borrows.
            #[must_use]
            pub fn into_owned(self) -> Event<'static> {
                match self {
                    $( Self::$variant(content) => Event::$variant(content.owned()), )*
                    Self::Other(other) => Event::Other(other),
                }
            }
        }

        impl Serialize for Event<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $( Self::$variant(content) => write_event($wire, content, serializer), )*
                    Self::Other(other) => other.data.serialize(serializer),
                }
            }
        }
    };
}

events! {
    /// One event of a streamed answer.
    ///
    /// The frequent ones borrow from the data they were read from.
    pub enum Event<'a> {
        /// More of the answer's text.
        "response.output_text.delta" => OutputTextDelta(TextDelta<'a>),
        /// More of the arguments of a function call.
        "response.function_call_arguments.delta" => FunctionCallArgumentsDelta(ArgumentsDelta<'a>),
        /// More of the reasoning.
        "response.reasoning_text.delta" => ReasoningTextDelta(TextDelta<'a>),
        /// More of a reasoning summary.
        "response.reasoning_summary_text.delta" => ReasoningSummaryTextDelta(SummaryDelta<'a>),
        /// More of a refusal.
        "response.refusal.delta" => RefusalDelta(TextDelta<'a>),
        /// More of the arguments of an MCP call.
        "response.mcp_call_arguments.delta" => McpCallArgumentsDelta(ArgumentsDelta<'a>),
        /// More of the code interpreter's code.
        "response.code_interpreter_call_code.delta" => CodeInterpreterCallCodeDelta(ArgumentsDelta<'a>),
        /// More of the input of a custom tool's call.
        "response.custom_tool_call_input.delta" => CustomToolCallInputDelta(ArgumentsDelta<'a>),
        /// More of a spoken answer.
        "response.audio.delta" => AudioDelta(AudioDelta<'a>),
        /// More of the words of a spoken answer.
        "response.audio.transcript.delta" => AudioTranscriptDelta(AudioDelta<'a>),
        /// The answer waits to be begun.
        "response.queued" => Queued(Box<ResponseEvent>),
        /// The answer was begun.
        "response.created" => Created(Box<ResponseEvent>),
        /// The answer is being made.
        "response.in_progress" => InProgress(Box<ResponseEvent>),
        /// The answer is done; nothing follows.
        "response.completed" => Completed(Box<ResponseEvent>),
        /// The answer was broken off; nothing follows.
        "response.incomplete" => Incomplete(Box<ResponseEvent>),
        /// The answer failed; nothing follows.
        "response.failed" => Failed(Box<ResponseEvent>),
        /// The service gave up; nothing follows.
        "error" => Error(Box<ErrorEvent>),
        /// An item begins.
        "response.output_item.added" => OutputItemAdded(Box<OutputItemEvent>),
        /// An item is whole.
        "response.output_item.done" => OutputItemDone(Box<OutputItemEvent>),
        /// A part begins.
        "response.content_part.added" => ContentPartAdded(Box<ContentPartEvent>),
        /// A part is whole.
        "response.content_part.done" => ContentPartDone(Box<ContentPartEvent>),
        /// A text part is whole.
        "response.output_text.done" => OutputTextDone(Box<TextDone>),
        /// The text has a source.
        "response.output_text.annotation.added" => OutputTextAnnotationAdded(Box<AnnotationAdded>),
        /// A refusal is whole.
        "response.refusal.done" => RefusalDone(Box<RefusalDone>),
        /// The reasoning is whole.
        "response.reasoning_text.done" => ReasoningTextDone(Box<TextDone>),
        /// A reasoning summary begins.
        "response.reasoning_summary_part.added" => ReasoningSummaryPartAdded(Box<SummaryPartEvent>),
        /// A reasoning summary is whole.
        "response.reasoning_summary_part.done" => ReasoningSummaryPartDone(Box<SummaryPartEvent>),
        /// The text of a reasoning summary is whole.
        "response.reasoning_summary_text.done" => ReasoningSummaryTextDone(Box<SummaryTextDone>),
        /// The arguments of a function call are whole.
        "response.function_call_arguments.done" => FunctionCallArgumentsDone(Box<ArgumentsDone>),
        /// The input of a custom tool's call is whole.
        "response.custom_tool_call_input.done" => CustomToolCallInputDone(Box<InputDone>),
        /// A file search begins.
        "response.file_search_call.in_progress" => FileSearchCallInProgress(ItemProgress<'a>),
        /// A file search runs.
        "response.file_search_call.searching" => FileSearchCallSearching(ItemProgress<'a>),
        /// A file search is done.
        "response.file_search_call.completed" => FileSearchCallCompleted(ItemProgress<'a>),
        /// A web search begins.
        "response.web_search_call.in_progress" => WebSearchCallInProgress(ItemProgress<'a>),
        /// A web search runs.
        "response.web_search_call.searching" => WebSearchCallSearching(ItemProgress<'a>),
        /// A web search is done.
        "response.web_search_call.completed" => WebSearchCallCompleted(ItemProgress<'a>),
        /// The code interpreter begins.
        "response.code_interpreter_call.in_progress" => CodeInterpreterCallInProgress(ItemProgress<'a>),
        /// The code interpreter runs.
        "response.code_interpreter_call.interpreting" => CodeInterpreterCallInterpreting(ItemProgress<'a>),
        /// The code interpreter is done.
        "response.code_interpreter_call.completed" => CodeInterpreterCallCompleted(ItemProgress<'a>),
        /// The code interpreter's code is whole.
        "response.code_interpreter_call_code.done" => CodeInterpreterCallCodeDone(Box<CodeDone>),
        /// An image begins.
        "response.image_generation_call.in_progress" => ImageGenerationCallInProgress(ItemProgress<'a>),
        /// An image is being made.
        "response.image_generation_call.generating" => ImageGenerationCallGenerating(ItemProgress<'a>),
        /// An image is done.
        "response.image_generation_call.completed" => ImageGenerationCallCompleted(ItemProgress<'a>),
        /// An unfinished image.
        "response.image_generation_call.partial_image" => ImageGenerationCallPartialImage(Box<PartialImage>),
        /// A call of an MCP tool begins.
        "response.mcp_call.in_progress" => McpCallInProgress(ItemProgress<'a>),
        /// A call of an MCP tool is done.
        "response.mcp_call.completed" => McpCallCompleted(ItemProgress<'a>),
        /// A call of an MCP tool failed.
        "response.mcp_call.failed" => McpCallFailed(ItemProgress<'a>),
        /// The arguments of an MCP call are whole.
        "response.mcp_call_arguments.done" => McpCallArgumentsDone(Box<ArgumentsDone>),
        /// The tools of an MCP server are being listed.
        "response.mcp_list_tools.in_progress" => McpListToolsInProgress(ItemProgress<'a>),
        /// The tools of an MCP server are listed.
        "response.mcp_list_tools.completed" => McpListToolsCompleted(ItemProgress<'a>),
        /// The tools of an MCP server could not be listed.
        "response.mcp_list_tools.failed" => McpListToolsFailed(ItemProgress<'a>),
        /// A spoken answer is whole.
        "response.audio.done" => AudioDone(Box<AudioDone>),
        /// The words of a spoken answer are whole.
        "response.audio.transcript.done" => AudioTranscriptDone(Box<AudioDone>),
        /// A command of a shell call begins.
        "response.shell_call_command.added" => ShellCallCommandAdded(Box<ShellCommand>),
        /// More of a command of a shell call.
        "response.shell_call_command.delta" => ShellCallCommandDelta(Box<ShellCommandDelta>),
        /// A command of a shell call is whole.
        "response.shell_call_command.done" => ShellCallCommandDone(Box<ShellCommand>),
        /// More of what a command printed.
        "response.shell_call_output_content.delta" => ShellCallOutputContentDelta(Box<ShellOutputDelta>),
        /// What a command printed is whole.
        "response.shell_call_output_content.done" => ShellCallOutputContentDone(Box<ShellOutputDone>),
        /// The conversation is being shortened.
        "response.compaction.compacting" => CompactionCompacting(ItemProgress<'a>),
    }
}

impl<'a> Event<'a> {
    /// Reads an event from its name and its data, which is one JSON object.
    ///
    /// The name is what the stream's `event:` line says; where there is none, or it is not the name of an event of
    /// this API, the member `type` of the data decides.
    ///
    /// # Errors
    /// When the data is not exactly one JSON object; the error tells where, never what the text said.
    pub fn parse(name: Option<&str>, data: &'a str) -> Result<Self, ChunkError> {
        let mut parsed = Self::empty(name.unwrap_or_default());
        if parsed.is_err() {
            parsed = Self::empty_by_type(name, data);
        }
        if let Ok(event) = &mut parsed
            && let Err(error) = event.fill(data)
        {
            parsed = Err(error);
        }
        parsed
    }

    /// An event of the name that the member `type` says, without anything in it; an unknown one is whole.
    fn empty_by_type(name: Option<&str>, data: &'a str) -> Result<Self, ChunkError> {
        let kind = peek_first(data, "type");
        let kind = kind.as_deref();
        if let Ok(event) = Self::empty(kind.unwrap_or_default()) {
            return Ok(event);
        }
        // A stream without `event:` lines is given the name `message` by some parsers.
        let name =
            kind.or_else(|| name.filter(|name| *name != "message")).unwrap_or_default().to_owned();
        let data = read_document::<&RawValue>(data).map(RawJson::copied)?;
        Ok(Self::Other(OtherEvent { name, data }))
    }

    /// Whether nothing of the answer follows this event.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        matches!(self, Self::Completed(_) | Self::Incomplete(_) | Self::Failed(_) | Self::Error(_))
    }
}

/// An event unknown to this crate.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OtherEvent {
    /// Its name; empty when it has none.
    pub name: String,
    /// Its data.
    pub data: RawJson,
}

fn fill_content<'a, T: Document<'a>>(place: &mut T, data: &'a str) -> Result<(), ChunkError> {
    if !place.fill_quickly(data) {
        *place = read_document(data)?;
    }
    Ok(())
}

fn read_document<'a, T: Deserialize<'a>>(data: &'a str) -> Result<T, ChunkError> {
    let mut reader = serde_json::Deserializer::from_str(data);
    let content = T::deserialize(&mut reader).map_err(|error| ChunkError::new(EXPECTED, &error))?;
    reader.end().map_err(|error| ChunkError::trailing(EXPECTED, &error))?;
    Ok(content)
}

fn write_event<S: Serializer>(
    name: &str,
    content: &impl ToMap,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    map.serialize_entry("type", name)?;
    content.write_members(&mut map)?;
    map.end()
}

/// What error messages call an event.
pub(crate) const EXPECTED: &str = "an event of a response";
