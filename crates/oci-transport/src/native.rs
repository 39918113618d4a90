//! The native transport: `/20231130/actions`, Oracle's own dialect.

use oci_wire::native::{
    ApiFormat, ApplyGuardrailsDetails, ApplyGuardrailsResult, BaseChatRequest, ChatDetails,
    ChatResult, EmbedTextDetails, EmbedTextResult, GenerateTextDetails, GenerateTextResult,
    GuardrailVersionCollection, LlmInferenceRequest, RerankTextDetails, RerankTextResult,
    SummarizeTextDetails, SummarizeTextResult,
};

use crate::answer::Answer;
use crate::call::Call;
use crate::client::Client;
use crate::error::{Error, ErrorKind};
use crate::operation::{
    APPLY_GUARDRAILS, EMBED_TEXT, GENERATE_TEXT, GUARDRAIL_VERSIONS, NATIVE_CHAT, RERANK_TEXT,
    SUMMARIZE_TEXT,
};
use crate::path::Path;
use crate::stream::ChatStream;

/// Native operations name the compartment in their bodies; the client's own is not put there.
impl Client {
    /// Sends a native chat request and waits for the whole answer. An `isStream` that asks for a stream is left out.
    ///
    /// # Errors
    /// As for [`chat`](Self::chat).
    pub async fn native_chat(&self, mut details: ChatDetails) -> Result<Answer<ChatResult>, Error> {
        set_stream(&mut details.chat_request, false)?;
        let call = Call::json(&NATIVE_CHAT, details.serving_mode.id(), &details)?;
        self.whole(call, |result: &ChatResult| result.chat_response.is_some()).await
    }

    /// Sends a native chat request and returns the stream of its answer, as chunks of chat completions.
    ///
    /// `isStream` is set. Token counts come only if the request asks for them with `streamOptions`, except from Cohere.
    ///
    /// # Errors
    /// As for [`chat_stream`](Self::chat_stream), and [`ErrorKind::Request`] for a request of a format unknown to this crate.
    pub async fn native_chat_stream(&self, mut details: ChatDetails) -> Result<ChatStream, Error> {
        let wants_usage = set_stream(&mut details.chat_request, true)?;
        let format = details.chat_request.api_format().unwrap_or(ApiFormat::Generic);
        let call = Call::json(&NATIVE_CHAT, details.serving_mode.id(), &details)?;
        let opened = self.streamed(&call).await?;
        Ok(ChatStream::native(opened, format, wants_usage))
    }

    /// Embeds texts or images.
    ///
    /// # Errors
    /// As for [`chat`](Self::chat).
    pub async fn embed_text(
        &self,
        details: &EmbedTextDetails,
    ) -> Result<Answer<EmbedTextResult>, Error> {
        let call = Call::json(&EMBED_TEXT, details.serving_mode.id(), details)?;
        self.whole(call, |result: &EmbedTextResult| {
            result.embeddings.is_some() || result.embeddings_by_type.is_some()
        })
        .await
    }

    /// Ranks documents by how well they answer a query.
    ///
    /// # Errors
    /// As for [`chat`](Self::chat).
    pub async fn rerank_text(
        &self,
        details: &RerankTextDetails,
    ) -> Result<Answer<RerankTextResult>, Error> {
        let call = Call::json(&RERANK_TEXT, details.serving_mode.id(), details)?;
        self.whole(call, |result: &RerankTextResult| !result.document_ranks.is_empty()).await
    }

    /// Checks text or images for harmful content, personal data and prompt injection.
    ///
    /// # Errors
    /// As for [`chat`](Self::chat).
    pub async fn apply_guardrails(
        &self,
        details: &ApplyGuardrailsDetails,
    ) -> Result<Answer<ApplyGuardrailsResult>, Error> {
        let call = Call::json(&APPLY_GUARDRAILS, "", details)?;
        self.whole(call, |result: &ApplyGuardrailsResult| result.results.is_some()).await
    }

    /// One page of the versions of the guardrails, in the client's compartment.
    ///
    /// `state` is for example `ACTIVE`, `page` what `opc-next-page` of the answer before said.
    ///
    /// # Errors
    /// As for [`chat`](Self::chat).
    pub async fn guardrail_versions(
        &self,
        state: Option<&str>,
        limit: Option<u32>,
        page: Option<&str>,
    ) -> Result<Answer<GuardrailVersionCollection>, Error> {
        let limit = limit.map(|limit| limit.to_string());
        let path = Path::new(GUARDRAIL_VERSIONS.path)
            .query("state", state)
            .query("limit", limit.as_deref())
            .query("page", page)
            .build()?;
        let call = Call::at(&GUARDRAIL_VERSIONS, path);
        self.whole(call, |versions: &GuardrailVersionCollection| {
            !versions.items.is_empty() || versions.extra.is_empty()
        })
        .await
    }

    /// Generates text with a model that does not chat, whole. An `isStream` that asks for a stream is left out.
    ///
    /// # Errors
    /// As for [`chat`](Self::chat).
    pub async fn generate_text(
        &self,
        mut details: GenerateTextDetails,
    ) -> Result<Answer<GenerateTextResult>, Error> {
        match &mut details.inference_request {
            LlmInferenceRequest::Cohere(request) => {
                request.is_stream = unstreamed(request.is_stream);
            }
            LlmInferenceRequest::Llama(request) => {
                request.is_stream = unstreamed(request.is_stream);
            }
            _ => {}
        }
        let call = Call::json(&GENERATE_TEXT, details.serving_mode.id(), &details)?;
        self.whole(call, |result: &GenerateTextResult| result.inference_response.is_some()).await
    }

    /// Summarises a text.
    ///
    /// # Errors
    /// As for [`chat`](Self::chat).
    pub async fn summarize_text(
        &self,
        details: &SummarizeTextDetails,
    ) -> Result<Answer<SummarizeTextResult>, Error> {
        let call = Call::json(&SUMMARIZE_TEXT, details.serving_mode.id(), details)?;
        self.whole(call, |result: &SummarizeTextResult| result.summary.is_some()).await
    }
}

/// `false` may stay, as it says the same as nothing.
fn unstreamed(is_stream: Option<bool>) -> Option<bool> {
    is_stream.filter(|is_stream| !is_stream)
}

/// Says whether the answer is to be streamed, and returns whether token counts were asked for.
fn set_stream(request: &mut BaseChatRequest, stream: bool) -> Result<bool, Error> {
    let (is_stream, options) = match request {
        BaseChatRequest::Generic(request) => (&mut request.is_stream, &mut request.stream_options),
        BaseChatRequest::Cohere(request) => (&mut request.is_stream, &mut request.stream_options),
        BaseChatRequest::CohereV2(request) => (&mut request.is_stream, &mut request.stream_options),
        _ => {
            let message =
                "expected a request of the format GENERIC, COHERE or COHEREV2, found another one";
            return Err(Error::new(ErrorKind::Request, message));
        }
    };
    if stream {
        *is_stream = Some(true);
    } else if *is_stream == Some(true) {
        (*is_stream, *options) = (None, None);
    }
    Ok(options.as_ref().is_some_and(|options| options.is_include_usage == Some(true)))
}
