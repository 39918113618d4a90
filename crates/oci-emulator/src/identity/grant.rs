//! What each kind of token says.

use std::time::{Duration, SystemTime};

use super::token::{Draft, Kind, unix_seconds};
use crate::authority::Authority;
use crate::keys::PublicKey;

/// What a token is for, and the key of those who will sign with it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum TokenKind<'a> {
    /// That a user lets an instance act in the user's name: `opc-obo-token`. It lives for an hour.
    Delegation,
    /// Of an identity provider outside of OCI, to be exchanged at the identity domain. It lives for an hour.
    External,
    /// Of the instance, as the federation endpoint issues it.
    Instance(&'a PublicKey),
    /// Of the resource: what version 2.2 finds in its environment.
    Resource(&'a PublicKey),
    /// Of a Kubernetes service account, as it is mounted into a pod. It lives for an hour.
    ServiceAccount,
    /// Of a user who has logged in: what `oci session authenticate` writes.
    ///
    /// It can be refreshed for 24 hours.
    Session(&'a PublicKey),
    /// Of a user, as token exchange issues it.
    User(&'a PublicKey),
    /// Of a workload in a cluster.
    Workload(&'a PublicKey),
}

impl TokenKind<'_> {
    pub(super) fn draft(self, authority: &Authority, now: SystemTime) -> Draft {
        let names = authority.names();
        match self {
            Self::Delegation => Draft::new(Kind::Delegation, &names.user)
                .with("ptype", "user")
                .with_life(SHOWN_LIFE),
            Self::External => Draft::new(Kind::External, "somebody@example.com")
                .with("iss", "https://identity.example.com")
                .with_life(SHOWN_LIFE),
            Self::Instance(key) => Draft::new(Kind::Instance, &names.instance)
                .with("ptype", "instance")
                .with("opc-certtype", "instance")
                .with("opc-compartment", names.compartment.as_str())
                .with("opc-instance", names.instance.as_str())
                .with("opc-tenant", names.tenancy.as_str())
                .with_key(key.clone()),
            Self::Resource(key) => {
                resource(authority, &names.resource, "fnfunc").with_key(key.clone())
            }
            Self::ServiceAccount => {
                Draft::new(Kind::ServiceAccount, "system:serviceaccount:default:emulator")
                    .with("iss", "https://kubernetes.default.svc.cluster.local")
                    .with_life(SHOWN_LIFE)
            }
            Self::Session(key) => session(authority, unix_seconds(now + SESSION_LIFE), key),
            Self::User(key) => {
                Draft::new(Kind::User, &names.user).with("ptype", "user").with_key(key.clone())
            }
            Self::Workload(key) => {
                Draft { kind: Kind::Workload, ..resource(authority, &names.cluster, "workload") }
                    .with_key(key.clone())
            }
        }
    }
}

/// The token of a resource, not bound to a key yet.
pub(super) fn resource(authority: &Authority, id: &str, kind: &str) -> Draft {
    let names = authority.names();
    Draft::new(Kind::Resource, id)
        .with("ptype", "resource")
        .with("res_compartment", names.compartment.as_str())
        .with("res_id", id)
        .with("res_tenant", names.tenancy.as_str())
        .with("res_type", kind)
}

/// The token of a session that can be refreshed until `end`.
pub(super) fn session(authority: &Authority, end: u64, key: &PublicKey) -> Draft {
    Draft::new(Kind::Session, authority.user())
        .with("ptype", "user")
        .with("sess_exp", end)
        .with_key(key.clone())
}

/// The life of tokens that others than OCI issue.
const SHOWN_LIFE: Duration = Duration::from_secs(3600);

/// Oracle's documentation: a session can be refreshed for up to 24 hours.
const SESSION_LIFE: Duration = Duration::from_secs(24 * 3600);
