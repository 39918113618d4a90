//! Embeddings in OpenAI's form, and models.

use crate::base64::decode_floats;
use crate::either::either;
use crate::number::Number;
use crate::object::object;
use crate::open_enum::open_enum;
use crate::resources::page::page;
use crate::usage::Usage;

object! { strict
    /// The body of `POST …/embeddings`.
    pub struct EmbeddingRequest {
        /// The model's name.
        pub model: String = required "model",
        /// What is embedded.
        pub input: Option<EmbeddingInput> = "input",
        /// How many numbers an embedding has; the model's default when left out.
        pub dimensions: Option<u32> = "dimensions",
        /// How embeddings are written; the service's default is numbers.
        pub encoding_format: Option<EncodingFormat> = "encoding_format",
        /// A stable id of the end user.
        pub user: Option<String> = "user",
    }
}

impl EmbeddingRequest {
    /// A request with nothing but model and input.
    #[must_use]
    pub fn new(model: impl Into<String>, input: impl Into<EmbeddingInput>) -> Self {
        Self { model: model.into(), input: Some(input.into()), ..Self::default() }
    }
}

either! {
    /// What is embedded.
    pub enum EmbeddingInput {
        /// One text.
        Text(String),
        /// Several texts.
        Texts(Vec<String>),
        /// One text, as tokens.
        Tokens(Vec<u32>),
        /// Several texts, as tokens.
        TokenLists(Vec<Vec<u32>>),
    }
}

impl From<&str> for EmbeddingInput {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl<const N: usize> From<[&str; N]> for EmbeddingInput {
    fn from(texts: [&str; N]) -> Self {
        Self::Texts(texts.into_iter().map(str::to_owned).collect())
    }
}

open_enum! {
    /// How embeddings are written.
    pub enum EncodingFormat {
        /// As lists of numbers.
        Float = "float",
        /// As base64 of 32-bit floats, little endian.
        Base64 = "base64",
    }
}

object! { kept
    /// What was embedded.
    pub struct EmbeddingResponse {
        /// `list`
        pub object: Option<String> = "object",
        /// The embeddings, in the order of the input.
        pub data: Vec<Embedding> = always "data",
        /// The model.
        pub model: Option<String> = "model",
        /// The tokens it took.
        pub usage: Option<Usage> = "usage",
    }
}

object! { kept
    /// The embedding of one text.
    pub struct Embedding {
        /// `embedding`
        pub object: Option<String> = "object",
        /// The text's place in the input.
        pub index: Option<u32> = "index",
        /// The numbers.
        pub embedding: Option<EmbeddingVector> = "embedding",
    }
}

either! {
    /// The numbers of an embedding.
    pub enum EmbeddingVector {
        /// A list of numbers.
        Numbers(Vec<Number>),
        /// Base64 of 32-bit floats, little endian.
        Base64(String),
    }
}

impl EmbeddingVector {
    /// The numbers; `None` where they came in neither form.
    #[must_use]
    pub fn to_f32(&self) -> Option<Vec<f32>> {
        match self {
            Self::Numbers(numbers) => {
                Some(numbers.iter().map(|number| number.as_f64() as f32).collect())
            }
            Self::Base64(text) => decode_floats(text),
            Self::Other(_) => None,
        }
    }
}

object! { kept
    /// A model that the endpoint serves.
    pub struct Model {
        /// Its name.
        pub id: Option<String> = "id",
        /// `model`
        pub object: Option<String> = "object",
        /// When it was made, in seconds since 1970.
        pub created: Option<u64> = "created",
        /// Who owns it.
        pub owned_by: Option<String> = "owned_by",
        /// When it is switched off, as a date.
        pub shutdown_date: Option<String> = "shutdown_date",
    }
}

page! {
    /// Models that the endpoint serves.
    ///
    /// No page of Oracle documents this list; with API keys it may not be there.
    pub struct ModelList of Model
}
