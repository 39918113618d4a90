//! Files that include others: their lists go on where those of the first end, and their other sections replace its own, as LiteLLM
//! has it.

use std::ops::Range;
use std::path::{Path, PathBuf};

use locus::Env;

use super::error::{ConfigError, ConfigWarning};
use super::file::{self, File, Scalar};
use super::value::Reader;
use super::vars::Vars;

/// Where the parts of a configuration come from that has several files.
#[derive(Debug, Default)]
pub(super) struct Sources(Vec<Source>);

#[derive(Debug)]
struct Source {
    file: String,
    /// The list and which of its entries are from there; all of a section that is no list.
    section: &'static str,
    entries: Range<usize>,
}

/// Reads a file and what it includes, each file once.
pub(super) fn read(path: &Path, env: &Env) -> Result<(File, Vec<String>, Sources), ConfigError> {
    let (mut all, mut unknown) = file::read(&text(path)?)?;
    let mut sources = Sources::default();
    let mut seen = vec![path.to_owned()];
    let mut open = included(path, all.include.as_deref(), env)?;
    open.reverse();
    while let Some(path) = open.pop() {
        if seen.contains(&path) {
            continue;
        }
        let name = path.display().to_string();
        let within = |error: ConfigError| error.within(&name);
        let (next, more) = text(&path).and_then(|text| file::read(&text)).map_err(within)?;
        let mut below = included(&path, next.include.as_deref(), env).map_err(within)?;
        below.reverse();
        open.extend(below);
        seen.push(path);
        let before = all.model_list.as_deref().map_or(0, <[_]>::len);
        unknown.extend(more.into_iter().map(|path| moved(&path, before)));
        sources.merge(&mut all, next, &name);
    }
    Ok((all, unknown, sources))
}

fn text(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|error| ConfigError {
        file: None,
        path: None,
        position: None,
        message: format!("cannot be read: {error}"),
    })
}

/// The files that a file names, as seen from it.
fn included(path: &Path, names: Option<&[Scalar]>, env: &Env) -> Result<Vec<PathBuf>, ConfigError> {
    let vars = Vars::new(env.clone());
    let reader = Reader::new(&vars);
    let folder = path.parent().unwrap_or_else(|| Path::new(""));
    let mut paths = Vec::new();
    for (at, name) in names.into_iter().flatten().enumerate() {
        let name = reader.required_reference(&format!("include[{at}]"), Some(name))?;
        paths.extend(name.map(|name| folder.join(name)));
    }
    Ok(paths)
}

/// The path of a key of an included file in the list that all files make together.
fn moved(path: &str, before: usize) -> String {
    let moved = path.strip_prefix("model_list[").and_then(|rest| {
        let (at, rest) = rest.split_once(']')?;
        let at = at.parse::<usize>().ok()? + before;
        Some(format!("model_list[{at}]{rest}"))
    });
    moved.unwrap_or_else(|| path.to_owned())
}

impl Sources {
    fn merge(&mut self, all: &mut File, next: File, file: &str) {
        let mut note = |section, entries| {
            self.0.push(Source { file: file.to_owned(), section, entries });
        };
        if let Some(more) = next.model_list {
            let list = all.model_list.get_or_insert_default();
            note("model_list", list.len()..list.len() + more.len());
            list.extend(more);
        }
        all.credential_list
            .get_or_insert_default()
            .extend(next.credential_list.into_iter().flatten());
        fn replace<T>(slot: &mut Option<T>, with: Option<T>) -> bool {
            let is_there = with.is_some();
            if is_there {
                *slot = with;
            }
            is_there
        }
        if replace(&mut all.litellm_settings, next.litellm_settings) {
            note("litellm_settings", 0..0);
        }
        if replace(&mut all.router_settings, next.router_settings) {
            note("router_settings", 0..0);
        }
        if replace(&mut all.general_settings, next.general_settings) {
            note("general_settings", 0..0);
        }
        replace(&mut all.environment_variables, next.environment_variables);
    }

    /// The file of a key, and its path there.
    fn find(&self, path: &str) -> Option<(&str, String)> {
        let entry = path.strip_prefix("model_list[").and_then(|rest| rest.split_once(']'));
        let entry = entry.and_then(|(at, rest)| Some((at.parse::<usize>().ok()?, rest)));
        // The last one to replace a section is the one that counts.
        self.0.iter().rev().find_map(|source| match entry {
            Some((at, rest)) if source.section == "model_list" && source.entries.contains(&at) => {
                Some((&*source.file, format!("model_list[{}]{rest}", at - source.entries.start)))
            }
            Some(_) => None,
            None => {
                let rest = path.strip_prefix(source.section)?;
                let is_below = rest.is_empty() || rest.starts_with('.');
                is_below.then(|| (&*source.file, path.to_owned()))
            }
        })
    }

    /// Says in which file something is wrong.
    pub(super) fn place(&self, mut error: ConfigError) -> ConfigError {
        let found = error.path.as_deref().and_then(|path| self.find(path));
        if let Some((file, path)) = found {
            error.path = Some(path);
            error.file = Some(file.to_owned());
        }
        error
    }

    pub(super) fn place_warning(&self, warning: &mut ConfigWarning) {
        if let Some((file, path)) = self.find(warning.path()) {
            warning.move_to(format!("{file}: {path}"));
        }
    }
}
