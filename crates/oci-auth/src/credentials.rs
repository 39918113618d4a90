//! Credentials, found the way the official tools find them.

mod auth_type;
mod chain;
mod error;
mod file;
mod identity;
mod load;
mod modes;
mod origin;
mod platform;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use chain::{ChainLink, CredentialChain, LinkOutcome};
pub use error::CredentialError;
pub use modes::Warning;
pub use origin::{Found, Origin};

use crate::KeyId;
use crate::env::Env;
use crate::key::{Backend, Fingerprint, PrivateKey, SigningKey};
use crate::network::Network;
use crate::profile::Profile;
use crate::region::{EndpointTemplate, Region, Regions};
use crate::resource_principal::{self, ResourcePrincipal};
use crate::secret::Secret;
use crate::session::Session;
use crate::settings::{OCI_PREFIX, Setting};
use crate::signer::Signer;
use crate::token::TokenClaims;
use auth_type::{AuthType, PlatformKind};
use load::Place;
use platform::Platform;

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
    /// The endpoint of the authentication service, if another than the region's is named.
    authentication: Option<String>,
    warnings: Vec<Warning>,
}

#[derive(Debug)]
enum Kind {
    /// A user's API key, which signs requests.
    User { user: String, tenancy: String, fingerprint: Fingerprint, key: PrivateKey },
    /// A principal whose tokens are fetched.
    Platform(Box<Platform>),
    /// A resource that is a principal of its own, to which its token is handed over.
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
    /// `session_token`); or what the platform makes of where the program runs, which is never taken unless it is asked for:
    /// `instance_principal`, `instance_obo_user`, `resource_principal`, `oke_workload_identity`. The variable may also be `auto`,
    /// for the first of all that is there, in the order of [`CredentialChain`]. Nothing is sent here: tokens are fetched when
    /// the signer is used, and [`discover`](Self::discover) asks for what the environment does not say.
    ///
    /// An identity comes from one source as a whole: variables of one prefix, or one profile. A first source that lacks a part
    /// is an error, which names the source that has the part if there is one.
    ///
    /// The configuration file is `options.config_file`, else the one that `OCI_CONFIG_FILE` names, else `~/.oci/config`, else
    /// `~/.oraclebmc/config`, where it was under an earlier name of the service. The official SDKs for Python, Go, Java and TypeScript let an existing `~/.oci/config` win over `OCI_CONFIG_FILE`; a
    /// variable that was set on purpose wins here. Where the identity comes from variables the file may be missing.
    ///
    /// # Errors
    /// [`CredentialError`], which names the file, the profile and the line, and has a [hint](CredentialError::hint). What is asked
    /// for and cannot be used is an error and never falls back to another identity.
    pub fn from_env(env: &Env, options: &CredentialOptions<'_>) -> Result<Self, CredentialError> {
        match auth_type::of_environment(env, options)? {
            Some((AuthType::Chain, _)) => {
                CredentialChain::from_env(env, options).into_credentials()
            }
            asked => {
                let asked = asked.map(|(kind, name)| (kind, Origin::Variable(name)));
                Self::load(env, options, asked.as_ref())
            }
        }
    }

    /// The same for what is `asked` for, whatever the environment asks for.
    fn load(
        env: &Env,
        options: &CredentialOptions<'_>,
        asked: Option<&(AuthType, Origin)>,
    ) -> Result<Self, CredentialError> {
        let told = options.profile.is_some() || options.config_file.is_some();
        let kind = asked.map(|(kind, _)| *kind);
        let (identity, platform) = match kind {
            Some(AuthType::Identity(kind)) => (Some(kind), None),
            Some(AuthType::Platform(kind)) => (None, Some(kind).filter(|_| !told)),
            Some(AuthType::Chain) | None => (None, None),
        };
        let is_platform = platform.is_some();
        let bearer = Setting::GenaiApiKey.read(env, options.prefixes)?.filter(|_| !told);
        let variables = identity::any_variable(env, options.prefixes, identity)?
            .filter(|_| !told && !is_platform);
        let named = asked.map(|(_, origin)| origin.place());
        if let Some((bearer, _)) = &bearer
            && let Some(other) = named.as_ref().or(variables.as_ref())
        {
            return Err(CredentialError::Mixture {
                first: bearer.clone(),
                second: other.clone(),
                lacking: "a signature; an API key of Generative AI is sent without one".to_owned(),
            });
        }
        let needed = bearer.is_none() && variables.is_none() && !is_platform;
        let profile = file::read_profile(env, options, needed)?;
        let mut warnings = Vec::new();
        let (kind, origin) = if let Some((name, key)) = bearer {
            (Kind::Bearer(Secret::from(key.trim())), Origin::Variable(name))
        } else if let (Some(platform), Some((_, asked))) = (platform, asked) {
            let profile = profile.as_ref().map(|(profile, _)| profile);
            load::platform(platform, asked, env, options, profile)?
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
                AuthType::Platform(kind) => {
                    load::platform(kind, &place.origin(), env, options, Some(profile))?
                }
                AuthType::Chain => {
                    // A profile cannot ask for it, and a variable that does has had its answer.
                    let (found, origin) = ("auto".to_owned(), place.origin().place());
                    return Err(CredentialError::AuthType { found, origin });
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
        // Where a variable asks for the platform's principal, its region is meant, rather than that of a profile. That of Cloud
        // Shell is in its profile.
        let is_of_profile =
            region.as_ref().is_some_and(|found| matches!(found.origin, Origin::Profile { .. }));
        if is_of_profile && is_platform && platform != Some(PlatformKind::Delegation) {
            region = None;
        }
        let has_own = match &kind {
            Kind::Resource { .. } => true,
            Kind::Platform(platform) => platform.has_resource_region(),
            Kind::User { .. } | Kind::Session { .. } | Kind::Bearer(_) => false,
        };
        if region.is_none()
            && has_own
            && let Some((name, value)) = ResourcePrincipal::region(env)?
        {
            let origin = Origin::Variable(name.to_owned());
            region = Some(Found { value: value.to_owned(), origin });
        }
        let compartment_id = setting(Setting::CompartmentId, "compartment_id")?;
        let regions = Regions::from_env(env)?;
        let authentication = platform::authentication_endpoint(env)?;
        Ok(Self {
            kind,
            origin,
            profile,
            region,
            compartment_id,
            regions,
            authentication,
            warnings,
        })
    }

    /// The OCID of the tenancy; `None` for an API key of the Generative AI service, which does not tell, and where a token is
    /// fetched, until [`discover`](Self::discover) has fetched one.
    #[must_use]
    pub fn tenancy(&self) -> Option<&str> {
        match &self.kind {
            Kind::User { tenancy, .. } => Some(tenancy),
            // The instance of Cloud Shell is Oracle's; the user's tenancy stands in the profile.
            Kind::Platform(platform) if platform.is_delegated() => {
                self.profile().and_then(|profile| profile.get("tenancy"))
            }
            Kind::Platform(platform) => platform.claims().and_then(TokenClaims::tenancy),
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
            Kind::Platform(_) | Kind::Resource { .. } | Kind::Session { .. } | Kind::Bearer(_) => {
                None
            }
        }
    }

    /// The fingerprint of the API key that signs, which is that of [the key](PrivateKey::fingerprint).
    #[must_use]
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        match &self.kind {
            Kind::User { fingerprint, .. } => Some(*fingerprint),
            Kind::Platform(_) | Kind::Resource { .. } | Kind::Session { .. } | Kind::Bearer(_) => {
                None
            }
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
                (Kind::Platform(platform), _) if platform.has_resource_region() => {
                    resource_principal::REGION.to_owned()
                }
                (Kind::Platform(_), _) => "the metadata service, which was not asked".to_owned(),
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
            Kind::Platform(platform) => platform.claims().and_then(TokenClaims::compartment_id),
            Kind::Resource { claims, .. } | Kind::Session { claims, .. } => claims.compartment_id(),
            Kind::User { .. } | Kind::Bearer(_) => None,
        };
        given
            .map(|ocid| found(ocid, Origin::Given))
            .or_else(|| self.compartment_id.clone())
            .or_else(|| Some(found(token?, Origin::Token)))
            .or_else(|| Some(found(self.tenancy()?, Origin::Tenancy)))
    }

    /// Whether tokens are fetched over a network, so that [`into_signer_over`](Self::into_signer_over) is better than
    /// [`into_signer`](Self::into_signer).
    #[must_use]
    pub fn fetches(&self) -> bool {
        matches!(self.kind, Kind::Platform(_) | Kind::Session { .. })
    }

    /// Whether [`discover`](Self::discover) would ask for anything.
    #[must_use]
    pub fn lacks(&self, wanted: &[Setting]) -> bool {
        matches!(self.kind, Kind::Platform(_))
            && ((wanted.contains(&Setting::Region) && self.region.is_none())
                || (wanted.contains(&Setting::CompartmentId)
                    && self.compartment_id(None).is_none()))
    }

    /// Asks the platform for what nobody has set, of [`Setting::Region`] and [`Setting::CompartmentId`]: the region of an instance,
    /// from its metadata service; compartment and tenancy, from the token that it fetches, which is then used. Where all is
    /// known, nothing is sent.
    ///
    /// # Errors
    /// [`CredentialError::Provider`] if the platform does not answer.
    pub async fn discover(
        &mut self,
        wanted: &[Setting],
        network: &Network,
    ) -> Result<(), CredentialError> {
        let provider =
            |origin: &Origin, source| CredentialError::Provider { origin: origin.clone(), source };
        let Kind::Platform(platform) = &self.kind else { return Ok(()) };
        if wanted.contains(&Setting::Region) && self.region.is_none() {
            let found = platform.region(network).await;
            let found = found.map_err(|source| provider(&self.origin, source))?;
            self.region = found
                .map(|region| Found { value: region.configured_text(), origin: Origin::Metadata });
        }
        if wanted.contains(&Setting::CompartmentId) && self.compartment_id(None).is_none() {
            let region = self.own_region();
            let Kind::Platform(platform) = &mut self.kind else { return Ok(()) };
            let learned = platform.learn(network, region.as_ref()).await;
            learned.map_err(|source| provider(&self.origin, source))?;
        }
        Ok(())
    }

    /// The same for callers that do not await, on a thread and a runtime of its own; for so long at most.
    ///
    /// # Errors
    /// As for [`discover`](Self::discover).
    #[cfg(feature = "http")]
    pub fn discover_blocking(
        &mut self,
        wanted: &[Setting],
        network: &Network,
        limit: std::time::Duration,
    ) -> Result<(), CredentialError> {
        if !self.lacks(wanted) {
            return Ok(());
        }
        let origin = self.origin.clone();
        let found = crate::hyper_client::blocking(limit, self.discover(wanted, network));
        found.unwrap_or_else(|source| Err(CredentialError::Provider { origin, source }))
    }

    /// The region that is set, if it is a known one.
    fn own_region(&self) -> Option<Region> {
        self.region(None).ok().map(|found| found.value)
    }

    /// Puts the token of a session that is refreshed into its file, as [`SessionFiles::write_back`](crate::SessionFiles::write_back)
    /// does, so that other programs go on with it. Default: the file is only read. Other credentials have no such file.
    #[must_use]
    pub fn writing_back(mut self) -> Self {
        // Nobody else has it yet: it is shared by the signer, which is made later.
        if let Kind::Session { session, .. } = &mut self.kind
            && let Some(session) = Arc::get_mut(session)
        {
            session.write_back();
        }
        self
    }

    /// What authenticates requests with these credentials. Where tokens are fetched, it is over the network of this machine; a
    /// session is read from its files and not refreshed.
    ///
    /// # Errors
    /// [`CredentialError::BearerText`] for an API key that cannot stand in a header; [`CredentialError::NoNetwork`] where tokens
    /// are fetched and this crate is built without its features `http` and `session-keys`.
    pub fn into_signer(self) -> Result<Signer, CredentialError> {
        match self.kind {
            Kind::Platform(_) => match system_network() {
                Some(network) => self.into_signer_over(&network),
                None => Err(CredentialError::NoNetwork { asked: self.origin }),
            },
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

    /// The same over a network of the caller's, which also refreshes a session before its token ends, if its region is known.
    ///
    /// # Errors
    /// As for [`into_signer`](Self::into_signer), and [`CredentialError::Provider`] where addresses that the platform set are none.
    pub fn into_signer_over(mut self, network: &Network) -> Result<Signer, CredentialError> {
        let region = self.own_region();
        match self.kind {
            Kind::Platform(ref mut platform) => {
                let signer = platform.signer(network, region.as_ref());
                signer.map_err(|source| CredentialError::Provider { origin: self.origin, source })
            }
            Kind::Session { session, .. } => {
                let of_region = || EndpointTemplate::AUTH.expand(&region?, &[]).ok();
                match self.authentication.or_else(of_region) {
                    Some(endpoint) => Ok(Signer::of_refreshed(session, network, endpoint)),
                    None => Ok(Signer::of_session(session)),
                }
            }
            _ => self.into_signer(),
        }
    }
}

#[cfg(all(feature = "http", feature = "session-keys"))]
fn system_network() -> Option<Network> {
    Some(Network::system(crate::HyperClient::builder().build().ok()?))
}

#[cfg(not(all(feature = "http", feature = "session-keys")))]
fn system_network() -> Option<Network> {
    None
}
