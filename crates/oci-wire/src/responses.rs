//! The Responses API: answers that the service can store, with tools that it runs itself.
//!
//! * [`ResponsesRequest`] is the body of a request, [`Response`] that of a whole answer.
//! * [`Event`] reads one event of a stream, [`ResponsesDecoder`] folds events into the [`Response`], and
//!   [`ResponsesEncoder`] turns chunks of chat completions into events.
//! * [`Item`] is what a conversation consists of; the output of one answer can be the input of the next request.

mod annotation;
mod assemble;
mod chunks;
mod encode_calls;
mod encode_items;
mod encoder;
mod event;
mod event_delta;
mod event_whole;
mod filter;
mod hosted;
mod hosted_chunks;
mod item;
mod item_computer;
mod item_function;
mod item_hosted;
mod item_mcp;
mod item_message;
mod item_program;
mod item_reasoning;
mod item_shell;
mod namespaces;
mod options;
mod part;
mod request;
mod response;
mod stream;
mod tool;
mod tool_choice;
mod tool_hosted;
mod tool_mcp;
mod tool_shell;
mod translate;
mod usage;

pub use annotation::{Annotation, ContainerFileCitation, FileCitation, FilePath, UrlCitation};
pub use encoder::ResponsesEncoder;
pub use event::{Event, OtherEvent};
pub use event_delta::{ArgumentsDelta, AudioDelta, ItemProgress, SummaryDelta, TextDelta};
pub use event_whole::{
    AnnotationAdded, ArgumentsDone, AudioDone, CodeDone, ContentPartEvent, ErrorEvent, InputDone,
    OutputItemEvent, PartialImage, RefusalDone, ResponseEvent, ShellCommand, ShellCommandDelta,
    ShellOutputDelta, ShellOutputDone, ShellOutputPiece, SummaryPartEvent, SummaryTextDone,
    TextDone,
};
pub use filter::{Filter, FilterKind, HybridSearch, RankingOptions};
pub use hosted::{HostedChange, HostedDelta, HostedKind};
pub use item::Item;
pub use item_computer::{
    Click, ComputerAction, ComputerCall, ComputerCallOutput, DoubleClick, Drag, Keypress,
    MovePointer, Point, SafetyCheck, Screenshot, Scroll, TypeText, WaitAction,
};
pub use item_function::{
    Caller, CustomToolCall, CustomToolCallOutput, DirectCaller, FunctionCall, FunctionCallOutput,
    ProgramCaller, ToolOutput,
};
pub use item_hosted::{
    CodeImage, CodeInterpreterCall, CodeInterpreterOutput, CodeLogs, FileSearchCall,
    FileSearchResult, FindInPage, ImageGenerationCall, ImageGenerationError, ModerationDetails,
    OpenPage, SvgUsage, WebSearch, WebSearchAction, WebSearchCall, WebSearchSource,
};
pub use item_mcp::{
    McpApprovalRequest, McpApprovalResponse, McpCall, McpError, McpErrorDetails, McpListTools,
    McpToolInfo,
};
pub use item_message::{ItemStatus, Message, MessageContent, MessageKind, MessageRole, Phase};
pub use item_program::{Program, ProgramOutput, ToolSearchCall, ToolSearchOutput};
pub use item_reasoning::{
    AdditionalTools, Compaction, CompactionTrigger, ConfigurationUpdate, ItemReference,
    ReasoningItem,
};
pub use item_shell::{
    ApplyPatchCall, ApplyPatchCallOutput, CreateFile, DeleteFile, LocalShellAction, LocalShellCall,
    LocalShellCallOutput, PatchOperation, ShellAction, ShellCall, ShellCallOutput, ShellExit,
    ShellOutcome, ShellOutput, ShellTimeout, UpdateFile,
};
pub use options::{
    AccessPrograms, ContextManagement, ConversationId, ConversationRef, ImageOptions, Include,
    JsonSchemaFormat, Prompt, PromptCacheOptions, PromptVariable, Reasoning, ReasoningSummary,
    StreamOptions, TextConfig, TextFormat, Truncation,
};
pub use part::{
    ComputerScreenshot, ImageDetail, InputFile, InputImage, InputText, OutputText, Part, PlainText,
    ReasoningText, Refusal, SummaryText,
};
pub use request::{Input, ResponsesRequest};
pub use response::{
    IncompleteDetails, IncompleteReason, InputTransformation, Response, ResponseError,
    ResponseStatus,
};
pub use stream::{ResponsesDecoder, Truncated};
pub use tool::{
    CustomTool, CustomToolFormat, FunctionTool, GrammarFormat, NamespaceTool, Tool, ToolSearchTool,
};
pub use tool_choice::{
    AllowedTools, ApplyPatchChoice, CustomChoice, FunctionChoice, HostedChoice, HostedToolKind,
    McpChoice, NamedToolChoice, ProgrammaticChoice, ShellChoice, ToolChoice,
};
pub use tool_hosted::{
    AutoContainer, CodeInterpreterTool, ComputerTool, ComputerUsePreviewTool, Container,
    FileSearchTool, ImageGenerationTool, ImageMask, ProgrammaticToolCalling, UserLocation,
    WebSearchFilters, WebSearchKind, WebSearchPreviewKind, WebSearchPreviewTool, WebSearchTool,
};
pub use tool_mcp::{
    McpAllowedTools, McpApproval, McpApprovalFilter, McpApprovalMode, McpTool, McpToolFilter,
};
pub use tool_shell::{
    ApplyPatchTool, ContainerAuto, ContainerReference, DomainSecret, InlineSkill,
    InlineSkillSource, LocalEnvironment, LocalShellTool, LocalSkill, NetworkAllowlist,
    NetworkDisabled, NetworkPolicy, ShellEnvironment, ShellTool, Skill, SkillReference,
};
pub use usage::{CacheWriteDetails, InputTokensDetails, OutputTokensDetails, ResponseUsage};
