//! `Proc-Type: 4,ENCRYPTED`: RFC 1421 headers with OpenSSL's own derivation, which `openssl genrsa -aes128` wrote up to version 1.1
//! and Oracle's pages on API keys still ask for.

use md5::{Digest as _, Md5};
use zeroize::Zeroizing;

use super::cbc;
use crate::key::KeyError;
use crate::secret::Secret;

/// Decrypts the body of such a block; `dek_info` is `<cipher>,<initialisation vector in hexadecimal digits>`.
pub(in crate::key) fn decrypt(
    dek_info: &str,
    data: &[u8],
    pass_phrase: &Secret,
) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let (cipher, iv) = dek_info.split_once(',').ok_or(KeyError::BadPem)?;
    let iv = hexadecimal(iv).ok_or(KeyError::BadPem)?;
    let salt = iv.get(..8).ok_or(KeyError::BadPem)?;
    let key = |length| derive(pass_phrase, salt, length);
    match cipher {
        "AES-128-CBC" => cbc::decrypt::<aes::Aes128>(&key(16), &iv, data),
        "AES-192-CBC" => cbc::decrypt::<aes::Aes192>(&key(24), &iv, data),
        "AES-256-CBC" => cbc::decrypt::<aes::Aes256>(&key(32), &iv, data),
        "DES-CBC" => cbc::decrypt::<des::Des>(&key(8), &iv, data),
        "DES-EDE3-CBC" => cbc::decrypt::<des::TdesEde3>(&key(24), &iv, data),
        other => Err(KeyError::EncryptionUnknown { scheme: other.to_owned() }),
    }
}

/// OpenSSL's `EVP_BytesToKey` with MD5 and one iteration: each block is the MD5 of the block before, pass phrase and salt.
fn derive(pass_phrase: &Secret, salt: &[u8], length: usize) -> Zeroizing<Vec<u8>> {
    let mut key = Zeroizing::new(Vec::with_capacity(length + 16));
    let mut block = Zeroizing::new([0; 16]);
    while key.len() < length {
        let mut md5 = Md5::new();
        if !key.is_empty() {
            md5.update(*block);
        }
        md5.update(pass_phrase.expose().as_bytes());
        md5.update(salt);
        *block = md5.finalize().into();
        key.extend_from_slice(&*block);
    }
    key.truncate(length);
    key
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digit =
        |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    text.as_bytes()
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Some(digit(high)? << 4 | digit(low)?),
            _ => None,
        })
        .collect()
}
