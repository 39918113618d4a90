//! Markdown on a terminal, styled while it arrives.

/// Turns pieces of Markdown into text with styles.
///
/// What cannot be told yet, such as one of two asterisks at the end of a piece, is held back until it can, so the text never
/// waits for the end of its line. Marks that are not styled stay as they are.
#[derive(Debug, Default)]
pub(super) struct Markdown {
    /// The beginning of a line, as long as it may become a mark; afterwards asterisks or backticks.
    held: String,
    is_in_line: bool,
    is_fence: bool,
    is_heading: bool,
    is_bold: bool,
    is_code: bool,
}

impl Markdown {
    pub(super) fn push(&mut self, piece: &str, out: &mut String) {
        for c in piece.chars() {
            self.step(c, out);
        }
    }

    /// What was held back, and the end of every style.
    pub(super) fn finish(&mut self, out: &mut String) {
        self.begin_line(out);
        self.flush_marks(out);
        if self.is_heading || self.is_bold || self.is_code || self.is_fence {
            out.push_str(RESET);
        }
        *self = Self::default();
    }

    fn step(&mut self, c: char, out: &mut String) {
        if !self.is_in_line {
            if c != '\n' && may_begin(&self.held, c) {
                self.held.push(c);
                return;
            }
            self.begin_line(out);
        }
        if c == '\n' {
            self.end_line(out);
        } else if self.is_fence || !matches!(c, '*' | '`') {
            self.flush_marks(out);
            out.push(c);
        } else {
            if self.held.chars().next().is_some_and(|first| first != c) {
                self.flush_marks(out);
            }
            self.held.push(c);
            if self.held == "**" && !self.is_code {
                self.held.clear();
                self.is_bold = !self.is_bold;
                self.restyle(out);
            }
        }
    }

    /// The mark that a line began with, if it was one.
    fn begin_line(&mut self, out: &mut String) {
        if std::mem::replace(&mut self.is_in_line, true) {
            return;
        }
        let held = std::mem::take(&mut self.held);
        let text = held.trim_start();
        let indent = held.len() - text.len();
        let mark = text.trim_end();
        if mark.starts_with("```") {
            self.is_fence = !self.is_fence;
            out.push_str(DIM);
            out.push_str(&held);
            if !self.is_fence {
                out.push_str(RESET);
            }
        } else if self.is_fence {
            out.push_str(&held);
        } else if !mark.is_empty() && mark.bytes().all(|byte| byte == b'#') && text != mark {
            self.is_heading = true;
            out.push_str(BOLD);
        } else if matches!(mark, "-" | "*" | "+") && text != mark {
            out.push_str(&" ".repeat(indent));
            out.push_str("• ");
        } else if mark == ">" && text != mark {
            out.push_str("│ ");
        } else {
            // Marks in the line, such as the first of two asterisks, are told from those of the line only now.
            for c in held.chars() {
                self.step(c, out);
            }
        }
    }

    fn end_line(&mut self, out: &mut String) {
        self.flush_marks(out);
        let was_styled = self.is_heading || self.is_bold || self.is_code;
        (self.is_heading, self.is_bold, self.is_code) = (false, false, false);
        if was_styled {
            out.push_str(RESET);
            if self.is_fence {
                out.push_str(DIM);
            }
        }
        out.push('\n');
        self.is_in_line = false;
    }

    /// Asterisks and backticks that turned out to be no pair of asterisks.
    fn flush_marks(&mut self, out: &mut String) {
        let held = std::mem::take(&mut self.held);
        if held.starts_with('`') && held.len() == 1 {
            self.is_code = !self.is_code;
            self.restyle(out);
        } else {
            out.push_str(&held);
        }
    }

    fn restyle(&self, out: &mut String) {
        out.push_str(RESET);
        if self.is_bold || self.is_heading {
            out.push_str(BOLD);
        }
        if self.is_code {
            out.push_str(CODE);
        }
    }
}

/// Whether the beginning of a line with one more character may still be a mark, or is one that goes on.
fn may_begin(held: &str, c: char) -> bool {
    let text = held.trim_start();
    if text.is_empty() {
        return matches!(c, ' ' | '\t' | '#' | '-' | '*' | '+' | '>' | '`');
    }
    // A blank after the mark is a part of it, and its end.
    if text.ends_with(' ') {
        return false;
    }
    match text.chars().next() {
        Some('#') => c == '#' || c == ' ',
        Some('`') => c == '`',
        _ => c == ' ',
    }
}

const BOLD: &str = "\u{1b}[1m";
const DIM: &str = "\u{1b}[2m";
/// Cyan is legible on dark and on light backgrounds.
const CODE: &str = "\u{1b}[36m";
const RESET: &str = "\u{1b}[0m";

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with readable styles, the same however it is cut into pieces.
    #[track_caller]
    fn styled(text: &str) -> String {
        let render = |pieces: &[&str]| {
            let (mut markdown, mut out) = (Markdown::default(), String::new());
            for piece in pieces {
                markdown.push(piece, &mut out);
            }
            markdown.finish(&mut out);
            out
        };
        let whole = render(&[text]);
        for (at, _) in text.char_indices() {
            assert_eq!(render(&[&text[..at], &text[at..]]), whole, "cut at {at}");
        }
        whole.replace(BOLD, "<b>").replace(DIM, "<d>").replace(CODE, "<c>").replace(RESET, "<>")
    }

    #[test]
    fn marks_become_styles() {
        assert_eq!(styled("a **b** c\n"), "a <><b>b<> c\n");
        assert_eq!(styled("# Title\ntext\n"), "<b>Title<>\ntext\n");
        assert_eq!(styled("run `ls -l` now"), "run <><c>ls -l<> now");
        assert_eq!(styled("- one\n  * two\n+ three"), "• one\n  • two\n• three");
        assert_eq!(styled("> said"), "│ said");
        assert_eq!(styled("**`x`**"), "<><b><><b><c>x<><b><>");
    }

    #[test]
    fn code_blocks_stay_as_they_are() {
        assert_eq!(
            styled("```sh\n# **no** `title`\n- x\n```\nafter **b**\n"),
            "<d>```sh\n# **no** `title`\n- x\n<d>```<>\nafter <><b>b<>\n"
        );
    }

    #[test]
    fn what_is_no_mark_stays_as_it_is() {
        for text in
            ["2 * 3 = 6\n", "a_b_c", "#hash\n", "-5 degrees", "--- x", "1. one", "a ``b`` c"]
        {
            assert_eq!(styled(text), text, "{text}");
        }
    }

    #[test]
    fn a_style_that_is_not_closed_ends_with_its_line() {
        assert_eq!(styled("a **b\nc"), "a <><b>b<>\nc");
        assert_eq!(styled("a `b\nc"), "a <><c>b<>\nc");
    }
}
