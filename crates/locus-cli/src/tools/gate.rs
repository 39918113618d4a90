//! Who agrees to calls: the person at the terminal, nobody, or `--yes`.

use std::collections::BTreeSet;
use std::io::{IsTerminal as _, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use locus::agent::{Decision, Hook, HookResult, Turn};
use locus::wire::chat::ToolCall;
use rustyline::error::ReadlineError;
use rustyline::{Behavior, Config, DefaultEditor};
use tokio::sync::Notify;

use super::{object, shell};
use crate::escape;

/// Shows each call before it runs, and asks. Clones ask with one memory.
#[derive(Clone, Debug)]
pub(crate) struct Gate(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    rule: Rule,
    /// The tools that may run unasked as long as we run.
    always: Mutex<BTreeSet<String>>,
    interrupted: Notify,
}

#[derive(Clone, Copy, Debug)]
enum Rule {
    Ask,
    /// There is nobody to ask.
    Refuse,
    Run,
}

impl Gate {
    pub(super) fn new(yes: bool) -> Self {
        // What is asked about is shown on standard error.
        let can_ask = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        let rule = match (yes, can_ask) {
            (true, _) => Rule::Run,
            (false, true) => Rule::Ask,
            (false, false) => Rule::Refuse,
        };
        let (always, interrupted) = (Mutex::default(), Notify::new());
        Self(Arc::new(Inner { rule, always, interrupted }))
    }

    /// Waits until somebody who was asked wants the turn to end.
    pub(crate) async fn interrupted(&self) {
        self.0.interrupted.notified().await;
    }

    /// Whether this tool runs unasked.
    pub(crate) fn is_open(&self, tool: &str) -> bool {
        let always = self.0.always.lock().unwrap_or_else(PoisonError::into_inner);
        matches!(self.0.rule, Rule::Run) || always.contains(tool)
    }

    async fn ask(&self, tool: &str) -> Decision {
        let prompt = format!("       run it? [y]es, [n]o, [a]lways {tool} (n) ");
        match tokio::task::spawn_blocking(move || question(&prompt)).await {
            Ok(Ok(Reply::Yes)) => Decision::Run,
            Ok(Ok(Reply::Always)) => {
                let mut always = self.0.always.lock().unwrap_or_else(PoisonError::into_inner);
                always.insert(tool.to_owned());
                Decision::Run
            }
            Ok(Ok(Reply::No)) => Decision::Refuse("the user does not agree".to_owned()),
            // Ctrl-C means the whole turn, and a terminal that is gone can agree to nothing.
            Ok(Err(_)) | Err(_) => {
                self.0.interrupted.notify_one();
                Decision::Refuse("the user interrupted".to_owned())
            }
        }
    }
}

impl Hook for Gate {
    async fn before_tool(&self, call: &ToolCall, _: &Turn<'_>) -> HookResult<Decision> {
        let tool = call.name();
        if object(call.arguments()).is_none() {
            // Nobody is asked about what cannot run.
            let why = "the arguments are no JSON object, write them as the schema says".to_owned();
            return Ok(Decision::Refuse(why));
        }
        show(call);
        if self.is_open(tool) {
            return Ok(Decision::Run);
        }
        Ok(match self.0.rule {
            Rule::Ask => self.ask(tool).await,
            Rule::Run => Decision::Run,
            Rule::Refuse => {
                let why = "refused: there is no terminal to ask at; --yes runs every call unasked";
                let _ = writeln!(std::io::stderr(), "       {why}");
                Decision::Refuse("there is nobody to agree to it".to_owned())
            }
        })
    }
}

enum Reply {
    Yes,
    No,
    Always,
}

/// Asks until the answer is one. The line is read from the terminal itself, whatever standard output is.
fn question(prompt: &str) -> Result<Reply, ReadlineError> {
    let config = Config::builder().behavior(Behavior::PreferTerm).build();
    let mut editor = DefaultEditor::with_config(config)?;
    loop {
        match editor.readline(prompt)?.trim().to_ascii_lowercase().as_str() {
            "y" | "yes" => return Ok(Reply::Yes),
            "" | "n" | "no" => return Ok(Reply::No),
            "a" | "always" => return Ok(Reply::Always),
            _ => {}
        }
    }
}

/// Tells what is called, whole: what is not shown cannot be agreed to.
fn show(call: &ToolCall) {
    // If standard error is closed there is nobody left to tell.
    let _ = writeln!(std::io::stderr(), "locus: the model calls {}\n{}", call.name(), shown(call));
}

/// The arguments with an indent: the command of a shell as it is, everything else as JSON.
fn shown(call: &ToolCall) -> String {
    let Some(arguments) = object(call.arguments()) else { return String::new() };
    let text = match shell::command(&arguments).filter(|_| call.name() == shell::NAME) {
        Some(command) => command.to_owned(),
        None => serde_json::to_string_pretty(&arguments).unwrap_or_default(),
    };
    // Characters that hide what stands there are made visible, and no line can pass for one of ours.
    let lines: Vec<String> =
        text.split('\n').map(|line| format!("       | {}", escape::line(line))).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, arguments: &str, expected: &str) {
        assert_eq!(shown(&ToolCall::function("id", name, arguments)), expected);
    }

    #[test]
    fn a_call_is_shown_whole_and_cannot_hide_anything() {
        check("shell", r#"{"command": "ls\necho 2"}"#, "       | ls\n       | echo 2");
        check(
            "shell",
            r#"{"command": "ls \u001b[8m\u202e x\r"}"#,
            "       | ls \\u{1b}[8m\\u{202e} x\\u{d}",
        );
        let more =
            "       | {\n       |   \"command\": \"ls\",\n       |   \"cwd\": \"/\"\n       | }";
        check("shell", r#"{"command": "ls", "cwd": "/"}"#, more);
        check(
            "echo",
            r#"{"command": "ls"}"#,
            "       | {\n       |   \"command\": \"ls\"\n       | }",
        );
        check("echo", "", "       | {}");
    }
}
