//! Private keys: from the files that Oracle's tools write to something that signs.

#[cfg(feature = "ring")]
mod pem;
#[cfg(feature = "ring")]
mod ring_backend;

use std::fmt;

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
pub struct PrivateKey(Box<dyn RsaSigner>);

impl PrivateKey {
    /// A key that signs with a backend of the caller's.
    pub fn from_signer(signer: impl RsaSigner + 'static) -> Self {
        Self(Box::new(signer))
    }

    /// Reads a PEM file as Oracle's tools write it, with `ring` as the backend.
    ///
    /// PKCS#1 (`BEGIN RSA PRIVATE KEY`) and PKCS#8 (`BEGIN PRIVATE KEY`) are read. Text before and after the block is ignored,
    /// such as the line `OCI_API_KEY` that the console asks for. The pass phrase is not needed for a plain key and is ignored
    /// there, since profiles inherit one from `[DEFAULT]`.
    ///
    /// # Errors
    /// [`KeyError`] says what was found instead of an RSA private key of 2048 to 4096 bits.
    #[cfg(feature = "ring")]
    pub fn from_pem(pem: &[u8], pass_phrase: Option<&Secret>) -> Result<Self, KeyError> {
        let der = pem::private_key(pem, pass_phrase)?;
        ring_backend::RingKey::load(&der).map(Self::from_signer)
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey(RSA, {} bits, <redacted>)", self.0.signature_len() * 8)
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

    pub(crate) fn signature(&self, message: &[u8]) -> Result<Vec<u8>, SigningFailed> {
        let signer = &self.key.0;
        let mut signature = vec![0; signer.signature_len()];
        signer.sign(message, &mut signature)?;
        Ok(signature)
    }
}

/// Text or bytes that are no usable private key.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// There is no PEM block.
    #[error("expected a PEM block (-----BEGIN PRIVATE KEY-----), found none")]
    NoPem,
    /// A PEM block has no end, or its text is not base64.
    #[error("the PEM block is cut short or is not base64")]
    BadPem,
    /// The block is something else.
    #[error("expected an RSA private key, found a block of {label:?}")]
    WrongKind {
        /// What its first line says, such as `PUBLIC KEY`.
        label: String,
    },
    /// The key is encrypted and no pass phrase was given.
    #[error("the key is encrypted and no pass phrase is set")]
    PassPhraseMissing,
    /// The key is encrypted, and this release reads plain keys only.
    #[error("the key is encrypted, which is not supported yet")]
    Encrypted,
    /// The key is of another algorithm.
    #[error("expected an RSA key, found another algorithm")]
    NotRsa,
    /// The key is shorter than the service takes.
    #[error("the RSA key is shorter than 2048 bits")]
    TooSmall,
    /// The key is longer than the backend takes.
    #[error("the RSA key is longer than 4096 bits")]
    TooLarge,
    /// The numbers of the key do not belong together, or its structure is damaged.
    #[error("the RSA key is damaged")]
    Damaged,
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
