//! Profiles of the configuration file that the official SDKs and the command line share (`~/.oci/config`).

mod parse;

use std::collections::BTreeMap;
use std::fmt;

use zeroize::Zeroizing;

/// A configuration file: named profiles of `key = value` lines.
///
/// The grammar is that of the official Python SDK, which reads the file with `configparser`: keys in any letter case,
/// `=` or `:` between key and value, comments on lines of their own that start with `#` or `;`, indented continuation lines,
/// and every profile inherits from `[DEFAULT]`. Two things that SDK refuses are accepted because other official SDKs accept
/// them: a byte-order mark, and spaces inside the brackets of a profile's name.
///
/// ```
/// use oci_auth::ConfigFile;
///
/// let file = ConfigFile::parse(b"[DEFAULT]\nregion = us-chicago-1\n[WORK]\nuser = ocid1.user.oc1..aaaa\n")?;
/// let work = file.profile("WORK")?;
/// assert_eq!(work.get("user"), Some("ocid1.user.oc1..aaaa"));
/// assert_eq!(work.get("region"), Some("us-chicago-1"), "inherited from DEFAULT");
/// # Ok::<(), oci_auth::ProfileError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct ConfigFile {
    sections: Vec<Section>,
}

#[derive(Clone, Debug)]
struct Section {
    name: String,
    entries: BTreeMap<String, Entry>,
}

/// A value and where it stands. It may be a pass phrase, so it is overwritten when it is dropped.
#[derive(Clone)]
struct Entry {
    value: Zeroizing<String>,
    line: usize,
}

/// Shows where the value stands, never the value: it may be a pass phrase.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<line {}>", self.line)
    }
}

impl ConfigFile {
    /// Reads the bytes of a configuration file.
    ///
    /// # Errors
    /// [`ProfileError`] with the line number for anything that is not a profile name, an entry, a comment or a blank line,
    /// for text before the first profile, and for a profile or a key that is there twice.
    pub fn parse(bytes: &[u8]) -> Result<Self, ProfileError> {
        parse::parse(bytes)
    }

    /// The names of the profiles, in the order of the file.
    pub fn profile_names(&self) -> impl Iterator<Item = &str> {
        self.sections.iter().map(|section| section.name.as_str())
    }

    /// The profile of this name, with what it inherits from `[DEFAULT]`. Names are case-sensitive.
    ///
    /// # Errors
    /// [`ProfileError::NotFound`], which lists the names that the file has. A file without `[DEFAULT]` has no such profile
    /// either; the Python SDK returns an empty one there and complains about each missing key.
    pub fn profile(&self, name: &str) -> Result<Profile, ProfileError> {
        let own = self.section(name).ok_or_else(|| ProfileError::NotFound {
            name: name.to_owned(),
            known: self.profile_names().map(str::to_owned).collect(),
        })?;
        let inherited = self.section(DEFAULT_PROFILE).filter(|_| name != DEFAULT_PROFILE);
        let mut entries = inherited.map(|section| section.entries.clone()).unwrap_or_default();
        entries.extend(own.entries.iter().map(|(key, entry)| (key.clone(), entry.clone())));
        let own = own.entries.keys().cloned().collect();
        Ok(Profile { name: name.to_owned(), entries, own })
    }

    fn section(&self, name: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.name == name)
    }
}

/// One profile, inheritance from `[DEFAULT]` resolved.
#[derive(Clone, Debug)]
pub struct Profile {
    name: String,
    entries: BTreeMap<String, Entry>,
    own: Vec<String>,
}

impl Profile {
    /// The profile's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value of a key, written in lower case here; `None` if it is absent or empty.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.entries.get(key).map(|entry| entry.value.as_str()).filter(|value| !value.is_empty())
    }

    /// Whether the profile itself has the key, rather than inheriting it from `[DEFAULT]`.
    #[must_use]
    pub fn has_own(&self, key: &str) -> bool {
        self.own.iter().any(|own| own == key)
    }

    /// The line of the file on which the value of a key begins, counted from 1.
    #[must_use]
    pub fn line(&self, key: &str) -> Option<usize> {
        self.entries.get(key).map(|entry| entry.line)
    }

    /// The keys and values, sorted by key.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries.iter().map(|(key, entry)| (key.as_str(), entry.value.as_str()))
    }
}

/// A configuration file that cannot be used.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// A line is neither a profile's name, nor an entry, nor a comment.
    #[error("line {line}: expected `key = value`, a [profile] or a comment")]
    Syntax {
        /// The line, counted from 1.
        line: usize,
    },
    /// An entry stands before the first profile.
    #[error("line {line}: expected a [profile] before the first entry")]
    NoSection {
        /// The line, counted from 1.
        line: usize,
    },
    /// A key is there twice in one profile.
    #[error("line {line}: {key} is set twice in profile {profile}")]
    DuplicateKey {
        /// The line of the second one, counted from 1.
        line: usize,
        /// The key.
        key: String,
        /// The profile.
        profile: String,
    },
    /// A profile is there twice.
    #[error("line {line}: profile {profile} is there twice")]
    DuplicateProfile {
        /// The line of the second one, counted from 1.
        line: usize,
        /// The profile.
        profile: String,
    },
    /// A private key stands in the file itself, where the official SDKs refuse it too.
    #[error("line {line}: key_content is not allowed in a configuration file, use key_file")]
    KeyContent {
        /// The line, counted from 1.
        line: usize,
    },
    /// The file is not UTF-8.
    #[error("line {line}: not UTF-8 text")]
    NotText {
        /// The line, counted from 1.
        line: usize,
    },
    /// There is no such profile.
    #[error("no profile {name}, the file has {}", list(known))]
    NotFound {
        /// The name that was asked for.
        name: String,
        /// The names that the file has.
        known: Vec<String>,
    },
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "no profiles".to_owned() } else { names.join(", ") }
}

/// The profile that is used when none is named, and that every other one inherits from.
pub const DEFAULT_PROFILE: &str = "DEFAULT";
