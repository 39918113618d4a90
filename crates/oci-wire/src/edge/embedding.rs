//! Embeddings of OpenAI's form in front of `embedText`.

use crate::base64::encode_floats;
use crate::loss::{Losses, Translated};
use crate::native::{
    EmbedContent, EmbedInputType, EmbedTextDetails, EmbedTextResult, ServingMode, Truncate,
};
use crate::number::Number;
use crate::resources::{
    Embedding, EmbeddingInput, EmbeddingRequest, EmbeddingResponse, EmbeddingVector, EncodingFormat,
};
use crate::usage::Usage;

impl EmbeddingRequest {
    /// The request in the form of `embedText`.
    ///
    /// `input_type` and `truncate`, which Cohere's clients send beside OpenAI's parameters, are read from `extra`.
    /// An input that is a `data:` URL of an image is embedded as one.
    /// Numbers are asked for as floats whatever the wanted form is; [`EmbeddingResponse::from_native`] writes that.
    #[must_use]
    pub fn to_native(
        &self,
        compartment_id: impl Into<String>,
        serving_mode: ServingMode,
    ) -> Translated<EmbedTextDetails> {
        let mut losses = Losses::default();
        let texts = match &self.input {
            Some(EmbeddingInput::Text(text)) => vec![text.clone()],
            Some(EmbeddingInput::Texts(texts)) => texts.clone(),
            // Which text the tokens stand for is known to the model's tokenizer alone.
            Some(EmbeddingInput::Tokens(_) | EmbeddingInput::TokenLists(_)) => {
                losses.dropped("input");
                Vec::new()
            }
            Some(EmbeddingInput::Other(_)) => {
                losses.unknown("input");
                Vec::new()
            }
            None => Vec::new(),
        };
        let images = texts.iter().filter(|text| is_image(text)).count();
        let is_mixed = images > 0 && images < texts.len();
        let mut to = EmbedTextDetails::new(compartment_id, serving_mode, Vec::<String>::new());
        if images > 0 && !is_mixed {
            to.input_type = Some(EmbedInputType::Image);
        }
        if is_mixed {
            to.inputs = None;
            let content = |text: String| {
                if is_image(&text) { EmbedContent::image(text) } else { EmbedContent::text(text) }
            };
            to.embed_contents = Some(texts.into_iter().map(content).collect());
        } else {
            to.inputs = Some(texts);
        }
        to.output_dimensions = self.dimensions;
        if let Some(EncodingFormat::Other(_)) = &self.encoding_format {
            losses.unknown("encoding_format");
        }
        for (name, value) in self.extra.iter() {
            let text = serde_json::from_str::<String>(value.get()).ok();
            let text = text.map(|text| text.to_ascii_uppercase());
            match (name, text) {
                ("input_type", Some(text)) => to.input_type = Some(EmbedInputType::from(text)),
                ("truncate", Some(text)) => to.truncate = Some(Truncate::from(text)),
                _ => losses.unknown(name),
            }
        }
        losses.dropped_if([(self.user.is_some(), "user")]);
        losses.with(to)
    }
}

impl EmbeddingResponse {
    /// The answer of `embedText` in OpenAI's form, with numbers in the form that the request asked for.
    ///
    /// Floats are told where there are any, else the first number type that there is.
    #[must_use]
    pub fn from_native(
        result: &EmbedTextResult,
        format: Option<&EncodingFormat>,
    ) -> Translated<Self> {
        let mut losses = Losses::default();
        let wants_base64 = format == Some(&EncodingFormat::Base64);
        let vectors = vectors(result, &mut losses);
        let data = vectors.into_iter().zip(0..).map(|(vector, index)| Embedding {
            object: Some("embedding".to_owned()),
            index: Some(index),
            embedding: Some(written(vector, wants_base64)),
            ..Embedding::default()
        });
        losses.dropped_if([
            (result.id.is_some(), "id"),
            (result.inputs.is_some(), "inputs"),
            (result.embed_contents.is_some(), "embedContents"),
            (result.model_version.is_some(), "modelVersion"),
        ]);
        for (name, _) in result.extra.iter() {
            losses.unknown(name);
        }
        let usage = result.usage.as_ref().map(|usage| Usage {
            prompt_tokens: usage.prompt_tokens,
            total_tokens: usage.total_tokens.or(usage.prompt_tokens),
            ..Usage::default()
        });
        let to = Self {
            object: Some("list".to_owned()),
            data: data.collect(),
            model: result.model_id.clone(),
            usage,
            ..Self::default()
        };
        losses.with(to)
    }
}

fn vectors(result: &EmbedTextResult, losses: &mut Losses) -> Vec<EmbeddingVector> {
    if let Some(embeddings) = &result.embeddings {
        losses.dropped_if([(result.embeddings_by_type.is_some(), "embeddingsByType")]);
        return embeddings.iter().cloned().map(EmbeddingVector::Numbers).collect();
    }
    let Some(by_type) = &result.embeddings_by_type else { return Vec::new() };
    let chosen = by_type
        .get_key_value("float")
        .or_else(|| by_type.get_key_value("base64"))
        .or_else(|| by_type.first_key_value());
    let Some((kind, raw)) = chosen else { return Vec::new() };
    for (other, _) in by_type.iter().filter(|(other, _)| *other != kind) {
        losses.dropped(format!("embeddingsByType.{other}"));
    }
    serde_json::from_str(raw.get()).unwrap_or_else(|_| {
        losses.unknown(format!("embeddingsByType.{kind}"));
        Vec::new()
    })
}

fn written(vector: EmbeddingVector, wants_base64: bool) -> EmbeddingVector {
    match (&vector, wants_base64) {
        (EmbeddingVector::Numbers(numbers), true) => {
            let numbers = numbers.iter().map(|number| number.as_f64() as f32);
            EmbeddingVector::Base64(encode_floats(numbers))
        }
        (EmbeddingVector::Base64(_), false) => match vector.to_f32() {
            Some(numbers) => EmbeddingVector::Numbers(
                numbers.into_iter().map(|number| Number::from(f64::from(number))).collect(),
            ),
            None => vector,
        },
        _ => vector,
    }
}

fn is_image(text: &str) -> bool {
    text.starts_with("data:image/")
}
