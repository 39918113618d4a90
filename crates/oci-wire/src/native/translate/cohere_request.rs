//! Requests of chat completions as requests of the format `COHERE`.

use serde_json::json;

use crate::chat::{self, ChatRequest, Content, Part, ToolChoice, ToolChoiceMode};
use crate::family::Family;
use crate::loss::{Losses, Translated};
use crate::native::cohere::{self, ChatBotMessage, Message, ResponseFormat, ToolCall, ToolResult};
use crate::native::translate::cohere_tools::{calls, result, tools};
use crate::native::translate::params;
use crate::native::translate::schema::repair;
use crate::raw::RawJson;

/// The request in the format `COHERE`.
///
/// The instructions become the preamble, the last message becomes `message`, and what came before the history.
/// Results that end the conversation go into `toolResults` with their calls restored, an empty `message` and
/// `isForceSingleStep`, without which the model asks for the results again.
#[must_use]
pub fn cohere_request(request: &ChatRequest) -> Translated<cohere::ChatRequest> {
    let mut losses = Losses::default();
    params::drop_common(request, &mut losses);
    drop_uncommon(request, &mut losses);
    losses.dropped_if([
        (request.logprobs == Some(true), "logprobs"),
        (request.parallel_tool_calls.is_some(), "parallel_tool_calls"),
    ]);
    let turn = Turn::of(&request.messages, &mut losses);
    let has_results = !turn.results.is_empty();
    let native = cohere::ChatRequest {
        message: turn.message,
        chat_history: Some(turn.history).filter(|history| !history.is_empty()),
        response_format: response_format(request, &mut losses),
        preamble_override: turn.preamble,
        is_stream: request.stream,
        stream_options: params::stream_options(request),
        max_tokens: params::max_tokens(request, &mut losses),
        temperature: request.temperature,
        top_k: params::top_k(request),
        top_p: request.top_p,
        frequency_penalty: request.frequency_penalty,
        presence_penalty: request.presence_penalty,
        seed: request.seed,
        tools: chosen_tools(request, &mut losses),
        tool_results: Some(turn.results).filter(|results| !results.is_empty()),
        is_force_single_step: has_results.then_some(true),
        stop_sequences: params::stop(request),
        ..cohere::ChatRequest::default()
    };
    losses.with(native)
}

/// Notes what neither of Cohere's formats has.
pub(crate) fn drop_uncommon(request: &ChatRequest, losses: &mut Losses) {
    losses.dropped_if([
        (request.n.is_some_and(|n| n > 1), "n"),
        (request.top_logprobs.is_some(), "top_logprobs"),
        (request.logit_bias.is_some(), "logit_bias"),
        (request.reasoning_effort.is_some(), "reasoning_effort"),
        (request.verbosity.is_some(), "verbosity"),
        (request.prediction.is_some(), "prediction"),
        (request.web_search_options.is_some(), "web_search_options"),
        (request.metadata.is_some(), "metadata"),
        (request.service_tier.is_some(), "service_tier"),
        (request.function_call.is_some(), "function_call"),
    ]);
}

/// The form of the answer; Cohere's schema has neither name nor strictness.
pub(crate) fn response_format(
    request: &ChatRequest,
    losses: &mut Losses,
) -> Option<ResponseFormat> {
    Some(match request.response_format.as_ref()? {
        chat::ResponseFormat::Text(_) => ResponseFormat::text(),
        chat::ResponseFormat::JsonObject(_) => ResponseFormat::json(),
        chat::ResponseFormat::JsonSchema(format) => {
            let format = &format.json_schema;
            let path = "response_format.json_schema";
            losses.dropped_if([
                (format.description.is_some(), &format!("{path}.description")),
                (format.strict == Some(true), &format!("{path}.strict")),
            ]);
            let path = format!("{path}.schema");
            match &format.schema {
                Some(schema) => {
                    ResponseFormat::json_schema(repair(schema, Family::Cohere, &path, losses))
                }
                None => ResponseFormat::json(),
            }
        }
        chat::ResponseFormat::Other(_) => {
            losses.unknown("response_format");
            return None;
        }
    })
}

/// The format has no tool choice: `none` leaves the tools out, and any other is lost.
fn chosen_tools(request: &ChatRequest, losses: &mut Losses) -> Option<Vec<cohere::Tool>> {
    match &request.tool_choice {
        Some(ToolChoice::Mode(ToolChoiceMode::None)) => return None,
        None | Some(ToolChoice::Mode(ToolChoiceMode::Auto)) => {}
        Some(_) => losses.dropped("tool_choice"),
    }
    tools(request, losses)
}

/// The conversation in Cohere's parts.
#[derive(Default)]
struct Turn {
    preamble: Option<String>,
    history: Vec<Message>,
    message: String,
    results: Vec<ToolResult>,
}

impl Turn {
    fn of(messages: &[chat::Message], losses: &mut Losses) -> Self {
        let mut turn = Self::default();
        for (at, message) in messages.iter().enumerate() {
            let before = messages.get(..at).unwrap_or_default();
            turn.add(before, message, &format!("messages[{at}]"), losses);
        }
        turn.end(losses);
        turn
    }

    fn add(
        &mut self,
        before: &[chat::Message],
        message: &chat::Message,
        path: &str,
        losses: &mut Losses,
    ) {
        note_names(message, path, losses);
        match message {
            chat::Message::System(_) | chat::Message::Developer(_) => {
                // There is one set of instructions, before everything else, and nobody but the system gives any.
                let is_first = self.preamble.is_none() && self.history.is_empty();
                let is_system = matches!(message, chat::Message::System(_));
                losses.approximated_if(!is_first || !is_system, path);
                let text = text(message, path, losses);
                match &mut self.preamble {
                    Some(preamble) => {
                        preamble.push('\n');
                        preamble.push_str(&text);
                    }
                    None => self.preamble = Some(text),
                }
            }
            chat::Message::User(_) => {
                // The service refuses a message right after results.
                if matches!(self.history.last(), Some(Message::Tool(_))) {
                    self.history.push(Message::chat_bot(BLANK));
                }
                self.history.push(Message::user(or_blank(text(message, path, losses))));
            }
            chat::Message::Assistant(assistant) => {
                losses.dropped_if([(
                    assistant.reasoning_content.is_some(),
                    &format!("{path}.reasoning_content"),
                )]);
                losses.approximated_if(assistant.refusal.is_some(), &format!("{path}.refusal"));
                let mut said = text(message, path, losses);
                said.push_str(assistant.refusal.as_deref().unwrap_or_default());
                let tool_calls = calls(assistant, path, losses);
                let message = match (said.is_empty(), &tool_calls) {
                    (true, Some(_)) => None,
                    _ => Some(or_blank(said)),
                };
                self.history.push(
                    ChatBotMessage { message, tool_calls, ..ChatBotMessage::default() }.into(),
                );
            }
            chat::Message::Tool(tool) => {
                let output = text(message, path, losses);
                self.add_result(result(before, &tool.tool_call_id, &output, path, losses));
            }
            chat::Message::Function(function) => {
                losses.approximated(path);
                let parameters = last_call(&self.history, &function.name);
                let output = json!({"output": text(message, path, losses)});
                let call = ToolCall::new(function.name.as_str(), parameters);
                self.add_result(ToolResult::new(call, [RawJson::from(output)]));
            }
            chat::Message::Other(_) => losses.unknown(path),
        }
    }

    /// Results of one turn stand together.
    fn add_result(&mut self, result: ToolResult) {
        match self.history.last_mut() {
            Some(Message::Tool(last)) => last.tool_results.push(result),
            _ => self.history.push(Message::tool([result])),
        }
    }

    /// Takes what the user says now out of the history.
    fn end(&mut self, losses: &mut Losses) {
        match self.history.pop() {
            Some(Message::User(user)) => self.message = user.message,
            Some(Message::Tool(tool)) => self.results = tool.tool_results,
            Some(last) => {
                // The format cannot let the model go on with its own words.
                losses.approximated("messages");
                self.history.push(last);
                self.message = BLANK.to_owned();
            }
            None => {}
        }
    }
}

fn last_call(history: &[Message], name: &str) -> RawJson {
    let call = history.iter().rev().find_map(|message| match message {
        Message::ChatBot(message) => {
            message.tool_calls.iter().flatten().find(|call| call.name == name)
        }
        _ => None,
    });
    call.and_then(|call| call.parameters.clone()).unwrap_or_else(|| RawJson::from(json!({})))
}

/// The text of a message; other parts are noted as lost.
fn text(message: &chat::Message, path: &str, losses: &mut Losses) -> String {
    if let Some(Content::Parts(parts)) = message.content() {
        for (at, part) in parts.iter().enumerate() {
            let path = format!("{path}.content[{at}]");
            params::drop_part_extra(part, &path, losses);
            match part {
                Part::Text(_) => {}
                Part::Other(_) => losses.unknown(path),
                _ => losses.dropped(path),
            }
        }
    }
    message.text().into_owned()
}

/// Notes members of messages that neither of Cohere's formats has.
pub(crate) fn note_names(message: &chat::Message, path: &str, losses: &mut Losses) {
    params::drop_extra(message, path, losses);
    let (name, audio) = match message {
        chat::Message::System(message) => (&message.name, false),
        chat::Message::Developer(message) => (&message.name, false),
        chat::Message::User(message) => (&message.name, false),
        chat::Message::Assistant(message) => (&message.name, message.audio.is_some()),
        _ => return,
    };
    losses
        .dropped_if([(name.is_some(), &format!("{path}.name")), (audio, &format!("{path}.audio"))]);
}

/// Cohere refuses empty texts.
fn or_blank(text: String) -> String {
    if text.is_empty() { BLANK.to_owned() } else { text }
}

const BLANK: &str = " ";
