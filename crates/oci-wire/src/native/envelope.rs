//! The envelope of native chat: [`ChatDetails`] around a request, [`ChatResult`] around an answer.

use crate::chat::ChunkError;
use crate::native::serving::ServingMode;
use crate::native::{cohere, cohere_v2, generic};
use crate::object::{object, plain_slot};
use crate::open_enum::open_enum;
use crate::tagged::tagged;

open_enum! {
    /// The dialect inside the envelope; which one a model speaks is not decided here.
    pub enum ApiFormat {
        /// Most families: Meta, xAI, OpenAI, Google, Mistral and imported models.
        Generic = "GENERIC",
        /// Cohere's first format.
        Cohere = "COHERE",
        /// Cohere's second format, needed for images and thinking.
        CohereV2 = "COHEREV2",
    }
}

object! { strict
    /// The body of `POST /20231130/actions/chat`.
    ///
    /// The service refuses unknown keys, so `extra` is for parameters it has learned since.
    pub struct ChatDetails {
        /// The OCID of the compartment that is charged.
        pub compartment_id: String = required "compartmentId",
        /// Which model serves the call.
        pub serving_mode: ServingMode = required "servingMode",
        /// The request proper.
        pub chat_request: BaseChatRequest = required "chatRequest",
    }
}

impl ChatDetails {
    /// A request in its envelope.
    #[must_use]
    pub fn new(
        compartment_id: impl Into<String>,
        serving_mode: ServingMode,
        chat_request: impl Into<BaseChatRequest>,
    ) -> Self {
        Self {
            compartment_id: compartment_id.into(),
            serving_mode,
            chat_request: chat_request.into(),
            ..Self::default()
        }
    }
}

tagged! {
    /// A chat request, told apart by `apiFormat`.
    #[expect(clippy::large_enum_variant, reason = "there is one per call, and it is never in a list")]
    pub enum BaseChatRequest by "apiFormat" {
        /// For most families.
        "GENERIC" => Generic(generic::ChatRequest),
        /// Cohere's first format.
        "COHERE" => Cohere(cohere::ChatRequest),
        /// Cohere's second format.
        "COHEREV2" => CohereV2(cohere_v2::ChatRequest),
    }
}

impl BaseChatRequest {
    /// The format; `None` for a request whose text has none.
    #[must_use]
    pub fn api_format(&self) -> Option<ApiFormat> {
        Some(match self {
            Self::Generic(_) => ApiFormat::Generic,
            Self::Cohere(_) => ApiFormat::Cohere,
            Self::CohereV2(_) => ApiFormat::CohereV2,
            Self::Other(raw) => {
                return crate::tagged::peek(raw.get(), "apiFormat")
                    .map(|format| ApiFormat::from(format.as_str()));
            }
        })
    }
}

impl Default for BaseChatRequest {
    fn default() -> Self {
        Self::Generic(generic::ChatRequest::default())
    }
}

plain_slot!(BaseChatRequest);

object! { kept
    /// The answer of native chat.
    pub struct ChatResult {
        /// The model that answered, or the endpoint's OCID.
        pub model_id: Option<String> = "modelId",
        /// Its version.
        pub model_version: Option<String> = "modelVersion",
        /// The answer proper.
        pub chat_response: Option<BaseChatResponse> = "chatResponse",
    }
}

impl ChatResult {
    /// Reads the body of a successful answer.
    ///
    /// # Errors
    /// When the body is not a JSON object; the error tells where, never what the text said.
    pub fn from_json(body: &[u8]) -> Result<Self, ChunkError> {
        serde_json::from_slice(body)
            .map_err(|error| ChunkError::new("a native chat answer", &error))
    }
}

tagged! {
    /// A chat answer, told apart by `apiFormat`.
    pub enum BaseChatResponse by "apiFormat" {
        /// Of most families.
        "GENERIC" => Generic(generic::ChatResponse),
        /// Of Cohere's first format.
        "COHERE" => Cohere(cohere::ChatResponse),
        /// Of Cohere's second format.
        "COHEREV2" => CohereV2(cohere_v2::ChatResponse),
    }
}

object! { strict
    /// What a native stream carries besides content.
    pub struct StreamOptions {
        /// Whether one more event with the token counts follows the one that ends the answer.
        pub is_include_usage: Option<bool> = "isIncludeUsage",
    }
}

impl StreamOptions {
    /// Asks for the token counts.
    #[must_use]
    pub fn usage() -> Self {
        Self { is_include_usage: Some(true), ..Self::default() }
    }
}
