//! A request of chat completions as one of the Responses API.

use crate::chat::{self, ChatRequest};
use crate::loss::{Losses, Translated};
use crate::nullable::Nullable;
use crate::responses::options::{
    Include, PromptCacheOptions, Reasoning, StreamOptions, TextConfig,
};
use crate::responses::request::{Input, ResponsesRequest};
use crate::responses::tool::Tool;
use crate::responses::tool_choice::ToolChoice;
use crate::responses::tool_hosted::{UserLocation, WebSearchTool};
use crate::responses::translate::{input, tools};

impl ResponsesRequest {
    /// A request of chat completions in the form of the Responses API.
    ///
    /// Chat completions stores nothing and does not hold functions to their schema unless it is told to; the Responses
    /// API does both, so `store` and `strict` are set to `false` where the original does not set them.
    #[must_use]
    pub fn from_chat(request: &ChatRequest) -> Translated<Self> {
        let mut losses = Losses::default();
        let items = input::from_messages(&request.messages, &mut losses);
        let mut to = Self {
            model: Some(request.model.clone()),
            input: Some(Input::Items(items)),
            stream: nullable(&request.stream),
            temperature: nullable(&request.temperature),
            top_p: nullable(&request.top_p),
            top_logprobs: nullable(&request.top_logprobs),
            max_output_tokens: nullable(&max_tokens(request, &mut losses)),
            parallel_tool_calls: nullable(&request.parallel_tool_calls),
            moderation: nullable(&request.moderation),
            metadata: nullable(&request.metadata),
            store: Nullable::Value(request.store.unwrap_or(false)),
            service_tier: nullable(&request.service_tier),
            prompt_cache_key: nullable(&request.prompt_cache_key),
            prompt_cache_retention: nullable(&request.prompt_cache_retention),
            safety_identifier: nullable(&request.safety_identifier),
            user: request.user.clone(),
            ..Self::default()
        };
        if let Some(include_obfuscation) =
            request.stream_options.as_ref().and_then(|options| options.include_obfuscation)
        {
            to.stream_options = Nullable::Value(StreamOptions {
                include_obfuscation: Some(include_obfuscation),
                ..StreamOptions::default()
            });
        }
        if request.logprobs == Some(true) {
            to.include = Nullable::Value(vec![Include::Logprobs]);
        }
        if let Some(effort) = &request.reasoning_effort {
            // What users of LiteLLM send for none.
            let is_off = effort.as_str() == "disable";
            let effort = if is_off { chat::ReasoningEffort::None } else { effort.clone() };
            to.reasoning = Nullable::Value(Reasoning::effort(effort));
        }
        let format = request.response_format.as_ref();
        let format = format.and_then(|format| tools::format_from_chat(format, &mut losses));
        if format.is_some() || request.verbosity.is_some() {
            let verbosity = request.verbosity.clone();
            to.text = Some(TextConfig { format, verbosity, ..TextConfig::default() });
        }
        to.prompt_cache_options =
            request.prompt_cache_options.as_ref().map(|options| PromptCacheOptions {
                mode: options.mode.clone(),
                ttl: options.ttl.clone(),
                ..PromptCacheOptions::default()
            });
        to.tools = all_tools(request, &mut losses);
        to.tool_choice = choice(request, &mut losses);
        drop_rest(request, &mut losses);
        losses.with(to)
    }
}

fn nullable<T: Clone>(value: &Option<T>) -> Nullable<T> {
    value.clone().map_or(Nullable::Absent, Nullable::Value)
}

fn max_tokens(request: &ChatRequest, losses: &mut Losses) -> Option<u64> {
    if request.max_completion_tokens.is_some() && request.max_tokens.is_some() {
        losses.dropped("max_tokens");
    }
    request.max_completion_tokens.or(request.max_tokens)
}

fn all_tools(request: &ChatRequest, losses: &mut Losses) -> Option<Vec<Tool>> {
    let mut all = request.tools.as_ref().map(|list| {
        let mut kept = Vec::new();
        for (index, tool) in list.iter().enumerate() {
            kept.extend(tools::tool_from_chat(tool, &format!("tools[{index}]"), losses));
        }
        kept
    });
    if let Some(functions) = &request.functions {
        losses.approximated("functions");
        for (index, function) in functions.iter().enumerate() {
            let path = format!("functions[{index}]");
            let tool = tools::function_from_chat(function, &path, losses);
            all.get_or_insert_default().push(tool);
        }
    }
    if let Some(options) = &request.web_search_options {
        // A search before every answer becomes one that the model decides on.
        losses.approximated("web_search_options");
        all.get_or_insert_default().push(Tool::WebSearch(web_search(options)));
    }
    all
}

fn web_search(options: &chat::WebSearchOptions) -> WebSearchTool {
    let user_location = options.user_location.as_ref().map(|location| {
        let place = &location.approximate;
        UserLocation {
            kind: Some("approximate".to_owned()),
            city: place.city.clone(),
            country: place.country.clone(),
            region: place.region.clone(),
            timezone: place.timezone.clone(),
            ..UserLocation::default()
        }
    });
    let search_context_size = options.search_context_size.clone();
    WebSearchTool { search_context_size, user_location, ..WebSearchTool::default() }
}

fn choice(request: &ChatRequest, losses: &mut Losses) -> Option<ToolChoice> {
    if let Some(choice) = &request.tool_choice {
        return tools::choice_from_chat(choice, losses);
    }
    let old = request.function_call.as_ref()?;
    losses.approximated("function_call");
    Some(match old {
        chat::FunctionCallOption::Mode(mode) => {
            ToolChoice::Mode(chat::ToolChoiceMode::from(mode.as_str()))
        }
        chat::FunctionCallOption::Name(name) => ToolChoice::function(name.name.clone()),
    })
}

fn drop_rest(request: &ChatRequest, losses: &mut Losses) {
    let has_other_modality =
        request.modalities.iter().flatten().any(|modality| *modality != chat::Modality::Text);
    losses.dropped_if([
        (request.n.is_some_and(|n| n != 1), "n"),
        (request.stop.is_some(), "stop"),
        (request.frequency_penalty.is_some(), "frequency_penalty"),
        (request.presence_penalty.is_some(), "presence_penalty"),
        (request.logit_bias.is_some(), "logit_bias"),
        (request.seed.is_some(), "seed"),
        (request.prediction.is_some(), "prediction"),
        (has_other_modality, "modalities"),
        (request.audio.is_some(), "audio"),
    ]);
    for (name, _) in request.extra.iter() {
        losses.unknown(name);
    }
}
