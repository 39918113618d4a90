//! Chunks as the events of OpenAI's older API, which goes on with a text.

use locus::wire::chat::{ChatChunk, FinishReason, Usage};
use oci_sse::Encoder;
use serde::Serialize;

use super::{ChunkEvents, Scratch};
use crate::failure::{Dialect, Failure};

/// Events without a name, whose data has the form of the whole answer.
pub(crate) struct TextChunks {
    show_usage: bool,
    scratch: Scratch,
    lost: Lost,
}

/// What came that is no text.
#[derive(Default)]
struct Lost {
    reasoning: bool,
    refusal: bool,
    hosted_item: bool,
}

impl TextChunks {
    pub(crate) fn new(show_usage: bool) -> Self {
        Self { show_usage, scratch: Scratch::default(), lost: Lost::default() }
    }
}

#[derive(Serialize)]
struct TextChunk<'c> {
    id: Option<&'c str>,
    object: &'static str,
    created: Option<u64>,
    model: Option<&'c str>,
    choices: Vec<TextChoice<'c>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<&'c Usage>,
}

#[derive(Serialize)]
struct TextChoice<'c> {
    text: &'c str,
    index: u32,
    logprobs: Option<()>,
    finish_reason: Option<&'c FinishReason>,
}

impl ChunkEvents for TextChunks {
    fn chunk(&mut self, chunk: ChatChunk<'_>, output: &mut Encoder) {
        for choice in chunk.choices() {
            self.lost.reasoning |= choice.delta.reasoning_content.is_some();
            self.lost.refusal |= choice.delta.refusal.is_some();
        }
        self.lost.hosted_item |= chunk.hosted_item().is_some();
        let usage = chunk.usage().filter(|_| self.show_usage);
        let choices = chunk.choices().map(|choice| TextChoice {
            text: choice.delta.content.as_deref().unwrap_or_default(),
            index: choice.index,
            logprobs: None,
            finish_reason: choice.finish_reason.as_ref(),
        });
        // Roles, reasoning and the like are no text.
        let choices: Vec<_> =
            choices.filter(|it| !it.text.is_empty() || it.finish_reason.is_some()).collect();
        if choices.is_empty() && usage.is_none() {
            return;
        }
        let text = TextChunk {
            id: chunk.id.as_deref(),
            object: "text_completion",
            created: chunk.created,
            model: chunk.model.as_deref(),
            choices,
            usage,
        };
        self.scratch.write(None, &text, output);
    }

    fn end(&mut self, output: &mut Encoder) {
        output.data("[DONE]").end();
    }

    fn fail(&mut self, failure: &Failure, output: &mut Encoder) {
        self.scratch.write(None, &failure.body(Dialect::OpenAi), output);
    }

    fn losses(&self) -> Vec<String> {
        let Lost { reasoning, refusal, hosted_item } = self.lost;
        let lost =
            [("reasoning_content", reasoning), ("refusal", refusal), ("hosted_item", hosted_item)];
        let lost = lost.into_iter().filter_map(|(name, is_there)| is_there.then_some(name));
        lost.map(|name| format!("{name} has no counterpart and was left out")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_told() {
        let mut output = Encoder::new();
        let mut events = TextChunks::new(true);
        assert!(events.losses().is_empty());
        for (delta, name) in [
            (r#"{"reasoning_content":"Hm."}"#, "reasoning_content"),
            (r#"{"refusal":"No."}"#, "refusal"),
        ] {
            let chunk = format!(r#"{{"choices":[{{"index":0,"delta":{delta}}}]}}"#);
            events.chunk(ChatChunk::from_json(&chunk).unwrap(), &mut output);
            let told = format!("{name} has no counterpart and was left out");
            assert_eq!(events.losses().last(), Some(&told));
        }
        let searching = r#"{"choices":[{"index":0,"delta":{}}],
            "hosted_item":{"output_index":0,"type":"web_search_call","progress":"searching"}}"#;
        events.chunk(ChatChunk::from_json(searching).unwrap(), &mut output);
        assert_eq!(events.losses().len(), 3);
        assert!(output.as_bytes().is_empty(), "nothing of it is an event");
    }
}
