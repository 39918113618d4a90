//! Many calls for minutes, some of which go wrong: nothing may be lost or doubled, and memory must not grow.

use crate::process::{Result, cargo, run as run_command};

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
