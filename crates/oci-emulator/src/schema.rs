//! Checking JSON against small static tables, which say what the service takes.

use serde_json::{Map, Value};

/// What a value may be.
#[derive(Debug)]
pub(crate) enum Kind {
    /// Anything.
    Any,
    /// `true` or `false`.
    Bool,
    /// One of several kinds, with words for all of them.
    Either(&'static str, &'static [Self]),
    /// A whole number from the first to the second.
    Integer(i64, i64),
    /// An array of one kind, with at least this many elements.
    List(usize, &'static Self),
    /// An object with any fields, whose values are of one kind.
    Map(&'static Self),
    /// A number from the first to the second.
    Number(f64, f64),
    /// An object with these fields, and possibly others.
    Open(&'static [Field]),
    /// An object with these fields and no others.
    Strict(&'static [Field]),
    /// An object whose field of the given name decides which other fields it has.
    Tagged(&'static str, &'static [(&'static str, Self)]),
    /// A string.
    Text,
    /// One of these strings.
    Word(&'static [&'static str]),
}

/// A field of an object; one that is not required may also be `null`.
#[derive(Debug)]
pub(crate) struct Field {
    name: &'static str,
    required: bool,
    kind: Kind,
}

/// A field that must be there.
pub(crate) const fn required(name: &'static str, kind: Kind) -> Field {
    Field { name, required: true, kind }
}

/// A field that may be left out.
pub(crate) const fn optional(name: &'static str, kind: Kind) -> Field {
    Field { name, required: false, kind }
}

/// The first thing in a document that is not as it should be.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Problem {
    /// Where, for instance `messages[0].content`; empty for the document itself.
    pub(crate) path: String,
    /// What is wrong there.
    pub(crate) fault: ProblemKind,
}

/// What can be wrong with a value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum ProblemKind {
    /// A required field is not there.
    Missing,
    /// The value is of the right type but not allowed; what is.
    Range(String),
    /// The value is of the wrong type; the right one.
    Type(String),
    /// Nobody knows a field of this name.
    Unknown,
}

/// Checks `value`, which stands at `path`.
pub(crate) fn check(value: &Value, kind: &Kind, path: &str) -> Result<(), Problem> {
    let wrong = |expected: &str| problem(path, ProblemKind::Type(expected.to_owned()));
    match kind {
        Kind::Any => Ok(()),
        Kind::Bool => value.as_bool().map(drop).ok_or_else(|| wrong("a boolean")),
        Kind::Text => value.as_str().map(drop).ok_or_else(|| wrong("a string")),
        Kind::Word(words) => {
            let word = value.as_str().ok_or_else(|| wrong("a string"))?;
            if words.contains(&word) { Ok(()) } else { Err(range(path, &words.join(", "))) }
        }
        Kind::Integer(least, most) => {
            let number = value.as_i64().ok_or_else(|| wrong("an integer"))?;
            in_range((least..=most).contains(&&number), path, least, most)
        }
        Kind::Number(least, most) => {
            let number = value.as_f64().ok_or_else(|| wrong("a number"))?;
            in_range((least..=most).contains(&&number), path, least, most)
        }
        Kind::List(least, element) => {
            let list = value.as_array().ok_or_else(|| wrong("an array"))?;
            if list.len() < *least {
                return Err(range(path, &format!("at least {least} elements")));
            }
            list.iter()
                .enumerate()
                .try_for_each(|(index, value)| check(value, element, &format!("{path}[{index}]")))
        }
        Kind::Map(kind) => {
            let object = value.as_object().ok_or_else(|| wrong("an object"))?;
            object.iter().try_for_each(|(name, value)| check(value, kind, &join(path, name)))
        }
        Kind::Open(fields) => {
            check_fields(value.as_object().ok_or_else(|| wrong("an object"))?, fields, path)
        }
        Kind::Strict(fields) => {
            let object = value.as_object().ok_or_else(|| wrong("an object"))?;
            match object.keys().find(|key| !fields.iter().any(|field| field.name == *key)) {
                Some(key) => Err(problem(&join(path, key), ProblemKind::Unknown)),
                None => check_fields(object, fields, path),
            }
        }
        Kind::Tagged(tag, variants) => {
            let object = value.as_object().ok_or_else(|| wrong("an object"))?;
            let path_of_tag = join(path, tag);
            let tag =
                object.get(*tag).ok_or_else(|| problem(&path_of_tag, ProblemKind::Missing))?;
            let words = || variants.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
            let tag = tag
                .as_str()
                .ok_or_else(|| problem(&path_of_tag, ProblemKind::Type("a string".to_owned())))?;
            let (_, kind) = variants
                .iter()
                .find(|(word, _)| *word == tag)
                .ok_or_else(|| range(&path_of_tag, &words()))?;
            check(value, kind, path)
        }
        Kind::Either(words, kinds) => {
            let mut found = wrong(words);
            for kind in *kinds {
                match check(value, kind, path) {
                    Ok(()) => return Ok(()),
                    // A problem further in, or with the value itself, tells more than "neither".
                    Err(problem) if problem.path != path || problem.is_range() => found = problem,
                    Err(_) => {}
                }
            }
            Err(found)
        }
    }
}

impl Problem {
    fn is_range(&self) -> bool {
        matches!(self.fault, ProblemKind::Range(_))
    }
}

fn check_fields(object: &Map<String, Value>, fields: &[Field], path: &str) -> Result<(), Problem> {
    for field in fields {
        let path = join(path, field.name);
        match object.get(field.name) {
            None if field.required => return Err(problem(&path, ProblemKind::Missing)),
            None => {}
            Some(Value::Null) if !field.required => {}
            Some(value) => check(value, &field.kind, &path)?,
        }
    }
    Ok(())
}

fn in_range(
    inside: bool,
    path: &str,
    least: &impl ToString,
    most: &impl ToString,
) -> Result<(), Problem> {
    if inside {
        return Ok(());
    }
    Err(range(path, &format!("from {} to {}", least.to_string(), most.to_string())))
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn range(path: &str, expected: &str) -> Problem {
    problem(path, ProblemKind::Range(expected.to_owned()))
}

fn problem(path: &str, fault: ProblemKind) -> Problem {
    Problem { path: path.to_owned(), fault }
}
