//! Scalars of the file as typed values, with references to variables followed.

use std::cell::RefCell;
use std::time::Duration;

use locus::auth::EnvError;

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

    pub(super) fn warn(&self, path: impl Into<String>, message: impl Into<String>) {
        self.warnings.borrow_mut().push(ConfigWarning::new(path, message));
    }

    /// Notes the keys that nothing here reads. Those that begin with `x-` are by custom for anchors.
    pub(super) fn unknown(&self, paths: Vec<String>) {
        for path in paths.into_iter().filter(|path| !path.starts_with("x-")) {
            let is_cache = ["litellm_settings.cache", "litellm_settings.cache_params"];
            let message = if is_cache.contains(&path.as_str()) { CACHE } else { UNKNOWN };
            self.warn(path, message);
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
        let Some(scalar) = scalar else { return Ok(None) };
        let Some(name) = scalar.value.strip_prefix(REFERENCE) else {
            return Ok(Some(scalar.value.clone()).filter(|text| !text.is_empty()));
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
        match parse(text.trim()) {
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

const UNKNOWN: &str = "is not known here and has no effect";

/// LiteLLM caches answers in the store that its gateways share; who comes from there may mean either.
const CACHE: &str = "has no effect: answers are not cached here; for limits that several gateways \
     share, set router_settings.redis_host";

fn no_text(error: &EnvError) -> ConfigError {
    ConfigError { path: None, position: None, message: error.to_string() }
}
