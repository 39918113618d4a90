//! Model ids as users write them.

use std::fmt;

use crate::error::RouteError;

/// A model id without its provider prefix, exactly as it is sent to the service.
///
/// `oci:openai.gpt-5.5`, `oci/openai.gpt-5.5` and `openai.gpt-5.5` name the same model. Letter case matters to the service and is
/// kept; it does not matter for [routing](crate::route).
///
/// ```
/// use oci_router::ModelId;
///
/// assert_eq!(ModelId::parse("oci:meta.llama-3.3-70b-instruct")?.as_str(), "meta.llama-3.3-70b-instruct");
/// assert!(ModelId::parse("oci: openai.gpt-5.5").is_err(), "a blank would be sent to the service");
/// # Ok::<(), oci_router::RouteError>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct ModelId<'a>(&'a str);

impl<'a> ModelId<'a> {
    /// Takes the prefix off.
    ///
    /// # Errors
    /// [`RouteError::MalformedId`] for an empty id or one with white space or control characters.
    pub fn parse(text: &'a str) -> Result<Self, RouteError> {
        let prefixed = text.get(..PREFIX_LEN).is_some_and(|head| {
            let (name, separator) = head.split_at(PREFIX_LEN - 1);
            name.eq_ignore_ascii_case("oci") && (separator == ":" || separator == "/")
        });
        let id = if prefixed { text.get(PREFIX_LEN..).unwrap_or_default() } else { text };
        if id.is_empty() || has_blanks(id) {
            return Err(RouteError::MalformedId { given: text.to_owned() });
        }
        Ok(Self(id))
    }

    /// The id as it is sent.
    #[must_use]
    pub fn as_str(self) -> &'a str {
        self.0
    }

    /// Whether it begins with this, in any letter case.
    pub(crate) fn begins_with(self, prefix: &str) -> bool {
        begins_with(self.0, prefix)
    }
}

/// Whether a text has white space or control characters; nearly every id is ASCII, where a look at each byte is enough.
fn has_blanks(text: &str) -> bool {
    if text.is_ascii() {
        return text.bytes().any(|byte| byte <= b' ' || byte == 0x7f);
    }
    text.chars().any(|c| c.is_whitespace() || c.is_control())
}

/// Whether a text begins with another in ASCII, in any letter case.
pub(crate) fn begins_with(text: &str, prefix: &str) -> bool {
    let head = text.as_bytes().get(..prefix.len());
    head.is_some_and(|head| head.eq_ignore_ascii_case(prefix.as_bytes()))
}

impl fmt::Display for ModelId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The length of `oci:`.
const PREFIX_LEN: usize = 4;
