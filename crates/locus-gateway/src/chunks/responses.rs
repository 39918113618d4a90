//! Chunks as the events of OpenAI's Responses API.

use locus::wire::chat::ChatChunk;
use locus::wire::error::ErrorBody;
use locus::wire::responses::{Event, ResponsesEncoder, ResponsesRequest};
use oci_sse::Encoder;

use super::{ChunkEvents, Scratch};
use crate::failure::Failure;

/// Events with a name and data; a failure is a response that failed.
pub(crate) struct ResponsesChunks {
    encoder: ResponsesEncoder,
    scratch: Scratch,
}

impl ResponsesChunks {
    pub(crate) fn new(request: &ResponsesRequest) -> Self {
        Self { encoder: ResponsesEncoder::for_request(request), scratch: Scratch::default() }
    }
}

impl ChunkEvents for ResponsesChunks {
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
        let mut body = ErrorBody::default();
        body.code = failure.code.as_deref().map(str::to_owned);
        body.message = Some(failure.message.to_string());
        body.param = failure.param.as_deref().map(str::to_owned);
        let scratch = &mut self.scratch;
        self.encoder.fail(&body, |event| scratch.write(Some(event.name()), &event, output));
    }

    fn losses(&self) -> Vec<String> {
        self.encoder.losses().iter().map(ToString::to_string).collect()
    }
}
