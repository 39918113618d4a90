//! Private keys: from the files that Oracle's tools write to something that signs.

#[cfg(feature = "keys")]
mod backend;
#[cfg(feature = "keys")]
mod der;
#[cfg(feature = "keys")]
mod encrypted;
mod error;
mod fingerprint;
#[cfg(feature = "keys")]
mod pem;

use std::fmt;
use std::sync::Arc;

#[cfg(feature = "keys")]
pub use backend::Backend;
#[cfg(feature = "ring")]
pub(crate) use der::certificate_block;
#[cfg(feature = "keys")]
pub(crate) use der::{fingerprint_of_public, public_fingerprint};
pub use error::KeyError;
pub use fingerprint::{Fingerprint, FingerprintError};

use crate::secret::Secret;
use crate::{KeyId, KeyIdError};

/// Signs with RSASSA-PKCS1-v1_5 and SHA-256, the one algorithm that the service knows.
///
/// This is the seam for other backends: a hardware token, another crypto library, a constant in a test.
pub trait RsaSigner: Send + Sync {
    /// The length of a signature in bytes, which is that of the modulus.
    fn signature_len(&self) -> usize;

    /// Signs `message` into `signature`, whose length is [`signature_len`](Self::signature_len).
    ///
    /// # Errors
    /// [`SigningFailed`] when the backend cannot sign, for instance because a token was removed.
    fn sign(&self, message: &[u8], signature: &mut [u8]) -> Result<(), SigningFailed>;
}

/// A backend could not make a signature.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the key could not sign")]
pub struct SigningFailed;

/// An RSA private key, parsed once.
///
/// There is neither `Clone` nor access to the key's numbers. `ring` does not overwrite its own copy of them when it is dropped;
/// the buffers of this crate are overwritten.
pub struct PrivateKey {
    signer: Arc<dyn RsaSigner>,
    fingerprint: Option<Fingerprint>,
    public: Option<Vec<u8>>,
}

impl PrivateKey {
    /// A key that signs with a backend of the caller's. Its fingerprint is not known.
    pub fn from_signer(signer: impl RsaSigner + 'static) -> Self {
        Self { signer: Arc::new(signer), fingerprint: None, public: None }
    }

    /// Reads the bytes of a key file, with `ring` as the backend. See [`from_pem_with`](Self::from_pem_with).
    ///
    /// # Errors
    /// [`KeyError`] says what was found instead of an RSA private key of 2048 to 4096 bits.
    #[cfg(feature = "ring")]
    pub fn from_pem(bytes: &[u8], pass_phrase: Option<&Secret>) -> Result<Self, KeyError> {
        Self::from_pem_with(bytes, pass_phrase, Backend::RING)
    }

    /// Reads the bytes of a key file.
    ///
    /// | first line | what it is | pass phrase |
    /// |---|---|---|
    /// | `BEGIN PRIVATE KEY` | PKCS#8, from the console and `openssl genrsa` 3 | ignored |
    /// | `BEGIN RSA PRIVATE KEY` | PKCS#1, from older tools | ignored |
    /// | the same, then `Proc-Type: 4,ENCRYPTED` | PKCS#1 from `openssl genrsa -aes128`, as Oracle's pages ask for | needed |
    /// | `BEGIN ENCRYPTED PRIVATE KEY` | PKCS#8 under PBES2 (PBKDF2 or scrypt), PBES1 or PKCS#12 | needed |
    /// | none | DER of any of them but the third | as there |
    ///
    /// CRLF, lone CR, indentation, a byte-order mark and lines of any length make no difference. Text before and after the block
    /// is ignored, such as the line `OCI_API_KEY` that the console asks for. Of several keys the first is read. A pass phrase
    /// that is not needed is ignored, since profiles inherit one from `[DEFAULT]`; an empty one counts as none.
    ///
    /// # Errors
    /// [`KeyError`] says what was found instead of an RSA private key of 2048 to 4096 bits. A file that asks for more work
    /// than any tool does is refused before the work is done.
    #[cfg(feature = "keys")]
    pub fn from_pem_with(
        bytes: &[u8],
        pass_phrase: Option<&Secret>,
        backend: Backend,
    ) -> Result<Self, KeyError> {
        Self::load(&der::read(bytes, pass_phrase, pem::Source::File)?, backend)
    }

    /// Reads a key from the value of an environment variable: as [`from_pem_with`](Self::from_pem_with), but the line breaks
    /// may also be spaces or `\n` in two characters, which is what shells and dashboards make of them.
    ///
    /// # Errors
    /// [`KeyError`], as there.
    #[cfg(feature = "keys")]
    pub fn from_variable(
        text: &Secret,
        pass_phrase: Option<&Secret>,
        backend: Backend,
    ) -> Result<Self, KeyError> {
        let text = pem::unescape(text.expose());
        Self::load(&der::read(text.as_bytes(), pass_phrase, pem::Source::Variable)?, backend)
    }

    #[cfg(feature = "keys")]
    fn load(key: &der::RsaKey, backend: Backend) -> Result<Self, KeyError> {
        let signer = Arc::from(backend.load(&key.pkcs1)?);
        let fingerprint = Some(fingerprint_of_public(&key.public));
        Ok(Self { signer, fingerprint, public: Some(key.public.clone()) })
    }

    /// The same key for another id: tokens of one key follow each other.
    #[cfg(all(feature = "ring", feature = "system"))]
    pub(crate) fn share(&self) -> Self {
        let Self { signer, fingerprint, public } = self;
        Self { signer: Arc::clone(signer), fingerprint: *fingerprint, public: public.clone() }
    }

    /// The public half in DER, as SubjectPublicKeyInfo (RFC 5280); `None` for a backend of the caller's.
    #[must_use]
    pub fn public_key_der(&self) -> Option<&[u8]> {
        self.public.as_deref()
    }

    /// The fingerprint of the public half, computed from the key; `None` for a backend of the caller's.
    #[must_use]
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        self.fingerprint
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey(RSA, {} bits, <redacted>)", self.signer.signature_len() * 8)
    }
}

/// A private key together with the id under which the service knows its public half.
#[derive(Debug)]
pub struct SigningKey {
    pub(crate) id: KeyId,
    pub(crate) key: PrivateKey,
    pub(crate) delegation_token: Option<Secret>,
}

impl SigningKey {
    /// Joins a key and its id.
    #[must_use]
    pub fn new(id: KeyId, key: PrivateKey) -> Self {
        Self { id, key, delegation_token: None }
    }

    /// Signs on behalf of the user whose delegation token this is: it is sent as `opc-obo-token` and signed as the fourth line.
    ///
    /// # Errors
    /// [`KeyIdError`] if the token is empty or holds white space, as one read from a file with its final newline does.
    pub fn with_delegation_token(mut self, token: Secret) -> Result<Self, KeyIdError> {
        // The same characters are allowed as in a token that is part of a key id.
        KeyId::security_token(token.expose())?;
        self.delegation_token = Some(token);
        Ok(self)
    }

    /// The key id.
    #[must_use]
    pub fn id(&self) -> &KeyId {
        &self.id
    }

    /// The fingerprint of the key, if it is known.
    #[must_use]
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        self.key.fingerprint()
    }

    pub(crate) fn signature(&self, message: &[u8]) -> Result<Vec<u8>, SigningFailed> {
        let signer = &self.key.signer;
        let mut signature = vec![0; signer.signature_len()];
        signer.sign(message, &mut signature)?;
        Ok(signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Constant;

    impl RsaSigner for Constant {
        fn signature_len(&self) -> usize {
            256
        }

        fn sign(&self, _: &[u8], signature: &mut [u8]) -> Result<(), SigningFailed> {
            signature.fill(7);
            Ok(())
        }
    }

    #[test]
    fn a_backend_of_the_callers_signs() {
        let id = KeyId::verbatim("k".to_owned()).unwrap();
        let key = SigningKey::new(id, PrivateKey::from_signer(Constant));
        assert_eq!(key.signature(b"anything").unwrap(), vec![7; 256]);
    }

    #[test]
    fn debug_shows_size_and_no_token() {
        let id = KeyId::verbatim("k".to_owned()).unwrap();
        let key = SigningKey::new(id, PrivateKey::from_signer(Constant));
        let shown = format!("{:?}", key.with_delegation_token(Secret::from("obo.token")).unwrap());
        assert!(shown.contains("2048 bits") && !shown.contains("obo"), "{shown}");
    }

    #[test]
    fn a_delegation_token_with_its_final_newline_is_refused() {
        let id = KeyId::verbatim("k".to_owned()).unwrap();
        let key = SigningKey::new(id, PrivateKey::from_signer(Constant));
        assert!(key.with_delegation_token(Secret::from("obo.token\n")).is_err());
    }
}
