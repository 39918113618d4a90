//! [`Family`]: the model families whose differences the translations know.

/// A family of models that behave alike; which model is of which family is for the caller to say.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Family {
    /// Cohere's Command models.
    Cohere,
    /// Google's Gemini: one system message first, each call answered right after it, a narrow subset of JSON schema.
    Gemini,
    /// OpenAI's open-weight models, which take `max_tokens`.
    GptOss,
    /// xAI's Grok, whose schema check is strict.
    Grok,
    /// Meta's Llama: a narrow subset of JSON schema.
    Llama,
    /// OpenAI's hosted models, which refuse `max_tokens` in favour of `max_completion_tokens`.
    OpenAi,
    /// Everything else, imported models included; nothing is repaired for it.
    #[default]
    Other,
}
