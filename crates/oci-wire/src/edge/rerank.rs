//! Ranking in Cohere's form, as LiteLLM serves it at `POST /v1/rerank`, in front of `rerankText`.

use crate::either::either;
use crate::loss::{Losses, Translated};
use crate::native::{RerankTextDetails, RerankTextResult, ServingMode};
use crate::number::Number;
use crate::object::object;
use crate::raw::{Extra, RawJson};

object! { strict
    /// The body of `POST /v1/rerank`.
    pub struct RerankRequest {
        /// The model's name.
        pub model: String = required "model",
        /// What is looked for.
        pub query: String = required "query",
        /// What is ranked.
        pub documents: Vec<RerankDocument> = required "documents",
        /// How many of the best to return; all when left out.
        pub top_n: Option<u32> = "top_n",
        /// Whether the answer repeats the documents.
        pub return_documents: Option<bool> = "return_documents",
        /// The members of documents that are read, where documents are objects.
        pub rank_fields: Option<Vec<String>> = "rank_fields",
        /// Into how many chunks a document is cut at most.
        pub max_chunks_per_doc: Option<u32> = "max_chunks_per_doc",
        /// How much of a document is read at most.
        pub max_tokens_per_doc: Option<u32> = "max_tokens_per_doc",
    }
}

either! {
    /// A document: text, or an object with its text in the member `text` or in others.
    pub enum RerankDocument {
        /// Text.
        Text(String),
        /// An object.
        Object(RerankedDocument),
    }
}

impl From<&str> for RerankDocument {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

object! { kept
    /// A document as an object; its other members are in `extra`.
    pub struct RerankedDocument {
        /// Its text.
        pub text: Option<String> = "text",
    }
}

object! { kept
    /// The answer of `POST /v1/rerank`.
    pub struct RerankResponse {
        /// The id of the answer.
        pub id: Option<String> = "id",
        /// The model that ranked.
        pub model: Option<String> = "model",
        /// The best documents, best first.
        pub results: Vec<RerankResult> = always "results",
        /// What it took.
        pub meta: Option<RerankMeta> = "meta",
    }
}

object! { kept
    /// One document and how well it fits.
    pub struct RerankResult {
        /// Its place in the request.
        pub index: Option<u64> = "index",
        /// How well it fits, 0 to 1.
        pub relevance_score: Option<Number> = "relevance_score",
        /// The document, if the request asked for it.
        pub document: Option<RerankedDocument> = "document",
    }
}

object! { kept
    /// What a ranking took.
    pub struct RerankMeta {
        /// The version of the API.
        pub api_version: Option<RawJson> = "api_version",
        /// What is billed.
        pub billed_units: Option<RerankBilledUnits> = "billed_units",
        /// The tokens.
        pub tokens: Option<RerankTokens> = "tokens",
    }
}

object! { kept
    /// What is billed.
    pub struct RerankBilledUnits {
        /// Searches: a query with up to 100 documents each.
        pub search_units: Option<u64> = "search_units",
        /// Tokens.
        pub total_tokens: Option<u64> = "total_tokens",
    }
}

object! { kept
    /// The tokens that a ranking took.
    pub struct RerankTokens {
        /// Of query and documents.
        pub input_tokens: Option<u64> = "input_tokens",
        /// Of the answer.
        pub output_tokens: Option<u64> = "output_tokens",
    }
}

impl RerankRequest {
    /// A ranking.
    #[must_use]
    pub fn new(
        model: impl Into<String>,
        query: impl Into<String>,
        documents: impl IntoIterator<Item = impl Into<RerankDocument>>,
    ) -> Self {
        Self {
            model: model.into(),
            query: query.into(),
            documents: documents.into_iter().map(Into::into).collect(),
            ..Self::default()
        }
    }

    /// The request in the form of `rerankText`, whose documents are text.
    ///
    /// Of an object the members in `rank_fields` are read, else its `text`, else all of it as JSON.
    #[must_use]
    pub fn to_native(
        &self,
        compartment_id: impl Into<String>,
        serving_mode: ServingMode,
    ) -> Translated<RerankTextDetails> {
        let mut losses = Losses::default();
        let mut documents = Vec::new();
        for (at, document) in self.documents.iter().enumerate() {
            documents.push(self.text(document, &format!("documents[{at}]"), &mut losses));
        }
        let mut to =
            RerankTextDetails::new(compartment_id, serving_mode, self.query.clone(), documents);
        to.top_n = self.top_n;
        to.is_echo = self.return_documents;
        to.max_chunks_per_document = self.max_chunks_per_doc;
        to.max_tokens_per_document = self.max_tokens_per_doc;
        note_extra(&self.extra, "", &mut losses);
        losses.with(to)
    }

    fn text(&self, document: &RerankDocument, path: &str, losses: &mut Losses) -> String {
        let document = match document {
            RerankDocument::Text(text) => return text.clone(),
            RerankDocument::Other(raw) => {
                losses.approximated(path);
                return raw.get().to_owned();
            }
            RerankDocument::Object(document) => document,
        };
        let member = |name: &String| match (name.as_str(), document.extra.get(name)) {
            ("text", _) => document.text.clone(),
            (_, Some(raw)) => {
                Some(serde_json::from_str(raw.get()).unwrap_or_else(|_| raw.get().to_owned()))
            }
            (_, None) => None,
        };
        if let Some(fields) = &self.rank_fields {
            losses.approximated(path);
            return fields.iter().filter_map(member).collect::<Vec<String>>().join("\n");
        }
        match &document.text {
            Some(text) => {
                note_extra(&document.extra, &format!("{path}."), losses);
                text.clone()
            }
            None => {
                losses.approximated(path);
                serde_json::to_string(document).unwrap_or_default()
            }
        }
    }
}

impl RerankResponse {
    /// The answer of `rerankText` in this form; the service tells nothing about what it took.
    #[must_use]
    pub fn from_native(result: &RerankTextResult) -> Translated<Self> {
        let mut losses = Losses::default();
        let mut results = Vec::new();
        for (at, rank) in result.document_ranks.iter().enumerate() {
            note_extra(&rank.extra, &format!("documentRanks[{at}]."), &mut losses);
            results.push(RerankResult {
                index: rank.index,
                relevance_score: rank.relevance_score,
                document: rank.document.as_ref().map(|document| RerankedDocument {
                    text: document.text.clone(),
                    extra: document.extra.clone(),
                }),
                ..RerankResult::default()
            });
        }
        losses.dropped_if([(result.model_version.is_some(), "modelVersion")]);
        note_extra(&result.extra, "", &mut losses);
        losses.with(Self {
            id: result.id.clone(),
            model: result.model_id.clone(),
            results,
            ..Self::default()
        })
    }
}

fn note_extra(extra: &Extra, path: &str, losses: &mut Losses) {
    for (name, _) in extra.iter() {
        losses.unknown(format!("{path}{name}"));
    }
}
