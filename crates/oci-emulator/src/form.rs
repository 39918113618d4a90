//! Uploads: bodies of the type `multipart/form-data`, by RFC 7578 and RFC 2046 section 5.1.
//!
//! The reader looks at the bytes as they pass and notes where each part lies, so that a file need neither be
//! held nor copied.

use std::ops::Range;

use memchr::memmem;

use crate::content::Content;

/// The parts of a form, in their order.
#[derive(Clone, Debug)]
pub(crate) struct Form(Vec<Part>);

/// One part of a form.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// The name of the field.
    pub(crate) name: String,
    /// The name of the file, if it is one.
    pub(crate) file_name: Option<String>,
    /// The value of the field, or the file.
    pub(crate) content: Content,
}

/// What is wrong with a form, in words for whoever sent it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Malformed(pub(crate) &'static str);

impl Form {
    /// The first part of a name.
    pub(crate) fn part(&self, name: &str) -> Option<&Part> {
        self.0.iter().find(|part| part.name == name)
    }

    /// The text of a field that is no file; `None` also for one that is too long to be a text.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        let part = self.part(name).filter(|part| part.content.len() <= MAX_FIELD)?;
        String::from_utf8(part.content.read().ok()?.to_vec()).ok()
    }
}

/// Finds the parts of a form as it arrives.
#[derive(Debug)]
pub(crate) struct FormReader {
    /// What stands before each part but the first: line feed and boundary.
    delimiter: Vec<u8>,
    /// The bytes that were not yet understood.
    window: Vec<u8>,
    /// Where the window begins, counted from [`SHIFT`] bytes before the body.
    start: u64,
    state: State,
    parts: Vec<(Head, Range<u64>)>,
}

/// What the window begins with.
#[derive(Debug)]
enum State {
    /// Anything before the first delimiter, which is to be ignored.
    Preamble,
    /// What follows a delimiter.
    Delimited,
    /// The head of a part.
    Head,
    /// The content of a part, and where it began.
    Content(Head, u64),
    /// Anything after the last delimiter, which is to be ignored.
    End,
    Malformed(Malformed),
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct Head {
    name: String,
    file_name: Option<String>,
}

impl FormReader {
    /// A reader for the boundary that a content type names.
    pub(crate) fn new(content_type: Option<&str>) -> Self {
        let boundary = content_type.and_then(|kind| parameter(kind, "boundary"));
        let (boundary, state) = match boundary {
            Some(boundary) if (1..=70).contains(&boundary.len()) => (boundary, State::Preamble),
            _ => {
                (String::new(), State::Malformed(Malformed("expected a boundary in content-type")))
            }
        };
        // The first delimiter may be the very beginning, where its line feed is left out.
        let (delimiter, window) = (format!("\r\n--{boundary}").into_bytes(), b"\r\n".to_vec());
        Self { delimiter, window, start: 0, state, parts: Vec::new() }
    }

    /// Looks at the next bytes.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        if matches!(self.state, State::End | State::Malformed(_)) {
            return;
        }
        self.window.extend_from_slice(bytes);
        while self.step() {}
    }

    /// The parts of a form that has ended; `body` is all of it.
    pub(crate) fn finish(self, body: &Content) -> Result<Form, Malformed> {
        match self.state {
            State::End => {}
            State::Malformed(malformed) => return Err(malformed),
            _ => return Err(Malformed("the form ends without its last boundary")),
        }
        let part = |(head, range): (Head, Range<u64>)| Part {
            name: head.name,
            file_name: head.file_name,
            content: body.slice(range),
        };
        Ok(Form(self.parts.into_iter().map(part).collect()))
    }

    /// Goes one state further; false if that needs more bytes.
    fn step(&mut self) -> bool {
        match &self.state {
            State::Preamble | State::Content(..) => {
                let Some(at) = memmem::find(&self.window, &self.delimiter) else {
                    // A delimiter may have begun in the last bytes.
                    let keep = self.delimiter.len() - 1;
                    self.drop_first(self.window.len().saturating_sub(keep));
                    return false;
                };
                let end = (self.start + at as u64).saturating_sub(SHIFT);
                if let State::Content(head, start) = &self.state {
                    self.parts.push((head.clone(), *start..end));
                }
                self.drop_first(at + self.delimiter.len());
                self.state = State::Delimited;
                true
            }
            State::Delimited => {
                let Some(next) = self.window.get(..2) else { return false };
                self.state = match next {
                    b"--" => State::End,
                    b"\r\n" => State::Head,
                    _ => State::Malformed(Malformed("expected the end of a line after a boundary")),
                };
                // The head begins with this line feed, so that an empty one ends like any other.
                !matches!(self.state, State::End | State::Malformed(_))
            }
            State::Head => {
                let Some(at) = memmem::find(&self.window, b"\r\n\r\n") else {
                    if self.window.len() > MAX_HEAD {
                        self.state = State::Malformed(Malformed("the head of a part is too long"));
                    }
                    return false;
                };
                let head = Head::parse(self.window.get(..at).unwrap_or_default());
                self.drop_first(at + 4);
                self.state = match head {
                    Ok(_) if self.parts.len() >= MAX_PARTS => {
                        State::Malformed(Malformed("the form has too many parts"))
                    }
                    Ok(head) => {
                        let start = self.start.saturating_sub(SHIFT);
                        // A part without a body ends in the line feed that was the end of its head.
                        self.restore_line_feed();
                        State::Content(head, start)
                    }
                    Err(malformed) => State::Malformed(malformed),
                };
                !matches!(self.state, State::Malformed(_))
            }
            State::End | State::Malformed(_) => false,
        }
    }

    fn drop_first(&mut self, bytes: usize) {
        self.window.drain(..bytes.min(self.window.len()));
        self.start += bytes as u64;
    }

    fn restore_line_feed(&mut self) {
        self.window.splice(..0, *b"\r\n");
        self.start -= SHIFT;
    }
}

impl Head {
    fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let text = String::from_utf8_lossy(bytes);
        let mut lines = text.split("\r\n").filter_map(|line| line.split_once(':'));
        let disposition = lines
            .find(|(name, _)| name.eq_ignore_ascii_case("content-disposition"))
            .map(|(_, value)| value)
            .filter(|value| {
                let kind = value.split(';').next().map_or("", str::trim);
                kind.eq_ignore_ascii_case("form-data")
            })
            .ok_or(Malformed("expected content-disposition: form-data in each part"))?;
        let name = parameter(disposition, "name")
            .ok_or(Malformed("expected a name in each content-disposition"))?;
        Ok(Self { name, file_name: parameter(disposition, "filename") })
    }
}

/// A parameter of a header, with or without quotation marks.
fn parameter(header: &str, wanted: &str) -> Option<String> {
    let (_, mut rest) = header.split_once(';')?;
    loop {
        let (name, after) = rest.split_once('=')?;
        let is_wanted = name.trim().eq_ignore_ascii_case(wanted);
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => unquoted(quoted)?,
            None => {
                let (value, after) = after.split_once(';').unwrap_or((after, ""));
                (value.trim().to_owned(), after)
            }
        };
        if is_wanted {
            return Some(value);
        }
        rest = after.trim_start().trim_start_matches(';');
    }
}

/// What stands before the closing quotation mark, and what after it.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, text.get(at + 1..)?)),
            '\\' => value.push(letters.next()?.1),
            _ => value.push(letter),
        }
    }
    None
}

/// The window begins with a line feed that stands before the first byte of the body.
const SHIFT: u64 = 2;

/// More is no head that any client sends.
const MAX_HEAD: usize = 8 * 1024;

/// The longest field that is read as a text.
const MAX_FIELD: u64 = 64 * 1024;

/// As many parts as nobody needs.
const MAX_PARTS: usize = 64;

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    /// Name, name of the file, content.
    type Expected<'a> = (&'a str, Option<&'a str>, &'a str);

    /// The parts of a body, read in pieces of every size.
    #[track_caller]
    fn check(body: &str, expected: Result<&[Expected<'_>], &'static str>) {
        for size in [1, 2, 3, 7, 64, 1000] {
            let mut reader = FormReader::new(Some("multipart/form-data; boundary=\"b o\""));
            body.as_bytes().chunks(size).for_each(|piece| reader.push(piece));
            let content = Content::in_memory(Bytes::copy_from_slice(body.as_bytes()));
            let form = reader.finish(&content).map_err(|malformed| malformed.0);
            let found = form.map(|form| {
                let text = |part: &Part| part.content.read().unwrap();
                let part = |part: &Part| (part.name.clone(), part.file_name.clone(), text(part));
                form.0.iter().map(part).collect::<Vec<_>>()
            });
            let expected = expected.map(|parts| {
                let part = |(name, file, text): &(&str, Option<&str>, &str)| {
                    let text = Bytes::copy_from_slice(text.as_bytes());
                    ((*name).to_owned(), file.map(str::to_owned), text)
                };
                parts.iter().map(part).collect::<Vec<_>>()
            });
            assert_eq!(found, expected, "in pieces of {size}");
        }
    }

    #[test]
    fn forms_in_pieces_of_every_size() {
        let field = "content-disposition: form-data; name=\"purpose\"";
        let file = "Content-Type: text/plain\r\nContent-Disposition: form-data; name=file; filename=\"a \\\"b\\\".txt\"";
        let body = format!(
            "--b o\r\n{field}\r\n\r\nuser_data\r\n--b o\r\n{file}\r\n\r\nx\r\n--b \r\n\r\n--b o--\r\n"
        );
        let parts =
            [("purpose", None, "user_data"), ("file", Some("a \"b\".txt"), "x\r\n--b \r\n")];
        check(&body, Ok(&parts));
        check(&format!("preamble\r\n{body}epilogue"), Ok(&parts));
        check(&format!("--b o\r\n{field}\r\n\r\n\r\n--b o--"), Ok(&[("purpose", None, "")]));
        check("--b o--", Ok(&[]));
    }

    #[test]
    fn what_is_no_form() {
        let field = "content-disposition: form-data; name=\"purpose\"";
        let open = "the form ends without its last boundary";
        check("", Err(open));
        check(&format!("--b o\r\n{field}\r\n\r\nuser_data\r\n--b o"), Err(open));
        check(&format!("--b o\r\n{field}\r\n\r\nuser_data\r\n--b o\r\n"), Err(open));
        check("--b oxy", Err("expected the end of a line after a boundary"));
        check(
            "--b o\r\n\r\nx\r\n--b o--",
            Err("expected content-disposition: form-data in each part"),
        );
        check(
            "--b o\r\ncontent-disposition: form-data\r\n\r\nx\r\n--b o--",
            Err("expected a name in each content-disposition"),
        );
        check(&format!("--b o\r\n{}", "a".repeat(9000)), Err("the head of a part is too long"));
        let none =
            FormReader::new(Some("multipart/form-data")).finish(&Content::in_memory(Bytes::new()));
        assert_eq!(none.unwrap_err(), Malformed("expected a boundary in content-type"));
    }
}
