//! A small deterministic stand-in for a language model: it does sums, otherwise it repeats what was said.

mod arithmetic;

/// What the stand-in says to a message.
pub(crate) fn answer(message: &str) -> String {
    let message = message.trim();
    if message.is_empty() {
        return "You said nothing.".to_owned();
    }
    arithmetic::answer(message).unwrap_or_else(|| format!("You said: {message}"))
}

/// An answer as far as the request lets it go.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Completion {
    /// The tokens; put together they are the text.
    pub(crate) tokens: Vec<String>,
    /// Whether it ended on its own or was cut.
    pub(crate) finish: Finish,
}

/// Why an answer ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Finish {
    /// The token limit was reached.
    Length,
    /// The text was complete, or a stop sequence came up.
    Stop,
}

impl Finish {
    /// The word for it on the wire, the same on both APIs.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Length => "length",
            Self::Stop => "stop",
        }
    }
}

impl Completion {
    /// Answers `message` with at most `max_tokens` tokens, up to the first of the `stop` sequences.
    ///
    /// The answer is given `copies` times, which all together have at most [`MAX_TOKENS`].
    pub(crate) fn new(
        message: &str,
        max_tokens: Option<u64>,
        stop: &[String],
        copies: u64,
    ) -> Self {
        let text = answer(message);
        let end = stop
            .iter()
            .filter(|stop| !stop.is_empty())
            .filter_map(|stop| text.find(stop.as_str()))
            .min()
            .unwrap_or(text.len());
        let mut all = tokens(text.get(..end).unwrap_or_default()).map(str::to_owned);
        let limit = max_tokens.unwrap_or(u64::MAX).min(MAX_TOKENS / copies.max(1));
        let tokens = all.by_ref().take(usize::try_from(limit).unwrap_or(usize::MAX)).collect();
        let finish = if all.next().is_some() { Finish::Length } else { Finish::Stop };
        Self { tokens, finish }
    }

    /// The whole text.
    pub(crate) fn text(&self) -> String {
        self.tokens.concat()
    }
}

/// Splits a text into tokens, which put together are the text again.
///
/// A token is one run of letters and digits or one other character, with the white space before it;
/// white space at the end is a token too.
pub(crate) fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let blank = rest.len() - rest.trim_start().len();
        let word = rest.get(blank..)?;
        let end = word.find(|character: char| !character.is_alphanumeric()).unwrap_or(word.len());
        let end = if end == 0 { word.chars().next().map_or(0, char::len_utf8) } else { end };
        let (token, after) = rest.split_at_checked(blank + end)?;
        rest = after;
        (!token.is_empty()).then_some(token)
    })
}

/// A request that repeats megabytes a hundredfold must not fill the memory.
const MAX_TOKENS: u64 = 65_536;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_tokens(text: &str, expected: &[&str]) {
        assert_eq!(tokens(text).collect::<Vec<_>>(), expected);
        assert_eq!(tokens(text).collect::<String>(), text);
    }

    #[test]
    fn texts_fall_into_words_and_punctuation() {
        check_tokens("", &[]);
        check_tokens("2x2 is 4.", &["2x2", " is", " 4", "."]);
        check_tokens("  a\n\nb  ", &["  a", "\n\nb", "  "]);
        check_tokens("–über 😀!", &["–", "über", " 😀", "!"]);
    }

    #[test]
    fn a_limit_and_a_stop_sequence_cut() {
        let cut = |max, stop: &[&str]| {
            let stop: Vec<String> = stop.iter().map(|stop| (*stop).to_owned()).collect();
            let completion = Completion::new("a b c", max, &stop, 1);
            (completion.text(), completion.finish)
        };
        assert_eq!(cut(None, &[]), ("You said: a b c".into(), Finish::Stop));
        assert_eq!(cut(Some(6), &[]), ("You said: a b c".into(), Finish::Stop));
        assert_eq!(cut(Some(5), &[]), ("You said: a b".into(), Finish::Length));
        assert_eq!(cut(Some(5), &[" b", "c"]), ("You said: a".into(), Finish::Stop));
        assert_eq!(cut(None, &["", "zzz"]), ("You said: a b c".into(), Finish::Stop));
    }

    #[test]
    fn sums_are_answered_and_the_rest_is_repeated() {
        assert_eq!(answer("What is 2x2?"), "2x2 is 4.");
        assert_eq!(answer("  hello "), "You said: hello");
        assert_eq!(answer(" \n"), "You said nothing.");
    }
}
