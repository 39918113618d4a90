//! [`JsonEnd`]: whether text that comes in pieces is a whole JSON document yet.

/// Tells where a JSON object or list ends, looking at each byte once.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct JsonEnd {
    depth: usize,
    in_string: bool,
    is_escaped: bool,
    has_begun: bool,
}

impl JsonEnd {
    pub(crate) fn push(&mut self, text: &str) {
        for byte in text.bytes() {
            if self.in_string {
                match byte {
                    _ if self.is_escaped => self.is_escaped = false,
                    b'\\' => self.is_escaped = true,
                    b'"' => self.in_string = false,
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => {
                    self.depth += 1;
                    self.has_begun = true;
                }
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
    }

    pub(crate) fn is_whole(self) -> bool {
        self.has_begun && self.depth == 0 && !self.in_string
    }
}

#[cfg(test)]
mod tests {
    use super::JsonEnd;

    #[test]
    fn a_document_is_whole_at_its_last_bracket() {
        for (text, whole) in [
            ("", false),
            ("  ", false),
            ("{}", true),
            ("{", false),
            ("[1,[2]", false),
            ("[1,[2]] ", true),
            (r#"{"a":"}"#, false),
            (r#"{"a":"}\"}"}"#, true),
            (r#"{"a\\":"\\"}"#, true),
        ] {
            let mut end = JsonEnd::default();
            for piece in text.split_inclusive(|_| true) {
                end.push(piece);
            }
            assert_eq!(end.is_whole(), whole, "{text}");
        }
    }
}
