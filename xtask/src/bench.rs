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
        ("transport", []) => transport::run(false),
        ("transport", ["--record"]) => transport::run(true),
        _ => Err(format!(
            "no benchmark is called `{name} {}`; there are `auth`, `auth --record`, `files`, `gateway`, `gateway --record`, `gateway --short`, `router`, `sse`, `transport` and `transport --record`",
            options.join(" ")
        )
        .into()),
    }
}

/// Puts what a benchmark found into its place on a page.
fn record(benchmark: &str, page: &str, text: &str) -> Result<()> {
    let path = root().join(page);
    let before = std::fs::read_to_string(&path)?;
    let line = |end: &str| format!("<!-- cargo xtask bench {benchmark} --record: {end} -->");
    let (begin, end) = (line("begin"), line("end"));
    let (Some((head, _)), Some((_, tail))) = (before.split_once(&begin), before.split_once(&end))
    else {
        return Err(format!("{page} has no lines {begin} and {end}").into());
    };
    std::fs::write(&path, format!("{head}{begin}\n\n{}\n\n{end}{tail}", text.trim_end()))?;
    println!("written to {page}");
    Ok(())
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
