//! Text from a model or a service, made safe for a terminal.

use std::fmt::Write as _;

/// Escapes control characters of text that arrives in pieces.
///
/// A model can be made to say anything; on a terminal an escape sequence could change the title, the clipboard or what is shown.
/// Line feeds and tabs stay. A carriage return stays silent before a line feed and is escaped elsewhere, since it would let text
/// overwrite what stands before it on its line.
#[derive(Debug, Default)]
pub(crate) struct Escaper {
    carriage_return: bool,
}

impl Escaper {
    pub(crate) fn push(&mut self, piece: &str, out: &mut String) {
        for c in piece.chars() {
            if std::mem::take(&mut self.carriage_return) && c != '\n' {
                escape('\r', out);
            }
            match c {
                '\r' => self.carriage_return = true,
                '\n' | '\t' => out.push(c),
                c if is_unsafe(c) => escape(c, out),
                c => out.push(c),
            }
        }
    }

    /// What was held back at the end of the text.
    pub(crate) fn finish(&mut self, out: &mut String) {
        if std::mem::take(&mut self.carriage_return) {
            escape('\r', out);
        }
    }
}

/// Text on one line.
pub(crate) fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unsafe(c) { escape(c, &mut out) } else { out.push(c) }
    }
    out
}

/// JSON whose strings show no control character; JSON itself lets those above U+001F stand.
pub(crate) fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unsafe(c) && c != '\n' {
            // Only strings of a JSON text can hold such a character, and all of them are in the basic plane.
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

fn escape(c: char, out: &mut String) {
    let _ = write!(out, "{}", c.escape_unicode());
}

/// Control characters, and those that reorder the text around them.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pieces: &[&str], expected: &str) {
        let (mut escaper, mut out) = (Escaper::default(), String::new());
        for piece in pieces {
            escaper.push(piece, &mut out);
        }
        escaper.finish(&mut out);
        assert_eq!(out, expected);
    }

    #[test]
    fn control_characters_become_visible() {
        check(&["a\u{1b}[31mb"], "a\\u{1b}[31mb");
        check(&["\u{7}\u{0}\u{7f}\u{9b}"], "\\u{7}\\u{0}\\u{7f}\\u{9b}");
        check(&["abc\u{202e}def"], "abc\\u{202e}def");
        check(&["Grüße 你好 👋\n\tx"], "Grüße 你好 👋\n\tx");
    }

    #[test]
    fn a_carriage_return_is_judged_by_what_follows_even_in_the_next_piece() {
        check(&["a\r\nb"], "a\nb");
        check(&["a\r", "\nb"], "a\nb");
        check(&["a\r", "b"], "a\\u{d}b");
        check(&["a\r"], "a\\u{d}");
        check(&["a\r\r\n"], "a\\u{d}\n");
    }

    #[test]
    fn a_line_stays_a_line() {
        assert_eq!(line("a\nb\u{1b}"), "a\\u{a}b\\u{1b}");
    }

    #[test]
    fn json_stays_json_of_the_same_meaning() {
        let text = serde_json::to_string("a\u{1b}\u{9b}\u{202e}b").unwrap();
        let escaped = json(&text);
        assert!(!escaped.chars().any(is_unsafe), "{escaped}");
        assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), "a\u{1b}\u{9b}\u{202e}b");
    }
}
