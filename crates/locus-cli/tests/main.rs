//! The `locus` command as a person or a script runs it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "main/answers.rs"]
mod answers;
#[path = "main/auth.rs"]
mod auth;
#[path = "main/batch.rs"]
mod batch;
#[path = "main/dialogue.rs"]
mod dialogue;
#[path = "main/doctor.rs"]
mod doctor;
#[path = "main/emulate.rs"]
mod emulate;
#[path = "main/failures.rs"]
mod failures;
#[path = "main/kept.rs"]
mod kept;
#[path = "main/keys.rs"]
mod keys;
#[path = "main/mcp_http.rs"]
mod mcp_http;
#[cfg(feature = "otlp")]
#[path = "main/otlp.rs"]
mod otlp;
// What the system says of a refused connection stands on the page.
#[cfg(target_os = "linux")]
#[path = "main/page.rs"]
mod page;
#[path = "main/route.rs"]
mod route;
#[path = "main/serve.rs"]
mod serve;
#[path = "main/terminal.rs"]
mod terminal;
#[path = "main/tools.rs"]
mod tools;
#[path = "main/vectors.rs"]
mod vectors;

use std::path::Path;
use std::process::{Command, Output, Stdio};

use oci_emulator::{Emulator, Sandbox};

/// A home folder whose configuration file names a key, and an emulator that knows the key.
struct Desk {
    home: tempfile::TempDir,
    sandbox: Sandbox,
    emulator: Emulator,
}

impl Desk {
    async fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::create(&home.path().join(".oci")).unwrap();
        let emulator = Emulator::builder().identity(sandbox.identity()).start().await.unwrap();
        Self { home, sandbox, emulator }
    }

    /// The command with this home folder and nothing else in its environment.
    fn command(&self, args: &[&str]) -> Command {
        let mut command = locus(self.home.path());
        command.args(args);
        command
    }

    /// `locus chat` against the emulator, every failure told at once.
    fn chat(&self, args: &[&str]) -> Command {
        let mut command =
            self.command(&["chat", "--retries", "0", "--endpoint", &self.emulator.url()]);
        command.args(args);
        command
    }
}

fn locus(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_locus"));
    command.env_clear().env("HOME", home).stdin(Stdio::null());
    command
}

/// Runs a command to its end while the emulator goes on serving.
async fn run(mut command: Command) -> Output {
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

/// Sends a signal by the shell's own `kill`, since the program of that name is not on every machine.
fn signal(name: &str, process: u32) -> bool {
    let kill = format!("kill -{name} {process}");
    Command::new("sh").args(["-c", &kill]).status().unwrap().success()
}

fn stdout(output: &Output) -> &str {
    str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    str::from_utf8(&output.stderr).unwrap()
}
