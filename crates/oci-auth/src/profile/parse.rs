//! The grammar of the configuration file, after Python's `configparser` without interpolation.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::{ConfigFile, DEFAULT_PROFILE, Entry, ProfileError, Section};

pub(super) fn parse(bytes: &[u8]) -> Result<ConfigFile, ProfileError> {
    let text = str::from_utf8(bytes).map_err(|error| {
        let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
        ProfileError::NotText { line: 1 + valid.iter().filter(|byte| **byte == b'\n').count() }
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // Python reads text files with any of the three line ends.
    let text = Zeroizing::new(text.replace("\r\n", "\n").replace('\r', "\n"));
    let mut reader = Reader::default();
    for (index, line) in text.split('\n').enumerate() {
        reader.line(index + 1, line.trim_end_matches(is_blank))?;
    }
    Ok(ConfigFile { sections: reader.sections })
}

/// What `str.strip` of Python takes away.
fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || ('\x1c'..='\x1f').contains(&letter)
}

#[derive(Default)]
struct Reader {
    sections: Vec<Section>,
    /// The section that entries go into.
    current: usize,
    open: Option<Open>,
}

/// The key whose value may go on in an indented line.
struct Open {
    key: String,
    /// How far the key was indented.
    indent: usize,
    /// Blank lines since, which belong to the value if it goes on.
    blanks: usize,
}

impl Reader {
    fn line(&mut self, number: usize, line: &str) -> Result<(), ProfileError> {
        let content = line.trim_start_matches(is_blank);
        if content.starts_with(['#', ';']) {
            return Ok(());
        }
        if content.is_empty() {
            if let Some(open) = &mut self.open {
                open.blanks += 1;
            }
            return Ok(());
        }
        let indent = line.len() - content.len();
        if self.continues(indent, content) {
            return Ok(());
        }
        self.open = None;
        match section_name(content) {
            Some(name) => self.section(number, name),
            None => self.entry(number, indent, content),
        }
    }

    /// Appends a line that is indented deeper than the open key to its value.
    fn continues(&mut self, indent: usize, content: &str) -> bool {
        let Some(open) = self.open.as_mut().filter(|open| indent > open.indent) else {
            return false;
        };
        let section = self.sections.get_mut(self.current);
        let Some(entry) = section.and_then(|section| section.entries.get_mut(&open.key)) else {
            return false;
        };
        for _ in 0..=std::mem::take(&mut open.blanks) {
            entry.value.push('\n');
        }
        entry.value.push_str(content);
        true
    }

    fn section(&mut self, line: usize, name: &str) -> Result<(), ProfileError> {
        if let Some(index) = self.sections.iter().position(|section| section.name == name) {
            // `configparser` lets the one section that all others inherit from be opened again.
            self.current = index;
            let again = name == DEFAULT_PROFILE;
            return if again {
                Ok(())
            } else {
                Err(ProfileError::DuplicateProfile { line, profile: name.to_owned() })
            };
        }
        self.current = self.sections.len();
        self.sections.push(Section { name: name.to_owned(), entries: BTreeMap::new() });
        Ok(())
    }

    fn entry(&mut self, line: usize, indent: usize, content: &str) -> Result<(), ProfileError> {
        let section =
            self.sections.get_mut(self.current).ok_or(ProfileError::NoSection { line })?;
        let (key, value) = content.split_once(['=', ':']).ok_or(ProfileError::Syntax { line })?;
        let key = key.trim_end_matches(is_blank).to_lowercase();
        if key.is_empty() {
            return Err(ProfileError::Syntax { line });
        }
        if key == "key_content" {
            return Err(ProfileError::KeyContent { line });
        }
        let entry = Entry { value: value.trim_matches(is_blank).to_owned().into(), line };
        if section.entries.insert(key.clone(), entry).is_some() {
            return Err(ProfileError::DuplicateKey { line, key, profile: section.name.clone() });
        }
        self.open = Some(Open { key, indent, blanks: 0 });
        Ok(())
    }
}

/// The name in `[name]`; as in `configparser`, text after the last bracket is ignored.
fn section_name(content: &str) -> Option<&str> {
    let inner = content.strip_prefix('[')?;
    let name = inner.get(..inner.rfind(']')?)?.trim();
    (!name.is_empty()).then_some(name)
}
