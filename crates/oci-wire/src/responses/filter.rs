//! [`Filter`]: which files of a vector store count.

use crate::object::object;
use crate::open_enum::open_enum;
use crate::raw::RawJson;

object! { kept
    /// A condition on the attributes of files: a comparison, or several joined by `and` or `or`.
    pub struct Filter {
        /// What it does.
        pub kind: Option<FilterKind> = "type",
        /// The attribute that a comparison looks at.
        pub key: Option<String> = "key",
        /// What it is compared with: a string, number or boolean, or a list for `in` and `nin`.
        pub value: Option<RawJson> = "value",
        /// What `and` and `or` join.
        pub filters: Option<Vec<Self>> = "filters",
    }
}

impl Filter {
    /// A comparison of an attribute with a value.
    #[must_use]
    pub fn compare(kind: FilterKind, key: impl Into<String>, value: impl Into<RawJson>) -> Self {
        Self {
            kind: Some(kind),
            key: Some(key.into()),
            value: Some(value.into()),
            ..Self::default()
        }
    }

    /// All of these hold.
    #[must_use]
    pub fn and(filters: impl IntoIterator<Item = Self>) -> Self {
        Self::join(FilterKind::And, filters)
    }

    /// One of these holds.
    #[must_use]
    pub fn or(filters: impl IntoIterator<Item = Self>) -> Self {
        Self::join(FilterKind::Or, filters)
    }

    fn join(kind: FilterKind, filters: impl IntoIterator<Item = Self>) -> Self {
        Self { kind: Some(kind), filters: Some(filters.into_iter().collect()), ..Self::default() }
    }
}

open_enum! {
    /// What a condition does.
    pub enum FilterKind {
        /// Equal.
        Eq = "eq",
        /// Not equal.
        Ne = "ne",
        /// Greater.
        Gt = "gt",
        /// Greater or equal.
        Gte = "gte",
        /// Less.
        Lt = "lt",
        /// Less or equal.
        Lte = "lte",
        /// One of a list.
        In = "in",
        /// None of a list.
        Nin = "nin",
        /// All conditions.
        And = "and",
        /// Any condition.
        Or = "or",
    }
}

object! { kept
    /// How search results are ranked.
    pub struct RankingOptions {
        /// How meaning and words are weighed.
        pub hybrid_search: Option<HybridSearch> = "hybrid_search",
        /// `auto`, `none` or a ranker's name.
        pub ranker: Option<String> = "ranker",
        /// The least score, 0 to 1.
        pub score_threshold: Option<crate::number::Number> = "score_threshold",
    }
}

object! { kept
    /// Weights of meaning and words in a search.
    pub struct HybridSearch {
        /// Of meaning.
        pub embedding_weight: Option<crate::number::Number> = "embedding_weight",
        /// Of words.
        pub text_weight: Option<crate::number::Number> = "text_weight",
    }
}
