//! What LiteLLM's clients say in a request beside what the model is asked.

use http::StatusCode;
use locus::wire::Extra;
use serde::Deserialize;

use crate::failure::Failure;

/// What was taken out of a request, for nothing of it reaches the service.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    /// The models that stand in for the one that is asked for, instead of those of the configuration.
    pub(crate) fallbacks: Option<Vec<String>>,
    /// How many attempts may follow the first.
    pub(crate) retries: Option<u32>,
    /// What has no effect.
    pub(crate) losses: Vec<String>,
}

/// A stand-in, by its name or with a request of its own, of which only the name is followed.
#[derive(Deserialize)]
#[serde(untagged)]
enum StandIn {
    Name(String),
    Item { model: String },
}

impl Taken {
    /// Takes out what is LiteLLM's. The way to a model is the operator's to say: nothing of a request decides where a signature
    /// goes. It may choose among the names that it could ask for, and how often to try.
    pub(super) fn out_of(extra: &mut Extra) -> Result<Self, Failure> {
        let mut taken = Self::default();
        let names: Vec<String> = extra.iter().map(|(name, _)| name.to_owned()).collect();
        for name in names {
            let is_way = name.starts_with("oci_") || WAY.contains(&name.as_str());
            let is_litellm = LITELLM.contains(&name.as_str());
            let is_followed = FOLLOWED.contains(&name.as_str());
            if name.starts_with("mock_") {
                let message = format!("{name} is not known here, and the model would be called");
                return Err(Failure::new(StatusCode::BAD_REQUEST, "invalid_request", message)
                    .about(&name)
                    .with_hint("`locus serve --emulator` answers without the service"));
            }
            if !(is_way || is_litellm || is_followed) {
                continue;
            }
            let value = extra.remove(&name);
            let value = value.as_ref().map_or("null", |value| value.get());
            if is_followed && taken.follow(&name, value) {
                continue;
            }
            let words = if is_way { "is not taken from requests" } else { "has no effect here" };
            taken.losses.push(format!("{name} {words}"));
        }
        Ok(taken)
    }

    /// Whether a value says what to do.
    fn follow(&mut self, name: &str, json: &str) -> bool {
        match name {
            "num_retries" => {
                let count = serde_json::from_str::<u32>(json).ok();
                self.retries = count.map(|count| count.min(MOST_RETRIES));
                self.retries.is_some()
            }
            "disable_fallbacks" => match serde_json::from_str(json) {
                Ok(true) => {
                    self.fallbacks = Some(Vec::new());
                    true
                }
                Ok(false) => true,
                Err(_) => false,
            },
            _ => match serde_json::from_str::<Vec<StandIn>>(json) {
                Ok(names) => {
                    let names = names.into_iter().map(|name| match name {
                        StandIn::Name(name) | StandIn::Item { model: name } => name,
                    });
                    let names: Vec<String> = names.take(MOST_STAND_INS).collect();
                    self.fallbacks.get_or_insert(names);
                    true
                }
                Err(_) => false,
            },
        }
    }

    /// Adds what was taken out of the same request later.
    pub(super) fn and(mut self, later: Self) -> Self {
        self.fallbacks = self.fallbacks.or(later.fallbacks);
        self.retries = self.retries.or(later.retries);
        self.losses.extend(later.losses);
        self
    }
}

/// What a request says and the gateway does.
const FOLLOWED: &[&str] = &["disable_fallbacks", "fallbacks", "num_retries"];

/// Clients of a gateway share what its operator may call; more attempts than this help nobody.
const MOST_RETRIES: u32 = 10;

/// Each of them may be called, and wait.
const MOST_STAND_INS: usize = 10;

/// What would say where a call goes, and as whom.
const WAY: &[&str] = &[
    "api_base",
    "api_key",
    "api_version",
    "base_url",
    "custom_llm_provider",
    "extra_headers",
    "extra_query",
    "litellm_credential_name",
    "timeout",
    "user_config",
];

/// What LiteLLM 1.109.1 reads itself and sends to no model.
const LITELLM: &[&str] = &[
    "additional_drop_params",
    "allowed_openai_params",
    "cache",
    "caching",
    "content_policy_fallbacks",
    "context_window_fallback_dict",
    "context_window_fallbacks",
    "drop_params",
    "guardrails",
    "litellm_metadata",
    "litellm_session_id",
    "litellm_trace_id",
    "max_retries",
    "no-log",
    "prompt_id",
    "prompt_label",
    "prompt_variables",
    "prompt_version",
    "stream_timeout",
    "tags",
    "ttl",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(json: &str) -> (Result<Taken, Failure>, Extra) {
        let value: serde_json::Map<String, serde_json::Value> = serde_json::from_str(json).unwrap();
        let mut extra = Extra::default();
        for (name, value) in value {
            extra.insert(name, locus::wire::RawJson::parse(value.to_string()).unwrap());
        }
        (Taken::out_of(&mut extra), extra)
    }

    #[test]
    fn names_and_counts_are_followed_and_the_rest_is_told() {
        let (found, left) = taken(
            r#"{"fallbacks": ["a", {"model": "b", "messages": []}], "num_retries": 99, "tags": ["x"], "oci_region": "evil", "top_k": 5}"#,
        );
        let found = found.unwrap();
        assert_eq!(found.fallbacks, Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(found.retries, Some(MOST_RETRIES));
        let losses = found.losses.join("; ");
        assert!(losses.contains("tags has no effect here"), "{losses}");
        assert!(losses.contains("oci_region is not taken"), "{losses}");
        assert!(left.contains("top_k") && left.len() == 1, "what is the model's stays");
        let (found, _) = taken(r#"{"fallbacks": [{"a": ["b"]}], "disable_fallbacks": true}"#);
        let found = found.unwrap();
        assert_eq!(found.fallbacks, Some(Vec::new()));
        assert_eq!(found.losses, ["fallbacks has no effect here"]);
    }

    #[test]
    fn an_answer_that_was_to_be_made_up_is_not_billed() {
        let (found, _) = taken(r#"{"mock_response": "hi"}"#);
        let failure = found.unwrap_err();
        assert_eq!(failure.status, StatusCode::BAD_REQUEST);
        assert!(failure.hint.unwrap().contains("--emulator"));
    }
}
