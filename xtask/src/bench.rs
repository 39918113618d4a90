//! `cargo xtask bench <name>`: comparisons with other libraries, from the workspace `bench/`.

mod sse;

use crate::process::Result;

/// Runs the comparison of this name and prints its table.
pub(crate) fn run(name: &str) -> Result<()> {
    match name {
        "sse" => sse::run(),
        _ => Err(format!("no benchmark is called `{name}`; there is `sse`").into()),
    }
}
