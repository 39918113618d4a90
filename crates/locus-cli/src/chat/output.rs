//! The answer on standard output.

use std::io::{self, IsTerminal as _, Stdout, Write as _};

use locus::wire::chat::{ChatChunk, ChatResponse};
use serde_json::Value;

use super::Look;
use super::markdown::Markdown;
use crate::escape::{self, Escaper};

/// Writes an answer as text or as JSON, each piece as soon as it comes.
pub(crate) struct Output {
    stdout: Stdout,
    json: bool,
    terminal: bool,
    /// Markdown as styles, and reasoning dimmed; otherwise text as it is, and no reasoning.
    styles: bool,
    markdown: Markdown,
    /// Whether reasoning was shown last.
    is_reasoning: bool,
    escaper: Escaper,
    /// Whether the last character written ended a line; nothing written counts as that.
    at_line_start: bool,
}

/// Standard output cannot be written.
#[derive(Debug)]
pub(crate) struct WriteError(pub(crate) io::Error);

impl Output {
    pub(crate) fn new(json: bool, look: Look) -> Self {
        let stdout = io::stdout();
        Self {
            terminal: stdout.is_terminal(),
            stdout,
            json,
            styles: look.styles_answer,
            markdown: Markdown::default(),
            is_reasoning: false,
            escaper: Escaper::default(),
            at_line_start: true,
        }
    }

    /// A piece of a streamed answer.
    pub(crate) fn chunk(&mut self, chunk: &ChatChunk<'_>) -> Result<(), WriteError> {
        if self.json {
            return self.json(chunk);
        }
        if let Some(piece) = chunk.reasoning().filter(|piece| self.styles && !piece.is_empty()) {
            self.reasoning(piece)?;
        }
        // A refusal is the answer of a model that does not want to give one.
        for piece in
            [chunk.text(), chunk.refusal()].into_iter().flatten().filter(|piece| !piece.is_empty())
        {
            self.text(piece)?;
        }
        Ok(())
    }

    /// A whole answer.
    pub(crate) fn whole(&mut self, answer: &ChatResponse) -> Result<(), WriteError> {
        if self.json {
            return self.json(answer);
        }
        let text = answer
            .message()
            .and_then(|message| message.content.as_ref())
            .map(|content| content.text());
        for piece in [text.as_deref(), answer.refusal()].into_iter().flatten() {
            self.text(piece)?;
        }
        self.finish()
    }

    /// What happened beside answers, as a line of JSON.
    pub(crate) fn event(&mut self, event: &Value) -> Result<(), WriteError> {
        self.json(event)
    }

    /// The end of the answer: the line it stands on is ended.
    pub(crate) fn finish(&mut self) -> Result<(), WriteError> {
        self.end_reasoning()?;
        let mut held = String::new();
        self.escaper.finish(&mut held);
        if self.styles {
            let mut styled = String::new();
            self.markdown.push(&held, &mut styled);
            self.markdown.finish(&mut styled);
            held = styled;
        }
        if !held.is_empty() {
            self.write(&held)?;
        }
        if self.at_line_start { Ok(()) } else { self.write("\n") }
    }

    /// Ends the line that an answer stopped on, if anybody still reads it.
    pub(crate) fn end_line(&mut self) {
        let _ = self.finish();
    }

    fn text(&mut self, piece: &str) -> Result<(), WriteError> {
        // A file or another program gets the text as it is.
        if !self.terminal {
            return self.write(piece);
        }
        self.end_reasoning()?;
        let mut safe = String::with_capacity(piece.len());
        self.escaper.push(piece, &mut safe);
        if !self.styles {
            return self.write(&safe);
        }
        let mut styled = String::with_capacity(safe.len());
        self.markdown.push(&safe, &mut styled);
        self.write(&styled)
    }

    /// What a model thinks before it answers, so that nobody takes it for the answer.
    fn reasoning(&mut self, piece: &str) -> Result<(), WriteError> {
        let mut safe = String::with_capacity(piece.len());
        if !std::mem::replace(&mut self.is_reasoning, true) {
            safe.push_str("\u{1b}[2m");
        }
        self.escaper.push(piece, &mut safe);
        self.write(&safe)
    }

    fn end_reasoning(&mut self) -> Result<(), WriteError> {
        if !std::mem::take(&mut self.is_reasoning) {
            return Ok(());
        }
        let at_line_start = self.at_line_start;
        self.write("\u{1b}[0m")?;
        if at_line_start { Ok(()) } else { self.write("\n") }
    }

    fn json<T: JsonLine>(&mut self, value: &T) -> Result<(), WriteError> {
        let line = value.line().map_err(|error| WriteError(error.into()))?;
        let line = if self.terminal { escape::json(&line) } else { line };
        self.write(&line)?;
        self.write("\n")
    }

    fn write(&mut self, text: &str) -> Result<(), WriteError> {
        let Some(last) = text.chars().next_back() else { return Ok(()) };
        self.at_line_start = last == '\n';
        self.stdout
            .write_all(text.as_bytes())
            .and_then(|()| self.stdout.flush())
            .map_err(WriteError)
    }
}

/// A message or the prompt of a shell begins on a line of its own, also after an answer that was broken off.
impl Drop for Output {
    fn drop(&mut self) {
        self.end_line();
    }
}

/// What can be written as one line of JSON.
trait JsonLine {
    fn line(&self) -> serde_json::Result<String>;
}

impl JsonLine for ChatChunk<'_> {
    fn line(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }
}

impl JsonLine for Value {
    fn line(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }
}

impl JsonLine for ChatResponse {
    fn line(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }
}
