//! Which of the services a request is for.

use super::{Asked, AuthService, Granted, Refusal};
use super::{federation, metadata, oauth, resource, session, workload};
use crate::reply::Reply;

/// Which port a request came in by.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Door {
    /// The one for everything, in plain HTTP.
    Main,
    /// The one of the Kubernetes cluster, over TLS.
    Cluster,
}

/// What one of the services is asked to do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Operation<'a> {
    Federate,
    /// What follows `/opc/`.
    Metadata(&'a str),
    /// The resource this many levels above one of the tenancy.
    ParentToken(u32),
    RefreshSession,
    ResourceSession,
    ResourceToken(Version, &'a str),
    Scope,
    ExchangeToken,
    Workload,
}

/// How a resource proves itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Version {
    /// By the instance that it runs on: 1.1.
    Instance,
    /// By its own key: 2.1 and 2.1.1.
    Key,
    /// By its own key and a context: 2.1.2.
    KeyAndContext,
}

impl<'a> Operation<'a> {
    /// The operation of a path; `None` if it belongs to none of these services.
    pub(crate) fn find(door: Door, path: &'a str) -> Option<Self> {
        if door == Door::Cluster {
            // The second is the default of the official Java SDK.
            let known =
                ["/resourcePrincipalSessionTokens", "/resourcePrincipalSessionTokensWithCaching"];
            return known.contains(&path).then_some(Self::Workload);
        }
        if let Some(rest) = path.strip_prefix("/opc/") {
            return Some(Self::Metadata(rest));
        }
        match path {
            "/oauth2/v1/token" => return Some(Self::ExchangeToken),
            "/v1/authentication/refresh" => return Some(Self::RefreshSession),
            "/v1/oauth2/scoped" => return Some(Self::Scope),
            // The official Go SDK appends an empty path to the first.
            "/v1/resourcePrincipalSessionToken" | "/v1/resourcePrincipalSessionToken/" => {
                return Some(Self::ResourceSession);
            }
            "/v1/x509" => return Some(Self::Federate),
            _ => {}
        }
        // A service may put these anywhere, which clients are told by a variable.
        let (rest, last) = path.rsplit_once('/')?;
        let (above, name) = rest.rsplit_once('/')?;
        match name {
            "resourcePrincipalToken" => Some(Self::ResourceToken(Version::Instance, last)),
            "resourcePrincipalTokenV2" => Some(Self::ResourceToken(Version::Key, last)),
            "resourcePrincipalTokenV212" => Some(Self::ResourceToken(Version::KeyAndContext, last)),
            "parent" if above.ends_with("/resourcePrincipalToken") => {
                last.parse().ok().map(Self::ParentToken)
            }
            _ => None,
        }
    }

    /// The service that does it.
    pub(super) fn service(self) -> AuthService {
        match self {
            Self::ExchangeToken => AuthService::TokenExchange,
            Self::Federate => AuthService::Federation,
            Self::Metadata(_) => AuthService::Metadata,
            Self::ParentToken(_) | Self::ResourceToken(..) => AuthService::ResourceToken,
            Self::RefreshSession => AuthService::SessionRefresh,
            Self::ResourceSession => AuthService::ResourceSession,
            Self::Scope => AuthService::ScopedToken,
            Self::Workload => AuthService::Workload,
        }
    }

    fn method(self) -> &'static str {
        match self {
            Self::Metadata(_) | Self::ParentToken(_) | Self::ResourceToken(..) => "GET",
            _ => "POST",
        }
    }

    /// Checks the request and says what it gets.
    pub(super) fn grant(self, asked: &Asked<'_>) -> Result<Granted, Refusal> {
        let allowed = self.method();
        if asked.head.method != allowed {
            let message = format!("This operation takes the method {allowed} only.");
            let reply = Reply::oracle_error(405, "MethodNotAllowed", &message);
            return Err(reply.with_header("allow", allowed).into());
        }
        match self {
            Self::ExchangeToken => oauth::exchange(asked),
            Self::Federate => federation::federate(asked),
            Self::Metadata(path) => metadata::look_up(asked, path),
            Self::ParentToken(level) => resource::parent_token(asked, level),
            Self::RefreshSession => session::refresh(asked),
            Self::ResourceSession => resource::session(asked),
            Self::ResourceToken(version, id) => resource::token(asked, version, id),
            Self::Scope => oauth::scope(asked),
            Self::Workload => workload::session(asked),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: Option<Operation<'_>>) {
        assert_eq!(Operation::find(Door::Main, path), expected);
    }

    #[test]
    fn paths_of_resources_may_stand_anywhere() {
        use Operation::{ParentToken, ResourceToken};
        let by_instance = |id| Some(ResourceToken(Version::Instance, id));
        check("/20180711/resourcePrincipalToken/a", by_instance("a"));
        check("/x/y/resourcePrincipalToken/a", by_instance("a"));
        check("/20180711/resourcePrincipalTokenV2/a", Some(ResourceToken(Version::Key, "a")));
        check(
            "/20180711/resourcePrincipalTokenV212/a",
            Some(ResourceToken(Version::KeyAndContext, "a")),
        );
        check("/20180711/resourcePrincipalToken/parent/2", Some(ParentToken(2)));
        check("/20180711/resourcePrincipalToken/parent/x", None);
        check("/20180711/parent/2", None);
        check("/openai/v1/responses/a", None);
        check("/n", None);
    }

    #[test]
    fn each_door_has_paths_of_its_own() {
        let path = "/resourcePrincipalSessionTokens";
        assert_eq!(Operation::find(Door::Cluster, path), Some(Operation::Workload));
        check(path, None);
        assert_eq!(Operation::find(Door::Cluster, "/v1/x509"), None);
        check("/v1/x509", Some(Operation::Federate));
    }
}
