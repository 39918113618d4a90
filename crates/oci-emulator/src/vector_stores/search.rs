//! Searching a vector store by words: `POST …/vector_stores/{}/search`.

use bm25::{EmbedderBuilder, Scorer, TokenEmbedder, Tokenizer};
use serde_json::{Value, json};

use super::files::with_store;
use super::filter::passes;
use super::store::{IndexedFile, VectorStore};
use crate::document::{strings, text};
use crate::openai::{self, require_compartment};
use crate::outcome::Answer;
use crate::reply::Reply;
use crate::route::Call;
use crate::schema::{Field, Kind, optional, required};

/// A piece of a file that has words of a question.
#[derive(Clone, Debug)]
pub(crate) struct Hit {
    pub(crate) file_id: String,
    pub(crate) filename: String,
    pub(crate) attributes: Value,
    /// Between 0 and 1.
    pub(crate) score: f64,
    pub(crate) text: String,
}

/// Answers `POST …/search`.
pub(super) fn search(call: &Call<'_>) -> Answer {
    require_compartment(call)?;
    let document = openai::parse(call.body, SEARCH)?;
    let queries = strings(document.get("query"));
    let number = |name: &str| document.pointer(name).and_then(Value::as_f64);
    let most = document.get("max_num_results").and_then(Value::as_u64).unwrap_or(10);
    let least = number("/ranking_options/score_threshold").unwrap_or_default();
    let filter = document.get("filters").filter(|filter| !filter.is_null());
    with_store(call, |store, _| {
        store.advance();
        let mut hits = hits(store, &queries.join(" "), filter)?;
        hits.retain(|hit| hit.score >= least);
        let more = hits.len() as u64 > most;
        let shown = hits.into_iter().zip(0..most).map(|(hit, _)| {
            json!({
                "file_id": hit.file_id,
                "filename": hit.filename,
                "score": hit.score,
                "attributes": hit.attributes,
                "content": [{ "type": "text", "text": hit.text }],
            })
        });
        Ok(json!({
            "object": "vector_store.search_results.page",
            "search_query": queries,
            "data": shown.collect::<Vec<_>>(),
            "has_more": more,
            "next_page": null,
        }))
    })
}

/// The pieces of files that have any of the words, the best first.
pub(crate) fn hits(
    store: &VectorStore,
    query: &str,
    filter: Option<&Value>,
) -> Result<Vec<Hit>, Reply> {
    let mut pieces: Vec<(&IndexedFile, &str)> = Vec::new();
    // Whoever searches asks for the files, which completes those in progress.
    let is_there = |file: &&IndexedFile| file.is("completed") || file.is("in_progress");
    for file in store.files.iter().filter(is_there) {
        let attributes = file.object.get("attributes").unwrap_or(&Value::Null);
        if filter.map_or(Ok(true), |filter| passes(filter, attributes))? {
            pieces.extend(file.chunks.iter().map(|chunk| (file, chunk.as_str())));
        }
    }
    let texts: Vec<&str> = pieces.iter().map(|(_, text)| *text).collect();
    let embedder = EmbedderBuilder::<Word, Words>::with_tokenizer_and_fit_to_corpus(Words, &texts);
    let embedder = embedder.build();
    let mut scorer = Scorer::<usize, String>::new();
    for (number, text) in texts.iter().enumerate() {
        scorer.upsert(&number, embedder.embed(text));
    }
    let mut found = scorer.matches(&embedder.embed(query));
    // Equals come in the order of the files.
    found.sort_by(|one, other| other.score.total_cmp(&one.score).then(one.id.cmp(&other.id)));
    let hit = |scored: bm25::ScoredDocument<usize>| {
        let (file, text_of_piece) = pieces.get(scored.id)?;
        let score = f64::from(scored.score);
        Some(Hit {
            file_id: text(file.object.get("id")),
            filename: file.name.clone(),
            attributes: file.object.get("attributes").cloned().unwrap_or_default(),
            score: score / (1.0 + score),
            text: (*text_of_piece).to_owned(),
        })
    };
    Ok(found.into_iter().filter_map(hit).collect())
}

/// Words as they are, so that no two are taken for one.
struct Word;

impl TokenEmbedder for Word {
    type EmbeddingSpace = String;

    fn embed(token: &str) -> String {
        token.to_owned()
    }
}

/// Runs of letters and digits, in lower case.
struct Words;

impl Tokenizer for Words {
    fn tokenize(&self, text: &str) -> Vec<String> {
        let words = text.split(|letter: char| !letter.is_alphanumeric());
        words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
    }
}

const SEARCH: &[Field] = &[
    optional("filters", Kind::Open(&[])),
    optional("max_num_results", Kind::Integer(1, 50)),
    required(
        "query",
        Kind::Either("a string or an array of strings", &[Kind::Text, Kind::List(1, &Kind::Text)]),
    ),
    optional(
        "ranking_options",
        Kind::Open(&[
            optional("ranker", Kind::Text),
            optional("score_threshold", Kind::Number(0.0, 1.0)),
        ]),
    ),
    optional("rewrite_query", Kind::Bool),
];
