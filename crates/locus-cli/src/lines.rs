//! Lines for people: on a terminal as wide as it is, broken between words and never within one, so that ids can be copied;
//! elsewhere whole.

use std::io::{IsTerminal as _, Write as _};

use textwrap::{Options, WordSplitter};

use crate::escape;

/// The width of standard output, if it is a terminal.
pub(crate) fn width() -> Option<usize> {
    std::io::stdout().is_terminal().then(columns)
}

/// A line whose further lines begin behind `head`, its control characters visible.
pub(crate) fn hanging(head: &str, body: &str, width: Option<usize>) -> String {
    let line = escape::line(&format!("{head}{body}"));
    let Some(width) = width else { return format!("{}\n", line.trim_end()) };
    let indent = " ".repeat(head.chars().count());
    let options = Options::new(width).subsequent_indent(&indent).break_words(false);
    let filled = textwrap::fill(&line, options.word_splitter(WordSplitter::NoHyphenation));
    format!("{}\n", filled.trim_end())
}

/// Tells somebody on standard error, in the name of the command; each line of the text is one.
pub(crate) fn tell(text: &str) {
    let mut head = HEAD;
    for line in text.lines() {
        put(&hanging(head, line, error_width()));
        head = INDENT;
    }
}

/// Lines in lower light, where that can be seen, and without a name.
pub(crate) fn whisper(lines: &[String], dim: bool) {
    let (begin, end) = if dim { ("\u{1b}[2m", "\u{1b}[0m") } else { ("", "") };
    put(&format!("{begin}{}{end}\n", lines.join("\n")));
}

fn error_width() -> Option<usize> {
    std::io::stderr().is_terminal().then(columns)
}

/// Less than 40 makes nothing better.
fn columns() -> usize {
    textwrap::termwidth().max(40)
}

fn put(text: &str) {
    // If standard error is closed there is nobody left to tell.
    let _ = std::io::stderr().write_all(text.as_bytes());
}

const HEAD: &str = "locus: ";
const INDENT: &str = "       ";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_between_words_only_and_only_on_a_terminal() {
        let text = "one two-three 0123456789012345678901234567890123456789/0123456789 four";
        assert_eq!(hanging("ab  ", text, None), format!("ab  {text}\n"));
        let expected = "ab  one two-three\n    0123456789012345678901234567890123456789/0123456789\n    four\n";
        assert_eq!(hanging("ab  ", text, Some(40)), expected);
        assert_eq!(hanging("absent  ", "", Some(40)), "absent\n");
        assert_eq!(hanging("", "a\u{1b}b", None), "a\\u{1b}b\n");
    }
}
