//! The committed files, and just enough of Rust's grammar to tell code from comments and tests.

use std::path::Path;
use std::process::Command;

use cargo_metadata::{Metadata, Package};

use crate::process::{Result, read};

/// A committed text file.
pub(crate) struct File {
    /// Relative to the root, with `/` between the parts.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    pub(crate) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    pub(crate) fn is_fixture(&self) -> bool {
        self.path.starts_with("fixtures/")
    }
}

/// Every text file that is, or would be, committed; binary files are left out.
pub(crate) fn committed(root: &Path) -> Result<Vec<File>> {
    let mut files = Vec::new();
    for path in paths(root)? {
        // A file that was just removed is listed until the removal is committed.
        let Ok(bytes) = std::fs::read(root.join(&path)) else { continue };
        if let Ok(text) = String::from_utf8(bytes) {
            files.push(File { path, text });
        }
    }
    Ok(files)
}

/// The paths that git knows or would take; of a copy of the sources without git, all that is no build.
fn paths(root: &Path) -> Result<Vec<String>> {
    if !root.join(".git").exists() {
        let mut found = Vec::new();
        walk(root, "", &mut found)?;
        found.sort_unstable();
        return Ok(found);
    }
    let mut git = Command::new("git");
    git.current_dir(root).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let listed = read(&mut git)?;
    Ok(listed.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect())
}

fn walk(root: &Path, folder: &str, found: &mut Vec<String>) -> Result<()> {
    for entry in std::fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
        if !entry.file_type()?.is_dir() {
            found.push(path);
        } else if !matches!(name.as_str(), "target" | "__pycache__") {
            walk(root, &path, found)?;
        }
    }
    Ok(())
}

/// The folder of a package relative to the root, with a closing `/`.
pub(crate) fn folder(metadata: &Metadata, package: &Package) -> Option<String> {
    let folder = package.manifest_path.parent()?.strip_prefix(&metadata.workspace_root).ok()?;
    Some(format!("{folder}/"))
}

/// Whether a path holds nothing but tests, benchmarks or examples.
pub(crate) fn is_test(path: &str) -> bool {
    path.split('/').any(|part| matches!(part, "benches" | "examples" | "tests" | "tests.rs"))
}

/// Whether a text has `word`, not merely as a part of a longer name.
pub(crate) fn has_word(text: &str, word: &str) -> bool {
    let is_name = |character: char| character.is_alphanumeric() || character == '_';
    text.match_indices(word).any(|(at, _)| {
        let (before, rest) = text.split_at(at);
        let after = rest.strip_prefix(word).unwrap_or_default();
        !before.ends_with(is_name) && !after.starts_with(is_name)
    })
}

/// The code of a file without its inline test modules, and with comments, strings and characters
/// blanked.
pub(crate) fn product(source: &str) -> String {
    let masked = mask(source);
    let mut code = String::with_capacity(masked.len());
    let mut rest = masked.as_str();
    while let Some(at) = rest.find("#[cfg(") {
        let (before, from) = rest.split_at(at);
        code.push_str(before);
        let length = test_module_length(from).unwrap_or(1);
        let (module, tail) = from.split_at(length);
        if length == 1 {
            code.push_str(module);
        }
        rest = tail;
    }
    code.push_str(rest);
    code
}

/// Replaces comments, strings and character literals by blanks; line ends stay where they are.
pub(crate) fn mask(source: &str) -> String {
    let mut masked = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let hidden = hidden_length(rest);
        let length = hidden.unwrap_or_else(|| match name_length(rest) {
            0 => first.len_utf8(),
            length => length,
        });
        let (token, tail) = rest.split_at(length);
        if hidden.is_some() {
            masked.extend(token.chars().map(|found| if found == '\n' { '\n' } else { ' ' }));
        } else {
            masked.push_str(token);
        }
        rest = tail;
    }
    masked
}

/// The length of an inline test module that begins, with its attribute, at the start of `code`.
fn test_module_length(code: &str) -> Option<usize> {
    let (attribute, after) = code.split_once(']')?;
    if !has_word(attribute, "test") || attribute.contains("not(") {
        return None;
    }
    let mut head = after.trim_start();
    while head.starts_with("#[") {
        head = head.split_once(']')?.1.trim_start();
    }
    let (name, _) = head.strip_prefix("mod ")?.split_once('{')?;
    if name_length(name) != name.trim_end().len() {
        return None;
    }
    let mut depth = 0_usize;
    for (at, found) in code.char_indices() {
        match found {
            '{' => depth += 1,
            '}' if depth == 1 => return Some(at + 1),
            '}' => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    None
}

/// The length of the comment, string or character literal at the start of `rest`.
fn hidden_length(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(block_comment_length(rest));
    }
    let prefix = name_length(rest);
    let (name, literal) = rest.split_at(prefix);
    match literal.chars().next()? {
        '"' | '#' if matches!(name, "r" | "br" | "cr") => {
            let hashes = literal.len() - literal.trim_start_matches('#').len();
            let (fence, quoted) = literal.split_at(hashes);
            let inside = quoted.strip_prefix('"')?;
            let end = format!("\"{fence}");
            let length = inside.find(&end).map_or(inside.len(), |at| at + end.len());
            Some(prefix + hashes + 1 + length)
        }
        '"' if matches!(name, "" | "b" | "c") => Some(prefix + quoted_length(literal, '"')),
        '\'' if matches!(name, "" | "b") => {
            // `'a'` and `'\n'` are characters, `'a` is a lifetime.
            let mut inside = literal.chars().skip(1);
            let is_character = inside.next()? == '\\' || inside.next()? == '\'';
            is_character.then(|| prefix + quoted_length(literal, '\''))
        }
        _ => None,
    }
}

fn quoted_length(literal: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, found) in literal.char_indices().skip(1) {
        match found {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if found == quote => return at + 1,
            _ => {}
        }
    }
    literal.len()
}

fn block_comment_length(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(tail) = rest.get(at..) {
        if tail.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if tail.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            let Some(next) = tail.chars().next() else { break };
            at += next.len_utf8();
        }
    }
    rest.len()
}

fn name_length(rest: &str) -> usize {
    rest.find(|found: char| !found.is_alphanumeric() && found != '_').unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn masks(source: &str, expected: &str) {
        assert_eq!(mask(source), expected);
    }

    #[test]
    fn comments_strings_and_characters_are_blank() {
        masks("a // b\nc", "a     \nc");
        masks("a /* b /* c */ d */ e", "a                   e");
        masks(r#"f("}", x)"#, "f(   , x)");
        masks(r#"f("\"}", x)"#, "f(     , x)");
        masks("f(r#\"a\"}\"#, x)", "f(        , x)");
        masks("f(br\"\\\", x)", "f(     , x)");
        masks("f(b'{', '\\'', 'ü', b)", "f(    ,     ,    , b)");
        masks("\"a\nb\"", "  \n  ");
        masks("fn f<'a>(x: &'a str)", "fn f<'a>(x: &'a str)");
        masks("r#type + bar", "r#type + bar");
    }

    #[test]
    fn test_modules_are_no_product() {
        let source = "a\n#[cfg(test)]\nmod tests {\n  fn f() { \"}\" }\n}\nb";
        assert_eq!(product(source), "a\n\nb");
        let source = "a\n#[cfg(all(test, feature = \"x\"))]\n#[allow(y)]\nmod t { z }\nb";
        assert_eq!(product(source), "a\n\nb");
        for kept in [
            "#[cfg(test)]\nmod tests;\nb { }",
            "#[cfg(unix)] mod a { b }",
            "#[cfg(not(test))] mod a { b }",
        ] {
            assert_eq!(product(kept), kept);
        }
    }

    #[test]
    fn words_are_whole() {
        assert!(has_word("use pin_project::pin_project;", "pin_project"));
        assert!(!has_word("use pin_project_lite::x;", "pin_project"));
        assert!(!has_word("my_http", "http"));
    }
}
