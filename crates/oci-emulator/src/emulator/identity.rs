//! What a running emulator can do with its authority.

use std::net::SocketAddr;
use std::time::Duration;

use super::Emulator;
use crate::authority::Authority;
use crate::error::Error;
use crate::fault::Fault;
use crate::identity::{AuthService, Identities, TokenKind, parent_url};
use crate::keys::KeyPair;

/// Tokens, for an emulator that has [an authority](crate::Builder::authority).
impl Emulator {
    /// The authority that it was started with.
    pub fn authority(&self) -> Option<&Authority> {
        self.service.identities.as_ref().map(|identities| &identities.authority)
    }

    /// Where the instance's metadata is, for `OCI_METADATA_BASE_URL`: `http://127.0.0.1:40001/opc/v2`.
    pub fn metadata_url(&self) -> String {
        format!("{}/opc/v2", self.url())
    }

    /// Where a certificate is exchanged for a token: `http://127.0.0.1:40001/v1/x509`.
    ///
    /// Sessions are refreshed, and proofs of resources exchanged, at the same host.
    pub fn federation_url(&self) -> String {
        format!("{}/v1/x509", self.url())
    }

    /// Where the resource `levels` above one of the tenancy proves itself, for
    /// `OCI_RESOURCE_PRINCIPAL_RPT_URL_FOR_PARENT_RESOURCE`.
    ///
    /// Its answer names the level below in `opc-parent-rpt-url`, and that of level 1 names none; there are 100.
    pub fn parent_token_url(&self, levels: u32) -> String {
        parent_url(&self.url(), levels)
    }

    /// Where the token endpoint of the cluster listens, with TLS by the authority that
    /// [`Authority::cluster_ca_pem`] shows; `None` without an authority.
    pub fn cluster_address(&self) -> Option<SocketAddr> {
        self.cluster_address
    }

    /// Makes a token as the services issue it, with the usual life.
    ///
    /// # Errors
    ///
    /// [`Error::NoAuthority`].
    pub fn issue_token(&self, kind: TokenKind<'_>) -> Result<String, Error> {
        let identities = self.identities()?;
        identities.issue(kind, None, self.service.settings.clock.now())
    }

    /// Makes a token with a life of so many whole seconds; with none it has expired when it is made.
    ///
    /// # Errors
    ///
    /// [`Error::NoAuthority`].
    pub fn issue_token_for(&self, kind: TokenKind<'_>, life: Duration) -> Result<String, Error> {
        let identities = self.identities()?;
        identities.issue(kind, Some(life), self.service.settings.clock.now())
    }

    /// Gives the instance another certificate for another key; the one before is refused from now on.
    ///
    /// Tokens stay good. It makes an RSA key, which takes 50 to 100 ms.
    ///
    /// # Errors
    ///
    /// [`Error::NoAuthority`], [`Error::KeyGeneration`] and [`Error::Certificate`].
    pub fn rotate_certificate(&self) -> Result<(), Error> {
        let identities = self.identities()?;
        identities.rotate_certificate(KeyPair::generate()?, self.service.settings.clock.now())
    }

    /// Refuses every token that was issued until now; without an authority there is none.
    ///
    /// Those of the [`Authority`]'s other emulators are refused here as well.
    pub fn revoke_tokens(&self) {
        if let Some(identities) = &self.service.identities {
            identities.revoke_tokens();
        }
    }

    /// Makes every following request to one of the services for credentials go wrong, or none.
    ///
    /// The fault befalls requests whose own credentials are right. Without an authority there is nothing to befall.
    pub fn set_auth_fault(&self, service: AuthService, fault: Option<Fault>) {
        if let Some(identities) = &self.service.identities {
            identities.faults(service).set(fault);
        }
    }

    /// Makes one request to one of the services for credentials go wrong: the next that no earlier call has claimed.
    pub fn push_auth_fault(&self, service: AuthService, fault: Fault) {
        if let Some(identities) = &self.service.identities {
            identities.faults(service).push(fault);
        }
    }

    fn identities(&self) -> Result<&Identities, Error> {
        self.service.identities.as_ref().ok_or(Error::NoAuthority)
    }
}
