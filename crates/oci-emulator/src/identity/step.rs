//! The services that hand out credentials, by the names that faults are aimed with.

use std::fmt;
use std::str::FromStr;

/// One of the services that a token comes from, to aim a [`Fault`](crate::Fault) at.
///
/// ```
/// use oci_emulator::AuthService;
///
/// let service: AuthService = "federation".parse()?;
/// assert_eq!(service, AuthService::Federation);
/// # Ok::<(), oci_emulator::ParseAuthServiceError>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum AuthService {
    /// `POST /v1/x509`, a certificate for a token; `federation`.
    Federation,
    /// `GET /opc/v2/…`, the metadata of the instance; `metadata`.
    Metadata,
    /// `GET …/resourcePrincipalToken…`, the proof that a resource is one; `resource`.
    ResourceToken,
    /// `POST /v1/resourcePrincipalSessionToken`, that proof for a token; `resource-session`.
    ResourceSession,
    /// `POST /v1/oauth2/scoped`, a token for one that may do less; `scoped`.
    ScopedToken,
    /// `POST /v1/authentication/refresh`, the token of a session for a newer one; `session`.
    SessionRefresh,
    /// `POST /oauth2/v1/token` of an identity domain; `token-exchange`.
    TokenExchange,
    /// `POST /resourcePrincipalSessionTokens` of a Kubernetes cluster, over TLS; `workload`.
    Workload,
}

impl AuthService {
    /// Every one, in the order of their names in code.
    pub(crate) const ALL: [Self; 8] = [
        Self::Federation,
        Self::Metadata,
        Self::ResourceToken,
        Self::ResourceSession,
        Self::ScopedToken,
        Self::SessionRefresh,
        Self::TokenExchange,
        Self::Workload,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Federation => "federation",
            Self::Metadata => "metadata",
            Self::ResourceToken => "resource",
            Self::ResourceSession => "resource-session",
            Self::ScopedToken => "scoped",
            Self::SessionRefresh => "session",
            Self::TokenExchange => "token-exchange",
            Self::Workload => "workload",
        }
    }
}

impl fmt::Display for AuthService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for AuthService {
    type Err = ParseAuthServiceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|service| service.name() == text);
        found.ok_or_else(|| ParseAuthServiceError { text: text.to_owned() })
    }
}

/// A text that names no service.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "unknown service {text:?}; the services are federation, metadata, resource, resource-session, scoped, \
     session, token-exchange, workload"
)]
pub struct ParseAuthServiceError {
    text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_there_and_back() {
        for service in AuthService::ALL {
            assert_eq!(service.to_string().parse(), Ok(service));
            let error = "Federation".parse::<AuthService>().unwrap_err().to_string();
            assert!(error.contains(&service.to_string()), "{error}");
        }
    }
}
