//! A question and all that it takes to answer it: answers of the model, and tools in between.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use locus::agent::{
    Agent, AgentBuilder, Answer, AnswerStream, ChatModel, Conversation, Event, ModelCall, Outcome,
    Reason, Run, Termination, ToolFailure, ToolOutput,
};
use locus::router::Error;
use locus::wire::chat::{ChatAccumulator, ChatChunk, Content, ToolCall};
use locus::wire::responses::Response;
use locus::{ChatStream, Model, ProviderState, Warning};
use serde_json::json;

use super::output::{Output, WriteError};
use super::summary::Summary;
use super::{Ended, Look};
use crate::escape;
use crate::failure::Failure;
use crate::tools::Tools;

/// What is asked, of whom, and what was said before.
pub(super) struct Question<'a> {
    pub(super) model: &'a Model,
    pub(super) system: Option<&'a str>,
    pub(super) before: Conversation,
    pub(super) content: Content,
    pub(super) tools: &'a Tools,
}

/// How answers are shown.
pub(super) struct Manner {
    pub(super) json: bool,
    /// Each answer when it is complete, rather than piece by piece.
    pub(super) whole: bool,
    pub(super) look: Look,
}

/// What came of a question.
pub(super) struct Turn {
    pub(super) summary: Summary,
    pub(super) conversation: Conversation,
    pub(super) ended: Result<(), Ended>,
}

/// Asks, shows what is answered, and has the tools called that may be, until there is an answer or `interrupted` is over.
pub(super) async fn ask(
    question: Question<'_>,
    manner: Manner,
    interrupted: impl Future<Output = ()>,
) -> Turn {
    let Question { model, system, before, content, tools } = question;
    let screen = Screen::new(model, manner);
    let shown = Shown { model: model.clone(), screen: screen.clone() };
    // One call after the other, so that what one does is there for the next, and what is shown stays in order.
    let mut agent =
        Agent::builder(shown).concurrency(1).answer_retries(0).tool_timeout(tools.limit);
    agent = agent.until(Termination::iterations(tools.max_turns)).hook(tools.gate.clone());
    if let Some(system) = system {
        agent = agent.system_prompt(system);
    }
    agent = tools.iter().cloned().fold(agent, AgentBuilder::tool);
    let mut conversation = before.clone();
    let ended = match agent.build() {
        Ok(agent) => {
            let mut run = agent.run(content).after(before);
            let ended = watch(&mut run, &screen, tools, interrupted).await;
            match ended {
                Ok(outcome) => {
                    conversation = outcome.conversation;
                    ended_by(&outcome.reason)
                }
                Err(ended) => {
                    conversation = run.take_conversation().unwrap_or(conversation);
                    Err(ended)
                }
            }
        }
        Err(error) => Err(Failure::io("cannot offer the tools", error).into()),
    };
    let mut screen = screen.lock();
    if ended.is_err() {
        // The message begins on a line of its own, whatever was shown before.
        screen.output.end_line();
    }
    screen.summary.ended();
    Turn { summary: screen.summary.clone(), conversation, ended }
}

/// Shows the events of a run until its end.
async fn watch(
    run: &mut Run,
    screen: &Screen,
    tools: &Tools,
    interrupted: impl Future<Output = ()>,
) -> Result<Outcome, Ended> {
    let canceller = run.canceller();
    let mut interrupted = std::pin::pin!(interrupted);
    loop {
        let event = tokio::select! {
            biased;
            () = &mut interrupted, if !canceller.is_cancelled() => {
                canceller.cancel();
                continue;
            }
            () = tools.gate.interrupted(), if !canceller.is_cancelled() => {
                canceller.cancel();
                continue;
            }
            event = run.next() => event,
        };
        match event {
            Some(Ok(Event::Answer(answer))) => screen.lock().answered(&answer)?,
            Some(Ok(Event::ToolComplete { call, output, took })) => {
                screen.lock().result(&call, &output, took)?;
            }
            Some(Ok(Event::Terminate(outcome))) => {
                screen.lock().written()?;
                return Ok(*outcome);
            }
            Some(Ok(_)) => screen.lock().written()?,
            Some(Err(locus::agent::Error::Model(error))) => return Err(error.into()),
            Some(Err(error)) => return Err(Failure::io("no answer", error).into()),
            None => return Err(Ended::Interrupted),
        }
    }
}

/// Whether a run ended with an answer.
fn ended_by(reason: &Reason) -> Result<(), Ended> {
    let failure = match reason {
        Reason::Cancelled => return Err(Ended::Interrupted),
        Reason::Iterations(turns) => {
            let message = format!("no answer within the limit of turns with tools, {turns}");
            Failure::unfinished(message, "allow more with --max-turns")
        }
        Reason::Loop => {
            let message = "no answer: the model made the same calls over and over";
            Failure::unfinished(message, "say it in other words, or take another model")
        }
        _ => return Ok(()),
    };
    Err(failure.into())
}

/// Where a run is shown: shared between its model, whose pieces are shown as they come, and what watches its events.
#[derive(Clone)]
struct Screen(Arc<Mutex<Drawing>>);

struct Drawing {
    output: Output,
    summary: Summary,
    whole: Option<ChatAccumulator>,
    manner: Manner,
    /// Why standard output cannot be written any more.
    unwritten: Option<WriteError>,
}

impl Screen {
    fn new(model: &Model, manner: Manner) -> Self {
        let output = Output::new(manner.json, manner.look);
        let summary = Summary::new(model, Instant::now());
        Self(Arc::new(Mutex::new(Drawing {
            output,
            summary,
            whole: None,
            manner,
            unwritten: None,
        })))
    }

    fn lock(&self) -> MutexGuard<'_, Drawing> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drawing {
    fn opened(&mut self, stream: &ChatStream) {
        self.summary.opened(stream.opc_request_id());
        self.whole = self.manner.whole.then(ChatAccumulator::new);
    }

    fn chunk(&mut self, chunk: &ChatChunk<'_>) {
        self.summary.chunk(chunk);
        match &mut self.whole {
            Some(whole) => whole.push(chunk),
            None if self.unwritten.is_none() => self.unwritten = self.output.chunk(chunk).err(),
            None => {}
        }
    }

    fn written(&mut self) -> Result<(), Ended> {
        self.unwritten.take().map_or(Ok(()), |error| Err(error.into()))
    }

    /// An answer is complete, and with it its calls are known.
    fn answered(&mut self, answer: &Answer) -> Result<(), Ended> {
        self.written()?;
        match self.whole.take() {
            Some(whole) => self.output.whole(&whole.finish())?,
            None => self.output.finish()?,
        }
        for call in answer.calls().iter().filter(|_| self.manner.json) {
            self.output.event(&json!({
                "object": "locus.tool_call",
                "id": call.id(),
                "name": call.name(),
                "arguments": call.arguments(),
            }))?;
        }
        Ok(())
    }

    fn result(
        &mut self,
        call: &ToolCall,
        output: &ToolOutput,
        took: Duration,
    ) -> Result<(), Ended> {
        if self.manner.json {
            self.output.event(&json!({
                "object": "locus.tool_result",
                "id": call.id(),
                "name": call.name(),
                "failure": output.failure.map(word),
                "output": output.text,
                "ms": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            }))?;
        }
        let (begin, end) =
            if self.manner.look.styles_errors { ("\u{1b}[2m", "\u{1b}[0m") } else { ("", "") };
        let text = preview(&output.text);
        // If standard error is closed there is nobody left to tell.
        let _ = writeln!(std::io::stderr(), "{begin}{text}{end}");
        Ok(())
    }
}

/// The beginning of a result, each line within its own.
fn preview(text: &str) -> String {
    let mut shown = String::new();
    let mut lines = text.trim_end().split('\n');
    for (at, line) in lines.by_ref().take(LINES).enumerate() {
        let mut characters = line.chars();
        let begin: String = characters.by_ref().take(WIDTH).collect();
        let rest = if characters.next().is_some() { "…" } else { "" };
        let lead = if at == 0 { "" } else { "\n" };
        let _ =
            write!(shown, "{lead}       > {}{rest}", escape::line(begin.trim_end_matches('\r')));
    }
    match lines.count() {
        0 => shown,
        more => shown + &format!("\n       > … {more} more lines, which the model sees"),
    }
}

fn word(failure: ToolFailure) -> &'static str {
    match failure {
        ToolFailure::BrokenOff => "broken_off",
        ToolFailure::Denied | ToolFailure::Refused => "refused",
        ToolFailure::NotRun => "not_run",
        ToolFailure::Panicked => "panicked",
        ToolFailure::TimedOut => "timed_out",
        ToolFailure::Unknown => "unknown_tool",
        _ => "failed",
    }
}

/// A model whose answers are shown as they come.
struct Shown {
    model: Model,
    screen: Screen,
}

impl ChatModel for Shown {
    type Stream = ShownStream;

    async fn ask(&self, call: ModelCall) -> Result<ShownStream, Error> {
        let stream = ChatModel::ask(&self.model, call).await?;
        self.screen.lock().opened(&stream);
        Ok(ShownStream { stream, screen: self.screen.clone() })
    }

    fn formats_beside_tools(&self) -> bool {
        self.model.formats_beside_tools()
    }
}

struct ShownStream {
    stream: ChatStream,
    screen: Screen,
}

impl AnswerStream for ShownStream {
    async fn next(&mut self) -> Option<Result<ChatChunk<'_>, Error>> {
        let chunk = AnswerStream::next(&mut self.stream).await;
        if let Some(Ok(chunk)) = &chunk {
            self.screen.lock().chunk(chunk);
        }
        chunk
    }

    fn state(&self) -> Option<ProviderState> {
        AnswerStream::state(&self.stream)
    }

    fn response(&self) -> Option<&Response> {
        AnswerStream::response(&self.stream)
    }

    fn warnings(&self) -> &[Warning] {
        AnswerStream::warnings(&self.stream)
    }

    fn opc_request_id(&self) -> Option<&str> {
        AnswerStream::opc_request_id(&self.stream)
    }
}

impl Drop for ShownStream {
    fn drop(&mut self) {
        let mut screen = self.screen.lock();
        screen.summary.warned(self.stream.warnings());
        screen.summary.not_understood(self.stream.unknown_lines());
    }
}

/// Enough of a result to see what it is.
const LINES: usize = 10;
const WIDTH: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_shown_in_part_and_within_its_lines() {
        assert_eq!(
            preview("exit code 0\na\u{1b}[2J\n"),
            "       > exit code 0\n       > a\\u{1b}[2J"
        );
        assert_eq!(preview(""), "       > ");
        let long = preview(&"x\n".repeat(12));
        assert!(
            long.ends_with("       > x\n       > … 2 more lines, which the model sees"),
            "{long}"
        );
        let wide = preview(&"y".repeat(201));
        assert_eq!(wide, format!("       > {}…", "y".repeat(200)));
    }
}
