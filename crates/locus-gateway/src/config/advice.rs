//! What is said about keys of LiteLLM's that have no effect here: why, and what to do instead.

/// The words about a key, by its path in the file.
pub(super) fn advice(path: &str) -> &'static str {
    let path = without_indices(path);
    let mut words = UNKNOWN;
    let (mut found, mut longest) = (UNKNOWN, 0);
    for line in ADVICE.lines().filter(|line| !line.starts_with('#')) {
        let Some(key) = line.strip_prefix("  ") else {
            words = line;
            continue;
        };
        let fits = match key.strip_suffix('*') {
            Some(beginning) => path.starts_with(beginning),
            None => {
                path.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            }
        };
        if fits && key.len() > longest {
            (found, longest) = (words, key.len());
        }
    }
    found
}

/// `model_list[0].litellm_params.rpm` without the number, which says nothing about the key.
fn without_indices(path: &str) -> String {
    let mut parts = path.split('[');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str(part.split_once(']').map_or(part, |(_, rest)| rest));
    }
    text
}

/// What is said about a key that LiteLLM does not know either, as far as is known.
pub(super) const UNKNOWN: &str = "is not known here and has no effect";

const ADVICE: &str = include_str!("advice.txt");

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, words: &str) {
        assert!(advice(path).contains(words), "{path}: {}", advice(path));
    }

    #[test]
    fn the_longest_key_that_fits_says_what_to_do() {
        check("litellm_settings.cache", "router_settings.redis_host");
        check("litellm_settings.cache_params.type", "router_settings.redis_host");
        check("litellm_settings.callbacks", "/metrics");
        check("general_settings.database_url", "locus keys create");
        check("model_list[12].litellm_params.aws_region_name", "another provider");
        check("model_list[0].litellm_params.top_k", "a default");
        check("model_list[0].litellm_params.tags", "model_name");
        check("model_list[0].litellm_params.oci_rgion", "spelled");
        check("guardrails[0].guardrail_name", "/v1/moderations");
        check("guardrailsx", UNKNOWN);
        check("somewhere", UNKNOWN);
    }

    #[test]
    fn every_key_has_words_and_stands_once() {
        let mut keys: Vec<&str> = ADVICE.lines().filter(|line| line.starts_with("  ")).collect();
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), count);
        for key in keys {
            let path = key.trim().trim_end_matches('*');
            assert!(advice(path).contains("has no effect"), "{key}: {}", advice(path));
        }
    }
}
