//! The line on standard error that says what a call took.

use std::fmt;
use std::io::Write as _;
use std::time::{Duration, Instant};

use locus::wire::chat::{ChatChunk, FinishReason, Usage};
use locus::{ChatAnswer, Model, Transport, Warning};

use crate::escape;

/// What is known of a call, filled in as it goes on.
#[derive(Debug)]
pub(crate) struct Summary {
    start: Instant,
    model: String,
    transport: Option<Transport>,
    finish_reason: Option<FinishReason>,
    usage: Option<Usage>,
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
            first_token: None,
            total: Duration::ZERO,
            opc_request_id: None,
            unknown_lines: 0,
            warnings: Vec::new(),
        }
    }

    pub(crate) fn opened(&mut self, opc_request_id: Option<&str>) {
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

    pub(crate) fn ended(&mut self, unknown_lines: u64) {
        self.total = self.start.elapsed();
        self.unknown_lines = unknown_lines;
    }

    pub(crate) fn whole(&mut self, answer: &ChatAnswer) {
        self.total = self.start.elapsed();
        self.finish_reason = answer.choices.first().and_then(|choice| choice.finish_reason.clone());
        self.usage = answer.usage.clone();
        self.opc_request_id = answer.opc_request_id().map(str::to_owned);
    }

    /// Notes what the call did differently from what was asked.
    pub(crate) fn warned(&mut self, warnings: &[Warning]) {
        self.warnings = warnings.iter().map(Warning::to_string).collect();
    }

    /// Writes the line, dimmed where that can be seen so that it is not taken for the answer.
    pub(crate) fn print(&self, dim: bool) {
        let (begin, end) = if dim { ("\u{1b}[2m", "\u{1b}[0m") } else { ("", "") };
        // If standard error is closed there is nobody left to tell.
        for warning in &self.warnings {
            let _ = writeln!(std::io::stderr(), "locus: {}", escape::line(warning));
        }
        let _ = writeln!(std::io::stderr(), "{begin}{}{end}", escape::line(&self.to_string()));
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.model)?;
        if let Some(transport) = self.transport {
            write!(f, " | {transport}")?;
        }
        match &self.finish_reason {
            Some(FinishReason::Length) => write!(f, " | length (cut by the token limit)")?,
            Some(reason) => write!(f, " | {}", reason.as_str())?,
            None => write!(f, " | no finish reason")?,
        }
        write!(f, " | ")?;
        tokens(f, self.usage.as_ref())?;
        if let Some(first) = self.first_token {
            write!(f, " | first token {} ms", first.as_millis())?;
        }
        write!(f, " | total {} ms", self.total.as_millis())?;
        write!(f, " | opc-request-id {}", self.opc_request_id.as_deref().unwrap_or("none"))?;
        if self.unknown_lines > 0 {
            write!(
                f,
                " | warning: {} lines of the stream were not understood",
                self.unknown_lines
            )?;
        }
        Ok(())
    }
}

fn tokens(f: &mut fmt::Formatter<'_>, usage: Option<&Usage>) -> fmt::Result {
    let Some(usage) = usage else { return f.write_str("tokens not told") };
    let number =
        |count: Option<u64>| count.map_or_else(|| "?".to_owned(), |count| count.to_string());
    write!(
        f,
        "{} in + {} out = {} tokens",
        number(usage.prompt_tokens),
        number(usage.completion_tokens),
        number(usage.total())
    )?;
    if let Some(reasoning) = usage.reasoning_tokens().filter(|tokens| *tokens > 0) {
        write!(f, ", {reasoning} of them reasoning")?;
    }
    Ok(())
}
