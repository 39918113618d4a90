//! `cargo xtask bench router`: the instructions of a call and of a stream through the router, beside the bare transport.

use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::MetadataCommand;

use crate::process::{Result, cargo, root, run as run_command, shown};

/// Builds the program, counts under callgrind and prints the table.
pub(super) fn run() -> Result<()> {
    let manifest = ["--locked", "--release", "--manifest-path", "bench/Cargo.toml"];
    run_command(&mut cargo(&[&["build", "-p", "bench-router"], &manifest[..]].concat()))?;
    let metadata = MetadataCommand::new().current_dir(root().join("bench")).no_deps().exec()?;
    let program = PathBuf::from(metadata.target_directory).join("release").join("bench-router");
    println!("\n{}\n", super::machine()?);
    println!("| instructions of | bare transport | through the router | ratio | added | at most |");
    println!("|---|---|---|---|---|---|");
    let mut missed = Vec::new();
    for (what, name, most) in MOST_ADDED {
        let bare = each(&program, "transport", what)?;
        let routed = each(&program, "router", what)?;
        let (ratio, added) = (routed as f64 / bare as f64, routed.saturating_sub(bare));
        println!("| {name} | {bare} | {routed} | {ratio:.3} | {added} | {most} |");
        if added > most {
            missed.push(name);
        }
    }
    if missed.is_empty() { Ok(()) } else { Err(format!("too much is added to {missed:?}").into()) }
}

/// The instructions of one: those of more, less those of fewer, so that the start of the program is not counted.
fn each(program: &Path, layer: &str, what: &str) -> Result<u64> {
    let (fewer, more) =
        (counted(program, layer, what, FEWER)?, counted(program, layer, what, MORE)?);
    Ok(more.saturating_sub(fewer) / (MORE - FEWER))
}

fn counted(program: &Path, layer: &str, what: &str, count: u64) -> Result<u64> {
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    command.arg(program).args([layer, what, &count.to_string()]);
    let output = command.output()?;
    let told = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("`{}` failed: {told}", shown(&command)).into());
    }
    let found = told.lines().find_map(|line| line.split_once("Collected : "));
    let (_, number) = found.ok_or("callgrind tells no number of instructions")?;
    Ok(number.trim().parse()?)
}

const FEWER: u64 = 50;
const MORE: u64 = 250;

/// More than this is a loss that somebody should look at. It bounds what the router adds, and not the ratio, which a cheaper transport
/// makes larger; a call without sockets, TLS and signature is the smallest there is.
const MOST_ADDED: [(&str, &str, u64); 2] =
    [("calls", "a whole call", 6_000), ("streams", "a stream of 200 deltas", 80_000)];
