//! `cargo xtask bench <name>`: what our own code costs, and comparisons with other libraries, from the workspace `bench/`.

mod auth;
mod files;
pub(crate) mod gateway;
mod router;
mod sse;
mod transport;

use std::process::Command;

use crate::process::{Result, read, root};
use gateway::Extent;

/// Runs the benchmark of this name and prints its table.
pub(crate) fn run(name: &str, options: &[&str]) -> Result<()> {
    match (name, options) {
        ("auth", []) => auth::run(false),
        ("auth", ["--record"]) => auth::run(true),
        ("files", []) => files::run(),
        ("gateway", []) => gateway::run(Extent::Whole, false),
        ("gateway", ["--record"]) => gateway::run(Extent::Whole, true),
        ("gateway", ["--short"]) => gateway::run(Extent::Short, false),
        ("router", []) => router::run(),
        ("sse", []) => sse::run(),
        ("transport", []) => transport::run(),
        _ => Err(format!(
            "no benchmark is called `{name} {}`; there are `auth`, `auth --record`, `files`, `gateway`, `gateway --record`, `gateway --short`, `router`, `sse` and `transport`",
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

/// Names and versions of the packages of `bench/` whose names begin so; a space ends a whole name.
fn versions(prefixes: &[&str]) -> Result<String> {
    let lock = std::fs::read_to_string(root().join("bench/Cargo.lock"))?;
    let packages = lock.split("[[package]]").filter_map(|package| {
        let field = |name: &str| {
            package.lines().find_map(|line| line.strip_prefix(name)?.strip_suffix('"'))
        };
        let package = format!("{} {}", field("name = \"")?, field("version = \"")?);
        prefixes.iter().any(|prefix| package.starts_with(prefix)).then_some(package)
    });
    Ok(packages.collect::<Vec<_>>().join(", "))
}
