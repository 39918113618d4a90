//! Scalars of the file as typed values, with references to variables followed.

use std::cell::RefCell;
use std::time::Duration;

use locus::auth::EnvError;

use super::advice::{UNKNOWN, advice};
use super::error::{ConfigError, ConfigWarning};
use super::file::Scalar;
use super::vars::{REFERENCE, Vars};

/// Reads scalars and collects warnings.
pub(super) struct Reader<'v> {
    vars: &'v Vars,
    warnings: RefCell<Vec<ConfigWarning>>,
}

impl<'v> Reader<'v> {
    pub(super) fn new(vars: &'v Vars) -> Self {
        Self { vars, warnings: RefCell::default() }
    }

    pub(super) fn into_warnings(self) -> Vec<ConfigWarning> {
        self.warnings.into_inner()
    }

    /// Notes a warning, once: some values are read for several reasons.
    pub(super) fn warn(&self, path: impl Into<String>, message: impl Into<String>) {
        let warning = ConfigWarning::new(path, message);
        let mut warnings = self.warnings.borrow_mut();
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }

    /// Notes the keys that nothing here reads. Those that begin with `x-` are by custom for anchors.
    pub(super) fn unknown(&self, paths: Vec<String>) {
        for path in paths.into_iter().filter(|path| !path.starts_with("x-")) {
            let words = advice(&path);
            // What LiteLLM does nothing about either, it tells who asks for it, and so does this gateway.
            if words != UNKNOWN || !path.contains("].model_info.") {
                self.warn(path, words);
            }
        }
    }

    /// A value without a word about what is wrong with it.
    pub(super) fn quietly(&self, scalar: &Scalar) -> Option<String> {
        match scalar.value.strip_prefix(REFERENCE) {
            None => Some(scalar.value.clone()),
            Some(name) => self.vars.get(name).ok().flatten().map(str::to_owned),
        }
    }

    /// The first variable that is set.
    pub(super) fn variable(&self, names: &[&str]) -> Result<Option<String>, ConfigError> {
        for name in names {
            if let Some(value) = self.vars.get(name).map_err(|error| no_text(&error))? {
                return Ok(Some(value.to_owned()));
            }
        }
        Ok(None)
    }

    /// A text; `None` if it is absent or empty, or names a variable that is not set, which is warned about.
    pub(super) fn text(
        &self,
        path: &str,
        scalar: Option<&Scalar>,
    ) -> Result<Option<String>, ConfigError> {
        scalar.map_or(Ok(None), |scalar| self.followed(path, &scalar.value))
    }

    /// The same of a text whose place is known otherwise.
    pub(super) fn followed(&self, path: &str, text: &str) -> Result<Option<String>, ConfigError> {
        let Some(name) = text.strip_prefix(REFERENCE) else {
            return Ok(Some(text.to_owned()).filter(|text| !text.is_empty()));
        };
        let value = self.vars.get(name).map_err(|error| no_text(&error))?;
        if value.is_none() {
            self.warn(path, format!("refers to the variable {name}, which is not set"));
        }
        Ok(value.map(str::to_owned))
    }

    /// A text that protects something: a reference to a variable that is not set is an error, since going on without it would open
    /// what was to be closed.
    pub(super) fn required_reference(
        &self,
        path: &str,
        scalar: Option<&Scalar>,
    ) -> Result<Option<String>, ConfigError> {
        let Some(scalar) = scalar else { return Ok(None) };
        let value = match scalar.value.strip_prefix(REFERENCE) {
            None => Some(scalar.value.as_str()),
            Some(name) => self.vars.get(name).map_err(|error| no_text(&error))?,
        };
        match value.filter(|value| !value.trim().is_empty()) {
            Some(value) => Ok(Some(value.to_owned())),
            None => Err(refused(path, scalar, "a value, in the file or in the variable it names")),
        }
    }

    /// A whole number.
    pub(super) fn number(
        &self,
        path: &str,
        scalar: Option<&Scalar>,
    ) -> Result<Option<u64>, ConfigError> {
        self.parsed(path, scalar, "a whole number", |text| text.parse().ok())
    }

    /// A number of seconds, with or without a fraction.
    pub(super) fn seconds(
        &self,
        path: &str,
        scalar: Option<&Scalar>,
    ) -> Result<Option<Duration>, ConfigError> {
        self.parsed(path, scalar, "a number of seconds", |text| {
            text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        })
    }

    /// Yes or no, in the words of YAML 1.1, which LiteLLM's reader takes.
    pub(super) fn flag(
        &self,
        path: &str,
        scalar: Option<&Scalar>,
    ) -> Result<Option<bool>, ConfigError> {
        self.parsed(path, scalar, "true or false", |text| {
            match text.to_ascii_lowercase().as_str() {
                "true" | "yes" | "on" => Some(true),
                "false" | "no" | "off" => Some(false),
                _ => None,
            }
        })
    }

    /// A value of some type, or an error that says what was expected.
    pub(super) fn parsed<T>(
        &self,
        path: &str,
        scalar: Option<&Scalar>,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, ConfigError> {
        let (Some(text), Some(scalar)) = (self.text(path, scalar)?, scalar) else {
            return Ok(None);
        };
        let text = text.trim();
        let is_number = |byte: u8| byte.is_ascii_digit() || b"_.+-eE".contains(&byte);
        // YAML 1.1, which LiteLLM's reader takes, lets numbers be written as 20_000.
        let read = if text.starts_with(|c: char| c.is_ascii_digit()) && text.bytes().all(is_number)
        {
            parse(&text.replace('_', ""))
        } else {
            parse(text)
        };
        match read {
            Some(value) => Ok(Some(value)),
            None => Err(refused(path, scalar, expected)),
        }
    }
}

/// The error about a scalar. What the file says is shown, what a variable holds is not.
pub(super) fn refused(path: &str, scalar: &Scalar, expected: &str) -> ConfigError {
    let found = if scalar.value.is_empty() { "nothing" } else { scalar.value.as_str() };
    let message = if path.ends_with("key") && !scalar.value.starts_with(REFERENCE) {
        format!("expected {expected}")
    } else {
        format!("expected {expected}, found {found}")
    };
    ConfigError::at(path, position(scalar), message)
}

/// Line and column of a scalar, or of the definition that an alias stands for.
pub(super) fn position(scalar: &Scalar) -> (u64, u64) {
    (scalar.defined.line(), scalar.defined.column())
}

fn no_text(error: &EnvError) -> ConfigError {
    ConfigError { file: None, path: None, position: None, message: error.to_string() }
}
