//! RSA signatures by `ring`.

use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::RSA_PKCS1_SHA256;

use super::pem::KeyDer;
use super::{KeyError, RsaSigner, SigningFailed};

pub(super) struct RingKey {
    pair: KeyPair,
    /// Seeds the blinding of the private operation; PKCS#1 v1.5 signatures themselves are deterministic.
    random: SystemRandom,
}

impl RingKey {
    pub(super) fn load(der: &KeyDer) -> Result<Self, KeyError> {
        let pair = match der {
            KeyDer::Pkcs1(der) => KeyPair::from_der(der),
            KeyDer::Pkcs8(der) => KeyPair::from_pkcs8(der),
        };
        let pair = pair.map_err(|rejected| refusal(&rejected))?;
        Ok(Self { pair, random: SystemRandom::new() })
    }
}

/// `ring` offers the reason of a refusal as text only; anything that is not known here counts as damage.
fn refusal(rejected: &ring::error::KeyRejected) -> KeyError {
    match rejected.to_string().as_str() {
        "TooSmall" => KeyError::TooSmall,
        "TooLarge" => KeyError::TooLarge,
        "WrongAlgorithm" => KeyError::NotRsa,
        _ => KeyError::Damaged,
    }
}

impl RsaSigner for RingKey {
    fn signature_len(&self) -> usize {
        self.pair.public().modulus_len()
    }

    fn sign(&self, message: &[u8], signature: &mut [u8]) -> Result<(), SigningFailed> {
        self.pair
            .sign(&RSA_PKCS1_SHA256, &self.random, message, signature)
            .map_err(|_| SigningFailed)
    }
}
