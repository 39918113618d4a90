//! Chunks as the events of Anthropic's Messages API.

use locus::wire::anthropic::{Event, MessagesEncoder};
use locus::wire::chat::ChatChunk;
use oci_sse::Encoder;

use super::{ChunkEvents, Scratch};
use crate::failure::{Dialect, Failure};

/// Events with a name and data, as Anthropic's SDKs read them.
pub(crate) struct AnthropicChunks {
    encoder: MessagesEncoder,
    scratch: Scratch,
}

impl AnthropicChunks {
    pub(crate) fn new(model: &str) -> Self {
        Self { encoder: MessagesEncoder::new().with_model(model), scratch: Scratch::default() }
    }
}

impl ChunkEvents for AnthropicChunks {
    fn chunk(&mut self, chunk: ChatChunk<'_>, output: &mut Encoder) {
        let scratch = &mut self.scratch;
        let write = |event: Event<'_>| scratch.write(Some(event.name()), &event, output);
        self.encoder.push(&chunk, write);
    }

    fn end(&mut self, output: &mut Encoder) {
        let scratch = &mut self.scratch;
        self.encoder.finish(|event| scratch.write(Some(event.name()), &event, output));
    }

    fn fail(&mut self, failure: &Failure, output: &mut Encoder) {
        self.scratch.write(Some("error"), &failure.body(Dialect::Anthropic), output);
    }

    fn losses(&self) -> Vec<String> {
        self.encoder.losses().iter().map(ToString::to_string).collect()
    }
}
