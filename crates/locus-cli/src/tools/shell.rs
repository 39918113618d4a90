//! The tool `shell`: one command of a shell, with a limit of time and of output.

use std::fmt::Write as _;
use std::process::{ExitStatus, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use locus::agent::ToolError;
use locus::wire::RawJson;
use locus::wire::chat::FunctionDefinition;
use serde_json::{Map, Value, json};
use tokio::io::{AsyncRead, AsyncReadExt as _};

use super::capture::Capture;
use super::process::{Environment, Process};
use crate::failure::Failure;

/// Runs commands in the folder that we were started in.
#[derive(Clone, Debug)]
pub(super) struct Shell {
    definition: FunctionDefinition,
    environment: Environment,
    limit: Duration,
}

impl Shell {
    pub(super) fn new(environment: Environment, limit: Duration) -> Result<Self, Failure> {
        let parameters = json!({
            "type": "object",
            "properties": {"command": {"type": "string", "description": "What `sh -c` runs."}},
            "required": ["command"],
            "additionalProperties": false,
        });
        let parameters = RawJson::from_serialize(&parameters)
            .map_err(|error| Failure::io("cannot offer the tool shell", error))?;
        let definition = FunctionDefinition::new(NAME).with_description(format!(
            "Runs one command by `sh -c` on the user's machine, in the folder that the user works in, without standard input. \
             Returns its exit code and its output. It is ended after {} seconds; of a long output the middle is left out.",
            limit.as_secs()
        ));
        Ok(Self { definition: definition.with_parameters(parameters), environment, limit })
    }

    pub(super) fn definition(&self) -> &FunctionDefinition {
        &self.definition
    }

    /// How long a command may take.
    pub(super) fn limit(&self) -> Duration {
        self.limit
    }

    pub(super) async fn call(&self, arguments: &Map<String, Value>) -> Result<String, ToolError> {
        let Some(command) = command(arguments) else {
            return Err("expected the arguments {\"command\": TEXT} and nothing else".into());
        };
        let mut process = Process::shell(command, &self.environment, Stdio::null())?;
        let output = Mutex::new(Capture::default());
        let (stdout, stderr) = (process.stdout(), process.stderr());
        let ended = {
            // Both are read while it runs: a full pipe would stop it.
            let running = async {
                tokio::join!(process.wait(), read(stdout, &output), read(stderr, &output)).0
            };
            tokio::time::timeout(self.limit, running).await
        };
        process.kill();
        let output = output.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut text = match ended {
            Ok(status) => told(status?),
            Err(_) => format!("ended after {} s, before it was done", self.limit.as_secs()),
        };
        let _ = write!(text, "\n{}", output.text());
        Ok(text)
    }
}

/// The command, if the arguments are that and nothing else.
pub(super) fn command(arguments: &Map<String, Value>) -> Option<&str> {
    arguments.get("command").and_then(Value::as_str).filter(|_| arguments.len() == 1)
}

async fn read(from: Option<impl AsyncRead + Unpin>, into: &Mutex<Capture>) {
    let Some(mut from) = from else { return };
    let mut piece = vec![0; 8192];
    while let Ok(count @ 1..) = from.read(&mut piece).await {
        if let (Ok(mut into), Some(bytes)) = (into.lock(), piece.get(..count)) {
            into.push(bytes);
        }
    }
}

fn told(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("exit code {code}"),
        // On Unix the end by a signal has no code: its text names the signal.
        None => format!("ended by {status}"),
    }
}

/// What the model calls it.
pub(super) const NAME: &str = "shell";
