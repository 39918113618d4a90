//! The same objects as plain types derived with serde: all members, owned, as most clients have them; and a view of
//! what a consumer of the stream needs, borrowed.

use serde::Deserialize;
use std::borrow::Cow;

#[derive(Deserialize)]
#[allow(dead_code, reason = "what is not looked at is read all the same")]
pub(crate) struct Chunk {
    id: String,
    object: String,
    created: u64,
    model: String,
    service_tier: Option<String>,
    system_fingerprint: Option<String>,
    pub(crate) choices: Vec<Choice>,
    usage: Option<Usage>,
    obfuscation: Option<String>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "what is not looked at is read all the same")]
pub(crate) struct Choice {
    index: u32,
    pub(crate) delta: Delta,
    finish_reason: Option<String>,
    logprobs: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "what is not looked at is read all the same")]
pub(crate) struct Delta {
    role: Option<String>,
    pub(crate) content: Option<String>,
    refusal: Option<String>,
    reasoning_content: Option<String>,
    tool_calls: Option<Vec<ToolCall>>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "what is not looked at is read all the same")]
pub(crate) struct ToolCall {
    index: Option<u32>,
    id: Option<String>,
    function: Option<Function>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "what is not looked at is read all the same")]
pub(crate) struct Function {
    name: Option<String>,
    arguments: Option<String>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "what is not looked at is read all the same")]
pub(crate) struct Usage {
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
    total_tokens: Option<u64>,
}

/// What a consumer of chunks needs.
#[derive(Deserialize)]
#[allow(dead_code, reason = "what is not looked at is read all the same")]
pub(crate) struct ChunkView<'a> {
    #[serde(borrow)]
    pub(crate) choices: Vec<ChoiceView<'a>>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "what is not looked at is read all the same")]
pub(crate) struct ChoiceView<'a> {
    #[serde(borrow)]
    pub(crate) delta: DeltaView<'a>,
    finish_reason: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "what is not looked at is read all the same")]
pub(crate) struct DeltaView<'a> {
    #[serde(borrow)]
    pub(crate) content: Option<Cow<'a, str>>,
    #[serde(borrow)]
    tool_calls: Option<Vec<ToolCallView<'a>>>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "what is not looked at is read all the same")]
pub(crate) struct ToolCallView<'a> {
    index: Option<u32>,
    #[serde(borrow)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    function: Option<FunctionView<'a>>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "what is not looked at is read all the same")]
pub(crate) struct FunctionView<'a> {
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    arguments: Option<Cow<'a, str>>,
}

/// A text delta of the Responses API.
#[derive(Deserialize)]
#[allow(dead_code, reason = "what is not looked at is read all the same")]
pub(crate) struct TextDelta {
    #[serde(rename = "type")]
    kind: String,
    item_id: String,
    output_index: u32,
    content_index: u32,
    pub(crate) delta: String,
    logprobs: Option<Vec<serde::de::IgnoredAny>>,
    obfuscation: Option<String>,
    sequence_number: u64,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "what is not looked at is read all the same")]
pub(crate) struct TextDeltaView<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    output_index: u32,
    content_index: u32,
    #[serde(borrow)]
    pub(crate) delta: Cow<'a, str>,
}

/// An event of a native stream.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "what is not looked at is read all the same")]
pub(crate) struct NativeEvent {
    index: Option<u32>,
    pub(crate) message: Option<NativeMessage>,
    finish_reason: Option<String>,
    pad: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "what is not looked at is read all the same")]
pub(crate) struct NativeMessage {
    role: Option<String>,
    pub(crate) content: Option<Vec<NativePart>>,
    reasoning_content: Option<String>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "what is not looked at is read all the same")]
pub(crate) struct NativePart {
    #[serde(rename = "type")]
    kind: String,
    pub(crate) text: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "what is not looked at is read all the same")]
pub(crate) struct NativeEventView<'a> {
    index: Option<u32>,
    #[serde(borrow)]
    pub(crate) message: Option<NativeMessageView<'a>>,
    #[serde(borrow)]
    finish_reason: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NativeMessageView<'a> {
    #[serde(borrow)]
    pub(crate) content: Option<Vec<NativePartView<'a>>>,
}

#[derive(Deserialize)]
pub(crate) struct NativePartView<'a> {
    #[serde(borrow)]
    pub(crate) text: Option<Cow<'a, str>>,
}
