//! Processes that the model's tools are: each in a group of its own, with little of our environment.

use std::collections::BTreeMap;
use std::io;
use std::process::ExitStatus;

use locus::Env;
#[cfg(unix)]
use process_wrap::tokio::ProcessGroup;
use process_wrap::tokio::{ChildWrapper, CommandWrap};
use tokio::process::{ChildStderr, ChildStdin, ChildStdout};

use crate::failure::Failure;

/// What such a process is told of the environment of this one: enough to find programs and the home folder, and nothing that is
/// secret by itself. What is set for us, keys among it, is handed over by name only.
#[derive(Clone, Debug)]
pub(super) struct Environment(BTreeMap<String, String>);

impl Environment {
    /// The variables that are always handed over, and those that were named.
    pub(super) fn new(env: &Env, named: &[String]) -> Result<Self, Failure> {
        let mut variables = BTreeMap::new();
        for name in HARMLESS {
            // One that is no text is of no use to anybody.
            if let Ok(Some(value)) = env.get(name) {
                variables.insert((*name).to_owned(), value.to_owned());
            }
        }
        for name in named {
            let value = variable(env, name, "--tool-env")?;
            variables.insert(name.clone(), value.to_owned());
        }
        Ok(Self(variables))
    }
}

/// The value of a variable that an option names.
pub(super) fn variable<'e>(env: &'e Env, name: &str, option: &str) -> Result<&'e str, Failure> {
    let hint = format!("set it, or leave {option} out");
    let value = env.get(name).map_err(|error| Failure::usage(error.to_string(), &hint))?;
    value.ok_or_else(|| Failure::usage(format!("the variable {name} is not set"), &hint))
}

/// A process with all that it started, which ends when this is dropped.
#[derive(Debug)]
pub(super) struct Process {
    child: Box<dyn ChildWrapper>,
    is_over: bool,
}

impl Process {
    /// Has a shell run a text. In a group of its own, it does not get the Ctrl-C that is meant for us.
    pub(super) fn shell(
        text: &str,
        environment: &Environment,
        stdin: std::process::Stdio,
    ) -> io::Result<Self> {
        let mut command = CommandWrap::with_new("sh", |command| {
            command.args(["-c", text]).env_clear().envs(&environment.0).stdin(stdin);
            command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
            // Where there are no groups, it is at least this one that ends with us.
            command.kill_on_drop(true);
        });
        #[cfg(unix)]
        command.wrap(ProcessGroup::leader());
        Ok(Self { child: command.spawn()?, is_over: false })
    }

    pub(super) fn stdin(&mut self) -> Option<ChildStdin> {
        self.child.stdin().take()
    }

    pub(super) fn stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout().take()
    }

    pub(super) fn stderr(&mut self) -> Option<ChildStderr> {
        self.child.stderr().take()
    }

    /// Waits for its end, and ends what it left running: nobody would know of that any more.
    pub(super) async fn wait(&mut self) -> io::Result<ExitStatus> {
        let status = self.child.wait().await?;
        self.kill();
        Ok(status)
    }

    /// Ends the process and all that it started, at once.
    pub(super) fn kill(&mut self) {
        if !std::mem::replace(&mut self.is_over, true) {
            // That there is nothing left to end is no failure.
            let _ = self.child.start_kill();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// As the official clients of MCP choose them, and those that say where temporary files are and how text is written.
const HARMLESS: &[&str] = &[
    "HOME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "LOGNAME",
    "PATH",
    "SHELL",
    "TERM",
    "TMPDIR",
    "TZ",
    "USER",
    // What a process on Windows does not start without.
    "APPDATA",
    "COMSPEC",
    "LOCALAPPDATA",
    "PATHEXT",
    "SYSTEMROOT",
    "TEMP",
    "TMP",
    "USERPROFILE",
];
