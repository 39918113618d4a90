//! The answers: one line for each prompt, written at once, so that a crash costs what was under way and no more.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};

use locus::ChatAnswer;
use serde_json::{Value, json};

use super::input::Prompt;
use crate::failure::{Failure, chain};

/// A line of the output.
#[derive(Debug)]
pub(super) struct Line {
    line: u64,
    pub(super) is_failure: bool,
    value: Value,
}

impl Line {
    pub(super) fn answer(prompt: &Prompt, answer: &ChatAnswer) -> Self {
        let warnings: Vec<String> = answer.warnings().iter().map(ToString::to_string).collect();
        let body = serde_json::to_value(answer.clone().into_inner()).unwrap_or_default();
        let response = json!({
            "status_code": 200,
            "request_id": answer.opc_request_id(),
            "body": body,
        });
        let mut value = Self::value(prompt, &response, &Value::Null);
        if let Some(fields) = value.as_object_mut().filter(|_| !warnings.is_empty()) {
            fields.insert("warnings".to_owned(), warnings.into());
        }
        Self { line: prompt.line, is_failure: false, value }
    }

    pub(super) fn failure(prompt: &Prompt, error: &locus::router::Error) -> Self {
        let transport = match error {
            locus::router::Error::Transport(error) => Some(error),
            _ => None,
        };
        let status =
            transport.and_then(locus::transport::Error::status).map(|status| status.as_u16());
        let response = json!({"status_code": status, "request_id": error.opc_request_id()});
        let error = json!({
            "code": transport.and_then(|error| error.code()),
            "message": chain("", error),
            "hint": error.hint(),
        });
        let value = Self::value(prompt, &response, &error);
        Self { line: prompt.line, is_failure: true, value }
    }

    fn value(prompt: &Prompt, response: &Value, error: &Value) -> Value {
        json!({
            "custom_id": prompt.custom_id,
            "line": prompt.line,
            "response": response,
            "error": error,
        })
    }
}

/// The file of answers.
#[derive(Debug)]
pub(super) struct Output {
    path: PathBuf,
    file: File,
    /// The lines of the input that are answered, and their ids.
    answered: HashMap<u64, Box<str>>,
    failed: u64,
}

impl Output {
    /// Opens a file to go on with, or makes it. What a crash left of a last line is cut off.
    pub(super) fn open(path: &Path, retry_failed: bool) -> Result<Self, Failure> {
        let failed = |error| Failure::io(&format!("cannot use {}", path.display()), error);
        let mut options = OpenOptions::new();
        let file = options.read(true).append(true).create(true).open(path).map_err(failed)?;
        // Two at once would ask every prompt twice.
        file.try_lock().map_err(|_| {
            let message = format!("{} is being written by another `locus batch`", path.display());
            Failure::usage(message, "wait for it, or name another output")
        })?;
        let mut output = Self { path: path.to_owned(), file, answered: HashMap::new(), failed: 0 };
        let mut keep = Vec::new();
        let mut whole = 0;
        let mut is_changed = false;
        let mut reader = BufReader::new(File::open(path).map_err(failed)?);
        let mut text = Vec::new();
        let mut number = 0u64;
        while reader.read_until(b'\n', &mut text).map_err(failed)? > 0 {
            number += 1;
            if text.last() != Some(&b'\n') {
                break;
            }
            let is_failure = output.note(&text).map_err(|found| {
                let message = format!("line {number} of {}: {found}", path.display());
                Failure::usage(message, "name another output, or move this file away")
            })?;
            if is_failure && retry_failed {
                is_changed = true;
            } else if retry_failed {
                keep.extend_from_slice(&text);
            }
            whole += text.len() as u64;
            text.clear();
        }
        if is_changed {
            output.replace(&keep)?;
            return Self::open(path, false);
        }
        output.file.set_len(whole).map_err(failed)?;
        Ok(output)
    }

    /// Notes a line of before, and says whether it is a failure.
    fn note(&mut self, text: &[u8]) -> Result<bool, String> {
        let value: Value = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        let line = value.get("line").and_then(Value::as_u64);
        let id = value.get("custom_id").and_then(Value::as_str);
        let (Some(line), Some(id)) = (line, id) else {
            return Err("expected an answer of `locus batch`, found something else".to_owned());
        };
        if self.answered.insert(line, id.into()).is_some() {
            return Err(format!("expected one answer to line {line}, found a second"));
        }
        let is_failure = value.get("error").is_some_and(|error| !error.is_null());
        self.failed += u64::from(is_failure);
        Ok(is_failure)
    }

    /// Puts another content into the place of the file, whole or not at all.
    fn replace(&self, content: &[u8]) -> Result<(), Failure> {
        let failed = |error| Failure::io(&format!("cannot replace {}", self.path.display()), error);
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or_else(|| Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        file.write_all(content).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
        file.persist(&self.path).map_err(|error| failed(error.error))?;
        Ok(())
    }

    /// Writes a line in one piece.
    pub(super) fn write(&mut self, line: &Line) -> Result<(), Failure> {
        let mut text = line.value.to_string();
        text.push('\n');
        self.file.write_all(text.as_bytes()).map_err(|error| {
            Failure::io(&format!("cannot write to {}", self.path.display()), error)
        })?;
        self.answered.insert(line.line, Box::default());
        self.failed += u64::from(line.is_failure);
        Ok(())
    }

    pub(super) fn has(&self, line: u64) -> bool {
        self.answered.contains_key(&line)
    }

    /// The id that an answer of before has.
    pub(super) fn custom_id(&self, line: u64) -> Option<&str> {
        self.answered.get(&line).map(|id| &**id)
    }

    pub(super) fn last_line(&self) -> Option<u64> {
        self.answered.keys().copied().max()
    }

    pub(super) fn done(&self) -> u64 {
        self.answered.len() as u64
    }

    pub(super) fn failed(&self) -> u64 {
        self.failed
    }
}
