//! The environment as a value: variables and the home folder, read once and passed down.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

/// The environment variables and the home folder that configuration is read from.
///
/// Tests build one from pairs; a program takes [`Env::process`] once and passes it down, so that no code further in depends
/// on process-wide state. An empty variable counts as unset, as in the official command line.
///
/// ```
/// use oci_auth::Env;
///
/// let env = Env::from_pairs([("OCI_REGION", "us-chicago-1"), ("OCI_PROFILE", "")]);
/// assert_eq!(env.get("OCI_REGION")?, Some("us-chicago-1"));
/// assert_eq!(env.get("OCI_PROFILE")?, None);
/// # Ok::<(), oci_auth::EnvError>(())
/// ```
#[derive(Clone, Default)]
pub struct Env {
    variables: BTreeMap<OsString, OsString>,
    home: Option<PathBuf>,
}

impl Env {
    /// An environment that holds just these variables; the home folder is the variable `HOME`, if given.
    pub fn from_pairs<N, V>(pairs: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: Into<OsString>,
        V: Into<OsString>,
    {
        let variables: BTreeMap<OsString, OsString> =
            pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        let home =
            variables.get(OsStr::new("HOME")).filter(|home| !home.is_empty()).map(PathBuf::from);
        Self { variables, home }
    }

    /// A copy of the environment of this process.
    #[cfg(feature = "system")]
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the process environment"
    )]
    pub fn process() -> Self {
        Self { variables: std::env::vars_os().collect(), home: std::env::home_dir() }
    }

    /// The value of a variable; `None` if it is absent or empty.
    ///
    /// # Errors
    /// [`EnvError`] if the value is not UTF-8, since using a repaired value would hide what was set.
    pub fn get(&self, name: &str) -> Result<Option<&str>, EnvError> {
        match self.variables.get(OsStr::new(name)) {
            None => Ok(None),
            Some(value) if value.is_empty() => Ok(None),
            Some(value) => {
                value.to_str().map(Some).ok_or_else(|| EnvError { name: name.to_owned() })
            }
        }
    }

    /// The first of `names` that is set, with its value.
    ///
    /// # Errors
    /// [`EnvError`] if one that is looked at is not UTF-8.
    pub fn first<'n>(&self, names: &[&'n str]) -> Result<Option<(&'n str, &str)>, EnvError> {
        for name in names {
            if let Some(value) = self.get(name)? {
                return Ok(Some((name, value)));
            }
        }
        Ok(None)
    }

    /// The home folder, which `~` stands for.
    #[must_use]
    pub fn home(&self) -> Option<&Path> {
        self.home.as_deref()
    }

    /// Replaces a leading `~` or `~/` by the home folder; any other path is returned as it is.
    ///
    /// Variables inside the path are not expanded, as in the official SDKs.
    #[must_use]
    pub fn expand(&self, path: &str) -> PathBuf {
        match (path.strip_prefix('~'), &self.home) {
            (Some(""), Some(home)) => home.clone(),
            (Some(rest), Some(home)) if rest.starts_with(['/', '\\']) => {
                home.join(rest.trim_start_matches(['/', '\\']))
            }
            _ => PathBuf::from(path),
        }
    }
}

/// Shows the names of the variables only: a value may be a key or a pass phrase.
impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Env")
            .field("names", &self.variables.keys())
            .field("home", &self.home)
            .finish()
    }
}

/// An environment variable that is not UTF-8.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("environment variable {name} is not UTF-8 text")]
pub struct EnvError {
    name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tilde_stands_for_home_and_nothing_else_is_expanded() {
        let env = Env::from_pairs([("HOME", "/home/ada")]);
        for (given, expected) in [
            ("~", "/home/ada"),
            ("~/.oci/config", "/home/ada/.oci/config"),
            ("~ada/x", "~ada/x"),
            ("$HOME/x", "$HOME/x"),
            ("/etc/oci", "/etc/oci"),
            ("rel/~", "rel/~"),
        ] {
            assert_eq!(env.expand(given), PathBuf::from(expected), "{given}");
        }
    }

    #[test]
    fn debug_shows_names_and_no_values() {
        let shown = format!("{:?}", Env::from_pairs([("OCI_KEY", "hunter2")]));
        assert!(shown.contains("OCI_KEY") && !shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn the_first_name_that_is_set_wins() {
        let env = Env::from_pairs([("A", ""), ("B", "b"), ("C", "c")]);
        assert_eq!(env.first(&["A", "B", "C"]).unwrap(), Some(("B", "b")));
        assert_eq!(env.first(&["A"]).unwrap(), None);
    }
}
