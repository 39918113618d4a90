//! async-openai, with its own types.

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::types::chat::{
    ChatCompletionRequestUserMessageArgs, ChatCompletionResponseStream,
    CreateChatCompletionRequest, CreateChatCompletionRequestArgs,
};
use futures_util::StreamExt as _;

use super::{Chat, reqwest};
use crate::answers::{KEY, MODEL, PROMPT};

#[derive(Clone)]
pub(crate) struct AsyncOpenai(Client<OpenAIConfig>);

fn request(model: &str, stream: bool) -> CreateChatCompletionRequest {
    let message = ChatCompletionRequestUserMessageArgs::default().content(PROMPT).build();
    CreateChatCompletionRequestArgs::default()
        .model(model)
        .messages([message.expect("the content is set").into()])
        .stream(stream)
        .build()
        .expect("model and messages are set")
}

impl Chat for AsyncOpenai {
    type Stream = ChatCompletionResponseStream;

    fn new(server: &str) -> Self {
        let config = OpenAIConfig::new().with_api_base(format!("{server}/v1")).with_api_key(KEY);
        Self(Client::with_config(config).with_http_client(reqwest::client()))
    }

    async fn call(&self) -> usize {
        let answer = self.0.chat().create(request(MODEL, false)).await.expect("the server answers");
        let content = answer.choices.first().and_then(|choice| choice.message.content.as_ref());
        content.map_or(0, String::len)
    }

    async fn open(&self, model: &'static str) -> Self::Stream {
        let stream = self.0.chat().create_stream(request(model, true)).await;
        stream.expect("the server answers")
    }

    async fn next(stream: &mut Self::Stream) -> Option<usize> {
        let chunk = stream.next().await?.expect("the stream is complete");
        let content = chunk.choices.first().and_then(|choice| choice.delta.content.as_ref());
        Some(content.map_or(0, String::len))
    }
}
