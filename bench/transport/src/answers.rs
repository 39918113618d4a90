//! What the server answers, and so what the clients are to find.

use bytes::Bytes;

/// The chunks with text of one stream; one with the finish reason and `[DONE]` follow.
pub(crate) const CHUNKS: usize = 200;

/// The bytes of text of one stream.
pub(crate) fn stream_text() -> usize {
    (0..CHUNKS).map(|at| word(at).len()).sum()
}

/// The answer to a call that is not streamed, of the size of a short paragraph.
pub(crate) fn whole() -> Bytes {
    format!(
        "{{{HEAD},\"object\":\"chat.completion\",\"choices\":[{{\"index\":0,\"message\":{{\"role\":\"assistant\",\"content\":\"{}\",\
         \"refusal\":null}},\"logprobs\":null,\"finish_reason\":\"stop\"}}],\"usage\":{{\"prompt_tokens\":14,\
         \"completion_tokens\":40,\"total_tokens\":54,\"prompt_tokens_details\":{{\"cached_tokens\":0}},\
         \"completion_tokens_details\":{{\"reasoning_tokens\":0}}}}}}",
        text()
    )
    .into()
}

/// The text in [`whole`]. It begins and ends without spaces, because genai takes those away.
pub(crate) fn text() -> String {
    (0..40).map(word).collect::<String>().trim().to_owned()
}

/// The events of a stream, each as the server writes it.
pub(crate) fn events() -> Vec<Bytes> {
    let chunk = |delta: &str, finish: &str| {
        Bytes::from(format!(
            "data: {{{HEAD},\"object\":\"chat.completion.chunk\",\"choices\":[{{\"index\":0,\"delta\":{delta},\
             \"logprobs\":null,\"finish_reason\":{finish}}}]}}\n\n"
        ))
    };
    let mut events: Vec<_> =
        (0..CHUNKS).map(|at| chunk(&format!("{{\"content\":\"{}\"}}", word(at)), "null")).collect();
    events.push(chunk("{}", "\"stop\""));
    events.push(Bytes::from_static(b"data: [DONE]\n\n"));
    events
}

fn word(at: usize) -> &'static str {
    const WORDS: [&str; 8] = [" the", " stream", ",", " of", " tokens", " goes", " on", "."];
    WORDS[at % WORDS.len()]
}

const HEAD: &str = "\"id\":\"chatcmpl-AbCdEfGhIjKlMnOpQrStUvWxYz012\",\"created\":1788688081,\
    \"model\":\"openai.gpt-5-mini-2025-08-07\",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_0123456789\"";

/// The key that the server wants as a bearer token. It opens nothing.
pub(crate) const KEY: &str = "sk-bench-0123456789abcdef";

/// The model whose streams wait after their first event until they are released.
pub(crate) const HELD: &str = "held";
pub(crate) const MODEL: &str = "openai.gpt-5-mini";
pub(crate) const PROMPT: &str = "Write one sentence about streams of tokens.";
