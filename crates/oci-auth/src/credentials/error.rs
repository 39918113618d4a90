//! Why credentials could not be loaded, and what to do about it.

use std::io;
use std::path::PathBuf;

use super::Origin;
use crate::env::EnvError;
use crate::key::{Fingerprint, KeyError};
use crate::profile::ProfileError;
use crate::provider::ProviderError;
use crate::region::{Region, RegionError};
use crate::resource_principal_error::ResourcePrincipalError;
use crate::session_error::SessionError;

/// Credentials that could not be loaded. No variant holds a key, a pass phrase or a token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// Another kind of authentication was asked for than there is.
    #[error("authentication type {found} ({origin}) is not known, known are {KINDS}")]
    AuthType {
        /// What was asked for.
        found: String,
        /// The variable or the profile that asked for it.
        origin: String,
    },
    /// The API key of the Generative AI service holds characters that no header can.
    #[error("the Generative AI API key ({origin}) is empty or holds white space")]
    BearerText {
        /// Where it came from.
        origin: Origin,
    },
    /// The configuration file cannot be read.
    #[error("cannot read configuration file {path}")]
    ConfigFile {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// An environment variable is not text.
    #[error(transparent)]
    Env(#[from] EnvError),
    /// The key is not the one that the service would check the signature with, the most common cause of a 401.
    #[error("the key {key} has the fingerprint {found}, but {origin} names the key {expected}")]
    Fingerprint {
        /// Where the key came from.
        key: String,
        /// The fingerprint of the key that was read.
        found: Fingerprint,
        /// The profile, or the variable, that names another one.
        origin: String,
        /// The fingerprint that is named there.
        expected: Fingerprint,
    },
    /// The private key is not usable.
    #[error("cannot use private key {key_file}")]
    Key {
        /// The key file.
        key_file: PathBuf,
        /// Why.
        source: KeyError,
    },
    /// The key file cannot be read.
    #[error("cannot read key_file {key_file}, named in {named}")]
    KeyFile {
        /// The key file.
        key_file: PathBuf,
        /// The profile and the line, or the variables, that name it.
        named: String,
        /// What the system said.
        source: io::Error,
    },
    /// A value is not what it must be.
    #[error("{key} of {place} is malformed: expected {expected}")]
    Malformed {
        /// The profile and the line, or the variables.
        place: String,
        /// The key.
        key: &'static str,
        /// What was expected.
        expected: &'static str,
    },
    /// The profile lacks values.
    #[error("profile {profile} of {path} lacks {keys}")]
    Missing {
        /// The configuration file.
        path: PathBuf,
        /// The profile.
        profile: String,
        /// All missing keys, joined by commas.
        keys: String,
    },
    /// Environment variables give a part of an identity, and nothing gives the rest.
    #[error("{first} without {lacking}, which belong together")]
    MissingVariables {
        /// The variables that are set.
        first: String,
        /// What is missing, in the words of a profile.
        lacking: String,
    },
    /// Two sources each give a part of an identity. Signing with a mixture would be signing as nobody.
    #[error("{first} and {second} are set and cannot be combined: the first lacks {lacking}")]
    Mixture {
        /// The variables that win.
        first: String,
        /// The other source.
        second: String,
        /// What the first lacks.
        lacking: String,
    },
    /// There is no configuration file.
    #[error("no configuration file at {path} ({origin})")]
    NoConfigFile {
        /// Where it was looked for.
        path: PathBuf,
        /// What chose the path.
        origin: String,
    },
    /// None of the links of the chain is there.
    #[error("no credentials were found: {explanation}")]
    NoneFound {
        /// What each of them lacks.
        explanation: String,
    },
    /// Tokens have to be fetched, and nothing is there to fetch them with.
    #[error(
        "tokens of {asked} have to be fetched, and this program was built without what fetches them"
    )]
    NoNetwork {
        /// Where the identity comes from.
        asked: Origin,
    },
    /// The home folder is not known, so neither is `~/.oci/config`.
    #[error("the home folder is not known, so ~/.oci/config cannot be found")]
    NoHome,
    /// No region is set anywhere.
    #[error("no region is set, neither OCI_REGION nor {looked}; known are {}", known_regions())]
    NoRegion {
        /// What else would have been looked at.
        looked: String,
    },
    /// A resource principal was asked for, and the platform has given none to this process.
    #[error("resource_principal ({asked}) needs {lacking}, which the platform sets")]
    NoResourcePrincipal {
        /// The variable or the profile that asked for it.
        asked: String,
        /// The variables that are not set.
        lacking: String,
    },
    /// A workload identity was asked for, and this process does not run in a pod.
    #[error("oke_workload_identity ({asked}) needs {lacking}, which Kubernetes sets in each pod")]
    NoWorkloadIdentity {
        /// The variable or the profile that asked for it.
        asked: String,
        /// The variables that are not set.
        lacking: String,
    },
    /// An instance was asked to act on behalf of a user, and nothing names the file of that user's token.
    #[error(
        "instance_obo_user ({asked}) needs delegation_token_file, in a profile or in OCI_DELEGATION_TOKEN_FILE"
    )]
    NoDelegationToken {
        /// The variable or the profile that asked for it.
        asked: String,
    },
    /// The configuration file is damaged or lacks the profile.
    #[error("cannot use configuration file {path}")]
    Profile {
        /// The configuration file.
        path: PathBuf,
        /// Why.
        source: ProfileError,
    },
    /// The platform was asked for a region or for a token, and gave none.
    #[error("the platform gave no identity ({origin})")]
    Provider {
        /// What asked for it.
        origin: Origin,
        /// Why not.
        source: ProviderError,
    },
    /// The region cannot be used.
    #[error("the region cannot be used ({origin})")]
    Region {
        /// Where the region came from.
        origin: Origin,
        /// Why not.
        source: RegionError,
    },
    /// The resource principal cannot be used.
    #[error("the resource principal cannot be used ({origin})")]
    ResourcePrincipal {
        /// The variables that name its token and its key.
        origin: Origin,
        /// Why not.
        source: ResourcePrincipalError,
    },
    /// The session cannot be used.
    #[error("the session cannot be used ({origin})")]
    Session {
        /// Where its files are named.
        origin: Origin,
        /// Why not.
        source: SessionError,
    },
}

impl CredentialError {
    /// What to do about it, as a phrase that can follow the message.
    #[must_use]
    pub fn hint(&self) -> String {
        if let Self::Region { source, .. } = self
            && let Some(nearest) = source.nearest()
        {
            return format!("set it to {nearest}, or to another region id such as us-chicago-1");
        }
        self.fixed_hint().to_owned()
    }

    fn fixed_hint(&self) -> &'static str {
        match self {
            Self::BearerText { .. } => "copy the key again; it begins with sk-",
            Self::MissingVariables { .. } => {
                "set them too, or unset these and use a profile of ~/.oci/config"
            }
            Self::Mixture { .. } => "unset one of the two, or complete the first",
            Self::NoRegion { .. } => {
                "set OCI_REGION to a region that offers Generative AI, such as us-chicago-1, eu-frankfurt-1 or uk-london-1"
            }
            Self::Region { .. } => {
                "use a region id such as us-chicago-1, eu-frankfurt-1 or uk-london-1"
            }
            Self::AuthType { .. } => {
                "choose one of those, or unset it and use a profile of ~/.oci/config"
            }
            Self::ConfigFile { .. } => "check the permissions of the file",
            Self::Env(_) => "set it to UTF-8 text or unset it",
            Self::Fingerprint { .. } => {
                "name the private half of that API key, or copy the fingerprint of this one from the console"
            }
            Self::Key { source, .. } => source.hint(),
            Self::Session { source, .. } => source.hint(),
            Self::Provider { source, .. } => source.hint(),
            Self::NoneFound { .. } => {
                "run `oci setup config` for a profile, or set OCI_AUTH_TYPE to what this machine has"
            }
            Self::NoNetwork { .. } => {
                "build it with the features http and session-keys of oci-auth, which are those of locus by default"
            }
            Self::NoWorkloadIdentity { .. } => {
                "run it in a pod of an enhanced OKE cluster, or choose another OCI_AUTH_TYPE"
            }
            Self::NoDelegationToken { .. } => "set it to the path of the user's delegation token",
            Self::ResourcePrincipal { source, .. } => source.hint(),
            Self::NoResourcePrincipal { .. } => {
                "run it where a resource is a principal, such as in OCI Functions, or choose another OCI_AUTH_TYPE"
            }
            Self::KeyFile { .. } => {
                "correct key_file in the profile, or put the key of the API key there"
            }
            Self::Malformed { .. } => {
                "copy the values from the configuration preview of the API key in the console"
            }
            Self::Missing { .. } => "add them to the profile, or to [DEFAULT] for all profiles",
            Self::NoConfigFile { .. } | Self::NoHome => {
                "run `oci setup config`, or set OCI_CONFIG_FILE to the path of the file"
            }
            Self::Profile { source: ProfileError::NotFound { .. }, .. } => {
                "name one of those profiles, or add this one to the file"
            }
            Self::Profile { .. } => "correct that line of the file",
        }
    }
}

/// The regions of the commercial realm by name, the others by number: a tenancy of theirs knows its few.
fn known_regions() -> String {
    let (commercial, others): (Vec<Region>, Vec<Region>) = Region::known()
        .filter_map(|id| Region::parse(id).ok())
        .partition(|region| region.realm() == "oc1");
    let names: Vec<&str> = commercial.iter().map(Region::id).collect();
    format!("{} and {} of other realms", names.join(", "), others.len())
}

const KINDS: &str = "api_key, security_token, instance_principal, instance_obo_user, resource_principal, oke_workload_identity and auto";
