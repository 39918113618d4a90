//! How an exchange fails, whoever it is with.

use std::fmt;
use std::time::{Duration, SystemTime};

use http::StatusCode;

use crate::token::TokenError;

/// Who was asked for a token, or for what one is made from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Issuer {
    /// The authentication service of a region.
    Authentication,
    /// The agent of an OKE cluster that issues tokens to pods.
    Cluster,
    /// An identity domain.
    Domain,
    /// The metadata service of an instance.
    Metadata,
    /// The service that a resource belongs to.
    Resource,
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Authentication => "the authentication service",
            Self::Cluster => "the token service of the cluster",
            Self::Domain => "the identity domain",
            Self::Metadata => "the metadata service",
            Self::Resource => "the service of the resource",
        })
    }
}

/// The time here and at the service, when they differ too much for a signature to be accepted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Clocks {
    /// What the clock of this machine said.
    pub here: SystemTime,
    /// What the service said in the header `date` of its answer.
    pub there: SystemTime,
}

impl Clocks {
    /// How far they are apart.
    #[must_use]
    pub fn skew(&self) -> Duration {
        let ahead = self.here.duration_since(self.there);
        ahead.unwrap_or_else(|behind| behind.duration())
    }

    pub(crate) fn are_apart(&self) -> bool {
        self.skew() > ALLOWED_SKEW
    }

    /// The time at the service when it is `here` on this machine.
    #[must_use]
    pub fn correct(&self, here: SystemTime) -> SystemTime {
        let corrected = match self.there.duration_since(self.here) {
            Ok(ahead) => here.checked_add(ahead),
            Err(behind) => here.checked_sub(behind.duration()),
        };
        corrected.unwrap_or(here)
    }
}

impl fmt::Display for Clocks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The format panics for years that it cannot express.
        let shown = |time: SystemTime| match crate::sign::imf_fixdate(time) {
            Ok(text) => text,
            Err(_) => "a year that no date can express".to_owned(),
        };
        let (here, there) = (shown(self.here), shown(self.there));
        write!(f, "the clock here says {here}, that of the service {there}")
    }
}

/// An exchange that brought no token. No variant holds a secret.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ExchangeError {
    /// The endpoint is not one.
    #[error(
        "expected an endpoint such as https://auth.us-chicago-1.oraclecloud.com, without a path"
    )]
    Endpoint,
    /// Success was answered, and something else than what was asked for.
    #[error("expected a token in the answer of {issuer}, found none")]
    Malformed {
        /// Who answered.
        issuer: Issuer,
    },
    /// The token in the answer names another key than the one that it was asked for.
    #[error("the token in the answer of {issuer} is for another key")]
    OtherKey {
        /// Who answered.
        issuer: Issuer,
    },
    /// The request was refused. Asking again later may help if the status is 429 or above 499; a certificate that is too old is
    /// answered with 401, and so is a clock that is more than five minutes off.
    #[error(
        "{issuer} answered {status}{}{}",
        .code.as_ref().map(|code| format!(" ({code})")).unwrap_or_default(),
        .clocks.map(|clocks| format!(": {clocks}")).unwrap_or_default()
    )]
    Refused {
        /// Who answered.
        issuer: Issuer,
        /// The status.
        status: StatusCode,
        /// The code in the answer, such as `NotAuthenticated`.
        code: Option<String>,
        /// Both times, if the status is 401 and they are more than five minutes apart.
        clocks: Option<Clocks>,
    },
    /// The token in the answer is not one.
    #[error("cannot use the token in the answer of {issuer}")]
    Token {
        /// Who answered.
        issuer: Issuer,
        /// Why.
        source: TokenError,
    },
}

impl ExchangeError {
    /// What to do about it, as a phrase that can follow the message.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Endpoint => "use the endpoint of the region, or leave it out",
            Self::Refused { clocks: Some(_), .. } => {
                "set the clock of this machine: a signature is valid within five minutes"
            }
            Self::Refused { issuer: Issuer::Metadata, status, .. }
                if *status == StatusCode::NOT_FOUND =>
            {
                "run it on a compute instance of OCI: this machine has another metadata service, or the identity of the instance is not there yet"
            }
            Self::Refused { issuer: Issuer::Cluster, status, .. }
                if *status == StatusCode::FORBIDDEN =>
            {
                "use an enhanced cluster: basic ones have no workload identity"
            }
            Self::Refused { issuer: Issuer::Domain, status, .. } if status.is_client_error() => {
                "check client id and secret, and that the domain trusts the issuer of the token"
            }
            Self::Refused { status, .. } if *status == StatusCode::UNAUTHORIZED => {
                "check that the clock is right within five minutes, and that the region is that of the identity"
            }
            Self::Malformed { .. }
            | Self::OtherKey { .. }
            | Self::Refused { .. }
            | Self::Token { .. } => "try again later",
        }
    }

    /// Both clocks, if the request was refused and they are too far apart.
    #[must_use]
    pub fn clocks(&self) -> Option<Clocks> {
        match self {
            Self::Refused { clocks, .. } => *clocks,
            _ => None,
        }
    }

    /// The status, if the request was refused.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }
}

/// Oracle's page "Request Signatures": a client's clock may be five minutes off.
const ALLOWED_SKEW: Duration = Duration::from_secs(300);
