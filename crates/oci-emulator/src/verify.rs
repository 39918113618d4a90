//! The verdict on a request's signature, by Oracle's published rules read as strictly as they allow.
//!
//! Source: Oracle's page "Request Signatures" and draft-cavage-http-signatures-08, which it builds on.
//! The check is naive on purpose: no cleverness to share a bug with the signer under test.

mod authorization;
mod rejection;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaParameters, UnparsedPublicKey};

use crate::body::Measure;
use crate::keys::{Identity, PublicKey};
use crate::wire::RawHead;
use authorization::Authorization;
pub use rejection::Rejection;

/// The identities that the emulator knows.
#[derive(Debug, Default)]
pub(crate) struct KnownKeys(HashMap<String, PublicKey>);

impl KnownKeys {
    /// The key of a key id.
    pub(crate) fn get(&self, key_id: &str) -> Option<&PublicKey> {
        self.0.get(key_id)
    }

    /// Adds one; gives the key id back if another key has it already.
    pub(crate) fn add(&mut self, identity: &Identity) -> Result<(), String> {
        let key = identity.public_key().clone();
        let previous = self.0.insert(identity.key_id().to_owned(), key);
        match previous {
            Some(previous) if previous != *identity.public_key() => {
                Err(shown_key_id(identity.key_id()))
            }
            _ => Ok(()),
        }
    }
}

/// What a signature has to cover, beyond the date and the request target.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Coverage {
    /// Host and body, which is the rule.
    Full,
    /// The host only: forms of OAuth have no digest.
    WithoutBody,
    /// The body only, as the official SDKs leave the host out when they federate by a certificate.
    ///
    /// The one for TypeScript then signs `date` and sends an `x-date` beside it, so either will do.
    Federation,
}

/// A signature that is right.
#[derive(Clone, Debug)]
pub(crate) struct Verified<T> {
    /// What the lookup knows of the signer.
    pub(crate) signer: T,
    /// The names in `headers="…"`, in lower case.
    pub(crate) signed_headers: Vec<String>,
}

/// Checks everything that there is to check about who sent a request and whether it is unchanged.
///
/// `lookup` finds the key of a key id.
pub(crate) fn verify<T>(
    head: &RawHead,
    body: &Measure,
    now: SystemTime,
    coverage: Coverage,
    lookup: impl FnOnce(&str) -> Result<(PublicKey, T), Rejection>,
) -> Result<Verified<T>, Rejection> {
    let mut values = head.values("authorization");
    let authorization = values.next().ok_or(Rejection::NoAuthorization)?;
    if values.next().is_some() {
        return Err(Rejection::Repeated("authorization".into()));
    }
    let authorization = Authorization::parse(authorization)?;

    require_signed(head, &authorization.signed_headers, coverage)?;
    if !head.target.starts_with('/') {
        return Err(Rejection::TargetForm);
    }
    let date = date_header(head, &authorization.signed_headers, coverage);
    check_date(head, date, now)?;
    check_body(head, body)?;

    let (key, signer) = lookup(&authorization.key_id)?;
    let signed = signing_string(head, &authorization.signed_headers)?;
    let signature = &authorization.signature;
    check_signature(&RSA_PKCS1_2048_8192_SHA256, key.pkcs1_der(), &signed, signature)?;
    Ok(Verified { signer, signed_headers: authorization.signed_headers })
}

/// Every header that the method demands is in the list; `x-date` in place of `date` where it is sent.
fn require_signed(head: &RawHead, signed: &[String], coverage: Coverage) -> Result<(), Rejection> {
    let with_body = match head.method.as_str() {
        "GET" | "HEAD" | "DELETE" => false,
        "POST" | "PUT" | "PATCH" => true,
        other => return Err(Rejection::Method(other.to_owned())),
    };
    let mut names = vec![date_header(head, signed, coverage), REQUEST_TARGET];
    if coverage != Coverage::Federation {
        names.push("host");
    }
    if with_body && coverage != Coverage::WithoutBody {
        names.extend(["content-length", "content-type", CONTENT_SHA256]);
    }
    for name in names {
        if !signed.iter().any(|other| other == name) {
            return Err(Rejection::NotSigned(name.to_owned()));
        }
    }
    // Whether signed or not, a second one of these leaves it open which of them counts.
    for name in ["date", "x-date", "host", "content-length", "content-type", CONTENT_SHA256] {
        if head.values(name).count() > 1 {
            return Err(Rejection::Repeated(name.to_owned()));
        }
    }
    Ok(())
}

/// Oracle: "If both are present, x-date is used."
fn date_header(head: &RawHead, signed: &[String], coverage: Coverage) -> &'static str {
    let is_signed = signed.iter().any(|name| name == "x-date");
    let counts = is_signed || coverage != Coverage::Federation;
    if counts && head.value("x-date").is_some() { "x-date" } else { "date" }
}

/// The date is an IMF-fixdate (RFC 9110 section 5.6.7) within five minutes of the service's clock.
fn check_date(head: &RawHead, name: &str, now: SystemTime) -> Result<(), Rejection> {
    let text = head.value(name).ok_or_else(|| Rejection::Missing(name.to_owned()))?;
    let date = httpdate::parse_http_date(text)
        .ok()
        // The library also reads the two obsolete forms and a wrong day of the week.
        .filter(|date| httpdate::fmt_http_date(*date) == text)
        .ok_or_else(|| Rejection::DateForm(text.to_owned()))?;
    let skew = now.duration_since(date).or_else(|_| date.duration_since(now)).unwrap_or_default();
    if skew > MAX_SKEW {
        return Err(Rejection::Skew { date: text.to_owned(), now: httpdate::fmt_http_date(now) });
    }
    Ok(())
}

/// Length and digest, where they are sent, are those of the body that arrived.
fn check_body(head: &RawHead, body: &Measure) -> Result<(), Rejection> {
    if head.value("transfer-encoding").is_some() {
        return Err(Rejection::TransferEncoding);
    }
    if let Some(length) = head.value("content-length")
        && length != body.length.to_string()
    {
        return Err(Rejection::ContentLength { sent: length.to_owned(), body: body.length });
    }
    if let Some(sent) = head.value(CONTENT_SHA256)
        && sent != body.sha256
    {
        return Err(Rejection::Digest { sent: sent.to_owned(), body: body.sha256.clone() });
    }
    Ok(())
}

/// One line per signed header, in the order of the list, joined by line feeds.
fn signing_string(head: &RawHead, signed: &[String]) -> Result<String, Rejection> {
    let mut lines = Vec::new();
    for name in signed {
        if name == REQUEST_TARGET {
            lines.push(format!("{name}: {} {}", head.method.to_ascii_lowercase(), head.target));
            continue;
        }
        let mut values = head.values(name);
        let value = values.next().ok_or_else(|| Rejection::Missing(name.clone()))?;
        if values.next().is_some() {
            return Err(Rejection::Repeated(name.clone()));
        }
        lines.push(format!("{name}: {value}"));
    }
    Ok(lines.join("\n"))
}

/// The service passes [`RSA_PKCS1_2048_8192_SHA256`]; Oracle's published examples have smaller keys.
fn check_signature(
    algorithm: &'static RsaParameters,
    public_key: &[u8],
    signed: &str,
    signature: &[u8],
) -> Result<(), Rejection> {
    UnparsedPublicKey::new(algorithm, public_key)
        .verify(signed.as_bytes(), signature)
        .map_err(|_| Rejection::Signature { expected_signing_string: shown_string(signed) })
}

/// A key id that may be shown: a session's is the token itself.
pub(crate) fn shown_key_id(key_id: &str) -> String {
    if key_id.starts_with("ST$") { "ST$[redacted]".to_owned() } else { key_id.to_owned() }
}

/// A signing string that may be shown: the token of a delegation is one of its lines.
fn shown_string(signed: &str) -> String {
    let lines = signed.split('\n').map(|line| {
        if line.starts_with("opc-obo-token: ") { "opc-obo-token: [redacted]" } else { line }
    });
    lines.collect::<Vec<_>>().join("\n")
}

const REQUEST_TARGET: &str = "(request-target)";
const CONTENT_SHA256: &str = "x-content-sha256";

/// Oracle: "clock skew of more than 5 minutes is answered with 401".
const MAX_SKEW: Duration = Duration::from_secs(300);
