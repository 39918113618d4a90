//! OpenAI's embeddings: `POST …/embeddings`.

use serde_json::{Value, json};

use crate::answerer::count;
use crate::catalogue::Api;
use crate::document::{list, strings, text};
use crate::openai::{self, invalid, require_compartment};
use crate::outcome::{Answer, Outcome};
use crate::route::Call;
use crate::schema::{Field, Kind, optional, required};
use crate::vector::{self, MAX_TEXTS};

/// Answers a request to `…/embeddings`.
pub(crate) fn answer(call: &Call<'_>) -> Answer {
    require_compartment(call)?;
    let document = openai::parse(call.body, REQUEST)?;
    let model = text(document.get("model"));
    openai::family(&model, Api::Embeddings)?;
    if list(document.get("input")).any(|input| !input.is_string()) {
        return Err(invalid(Some("input"), "invalid_type", "Arrays of tokens are not taken here."));
    }
    let texts = strings(document.get("input"));
    let most = if model.starts_with("cohere.") { MAX_TEXTS } else { 2048 };
    if texts.is_empty() || texts.len() > most || texts.iter().any(String::is_empty) {
        let message = format!("'input' must be 1 to {most} texts, none of them empty.");
        return Err(invalid(Some("input"), "invalid_value", &message));
    }
    let (usual, possible) = vector::dimensions(&model);
    let dimensions = match document.get("dimensions").and_then(Value::as_u64) {
        None => usual,
        Some(wanted) => {
            possible.iter().find(|number| **number as u64 == wanted).copied().ok_or_else(|| {
                let message =
                    format!("Invalid value for 'dimensions': expected one of {possible:?}.");
                invalid(Some("dimensions"), "invalid_value", &message)
            })?
        }
    };
    let is_base64 = text(document.get("encoding_format")) == "base64";
    let data: Vec<Value> = texts
        .iter()
        .enumerate()
        .map(|(index, text)| {
            let vector = vector::of(text, dimensions);
            let embedding =
                if is_base64 { vector::base64(&vector).into() } else { Value::from(vector) };
            json!({ "object": "embedding", "index": index, "embedding": embedding })
        })
        .collect();
    let tokens: u64 = texts.iter().map(|text| count(text)).sum();
    Ok(Outcome::Document(json!({
        "object": "list",
        "data": data,
        "model": model,
        "usage": { "prompt_tokens": tokens, "total_tokens": tokens },
    })))
}

const REQUEST: &[Field] = &[
    required("model", Kind::Text),
    required(
        "input",
        Kind::Either("a string or an array", &[Kind::Text, Kind::List(0, &Kind::Any)]),
    ),
    optional("dimensions", Kind::Integer(1, i64::MAX)),
    optional("encoding_format", Kind::Word(&["float", "base64"])),
    optional("user", Kind::Text),
];
