//! The chain: the first identity that is there, and what was found of each.

use std::fmt;

use super::auth_type::{self, AuthType, PlatformKind};
use super::{CredentialError, CredentialOptions, Credentials, Origin, file, identity, platform};
use crate::env::Env;
use crate::resource_principal as names;
use crate::settings::Setting;

/// Looks for an identity in one place after another and takes the first that is there.
///
/// 1. what `OCI_AUTH_TYPE` asks for, if it asks for anything but `auto`: then nothing else is looked at;
/// 2. an API key of the Generative AI service: `OCI_GENAI_API_KEY`;
/// 3. a user or a session in variables: `OCI_USER` and its like, `OCI_SECURITY_TOKEN_FILE`;
/// 4. a profile of the configuration file;
/// 5. a resource principal: `OCI_RESOURCE_PRINCIPAL_VERSION` and what goes with it;
/// 6. the workload identity of a pod: `KUBERNETES_SERVICE_HOST` and the token of a service account;
/// 7. an instance principal: the firmware says `OracleCloud.com`, or `OCI_METADATA_BASE_URL` is set.
///
/// It looks at variables and files and sends nothing. An identity that is there and cannot be used ends the chain with its error:
/// to go on would be to act as somebody else because of a typing error.
///
/// ```
/// use oci_auth::{CredentialChain, CredentialOptions, Env};
///
/// let env = Env::from_pairs([("OCI_GENAI_API_KEY", "sk-…")]);
/// let chain = CredentialChain::from_env(&env, &CredentialOptions::default());
/// let first = chain.explain().iter().find(|link| link.is_used()).unwrap();
/// assert_eq!(first.to_string(), "API key of Generative AI: used");
/// ```
#[derive(Debug)]
pub struct CredentialChain {
    links: Vec<ChainLink>,
    found: Result<Credentials, CredentialError>,
}

/// One place that the chain knows, and what came of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ChainLink {
    name: &'static str,
    outcome: LinkOutcome,
}

/// What came of a link of the chain.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum LinkOutcome {
    /// It is not there, because of this.
    Absent(String),
    /// It is there and cannot be used, because of this. The chain ends here.
    Failed(String),
    /// The chain ended before.
    NotTried,
    /// It is used.
    Used,
}

impl CredentialChain {
    /// Goes through the links, up to the first that is there.
    #[must_use]
    pub fn from_env(env: &Env, options: &CredentialOptions<'_>) -> Self {
        let mut links = Vec::new();
        let mut found = None;
        for link in Link::ALL {
            let outcome = match &found {
                Some(_) => LinkOutcome::NotTried,
                None => match link.absence(env, options) {
                    Ok(Some(why)) => LinkOutcome::Absent(why),
                    present => {
                        let loaded = present.and_then(|_| link.load(env, options));
                        let outcome = match &loaded {
                            Ok(_) => LinkOutcome::Used,
                            Err(error) => LinkOutcome::Failed(with_causes(error)),
                        };
                        found = Some(loaded);
                        outcome
                    }
                },
            };
            links.push(ChainLink { name: link.name(), outcome });
        }
        let found = found.unwrap_or_else(|| {
            let explanation: Vec<String> = links.iter().map(ToString::to_string).collect();
            Err(CredentialError::NoneFound { explanation: explanation.join("; ") })
        });
        Self { links, found }
    }

    /// Each link with what came of it, in order. It holds no secret.
    #[must_use]
    pub fn explain(&self) -> &[ChainLink] {
        &self.links
    }

    /// The credentials that were found.
    ///
    /// # Errors
    /// Why the first link that is there cannot be used; [`CredentialError::NoneFound`] if none is.
    pub fn into_credentials(self) -> Result<Credentials, CredentialError> {
        self.found
    }
}

impl ChainLink {
    /// What it is.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What came of it.
    #[must_use]
    pub fn outcome(&self) -> &LinkOutcome {
        &self.outcome
    }

    /// Whether it is the one that is used.
    #[must_use]
    pub fn is_used(&self) -> bool {
        self.outcome == LinkOutcome::Used
    }
}

impl fmt::Display for ChainLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name;
        match &self.outcome {
            LinkOutcome::Absent(why) => write!(f, "{name}: not there, {why}"),
            LinkOutcome::Failed(why) => write!(f, "{name}: cannot be used, {why}"),
            LinkOutcome::NotTried => write!(f, "{name}: not tried"),
            LinkOutcome::Used => write!(f, "{name}: used"),
        }
    }
}

#[derive(Clone, Copy)]
enum Link {
    Asked,
    Bearer,
    Variables,
    Profile,
    Resource,
    Workload,
    Instance,
}

impl Link {
    const ALL: [Self; 7] = [
        Self::Asked,
        Self::Bearer,
        Self::Variables,
        Self::Profile,
        Self::Resource,
        Self::Workload,
        Self::Instance,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Asked => "what is asked for",
            Self::Bearer => "API key of Generative AI",
            Self::Variables => "variables",
            Self::Profile => "profile",
            Self::Resource => "resource principal",
            Self::Workload => "workload identity",
            Self::Instance => "instance principal",
        }
    }

    /// Why it is not there; `None` if it is.
    fn absence(
        self,
        env: &Env,
        options: &CredentialOptions<'_>,
    ) -> Result<Option<String>, CredentialError> {
        let unset = |is_set: bool, what: &str| (!is_set).then(|| format!("{what} is not set"));
        Ok(match self {
            Self::Asked => {
                let asked = auth_type::of_environment(env, options)?;
                let is_kind = asked.is_some_and(|(kind, _)| kind != AuthType::Chain);
                (!is_kind).then(|| "OCI_AUTH_TYPE asks for no kind".to_owned())
            }
            Self::Bearer => {
                let set = Setting::GenaiApiKey.read(env, options.prefixes)?;
                unset(set.is_some(), "OCI_GENAI_API_KEY")
            }
            Self::Variables => {
                let set = identity::any_variable(env, options.prefixes, None)?;
                unset(set.is_some(), "none of OCI_USER, OCI_KEY_FILE and the like")
            }
            Self::Profile => match file::read_profile(env, options, true) {
                Err(error @ (CredentialError::NoConfigFile { .. } | CredentialError::NoHome)) => {
                    Some(error.to_string())
                }
                _ => None,
            },
            Self::Resource => {
                let version = names::version(env)?;
                let has = |name: &str| env.get(name).map(|value| value.is_some());
                // Pods set the version too, for the official Go SDK, and have nothing that goes with it.
                let has_any = has(names::TOKEN)?
                    || has("OCI_RESOURCE_PRINCIPAL_RPT_ENDPOINT")?
                    || has("OCI_RESOURCE_PRINCIPAL_RPT_URL_FOR_PARENT_RESOURCE")?;
                match version {
                    None => unset(false, names::VERSION),
                    Some(_) if !has_any => unset(false, names::TOKEN),
                    Some(_) => None,
                }
            }
            Self::Workload => {
                let why = format!(
                    "{} is not set, or there is no service account token",
                    platform::SERVICE_HOST
                );
                (!platform::is_pod(env)?).then_some(why)
            }
            Self::Instance => {
                let why = "the firmware does not say OracleCloud.com, and OCI_METADATA_BASE_URL is not set";
                (!platform::is_instance(env)?).then(|| why.to_owned())
            }
        })
    }

    fn load(
        self,
        env: &Env,
        options: &CredentialOptions<'_>,
    ) -> Result<Credentials, CredentialError> {
        let kind = match self {
            Self::Asked => {
                let asked = auth_type::of_environment(env, options)?;
                let asked = asked.map(|(kind, name)| (kind, Origin::Variable(name)));
                return Credentials::load(env, options, asked.as_ref());
            }
            Self::Bearer | Self::Variables | Self::Profile => {
                return Credentials::load(env, options, None);
            }
            Self::Resource => PlatformKind::Resource,
            Self::Workload => PlatformKind::Workload,
            Self::Instance => PlatformKind::Instance,
        };
        Credentials::load(env, options, Some(&(AuthType::Platform(kind), Origin::Chain)))
    }
}

fn with_causes(error: &CredentialError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}
