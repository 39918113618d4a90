//! Requests of chat completions as requests of the format `GENERIC`.

use crate::chat::{self, ChatRequest, FunctionCallOption, NamedToolChoice, ToolChoiceMode};
use crate::family::Family;
use crate::loss::{Losses, Translated};
use crate::native::generic::{
    self, ApproximateLocation, FunctionDefinition, ResponseFormat, ResponseJsonSchema,
    SearchContextSize, ServiceTier, StaticContent, TextContent, ToolChoice, ToolDefinition,
    Verbosity, WebSearchOptions,
};
use crate::native::translate::generic_messages::messages;
use crate::native::translate::params;
use crate::native::translate::schema::repair;

/// The request in the format `GENERIC`.
///
/// The model is not part of it: it goes into the serving mode of the envelope.
/// `max_tokens` and `max_completion_tokens` become the one that the family takes, schemas are rewritten to the subset
/// it takes, and for Gemini the messages are put into the order it takes.
#[must_use]
pub fn generic_request(request: &ChatRequest, family: Family) -> Translated<generic::ChatRequest> {
    let mut losses = Losses::default();
    params::drop_common(request, &mut losses);
    let limit = params::max_tokens(request, &mut losses);
    let (max_tokens, max_completion_tokens) =
        if family == Family::OpenAi { (None, limit) } else { (limit, None) };
    let native = generic::ChatRequest {
        messages: messages(&request.messages, family, &mut losses),
        reasoning_effort: request
            .reasoning_effort
            .as_ref()
            .and_then(|effort| params::effort(effort, &mut losses)),
        verbosity: request.verbosity.as_ref().and_then(|value| verbosity(value, &mut losses)),
        metadata: request.metadata.clone(),
        is_stream: request.stream,
        stream_options: params::stream_options(request),
        num_generations: request.n.map(i64::from),
        seed: request.seed,
        is_echo: None,
        top_k: params::top_k(request),
        top_p: request.top_p,
        temperature: request.temperature,
        frequency_penalty: request.frequency_penalty,
        presence_penalty: request.presence_penalty,
        stop: params::stop(request),
        log_probs: log_probs(request, &mut losses),
        max_tokens,
        max_completion_tokens,
        logit_bias: request.logit_bias.clone(),
        prediction: request.prediction.as_ref().map(|prediction| {
            let text = TextContent::new(prediction.content.text());
            StaticContent { content: Some(vec![text]), ..StaticContent::default() }.into()
        }),
        response_format: request
            .response_format
            .as_ref()
            .and_then(|format| response_format(format, family, &mut losses)),
        tool_choice: tool_choice(request, &mut losses),
        is_parallel_tool_calls: request.parallel_tool_calls,
        tools: tools(request, family, &mut losses),
        web_search_options: request
            .web_search_options
            .as_ref()
            .map(|options| web_search(options, &mut losses)),
        service_tier: request
            .service_tier
            .as_ref()
            .and_then(|tier| service_tier(tier, &mut losses)),
        ..generic::ChatRequest::default()
    };
    losses.with(native)
}

fn verbosity(value: &chat::Verbosity, losses: &mut Losses) -> Option<Verbosity> {
    match value {
        chat::Verbosity::Low => Some(Verbosity::Low),
        chat::Verbosity::Medium => Some(Verbosity::Medium),
        chat::Verbosity::High => Some(Verbosity::High),
        chat::Verbosity::Other(_) => {
            losses.unknown("verbosity");
            None
        }
    }
}

fn service_tier(tier: &chat::ServiceTier, losses: &mut Losses) -> Option<ServiceTier> {
    match tier {
        chat::ServiceTier::Auto => Some(ServiceTier::Auto),
        chat::ServiceTier::Default => Some(ServiceTier::Default),
        chat::ServiceTier::Priority => Some(ServiceTier::Priority),
        _ => {
            losses.dropped("service_tier");
            None
        }
    }
}

/// The native member is a count; the token itself is always told.
fn log_probs(request: &ChatRequest, losses: &mut Losses) -> Option<i64> {
    if request.logprobs == Some(true) {
        return Some(request.top_logprobs.map_or(1, |count| i64::from(count.max(1))));
    }
    losses.dropped_if([(request.top_logprobs.is_some(), "top_logprobs")]);
    None
}

fn response_format(
    format: &chat::ResponseFormat,
    family: Family,
    losses: &mut Losses,
) -> Option<ResponseFormat> {
    Some(match format {
        chat::ResponseFormat::Text(_) => ResponseFormat::text(),
        chat::ResponseFormat::JsonObject(_) => ResponseFormat::json_object(),
        chat::ResponseFormat::JsonSchema(format) => {
            let format = &format.json_schema;
            let path = "response_format.json_schema.schema";
            ResponseFormat::json_schema(ResponseJsonSchema {
                name: format.name.clone(),
                description: format.description.clone(),
                schema: format.schema.as_ref().map(|schema| repair(schema, family, path, losses)),
                is_strict: format.strict,
                ..ResponseJsonSchema::default()
            })
        }
        chat::ResponseFormat::Other(_) => {
            losses.unknown("response_format");
            return None;
        }
    })
}

fn tool_choice(request: &ChatRequest, losses: &mut Losses) -> Option<ToolChoice> {
    let mode = |mode: &ToolChoiceMode, losses: &mut Losses| match mode {
        ToolChoiceMode::None => Some(ToolChoice::none()),
        ToolChoiceMode::Auto => Some(ToolChoice::auto()),
        ToolChoiceMode::Required => Some(ToolChoice::required()),
        // Anthropic's word, which clients of several providers send.
        ToolChoiceMode::Other(word) if word == "any" => Some(ToolChoice::required()),
        // Some clients say the name of the function and nothing around it.
        ToolChoiceMode::Other(word) if is_offered(request, word) => {
            Some(ToolChoice::function(&**word))
        }
        ToolChoiceMode::Other(_) => {
            losses.unknown("tool_choice");
            None
        }
    };
    let Some(choice) = &request.tool_choice else {
        return match request.function_call.as_ref()? {
            FunctionCallOption::Name(function) => Some(ToolChoice::function(&*function.name)),
            FunctionCallOption::Mode(word) => mode(&ToolChoiceMode::from(word.as_str()), losses),
        };
    };
    match choice {
        chat::ToolChoice::Mode(word) => mode(word, losses),
        chat::ToolChoice::Named(NamedToolChoice::Function(choice)) => {
            Some(ToolChoice::function(&*choice.function.name))
        }
        chat::ToolChoice::Named(NamedToolChoice::AllowedTools(choice)) => {
            losses.approximated("tool_choice.allowed_tools");
            choice.allowed_tools.mode.as_ref().and_then(|word| mode(word, losses))
        }
        chat::ToolChoice::Named(NamedToolChoice::Custom(_)) => {
            losses.dropped("tool_choice");
            None
        }
        chat::ToolChoice::Named(NamedToolChoice::Other(_)) => {
            losses.unknown("tool_choice");
            None
        }
    }
}

fn is_offered(request: &ChatRequest, name: &str) -> bool {
    request
        .tools
        .iter()
        .flatten()
        .any(|tool| matches!(tool, chat::Tool::Function(tool) if tool.function.name == name))
}

fn tools(
    request: &ChatRequest,
    family: Family,
    losses: &mut Losses,
) -> Option<Vec<ToolDefinition>> {
    let mut native = Vec::new();
    for (function, path) in functions(request, losses) {
        losses.dropped_if([(function.strict == Some(true), &format!("{path}.strict"))]);
        let parameters = function.parameters.as_ref();
        let path = format!("{path}.parameters");
        native.push(ToolDefinition::Function(FunctionDefinition {
            name: function.name.clone(),
            description: function.description.clone(),
            parameters: parameters.map(|schema| repair(schema, family, &path, losses)),
            ..FunctionDefinition::default()
        }));
    }
    Some(native).filter(|tools| !tools.is_empty())
}

/// The functions of both interfaces with their places; other tools are noted as lost.
pub(crate) fn functions<'r>(
    request: &'r ChatRequest,
    losses: &mut Losses,
) -> Vec<(&'r chat::FunctionDefinition, String)> {
    let mut functions = Vec::new();
    for (at, tool) in request.tools.iter().flatten().enumerate() {
        match tool {
            chat::Tool::Function(tool) => {
                functions.push((&tool.function, format!("tools[{at}].function")));
            }
            chat::Tool::Custom(_) => losses.dropped(format!("tools[{at}]")),
            chat::Tool::Other(_) => losses.unknown(format!("tools[{at}]")),
        }
    }
    for (at, function) in request.functions.iter().flatten().enumerate() {
        functions.push((function, format!("functions[{at}]")));
    }
    for (function, path) in &functions {
        for (name, _) in function.extra.iter() {
            losses.dropped(format!("{path}.{name}"));
        }
    }
    functions
}

fn web_search(options: &chat::WebSearchOptions, losses: &mut Losses) -> WebSearchOptions {
    let size = options.search_context_size.as_deref().map(str::to_ascii_uppercase);
    let size = size.map(SearchContextSize::from);
    let known = size.filter(|size| !matches!(size, SearchContextSize::Other(_)));
    if known.is_none() && options.search_context_size.is_some() {
        losses.unknown("web_search_options.search_context_size");
    }
    WebSearchOptions {
        search_context_size: known,
        user_location: options.user_location.as_ref().map(|location| ApproximateLocation {
            city: location.approximate.city.clone(),
            region: location.approximate.region.clone(),
            country: location.approximate.country.clone(),
            timezone: location.approximate.timezone.clone(),
            ..ApproximateLocation::default()
        }),
        ..WebSearchOptions::default()
    }
}
