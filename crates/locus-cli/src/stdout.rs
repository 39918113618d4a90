//! Standard output, whose reader may leave when it has seen enough.

use std::io::Write as _;

use crate::failure::{Failure, is_closed_pipe};

/// Writes a text, at once. That nobody reads it any more is no failure.
pub(crate) fn say(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if !is_closed_pipe(&error) => {
            Err(Failure::io("cannot write to standard output", error))
        }
        _ => Ok(()),
    }
}
