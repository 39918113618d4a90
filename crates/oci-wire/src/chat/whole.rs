//! A whole answer as the one chunk that says all of it.

use crate::chat::{
    ChatChunk, ChatResponse, Choice, ChunkChoice, CustomDelta, Delta, FunctionDelta, ServiceTier,
    ToolCall, ToolCallDelta,
};
use crate::raw::RawJson;
use crate::text::Text;

impl ChatResponse {
    /// The answer as a single chunk, for whoever reads streams and got a whole answer.
    ///
    /// Folding it with a [`ChatAccumulator`](crate::chat::ChatAccumulator) gives the answer again.
    #[must_use]
    pub fn to_chunk(&self) -> ChatChunk<'static> {
        ChatChunk {
            id: text(self.id.as_deref()),
            model: text(self.model.as_deref()),
            created: self.created,
            choices: self.choices.iter().map(choice).collect(),
            usage: self.usage.clone(),
            system_fingerprint: text(self.system_fingerprint.as_deref()),
            service_tier: text(self.service_tier.as_ref().map(ServiceTier::as_str)),
            extra: self.extra.clone(),
            ..ChatChunk::default()
        }
    }
}

fn text(text: Option<&str>) -> Option<Text<'static>> {
    text.map(|text| Text::from(text.to_owned()))
}

fn choice(choice: &Choice) -> ChunkChoice<'static> {
    let message = &choice.message;
    let calls = message.tool_calls.iter().flatten();
    let content = message.content.as_ref().map(crate::chat::Content::text);
    let call = message.function_call.as_ref();
    let delta = Delta {
        role: message.role.clone(),
        content: text(content.as_deref()),
        reasoning_content: text(message.reasoning()),
        refusal: text(message.refusal.as_deref()),
        tool_calls: (0..).zip(calls).map(|(index, call)| call_delta(index, call)).collect(),
        function_call: call.map(|call| Box::new(function(&call.name, &call.arguments))),
        audio: message.audio.as_ref().and_then(|audio| RawJson::from_serialize(audio).ok()),
        annotations: message
            .annotations
            .as_ref()
            .and_then(|list| RawJson::from_serialize(list).ok()),
        extra: message.extra.clone(),
    };
    ChunkChoice {
        index: choice.index,
        delta,
        finish_reason: choice.finish_reason.clone(),
        logprobs: choice
            .logprobs
            .as_ref()
            .and_then(|logprobs| RawJson::from_serialize(logprobs).ok()),
        extra: choice.extra.clone(),
    }
}

fn call_delta(index: u32, call: &ToolCall) -> ToolCallDelta<'static> {
    let mut delta =
        ToolCallDelta { index: Some(index), id: text(Some(call.id())), ..ToolCallDelta::default() };
    match call {
        ToolCall::Custom(_) => {
            delta.kind = text(Some("custom"));
            delta.custom = Some(CustomDelta {
                name: text(Some(call.name())),
                input: text(Some(call.arguments())),
                ..CustomDelta::default()
            });
        }
        ToolCall::Function(_) | ToolCall::Other(_) => {
            delta.kind = text(Some("function"));
            delta.function = Some(function(call.name(), call.arguments()));
        }
    }
    delta
}

fn function(name: &str, arguments: &str) -> FunctionDelta<'static> {
    FunctionDelta {
        name: text(Some(name)),
        arguments: text(Some(arguments)),
        ..FunctionDelta::default()
    }
}

#[cfg(test)]
mod tests {
    use crate::chat::{ChatAccumulator, ChatResponse};

    #[test]
    fn the_chunk_folds_back_into_the_answer() {
        let answer = ChatResponse::from_json(
            br#"{"id":"c","object":"chat.completion","created":7,"model":"m","choices":[{"index":0,"message":{
                "role":"assistant","content":"a","reasoning_content":"r","tool_calls":[
                {"id":"1","type":"function","function":{"name":"f","arguments":"{}"}},
                {"id":"2","type":"function","function":{"name":"g","arguments":"{\"x\":1}"}}]},
                "finish_reason":"tool_calls"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}"#,
        )
        .unwrap();
        let mut folded = ChatAccumulator::new();
        folded.push(&answer.to_chunk());
        assert!(folded.is_finished());
        assert_eq!(folded.finish(), answer);
    }
}
