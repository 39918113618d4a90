//! Embeddings: `POST /20231130/actions/embedText`.

use std::collections::BTreeMap;

use crate::native::generic::ImageUrl;
use crate::native::serving::ServingMode;
use crate::native::usage::Usage;
use crate::number::Number;
use crate::object::object;
use crate::open_enum::open_enum;
use crate::raw::RawJson;
use crate::tagged::tagged;

object! { strict
    /// The body of `POST /20231130/actions/embedText`; one of `inputs` and `embed_contents` is needed.
    pub struct EmbedTextDetails {
        /// Texts, at most 96.
        pub inputs: Option<Vec<String>> = "inputs",
        /// Texts and images.
        pub embed_contents: Option<Vec<EmbedContent>> = "embedContents",
        /// Which model serves the call.
        pub serving_mode: ServingMode = required "servingMode",
        /// The OCID of the compartment that is charged.
        pub compartment_id: String = required "compartmentId",
        /// Whether the answer repeats the inputs.
        pub is_echo: Option<bool> = "isEcho",
        /// The number types to return; floats when left out.
        pub embedding_types: Option<Vec<EmbeddingType>> = "embeddingTypes",
        /// 256, 512, 1024 or 1536, for models from embed v4 on.
        pub output_dimensions: Option<u32> = "outputDimensions",
        /// What happens to a text that is too long.
        pub truncate: Option<Truncate> = "truncate",
        /// What the embeddings are for.
        pub input_type: Option<EmbedInputType> = "inputType",
    }
}

impl EmbedTextDetails {
    /// Embeddings of texts.
    #[must_use]
    pub fn new(
        compartment_id: impl Into<String>,
        serving_mode: ServingMode,
        inputs: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self {
            inputs: Some(inputs.into_iter().map(Into::into).collect()),
            serving_mode,
            compartment_id: compartment_id.into(),
            ..Self::default()
        }
    }
}

tagged! {
    /// Something to embed, told apart by `type`.
    pub enum EmbedContent by "type" {
        /// Text.
        "TEXT" => Text(EmbedTextContent),
        /// An image.
        "IMAGE" => Image(EmbedImageContent),
    }
}

impl EmbedContent {
    /// Text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(EmbedTextContent { text: Some(text.into()), ..EmbedTextContent::default() })
    }

    /// An image as a `data:` URL.
    #[must_use]
    pub fn image(url: impl Into<String>) -> Self {
        Self::Image(EmbedImageContent {
            image_url: Some(ImageUrl { url: url.into(), ..ImageUrl::default() }),
            ..EmbedImageContent::default()
        })
    }
}

object! { kept
    /// Text to embed.
    pub struct EmbedTextContent (tag "type" = "TEXT") {
        /// The text.
        pub text: Option<String> = "text",
    }
}

object! { kept
    /// An image to embed.
    pub struct EmbedImageContent (tag "type" = "IMAGE") {
        /// Where the image is.
        pub image_url: Option<ImageUrl> = "imageUrl",
    }
}

open_enum! {
    /// The number type of embeddings; lower case, unlike Oracle's other enumerations.
    pub enum EmbeddingType {
        /// 32-bit floats.
        Float = "float",
        /// Signed bytes.
        Int8 = "int8",
        /// Unsigned bytes.
        Uint8 = "uint8",
        /// Bits in signed bytes.
        Binary = "binary",
        /// Bits in unsigned bytes.
        Ubinary = "ubinary",
        /// Floats, base64.
        Base64 = "base64",
    }
}

open_enum! {
    /// What happens to a text that is too long.
    pub enum Truncate {
        /// The call fails.
        None = "NONE",
        /// The beginning is dropped.
        Start = "START",
        /// The end is dropped.
        End = "END",
    }
}

open_enum! {
    /// What embeddings are for.
    pub enum EmbedInputType {
        /// Texts to be found.
        SearchDocument = "SEARCH_DOCUMENT",
        /// Texts to find with.
        SearchQuery = "SEARCH_QUERY",
        /// Input of a classifier.
        Classification = "CLASSIFICATION",
        /// Input of a clustering.
        Clustering = "CLUSTERING",
        /// Images.
        Image = "IMAGE",
    }
}

object! { kept
    /// The answer of `embedText`.
    pub struct EmbedTextResult {
        /// The id of the answer.
        pub id: Option<String> = "id",
        /// The texts, if the request asked for them.
        pub inputs: Option<Vec<String>> = "inputs",
        /// The texts and images, if the request asked for them.
        pub embed_contents: Option<Vec<EmbedContent>> = "embedContents",
        /// The embeddings; `null` where number types were asked for.
        pub embeddings: Option<Vec<Vec<Number>>> = "embeddings",
        /// The embeddings by number type, each a list; base64 entries are strings.
        pub embeddings_by_type: Option<BTreeMap<String, RawJson>> = "embeddingsByType",
        /// The model.
        pub model_id: Option<String> = "modelId",
        /// Its version.
        pub model_version: Option<String> = "modelVersion",
        /// The token counts.
        pub usage: Option<Usage> = "usage",
    }
}
