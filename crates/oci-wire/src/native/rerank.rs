//! Ranking documents: `POST /20231130/actions/rerankText`.

use crate::native::serving::ServingMode;
use crate::number::Number;
use crate::object::object;

object! { strict
    /// The body of `POST /20231130/actions/rerankText`.
    pub struct RerankTextDetails {
        /// The query.
        pub input: String = required "input",
        /// The OCID of the compartment that is charged.
        pub compartment_id: String = required "compartmentId",
        /// Which model serves the call.
        pub serving_mode: ServingMode = required "servingMode",
        /// The documents to rank.
        pub documents: Vec<String> = required "documents",
        /// How many of the best to return.
        pub top_n: Option<u32> = "topN",
        /// Whether the answer repeats the documents.
        pub is_echo: Option<bool> = "isEcho",
        /// Into how many chunks a document is cut at most.
        pub max_chunks_per_document: Option<u32> = "maxChunksPerDocument",
        /// How much of a document is read at most.
        pub max_tokens_per_document: Option<u32> = "maxTokensPerDocument",
    }
}

impl RerankTextDetails {
    /// A ranking.
    #[must_use]
    pub fn new(
        compartment_id: impl Into<String>,
        serving_mode: ServingMode,
        input: impl Into<String>,
        documents: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self {
            input: input.into(),
            compartment_id: compartment_id.into(),
            serving_mode,
            documents: documents.into_iter().map(Into::into).collect(),
            ..Self::default()
        }
    }
}

object! { kept
    /// The answer of `rerankText`.
    pub struct RerankTextResult {
        /// The id of the answer.
        pub id: Option<String> = "id",
        /// The model.
        pub model_id: Option<String> = "modelId",
        /// Its version.
        pub model_version: Option<String> = "modelVersion",
        /// The best documents, best first.
        pub document_ranks: Vec<DocumentRank> = always "documentRanks",
    }
}

object! { kept
    /// One document and its rank.
    pub struct DocumentRank {
        /// Its place in the request.
        pub index: Option<u64> = "index",
        /// How well it fits, 0 to 1.
        pub relevance_score: Option<Number> = "relevanceScore",
        /// The document, if the request asked for it.
        pub document: Option<Document> = "document",
    }
}

object! { kept
    /// A document.
    pub struct Document {
        /// Its text.
        pub text: Option<String> = "text",
    }
}
