//! The way of one call: translate, send, repair or fall back where the service says so, translate back.

use oci_transport::{Client, Error as TransportError};
use oci_wire::chat::{FinishReason, Message, StreamOptions};
use oci_wire::error::ErrorBody;
use oci_wire::native::cohere_v2::Thinking;
use oci_wire::native::translate::{chat_details, chat_response};
use oci_wire::native::{BaseChatRequest, ChatDetails};
use oci_wire::repair::{Repair, repair};
use oci_wire::responses::{Include, Input, Item, ResponsesRequest};
use oci_wire::{Nullable, Translated};

use crate::addresses;
use crate::answer::{ChatAnswer, Kept};
use crate::chat::Chat;
use crate::embed::serving;
use crate::error::Error;
use crate::family::{Inline, Offered, adapt, default_limit, writes_calls};
use crate::route::Route;
use crate::state::{Continuation, ProviderState};
use crate::stream::ChatStream;
use crate::transport::{Operation, Serving, Transport};
use crate::warning::{Warning, of_answer, of_request};

/// A call whose route is known.
pub(super) struct Plan {
    /// All that is sent belongs to one call.
    client: Client,
    route: Route,
    chat: Chat,
    warnings: Vec<Warning>,
    /// What the last translation lost; the next one tells it again.
    losses: Vec<Warning>,
    /// What was changed in the request because the model refuses it.
    repairs: Vec<Repair>,
    /// The limit of tokens that was set because the service's own is too low.
    limit: Option<u64>,
}

impl Plan {
    pub(super) fn of(mut chat: Chat) -> Result<Self, Error> {
        let mut warnings = std::mem::take(&mut chat.warnings);
        if asks_for_responses(&chat)? {
            let chosen = chat.model.choice.transport.replace(Transport::Responses);
            if chosen.is_some_and(|chosen| chosen != Transport::Responses) {
                warnings.push(Warning::OverResponses);
            }
        }
        let (route, id) = chat.model.routed(Operation::Chat)?;
        let client = chat.model.client_for(route, id)?;
        let prefix = chat.model.id.len() - id.len();
        chat.request.model = match &chat.model.choice.endpoint_id {
            // Over the OpenAI-compatible API the endpoint is named as the model.
            Some(endpoint) if route.transport != Transport::Native => endpoint.clone(),
            _ => {
                // From here on the request alone has the id, without its prefix.
                let mut id = std::mem::take(&mut chat.model.id);
                id.drain(..prefix);
                id
            }
        };
        if route.family_is_assumed && route.transport == Transport::Native {
            warnings.push(Warning::FamilyAssumed);
        }
        warnings.extend(chat.foreign(route));
        warnings.extend(adapt(&mut chat.request, route));
        if route.transport == Transport::V1 {
            warnings.extend(addresses::take_out(&mut chat.request));
        }
        let limit = default_limit(&mut chat.request, route);
        let mut losses = Vec::new();
        if route.transport == Transport::V1 {
            losses.extend(of_request(chat.request.fit_family(route.family)));
            if chat.is_strict && !(warnings.is_empty() && losses.is_empty()) {
                warnings.extend(losses);
                return Err(Error::Lossy { model: chat.request.model, warnings });
            }
        }
        let mut repairs = Vec::new();
        if !chat.is_strict {
            for repair in chat.model.repairs.of(route.transport, &chat.request.model) {
                if repair.apply(&mut chat.request) {
                    warnings.push(Warning::Repaired(repair.clone()));
                    repairs.push(repair);
                }
            }
        }
        Ok(Self { client, route, chat, warnings, losses, repairs, limit })
    }

    /// Sends the call, and again with other parameters where the model refuses one.
    pub(super) async fn send(mut self) -> Result<ChatAnswer, Error> {
        let mut answer = self.sent().await?;
        if let Some(mut inline) = self.inline() {
            inline.read(&mut answer.response);
            answer.warnings.extend(inline.warnings());
        }
        answer.warnings.extend(cut_at_default(
            self.limit,
            answer.response.choices.iter().map(|choice| choice.finish_reason.as_ref()),
        ));
        Ok(answer)
    }

    /// What takes calls out of the text of the answer, for models that write them there.
    fn inline(&self) -> Option<Inline> {
        let may_call =
            self.route.transport != Transport::Responses && writes_calls(self.route.family);
        may_call.then(|| Offered::of(&self.chat.request)).flatten().map(Inline::new)
    }

    /// Each way has a future of some kilobytes. In a box it is made in its place, and only the one that is taken.
    async fn sent(&mut self) -> Result<ChatAnswer, Error> {
        loop {
            let outcome = match self.route.transport {
                Transport::V1 => Box::pin(self.send_v1()).await,
                Transport::Native => Box::pin(self.send_native()).await,
                Transport::Responses => Box::pin(self.send_response()).await,
            };
            match outcome {
                Err(Error::Transport(error)) if self.repair(&error) => {}
                outcome => return self.learn(outcome),
            }
        }
    }

    /// The same for a streamed answer: a refusal comes before its first byte.
    pub(super) async fn stream(mut self) -> Result<ChatStream, Error> {
        let stream = self.streamed().await?;
        Ok(stream.rewritten(self.inline(), self.limit))
    }

    async fn streamed(&mut self) -> Result<ChatStream, Error> {
        if self.route.transport != Transport::Responses {
            self.chat.request.stream = Some(true);
            self.chat.request.stream_options.get_or_insert_with(StreamOptions::usage);
        }
        loop {
            let outcome = match self.route.transport {
                Transport::V1 => Box::pin(self.stream_v1()).await,
                Transport::Native => Box::pin(self.stream_native()).await,
                Transport::Responses => Box::pin(self.stream_response()).await,
            };
            match outcome {
                Err(Error::Transport(error)) if self.repair(&error) => {}
                outcome => return self.learn(outcome),
            }
        }
    }

    /// Changes the request by what the service refused in it; `false` if nothing can be done about it.
    fn repair(&mut self, error: &TransportError) -> bool {
        let is_refusal = error.is_parameter_refused() || status_of(error) == 400;
        if self.repairs.len() >= REPAIRS || !is_refusal || self.chat.is_strict {
            return false;
        }
        let refusal = ErrorBody::parse(error.raw_body());
        let Some(repaired) = repair(&self.chat.request, &refusal, &self.repairs) else {
            return false;
        };
        *self.chat.request = repaired.request;
        self.repairs.push(repaired.repair.clone());
        self.warnings.push(Warning::Repaired(repaired.repair));
        true
    }

    /// Keeps the repairs with which a call was accepted.
    fn learn<T>(&self, outcome: Result<T, Error>) -> Result<T, Error> {
        if outcome.is_ok() {
            for repair in &self.repairs {
                self.chat.model.repairs.learn(
                    self.route.transport,
                    &self.chat.request.model,
                    repair,
                );
            }
        }
        outcome
    }

    async fn send_v1(&mut self) -> Result<ChatAnswer, Error> {
        let answer = self.client.chat(&self.chat.request).await?;
        let opc_request_id = answer.opc_request_id().map(str::to_owned);
        Ok(ChatAnswer {
            response: answer.into_inner(),
            warnings: self.told(),
            kept: None,
            opc_request_id,
        })
    }

    async fn stream_v1(&mut self) -> Result<ChatStream, Error> {
        let stream = self.client.chat_stream(&self.chat.request).await?;
        Ok(ChatStream::streamed(stream, self.told()))
    }

    async fn stream_native(&mut self) -> Result<ChatStream, Error> {
        let details = self.native()?;
        match self.client.native_chat_stream(details).await {
            Ok(stream) => Ok(ChatStream::streamed(stream, self.told())),
            Err(error) if self.refuses_streams(&error) => {
                self.warnings.push(Warning::NotStreamed);
                Ok(ChatStream::whole(self.send_native().await?))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The call as the native API takes it.
    fn native(&mut self) -> Result<ChatDetails, Error> {
        let model = &self.chat.request.model;
        let compartment = self.client.compartment_id();
        let compartment =
            compartment.ok_or_else(|| Error::NoCompartment { model: model.clone() })?;
        let serving = serving(self.route, model, self.chat.model.choice.endpoint_id.as_deref());
        let format = self.route.format.api_format();
        let mut details =
            chat_details(&self.chat.request, &format, self.route.family, compartment, serving);
        if let (BaseChatRequest::CohereV2(request), Some(tokens)) =
            (&mut details.value.chat_request, self.chat.thinking)
        {
            request.thinking = Some(Thinking::enabled(tokens));
        }
        self.accept(details)
    }

    async fn send_native(&mut self) -> Result<ChatAnswer, Error> {
        let details = self.native()?;
        let answer = self.client.native_chat(details).await?;
        let opc_request_id = answer.opc_request_id().map(str::to_owned);
        let id = opc_request_id.as_deref().unwrap_or_default();
        let translated = chat_response(&answer.into_inner(), id);
        let mut warnings = self.told();
        warnings.extend(of_answer(translated.losses));
        let response = translated.value;
        Ok(ChatAnswer { response, warnings, kept: None, opc_request_id })
    }

    /// Whether this is the one refusal that some endpoints of dedicated AI clusters answer to `isStream`.
    fn refuses_streams(&self, error: &TransportError) -> bool {
        let said = error.service_message().unwrap_or_default().to_ascii_lowercase();
        self.route.serving == Serving::Dedicated
            && status_of(error) == 400
            && (said.contains("stream"))
            && ["not support", "unsupported", "not allowed", "not enabled"]
                .iter()
                .any(|phrase| said.contains(phrase))
    }

    /// The call as the Responses API takes it, continuing where it is to.
    fn response(&mut self) -> Result<ResponsesRequest, Error> {
        let state = self.chat.state.as_ref();
        let mut translated = match state {
            Some(state) => state.continued(&mut self.chat.request),
            None => ResponsesRequest::from_chat(&self.chat.request),
        };
        let request = &mut translated.value;
        if !self.chat.hosted.is_empty() {
            let mut tools = request.tools.take().unwrap_or_default();
            tools.extend(self.chat.hosted.iter().cloned());
            request.tools = Some(tools);
        }
        if let Some(Input::Items(items)) = &mut request.input {
            items.extend(self.chat.consents.iter().cloned().map(Item::McpApprovalResponse));
        }
        if let Some(summary) = &self.chat.summary {
            let mut reasoning = request.reasoning.as_option().cloned().unwrap_or_default();
            reasoning.summary = Some(summary.clone());
            request.reasoning = Nullable::Value(reasoning);
        }
        let mut include = std::mem::take(&mut request.include).into_option().unwrap_or_default();
        include.extend(self.chat.include.iter().cloned());
        let in_conversation = state.is_some_and(|state| state.conversation_id().is_some());
        if in_conversation && self.chat.request.store.is_none() {
            // The conversation keeps its items; whether the response is kept beside them is the service's default.
            request.store = Nullable::Absent;
        } else if !self.stores() && !include.contains(&Include::EncryptedReasoning) {
            // What the service does not keep has to come back encrypted to be of use in the next turn.
            include.push(Include::EncryptedReasoning);
        }
        if !include.is_empty() {
            request.include = Nullable::Value(include);
        }
        self.accept(translated)
    }

    fn stores(&self) -> bool {
        self.chat.request.store == Some(true)
    }

    async fn send_response(&mut self) -> Result<ChatAnswer, Error> {
        let request = self.response()?;
        let answer = match self.client.create_response(request).await {
            Err(error) if self.can_resend(&error) => {
                let request = self.resent()?;
                self.client.create_response(request).await?
            }
            answer => answer?,
        };
        let opc_request_id = answer.opc_request_id().map(str::to_owned);
        let response = answer.into_inner();
        if let Some(body) = response.failure() {
            return Err(Error::Failed { body: Box::new(body), opc_request_id });
        }
        let translated = response.to_chat();
        let continuation = self.continuation();
        let mut warnings = self.told();
        warnings.extend(of_answer(translated.losses));
        Ok(ChatAnswer {
            response: translated.value,
            warnings,
            kept: Some(Box::new(Kept { response, continuation })),
            opc_request_id,
        })
    }

    async fn stream_response(&mut self) -> Result<ChatStream, Error> {
        let request = self.response()?;
        let stream = match self.client.stream_response_as_chat(request).await {
            Err(error) if self.can_resend(&error) => {
                let request = self.resent()?;
                self.client.stream_response_as_chat(request).await?
            }
            stream => stream?,
        };
        let continuation = self.continuation();
        let warnings = self.told();
        Ok(ChatStream::streamed(stream, warnings).continuing(continuation))
    }

    /// What the answer's state is made of. The call needs its own state no longer.
    fn continuation(&mut self) -> Continuation {
        Continuation::new(self.chat.state.take(), self.stores())
    }

    /// Whether the service has lost the conversation, and the whole history is here.
    fn can_resend(&self, error: &TransportError) -> bool {
        let state = self.chat.state.as_ref();
        let is_answer = |message: &Message| matches!(message, Message::Assistant(_));
        is_state_lost(error, state)
            && (state.is_some_and(|state| state.conversation_id().is_none())
                || self.chat.request.messages.iter().any(is_answer))
    }

    /// The same call with the whole history, because the service has lost the conversation.
    fn resent(&mut self) -> Result<ResponsesRequest, Error> {
        self.warnings.push(Warning::StateLost);
        self.chat.state = self.chat.state.take().map(ProviderState::without_service);
        self.response()
    }

    /// All that is to be told, which is then told.
    fn told(&mut self) -> Vec<Warning> {
        let mut told = std::mem::take(&mut self.losses);
        told.append(&mut self.warnings);
        told
    }

    /// Takes a translated request, with its losses as warnings, or as an error if the call is strict.
    fn accept<T>(&mut self, translated: Translated<T>) -> Result<T, Error> {
        self.losses = of_request(translated.losses).collect();
        if self.chat.is_strict && !(self.warnings.is_empty() && self.losses.is_empty()) {
            let warnings = self.told();
            return Err(Error::Lossy { model: self.chat.request.model.clone(), warnings });
        }
        Ok(translated.value)
    }
}

/// Whether a call asks for what only the Responses API has.
fn asks_for_responses(chat: &Chat) -> Result<bool, Error> {
    let has_tools = !(chat.hosted.is_empty() && chat.consents.is_empty());
    if has_tools || chat.state.is_some() || chat.is_kept {
        return Ok(true);
    }
    if !addresses::are_in(&chat.request) {
        return Ok(false);
    }
    let (route, _) = chat.model.routed(Operation::Chat)?;
    Ok(route.transport == Transport::V1 && addresses::can_move(route.family))
}

/// That an answer broke off at a limit that nobody set.
pub(crate) fn cut_at_default<'r>(
    limit: Option<u64>,
    mut reasons: impl Iterator<Item = Option<&'r FinishReason>>,
) -> Option<Warning> {
    let limit = limit?;
    let is_cut = |reason: FinishReason| reason.canonical() == FinishReason::Length;
    reasons
        .any(|reason| reason.cloned().is_some_and(is_cut))
        .then_some(Warning::CutAtDefault { limit })
}

/// How many parameters of one call are changed at most.
const REPAIRS: usize = 3;

/// The status of a refusal; 0 if there was no answer.
fn status_of(error: &TransportError) -> u16 {
    error.status().map_or(0, |status| status.as_u16())
}

/// Whether the service said that it does not have the response that was to be continued.
fn is_state_lost(error: &TransportError, state: Option<&ProviderState>) -> bool {
    let Some(id) = state.and_then(ProviderState::kept_as) else { return false };
    let said = error.service_message().unwrap_or_default();
    matches!(status_of(error), 400 | 404)
        && (error.param() == Some("previous_response_id")
            || error.param() == Some("conversation")
            || error.code() == Some("previous_response_not_found")
            || said.contains("previous_response")
            || said.contains(id))
}
