//! What is wrong with a configuration, and where.

use std::fmt;

/// A configuration that cannot be used. The message names the place in the file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ConfigError {
    /// The included file, if it is in one.
    pub(super) file: Option<String>,
    pub(super) path: Option<String>,
    pub(super) position: Option<(u64, u64)>,
    pub(super) message: String,
}

impl ConfigError {
    pub(super) fn at(path: &str, position: (u64, u64), message: impl Into<String>) -> Self {
        Self {
            file: None,
            path: Some(path.to_owned()),
            position: Some(position).filter(|(line, _)| *line > 0),
            message: message.into(),
        }
    }

    pub(super) fn within(mut self, file: &str) -> Self {
        self.file.get_or_insert_with(|| file.to_owned());
        self
    }

    /// The line, counted from 1; `None` if the error is not in the file.
    #[must_use]
    pub fn line(&self) -> Option<u64> {
        self.position.map(|(line, _)| line)
    }

    /// The column, counted from 1.
    #[must_use]
    pub fn column(&self) -> Option<u64> {
        self.position.map(|(_, column)| column)
    }

    /// The key, such as `model_list[0].litellm_params.rpm`; `None` if the text is not YAML.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}: ")?;
        }
        if let Some((line, column)) = self.position {
            write!(f, "line {line}, column {column}: ")?;
        }
        if let Some(path) = &self.path {
            write!(f, "{path}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for ConfigError {}

/// Something in a configuration that has no effect, or not the one that it seems to have.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ConfigWarning {
    path: String,
    message: String,
}

impl ConfigWarning {
    pub(super) fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }

    pub(super) fn move_to(&mut self, path: String) {
        self.path = path;
    }

    /// The key, such as `litellm_settings.callbacks`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl fmt::Display for ConfigWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}
