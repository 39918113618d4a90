//! The line on standard error that says what a call took.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use locus::wire::chat::{ChatChunk, FinishReason, Usage};
use locus::{ChatAnswer, Model, Transport, Warning};

use crate::escape;
use crate::lines::{tell, whisper};

/// What is known of a call, filled in as it goes on.
#[derive(Clone, Debug)]
pub(crate) struct Summary {
    start: Instant,
    model: String,
    transport: Option<Transport>,
    finish_reason: Option<FinishReason>,
    usage: Option<Usage>,
    /// The tokens of the answers before the last, which called tools.
    earlier: Vec<Option<Usage>>,
    /// How many answers there were.
    answers: usize,
    first_token: Option<Duration>,
    total: Duration,
    opc_request_id: Option<String>,
    unknown_lines: u64,
    warnings: Vec<String>,
}

impl Summary {
    pub(crate) fn new(model: &Model, start: Instant) -> Self {
        Self {
            start,
            model: model.id().to_owned(),
            transport: model.route().ok().map(|route| route.transport),
            finish_reason: None,
            usage: None,
            earlier: Vec::new(),
            answers: 0,
            first_token: None,
            total: Duration::ZERO,
            opc_request_id: None,
            unknown_lines: 0,
            warnings: Vec::new(),
        }
    }

    /// The next answer begins.
    pub(crate) fn opened(&mut self, opc_request_id: Option<&str>) {
        if self.answers > 0 {
            self.earlier.push(self.usage.take());
        }
        self.answers += 1;
        self.finish_reason = None;
        self.opc_request_id = opc_request_id.map(str::to_owned);
    }

    pub(crate) fn chunk(&mut self, chunk: &ChatChunk<'_>) {
        let pieces = [chunk.text(), chunk.reasoning(), chunk.refusal()];
        if self.first_token.is_none() && pieces.into_iter().flatten().any(|piece| !piece.is_empty())
        {
            self.first_token = Some(self.start.elapsed());
        }
        if let Some(reason) = chunk.finish_reason() {
            self.finish_reason = Some(reason.clone());
        }
        if let Some(usage) = chunk.usage() {
            self.usage = Some(usage.clone());
        }
    }

    pub(crate) fn ended(&mut self) {
        self.total = self.start.elapsed();
    }

    /// So many lines of a stream could not be understood.
    pub(crate) fn not_understood(&mut self, lines: u64) {
        self.unknown_lines += lines;
    }

    pub(crate) fn whole(&mut self, answer: &ChatAnswer) {
        self.total = self.start.elapsed();
        self.finish_reason = answer.choices.first().and_then(|choice| choice.finish_reason.clone());
        self.usage = answer.usage.clone();
        self.opc_request_id = answer.opc_request_id().map(str::to_owned);
    }

    /// Notes what the call did differently from what was asked.
    pub(crate) fn warned(&mut self, warnings: &[Warning]) {
        for warning in warnings.iter().map(Warning::to_string) {
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
    }

    /// Writes the line, dimmed where that can be seen so that it is not taken for the answer.
    pub(crate) fn print(&self, dim: bool) {
        let is_terminal = std::io::stderr().is_terminal();
        self.warnings.iter().for_each(|warning| tell(&escape::line(warning)));
        // Where it does not fit into one line, what differs from call to call has its own, with an id that can be copied.
        let head = escape::line(&self.head());
        let rest = escape::line(&self.rest());
        let lines = if is_terminal { vec![head, rest] } else { vec![format!("{head} | {rest}")] };
        whisper(&lines, dim);
    }
}

impl Summary {
    /// What was asked, and what it took.
    fn head(&self) -> String {
        let mut parts = vec![self.model.clone()];
        parts.extend(self.transport.map(|transport| transport.to_string()));
        parts.push(match &self.finish_reason {
            Some(FinishReason::Length) => "length (cut by the token limit)".to_owned(),
            Some(reason) => reason.as_str().to_owned(),
            None => "no finish reason".to_owned(),
        });
        let usages = self.earlier.iter().chain([&self.usage]).map(Option::as_ref);
        let mut tokens = tokens(&usages.collect::<Vec<_>>());
        if self.answers > 1 {
            tokens.push_str(&format!(" in {} answers", self.answers));
        }
        parts.push(tokens);
        parts.join(" | ")
    }

    /// How long it took, and by which id it is found.
    fn rest(&self) -> String {
        let mut parts = Vec::new();
        parts.extend(self.first_token.map(|first| format!("first token {} ms", first.as_millis())));
        parts.push(format!("total {} ms", self.total.as_millis()));
        let id = self.opc_request_id.as_deref().unwrap_or("none");
        parts.push(format!("opc-request-id {id}"));
        if self.unknown_lines > 0 {
            let lines = self.unknown_lines;
            parts.push(format!("warning: {lines} lines of the stream were not understood"));
        }
        parts.join(" | ")
    }
}

/// The tokens of all answers together; what one of them does not tell is not known of all.
fn tokens(usages: &[Option<&Usage>]) -> String {
    if usages.iter().all(Option::is_none) {
        return "tokens not told".to_owned();
    }
    let sum = |part: fn(&Usage) -> Option<u64>| {
        let parts = usages.iter().map(|usage| usage.and_then(part));
        let sum = parts.sum::<Option<u64>>();
        sum.map_or_else(|| "?".to_owned(), |sum| sum.to_string())
    };
    let (prompt, answer) = (sum(|usage| usage.prompt_tokens), sum(|usage| usage.completion_tokens));
    let mut text = format!("{prompt} in + {answer} out = {} tokens", sum(Usage::total));
    let reasoning: u64 = usages.iter().flatten().filter_map(|usage| usage.reasoning_tokens()).sum();
    if reasoning > 0 {
        text.push_str(&format!(", {reasoning} of them reasoning"));
    }
    text
}
