//! The names of the settings that may come from the environment.

use crate::env::{Env, EnvError};

/// A setting that an environment variable can give.
///
/// The names of each, the one that wins first. `{prefix}` stands for each prefix of the caller's in turn: `OCI_` unless other ones
/// are given; the `locus` crates put `LOCUS_OCI_` before it. The names that begin with `OCI_CLI_` are those of the official
/// command line.
///
/// | setting | names |
/// |---|---|
/// | `AuthType` | `{prefix}AUTH_TYPE`, `OCI_CLI_AUTH` |
/// | `CompartmentId` | `{prefix}COMPARTMENT_ID` |
/// | `ConfigFile` | `{prefix}CONFIG_FILE`, `OCI_CLI_CONFIG_FILE` |
/// | `DelegationTokenFile` | `{prefix}DELEGATION_TOKEN_FILE`, `OCI_CLI_DELEGATION_TOKEN_FILE` |
/// | `Fingerprint` | `{prefix}FINGERPRINT`, `OCI_CLI_FINGERPRINT` |
/// | `GenaiApiKey` | `{prefix}GENAI_API_KEY` |
/// | `Key` | `{prefix}KEY`, `OCI_CLI_KEY_CONTENT` |
/// | `KeyFile` | `{prefix}KEY_FILE`, `OCI_CLI_KEY_FILE` |
/// | `Passphrase` | `{prefix}PASSPHRASE`, `OCI_CLI_PASSPHRASE` |
/// | `Profile` | `{prefix}PROFILE`, `OCI_CLI_PROFILE` |
/// | `Region` | `{prefix}REGION`, `OCI_CLI_REGION` |
/// | `SecurityTokenFile` | `{prefix}SECURITY_TOKEN_FILE`, `OCI_CLI_SECURITY_TOKEN_FILE` |
/// | `Tenancy` | `{prefix}TENANCY`, `OCI_CLI_TENANCY` |
/// | `User` | `{prefix}USER`, `OCI_CLI_USER` |
///
/// An empty variable counts as unset.
///
/// The values of `AuthType`, and of `authentication_type` in a profile, in any letter case:
///
/// | value | what it asks for |
/// |---|---|
/// | `api_key` | an API key of a user, whatever else the profile has |
/// | `security_token`, `session_token` | a session of the command line: a token and its key |
/// | `instance_principal` | the compute instance that the program runs on |
/// | `instance_obo_user` | the same on behalf of a user, as in Cloud Shell; `DelegationTokenFile`, or the same of the profile, names that user's token |
/// | `resource_principal` | a resource that is a principal of its own, such as a function: what the platform names in `OCI_RESOURCE_PRINCIPAL_VERSION` (1.1, 2.1, 2.1.1, 2.1.2, 2.2, 3.0) and the variables that go with it |
/// | `oke_workload_identity` | the pod of an enhanced OKE cluster that the program runs in |
/// | `auto` | the first of all that is there, in the order of [`CredentialChain`](crate::CredentialChain); not in a profile |
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Setting {
    /// How requests are authenticated, such as `api_key`.
    AuthType,
    /// The compartment that calls are made in and billed to.
    CompartmentId,
    /// The path of the configuration file.
    ConfigFile,
    /// The path of a delegation token, which acts on behalf of a user.
    DelegationTokenFile,
    /// The fingerprint of the API key.
    Fingerprint,
    /// An API key of the Generative AI service, which is sent as a bearer token instead of a signature.
    GenaiApiKey,
    /// The private key itself, in PEM; it wins over [`KeyFile`](Self::KeyFile).
    Key,
    /// The path of the private key.
    KeyFile,
    /// The pass phrase of the private key.
    Passphrase,
    /// The name of the profile in the configuration file.
    Profile,
    /// The region whose endpoints are called.
    Region,
    /// The path of the security token of a session.
    SecurityTokenFile,
    /// The OCID of the tenancy.
    Tenancy,
    /// The OCID of the user.
    User,
}

impl Setting {
    /// All of them, for tables and tests.
    pub const ALL: [Self; 14] = [
        Self::AuthType,
        Self::CompartmentId,
        Self::ConfigFile,
        Self::DelegationTokenFile,
        Self::Fingerprint,
        Self::GenaiApiKey,
        Self::Key,
        Self::KeyFile,
        Self::Passphrase,
        Self::Profile,
        Self::Region,
        Self::SecurityTokenFile,
        Self::Tenancy,
        Self::User,
    ];

    /// The names of the variable, the one that wins first: each prefix with the setting's suffix, then the name that the
    /// official command line reads.
    ///
    /// ```
    /// use oci_auth::Setting;
    ///
    /// let names: Vec<String> = Setting::Region.names(&["LOCUS_OCI_", "OCI_"]).collect();
    /// assert_eq!(names, ["LOCUS_OCI_REGION", "OCI_REGION", "OCI_CLI_REGION"]);
    /// ```
    pub fn names<'p>(self, prefixes: &'p [&str]) -> impl Iterator<Item = String> + use<'p> {
        prefixes
            .iter()
            .map(move |prefix| format!("{prefix}{}", self.suffix()))
            .chain(self.command_line().map(str::to_owned))
    }

    fn suffix(self) -> &'static str {
        match self {
            Self::AuthType => "AUTH_TYPE",
            Self::CompartmentId => "COMPARTMENT_ID",
            Self::ConfigFile => "CONFIG_FILE",
            Self::DelegationTokenFile => "DELEGATION_TOKEN_FILE",
            Self::Fingerprint => "FINGERPRINT",
            Self::GenaiApiKey => "GENAI_API_KEY",
            Self::Key => "KEY",
            Self::KeyFile => "KEY_FILE",
            Self::Passphrase => "PASSPHRASE",
            Self::Profile => "PROFILE",
            Self::Region => "REGION",
            Self::SecurityTokenFile => "SECURITY_TOKEN_FILE",
            Self::Tenancy => "TENANCY",
            Self::User => "USER",
        }
    }

    /// The name that the official command line gives to the setting, which is not always the prefix and the suffix.
    pub(crate) fn command_line(self) -> Option<&'static str> {
        Some(match self {
            Self::AuthType => "OCI_CLI_AUTH",
            Self::ConfigFile => "OCI_CLI_CONFIG_FILE",
            Self::DelegationTokenFile => "OCI_CLI_DELEGATION_TOKEN_FILE",
            Self::Fingerprint => "OCI_CLI_FINGERPRINT",
            Self::Key => "OCI_CLI_KEY_CONTENT",
            Self::KeyFile => "OCI_CLI_KEY_FILE",
            Self::Passphrase => "OCI_CLI_PASSPHRASE",
            Self::Profile => "OCI_CLI_PROFILE",
            Self::Region => "OCI_CLI_REGION",
            Self::SecurityTokenFile => "OCI_CLI_SECURITY_TOKEN_FILE",
            Self::Tenancy => "OCI_CLI_TENANCY",
            Self::User => "OCI_CLI_USER",
            Self::CompartmentId | Self::GenaiApiKey => return None,
        })
    }

    /// The value in an environment and the name of the variable that gave it.
    ///
    /// # Errors
    /// [`EnvError`] if the variable is not UTF-8.
    pub fn read<'e>(
        self,
        env: &'e Env,
        prefixes: &[&str],
    ) -> Result<Option<(String, &'e str)>, EnvError> {
        for name in self.names(prefixes) {
            if let Some(value) = env.get(&name)? {
                return Ok(Some((name, value)));
            }
        }
        Ok(None)
    }
}

/// The prefix of the variables that this crate reads when the caller names no other.
pub const OCI_PREFIX: &str = "OCI_";
