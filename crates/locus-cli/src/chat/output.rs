//! The answer on standard output.

use std::io::{self, IsTerminal as _, Stdout, Write as _};

use locus::wire::chat::{ChatChunk, ChatResponse};

use crate::escape::{self, Escaper};

/// Writes an answer as text or as JSON, each piece as soon as it comes.
pub(crate) struct Output {
    stdout: Stdout,
    json: bool,
    terminal: bool,
    escaper: Escaper,
    /// Whether the last character written ended a line; nothing written counts as that.
    at_line_start: bool,
}

/// Standard output cannot be written.
#[derive(Debug)]
pub(crate) struct WriteError(pub(crate) io::Error);

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        let stdout = io::stdout();
        Self {
            terminal: stdout.is_terminal(),
            stdout,
            json,
            escaper: Escaper::default(),
            at_line_start: true,
        }
    }

    /// A piece of a streamed answer.
    pub(crate) fn chunk(&mut self, chunk: &ChatChunk<'_>) -> Result<(), WriteError> {
        if self.json {
            return self.json(chunk);
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

    /// The end of the answer: the line it stands on is ended.
    pub(crate) fn finish(&mut self) -> Result<(), WriteError> {
        let mut held = String::new();
        self.escaper.finish(&mut held);
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
        let mut safe = String::with_capacity(piece.len());
        self.escaper.push(piece, &mut safe);
        self.write(&safe)
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

/// What can be written as one line of JSON.
trait JsonLine {
    fn line(&self) -> serde_json::Result<String>;
}

impl JsonLine for ChatChunk<'_> {
    fn line(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }
}

impl JsonLine for ChatResponse {
    fn line(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }
}
