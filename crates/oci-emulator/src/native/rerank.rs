//! Documents in the order of what they have to do with a question: `POST /20231130/actions/rerankText`.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::request::{self, Request, invalid};
use super::{MODEL_VERSION, schema};
use crate::catalogue::Api;
use crate::document::{flag, set, strings, text};
use crate::outcome::{Answer, Outcome};
use crate::random::hex;
use crate::route::Call;

/// Answers a request to `/20231130/actions/rerankText`.
pub(crate) fn rerank_text(call: &Call<'_>) -> Answer {
    let document = request::parse(call.body, schema::RERANK_TEXT)?;
    let request = Request::new(&document, &document, Api::RerankText, call)?;
    let question = words(&text(document.get("input")));
    if question.is_empty() {
        return Err(invalid("input must not be empty"));
    }
    let documents = strings(document.get("documents"));
    let mut ranks: Vec<(usize, f64)> =
        documents.iter().map(|document| relevance(&question, document)).enumerate().collect();
    // Documents that are equally relevant stay in their order.
    ranks.sort_by(|(_, left), (_, right)| right.total_cmp(left));
    let top = request.number("topN").and_then(|top| usize::try_from(top).ok());
    ranks.truncate(top.unwrap_or(usize::MAX));
    let is_echo = flag(document.get("isEcho"));
    let ranks: Vec<Value> = ranks
        .into_iter()
        .map(|(index, score)| {
            let mut rank = json!({ "index": index, "relevanceScore": score, "document": null });
            if is_echo && let Some(text) = documents.get(index) {
                set(&mut rank, "document", json!({ "text": text }));
            }
            rank
        })
        .collect();
    Ok(Outcome::Document(json!({
        "id": hex(32),
        "documentRanks": ranks,
        "modelId": request.model,
        "modelVersion": MODEL_VERSION,
    })))
}

/// The share of the question's words that a document has.
fn relevance(question: &HashSet<String>, document: &str) -> f64 {
    let words = words(document);
    question.intersection(&words).count() as f64 / question.len() as f64
}

/// Words in lower case, without punctuation.
fn words(text: &str) -> HashSet<String> {
    text.split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}
