//! Random hexadecimal identifiers.

use std::fmt::Write;

/// A random text of `digits` lower-case hexadecimal digits.
///
/// It names requests and invented resources; nothing depends on its being hard to guess.
pub(crate) fn hex(digits: usize) -> String {
    let mut bytes = vec![0; digits.div_ceil(2)];
    if aws_lc_rs::rand::fill(&mut bytes).is_err() {
        // The system has no randomness to give: identifiers that repeat beat a server that stops.
        bytes.fill(0);
    }
    let mut text = String::with_capacity(digits + 1);
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text.truncate(digits);
    text
}
