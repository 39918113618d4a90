//! `cargo xtask bench files`: a file of 1 GiB, up from its path and down again, and the memory that it takes.

use super::machine;
use crate::process::{Result, cargo, run as run_command};

pub(super) fn run() -> Result<()> {
    println!("{}", machine()?);
    let program = ["run", "--release", "--locked", "-p", "oci-transport", "--example", "files"];
    run_command(&mut cargo(&program))
}
