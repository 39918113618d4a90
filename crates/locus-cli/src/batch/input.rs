//! The prompts: JSON values on lines of a file, all checked before the first is asked.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use locus::wire::chat::{ChatRequest, Message};
use serde_json::Value;

use super::output::Output;
use super::shard::Shard;
use crate::failure::Failure;

/// A prompt and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Prompt {
    /// Counted from 1.
    pub(super) line: u64,
    pub(super) custom_id: String,
    pub(super) request: ChatRequest,
    /// How often it was asked.
    pub(super) attempts: u32,
}

/// A file of prompts whose lines were all read once.
#[derive(Debug)]
pub(super) struct Input {
    path: PathBuf,
    /// How many belong to this shard.
    pub(super) prompts: u64,
    /// The bytes of those that have no answer yet.
    pub(super) bytes_to_do: u64,
    pub(super) to_do: u64,
    /// The models that lines name.
    pub(super) models: BTreeSet<String>,
}

impl Input {
    /// Reads every line, so that a mistake in the last one is told before the first is paid for.
    pub(super) fn check(path: &Path, shard: &Shard, output: &Output) -> Result<Self, Failure> {
        let mut input = Self {
            path: path.to_owned(),
            prompts: 0,
            bytes_to_do: 0,
            to_do: 0,
            models: BTreeSet::new(),
        };
        let mut last = 0;
        for (line, text) in lines(path)? {
            let text = text.map_err(|error| unreadable(path, error))?;
            last = line;
            if !shard.has(line) || text.trim().is_empty() {
                continue;
            }
            let prompt = parse(path, line, &text)?;
            input.prompts += 1;
            let model = &prompt.request.model;
            if !model.is_empty() && !input.models.contains(model) {
                input.models.insert(model.clone());
            }
            if let Some(other) = output.custom_id(line).filter(|id| *id != prompt.custom_id) {
                let message = format!(
                    "the output belongs to another input: line {line} of {} is {}, and {other} was answered",
                    path.display(),
                    prompt.custom_id
                );
                return Err(Failure::usage(message, "name another output"));
            }
            if !output.has(line) {
                input.to_do += 1;
                input.bytes_to_do += text.len() as u64;
            }
        }
        if let Some(line) = output.last_line().filter(|line| *line > last) {
            let message = format!(
                "the output belongs to another input: it has an answer to line {line}, and {} ends with line {last}",
                path.display()
            );
            return Err(Failure::usage(message, "name another output"));
        }
        Ok(input)
    }

    /// The prompts of a shard, one after the other.
    pub(super) fn read(
        &self,
        shard: &Shard,
    ) -> Result<impl Iterator<Item = Result<Prompt, Failure>> + use<>, Failure> {
        let (path, shard) = (self.path.clone(), *shard);
        Ok(lines(&path)?.filter_map(move |(line, text)| match text {
            Ok(text) if !shard.has(line) || text.trim().is_empty() => None,
            Ok(text) => Some(parse(&path, line, &text)),
            Err(error) => Some(Err(unreadable(&path, error))),
        }))
    }
}

fn lines(
    path: &Path,
) -> Result<impl Iterator<Item = (u64, std::io::Result<String>)> + use<>, Failure> {
    let file = File::open(path).map_err(|error| unreadable(path, error))?;
    Ok((1..).zip(BufReader::new(file).lines()))
}

fn unreadable(path: &Path, error: std::io::Error) -> Failure {
    Failure::io(&format!("cannot read {}", path.display()), error)
}

fn parse(path: &Path, line: u64, text: &str) -> Result<Prompt, Failure> {
    let wrong = |found: String| {
        let message = format!("line {line} of {}: {found}", path.display());
        Failure::usage(
            message,
            "a line is {\"prompt\": …}, {\"messages\": […]}, a text, or one of OpenAI's batch files",
        )
    };
    let value: Value = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
    let custom_id = value.get("custom_id").and_then(Value::as_str);
    let custom_id = custom_id.map_or_else(|| format!("line-{line}"), str::to_owned);
    let request = match &value {
        Value::String(prompt) => ChatRequest::new("", [Message::user(prompt.as_str())]),
        Value::Object(fields) => {
            if let Some(url) = fields.get("url").filter(|url| **url != "/v1/chat/completions") {
                return Err(wrong(format!("expected the url /v1/chat/completions, found {url}")));
            }
            let body = fields.get("body").unwrap_or(&value);
            match body.get("prompt").map(|prompt| (prompt.as_str(), body.get("messages"))) {
                Some((Some(prompt), None)) => {
                    let mut body = body.clone();
                    if let Some(fields) = body.as_object_mut() {
                        fields.remove("prompt");
                        fields.remove("custom_id");
                        let message = serde_json::json!([{"role": "user", "content": prompt}]);
                        fields.insert("messages".to_owned(), message);
                    }
                    request(body)
                }
                Some((None, _)) => {
                    Err("expected a text as prompt, found something else".to_owned())
                }
                Some((Some(_), Some(_))) => {
                    Err("expected prompt or messages, found both".to_owned())
                }
                None => {
                    let mut body = body.clone();
                    if let Some(fields) = body.as_object_mut() {
                        fields.remove("custom_id");
                    }
                    request(body)
                }
            }
            .map_err(wrong)?
        }
        _ => return Err(wrong("expected an object or a text, found something else".to_owned())),
    };
    if request.messages.is_empty() {
        return Err(wrong("expected messages, found none".to_owned()));
    }
    Ok(Prompt { line, custom_id, request, attempts: 0 })
}

/// A request whose model may be left out.
fn request(mut body: Value) -> Result<ChatRequest, String> {
    if let Some(fields) = body.as_object_mut() {
        fields.entry("model").or_insert_with(|| "".into());
        if fields.get("stream").is_some_and(|stream| *stream == true) {
            return Err("expected a call without a stream, found `stream`: true".to_owned());
        }
    }
    serde_json::from_value(body).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Prompt, String> {
        parse(Path::new("in.jsonl"), 7, text).map_err(|failure| failure.to_string())
    }

    #[test]
    fn each_form_of_a_line_is_a_request() {
        for text in [
            r#""hi""#,
            r#"{"prompt":"hi"}"#,
            r#"{"messages":[{"role":"user","content":"hi"}]}"#,
            r#"{"custom_id":"line-7","method":"POST","url":"/v1/chat/completions","body":{"messages":[{"role":"user","content":"hi"}]}}"#,
        ] {
            let prompt = read(text).unwrap();
            assert_eq!(prompt.request, ChatRequest::new("", [Message::user("hi")]), "{text}");
            assert_eq!((prompt.line, prompt.custom_id.as_str()), (7, "line-7"));
        }
        let own =
            read(r#"{"custom_id":"a","prompt":"hi","model":"oci:m","temperature":0}"#).unwrap();
        assert_eq!((own.custom_id.as_str(), own.request.model.as_str()), ("a", "oci:m"));
        assert!(own.request.extra.is_empty(), "what belongs to the line is not sent");
    }

    #[test]
    fn what_is_no_prompt_is_told_by_its_line() {
        for (text, told) in [
            ("{", "line 7 of in.jsonl: EOF"),
            ("3", "expected an object or a text"),
            (r#"{"prompt":3}"#, "expected a text as prompt"),
            (r#"{"prompt":"a","messages":[]}"#, "found both"),
            (r#"{"messages":[]}"#, "found none"),
            (r#"{"url":"/v1/embeddings","body":{}}"#, "/v1/embeddings"),
            (r#"{"prompt":"hi","stream":true}"#, "stream"),
        ] {
            let failure = read(text).unwrap_err();
            assert!(failure.contains(told), "{text}: {failure}");
        }
    }
}
