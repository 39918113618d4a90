//! Reranking: documents in the order in which they answer a query.

use std::future::{Future, IntoFuture};
use std::pin::Pin;

use oci_wire::native::RerankTextDetails;

use crate::embed::serving;
use crate::error::Error;
use crate::router::Model;
use crate::transport::Operation;

/// A ranking being asked for; await it to send.
#[derive(Clone, Debug)]
#[must_use = "a call is sent when it is awaited"]
pub struct Rerank {
    model: Model,
    query: String,
    documents: Vec<String>,
    top_n: Option<u32>,
    max_chunks: Option<u32>,
    max_tokens: Option<u32>,
}

/// The documents, the one that answers best first.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Ranking {
    /// The ranks.
    pub ranks: Vec<Rank>,
    /// The id by which Oracle finds the request.
    pub opc_request_id: Option<String>,
}

/// One document of a [`Ranking`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Rank {
    /// The document's place in what was asked.
    pub index: usize,
    /// How well it answers, from 0 to 1.
    pub score: f64,
}

impl Rerank {
    pub(crate) fn new(model: Model, query: String, documents: Vec<String>) -> Self {
        Self { model, query, documents, top_n: None, max_chunks: None, max_tokens: None }
    }

    /// How many documents the ranking has at most. Default: all.
    pub fn top_n(mut self, documents: u32) -> Self {
        self.top_n = Some(documents);
        self
    }

    /// Into how many pieces a long document is cut at most. Default: the model's.
    pub fn max_chunks_per_document(mut self, chunks: u32) -> Self {
        self.max_chunks = Some(chunks);
        self
    }

    /// How many tokens of a document are looked at; the rest is left out. Default: the model's.
    pub fn max_tokens_per_document(mut self, tokens: u32) -> Self {
        self.max_tokens = Some(tokens);
        self
    }

    async fn send(self) -> Result<Ranking, Error> {
        let (route, id) = self.model.routed(Operation::Rerank)?;
        let client = self.model.client_for(route, id)?;
        let compartment = client.compartment_id();
        let compartment =
            compartment.ok_or_else(|| Error::NoCompartment { model: id.to_owned() })?;
        let serving = serving(route, id, self.model.choice.endpoint_id.as_deref());
        let mut details = RerankTextDetails::new(compartment, serving, self.query, self.documents);
        details.top_n = self.top_n;
        details.max_chunks_per_document = self.max_chunks;
        details.max_tokens_per_document = self.max_tokens;
        let answer = client.rerank_text(&details).await?;
        let opc_request_id = answer.opc_request_id().map(str::to_owned);
        let ranks: Vec<Rank> = answer
            .document_ranks
            .iter()
            .filter_map(|rank| {
                let index = usize::try_from(rank.index?).ok()?;
                Some(Rank { index, score: rank.relevance_score.as_ref()?.as_f64() })
            })
            .collect();
        if ranks.len() == answer.document_ranks.len() {
            return Ok(Ranking { ranks, opc_request_id });
        }
        let expected = format!("{} ranks with index and score", answer.document_ranks.len());
        Err(Error::Incomplete { expected, found: ranks.len(), opc_request_id })
    }
}

impl IntoFuture for Rerank {
    type Output = Result<Ranking, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
