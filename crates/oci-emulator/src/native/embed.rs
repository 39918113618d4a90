//! Vectors for texts and images: `POST /20231130/actions/embedText`.

use serde_json::{Value, json};

use super::request::{self, Request, invalid};
use super::{MODEL_VERSION, schema};
use crate::answerer::count;
use crate::catalogue::Api;
use crate::document::{flag, list, set, strings, text};
use crate::outcome::{Answer, Outcome};
use crate::random::hex;
use crate::route::Call;
use crate::vector::{self, MAX_TEXTS};

/// Answers a request to `/20231130/actions/embedText`.
pub(crate) fn embed_text(call: &Call<'_>) -> Answer {
    let document = request::parse(call.body, schema::EMBED_TEXT)?;
    let request = Request::new(&document, &document, Api::EmbedText, call)?;
    let inputs = strings(document.get("inputs"));
    let contents: Vec<Value> = list(document.get("embedContents")).cloned().collect();
    let texts: Vec<String> = if inputs.is_empty() {
        let text_of = |part: &Value| match text(part.get("type")).as_str() {
            "IMAGE" => text(part.pointer("/imageUrl/url")),
            _ => text(part.get("text")),
        };
        contents.iter().map(text_of).collect()
    } else {
        inputs.clone()
    };
    if texts.is_empty() {
        return Err(invalid("inputs must not be empty"));
    }
    if texts.len() > MAX_TEXTS {
        return Err(invalid(&format!(
            "invalid request: total number of texts must be at most {MAX_TEXTS} - received {}",
            texts.len()
        )));
    }
    let dimensions = dimensions(&request)?;
    let vectors: Vec<Vec<f32>> = texts.iter().map(|text| vector::of(text, dimensions)).collect();
    let tokens: u64 = texts.iter().map(|text| count(text)).sum();

    let all = |kind: &str| -> Value {
        vectors.iter().filter_map(|vector| vector::encoded(vector, kind)).collect()
    };
    let mut answer = json!({
        "id": hex(32),
        "embeddings": all("float"),
        "modelId": request.model,
        "modelVersion": MODEL_VERSION,
        // There is no completion, so there is no count of its tokens either.
        "usage": { "promptTokens": tokens, "totalTokens": tokens },
    });
    let kinds = strings(document.get("embeddingTypes"));
    if !kinds.is_empty() {
        set(&mut answer, "embeddings", Value::Null);
        let mut by_type = json!({});
        for kind in &kinds {
            set(&mut by_type, kind, all(kind));
        }
        set(&mut answer, "embeddingsByType", by_type);
    }
    if flag(document.get("isEcho")) {
        let (name, value) = if inputs.is_empty() {
            ("embedContents", Value::from(contents))
        } else {
            ("inputs", Value::from(inputs))
        };
        set(&mut answer, name, value);
    }
    Ok(Outcome::Document(answer))
}

fn dimensions(request: &Request<'_>) -> Result<usize, crate::reply::Reply> {
    let (usual, possible) = vector::dimensions(&request.model);
    let Some(wanted) = request.number("outputDimensions") else { return Ok(usual) };
    possible.iter().find(|number| **number as u64 == wanted).copied().ok_or_else(|| {
        let possible = possible.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        invalid(&format!("outputDimensions must be one of {possible}"))
    })
}
