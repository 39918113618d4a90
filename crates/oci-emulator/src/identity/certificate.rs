//! The certificate of the instance, which is renewed long before it ends and can be rotated.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, SystemTime};

use rustls::pki_types::CertificateDer;

use super::Identities;
use crate::authority::{Authority, Subject};
use crate::error::Error;
use crate::keys::{KeyPair, PublicKey};

/// A key and the certificates for it.
#[derive(Debug)]
pub(super) struct Certificate {
    key: Arc<KeyPair>,
    /// All that were made for the key, the newest last; there is always one.
    leaves: Vec<CertificateDer<'static>>,
    /// When the newest was made.
    made: SystemTime,
}

/// What the metadata service shows.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    pub(super) leaf: CertificateDer<'static>,
    pub(super) key: Arc<KeyPair>,
}

impl Certificate {
    pub(super) fn issue(
        authority: &Authority,
        key: Arc<KeyPair>,
        now: SystemTime,
    ) -> Result<Self, Error> {
        let leaves = vec![leaf(authority, &key, now)?];
        Ok(Self { key, leaves, made: now })
    }
}

impl Identities {
    /// The newest certificate and its key; a new one is made when half of its life is over.
    pub(super) fn certificate(&self, now: SystemTime) -> Result<Shown, Error> {
        let mut certificate = self.certificate.lock().unwrap_or_else(PoisonError::into_inner);
        let age = now.duration_since(certificate.made).unwrap_or_default();
        if age > LIFE / 2 {
            let leaf = leaf(&self.authority, &certificate.key, now)?;
            certificate.leaves.push(leaf);
            certificate.made = now;
        }
        let leaf = certificate.leaves.last().cloned().ok_or(Error::Certificate)?;
        Ok(Shown { leaf, key: Arc::clone(&certificate.key) })
    }

    /// The key of a certificate, if it is one of those for the present key.
    pub(super) fn key_of(&self, leaf: &[u8]) -> Option<PublicKey> {
        let certificate = self.certificate.lock().unwrap_or_else(PoisonError::into_inner);
        let is_known = certificate.leaves.iter().any(|known| known.as_ref() == leaf);
        is_known.then(|| certificate.key.public_key().clone())
    }
}

fn leaf(
    authority: &Authority,
    key: &KeyPair,
    now: SystemTime,
) -> Result<CertificateDer<'static>, Error> {
    let subject = Subject { tenancy: authority.tenancy(), instance: authority.instance_id() };
    authority.certificates().issue(key, subject, now, LIFE)
}

/// Long enough that only a test with a clock of its own sees one end.
const LIFE: Duration = Duration::from_secs(24 * 3600);
