//! Parts of answers that both directions of the translation and the stream decoder need.

use std::collections::BTreeMap;

use crate::chat;
use crate::finish::FinishReason;
use crate::native::generic;
use crate::native::usage::{CompletionTokensDetails, PromptTokensDetails, Usage};
use crate::number::Number;

/// The reason in the words of chat completions.
///
/// Cohere says `COMPLETE` and Gemini `stop` also when the answer is a tool call.
pub(crate) fn finish_reason(reason: &str, has_calls: bool) -> FinishReason {
    let reason = match reason.to_ascii_uppercase().as_str() {
        "ERROR_TOXIC" => FinishReason::ContentFilter,
        "ERROR_LIMIT" => FinishReason::Length,
        _ => FinishReason::from(reason).canonical(),
    };
    if has_calls && reason == FinishReason::Stop { FinishReason::ToolCalls } else { reason }
}

pub(crate) fn usage_to_chat(usage: Usage) -> chat::Usage {
    chat::Usage {
        prompt_tokens: usage.prompt_tokens,
        completion_tokens: usage.completion_tokens,
        total_tokens: usage.total_tokens,
        prompt_tokens_details: usage.prompt_tokens_details.map(|details| {
            chat::PromptTokensDetails {
                cached_tokens: details.cached_tokens,
                extra: details.extra,
                ..chat::PromptTokensDetails::default()
            }
        }),
        completion_tokens_details: usage.completion_tokens_details.map(|details| {
            chat::CompletionTokensDetails {
                reasoning_tokens: details.reasoning_tokens,
                accepted_prediction_tokens: details.accepted_prediction_tokens,
                rejected_prediction_tokens: details.rejected_prediction_tokens,
                extra: details.extra,
                ..chat::CompletionTokensDetails::default()
            }
        }),
        extra: usage.extra,
    }
}

pub(crate) fn usage_to_native(usage: &chat::Usage) -> Usage {
    Usage {
        completion_tokens: usage.completion_tokens,
        prompt_tokens: usage.prompt_tokens,
        total_tokens: usage.total_tokens,
        completion_tokens_details: usage.completion_tokens_details.as_ref().map(|details| {
            CompletionTokensDetails {
                accepted_prediction_tokens: details.accepted_prediction_tokens,
                reasoning_tokens: details.reasoning_tokens,
                rejected_prediction_tokens: details.rejected_prediction_tokens,
                extra: details.extra.clone(),
            }
        }),
        prompt_tokens_details: usage.prompt_tokens_details.as_ref().map(|details| {
            PromptTokensDetails {
                cached_tokens: details.cached_tokens,
                extra: details.extra.clone(),
            }
        }),
        extra: usage.extra.clone(),
    }
}

pub(crate) fn annotation_to_chat(annotation: generic::Annotation) -> chat::Annotation {
    chat::Annotation {
        kind: annotation.kind,
        url_citation: annotation.url_citation.map(|citation| chat::UrlCitation {
            start_index: citation.start_index,
            end_index: citation.end_index,
            title: citation.title,
            url: citation.url,
            extra: citation.extra,
        }),
        extra: annotation.extra,
    }
}

pub(crate) fn annotation_to_native(annotation: &chat::Annotation) -> generic::Annotation {
    generic::Annotation {
        kind: annotation.kind.clone(),
        url_citation: annotation.url_citation.as_ref().map(|citation| generic::UrlCitation {
            start_index: citation.start_index,
            end_index: citation.end_index,
            title: citation.title.clone(),
            url: citation.url.clone(),
            extra: citation.extra.clone(),
        }),
        extra: annotation.extra.clone(),
    }
}

/// Parallel lists as a list of tokens; `None` when there are no tokens.
pub(crate) fn logprobs_to_chat(logprobs: &generic::Logprobs) -> Option<chat::Logprobs> {
    let tokens = logprobs.tokens.as_ref()?;
    let mut probabilities = logprobs.token_logprobs.iter().flatten();
    let mut alternatives = logprobs.top_logprobs.iter().flatten();
    let content = tokens.iter().map(|token| chat::TokenLogprob {
        token: Some(token.clone()),
        logprob: probabilities.next().copied().flatten(),
        top_logprobs: alternatives.next().map(|alternatives| {
            let one = |(token, logprob): (&String, &String)| chat::TokenLogprob {
                token: Some(token.clone()),
                logprob: logprob.parse().ok().map(Number::Float),
                ..chat::TokenLogprob::default()
            };
            alternatives.iter().map(one).collect()
        }),
        ..chat::TokenLogprob::default()
    });
    Some(chat::Logprobs { content: Some(content.collect()), ..chat::Logprobs::default() })
}

pub(crate) fn logprobs_to_native(logprobs: &chat::Logprobs) -> Option<generic::Logprobs> {
    let content = logprobs.content.as_ref()?;
    let mut offset = 0;
    let mut native = generic::Logprobs::default();
    for entry in content {
        let token = entry.token.clone().unwrap_or_default();
        native.text_offset.get_or_insert_default().push(offset);
        offset += i64::try_from(token.len()).unwrap_or(i64::MAX);
        native.tokens.get_or_insert_default().push(token);
        native.token_logprobs.get_or_insert_default().push(entry.logprob);
        if let Some(alternatives) = &entry.top_logprobs {
            let one = |alternative: &chat::TokenLogprob| {
                Some((alternative.token.clone()?, alternative.logprob?.to_string()))
            };
            let map: BTreeMap<String, String> = alternatives.iter().filter_map(one).collect();
            native.top_logprobs.get_or_insert_default().push(map);
        }
    }
    Some(native)
}
