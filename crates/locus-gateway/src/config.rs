//! What the gateway serves and how: LiteLLM's configuration file as users of OCI write it.

mod advice;
mod defaults;
mod error;
mod file;
mod include;
mod origins;
mod params;
mod provider;
mod routing;
mod store;
mod value;
mod vars;

use std::path::{Path, PathBuf};

use locus::{Backend, Endpoint, Env};

pub use error::{ConfigError, ConfigWarning};
pub(crate) use origins::Origins;
pub(crate) use params::{Identity, ModelConfig, Share, Target};
pub(crate) use provider::LeftOut;
pub(crate) use routing::{FallbackKind, Routing, Strategy};
pub(crate) use store::{StoreConfig, WhenAway};
pub(crate) use vars::Vars;

use crate::secret::Secret;
use file::{File, GeneralSettings};
use value::{Reader, refused};

/// A configuration that was read and checked. Keys and the parts of identities do not show in `Debug`.
#[derive(Clone, Debug)]
pub struct Config {
    pub(crate) models: Vec<ModelConfig>,
    /// The models of other providers.
    pub(crate) left_out: Vec<LeftOut>,
    pub(crate) routing: Routing,
    pub(crate) master_key: Option<Secret>,
    /// Where clients' keys are kept.
    pub(crate) keys_at: Option<KeysAt>,
    /// Where several gateways count together.
    pub(crate) store: Option<StoreConfig>,
    /// The pages of the web that may call.
    pub(crate) origins: Origins,
    pub(crate) vars: Vars,
    /// Where every call goes instead of to the endpoints of the models, for an emulator.
    pub(crate) endpoint: Option<Endpoint>,
    /// What signs.
    pub(crate) backend: Backend,
    warnings: Vec<ConfigWarning>,
}

/// Where clients' keys are kept.
#[derive(Clone, Debug)]
pub(crate) enum KeysAt {
    File(PathBuf),
    Database(PathBuf),
}

impl KeysAt {
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::File(path) | Self::Database(path) => path,
        }
    }
}

impl Config {
    /// The configuration without a file: every `oci:` id, with what the environment says about identity and region.
    ///
    /// The key of the clients is `LOCUS_MASTER_KEY`, then `LITELLM_MASTER_KEY`, if one of them is set.
    ///
    /// # Errors
    /// [`ConfigError`] if a variable that is read is not UTF-8.
    pub fn from_env(env: Env) -> Result<Self, ConfigError> {
        let vars = Vars::new(env);
        let reader = Reader::new(&vars);
        let master_key = reader.variable(MASTER_KEY_VARIABLES)?.map(Secret::new);
        Ok(Self {
            models: vec![ModelConfig::every()],
            left_out: Vec::new(),
            routing: Routing::default(),
            master_key,
            keys_at: None,
            store: None,
            origins: Origins::default(),
            endpoint: None,
            backend: Backend::AWS_LC_RS,
            warnings: reader.into_warnings(),
            vars,
        })
    }

    /// Reads a configuration file's text. The environment is what `os.environ/NAME` refers to, and where the parts of an identity
    /// come from that the file does not name.
    ///
    /// Keys that are not known here are [warnings](Self::warnings), since they mean something to LiteLLM; values that cannot be
    /// used are errors.
    ///
    /// ```
    /// use locus::Env;
    /// use locus_gateway::Config;
    ///
    /// let yaml = "
    /// model_list:
    ///   - model_name: grok
    ///     litellm_params:
    ///       model: oci/xai.grok-4
    ///       oci_region: os.environ/OCI_REGION
    ///       weight: 60
    /// ";
    /// let config = Config::parse(yaml, Env::from_pairs([("OCI_REGION", "us-chicago-1")]))?;
    /// assert_eq!(config.model_names().collect::<Vec<_>>(), ["grok"]);
    ///
    /// let wrong = yaml.replace("60", "many");
    /// let error = Config::parse(&wrong, Env::default()).unwrap_err();
    /// assert_eq!((error.line(), error.column()), (Some(7), Some(15)));
    /// # Ok::<(), locus_gateway::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// [`ConfigError`] with line and column.
    pub fn parse(text: &str, env: Env) -> Result<Self, ConfigError> {
        let (file, unknown) = file::read(text)?;
        if let Some(first) = file.include.iter().flatten().next() {
            let expected = "no file, as this text is none itself; Config::open reads included ones";
            return Err(refused("include[0]", first, expected));
        }
        Self::understood(file, unknown, env)
    }

    /// Reads a configuration file and those that it includes, which are named as seen from it.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), and if a file cannot be read.
    pub fn open(path: &Path, env: Env) -> Result<Self, ConfigError> {
        let (file, unknown, sources) = include::read(path, &env)?;
        let mut config =
            Self::understood(file, unknown, env).map_err(|error| sources.place(error))?;
        for warning in &mut config.warnings {
            sources.place_warning(warning);
        }
        Ok(config)
    }

    fn understood(mut file: File, unknown: Vec<String>, env: Env) -> Result<Self, ConfigError> {
        if file.model_list.is_none() && unknown.iter().any(|path| path == HELM) {
            let message = "this looks like the values of a Helm chart; expected what stands below proxy_config";
            return Err(ConfigError::at(HELM, (0, 0), message));
        }
        let vars = Vars::with_overlay(env, file.environment_variables.as_ref());
        let reader = Reader::new(&vars);
        provider::fill_credentials(&reader, &mut file)?;
        let left_out = provider::left_out(&reader, &file);
        // What stands beside a model that is not served says nothing about this gateway.
        let is_of_others = |path: &String| {
            left_out.keys().any(|at| path.starts_with(&format!("model_list[{at}].")))
        };
        reader.unknown(unknown.into_iter().filter(|path| !is_of_others(path)).collect());
        provider::tell(&reader, &file, &left_out)?;
        let models = params::models(&reader, &file, &left_out)?;
        let routing = routing::routing(&reader, &file, &models, &left_out)?;
        let store = store::store(&reader, file.router_settings.as_ref())?;
        let general = file.general_settings.unwrap_or_default();
        let told = reader
            .required_reference("general_settings.master_key", general.master_key.as_ref())?;
        let master_key = match told {
            Some(key) => Some(key),
            None => reader.variable(MASTER_KEY_VARIABLES)?,
        };
        let keys_at = keys_at(&reader, &vars, &general)?;
        let origins = general.cors_origins.as_deref().unwrap_or_default();
        let is_keyed = master_key.is_some() || keys_at.is_some();
        let origins = origins::read(&reader, origins, is_keyed)?;
        let warnings = reader.into_warnings();
        let master_key = master_key.map(Secret::new);
        Ok(Self {
            models,
            left_out: left_out.into_values().collect(),
            routing,
            master_key,
            keys_at,
            store,
            origins,
            vars,
            endpoint: None,
            backend: Backend::AWS_LC_RS,
            warnings,
        })
    }

    /// Sends every call to one endpoint, with what another environment says about the identity and not what the file says.
    ///
    /// This is for an emulator: names, defaults and routing stay those of the file, and no account is needed.
    #[must_use]
    pub fn redirected(mut self, endpoint: Endpoint, env: Env) -> Self {
        self.vars = Vars::new(env);
        self.endpoint = Some(endpoint);
        for model in &mut self.models {
            model.identity = Identity::default();
        }
        self
    }

    /// Signs with another library than `aws-lc-rs`, which signs about twice as fast as `ring`.
    #[must_use]
    pub fn signed_by(mut self, backend: Backend) -> Self {
        self.backend = backend;
        self
    }

    /// What was read and has no effect, or not the one that it seems to have.
    #[must_use]
    pub fn warnings(&self) -> &[ConfigWarning] {
        &self.warnings
    }

    /// The names that clients can ask for, in the order of the file; a name with several deployments comes once.
    pub fn model_names(&self) -> impl Iterator<Item = &str> {
        let names = self.models.iter().map(|model| model.name.as_str());
        names.enumerate().filter_map(|(at, name)| {
            let earlier = self.models.iter().take(at).any(|model| model.name == name);
            (!earlier).then_some(name)
        })
    }

    /// Whether clients need a key.
    #[must_use]
    pub fn has_keys(&self) -> bool {
        self.master_key.is_some() || self.keys_at.is_some()
    }
}

fn keys_at(
    reader: &Reader<'_>,
    vars: &Vars,
    general: &GeneralSettings,
) -> Result<Option<KeysAt>, ConfigError> {
    let file =
        reader.required_reference("general_settings.keys_file", general.keys_file.as_ref())?;
    let database =
        reader.required_reference("general_settings.keys_db", general.keys_db.as_ref())?;
    match (file, database, &general.keys_db) {
        (Some(_), Some(_), Some(scalar)) => {
            Err(refused("general_settings.keys_db", scalar, "either keys_file or keys_db"))
        }
        (Some(path), _, _) => Ok(Some(KeysAt::File(vars.expand(&path)))),
        (None, path, _) => Ok(path.map(|path| KeysAt::Database(vars.expand(&path)))),
    }
}

/// Where the values of LiteLLM's Helm chart have the configuration.
const HELM: &str = "proxy_config";

/// Where a key comes from that the file does not name.
const MASTER_KEY_VARIABLES: &[&str] = &["LOCUS_MASTER_KEY", "LITELLM_MASTER_KEY"];
