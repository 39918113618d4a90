//! The environment of a configuration: the process's, with what the file sets over it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use locus::Env;
use locus::auth::{EnvError, Setting};

use super::file::Scalar;

/// Variables: those of the section `environment_variables` win over those of the process, as in LiteLLM.
#[derive(Clone)]
pub(crate) struct Vars {
    overlay: BTreeMap<String, String>,
    env: Env,
}

impl Vars {
    pub(super) fn new(env: Env) -> Self {
        Self { overlay: BTreeMap::new(), env }
    }

    pub(super) fn with_overlay(env: Env, set: Option<&BTreeMap<String, Option<Scalar>>>) -> Self {
        let overlay = set
            .into_iter()
            .flatten()
            .map(|(name, scalar)| {
                let Some(scalar) = scalar else { return (name.clone(), String::new()) };
                // A reference in this section names a variable of the process.
                let value = match scalar.value.strip_prefix(REFERENCE) {
                    Some(name) => env.get(name).ok().flatten().unwrap_or_default().to_owned(),
                    None => scalar.value.clone(),
                };
                (name.clone(), value)
            })
            .collect();
        Self { overlay, env }
    }

    /// The value of a variable; `None` if it is absent or empty.
    pub(crate) fn get(&self, name: &str) -> Result<Option<&str>, EnvError> {
        match self.overlay.get(name) {
            Some(value) => Ok(Some(value.as_str()).filter(|value| !value.is_empty())),
            None => self.env.get(name),
        }
    }

    /// A path with a leading `~` replaced.
    pub(crate) fn expand(&self, path: &str) -> PathBuf {
        self.env.expand(path)
    }

    /// An environment for one client: what concerns OCI and the network, with some settings replaced.
    pub(crate) fn env_with(&self, told: &[(Setting, &str)]) -> Result<Env, EnvError> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for setting in Setting::ALL {
            match told.iter().find(|(other, _)| *other == setting) {
                // The name that wins over all others.
                Some((_, value)) => {
                    let name = setting.names(&locus::PREFIXES).next().unwrap_or_default();
                    pairs.push((name, (*value).to_owned()));
                }
                None => {
                    for name in setting.names(&locus::PREFIXES) {
                        if let Some(value) = self.get(&name)? {
                            pairs.push((name, value.to_owned()));
                        }
                    }
                }
            }
        }
        for name in PASSED_ON {
            if let Some(value) = self.get(name)? {
                pairs.push(((*name).to_owned(), value.to_owned()));
            }
        }
        if let Some(home) = self.env.home().and_then(|home| home.to_str()) {
            pairs.push(("HOME".to_owned(), home.to_owned()));
        }
        Ok(Env::from_pairs(pairs))
    }
}

/// Values may be secrets; `Env` shows names only, and so does this.
impl std::fmt::Debug for Vars {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vars")
            .field("overlay", &self.overlay.keys())
            .field("env", &self.env)
            .finish()
    }
}

/// How a value of the file names a variable; it has to be the whole value.
pub(super) const REFERENCE: &str = "os.environ/";

/// The variables beside the settings of OCI that a client reads.
const PASSED_ON: &[&str] = &[
    "ALL_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "OCI_REGION_METADATA",
    "all_proxy",
    "https_proxy",
    "no_proxy",
];
