//! The tables of docs/dialects.md, made from what the translations do with one thing after the other.

use oci_wire::anthropic::{MessagesRequest, MessagesResponse};
use oci_wire::chat::{ChatRequest, ChatResponse};
use oci_wire::edge::RerankRequest;
use oci_wire::native::ServingMode;
use oci_wire::native::translate::{
    chat_request, chat_request_from_cohere, chat_request_from_cohere_v2, cohere_request,
    cohere_v2_request, generic_request,
};
use oci_wire::resources::EmbeddingRequest;
use oci_wire::responses::{Response, ResponsesRequest};
use oci_wire::{Family, Loss, LossKind};
use serde_json::{Map, Value, json};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/dialects.md");
const BEGIN: &str = "<!-- Made from the code by the tests of oci-wire; do not edit below. -->\n";

/// A translation by what it loses.
type Translate = fn(Value) -> Vec<Loss>;

fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

fn with(mut base: Value, name: &str, value: &Value) -> Value {
    base[name] = value.clone();
    base
}

/// What became of one thing, in words; losses that the base has as well are not its own.
fn verdict(name: &str, losses: Vec<Loss>, of_base: &[Loss]) -> String {
    let own: Vec<Loss> = losses.into_iter().filter(|loss| !of_base.contains(loss)).collect();
    let whole = own.iter().find(|loss| loss.path == name);
    match whole.map(|loss| loss.kind) {
        Some(LossKind::Approximated) => "near".to_owned(),
        Some(_) => "lost".to_owned(),
        None if own.is_empty() => "carried".to_owned(),
        None => {
            let inner: Vec<String> = own
                .iter()
                .map(|loss| {
                    let how = if loss.kind == LossKind::Approximated { "near" } else { "lost" };
                    format!("`{}` {how}", loss.path)
                })
                .collect();
            inner.join(", ")
        }
    }
}

fn table(heads: &[&str], rows: &[(String, Vec<String>)]) -> String {
    let mut text = format!("| {} |\n|{}\n", heads.join(" | "), "---|".repeat(heads.len()));
    for (name, cells) in rows {
        text.push_str(&format!("| {name} | {} |\n", cells.join(" | ")));
    }
    text
}

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => panic!("a sample is an object"),
    }
}

/// One row for each member of the samples, set alone in the base.
fn rows(base: &Value, samples: Value, columns: &[Translate]) -> Vec<(String, Vec<String>)> {
    members(samples)
        .iter()
        .map(|(name, value)| {
            let cells = columns.iter().map(|translate| {
                verdict(name, translate(with(base.clone(), name, value)), &translate(base.clone()))
            });
            (format!("`{name}`"), cells.collect())
        })
        .collect()
}

/// One row for each message, said between a call and the user's words, as results have to be.
fn message_rows(samples: &[(&str, Value)], columns: &[Translate]) -> Vec<(String, Vec<String>)> {
    let short = |text: String| text.replace("messages[1].", "").replace("messages[1]", "message");
    let call = json!({"role": "assistant", "tool_calls": [
        {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}]});
    let user = json!({"role": "user", "content": "x"});
    let request =
        |messages: &[&Value]| json!({"model": "m", "max_tokens": 1, "messages": messages});
    samples
        .iter()
        .map(|(name, message)| {
            let cells = columns.iter().map(|translate| {
                let base = translate(request(&[&call, &user]));
                let losses = translate(request(&[&call, message, &user]));
                short(verdict("messages[1]", losses, &base))
            });
            ((*name).to_owned(), cells.collect())
        })
        .collect()
}

const TO: [Translate; 5] = [
    |value| ResponsesRequest::from_chat(&read(value)).losses,
    |value| MessagesRequest::from_chat(&read(value)).losses,
    |value| generic_request(&read::<ChatRequest>(value), Family::Other).losses,
    |value| cohere_request(&read::<ChatRequest>(value)).losses,
    |value| cohere_v2_request(&read::<ChatRequest>(value)).losses,
];

fn parameters() -> String {
    let schema = json!({"type": "object", "properties": {}});
    let base = json!({"model": "m", "messages": [{"role": "user", "content": "x"}]});
    let samples = json!({
        "stream": true, "stream_options": {"include_usage": true, "include_obfuscation": false},
        "temperature": 0.5, "top_p": 0.5, "max_tokens": 2, "max_completion_tokens": 1, "n": 2, "stop": ["x"],
        "frequency_penalty": 0.5, "presence_penalty": 0.5, "logit_bias": {"1": 1}, "logprobs": true, "seed": 1,
        "tools": [{"type": "function", "function": {"name": "f", "description": "d", "parameters": schema, "strict": true}},
            {"type": "custom", "custom": {"name": "c"}}],
        "tool_choice": {"type": "function", "function": {"name": "f"}}, "parallel_tool_calls": false,
        "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "description": "d", "schema": schema, "strict": true}},
        "reasoning_effort": "high", "verbosity": "low", "prediction": {"type": "content", "content": "x"},
        "modalities": ["audio"], "audio": {"format": "wav", "voice": "alloy"},
        "web_search_options": {"search_context_size": "low"}, "moderation": {"model": "m"}, "metadata": {"a": "b"},
        "store": true, "service_tier": "default", "prompt_cache_key": "k", "prompt_cache_options": {"mode": "explicit"},
        "prompt_cache_retention": "24h", "safety_identifier": "s", "user": "u", "top_k": 4,
        "functions": [{"name": "f", "parameters": schema}], "function_call": {"name": "f"}
    });
    let request: ChatRequest =
        read(with(with(samples.clone(), "model", &json!("m")), "messages", &json!([])));
    assert_eq!(request.extra.len(), 1, "only top_k is no field: {:?}", request.extra);
    let heads = ["parameter", "Responses", "Messages", "GENERIC", "COHERE", "COHEREV2"];
    table(&heads, &rows(&base, samples, &TO))
}

fn chat_messages() -> String {
    let user =
        |part: Value| json!({"role": "user", "content": [{"type": "text", "text": "x"}, part]});
    let called = |call: Value| json!({"role": "assistant", "content": "x", "tool_calls": [call]});
    let samples = [
        ("`system`", json!({"role": "system", "content": "x"})),
        ("`developer`", json!({"role": "developer", "content": "x"})),
        ("`user`, with a name", json!({"role": "user", "content": "x", "name": "n"})),
        (
            "image by address",
            user(json!({"type": "image_url", "image_url": {"url": "https://e.example/a.png"}})),
        ),
        (
            "image with detail",
            user(
                json!({"type": "image_url", "image_url": {"url": "data:image/png;base64,AA", "detail": "high"}}),
            ),
        ),
        (
            "sound",
            user(json!({"type": "input_audio", "input_audio": {"data": "AA", "format": "wav"}})),
        ),
        ("file by id", user(json!({"type": "file", "file": {"file_id": "f"}}))),
        (
            "file by address",
            user(json!({"type": "file", "file": {"file_url": "https://e.example/a.pdf"}})),
        ),
        (
            "file inline",
            user(
                json!({"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,AA"}}),
            ),
        ),
        (
            "`assistant`, with reasoning",
            json!({"role": "assistant", "content": "x", "reasoning_content": "r"}),
        ),
        ("`assistant`, refusing", json!({"role": "assistant", "refusal": "no"})),
        (
            "call of a function",
            called(
                json!({"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}),
            ),
        ),
        (
            "call of a custom tool",
            called(json!({"id": "c", "type": "custom", "custom": {"name": "f", "input": "x"}})),
        ),
        ("`tool`", json!({"role": "tool", "tool_call_id": "c", "content": "x"})),
        ("`function`", json!({"role": "function", "name": "f", "content": "x"})),
    ];
    let heads = ["message", "Responses", "Messages", "GENERIC", "COHERE", "COHEREV2"];
    table(&heads, &message_rows(&samples, &TO))
}

fn back(title: &str, base: &Value, samples: Value, translate: Translate) -> String {
    format!(
        "\n### {title}\n\n{}",
        table(&["member", "chat completions"], &rows(base, samples, &[translate]))
    )
}

fn others() -> String {
    let schema = json!({"type": "object"});
    let mut text = back(
        "A request of the Responses API",
        &json!({"model": "m", "input": "x"}),
        json!({"instructions": "i", "stream": true, "previous_response_id": "r", "conversation": "c", "store": true,
            "background": true, "include": ["message.output_text.logprobs", "reasoning.encrypted_content"],
            "tools": [{"type": "function", "name": "f", "parameters": schema, "strict": true}, {"type": "web_search"}, {"type": "mcp", "server_label": "s"}],
            "tool_choice": {"type": "function", "name": "f"}, "parallel_tool_calls": false, "max_tool_calls": 1, "max_output_tokens": 1,
            "temperature": 1, "top_p": 1, "top_logprobs": 1, "reasoning": {"effort": "low", "summary": "auto"},
            "text": {"format": {"type": "json_object"}, "verbosity": "low"}, "truncation": "auto", "prompt": {"id": "p"},
            "prompt_cache_key": "k", "metadata": {"a": "b"}, "service_tier": "default", "safety_identifier": "s", "user": "u"}),
        |value| read::<ResponsesRequest>(value).to_chat().losses,
    );
    text.push_str(&back(
        "A request of the Messages API",
        &json!({"model": "m", "max_tokens": 1, "messages": [{"role": "user", "content": "x"}],
            "tools": [{"name": "f", "input_schema": schema}]}),
        json!({"system": [{"type": "text", "text": "s", "cache_control": {"type": "ephemeral"}}], "stream": true, "temperature": 1,
            "top_p": 1, "top_k": 1, "stop_sequences": ["x"],
            "tools": [{"name": "f", "input_schema": schema, "strict": true}, {"type": "web_search_20250305", "name": "web_search"}, {"type": "bash_20250124", "name": "bash"}],
            "tool_choice": {"type": "any", "disable_parallel_tool_use": true}, "thinking": {"type": "enabled", "budget_tokens": 9999},
            "output_config": {"effort": "high", "format": {"type": "json_schema", "schema": schema}}, "metadata": {"user_id": "u"},
            "service_tier": "auto", "cache_control": {"type": "ephemeral"}, "container": "c", "inference_geo": "us"}),
        |value| read::<MessagesRequest>(value).to_chat(Family::Other).losses,
    ));
    text.push_str(&back(
        "A request of the format GENERIC",
        &json!({"apiFormat": "GENERIC", "messages": []}),
        json!({"reasoningEffort": "HIGH", "verbosity": "LOW", "metadata": {"a": "b"}, "isStream": true, "streamOptions": {"isIncludeUsage": true},
            "numGenerations": 2, "seed": 1, "isEcho": true, "topK": 1, "topP": 1, "temperature": 1, "frequencyPenalty": 1, "presencePenalty": 1,
            "stop": ["x"], "logProbs": 1, "maxTokens": 1, "maxCompletionTokens": 1, "logitBias": {"1": 1},
            "prediction": {"type": "CONTENT", "content": [{"type": "TEXT", "text": "x"}]}, "responseFormat": {"type": "JSON_OBJECT"},
            "toolChoice": {"type": "REQUIRED"}, "isParallelToolCalls": true, "tools": [{"type": "FUNCTION", "name": "f"}],
            "webSearchOptions": {"searchContextSize": "LOW"}, "serviceTier": "AUTO"}),
        |value| chat_request(&read(value), "m").losses,
    ));
    text.push_str(&back(
        "A request of the format COHERE",
        &json!({"apiFormat": "COHERE", "message": "x"}),
        json!({"chatHistory": [{"role": "USER", "message": "x"}], "documents": [{"a": "b"}], "responseFormat": {"type": "JSON_OBJECT", "schema": schema},
            "isSearchQueriesOnly": true, "preambleOverride": "p", "isStream": true, "streamOptions": {"isIncludeUsage": true}, "maxTokens": 1,
            "maxInputTokens": 1, "temperature": 1, "topK": 1, "topP": 1, "promptTruncation": "OFF", "frequencyPenalty": 1, "presencePenalty": 1,
            "seed": 1, "isEcho": true, "tools": [{"name": "f", "description": "d", "parameterDefinitions": {"a": {"type": "str"}}}],
            "toolResults": [{"call": {"name": "f", "parameters": {}}, "outputs": [{"output": "x"}]}], "isForceSingleStep": true, "stopSequences": ["x"],
            "isRawPrompting": true, "citationQuality": "FAST", "safetyMode": "STRICT"}),
        |value| chat_request_from_cohere(&read(value), "m").losses,
    ));
    text.push_str(&back(
        "A request of the format COHEREV2",
        &json!({"apiFormat": "COHEREV2", "messages": []}),
        json!({"documents": [{"a": "b"}], "citationOptions": {"mode": "FAST"}, "toolsChoice": "REQUIRED",
            "tools": [{"type": "FUNCTION", "function": {"name": "f"}}], "isStrictToolsEnabled": true, "isLogProbsEnabled": true,
            "thinking": {"type": "ENABLED", "tokenBudget": 1}, "responseFormat": {"type": "JSON_OBJECT"}, "isSearchQueriesOnly": true, "isStream": true,
            "maxTokens": 1, "temperature": 1, "topK": 1, "topP": 1, "frequencyPenalty": 1, "presencePenalty": 1, "seed": 1, "stopSequences": ["x"],
            "priority": 1, "isRawPrompting": true, "safetyMode": "STRICT"}),
        |value| chat_request_from_cohere_v2(&read(value), "m").losses,
    ));
    text
}

fn answers() -> String {
    let base = json!({"id": "1", "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "x"}}]});
    let choice = |name: &str, value: Value| json!([{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "x", name: value}}]);
    let columns: [Translate; 2] = [
        |value| Response::from_chat(&read::<ChatResponse>(value)).losses,
        |value| MessagesResponse::from_chat(&read::<ChatResponse>(value)).losses,
    ];
    let mut all = rows(
        &base,
        json!({"created": 1, "model": "m", "usage": {"prompt_tokens": 1, "completion_tokens": 1}, "service_tier": "default",
            "system_fingerprint": "f", "metadata": {"a": "b"}, "moderation": {}}),
        &columns,
    );
    let call =
        json!([{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}]);
    for (name, value) in [
        ("reasoning_content", json!("r")),
        ("refusal", json!("no")),
        (
            "annotations",
            json!([{"type": "url_citation", "url_citation": {"url": "https://e.example"}}]),
        ),
        ("audio", json!({"id": "a"})),
        ("tool_calls", call),
        ("function_call", json!({"name": "f", "arguments": "{}"})),
    ] {
        let path = format!("choices[0].message.{name}");
        let cells = columns.iter().map(|translate| {
            verdict(
                &path,
                translate(with(base.clone(), "choices", &choice(name, value.clone()))),
                &[],
            )
        });
        all.push((format!("`{path}`"), cells.collect()));
    }
    table(&["member", "Responses", "Messages"], &all)
}

fn operations() -> String {
    let embed = rows(
        &json!({"model": "m", "input": "x"}),
        json!({"input": ["x", "data:image/png;base64,AA"], "dimensions": 256, "encoding_format": "base64", "input_type": "search_query",
            "truncate": "END", "user": "u"}),
        &[|value| {
            read::<EmbeddingRequest>(value).to_native("c", ServingMode::on_demand("m")).losses
        }],
    );
    let rerank = rows(
        &json!({"model": "m", "query": "q", "documents": []}),
        json!({"documents": ["x", {"text": "y"}], "top_n": 1, "return_documents": true, "max_chunks_per_doc": 1, "max_tokens_per_doc": 1}),
        &[|value| read::<RerankRequest>(value).to_native("c", ServingMode::on_demand("m")).losses],
    );
    format!(
        "{}\n{}",
        table(&["embeddings", "`embedText`"], &embed),
        table(&["rerank", "`rerankText`"], &rerank)
    )
}

#[test]
fn the_page_tells_what_the_translations_do() {
    let made = format!(
        "{BEGIN}\n## Requests of chat completions\n\n{}\n## Messages of chat completions\n\n{}\n## Requests of the other dialects\n{}\n## Answers of chat completions\n\n{}\n## Operations without chat\n\n{}",
        parameters(),
        chat_messages(),
        others(),
        answers(),
        operations()
    );
    let page = std::fs::read_to_string(PAGE).unwrap();
    let (prose, found) =
        page.split_at(page.find(BEGIN).expect("the page has the line that begins its tables"));
    if found != made {
        let at = concat!(env!("CARGO_TARGET_TMPDIR"), "/dialects.md");
        std::fs::write(at, format!("{prose}{made}")).unwrap();
        panic!(
            "docs/dialects.md tells something else than the translations do; {at} is the page as it has to be"
        );
    }
}
