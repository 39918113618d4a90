//! One event of each dialect, as a model sends it for a few characters of text, and what has to be found in it.

/// A chunk of chat completions of 327 bytes, with the members that OpenAI's models send.
pub(crate) const CHUNK: &str = r#"{"id":"chatcmpl-CkZ3vTq0mYw8nR5dUj1xLbHs7PfGa","object":"chat.completion.chunk","created":1788688081,"model":"openai.gpt-5.5-2026-04-23","service_tier":"default","system_fingerprint":"fp_3f8a9c21d7","choices":[{"index":0,"delta":{"content":" therefore"},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"aZ3k"}"#;

/// A text delta of the Responses API.
pub(crate) const DELTA: &str = r#"{"type":"response.output_text.delta","sequence_number":41,"item_id":"msg_68f3b2d4c6e0819a9b7d5f3e1c2a4b6d","output_index":1,"content_index":0,"delta":" therefore","logprobs":[],"obfuscation":"aZ3kq9"}"#;

/// What an event parser says before it: the line `event:`.
pub(crate) const DELTA_NAME: &str = "response.output_text.delta";

/// An event of a native stream of the format `GENERIC`.
pub(crate) const NATIVE: &str = r#"{"index":0,"message":{"role":"ASSISTANT","content":[{"type":"TEXT","text":" therefore"}]},"pad":"aaaaaaaaaaaa"}"#;

/// The text in each of them.
pub(crate) const TEXT: &str = " therefore";
