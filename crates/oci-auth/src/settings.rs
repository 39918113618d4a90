//! The names of the settings that may come from the environment.

use crate::env::{Env, EnvError};

/// A setting that an environment variable can give.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Setting {
    /// How requests are authenticated, such as `api_key`.
    AuthType,
    /// The compartment that calls are made in and billed to.
    CompartmentId,
    /// The path of the configuration file.
    ConfigFile,
    /// The name of the profile in the configuration file.
    Profile,
    /// The region whose endpoints are called.
    Region,
}

impl Setting {
    /// All of them, for tables and tests.
    pub const ALL: [Self; 5] =
        [Self::AuthType, Self::CompartmentId, Self::ConfigFile, Self::Profile, Self::Region];

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
        let (suffix, command_line) = match self {
            Self::AuthType => ("AUTH_TYPE", Some("OCI_CLI_AUTH")),
            Self::CompartmentId => ("COMPARTMENT_ID", None),
            Self::ConfigFile => ("CONFIG_FILE", Some("OCI_CLI_CONFIG_FILE")),
            Self::Profile => ("PROFILE", Some("OCI_CLI_PROFILE")),
            Self::Region => ("REGION", Some("OCI_CLI_REGION")),
        };
        prefixes
            .iter()
            .map(move |prefix| format!("{prefix}{suffix}"))
            .chain(command_line.map(str::to_owned))
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
