//! A string that must not be seen: zeroed when dropped, redacted when printed.

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

/// A pass phrase, a token or other text that must reach neither a log nor an error.
///
/// Clones share one buffer, which is overwritten with zeros when the last clone is dropped.
/// There is deliberately no `Display`; [`expose`](Self::expose) is the one way to the text, so that every use can be found by name.
#[derive(Clone)]
pub struct Secret(Arc<Zeroizing<String>>);

impl Secret {
    /// Takes the text over.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Arc::new(Zeroizing::new(text)))
    }

    /// The text itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(<redacted>)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing_of_the_text() {
        let shown = format!("{:?}", Some(Secret::from("correct horse")));
        assert_eq!(shown, "Some(Secret(<redacted>))");
    }
}
