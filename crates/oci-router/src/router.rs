//! The router and its models.

use oci_transport::Client;
use oci_wire::Family;

use crate::chat::Chat;
use crate::embed::Embed;
use crate::error::Error;
use crate::input::{ChatInput, IntoModel};
use crate::model_id::ModelId;
use crate::repairs::Repairs;
use crate::rerank::Rerank;
use crate::route::{Choice, Route, resolve};
use crate::stream::ChatStream;
use crate::transport::{Format, Operation, Serving, Transport};

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
/// let mut stream = router.model("oci:cohere.command-r-plus").chat("What is 2x2?").system("Be brief.").stream().await?;
/// while let Some(chunk) = stream.next().await {
///     print!("{}", chunk?.text().unwrap_or_default());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Router {
    client: Client,
    transport: Option<Transport>,
    repairs: Repairs,
}

impl Router {
    /// A router over a client.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self { client, transport: None, repairs: Repairs::default() }
    }

    /// The same with one transport for all models, whatever the table says. A model can still [choose](Model::over) another.
    #[must_use]
    pub fn over(self, transport: Transport) -> Self {
        Self { transport: Some(transport), ..self }
    }

    /// The client that requests go through.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// A model by its id, such as `oci:openai.gpt-5.5`; the prefix may be left out. A [`Model`] is taken as it is.
    ///
    /// Nothing is checked yet: an id without a route is an error of the call.
    #[must_use]
    pub fn model(&self, model: impl IntoModel) -> Model {
        model.into_model(self)
    }

    pub(crate) fn by_id(&self, id: String) -> Model {
        let choice = Choice { transport: self.transport, ..Choice::default() };
        let (client, repairs) = (self.client.clone(), self.repairs.clone());
        Model { client, id, choice, stores: None, repairs }
    }
}

/// A model of the service. Clones share the connections.
#[derive(Clone, Debug)]
pub struct Model {
    pub(crate) client: Client,
    pub(crate) id: String,
    pub(crate) choice: Choice,
    pub(crate) stores: Option<bool>,
    pub(crate) repairs: Repairs,
}

impl Model {
    /// The id as it was given.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Reaches the model over this transport, whatever the table says; with it an unknown vendor passes too.
    #[must_use]
    pub fn over(mut self, transport: Transport) -> Self {
        self.choice.transport = Some(transport);
        self
    }

    /// Says of which family the model is, which an OCID does not.
    #[must_use]
    pub fn of_family(mut self, family: Family) -> Self {
        self.choice.family = Some(family);
        self
    }

    /// Says which format of the native API the model speaks. Default: that of its prefix or family.
    #[must_use]
    pub fn in_format(mut self, format: Format) -> Self {
        self.choice.format = Some(format);
        self
    }

    /// Calls the model on this endpoint of a dedicated AI cluster: the model's id then only says family and format.
    #[must_use]
    pub fn at_endpoint(mut self, endpoint_id: impl Into<String>) -> Self {
        self.choice.endpoint_id = Some(endpoint_id.into());
        self
    }

    /// Whether the service keeps the answers of all calls, as [`Chat::store`] says for one. Default: not.
    #[must_use]
    pub fn storing(mut self, store: bool) -> Self {
        self.stores = Some(store);
        self
    }

    /// How the model is reached for chat.
    ///
    /// # Errors
    /// [`Error`] if the id has no route.
    pub fn route(&self) -> Result<Route, Error> {
        Ok(resolve(ModelId::parse(&self.id)?, Operation::Chat, &self.choice)?)
    }

    /// A chat call with a prompt, a list of messages or a whole request, whose `model` is replaced.
    ///
    /// Awaiting it gives the whole answer; [`Chat::stream`] gives it piece by piece.
    pub fn chat(&self, input: impl ChatInput) -> Chat {
        Chat::new(self.clone(), input)
    }

    /// The same as `chat(input).stream()`.
    ///
    /// # Errors
    /// As for [`Chat::stream`].
    pub async fn stream(&self, input: impl ChatInput) -> Result<ChatStream, Error> {
        self.chat(input).stream().await
    }

    /// Embeddings of texts, or of images as `data:` URLs, in any number.
    pub fn embed(&self, inputs: impl IntoIterator<Item = impl Into<String>>) -> Embed {
        Embed::new(self.clone(), inputs.into_iter().map(Into::into).collect())
    }

    /// The order in which documents answer a query.
    pub fn rerank(
        &self,
        query: impl Into<String>,
        documents: impl IntoIterator<Item = impl Into<String>>,
    ) -> Rerank {
        let documents = documents.into_iter().map(Into::into).collect();
        Rerank::new(self.clone(), query.into(), documents)
    }

    /// The route of an operation, and the id to send.
    pub(crate) fn routed(&self, operation: Operation) -> Result<(Route, &str), Error> {
        let id = ModelId::parse(&self.id)?;
        Ok((resolve(id, operation, &self.choice)?, id.as_str()))
    }

    /// The client of the region that hosts the endpoint of a dedicated AI cluster, else the router's own; all that is sent with it
    /// belongs to one call.
    pub(crate) fn client_for(&self, route: Route, id: &str) -> Result<Client, Error> {
        let endpoint_id = self.choice.endpoint_id.as_deref().unwrap_or(id);
        let region = match route.serving {
            Serving::Dedicated => endpoint_id.split('.').nth(3).unwrap_or_default(),
            Serving::OnDemand => return Ok(self.client.one_call()),
        };
        let client = self.client.in_region(&region.to_ascii_lowercase());
        Ok(client.one_call())
    }
}
