//! Credentials, found the way the official tools find them.

mod auth_type;
mod error;
mod file;
mod identity;
mod load;
mod modes;
mod origin;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use error::CredentialError;
pub use modes::Warning;
pub use origin::{Found, Origin};

use crate::KeyId;
use crate::env::Env;
use crate::key::{Backend, Fingerprint, PrivateKey, SigningKey};
use crate::profile::Profile;
use crate::region::{Region, Regions};
use crate::resource_principal::{self, ResourcePrincipal};
use crate::secret::Secret;
use crate::session::Session;
use crate::settings::{OCI_PREFIX, Setting};
use crate::signer::Signer;
use crate::token::TokenClaims;
use auth_type::AuthType;
use load::Place;

/// Where to look for credentials. What is not set here comes from the environment, then from the defaults.
#[derive(Clone, Debug)]
pub struct CredentialOptions<'a> {
    /// The configuration file; a leading `~` is expanded. Default: `OCI_CONFIG_FILE`, then `~/.oci/config`,
    /// then `~/.oraclebmc/config`.
    pub config_file: Option<&'a Path>,
    /// The profile. Default: `OCI_PROFILE`, then `DEFAULT`.
    pub profile: Option<&'a str>,
    /// The prefixes of the environment variables, the one that wins first. Default: `OCI_`.
    pub prefixes: &'a [&'a str],
    /// The library that signs. Default: `ring`.
    pub backend: Backend,
}

impl Default for CredentialOptions<'_> {
    fn default() -> Self {
        Self {
            config_file: None,
            profile: None,
            prefixes: &[OCI_PREFIX],
            backend: Backend::default(),
        }
    }
}

/// The credentials that were found, with the key read and parsed, and the settings that stand next to them.
#[derive(Debug)]
pub struct Credentials {
    kind: Kind,
    origin: Origin,
    profile: Option<(Profile, PathBuf)>,
    region: Option<Found<String>>,
    compartment_id: Option<Found<String>>,
    regions: Regions,
    warnings: Vec<Warning>,
}

#[derive(Debug)]
enum Kind {
    /// A user's API key, which signs requests.
    User { user: String, tenancy: String, fingerprint: Fingerprint, key: PrivateKey },
    /// A resource that is a principal of its own.
    Resource { principal: Arc<ResourcePrincipal>, claims: Box<TokenClaims> },
    /// A session of the command line, whose files are read again when they change.
    Session { session: Arc<Session>, claims: Box<TokenClaims>, tenancy: Option<String> },
    /// An API key of the Generative AI service, which is sent as it is.
    Bearer(Secret),
}

impl Credentials {
    /// Finds credentials, in this order:
    ///
    /// 1. `options.profile` or `options.config_file`, if either is given: that profile, whatever the environment says;
    /// 2. `OCI_GENAI_API_KEY`, an API key of the Generative AI service;
    /// 3. `OCI_USER`, `OCI_TENANCY`, `OCI_FINGERPRINT`, `OCI_KEY` or `OCI_KEY_FILE`, and `OCI_PASSPHRASE`, with the prefixes of
    ///    `options`, then with the names of the official command line ([`Setting`] has the table); for a session
    ///    `OCI_SECURITY_TOKEN_FILE` and the key;
    /// 4. the profile that `OCI_PROFILE` names, else `DEFAULT`, of the configuration file. It is that of a session if it has
    ///    `security_token_file` itself, rather than from `[DEFAULT]`.
    ///
    /// `OCI_AUTH_TYPE`, or `authentication_type` of the profile, may say which is meant: `api_key`, `security_token` (also
    /// `session_token`), or `resource_principal`, which is found in the variables `OCI_RESOURCE_PRINCIPAL_*` of the platform and
    /// never taken unless it is asked for.
    ///
    /// An identity comes from one source as a whole: variables of one prefix, or one profile. A first source that lacks a part
    /// is an error, which names the source that has the part if there is one.
    ///
    /// The configuration file is `options.config_file`, else the one that `OCI_CONFIG_FILE` names, else `~/.oci/config`, else
    /// `~/.oraclebmc/config`, where it was under an earlier name of the service. The official SDKs for Python, Go, Java and TypeScript let an existing `~/.oci/config` win over `OCI_CONFIG_FILE`; a
    /// variable that was set on purpose wins here. Where the identity comes from variables the file may be missing.
    ///
    /// # Errors
    /// [`CredentialError`], which names the file, the profile and the line, and has a [hint](CredentialError::hint). What this
    /// release cannot do, such as an instance principal, is an error and never falls back to the API key.
    pub fn from_env(env: &Env, options: &CredentialOptions<'_>) -> Result<Self, CredentialError> {
        let told = options.profile.is_some() || options.config_file.is_some();
        let asked = auth_type::of_environment(env, options)?;
        let kind = asked.as_ref().map(|(kind, _)| *kind);
        let (identity, is_resource) = match kind {
            Some(AuthType::Identity(kind)) => (Some(kind), false),
            Some(AuthType::ResourcePrincipal) => (None, !told),
            None => (None, false),
        };
        let bearer = Setting::GenaiApiKey.read(env, options.prefixes)?.filter(|_| !told);
        let variables = identity::any_variable(env, options.prefixes, identity)?
            .filter(|_| !told && !is_resource);
        if let Some((bearer, _)) = &bearer
            && let Some(other) = asked.as_ref().map(|(_, name)| name).or(variables.as_ref())
        {
            return Err(CredentialError::Mixture {
                first: bearer.clone(),
                second: other.clone(),
                lacking: "a signature; an API key of Generative AI is sent without one".to_owned(),
            });
        }
        let needed = bearer.is_none() && variables.is_none() && !is_resource;
        let profile = file::read_profile(env, options, needed)?;
        let mut warnings = Vec::new();
        let (kind, origin) = if let Some((name, key)) = bearer {
            (Kind::Bearer(Secret::from(key.trim())), Origin::Variable(name))
        } else if let Some((_, name)) = asked.as_ref().filter(|_| is_resource) {
            load::resource_principal(name, env, options.backend)?
        } else if let Some((found, names)) = variables
            .map(|_| {
                let profile = profile.as_ref().map(|(profile, _)| profile);
                identity::from_variables(env, options.prefixes, identity, profile)
            })
            .transpose()?
            .flatten()
        {
            let place = Place::Variables(names);
            let kind = place.load(&found, env, options.backend, &mut warnings)?;
            (kind, place.origin())
        } else {
            let Some((profile, path)) = &profile else { return Err(CredentialError::NoHome) };
            warnings.extend(modes::readable_by_others(path));
            let place = Place::Profile(profile, path);
            match auth_type::of_profile(profile, path, kind)? {
                AuthType::ResourcePrincipal => {
                    let asked = format!("profile {} of {}", profile.name(), path.display());
                    load::resource_principal(&asked, env, options.backend)?
                }
                AuthType::Identity(kind) => {
                    let found = identity::from_profile(profile, kind).map_err(|missing| {
                        CredentialError::Missing {
                            path: path.clone(),
                            profile: profile.name().to_owned(),
                            keys: missing.join(", "),
                        }
                    })?;
                    (place.load(&found, env, options.backend, &mut warnings)?, place.origin())
                }
            }
        };
        let setting = |setting: Setting, key: &str| -> Result<_, CredentialError> {
            Ok(match setting.read(env, options.prefixes)? {
                Some((name, value)) => {
                    Some(Found { value: value.to_owned(), origin: Origin::Variable(name) })
                }
                None => profile.as_ref().and_then(|(profile, path)| {
                    let origin =
                        Origin::Profile { name: profile.name().to_owned(), path: path.clone() };
                    Some(Found { value: profile.get(key)?.to_owned(), origin })
                }),
            })
        };
        let mut region = setting(Setting::Region, "region")?;
        // Where a variable asks for the resource, its region is meant, rather than that of a profile.
        if matches!(kind, Kind::Resource { .. })
            && region
                .as_ref()
                .is_none_or(|found| is_resource && matches!(found.origin, Origin::Profile { .. }))
            && let Some(value) = ResourcePrincipal::region(env)?
        {
            let origin = Origin::Variable(resource_principal::REGION.to_owned());
            region = Some(Found { value: value.to_owned(), origin });
        }
        let compartment_id = setting(Setting::CompartmentId, "compartment_id")?;
        let regions = Regions::from_env(env)?;
        Ok(Self { kind, origin, profile, region, compartment_id, regions, warnings })
    }

    /// The OCID of the tenancy; `None` for an API key of the Generative AI service, which does not tell.
    #[must_use]
    pub fn tenancy(&self) -> Option<&str> {
        match &self.kind {
            Kind::User { tenancy, .. } => Some(tenancy),
            Kind::Resource { claims, .. } => claims.tenancy(),
            Kind::Session { claims, tenancy, .. } => claims.tenancy().or(tenancy.as_deref()),
            Kind::Bearer(_) => None,
        }
    }

    /// The OCID of the user; `None` if a token or a key that is sent as it is says who calls.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        match &self.kind {
            Kind::User { user, .. } => Some(user),
            Kind::Resource { .. } | Kind::Session { .. } | Kind::Bearer(_) => None,
        }
    }

    /// The fingerprint of the API key that signs, which is that of [the key](PrivateKey::fingerprint).
    #[must_use]
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        match &self.kind {
            Kind::User { fingerprint, .. } => Some(*fingerprint),
            Kind::Resource { .. } | Kind::Session { .. } | Kind::Bearer(_) => None,
        }
    }

    /// Where the credentials came from; for variables, the names of those that were read.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The profile, for settings that are not credentials; `None` if there was none and none was needed.
    #[must_use]
    pub fn profile(&self) -> Option<&Profile> {
        self.profile.as_ref().map(|(profile, _)| profile)
    }

    /// What works and should not stay as it is, such as a key that others can read.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The region: as given, else from the environment, else from the profile.
    ///
    /// A text with a dot in it, such as `us-new-1.oraclecloud99.com`, is a region and its domain.
    ///
    /// # Errors
    /// [`CredentialError::NoRegion`] if nobody says which, [`CredentialError::Region`] if there is no such region.
    pub fn region(&self, given: Option<&str>) -> Result<Found<Region>, CredentialError> {
        let given = given.map(|text| Found { value: text.to_owned(), origin: Origin::Given });
        let Some(found) = given.or_else(|| self.region.clone()) else {
            let looked = match (&self.kind, &self.profile) {
                (Kind::Resource { .. }, _) => resource_principal::REGION.to_owned(),
                (_, Some((profile, path))) => {
                    format!("region in profile {} of {}", profile.name(), path.display())
                }
                (_, None) => "a profile".to_owned(),
            };
            return Err(CredentialError::NoRegion { looked });
        };
        match self.regions.configured(&found.value) {
            Ok(value) => Ok(Found { value, origin: found.origin }),
            Err(source) => Err(CredentialError::Region { origin: found.origin, source }),
        }
    }

    /// The compartment: as given, else from the environment, else from the profile, else that of the resource that a token
    /// speaks for, else the tenancy, in which few policies allow a call. `None` if nobody says and the tenancy is not known.
    #[must_use]
    pub fn compartment_id(&self, given: Option<&str>) -> Option<Found<String>> {
        let found = |ocid: &str, origin| Found { value: ocid.to_owned(), origin };
        let token = match &self.kind {
            Kind::Resource { claims, .. } | Kind::Session { claims, .. } => claims.compartment_id(),
            Kind::User { .. } | Kind::Bearer(_) => None,
        };
        given
            .map(|ocid| found(ocid, Origin::Given))
            .or_else(|| self.compartment_id.clone())
            .or_else(|| Some(found(token?, Origin::Token)))
            .or_else(|| Some(found(self.tenancy()?, Origin::Tenancy)))
    }

    /// What authenticates requests with these credentials.
    ///
    /// # Errors
    /// [`CredentialError::BearerText`] for an API key that cannot stand in a header.
    pub fn into_signer(self) -> Result<Signer, CredentialError> {
        match self.kind {
            Kind::User { user, tenancy, fingerprint, key } => {
                let id = KeyId::api_key(&tenancy, &user, &fingerprint.to_string())
                    .expect("the parts hold OCID and fingerprint characters only, because they were checked when they were read");
                Ok(Signer::new(SigningKey::new(id, key)))
            }
            Kind::Resource { principal, .. } => Ok(Signer::of_resource(principal)),
            Kind::Session { session, .. } => Ok(Signer::of_session(session)),
            Kind::Bearer(key) => Signer::bearer(&key)
                .map_err(|_| CredentialError::BearerText { origin: self.origin }),
        }
    }
}
