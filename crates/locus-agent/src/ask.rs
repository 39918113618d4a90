//! One answer of the model: the request, its pieces, and what hooks say of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use oci_router::wire::chat::{
    ChatAccumulator, ChatChunk, ChatRequest, Message, ToolChoice, ToolChoiceMode,
};
use oci_router::wire::responses::{HostedDelta, Item, Response};

use crate::answer::Answer;
use crate::engine::{Engine, Stop};
use crate::error::Error;
use crate::event::Event;
use crate::hook::{DynHook, Next};
use crate::model::{AnswerStream, ChatModel, ModelCall};
use crate::usage::Tally;

impl<M: ChatModel> Engine<M> {
    /// The next answer that hooks accept, and what they want done with it.
    pub(crate) async fn ask(&mut self) -> Result<(Answer, Next), Stop> {
        let canceller = self.canceller.clone();
        canceller.unless(self.ask_until_accepted()).await.ok_or(Stop::Cancelled)?
    }

    async fn ask_until_accepted(&mut self) -> Result<(Answer, Next), Stop> {
        self.manage().await?;
        let parts = Arc::clone(&self.parts);
        for _ in 0..ATTEMPTS {
            let mut call = self.next_call();
            for hook in &parts.hooks {
                hook.before_model(&mut call, &self.turn()).await.map_err(Error::Hook)?;
            }
            let mut answer = self.answer(call).await?;
            self.events.emit(Event::Answer(Box::new(answer.clone()))).await;
            match self.accepted(&parts.hooks, &mut answer).await? {
                Next::Again => self.events.emit(Event::Discarded).await,
                next => return Ok((answer, next)),
            }
        }
        Err(Error::NotAccepted { attempts: ATTEMPTS }.into())
    }

    /// What the hooks make of an answer: the first that does not simply accept it decides.
    async fn accepted(
        &self,
        hooks: &[Box<dyn DynHook>],
        answer: &mut Answer,
    ) -> Result<Next, Error> {
        let mut decided = Next::Accept;
        for hook in hooks {
            let next = hook.after_model(answer, &self.turn()).await.map_err(Error::Hook)?;
            if decided == Next::Accept {
                decided = next;
            }
        }
        Ok(decided)
    }

    /// Has the conversation shortened, unless the service keeps it.
    async fn manage(&mut self) -> Result<(), Error> {
        let state = self.conversation.state.as_ref();
        let is_kept = state.is_some_and(|state| state.response_id().is_some());
        let Some(manager) = self.parts.manager.as_ref().filter(|_| !is_kept) else { return Ok(()) };
        let mut spent = Tally::default();
        let managed = manager.manage(&mut self.conversation.messages, &mut spent).await;
        self.usage.merge(&spent);
        self.conversation.usage.merge(&spent);
        managed
    }

    /// The request that comes next.
    fn next_call(&mut self) -> ModelCall {
        let parts = &self.parts;
        let mut request: ChatRequest = parts.request.clone();
        let system = parts.system_prompt.iter().map(|text| Message::system(text.as_str()));
        request.messages = system.chain(self.conversation.messages.iter().cloned()).collect();
        if let Some(output) = &parts.output {
            // Once an answer has not the form, tools are out of question until one has.
            if self.misses > 0 && request.tools.is_some() {
                request.tool_choice = Some(ToolChoice::Mode(ToolChoiceMode::None));
            }
            let is_free = request.tools.is_none() && parts.hosted.is_empty();
            self.asks_form = is_free || self.misses > 0 || parts.model.formats_beside_tools();
            if self.asks_form {
                request.response_format = Some(output.format());
            }
        }
        let mut call = ModelCall::new(request);
        call.hosted.clone_from(&parts.hosted);
        call.state.clone_from(&self.conversation.state);
        call
    }

    /// One whole answer; one that breaks off is asked for again.
    async fn answer(&mut self, call: ModelCall) -> Result<Answer, Error> {
        let mut left = if call.hosted.is_empty() { self.parts.answer_retries } else { 0 };
        loop {
            self.usage.begin();
            self.conversation.usage.begin();
            let parts = Arc::clone(&self.parts);
            // What is refused was tried often enough by the layers below.
            let mut stream = parts.model.ask(call.clone()).await?;
            match self.read(&mut stream).await {
                Ok(answer) => return Ok(answer),
                Err(error) if left == 0 => return Err(error),
                Err(_) => left -= 1,
            }
            self.events.emit(Event::Discarded).await;
        }
    }

    /// Reads an answer to its end.
    async fn read(&mut self, stream: &mut M::Stream) -> Result<Answer, Error> {
        self.warn(stream.warnings());
        let mut whole = ChatAccumulator::new();
        let mut shown = BTreeSet::new();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk?;
            whole.push(&chunk);
            for event in pieces(&chunk) {
                self.events.emit(event).await;
            }
            if let Some(delta) = chunk.hosted_item() {
                shown.extend(delta.done().map(|_| delta.output_index));
                self.events.emit(hosted(delta)).await;
            }
        }
        let mut answer = Answer::new(whole.finish()).ok_or(Error::NoAnswer)?;
        let items = stream.response().map(Response::output).unwrap_or_default();
        answer.hosted = items.iter().filter(|item| is_hosted(item)).cloned().collect();
        answer.opc_request_id = stream.opc_request_id().map(str::to_owned);
        // Not every stream tells of them while it lasts.
        for (at, item) in (0..).zip(items) {
            if is_hosted(item) && !shown.contains(&at) {
                self.events.emit(Event::Hosted(Box::new(item.clone()))).await;
            }
        }
        self.iterations += 1;
        self.usage.complete(answer.usage.as_ref());
        self.conversation.usage.complete(answer.usage.as_ref());
        answer.state = stream.state();
        Ok(answer)
    }
}

/// What a chunk adds to the answer, for whoever watches.
fn pieces(chunk: &ChatChunk<'_>) -> impl Iterator<Item = Event> {
    let owned = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    let reasoning = owned(chunk.reasoning()).map(Event::Reasoning);
    let text = owned(chunk.text()).map(Event::Text);
    reasoning.into_iter().chain(text).chain(owned(chunk.refusal()).map(Event::Refusal))
}

/// What a tool of the service does, for whoever watches.
fn hosted(delta: &HostedDelta<'_>) -> Event {
    match delta.done() {
        Some(item) => Event::Hosted(Box::new(item.clone())),
        None => Event::HostedProgress(Box::new(delta.clone().into_owned())),
    }
}

/// Whether an item is of a tool that the service runs, rather than a part of the answer itself.
fn is_hosted(item: &Item) -> bool {
    !matches!(
        item,
        Item::Message(_) | Item::Reasoning(_) | Item::FunctionCall(_) | Item::CustomToolCall(_)
    )
}

/// How many answers hooks may turn down in a row, and one more.
const ATTEMPTS: u32 = 6;
