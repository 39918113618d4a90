//! The router: one chat API, whatever the transport.

use std::future::{Future, IntoFuture};
use std::pin::Pin;

use oci_transport::{Answer, ChatStream, Client};
use oci_wire::chat::{ChatRequest, ChatResponse, Message, StreamOptions};

use crate::error::Error;
use crate::model_id::ModelId;
use crate::route::{Route, route};
use crate::transport::Transport;

/// Reaches every model of the service through one client. Clones are cheap and share the connections.
///
/// ```no_run
/// # async fn run(client: oci_transport::Client) -> Result<(), oci_router::Error> {
/// use oci_router::Router;
///
/// let router = Router::new(client);
/// let answer = router.model("oci:openai.gpt-5.5").chat("What is 2x2?").await?;
/// println!("{}", answer.text());
///
/// let mut stream = router.model("oci:meta.llama-3.3-70b-instruct").chat("What is 2x2?").system("Be brief.").stream().await?;
/// while let Some(chunk) = stream.next().await {
///     print!("{}", chunk?.text().unwrap_or_default());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Router {
    client: Client,
}

impl Router {
    /// A router over a client.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// The client that requests go through.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// A model by its id, such as `oci:openai.gpt-5.5`; the prefix may be left out.
    ///
    /// Nothing is checked yet: an id without a route is an error of the call.
    #[must_use]
    pub fn model(&self, id: impl Into<String>) -> Model {
        Model { client: self.client.clone(), id: id.into() }
    }
}

/// A model of the service.
#[derive(Clone, Debug)]
pub struct Model {
    client: Client,
    id: String,
}

impl Model {
    /// The id as it was given.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// How the model is reached.
    ///
    /// # Errors
    /// [`Error`] if the id has no route.
    pub fn route(&self) -> Result<Route, Error> {
        Ok(route(ModelId::parse(&self.id)?)?)
    }

    /// A chat call with a prompt, a list of messages or a whole [`ChatRequest`], whose `model` is replaced.
    ///
    /// Awaiting it gives the whole answer; [`Chat::stream`] gives it piece by piece.
    pub fn chat(&self, input: impl Into<ChatInput>) -> Chat {
        Chat { model: self.clone(), request: input.into().0 }
    }

    /// The same as `chat(input).stream()`.
    ///
    /// # Errors
    /// As for [`Chat::stream`].
    pub async fn stream(&self, input: impl Into<ChatInput>) -> Result<ChatStream, Error> {
        self.chat(input).stream().await
    }

    /// The client, and the id to send, if the model is reached over V1.
    fn v1(&self) -> Result<(&Client, &str), Error> {
        let id = ModelId::parse(&self.id)?;
        match route(id)?.transport {
            Transport::V1 => Ok((&self.client, id.as_str())),
            transport => Err(Error::not_built(id.as_str(), transport)),
        }
    }
}

/// What a chat call begins with: a prompt, messages or a whole request.
#[derive(Clone, Debug)]
pub struct ChatInput(ChatRequest);

impl From<&str> for ChatInput {
    fn from(prompt: &str) -> Self {
        Self::from([Message::user(prompt)])
    }
}

impl From<String> for ChatInput {
    fn from(prompt: String) -> Self {
        Self::from([Message::user(prompt)])
    }
}

impl From<Vec<Message>> for ChatInput {
    fn from(messages: Vec<Message>) -> Self {
        Self(ChatRequest::new("", messages))
    }
}

impl<const N: usize> From<[Message; N]> for ChatInput {
    fn from(messages: [Message; N]) -> Self {
        Self::from(Vec::from(messages))
    }
}

impl From<ChatRequest> for ChatInput {
    fn from(request: ChatRequest) -> Self {
        Self(request)
    }
}

/// A chat call being made up. Await it for the whole answer, or ask for its [`stream`](Self::stream).
#[derive(Clone, Debug)]
#[must_use = "a call is sent when it is awaited"]
pub struct Chat {
    model: Model,
    request: ChatRequest,
}

impl Chat {
    /// Puts a system message before all others.
    pub fn system(mut self, text: impl Into<String>) -> Self {
        self.request.messages.insert(0, Message::system(text.into()));
        self
    }

    /// Changes the request, which has every parameter of chat completions.
    pub fn with(mut self, change: impl FnOnce(&mut ChatRequest)) -> Self {
        change(&mut self.request);
        self
    }

    /// Sends the call and returns the stream of its answer as soon as the service accepts it.
    ///
    /// # Errors
    /// [`Error`] if the id has no route, its transport is not built yet, or the service refuses.
    pub async fn stream(self) -> Result<ChatStream, Error> {
        let (client, mut request) = self.ready()?;
        request.stream_options.get_or_insert_with(StreamOptions::usage);
        Ok(client.chat_stream(request).await?)
    }

    async fn send(self) -> Result<Answer<ChatResponse>, Error> {
        let (client, request) = self.ready()?;
        Ok(client.chat(request).await?)
    }

    /// The client to send with and the request, with the id that the service knows.
    fn ready(self) -> Result<(Client, ChatRequest), Error> {
        let (client, id) = self.model.v1()?;
        let mut request = self.request;
        id.clone_into(&mut request.model);
        Ok((client.clone(), request))
    }
}

impl IntoFuture for Chat {
    type Output = Result<Answer<ChatResponse>, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
