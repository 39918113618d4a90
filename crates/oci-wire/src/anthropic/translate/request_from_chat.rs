//! A request of chat completions as one of the Messages API.

use crate::anthropic::options::{Metadata, OutputConfig, ServiceTier, Thinking};
use crate::anthropic::request::MessagesRequest;
use crate::anthropic::tool::{Tool, ToolChoice};
use crate::anthropic::translate::{tools, turns};
use crate::chat::{self, ChatRequest, Modality, ReasoningEffort, Stop};
use crate::loss::{Losses, Translated};

impl MessagesRequest {
    /// A request of chat completions in the form of the Messages API.
    ///
    /// That requires a limit of tokens; where the original has none, it is 4096 and told as approximated.
    #[must_use]
    pub fn from_chat(request: &ChatRequest) -> Translated<Self> {
        let mut losses = Losses::default();
        let (system, messages) = turns::from_chat(&request.messages, &mut losses);
        let mut to = Self {
            model: request.model.clone(),
            max_tokens: Some(max_tokens(request, &mut losses)),
            system,
            messages,
            stream: request.stream,
            temperature: request.temperature,
            top_p: request.top_p,
            top_k: request
                .extra
                .get("top_k")
                .and_then(|top_k| serde_json::from_str(top_k.get()).ok()),
            stop_sequences: request.stop.as_ref().map(|stop| match stop {
                Stop::One(sequence) => vec![sequence.clone()],
                Stop::Many(sequences) => sequences.clone(),
            }),
            tools: all_tools(request, &mut losses),
            tool_choice: choice(request, &mut losses),
            metadata: request
                .user
                .clone()
                .map(|user| Metadata { user_id: Some(user), ..Metadata::default() }),
            ..Self::default()
        };
        to.service_tier = match &request.service_tier {
            Some(chat::ServiceTier::Auto) => Some(ServiceTier::Auto),
            Some(chat::ServiceTier::Default) => Some(ServiceTier::StandardOnly),
            Some(_) => {
                losses.dropped("service_tier");
                None
            }
            None => None,
        };
        to.exert(request, &mut losses);
        drop_rest(request, to.top_k.is_some(), &mut losses);
        losses.with(to)
    }

    fn exert(&mut self, request: &ChatRequest, losses: &mut Losses) {
        let effort = match &request.reasoning_effort {
            Some(ReasoningEffort::None) => {
                self.thinking = Some(Thinking::disabled());
                None
            }
            Some(ReasoningEffort::Minimal) => {
                losses.approximated("reasoning_effort");
                Some(ReasoningEffort::Low)
            }
            // What users of LiteLLM send for none.
            Some(ReasoningEffort::Other(word)) if word == "disable" => {
                self.thinking = Some(Thinking::disabled());
                None
            }
            Some(ReasoningEffort::Other(_)) => {
                losses.unknown("reasoning_effort");
                None
            }
            effort => effort.clone(),
        };
        let format = request.response_format.as_ref();
        let format = format.and_then(|format| tools::format_from_chat(format, losses));
        if effort.is_some() || format.is_some() {
            self.output_config = Some(OutputConfig { effort, format, ..OutputConfig::default() });
        }
    }
}

fn max_tokens(request: &ChatRequest, losses: &mut Losses) -> u64 {
    if let (Some(old), Some(new)) = (request.max_tokens, request.max_completion_tokens)
        && old != new
    {
        losses.dropped("max_tokens");
    }
    request.max_completion_tokens.or(request.max_tokens).unwrap_or_else(|| {
        losses.approximated("max_tokens");
        DEFAULT_MAX_TOKENS
    })
}

fn all_tools(request: &ChatRequest, losses: &mut Losses) -> Option<Vec<Tool>> {
    let mut all = Vec::new();
    for (index, tool) in request.tools.iter().flatten().enumerate() {
        all.extend(tools::tool_from_chat(tool, &format!("tools[{index}]"), losses));
    }
    losses.approximated_if(request.functions.is_some(), "functions");
    for (index, function) in request.functions.iter().flatten().enumerate() {
        let path = format!("functions[{index}]");
        all.push(tools::function_from_chat(function, &path, losses));
    }
    if let Some(options) = &request.web_search_options {
        all.push(tools::search_from_chat(options, losses));
    }
    (!all.is_empty()).then_some(all)
}

fn choice(request: &ChatRequest, losses: &mut Losses) -> Option<ToolChoice> {
    let choice = match (&request.tool_choice, &request.function_call) {
        (Some(choice), _) => tools::choice_from_chat(choice, losses),
        (None, Some(old)) => {
            losses.approximated("function_call");
            let choice = match old {
                chat::FunctionCallOption::Mode(mode) => {
                    chat::ToolChoiceMode::from(mode.as_str()).into()
                }
                chat::FunctionCallOption::Name(name) => {
                    chat::ToolChoice::function(name.name.clone())
                }
            };
            tools::choice_from_chat(&choice, losses)
        }
        (None, None) => None,
    };
    let Some(parallel) = request.parallel_tool_calls else { return choice };
    let has_tools = request.tools.is_some() || request.functions.is_some();
    match choice {
        Some(ToolChoice::None(_)) => {
            losses.dropped("parallel_tool_calls");
            choice
        }
        None if parallel || !has_tools => {
            // Several at once is the default, and without tools there is nothing to choose.
            losses.dropped_if([(!parallel, "parallel_tool_calls")]);
            None
        }
        choice => {
            Some(choice.unwrap_or_else(ToolChoice::auto).with_disable_parallel_tool_use(!parallel))
        }
    }
}

fn drop_rest(request: &ChatRequest, has_top_k: bool, losses: &mut Losses) {
    let speaks = request.modalities.iter().flatten().any(|modality| *modality != Modality::Text);
    let options = request.stream_options.as_ref();
    let pads = options.is_some_and(|options| options.include_obfuscation.is_some());
    losses.dropped_if([
        (pads, "stream_options.include_obfuscation"),
        (request.n.is_some_and(|n| n != 1), "n"),
        (request.frequency_penalty.is_some(), "frequency_penalty"),
        (request.presence_penalty.is_some(), "presence_penalty"),
        (request.logit_bias.is_some(), "logit_bias"),
        (request.logprobs == Some(true), "logprobs"),
        (request.top_logprobs.is_some(), "top_logprobs"),
        (request.seed.is_some(), "seed"),
        (request.verbosity.is_some(), "verbosity"),
        (request.prediction.is_some(), "prediction"),
        (speaks, "modalities"),
        (request.audio.is_some(), "audio"),
        (request.moderation.is_some(), "moderation"),
        (request.metadata.is_some(), "metadata"),
        (request.store == Some(true), "store"),
        (request.prompt_cache_key.is_some(), "prompt_cache_key"),
        (request.prompt_cache_options.is_some(), "prompt_cache_options"),
        (request.prompt_cache_retention.is_some(), "prompt_cache_retention"),
        (request.safety_identifier.is_some(), "safety_identifier"),
    ]);
    for (name, _) in request.extra.iter() {
        if name != "top_k" || !has_top_k {
            losses.unknown(name);
        }
    }
}

/// The limit where there is none, which every model of the provider can take.
const DEFAULT_MAX_TOKENS: u64 = 4_096;
