//! A chat call: what is asked, and how it gets to the API that serves the model.

mod plan;

use std::future::{Future, IntoFuture};
use std::pin::Pin;

use oci_wire::chat::{ChatRequest, Message};
use oci_wire::responses::{self, Include, McpApprovalResponse, ReasoningSummary};
use oci_wire::{Loss, LossKind};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::answer::ChatAnswer;
use crate::error::Error;
use crate::input::{CallerTool, ChatInput, HostedTool};
use crate::route::Route;
use crate::router::Model;
use crate::state::ProviderState;
use crate::stream::ChatStream;
use crate::structured::StructuredChat;
use crate::transport::{Format, Transport};
use crate::warning::Warning;
use plan::Plan;

pub(crate) use plan::cut_at_default;

/// A chat call being made up. Await it for the whole answer, or ask for its [`stream`](Self::stream).
///
/// Whatever the transport, the request is one of chat completions. What the API of the model does not have is told in
/// [`ChatAnswer::warnings`], or refused before anything is sent if the call is [strict](Self::strict).
#[derive(Clone, Debug)]
#[must_use = "a call is sent when it is awaited"]
pub struct Chat {
    pub(crate) model: Model,
    /// In a box, because a call is moved from step to step while it is made up.
    pub(crate) request: Box<ChatRequest>,
    pub(crate) is_strict: bool,
    pub(crate) state: Option<ProviderState>,
    /// Whether it was said of this call that the service keeps the answer.
    pub(crate) is_kept: bool,
    pub(crate) hosted: Vec<responses::Tool>,
    pub(crate) consents: Vec<McpApprovalResponse>,
    pub(crate) include: Vec<Include>,
    /// What was lost before the request was there.
    pub(crate) warnings: Vec<Warning>,
    pub(crate) summary: Option<ReasoningSummary>,
    pub(crate) thinking: Option<u64>,
}

impl Chat {
    pub(crate) fn new(model: Model, input: impl ChatInput) -> Self {
        let mut request = input.into_request();
        request.store = request.store.or(model.stores);
        Self {
            model,
            request: Box::new(request),
            is_strict: false,
            state: None,
            is_kept: false,
            hosted: Vec::new(),
            consents: Vec::new(),
            include: Vec::new(),
            warnings: Vec::new(),
            summary: None,
            thinking: None,
        }
    }

    /// Puts a system message before all others.
    pub fn system(mut self, text: impl Into<String>) -> Self {
        self.request.messages.insert(0, Message::system(text.into()));
        self
    }

    /// Offers functions that the model may call; the caller runs them and sends their results in a next call.
    pub fn tools(mut self, tools: impl IntoIterator<Item = impl CallerTool>) -> Self {
        let offered = self.request.tools.get_or_insert_with(Vec::new);
        for tool in tools {
            for loss in tool.losses() {
                let path = format!("tools[{}].function.parameters.{}", offered.len(), loss.path);
                self.warnings.push(Warning::Request(Loss::new(loss.kind, path)));
            }
            offered.push(tool.into_tool());
        }
        self
    }

    /// Offers tools that the service runs itself: web search, file search, code interpreter, MCP servers. Only the Responses API
    /// has them, so the call goes there.
    pub fn hosted_tools(mut self, tools: impl IntoIterator<Item = impl HostedTool>) -> Self {
        self.hosted.extend(tools.into_iter().map(HostedTool::into_hosted_tool));
        self
    }

    /// Asks for more in the items of such tools: what a file search found, what code printed, which pages were read. Only the
    /// Responses API has it; elsewhere it is left out with a warning.
    pub fn include(mut self, parts: impl IntoIterator<Item = Include>) -> Self {
        self.include.extend(parts);
        self
    }

    /// Says which calls of MCP tools may be made, after an answer that asked for it with items `mcp_approval_request` and has no text.
    /// The call [continues](Self::continues) that answer, offers the same tools, and needs no new message.
    ///
    /// ```no_run
    /// # async fn run(model: oci_router::Model, server: oci_wire::responses::McpTool) -> Result<(), oci_router::Error> {
    /// use oci_wire::chat::Message;
    /// use oci_wire::responses::{Item, McpApprovalResponse};
    ///
    /// let mut messages = vec![Message::user("What is on today?")];
    /// let mut answer = model.chat(&messages).hosted_tools([server.clone()]).await?;
    /// let items = answer.as_response().map(|response| response.output()).unwrap_or_default();
    /// let consents: Vec<McpApprovalResponse> = items
    ///     .iter()
    ///     .filter_map(|item| match item {
    ///         Item::McpApprovalRequest(asked) => Some(McpApprovalResponse::new(asked.id.clone()?, true)),
    ///         _ => None,
    ///     })
    ///     .collect();
    /// if let Some(state) = answer.state().filter(|_| !consents.is_empty()) {
    ///     messages.extend(answer.to_message());
    ///     let call = model.chat(&messages).hosted_tools([server]).continues(state);
    ///     answer = call.consents(consents).await?;
    /// }
    /// println!("{}", answer.output_text());
    /// # Ok(())
    /// # }
    /// ```
    pub fn consents(mut self, answers: impl IntoIterator<Item = McpApprovalResponse>) -> Self {
        self.consents.extend(answers);
        self
    }

    /// Asks for a summary of what the model thought, which is then the reasoning of the answer. Only the Responses API has it;
    /// elsewhere it is left out with a warning.
    pub fn reasoning_summary(mut self, summary: ReasoningSummary) -> Self {
        self.summary = Some(summary);
        self
    }

    /// Lets the model think with at most this many tokens before it answers. Only Cohere's second format has such a bound;
    /// elsewhere it is left out with a warning, and the request's `reasoning_effort` is what models take.
    pub fn thinking_budget(mut self, tokens: u64) -> Self {
        self.thinking = Some(tokens);
        self
    }

    /// Whether the service keeps the answer, so that a next call can [continue](Self::continues) it by its id. Only the Responses
    /// API does, so a call that asks for it goes there. Default: not.
    pub fn store(mut self, store: bool) -> Self {
        self.request.store = Some(store);
        self.is_kept = store;
        self
    }

    /// Continues the conversation of an earlier answer over the Responses API. The messages are the whole history all the same:
    /// what travels of it is chosen by what the service keeps, and if it has lost the conversation the history is sent again.
    pub fn continues(mut self, state: &ProviderState) -> Self {
        self.state = Some(state.clone());
        self
    }

    /// Belongs to a conversation of the Conversations API, which the service keeps until it is deleted: the same as
    /// [`continues`](Self::continues) with [`ProviderState::conversation`]. Only what is newer than the last answer among the
    /// messages travels, so that the newest message alone will do; then a lost conversation is an error, since there is no
    /// history to send again.
    pub fn conversation(self, id: impl Into<String>) -> Self {
        self.continues(&ProviderState::conversation(id))
    }

    /// Asks for an answer that is a value of a type: see [`StructuredChat`].
    pub fn structured<T: DeserializeOwned + JsonSchema>(self) -> StructuredChat<T> {
        StructuredChat::new(self)
    }

    /// Fails with [`Error::Lossy`], before anything is sent, where a part of the request does not exist in the API of the model.
    pub fn strict(mut self) -> Self {
        self.is_strict = true;
        self
    }

    /// Changes the request, which has every parameter of chat completions.
    pub fn with(mut self, change: impl FnOnce(&mut ChatRequest)) -> Self {
        change(&mut self.request);
        self
    }

    /// What this call asks for that the API of the model does not have, beside its request.
    pub(crate) fn foreign(&self, route: Route) -> impl Iterator<Item = Warning> + use<> {
        let is_responses = route.transport == Transport::Responses;
        let has_budget = route.transport == Transport::Native && route.format == Format::CohereV2;
        [
            (!(self.include.is_empty() || is_responses), "include"),
            (self.summary.is_some() && !is_responses, "reasoning_summary"),
            (self.thinking.is_some() && !has_budget, "thinking_budget"),
        ]
        .into_iter()
        .filter(|(is_lost, _)| *is_lost)
        .map(|(_, name)| Warning::Request(Loss::new(LossKind::Dropped, name)))
    }

    /// Sends the call and returns the stream of its answer as soon as the service accepts it. Token counts are asked for unless
    /// the request says otherwise.
    ///
    /// # Errors
    /// [`Error`] if the id has no route or the service refuses; a failure after it accepted comes from the stream.
    pub async fn stream(self) -> Result<ChatStream, Error> {
        Plan::of(self)?.stream().await
    }

    pub(crate) async fn send(self) -> Result<ChatAnswer, Error> {
        Plan::of(self)?.send().await
    }
}

impl IntoFuture for Chat {
    type Output = Result<ChatAnswer, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
