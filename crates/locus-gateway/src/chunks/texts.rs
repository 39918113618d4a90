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
    has_reasoning: bool,
}

impl TextChunks {
    pub(crate) fn new(show_usage: bool) -> Self {
        Self { show_usage, scratch: Scratch::default(), has_reasoning: false }
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
        self.has_reasoning |= chunk.choices().any(|it| it.delta.reasoning_content.is_some());
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
        let told = "reasoning_content has no counterpart and was left out".to_owned();
        self.has_reasoning.then_some(told).into_iter().collect()
    }
}
