//! Requests of chat completions in the native envelope.

use crate::chat::ChatRequest;
use crate::family::Family;
use crate::loss::Translated;
use crate::native::envelope::{ApiFormat, BaseChatRequest, ChatDetails};
use crate::native::serving::ServingMode;
use crate::native::translate::{cohere_request, cohere_v2_request, generic_request};

/// The request as the body of `POST /20231130/actions/chat`.
///
/// Which format the model speaks and of which family it is are the caller's to say; an unknown format is written as
/// `GENERIC`, which all families but Cohere's take.
///
/// ```
/// use oci_wire::Family;
/// use oci_wire::chat::{ChatRequest, Message};
/// use oci_wire::native::translate::chat_details;
/// use oci_wire::native::{ApiFormat, ServingMode};
///
/// let request = ChatRequest::new("openai.gpt-5", [Message::user("hi")]).with_max_tokens(500);
/// let mode = ServingMode::on_demand(&*request.model);
/// let details = chat_details(&request, &ApiFormat::Generic, Family::OpenAi, "ocid1.compartment.oc1..x", mode);
/// assert!(details.losses.is_empty());
/// let json = serde_json::to_value(&details.value).unwrap();
/// assert_eq!(json["chatRequest"]["maxCompletionTokens"], 500);
/// ```
#[must_use]
pub fn chat_details(
    request: &ChatRequest,
    format: &ApiFormat,
    family: Family,
    compartment_id: impl Into<String>,
    serving_mode: ServingMode,
) -> Translated<ChatDetails> {
    let translated = match format {
        ApiFormat::Cohere => cohere_request(request).map(BaseChatRequest::from),
        ApiFormat::CohereV2 => cohere_v2_request(request).map(BaseChatRequest::from),
        ApiFormat::Generic | ApiFormat::Other(_) => {
            generic_request(request, family).map(BaseChatRequest::from)
        }
    };
    translated.map(|native| ChatDetails::new(compartment_id, serving_mode, native))
}
