//! From PEM text to the DER of a private key.

use zeroize::Zeroizing;

use super::KeyError;
use crate::secret::Secret;

/// The DER of a private key, in either of the two structures that hold one.
pub(super) enum KeyDer {
    /// RFC 8017, the key alone.
    Pkcs1(Zeroizing<Vec<u8>>),
    /// RFC 5208, the key with its algorithm.
    Pkcs8(Zeroizing<Vec<u8>>),
}

/// Finds the first private key among the PEM blocks of a file.
///
/// A public key or a certificate may stand before it; alone it is an error that names what was found.
pub(super) fn private_key(text: &[u8], pass_phrase: Option<&Secret>) -> Result<KeyDer, KeyError> {
    let begins = occurrences(text, b"-----BEGIN ");
    // The crate skips a block that it cannot read; a damaged key must not look like a missing one.
    let blocks = pem::parse_many(text)
        .map_err(|_| if begins == 0 { KeyError::NoPem } else { KeyError::BadPem })?;
    if blocks.is_empty() {
        return Err(if begins == 0 { KeyError::NoPem } else { KeyError::BadPem });
    }
    let mut other = None;
    for block in blocks {
        let encrypted =
            block.headers().get("Proc-Type").is_some_and(|value| value.contains("ENCRYPTED"));
        match block.tag() {
            "ENCRYPTED PRIVATE KEY" => return Err(encrypted_key(pass_phrase)),
            "RSA PRIVATE KEY" if encrypted => return Err(encrypted_key(pass_phrase)),
            "RSA PRIVATE KEY" => return Ok(KeyDer::Pkcs1(Zeroizing::new(block.into_contents()))),
            "PRIVATE KEY" => return Ok(KeyDer::Pkcs8(Zeroizing::new(block.into_contents()))),
            label => other.get_or_insert_with(|| label.to_owned()),
        };
    }
    Err(KeyError::WrongKind { label: other.unwrap_or_default() })
}

fn encrypted_key(pass_phrase: Option<&Secret>) -> KeyError {
    if pass_phrase.is_none() { KeyError::PassPhraseMissing } else { KeyError::Encrypted }
}

/// How often `needle` stands in `text`.
fn occurrences(text: &[u8], needle: &[u8]) -> usize {
    text.windows(needle.len()).filter(|window| *window == needle).count()
}
