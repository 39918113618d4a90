//! `POST /v1/embeddings` and `POST /v1/rerank`.

use std::sync::Arc;

use axum::extract::{Request, State};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Response;
use locus::router::{Embeddings, Model, Ranking};
use locus::wire::chat::Usage;
use locus::wire::native::{EmbedInputType, Truncate};
use locus::wire::resources::{EmbeddingInput, EmbeddingRequest, EncodingFormat};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Admitted, Reply, serve};
use super::completion::{guessed, unreadable};
use crate::app::App;
use crate::failure::{Dialect, Failure};
use crate::keys::Estimate;
use crate::record::Record;
use crate::reply::Body;
use crate::upstream::{Call, Deployment, Operation, Served};

pub(crate) async fn embeddings(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    serve(app, request, "embeddings", Dialect::OpenAi, embed).await
}

pub(crate) async fn rerank(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    serve(app, request, "rerank", Dialect::OpenAi, rank).await
}

async fn embed(app: &App, admitted: Admitted, record: &mut Record) -> Result<Reply, Failure> {
    let request: EmbeddingRequest = serde_json::from_slice(&admitted.body)
        .map_err(|error| unreadable("request for embeddings", &error))?;
    let texts = match &request.input {
        Some(EmbeddingInput::Text(text)) => vec![text.clone()],
        Some(EmbeddingInput::Texts(texts)) => texts.clone(),
        Some(EmbeddingInput::Tokens(_) | EmbeddingInput::TokenLists(_)) => {
            let message = "expected input of a text or a list of texts, found numbers of tokens";
            return Err(Failure::bad_request(message).about("input").with_hint(TOKENS));
        }
        _ => {
            let message = "expected input of a text or a list of texts, found something else";
            return Err(Failure::bad_request(message).about("input"));
        }
    };
    let mut losses = Vec::new();
    let (mut input_type, mut truncate) = (None, None);
    for (name, value) in request.extra.iter() {
        let text = serde_json::from_str::<String>(value.get()).ok();
        let text = text.map(|text| text.to_ascii_uppercase());
        match (name, text) {
            ("input_type", Some(text)) => input_type = Some(EmbedInputType::from(text)),
            ("truncate", Some(text)) => truncate = Some(Truncate::from(text)),
            _ => losses.push(format!("{name} is not known for embeddings")),
        }
    }
    let dimensions = request.dimensions;
    let mut operation = Embed { texts, input_type, truncate, dimensions };
    let served = run(app, &admitted, record, &request.model, &mut operation).await?;
    let found = &served.output;
    let mut usage = Usage::default();
    usage.prompt_tokens = found.total_tokens;
    usage.total_tokens = found.total_tokens;
    record.usage(found.total_tokens.is_some().then_some(&usage));
    let id = found.opc_request_ids.first().cloned();
    let body = embedded(&request, found);
    Ok(finish(served, id.as_deref(), &body, record).losses(&losses, &[]))
}

/// OpenAI's answer. Its client for Python asks for base64 whenever its user does not say.
fn embedded(request: &EmbeddingRequest, found: &Embeddings) -> Value {
    let wants_base64 = request.encoding_format == Some(EncodingFormat::Base64);
    let data: Vec<Value> = found
        .vectors
        .iter()
        .enumerate()
        .map(|(index, vector)| {
            let embedding = if wants_base64 {
                let bytes: Vec<u8> =
                    vector.iter().flat_map(|number| number.to_le_bytes()).collect();
                Value::from(STANDARD.encode(bytes))
            } else {
                json!(vector)
            };
            json!({"object": "embedding", "index": index, "embedding": embedding})
        })
        .collect();
    let tokens = found.total_tokens.unwrap_or_default();
    json!({
        "object": "list",
        "data": data,
        "model": request.model,
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    })
}

struct Embed {
    texts: Vec<String>,
    input_type: Option<EmbedInputType>,
    truncate: Option<Truncate>,
    dimensions: Option<u32>,
}

impl Operation for Embed {
    type Output = Embeddings;

    async fn attempt(&mut self, _: &Deployment, model: Model) -> Result<Embeddings, Failure> {
        let mut call = model.embed(self.texts.iter().map(String::as_str));
        if let Some(kind) = &self.input_type {
            call = call.input_type(kind.clone());
        }
        if let Some(truncate) = &self.truncate {
            call = call.truncate(truncate.clone());
        }
        if let Some(dimensions) = self.dimensions {
            call = call.dimensions(dimensions);
        }
        call.await.map_err(|error| Failure::upstream(&error))
    }
}

/// A request to rank, in Cohere's form, as LiteLLM takes it.
#[derive(Deserialize)]
struct RerankRequest {
    model: String,
    query: String,
    documents: Vec<Document>,
    top_n: Option<u32>,
    return_documents: Option<bool>,
    max_chunks_per_doc: Option<u32>,
    max_tokens_per_doc: Option<u32>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected each document to be a text or an object with a `text`")]
enum Document {
    Text(String),
    Object { text: String },
}

impl Document {
    fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Object { text } => text,
        }
    }
}

async fn rank(app: &App, admitted: Admitted, record: &mut Record) -> Result<Reply, Failure> {
    let mut losses = Vec::new();
    let mut reader = serde_json::Deserializer::from_slice(&admitted.body);
    let mut request: RerankRequest = serde_ignored::deserialize(&mut reader, |path| {
        losses.push(format!("{path} is not known for ranking"));
    })
    .map_err(|error| unreadable("request to rank", &error))?;
    reader.end().map_err(|error| unreadable("request to rank", &error))?;
    let model = std::mem::take(&mut request.model);
    let mut operation = Rank { request };
    let served = run(app, &admitted, record, &model, &mut operation).await?;
    let Rank { request } = operation;
    let results: Vec<Value> = served
        .output
        .ranks
        .iter()
        .map(|rank| {
            let mut result = json!({"index": rank.index, "relevance_score": rank.score});
            let document = request.documents.get(rank.index).filter(|_| {
                // LiteLLM's default, unlike Cohere's.
                request.return_documents != Some(false)
            });
            if let (Some(document), Some(members)) = (document, result.as_object_mut()) {
                members.insert("document".to_owned(), json!({"text": document.text()}));
            }
            result
        })
        .collect();
    let id = served.output.opc_request_id.clone();
    let body = json!({"id": id, "model": model, "results": results, "meta": {}});
    Ok(finish(served, id.as_deref(), &body, record).losses(&losses, &[]))
}

struct Rank {
    request: RerankRequest,
}

impl Operation for Rank {
    type Output = Ranking;

    async fn attempt(&mut self, _: &Deployment, model: Model) -> Result<Ranking, Failure> {
        let documents = self.request.documents.iter().map(Document::text);
        let mut call = model.rerank(self.request.query.as_str(), documents);
        if let Some(count) = self.request.top_n {
            call = call.top_n(count);
        }
        if let Some(chunks) = self.request.max_chunks_per_doc {
            call = call.max_chunks_per_document(chunks);
        }
        if let Some(tokens) = self.request.max_tokens_per_doc {
            call = call.max_tokens_per_document(tokens);
        }
        call.await.map_err(|error| Failure::upstream(&error))
    }
}

/// What both do around their call.
async fn run<O: Operation>(
    app: &App,
    admitted: &Admitted,
    record: &mut Record,
    model: &str,
    operation: &mut O,
) -> Result<Served<O::Output>, Failure> {
    let upstreams = &admitted.live.upstreams;
    if let Some((group, _)) = upstreams.find(model) {
        record.model(&group.name);
    }
    let estimate = Estimate { prompt: guessed(&admitted.body), answer: 0 };
    let grant = admitted.caller.take(model, estimate, || upstreams.dearest(model)).await?;
    record.granted(admitted.caller.id(), grant);
    Call::new(upstreams, &app.metrics).run(model, operation).await
}

fn finish<T>(served: Served<T>, id: Option<&str>, body: &Value, record: &mut Record) -> Reply {
    record.price(served.price);
    let reply = Reply::json(body.to_string()).opc_request_id(id).served(served.way());
    record.opc_request_id(id);
    record.model(&served.group);
    record.served_by(served.lease);
    reply
}

/// What sends tokens is mostly LangChain, which knows no other vendor's than OpenAI's.
const TOKENS: &str = "each vendor's tokens are others: send texts; LangChain does with check_embedding_ctx_length=False";
