//! The authentication service's `/v1/x509`: the certificate of an instance for a token.
//!
//! Source: what the official SDKs send, which differ in the form of the fingerprint.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{self, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use serde_json::{Map, Value};

use super::grant::TokenKind;
use super::{Asked, Granted, Refusal, public_key, required};
use crate::keys::PublicKey;
use crate::verify::{Coverage, Rejection, shown_key_id, verify};

/// What names a certificate in a key id.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Algorithm {
    Sha1,
    Sha256,
}

/// Checks the certificates, that the key id names them, and that their key has signed the request.
pub(super) fn federate(asked: &Asked<'_>) -> Result<Granted, Refusal> {
    let document = asked.document()?;
    let leaf = certificate(required(&document, "certificate")?)?;
    let intermediates = intermediates(&document)?;
    let algorithm = algorithm(&document)?;

    let identities = asked.identities;
    verify(asked.head, &asked.body.measure, asked.now, Coverage::Federation, |key_id| {
        let key = check_certificate(asked, &leaf, &intermediates)?;
        check_key_id(key_id, asked, algorithm, &leaf)?;
        Ok((key, ()))
    })?;
    let session_key = public_key(required(&document, "publicKey")?)?;
    let draft = TokenKind::Instance(&session_key).draft(&identities.authority, asked.now);
    Ok(Granted::token(draft))
}

/// Colon-separated pairs of digits in lower case; other cases are accepted as well.
pub(super) fn fingerprint(algorithm: Algorithm, der: &[u8]) -> String {
    let algorithm = match algorithm {
        Algorithm::Sha1 => &SHA1_FOR_LEGACY_USE_ONLY,
        Algorithm::Sha256 => &SHA256,
    };
    let digest = digest::digest(algorithm, der);
    let pairs: Vec<String> = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    pairs.join(":")
}

fn check_certificate(
    asked: &Asked<'_>,
    leaf: &[u8],
    intermediates: &[Vec<u8>],
) -> Result<PublicKey, Rejection> {
    let identities = asked.identities;
    identities
        .authority
        .certificates()
        .check_chain(leaf, intermediates, asked.now)
        .map_err(Rejection::Certificate)?;
    let stale =
        || Rejection::Certificate("it was rotated, and is not the instance's any more".into());
    identities.key_of(leaf).ok_or_else(stale)
}

/// `<tenancy>/fed-x509/<SHA-1>` or `<tenancy>/fed-x509-sha256/<SHA-256>`.
fn check_key_id(
    key_id: &str,
    asked: &Asked<'_>,
    algorithm: Algorithm,
    leaf: &[u8],
) -> Result<(), Rejection> {
    let name = match algorithm {
        Algorithm::Sha1 => "fed-x509",
        Algorithm::Sha256 => "fed-x509-sha256",
    };
    let tenancy = asked.identities.authority.tenancy();
    let expected = format!("{tenancy}/{name}/{}", fingerprint(algorithm, leaf));
    if key_id.eq_ignore_ascii_case(&expected) {
        return Ok(());
    }
    // A client may have put a token there, which must not be shown.
    let found = shown_key_id(key_id);
    Err(Rejection::Certificate(format!("expected key id {expected}, found {found}")))
}

/// The member `fingerprintAlgorithm`, which is left out for SHA-1.
fn algorithm(document: &Map<String, Value>) -> Result<Algorithm, Refusal> {
    match document.get("fingerprintAlgorithm") {
        None => Ok(Algorithm::Sha1),
        Some(name) if name == "SHA1" => Ok(Algorithm::Sha1),
        Some(name) if name == "SHA256" => Ok(Algorithm::Sha256),
        Some(_) => Err(Rejection::Certificate("unknown fingerprintAlgorithm".into()).into()),
    }
}

fn intermediates(document: &Map<String, Value>) -> Result<Vec<Vec<u8>>, Refusal> {
    let Some(list) = document.get("intermediateCertificates") else { return Ok(Vec::new()) };
    let texts = list.as_array().into_iter().flatten();
    texts.map(|text| certificate(text.as_str().unwrap_or_default())).collect()
}

/// Base64 of DER, without line breaks or the lines of PEM.
fn certificate(text: &str) -> Result<Vec<u8>, Refusal> {
    let bad = || Rejection::Certificate("expected base64 of DER without the lines of PEM".into());
    STANDARD.decode(text).ok().filter(|der| !der.is_empty()).ok_or_else(|| bad().into())
}
