//! Many calls for minutes, some of which go wrong: nothing may be lost or doubled, and memory must not grow.

use cargo_metadata::MetadataCommand;

use crate::process::{Result, cargo, root, run as run_command};

/// Runs the program for so many minutes.
pub(crate) fn run(minutes: &str) -> Result<()> {
    if !minutes.parse::<f64>().is_ok_and(|minutes| minutes > 0.0 && minutes <= MOST) {
        return Err(format!("expected minutes from above 0 to {MOST}, found `{minutes}`").into());
    }
    let program =
        ["run", "--release", "--locked", "-p", "oci-transport", "--example", "soak", "--"];
    run_command(&mut cargo(&[program.as_slice(), &[minutes]].concat()))
}

/// A day.
const MOST: f64 = 1440.0;

/// As long as it takes for memory to show where it goes.
pub(crate) const MINUTES: &str = "10";

/// Runs `locus batch` over many prompts and kills it ten times.
pub(crate) fn batch(prompts: &str) -> Result<()> {
    against_the_program("killed-batch", &[prompts])
}

/// Runs three gateways with one store, and kills one of them, and the store.
pub(crate) fn replicas() -> Result<()> {
    against_the_program("replicas", &[])
}

/// Builds `locus` and gives it to an example.
fn against_the_program(example: &str, options: &[&str]) -> Result<()> {
    let build = ["build", "--release", "--locked", "-p", "locus-cli", "--bin", "locus"];
    run_command(&mut cargo(&build))?;
    let target = MetadataCommand::new().current_dir(root()).no_deps().exec()?.target_directory;
    let program = target.join("release/locus");
    let example = ["run", "--release", "--locked", "-p", "locus-cli", "--example", example, "--"];
    run_command(cargo(&example).arg(program.as_str()).args(options))
}
