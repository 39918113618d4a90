//! Paths of LiteLLM's proxy and of other APIs that are not here: what to do instead.

/// What is said about a path, if it is known from somewhere.
pub(super) fn hint(path: &str) -> Option<&'static str> {
    let path = path.strip_prefix("/v1").unwrap_or(path);
    let fits = |prefix: &str| {
        path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    HINTS.iter().find(|(prefixes, _)| prefixes.iter().any(|it| fits(it))).map(|(_, hint)| *hint)
}

/// The first line that fits counts.
const HINTS: &[(&[&str], &str)] = &[
    (
        &["/key"],
        "keys are made with `locus keys create`, and kept in general_settings.keys_file or keys_db",
    ),
    (
        &["/model", "/config", "/credentials", "/router"],
        "models are in the configuration file, which is read again on SIGHUP; GET /model/info tells them",
    ),
    (
        &[
            "/user",
            "/team",
            "/organization",
            "/customer",
            "/end_user",
            "/budget",
            "/project",
            "/tag",
            "/invitation",
            "/sso",
            "/login",
            "/scim",
            "/policy",
            "/access_group",
        ],
        "there are no users and teams, only keys with models, limits and budgets, which \
         `locus keys create` makes",
    ),
    (
        &["/spend", "/global", "/usage", "/audit"],
        "what calls cost is in x-locus-cost, the log and /metrics; `locus keys list` tells what \
         keys have spent",
    ),
    (&["/ui", "/sso", "/get_image"], "GET /status is the page for people"),
    (
        &["/openai/deployments", "/engines"],
        "below a name there are chat/completions, completions and embeddings",
    ),
    (&["/cache"], "answers are not cached here"),
    (&["/guardrails"], "the service's own guardrails answer POST /v1/moderations"),
    (
        &["/mcp", "/search", "/a2a"],
        "tools are called by the client, or by the service in /v1/responses",
    ),
    (
        &[
            "/audio",
            "/images",
            "/batches",
            "/fine_tuning",
            "/assistants",
            "/threads",
            "/realtime",
            "/videos",
            "/ocr",
            "/rag",
            "/skills",
        ],
        "the gateway serves chat, responses, messages, embeddings, rankings and moderations",
    ),
    (
        &[
            "/anthropic",
            "/azure",
            "/azure_ai",
            "/bedrock",
            "/cohere",
            "/gemini",
            "/mistral",
            "/openai",
            "/vertex_ai",
            "/vertex-ai",
            "/langfuse",
            "/assemblyai",
        ],
        "requests go to OCI Generative AI only, by the paths below /v1",
    ),
    (&["/active", "/callbacks", "/settings"], "there are no callbacks; /metrics has counters"),
    (&["/health"], "GET /health tells which deployments rest after failures"),
    (&["/docs", "/redoc", "/openapi.json", "/routes"], "the README of the gateway lists its paths"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_look_for_has_a_hint() {
        for (path, words) in [
            ("/key/generate", "locus keys create"),
            ("/team/new", "locus keys create"),
            ("/model/new", "SIGHUP"),
            ("/openai/deployments/gpt-4/images/generations", "chat/completions"),
            ("/global/spend/report", "x-locus-cost"),
            ("/v1/audio/speech", "embeddings"),
            ("/ui", "/status"),
        ] {
            assert!(
                hint(path).is_some_and(|hint| hint.contains(words)),
                "{path}: {:?}",
                hint(path)
            );
        }
        for path in ["/v1/nothing", "/keyhole", "/", ""] {
            assert_eq!(hint(path), None, "{path}");
        }
    }
}
