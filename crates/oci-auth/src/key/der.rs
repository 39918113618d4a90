//! The structures that hold a private key: RFC 8017 (PKCS#1), RFC 5958 (PKCS#8) and what is made of the public half.

use md5::{Digest as _, Md5};
use pkcs8::der::asn1::{AnyRef, BitStringRef, ObjectIdentifier, OctetStringRef, UintRef};
use pkcs8::der::{Encode as _, Reader as _, SliceReader, Tag};
use pkcs8::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};
use zeroize::Zeroizing;

use super::fingerprint::Fingerprint;
use super::pem::{self, Source};
use super::{KeyError, encrypted};
use crate::secret::Secret;

/// An RSA private key in the structure of RFC 8017, of a size that the service takes, with its fingerprint.
pub(super) struct RsaKey {
    pub(super) pkcs1: Zeroizing<Vec<u8>>,
    /// The public half, in the structure of RFC 5280.
    pub(super) public: Vec<u8>,
}

/// Reads a key file: PEM in all its forms, or DER.
pub(super) fn read(
    bytes: &[u8],
    pass_phrase: Option<&Secret>,
    source: Source,
) -> Result<RsaKey, KeyError> {
    // An empty pass phrase is what a template leaves behind, not a pass phrase.
    let pass_phrase = pass_phrase.filter(|phrase| !phrase.expose().is_empty());
    if !pem::is_pem(bytes) && bytes.first() == Some(&SEQUENCE) {
        return from_der(bytes, pass_phrase);
    }
    let wanted =
        |label: &str| matches!(label, "PRIVATE KEY" | "RSA PRIVATE KEY" | "ENCRYPTED PRIVATE KEY");
    let block = pem::find(bytes, source, wanted)?;
    match block.label {
        "ENCRYPTED PRIVATE KEY" => from_encrypted(&block.body, pass_phrase),
        "PRIVATE KEY" => from_pkcs8(&block.body),
        _ if block.encrypted => {
            let phrase = pass_phrase.ok_or(KeyError::PassPhraseMissing)?;
            let plain =
                encrypted::legacy(block.dek_info.ok_or(KeyError::BadPem)?, &block.body, phrase)?;
            // Decryption with a wrong key passes the padding check once in 256 times; the structure then decides.
            from_pkcs1(plain).map_err(damage_is_wrong_phrase)
        }
        _ => from_pkcs1(block.body),
    }
}

/// The three structures without PEM around them, told apart by what their first elements are.
fn from_der(der: &[u8], pass_phrase: Option<&Secret>) -> Result<RsaKey, KeyError> {
    let mut tags = [None; 2];
    let read = SliceReader::new(der).and_then(|mut reader| {
        reader.sequence(|reader| {
            for tag in &mut tags {
                let element: AnyRef<'_> = reader.decode()?;
                *tag = Some(element.header().tag());
            }
            let _ = reader.read_slice(reader.remaining_len())?;
            Ok::<(), pkcs8::der::Error>(())
        })
    });
    match (read, tags) {
        (Ok(()), [Some(Tag::Integer), Some(Tag::Integer)]) => {
            from_pkcs1(Zeroizing::new(der.to_vec()))
        }
        (Ok(()), [Some(Tag::Integer), Some(Tag::Sequence)]) => from_pkcs8(der),
        (Ok(()), [Some(Tag::Sequence), Some(Tag::OctetString)]) => from_encrypted(der, pass_phrase),
        (Ok(()), [Some(Tag::Sequence), Some(Tag::BitString)]) => {
            Err(KeyError::WrongKind { label: "PUBLIC KEY".to_owned() })
        }
        _ => Err(KeyError::NoPem),
    }
}

fn from_encrypted(der: &[u8], pass_phrase: Option<&Secret>) -> Result<RsaKey, KeyError> {
    let phrase = pass_phrase.ok_or(KeyError::PassPhraseMissing)?;
    from_pkcs8(&encrypted::pkcs8(der, phrase)?).map_err(damage_is_wrong_phrase)
}

fn damage_is_wrong_phrase(error: KeyError) -> KeyError {
    if error == KeyError::Damaged { KeyError::PassPhraseWrong } else { error }
}

fn from_pkcs8(der: &[u8]) -> Result<RsaKey, KeyError> {
    let parts = SliceReader::new(der).and_then(|mut reader| {
        reader.sequence(|reader| {
            let _version: u8 = reader.decode()?;
            let algorithm: AlgorithmIdentifierRef<'_> = reader.decode()?;
            let key: &OctetStringRef = reader.decode()?;
            // Attributes and a copy of the public key may follow; neither says anything that the key does not.
            let _ = reader.read_slice(reader.remaining_len())?;
            Ok::<_, pkcs8::der::Error>((algorithm.oid, key))
        })
    });
    let (algorithm, key) = parts.map_err(|_| KeyError::Damaged)?;
    if algorithm != RSA {
        return Err(KeyError::NotRsa { algorithm: algorithm_name(algorithm) });
    }
    from_pkcs1(Zeroizing::new(key.as_bytes().to_vec()))
}

fn from_pkcs1(pkcs1: Zeroizing<Vec<u8>>) -> Result<RsaKey, KeyError> {
    let (bits, public) = public_half(&pkcs1).map_err(|_| KeyError::Damaged)?;
    match bits {
        ..2048 => Err(KeyError::TooSmall { bits }),
        2048..=4096 => Ok(RsaKey { pkcs1, public }),
        _ => Err(KeyError::TooLarge { bits }),
    }
}

/// The length of the modulus in bits, and the public half in the structure of RFC 5280.
fn public_half(pkcs1: &[u8]) -> pkcs8::der::Result<(usize, Vec<u8>)> {
    let mut reader = SliceReader::new(pkcs1)?;
    let [modulus, exponent] = reader.sequence(|reader| {
        let _version: UintRef<'_> = reader.decode()?;
        let public = [reader.decode::<UintRef<'_>>()?, reader.decode()?];
        // The exponents and primes are for the backend to check; that they are there is what tells damage here.
        for _ in 0..6 {
            let _private: UintRef<'_> = reader.decode()?;
        }
        Ok::<_, pkcs8::der::Error>(public)
    })?;
    let bytes = modulus.as_bytes();
    let zeros = bytes.first().map_or(0, |byte| byte.leading_zeros());
    let bits = (bytes.len() * 8).saturating_sub(zeros as usize);
    Ok((bits, public_key(modulus, exponent)?))
}

/// The fingerprint of a public key given by its two numbers, big-endian; `None` if they are none.
pub(crate) fn public_fingerprint(modulus: &[u8], exponent: &[u8]) -> Option<Fingerprint> {
    let public = public_key(UintRef::new(modulus).ok()?, UintRef::new(exponent).ok()?).ok()?;
    Some(fingerprint_of_public(&public))
}

/// The first certificate of a PEM file, in DER.
#[cfg(feature = "ring")]
pub(crate) fn certificate_block(bytes: &[u8]) -> Result<Vec<u8>, KeyError> {
    let block = pem::find(bytes, Source::File, |label| label == "CERTIFICATE")?;
    Ok(block.body.to_vec())
}

/// The MD5 of the public key in the structure of RFC 5280, which is what the console, the official tools and
/// `openssl rsa -pubout -outform DER | openssl md5 -c` show.
pub(crate) fn fingerprint_of_public(public: &[u8]) -> Fingerprint {
    Fingerprint::from_md5(Md5::digest(public).into())
}

fn public_key(modulus: UintRef<'_>, exponent: UintRef<'_>) -> pkcs8::der::Result<Vec<u8>> {
    let key = [modulus, exponent].to_der()?;
    let algorithm = AlgorithmIdentifierRef { oid: RSA, parameters: Some(AnyRef::NULL) };
    let subject_public_key = BitStringRef::from_bytes(&key)?;
    SubjectPublicKeyInfoRef { algorithm, subject_public_key }.to_der()
}

fn algorithm_name(oid: ObjectIdentifier) -> String {
    match oid.to_string().as_str() {
        "1.2.840.10045.2.1" => "EC".to_owned(),
        "1.2.840.113549.1.1.10" => "RSA-PSS".to_owned(),
        "1.2.840.10040.4.1" => "DSA".to_owned(),
        "1.3.101.110" => "X25519".to_owned(),
        "1.3.101.112" => "Ed25519".to_owned(),
        "1.3.101.113" => "Ed448".to_owned(),
        other => format!("algorithm {other}"),
    }
}

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

/// The first byte of every structure that holds a key.
const SEQUENCE: u8 = 0x30;
