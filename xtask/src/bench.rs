//! `cargo xtask bench <name>`: what our own code costs, and comparisons with other libraries, from the workspace `bench/`.

mod auth;
mod sse;

use std::process::Command;

use crate::process::{Result, read, root};

/// Runs the benchmark of this name and prints its table.
pub(crate) fn run(name: &str, options: &[&str]) -> Result<()> {
    match (name, options) {
        ("auth", []) => auth::run(false),
        ("auth", ["--record"]) => auth::run(true),
        ("sse", []) => sse::run(),
        _ => Err(format!(
            "no benchmark is called `{name} {}`; there are `auth`, `auth --record` and `sse`",
            options.join(" ")
        )
        .into()),
    }
}

/// CPU, compiler and commit, for the line above a table.
fn machine() -> Result<String> {
    let rustc = read(Command::new("rustc").arg("--version"))?;
    let mut git = Command::new("git");
    let commit = read(git.current_dir(root()).args(["describe", "--always", "--dirty"]))?;
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let cpu = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let cpu = cpu.map_or("unknown CPU", |(_, name)| name);
    Ok(format!("{cpu}, {}, commit {}", rustc.trim(), commit.trim()))
}
