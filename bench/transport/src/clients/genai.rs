//! genai, with its adapter for OpenAI.

use futures_util::StreamExt as _;
use genai::adapter::AdapterKind;
use genai::chat::{ChatMessage, ChatRequest, ChatStream, ChatStreamEvent};
use genai::resolver::{AuthData, Endpoint, ServiceTargetResolver};
use genai::{Client, ModelIden, ServiceTarget};

use super::{Chat, reqwest};
use crate::answers::{KEY, MODEL, PROMPT};

#[derive(Clone)]
pub(crate) struct Genai(Client);

fn request() -> ChatRequest {
    ChatRequest::new(vec![ChatMessage::user(PROMPT)])
}

impl Chat for Genai {
    type Stream = ChatStream;

    fn new(server: &str) -> Self {
        let base = format!("{server}/v1/");
        let target = move |target: ServiceTarget| -> Result<_, genai::resolver::Error> {
            Ok(ServiceTarget {
                endpoint: Endpoint::from_owned(base.clone()),
                auth: AuthData::from_single(KEY),
                model: ModelIden::new(AdapterKind::OpenAI, target.model.model_name),
            })
        };
        let resolver = ServiceTargetResolver::from_resolver_fn(target);
        let client = Client::builder().with_service_target_resolver(resolver);
        let client = client.with_reqwest(reqwest::client()).build();
        Self(client.expect("there is nothing to fail"))
    }

    async fn call(&self) -> usize {
        let answer = self.0.exec_chat(MODEL, request(), None).await.expect("the server answers");
        answer.first_text().map_or(0, str::len)
    }

    async fn open(&self, model: &'static str) -> Self::Stream {
        let answer = self.0.exec_chat_stream(model, request(), None).await;
        answer.expect("the server answers").stream
    }

    async fn next(stream: &mut Self::Stream) -> Option<usize> {
        match stream.next().await?.expect("the stream is complete") {
            ChatStreamEvent::Chunk(chunk) => Some(chunk.content.len()),
            _ => Some(0),
        }
    }
}
