//! Why a provider brought no token.

use std::io;
use std::path::PathBuf;

use http::StatusCode;

use crate::certificate::CertificateError;
use crate::exchange::{Clocks, ExchangeError, Issuer};
use crate::federation::FederationError;
use crate::http_client::HttpError;
use crate::key::KeyError;
use crate::resource_principal_error::ResourcePrincipalError;
use crate::session_refresh::SessionRefreshError;
use crate::sign_error::SignError;

/// A provider that brought no token. No variant holds a secret.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProviderError {
    /// The certificate of the instance cannot be used.
    #[error("cannot use the certificate that the metadata service gave")]
    Certificate(#[source] CertificateError),
    /// The address of a resource principal is not one.
    #[error("cannot use the address in {variable}: expected https://host/path")]
    Address {
        /// The variable.
        variable: String,
    },
    /// An exchange failed.
    #[error("the request for a token failed{}", tries(*.attempts))]
    Exchange {
        /// How often it was tried.
        attempts: u32,
        /// Why.
        source: ExchangeError,
    },
    /// A file cannot be read, or holds no token.
    #[error("cannot read {path}: {kind}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        kind: io::ErrorKind,
    },
    /// The certificate cannot be exchanged.
    #[error(transparent)]
    Federation(FederationError),
    /// A key cannot be made or read.
    #[error("cannot use the private key {what}")]
    Key {
        /// Which key.
        what: &'static str,
        /// Why.
        source: KeyError,
    },
    /// The parents of a resource have parents that are more than ten deep, or go round in a circle.
    #[error("the parents of the resource go on after {depth} of them")]
    Nested {
        /// How many were asked.
        depth: usize,
    },
    /// Nobody answered.
    #[error("no answer of {issuer}{}", tries(*.attempts))]
    NoAnswer {
        /// Who was asked.
        issuer: Issuer,
        /// How often.
        attempts: u32,
        /// Why.
        source: HttpError,
    },
    /// The metadata service names no region that is known, and describes none.
    #[error("the metadata service names no usable region")]
    NoRegion,
    /// What was brought, or stands in a file, cannot go into a signature.
    #[error("expected a security token, found other text")]
    NotToken,
    /// The service account's token of a pod has ended, or does not say when it ends.
    #[error("the service account token {place} {reason}")]
    PodToken {
        /// Where it is.
        place: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The token of the resource that asks cannot be used.
    #[error("the resource principal cannot be used")]
    ResourcePrincipal(#[from] ResourcePrincipalError),
    /// A session cannot be refreshed.
    #[error(transparent)]
    Session(SessionRefreshError),
    /// A request could not be signed.
    #[error("a request for a token could not be signed")]
    Sign(#[source] Box<SignError>),
    /// The instance has another tenancy than before, so that requests would be made in the name of somebody else.
    #[error("the tenancy of the instance was {before} and is {now}")]
    TenancyChanged {
        /// The tenancy of the certificate that was used first.
        before: String,
        /// That of the certificate that is there now.
        now: String,
    },
}

impl ProviderError {
    /// What to do about it, as a phrase that can follow the message.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Address { .. } => "leave OCI_RESOURCE_PRINCIPAL_* as the platform sets them",
            Self::Certificate(_) | Self::TenancyChanged { .. } => {
                "start the program anew; if it persists, report it to Oracle"
            }
            Self::Exchange { source, .. } => source.hint(),
            Self::Federation(error) => error.hint(),
            Self::File { .. } => {
                "check that the file is there, that it may be read, and the variable that names it"
            }
            Self::Key { source, .. } => source.hint(),
            Self::Nested { .. } => "report it to Oracle with the resource's id",
            Self::NoAnswer { issuer: Issuer::Metadata, .. } => {
                "run it on a compute instance of OCI; in a container, check that 169.254.169.254 can be reached, and in a pod of OKE use OCI_AUTH_TYPE=oke_workload_identity"
            }
            Self::NoAnswer { issuer: Issuer::Cluster, .. } => {
                "run it in a pod of an enhanced OKE cluster, and check KUBERNETES_SERVICE_HOST and the cluster's ca.crt"
            }
            Self::NoAnswer { .. } => {
                "check that the host can be reached from here: region, DNS, proxy, firewall and certificates"
            }
            Self::NoRegion => "set OCI_REGION, and OCI_REGION_METADATA for a region that is new",
            Self::NotToken => "check the file or the variable that holds the token",
            Self::PodToken { .. } => {
                "mount a service account token into the pod, as Kubernetes does unless automountServiceAccountToken is false"
            }
            Self::ResourcePrincipal(error) => error.hint(),
            Self::Session(error) => error.hint(),
            Self::Sign(error) => error.hint().unwrap_or("check the key of the identity"),
        }
    }

    /// Both clocks, if a request was refused and they are more than five minutes apart.
    #[must_use]
    pub fn clocks(&self) -> Option<Clocks> {
        match self {
            Self::Exchange { source, .. }
            | Self::Federation(FederationError::Exchange(source))
            | Self::Session(SessionRefreshError::Exchange(source)) => source.clocks(),
            _ => None,
        }
    }

    /// The status of a refusal.
    pub(crate) fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Exchange { source, .. } => source.status(),
            _ => None,
        }
    }

    /// The same, after so many attempts.
    pub(crate) fn after(mut self, count: u32) -> Self {
        if let Self::Exchange { attempts, .. } | Self::NoAnswer { attempts, .. } = &mut self {
            *attempts = count;
        }
        self
    }
}

impl From<FederationError> for ProviderError {
    fn from(error: FederationError) -> Self {
        match error {
            FederationError::Exchange(error) => error.into(),
            other => Self::Federation(other),
        }
    }
}

impl From<SessionRefreshError> for ProviderError {
    fn from(error: SessionRefreshError) -> Self {
        match error {
            SessionRefreshError::Exchange(error) => error.into(),
            other => Self::Session(other),
        }
    }
}

impl From<SignError> for ProviderError {
    fn from(error: SignError) -> Self {
        Self::Sign(Box::new(error))
    }
}

fn tries(attempts: u32) -> String {
    if attempts > 1 { format!(" after {attempts} attempts") } else { String::new() }
}
