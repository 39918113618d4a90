//! Which models there are, as OpenAI's clients ask for them.

use serde_json::{Value, json};

use crate::catalogue::{Family, LISTED, Words};
use crate::openai::require_compartment;
use crate::outcome::{Answer, Outcome};
use crate::route::Call;

/// Answers `GET …/models`: some models of each vendor.
pub(crate) fn list(call: &Call<'_>) -> Answer {
    require_compartment(call)?;
    let data: Vec<Value> = LISTED.iter().map(|model| describe(model)).collect();
    Ok(Outcome::Document(json!({ "object": "list", "data": data })))
}

/// Answers `GET …/models/{}`: any model that is known, listed or not.
pub(crate) fn get(call: &Call<'_>) -> Answer {
    require_compartment(call)?;
    let [model, _] = call.route.ids;
    Family::of(model)
        .map(|_| Outcome::Document(describe(model)))
        .ok_or_else(|| Words::OpenAi.not_found())
}

fn describe(model: &str) -> Value {
    let vendor = model.split('.').next().unwrap_or_default();
    json!({ "id": model, "object": "model", "created": CREATED, "owned_by": vendor })
}

/// A Sunday in September 2025; nothing depends on it.
const CREATED: u64 = 1_757_808_000;
