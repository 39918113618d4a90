//! Embeddings: any number of texts or images, in batches that the service takes.

use std::future::{Future, IntoFuture};
use std::pin::Pin;

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use oci_transport::Client;
use oci_wire::native::{
    EmbedInputType, EmbedTextDetails, EmbedTextResult, ServingMode, Truncate, Usage,
};
use oci_wire::resources::{EmbeddingRequest, EmbeddingResponse};
use oci_wire::{Loss, LossKind, Number};

use crate::error::Error;
use crate::route::Route;
use crate::router::Model;
use crate::transport::{Operation, Serving, Transport};
use crate::warning::Warning;

/// Embeddings being asked for; await it to send.
///
/// ```no_run
/// # async fn run(router: oci_router::Router) -> Result<(), oci_router::Error> {
/// let model = router.model("oci:cohere.embed-v4.0");
/// let embeddings = model.embed(["a cat", "a dog"]).await?;
/// assert_eq!(embeddings.vectors.len(), 2);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a call is sent when it is awaited"]
pub struct Embed {
    model: Model,
    inputs: Vec<String>,
    input_type: Option<EmbedInputType>,
    truncate: Option<Truncate>,
    dimensions: Option<u32>,
}

/// The embeddings of all inputs, in their order.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Embeddings {
    /// One vector for each input.
    pub vectors: Vec<Vec<f32>>,
    /// The tokens that all batches took together, where the service tells.
    pub total_tokens: Option<u64>,
    /// The ids by which Oracle finds the requests, one for each batch.
    pub opc_request_ids: Vec<String>,
    /// What of the call the API that serves the model does not have; empty when it did all of it.
    pub warnings: Vec<Warning>,
}

impl Embed {
    pub(crate) fn new(model: Model, inputs: Vec<String>) -> Self {
        Self { model, inputs, input_type: None, truncate: None, dimensions: None }
    }

    /// What the vectors are for: documents to be found, queries, classification, clustering, or `IMAGE` for inputs that are
    /// `data:` URLs. Default: the model's own.
    pub fn input_type(mut self, kind: EmbedInputType) -> Self {
        self.input_type = Some(kind);
        self
    }

    /// What becomes of an input that is too long. Default: it is refused.
    pub fn truncate(mut self, truncate: Truncate) -> Self {
        self.truncate = Some(truncate);
        self
    }

    /// How many numbers a vector has. Default: the model's own.
    pub fn dimensions(mut self, numbers: u32) -> Self {
        self.dimensions = Some(numbers);
        self
    }

    async fn send(self) -> Result<Embeddings, Error> {
        let (route, id) = self.model.routed(Operation::Embeddings)?;
        let client = self.model.client_for(route, id)?;
        // An image is a request of its own.
        let size = if self.input_type == Some(EmbedInputType::Image) { 1 } else { BATCH };
        // Nothing is sent until a future is polled, which `buffered` does for a few at a time.
        let mut batches = Vec::new();
        for batch in self.inputs.chunks(size) {
            batches.push(self.batch(&client, route, id, batch));
        }
        let batches: Vec<_> = stream::iter(batches).buffered(CONCURRENT).try_collect().await?;
        let mut whole =
            Embeddings { warnings: self.foreign(route).collect(), ..Default::default() };
        for batch in batches {
            whole.vectors.extend(batch.vectors);
            whole.opc_request_ids.extend(batch.opc_request_ids);
            if let Some(tokens) = batch.total_tokens {
                whole.total_tokens = Some(whole.total_tokens.unwrap_or_default() + tokens);
            }
        }
        Ok(whole)
    }

    /// What the OpenAI-compatible API has no parameter for.
    fn foreign(&self, route: Route) -> impl Iterator<Item = Warning> + use<> {
        let is_lost = route.transport != Transport::Native;
        let parameters =
            [(self.input_type.is_some(), "input_type"), (self.truncate.is_some(), "truncate")];
        let lost = parameters.into_iter().filter(move |(is_set, _)| is_lost && *is_set);
        lost.map(|(_, name)| Warning::Request(Loss::new(LossKind::Dropped, name)))
    }

    async fn batch(
        &self,
        client: &Client,
        route: Route,
        id: &str,
        inputs: &[String],
    ) -> Result<Embeddings, Error> {
        let batch = if route.transport == Transport::Native {
            let answer = client.embed_text(&self.details(client, route, id, inputs)?).await?;
            let opc_request_ids = answer.opc_request_id().map(str::to_owned).into_iter().collect();
            Embeddings { opc_request_ids, ..of_native(&answer) }
        } else {
            let mut request = EmbeddingRequest::new(id, inputs.to_vec());
            request.dimensions = self.dimensions;
            let answer = client.embeddings(&request).await?;
            let opc_request_ids = answer.opc_request_id().map(str::to_owned).into_iter().collect();
            Embeddings { opc_request_ids, ..of_openai(&answer) }
        };
        if batch.vectors.len() == inputs.len() {
            return Ok(batch);
        }
        Err(Error::Incomplete {
            expected: format!("{} embeddings", inputs.len()),
            found: batch.vectors.len(),
            opc_request_id: batch.opc_request_ids.into_iter().next(),
        })
    }

    fn details(
        &self,
        client: &Client,
        route: Route,
        id: &str,
        inputs: &[String],
    ) -> Result<EmbedTextDetails, Error> {
        let compartment = client.compartment_id();
        let compartment =
            compartment.ok_or_else(|| Error::NoCompartment { model: id.to_owned() })?;
        let serving = serving(route, id, self.model.choice.endpoint_id.as_deref());
        let mut details = EmbedTextDetails::new(compartment, serving, inputs.to_vec());
        details.input_type.clone_from(&self.input_type);
        details.truncate.clone_from(&self.truncate);
        details.output_dimensions = self.dimensions;
        Ok(details)
    }
}

/// Who serves a native call: the model on shared capacity, or an endpoint of a dedicated AI cluster.
pub(crate) fn serving(route: Route, id: &str, endpoint_id: Option<&str>) -> ServingMode {
    match (route.serving, endpoint_id) {
        (_, Some(endpoint)) => ServingMode::dedicated(endpoint),
        (Serving::Dedicated, None) => ServingMode::dedicated(id),
        (Serving::OnDemand, None) => ServingMode::on_demand(id),
    }
}

fn of_native(result: &EmbedTextResult) -> Embeddings {
    let rows = result.embeddings.iter().flatten();
    let numbers = |row: &Vec<Number>| row.iter().map(|number| number.as_f64() as f32).collect();
    let total_tokens = result.usage.as_ref().and_then(|usage: &Usage| usage.total_tokens);
    Embeddings { vectors: rows.map(numbers).collect(), total_tokens, ..Embeddings::default() }
}

fn of_openai(response: &EmbeddingResponse) -> Embeddings {
    let mut rows: Vec<_> = response.data.iter().collect();
    rows.sort_by_key(|row| row.index);
    let vectors = rows.iter().filter_map(|row| row.embedding.as_ref()?.to_f32()).collect();
    let total_tokens = response.usage.as_ref().and_then(|usage| usage.total_tokens);
    Embeddings { vectors, total_tokens, ..Embeddings::default() }
}

impl IntoFuture for Embed {
    type Output = Result<Embeddings, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// The largest batch of texts that the service takes, by Oracle's documentation.
const BATCH: usize = 96;

/// How many batches are asked for at a time.
const CONCURRENT: usize = 4;
