//! Where a value came from, so that errors and logs can say it.

use std::fmt;
use std::path::PathBuf;

/// Where a value came from.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Origin {
    /// The chain of [`CredentialChain`](crate::CredentialChain) found it.
    Chain,
    /// The caller gave it.
    Given,
    /// The metadata service of the instance.
    Metadata,
    /// A profile of a configuration file.
    Profile {
        /// The profile.
        name: String,
        /// The file.
        path: PathBuf,
    },
    /// Nobody set it; it is the tenancy of the credentials.
    Tenancy,
    /// Nobody set it; it is what the token of the credentials says.
    Token,
    /// An environment variable of this name.
    Variable(String),
}

impl Origin {
    /// The same as a name, for errors that say what asked.
    pub(super) fn place(&self) -> String {
        match self {
            Self::Variable(name) => name.clone(),
            Self::Profile { name, path } => format!("profile {name} of {}", path.display()),
            other => other.to_string(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chain => f.write_str("found by the chain"),
            Self::Given => f.write_str("as given"),
            Self::Metadata => f.write_str("from the metadata service of the instance"),
            Self::Profile { name, path } => {
                write!(f, "from profile {name} of {}", path.display())
            }
            Self::Tenancy => f.write_str("the tenancy, because no other is set"),
            Self::Token => f.write_str("the resource of the token, because no other is set"),
            Self::Variable(name) => write!(f, "from {name}"),
        }
    }
}

/// A value and where it came from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Found<T> {
    /// The value.
    pub value: T,
    /// Where it came from.
    pub origin: Origin,
}
