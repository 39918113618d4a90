//! Who computes the RSA signatures: a value, so that a program chooses and no build switch does.

use std::fmt;

use super::{KeyError, RsaSigner};

/// A library that signs with RSA keys.
///
/// The features of this crate only add constants here; what signs is what the caller passes.
#[derive(Clone, Copy)]
pub struct Backend {
    name: &'static str,
    /// Reads a key in the structure of RFC 8017.
    load: Loader,
}

type Loader = fn(&[u8]) -> Result<Box<dyn RsaSigner>, KeyError>;

impl Backend {
    /// `ring`: small, builds without a C compiler where its assembly is known. About 0.45 ms for a signature with 2048 bits.
    #[cfg(feature = "ring")]
    pub const RING: Self = Self { name: "ring", load: ring_rsa::load };

    /// `aws-lc-rs`: about twice as fast at signing, for programs that sign much.
    #[cfg(feature = "aws-lc-rs")]
    pub const AWS_LC_RS: Self = Self { name: "aws-lc-rs", load: aws_lc_rsa::load };

    /// The name of the library.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.name
    }

    pub(super) fn load(self, pkcs1: &[u8]) -> Result<Box<dyn RsaSigner>, KeyError> {
        (self.load)(pkcs1)
    }
}

/// [`Backend::RING`].
#[cfg(feature = "ring")]
impl Default for Backend {
    fn default() -> Self {
        Self::RING
    }
}

impl fmt::Debug for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Backend({})", self.name)
    }
}

#[cfg(feature = "ring")]
mod ring_rsa {
    use ring::rand::SystemRandom;
    use ring::rsa::KeyPair;
    use ring::signature::RSA_PKCS1_SHA256;

    use crate::key::{KeyError, RsaSigner, SigningFailed};

    struct Key {
        pair: KeyPair,
        /// Seeds the blinding of the private operation; PKCS#1 v1.5 signatures themselves are deterministic.
        random: SystemRandom,
    }

    pub(super) fn load(pkcs1: &[u8]) -> Result<Box<dyn RsaSigner>, KeyError> {
        let pair = KeyPair::from_der(pkcs1).map_err(|_| KeyError::Damaged)?;
        Ok(Box::new(Key { pair, random: SystemRandom::new() }))
    }

    impl RsaSigner for Key {
        fn signature_len(&self) -> usize {
            self.pair.public().modulus_len()
        }

        fn sign(&self, message: &[u8], signature: &mut [u8]) -> Result<(), SigningFailed> {
            self.pair
                .sign(&RSA_PKCS1_SHA256, &self.random, message, signature)
                .map_err(|_| SigningFailed)
        }
    }
}

#[cfg(feature = "aws-lc-rs")]
mod aws_lc_rsa {
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::rsa::KeyPair;
    use aws_lc_rs::signature::RSA_PKCS1_SHA256;

    use crate::key::{KeyError, RsaSigner, SigningFailed};

    struct Key(KeyPair);

    pub(super) fn load(pkcs1: &[u8]) -> Result<Box<dyn RsaSigner>, KeyError> {
        let pair = KeyPair::from_der(pkcs1).map_err(|_| KeyError::Damaged)?;
        Ok(Box::new(Key(pair)))
    }

    impl RsaSigner for Key {
        fn signature_len(&self) -> usize {
            self.0.public_modulus_len()
        }

        fn sign(&self, message: &[u8], signature: &mut [u8]) -> Result<(), SigningFailed> {
            // The library seeds the blinding by itself; the source that is passed is not used.
            self.0
                .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, signature)
                .map_err(|_| SigningFailed)
        }
    }
}
