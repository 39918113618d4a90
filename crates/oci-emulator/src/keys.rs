//! RSA key pairs made on the spot, public keys, fingerprints and identities.

use std::fmt;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::{
    KeyPair as RsaKeyPair, KeySize, PublicEncryptingKey, PublicKey as RsaPublicKey,
    PublicKeyComponents,
};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};

use crate::error::Error;

/// A fresh RSA key of 2048 bits, made to be thrown away.
///
/// It is no secret of anybody's: it opens nothing but an emulator that was told its public half.
pub struct KeyPair {
    pkcs8: Vec<u8>,
    public: PublicKey,
}

impl KeyPair {
    /// Makes a key pair, which takes some 50 to 100 ms.
    ///
    /// # Errors
    ///
    /// [`Error::KeyGeneration`] if the crypto library fails, in practice for want of randomness.
    pub fn generate() -> Result<Self, Error> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| Error::KeyGeneration)?;
        let pkcs8 = pair.as_der().map_err(|_| Error::KeyGeneration)?.as_ref().to_vec();
        Ok(Self { pkcs8, public: PublicKey::from_der(pair.public_key().as_ref())? })
    }

    /// The private half as PKCS#8 in PEM (`-----BEGIN PRIVATE KEY-----`), as Oracle's console makes it.
    pub fn private_key_pem(&self) -> PrivateKeyPem {
        PrivateKeyPem(pem("PRIVATE KEY", &self.pkcs8))
    }

    /// The private half in PKCS#8.
    pub(crate) fn pkcs8_der(&self) -> &[u8] {
        &self.pkcs8
    }

    /// The private half as PKCS#1 in PEM (`-----BEGIN RSA PRIVATE KEY-----`), as the metadata service has it.
    pub fn pkcs1_private_key_pem(&self) -> PrivateKeyPem {
        PrivateKeyPem(pem("RSA PRIVATE KEY", self.pkcs8.get(PKCS8_HEAD..).unwrap_or_default()))
    }

    /// The public half.
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// The MD5 fingerprint of the public half; see [`PublicKey::fingerprint`].
    pub fn fingerprint(&self) -> String {
        self.public.fingerprint()
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyPair").field("public", &self.public).finish_non_exhaustive()
    }
}

/// The PEM text of a private key, which does not show itself in `Debug`.
pub struct PrivateKeyPem(String);

impl PrivateKeyPem {
    /// The text, ending in a line feed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PrivateKeyPem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKeyPem([redacted])")
    }
}

/// An RSA public key of 2048 to 8192 bits.
#[derive(Clone, Eq, PartialEq)]
pub struct PublicKey {
    pkcs1: Vec<u8>,
    spki: Vec<u8>,
}

impl PublicKey {
    /// Reads DER, either a SubjectPublicKeyInfo (RFC 5280) or an RSAPublicKey (PKCS#1).
    ///
    /// # Errors
    ///
    /// [`Error::InvalidPublicKey`] if the bytes are neither or the size is out of range.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        let key = RsaPublicKey::from_der(der).map_err(|_| Error::InvalidPublicKey)?;
        let spki = key.as_der().map_err(|_| Error::InvalidPublicKey)?.as_ref().to_vec();
        // This type is the one that checks the size, 2048 to 8192 bits.
        PublicEncryptingKey::from_der(&spki).map_err(|_| Error::InvalidPublicKey)?;
        Ok(Self { pkcs1: key.as_ref().to_vec(), spki })
    }

    /// Reads one PEM block (`-----BEGIN PUBLIC KEY-----`).
    ///
    /// # Errors
    ///
    /// [`Error::InvalidPublicKey`] if there is no block or it holds no fitting key.
    pub fn from_pem(pem: &str) -> Result<Self, Error> {
        let body: String = pem
            .lines()
            .map(str::trim)
            .skip_while(|line| !line.starts_with("-----BEGIN "))
            .skip(1)
            .take_while(|line| !line.starts_with("-----END "))
            .collect();
        let der = STANDARD.decode(body).map_err(|_| Error::InvalidPublicKey)?;
        Self::from_der(&der)
    }

    /// Reads what token services are sent: base64 of DER, with or without the lines of PEM around it.
    pub(crate) fn from_base64(text: &str) -> Result<Self, Error> {
        if text.contains("-----BEGIN ") {
            return Self::from_pem(text);
        }
        let der = STANDARD.decode(text).map_err(|_| Error::InvalidPublicKey)?;
        Self::from_der(&der)
    }

    /// The key with this modulus and exponent, both big-endian.
    pub(crate) fn from_components(n: &[u8], e: &[u8]) -> Result<Self, Error> {
        let spki = PublicKeyComponents { n, e }.as_der().map_err(|_| Error::InvalidPublicKey)?;
        Self::from_der(spki.as_ref())
    }

    /// Modulus and exponent, both big-endian.
    pub(crate) fn components(&self) -> Result<(Vec<u8>, Vec<u8>), Error> {
        let integers = || {
            let (sequence, _) = element(0x30, &self.pkcs1)?;
            let (n, rest) = element(0x02, sequence)?;
            let (e, _) = element(0x02, rest)?;
            // DER writes a zero before a number whose first bit is set.
            let unsigned = |bytes: &[u8]| bytes.strip_prefix(&[0]).unwrap_or(bytes).to_vec();
            Some((unsigned(n), unsigned(e)))
        };
        integers().ok_or(Error::InvalidPublicKey)
    }

    /// The DER SubjectPublicKeyInfo.
    pub fn spki_der(&self) -> &[u8] {
        &self.spki
    }

    /// MD5 over the DER SubjectPublicKeyInfo, lower-case hex pairs joined by colons.
    ///
    /// It is how OCI names an API key, and what `openssl rsa -pubout -outform DER | openssl md5 -c` prints.
    pub fn fingerprint(&self) -> String {
        let digest = Md5::digest(&self.spki);
        let pairs: Vec<String> = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        pairs.join(":")
    }

    /// The DER RSAPublicKey, which is the form that `ring` verifies with.
    pub(crate) fn pkcs1_der(&self) -> &[u8] {
        &self.pkcs1
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.fingerprint())
    }
}

/// Somebody the emulator knows: a key id and the public key that belongs to it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Identity {
    key_id: String,
    public_key: PublicKey,
}

impl Identity {
    /// An identity with any key id, for instance `ST$<token>` of a session.
    pub fn new(key_id: impl Into<String>, public_key: PublicKey) -> Self {
        Self { key_id: key_id.into(), public_key }
    }

    /// A user with an API key, whose key id is `<tenancy>/<user>/<fingerprint>`.
    pub fn api_key(tenancy: &str, user: &str, key: &KeyPair) -> Self {
        let public_key = key.public_key().clone();
        Self::new(format!("{tenancy}/{user}/{}", public_key.fingerprint()), public_key)
    }

    /// The `keyId` that this identity signs with.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The key that its signatures are verified with.
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }
}

/// The content of the DER element at the beginning of `der`, which must have this tag, and what follows it.
fn element(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&length, rest) = der.strip_prefix(&[tag])?.split_first()?;
    // Above 127 it is the number of bytes that the length takes.
    let digits = usize::from(length.saturating_sub(0x80));
    let (long, rest) = rest.split_at_checked(digits)?;
    let long = long
        .iter()
        .try_fold(0_usize, |sum, byte| sum.checked_mul(256)?.checked_add(usize::from(*byte)))?;
    rest.split_at_checked(if digits == 0 { usize::from(length) } else { long })
}

/// Writes a PEM block (RFC 7468) with lines of 64 characters.
pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    let mut text = format!("-----BEGIN {label}-----\n");
    for (index, character) in STANDARD.encode(der).chars().enumerate() {
        if index > 0 && index % 64 == 0 {
            text.push('\n');
        }
        text.push(character);
    }
    text.push_str(&format!("\n-----END {label}-----\n"));
    text
}

/// What stands before the PKCS#1 key in PKCS#8: a sequence of 4 bytes of head, the version in 3, the algorithm in
/// 15, and the 4 of the octet string's head.
///
/// The two lengths among it take the same room for every key of 2048 bits, and no other is made here.
const PKCS8_HEAD: usize = 26;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_key_loads_in_ring_and_comes_back_from_its_pem() {
        let pair = KeyPair::generate().unwrap();
        let pem = pair.private_key_pem();
        assert!(pem.as_str().lines().all(|line| line.len() <= 64));
        let body: String = pem.as_str().lines().filter(|line| !line.starts_with("---")).collect();
        let der = STANDARD.decode(body).unwrap();
        let ring = ring::signature::RsaKeyPair::from_pkcs8(&der).unwrap();
        assert_eq!(ring.public().modulus_len(), 256);
        assert_eq!(
            ring::signature::KeyPair::public_key(&ring).as_ref(),
            pair.public_key().pkcs1_der()
        );
    }

    #[test]
    fn the_two_private_forms_are_one_key() {
        let pair = KeyPair::generate().unwrap();
        let pem = pair.pkcs1_private_key_pem();
        assert!(pem.as_str().starts_with("-----BEGIN RSA PRIVATE KEY-----\n"));
        let body: String = pem.as_str().lines().filter(|line| !line.starts_with("---")).collect();
        let ring = ring::signature::RsaKeyPair::from_der(&STANDARD.decode(body).unwrap()).unwrap();
        let public = ring::signature::KeyPair::public_key(&ring);
        assert_eq!(public.as_ref(), pair.public_key().pkcs1_der());
    }

    #[test]
    fn a_public_key_comes_back_from_its_components_and_its_base64() {
        let public = KeyPair::generate().unwrap().public_key().clone();
        let (n, e) = public.components().unwrap();
        assert_eq!((n.len(), e.as_slice()), (256, [1, 0, 1].as_slice()));
        assert_eq!(PublicKey::from_components(&n, &e).unwrap(), public);
        let bare = STANDARD.encode(public.spki_der());
        assert_eq!(PublicKey::from_base64(&bare).unwrap(), public);
        let armoured = pem("PUBLIC KEY", public.spki_der());
        assert_eq!(PublicKey::from_base64(&armoured).unwrap(), public);
        assert!(PublicKey::from_components(&n[..64], &e).is_err());
    }

    #[test]
    fn nothing_private_in_debug() {
        let pair = KeyPair::generate().unwrap();
        let pem = pair.private_key_pem();
        let secret = pem.as_str().lines().nth(2).unwrap();
        let shown = format!("{pair:?} {pem:?}");
        assert!(!shown.contains(secret));
        assert!(shown.contains("[redacted]"));
    }

    #[test]
    fn the_two_der_forms_are_one_key() {
        let public = KeyPair::generate().unwrap().public_key().clone();
        assert_eq!(PublicKey::from_der(public.spki_der()).unwrap(), public);
        assert_eq!(PublicKey::from_der(public.pkcs1_der()).unwrap(), public);
        assert_eq!(PublicKey::from_pem(&pem("PUBLIC KEY", public.spki_der())).unwrap(), public);
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in ["", "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----", "AAAA"] {
            assert!(matches!(PublicKey::from_pem(text), Err(Error::InvalidPublicKey)), "{text}");
        }
    }
}
