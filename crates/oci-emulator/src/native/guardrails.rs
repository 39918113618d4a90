//! Judging texts: `POST /20231130/actions/applyGuardrails`, and which versions of the judge there are.

mod personal;

use serde_json::{Value, json};

use super::request::{self, invalid};
use super::schema;
use crate::catalogue::Words;
use crate::document::{list, set, strings, text};
use crate::outcome::{Answer, Outcome};
use crate::reply::Reply;
use crate::route::Call;

/// Answers a request to `/20231130/actions/applyGuardrails`.
pub(crate) fn apply_guardrails(call: &Call<'_>) -> Answer {
    let document = request::parse(call.body, schema::APPLY_GUARDRAILS)?;
    // A single input counts for more than a list of them.
    let single = document.get("input").filter(|input| !input.is_null());
    let inputs: Vec<&Value> = match single {
        Some(input) => vec![input],
        None => list(document.get("multimodalInput")).collect(),
    };
    if inputs.is_empty() {
        return Err(invalid("input must not be null"));
    }
    let version = text(document.pointer("/guardrailVersionConfig/guardrailVersion"));
    let Some((version, ..)) =
        VERSIONS.iter().find(|known| version.is_empty() || known.0 == version)
    else {
        return Err(Words::Native.not_found());
    };
    let said = inputs.iter().map(|input| text(input.get("content"))).collect::<Vec<_>>().join("\n");
    let flagged = |score: f64| -> Vec<&str> {
        if single.is_none() && score > 0.0 { vec!["TEXT"] } else { Vec::new() }
    };

    let configs = document.get("guardrailConfigs").unwrap_or(&Value::Null);
    let is_wanted = |name: &str| configs.get(name).is_some_and(|config| !config.is_null());
    let mut results = json!({});
    if is_wanted("contentModerationConfig") {
        let wanted = strings(configs.pointer("/contentModerationConfig/categories"));
        let categories: Vec<Value> = moderated(&said, &wanted)
            .into_iter()
            .map(|(name, score)| {
                json!({ "name": name, "score": score, "flaggedModalities": flagged(score) })
            })
            .collect();
        set(&mut results, "contentModeration", json!({ "categories": categories }));
    }
    if is_wanted("personallyIdentifiableInformationConfig") {
        let types = strings(configs.pointer("/personallyIdentifiableInformationConfig/types"));
        let found = personal::found(&said, &types);
        set(&mut results, "personallyIdentifiableInformation", found);
    }
    if is_wanted("promptInjectionConfig") {
        let said = said.to_lowercase();
        let score = score(said.contains("ignore") && said.contains("instructions"));
        let judged = json!({ "score": score, "flaggedModalities": flagged(score) });
        set(&mut results, "promptInjection", judged);
    }
    Ok(Outcome::Document(json!({
        "results": results,
        "guardrailVersion": { "version": version },
    })))
}

/// A category is found where its name is said; `OVERALL` where any is, or the word "harmful".
fn moderated<'a>(said: &str, wanted: &'a [String]) -> Vec<(&'a str, f64)> {
    let said = said.to_lowercase();
    let is_found = |category: &str| said.contains(&category.to_lowercase());
    let any = said.contains("harmful") || wanted.iter().any(|category| is_found(category));
    wanted
        .iter()
        .map(|category| {
            (category.as_str(), score(is_found(category) || (category == OVERALL && any)))
        })
        .collect()
}

fn score(is_found: bool) -> f64 {
    if is_found { 1.0 } else { 0.0 }
}

/// Answers a request to `/20231130/guardrailVersions`.
pub(crate) fn list_versions(call: &Call<'_>) -> Answer {
    if call.head.value("opc-compartment-id").is_none_or(str::is_empty) {
        let message = "expected header opc-compartment-id";
        return Err(Reply::oracle_error(400, "MissingParameter", message));
    }
    let state = call.query("state");
    let limit = match call.query("limit") {
        None => VERSIONS.len(),
        Some(limit) => limit
            .parse()
            .ok()
            .filter(|limit| (1..=1000).contains(limit))
            .ok_or_else(|| invalid("limit must be from 1 to 1000"))?,
    };
    let first = match call.query("page") {
        None => 0,
        Some(page) => {
            page.strip_prefix('p').and_then(|page| page.parse().ok()).unwrap_or(usize::MAX)
        }
    };
    let found: Vec<&(&str, &str, &str)> =
        VERSIONS.iter().filter(|known| state.is_none_or(|state| known.1 == state)).collect();
    let items: Vec<Value> = found
        .iter()
        .skip(first)
        .take(limit)
        .map(|(version, state, time)| {
            json!({
                "guardrailVersion": version,
                "state": state,
                "timePreviewed": time,
                "timeActivated": time,
                "timeDeprecated": null,
                "timeRetired": null,
                "description": format!("Version {version} of the emulator's guardrails"),
            })
        })
        .collect();
    let next = first.saturating_add(limit);
    let next_page = (next < found.len()).then(|| format!("p{next}"));
    Ok(Outcome::Page { document: json!({ "items": items }), next_page })
}

const OVERALL: &str = "OVERALL";

/// Version, state and time, the newest first.
const VERSIONS: &[(&str, &str, &str)] = &[
    ("1.1.0", "ACTIVE", "2026-02-01T00:00:00.000Z"),
    ("1.0.3", "ACTIVE", "2025-09-01T00:00:00.000Z"),
    ("1.0.0", "RETIRED", "2025-05-01T00:00:00.000Z"),
];
