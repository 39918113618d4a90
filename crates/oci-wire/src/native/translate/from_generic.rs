//! Requests of the format `GENERIC` as requests of chat completions, for servers that take the native dialect.

use crate::chat::{
    self, ApproximateLocation, ChatRequest, FunctionDefinition, ImageDetail, ImagePart, ImageUrl,
    JsonSchema, Part, Prediction, ReasoningEffort, Stop, Tool, ToolChoiceMode, UserLocation,
};
use crate::loss::{Losses, Translated};
use crate::native::generic::{
    self, Content, Detail, Message, ResponseFormat, ToolCall, ToolChoice, ToolDefinition,
};
use crate::nullable::Nullable;

/// The request in the dialect of chat completions; the model comes from the envelope's serving mode.
#[must_use]
pub fn chat_request(native: &generic::ChatRequest, model: &str) -> Translated<ChatRequest> {
    let mut losses = Losses::default();
    losses.dropped_if([(native.is_echo == Some(true), "isEcho")]);
    let messages = native
        .messages
        .iter()
        .enumerate()
        .filter_map(|(at, message)| self::message(message, &format!("messages[{at}]"), &mut losses))
        .collect();
    let top_logprobs = native.log_probs.and_then(|count| u32::try_from(count).ok());
    let lower = |text: &str| text.to_ascii_lowercase();
    let mut request = ChatRequest {
        model: model.to_owned(),
        messages,
        stream: native.is_stream,
        stream_options: native.stream_options.as_ref().map(|options| chat::StreamOptions {
            include_usage: options.is_include_usage,
            ..chat::StreamOptions::default()
        }),
        temperature: native.temperature,
        top_p: native.top_p,
        max_tokens: native.max_tokens,
        max_completion_tokens: native.max_completion_tokens,
        n: native.num_generations.and_then(|count| u32::try_from(count).ok()),
        stop: native.stop.clone().map(Stop::Many),
        frequency_penalty: native.frequency_penalty,
        presence_penalty: native.presence_penalty,
        logit_bias: native.logit_bias.clone(),
        logprobs: native.log_probs.map(|_| true),
        top_logprobs,
        seed: native.seed,
        tools: tools(native, &mut losses),
        tool_choice: tool_choice(native, &mut losses),
        parallel_tool_calls: native.is_parallel_tool_calls,
        response_format: response_format(native, &mut losses),
        reasoning_effort: native
            .reasoning_effort
            .as_ref()
            .map(|effort| ReasoningEffort::from(lower(effort.as_str()))),
        verbosity: native
            .verbosity
            .as_ref()
            .map(|verbosity| chat::Verbosity::from(lower(verbosity.as_str()))),
        prediction: prediction(native, &mut losses),
        web_search_options: native.web_search_options.as_ref().map(web_search),
        metadata: native.metadata.clone(),
        service_tier: native
            .service_tier
            .as_ref()
            .map(|tier| chat::ServiceTier::from(lower(tier.as_str()))),
        extra: native.extra.clone(),
        ..ChatRequest::default()
    };
    if let Some(top_k) = native.top_k {
        request.extra.insert("top_k", serde_json::Value::from(top_k));
    }
    losses.with(request)
}

fn message(message: &Message, path: &str, losses: &mut Losses) -> Option<chat::Message> {
    Some(match message {
        Message::System(message) => chat::Message::System(chat::SystemMessage {
            content: content(message.content.as_deref(), path, losses),
            name: message.name.clone(),
            extra: message.extra.clone(),
        }),
        Message::Developer(message) => chat::Message::Developer(chat::DeveloperMessage {
            content: content(message.content.as_deref(), path, losses),
            name: message.name.clone(),
            extra: message.extra.clone(),
        }),
        Message::User(message) => chat::Message::User(chat::UserMessage {
            content: content(message.content.as_deref(), path, losses),
            name: message.name.clone(),
            extra: message.extra.clone(),
        }),
        Message::Assistant(message) => {
            losses.dropped_if([(message.annotations.is_some(), &format!("{path}.annotations"))]);
            let mut calls = Vec::new();
            for (at, call) in message.tool_calls.iter().flatten().enumerate() {
                match call {
                    ToolCall::Function(call) => calls.push(chat_call(call)),
                    ToolCall::Other(_) => losses.unknown(format!("{path}.toolCalls[{at}]")),
                }
            }
            let said = match &message.content {
                Nullable::Absent => Nullable::Absent,
                Nullable::Null => Nullable::Null,
                Nullable::Value(parts) => content(Some(parts), path, losses),
            };
            chat::Message::Assistant(chat::AssistantMessage {
                content: said,
                reasoning_content: message.reasoning_content.clone(),
                refusal: message.refusal.clone(),
                name: message.name.clone(),
                tool_calls: message.tool_calls.as_ref().map(|_| calls),
                extra: message.extra.clone(),
                ..chat::AssistantMessage::default()
            })
        }
        Message::Tool(message) => chat::Message::Tool(chat::ToolMessage {
            content: content(message.content.as_deref(), path, losses),
            tool_call_id: message.tool_call_id.clone().unwrap_or_default(),
            extra: message.extra.clone(),
        }),
        Message::Other(_) => {
            losses.unknown(path);
            return None;
        }
    })
}

fn chat_call(call: &generic::FunctionCall) -> chat::ToolCall {
    let function = chat::FunctionCall {
        name: call.name.clone().unwrap_or_default(),
        arguments: call.arguments.clone().unwrap_or_default(),
        ..chat::FunctionCall::default()
    };
    chat::ToolCall::Function(chat::FunctionToolCall {
        id: call.id.clone().unwrap_or_default(),
        function,
        extra: call.extra.clone(),
    })
}

/// One text is written as a string, which every server of chat completions takes.
fn content(parts: Option<&[Content]>, path: &str, losses: &mut Losses) -> Nullable<chat::Content> {
    let Some(parts) = parts else { return Nullable::Absent };
    if let [Content::Text(part)] = parts {
        return Nullable::Value(chat::Content::Text(part.text.clone().unwrap_or_default()));
    }
    let one = |(at, part)| self::part(part, &format!("{path}.content[{at}]"), losses);
    Nullable::Value(chat::Content::Parts(parts.iter().enumerate().filter_map(one).collect()))
}

fn part(part: &Content, path: &str, losses: &mut Losses) -> Option<Part> {
    let (kind, detail) = match part {
        Content::Document(part) => {
            ("documentUrl", part.document_url.as_ref().and_then(|url| url.detail.as_ref()))
        }
        Content::Audio(part) => {
            ("audioUrl", part.audio_url.as_ref().and_then(|url| url.detail.as_ref()))
        }
        Content::Video(part) => {
            ("videoUrl", part.video_url.as_ref().and_then(|url| url.detail.as_ref()))
        }
        _ => ("", None),
    };
    losses.dropped_if([(detail.is_some(), &format!("{path}.{kind}.detail"))]);
    let part = match part {
        Content::Text(part) => Some(Part::text(part.text.clone().unwrap_or_default())),
        Content::Image(part) => part.image_url.as_ref().map(|image| {
            Part::ImageUrl(ImagePart {
                image_url: ImageUrl {
                    url: image.url.clone(),
                    detail: image.detail.as_ref().map(|detail| match detail {
                        Detail::Auto => ImageDetail::Auto,
                        Detail::High => ImageDetail::High,
                        Detail::Low => ImageDetail::Low,
                        Detail::Other(other) => ImageDetail::from(other.to_ascii_lowercase()),
                    }),
                    ..ImageUrl::default()
                },
                ..ImagePart::default()
            })
        }),
        Content::Audio(part) => part.audio_url.as_ref().and_then(|audio| {
            let (format, data) = audio.url.strip_prefix("data:audio/")?.split_once(";base64,")?;
            Some(Part::input_audio(data, format))
        }),
        Content::Document(part) => part.document_url.as_ref().map(|document| {
            let mut file = chat::FilePart::default();
            let is_inline = document.url.starts_with("data:");
            let place = if is_inline { &mut file.file.file_data } else { &mut file.file.file_url };
            *place = Some(document.url.clone());
            Part::File(file)
        }),
        Content::Video(part) => part.video_url.as_ref().map(|video| {
            let url = serde_json::json!({"type": "video_url", "video_url": {"url": video.url}});
            Part::Other(url.into())
        }),
        Content::Other(_) => {
            losses.unknown(path);
            return None;
        }
    };
    if part.is_none() {
        losses.dropped(path);
    }
    part
}

fn tools(native: &generic::ChatRequest, losses: &mut Losses) -> Option<Vec<Tool>> {
    let mut tools = Vec::new();
    for (at, tool) in native.tools.as_ref()?.iter().enumerate() {
        match tool {
            ToolDefinition::Function(function) => tools.push(Tool::from(FunctionDefinition {
                name: function.name.clone(),
                description: function.description.clone(),
                parameters: function.parameters.clone(),
                extra: function.extra.clone(),
                ..FunctionDefinition::default()
            })),
            ToolDefinition::Other(_) => losses.unknown(format!("tools[{at}]")),
        }
    }
    Some(tools)
}

fn tool_choice(native: &generic::ChatRequest, losses: &mut Losses) -> Option<chat::ToolChoice> {
    Some(match native.tool_choice.as_ref()? {
        ToolChoice::Auto(_) => ToolChoiceMode::Auto.into(),
        ToolChoice::None(_) => ToolChoiceMode::None.into(),
        ToolChoice::Required(_) => ToolChoiceMode::Required.into(),
        ToolChoice::Function(choice) => {
            chat::ToolChoice::function(choice.name.as_deref().unwrap_or_default())
        }
        ToolChoice::Other(_) => {
            losses.unknown("toolChoice");
            return None;
        }
    })
}

fn response_format(
    native: &generic::ChatRequest,
    losses: &mut Losses,
) -> Option<chat::ResponseFormat> {
    Some(match native.response_format.as_ref()? {
        ResponseFormat::Text(_) => chat::ResponseFormat::text(),
        ResponseFormat::JsonObject(_) => chat::ResponseFormat::json_object(),
        ResponseFormat::JsonSchema(format) => {
            let format = format.json_schema.as_ref()?;
            chat::ResponseFormat::from(JsonSchema {
                name: format.name.clone(),
                description: format.description.clone(),
                schema: format.schema.clone(),
                strict: format.is_strict,
                extra: format.extra.clone(),
            })
        }
        ResponseFormat::Other(_) => {
            losses.unknown("responseFormat");
            return None;
        }
    })
}

fn prediction(native: &generic::ChatRequest, losses: &mut Losses) -> Option<Prediction> {
    match native.prediction.as_ref()? {
        generic::Prediction::Content(prediction) => {
            let texts = prediction.content.iter().flatten();
            let text: String = texts.filter_map(|part| part.text.as_deref()).collect();
            Some(Prediction::new(text))
        }
        generic::Prediction::Other(_) => {
            losses.unknown("prediction");
            None
        }
    }
}

fn web_search(options: &generic::WebSearchOptions) -> chat::WebSearchOptions {
    let size = options.search_context_size.as_ref();
    chat::WebSearchOptions {
        search_context_size: size.map(|size| size.as_str().to_ascii_lowercase()),
        user_location: options.user_location.as_ref().map(|location| UserLocation {
            approximate: ApproximateLocation {
                city: location.city.clone(),
                country: location.country.clone(),
                region: location.region.clone(),
                timezone: location.timezone.clone(),
                ..ApproximateLocation::default()
            },
            ..UserLocation::default()
        }),
        extra: options.extra.clone(),
    }
}
