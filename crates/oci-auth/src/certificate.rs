//! The certificate of an instance: whose it is, and how the authentication service names it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pkcs8::der::asn1::AnyRef;
use pkcs8::der::{Decode as _, Encode as _, Reader as _, SliceReader, Tag, TagNumber};
use pkcs8::spki::SubjectPublicKeyInfoRef;
use ring::digest::{Algorithm, SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};

use crate::key::{Fingerprint, certificate_block, fingerprint_of_public};

/// The certificate of an instance, as the metadata service gives it at `/identity/cert.pem`, or one that has signed it.
///
/// The service alone can check a certificate, and does; it is read here for the tenancy and the key that it names.
#[derive(Clone, Debug)]
pub struct InstanceCertificate {
    der: Vec<u8>,
    tenancy: Option<String>,
    key: Fingerprint,
}

impl InstanceCertificate {
    /// Reads the first certificate of a PEM file.
    ///
    /// # Errors
    /// [`CertificateError`] if there is none, or it is not in the form of X.509 (RFC 5280).
    pub fn from_pem(bytes: &[u8]) -> Result<Self, CertificateError> {
        let der = certificate_block(bytes).map_err(|_| CertificateError::NoPem)?;
        let (subject, key) = read(&der).map_err(|_| CertificateError::Damaged)?;
        let tenancy = tenancy(&subject);
        Ok(Self { key: fingerprint_of_public(&key), tenancy, der })
    }

    /// The tenancy that the subject names by `opc-tenant:`, or by `opc-identity:` as those of Oracle's own services do.
    #[must_use]
    pub fn tenancy(&self) -> Option<&str> {
        self.tenancy.as_deref()
    }

    /// The fingerprint of the key that the certificate is for, to be compared with [that of a key](crate::PrivateKey::fingerprint).
    #[must_use]
    pub fn key_fingerprint(&self) -> Fingerprint {
        self.key
    }

    /// The base64 of the certificate, without line breaks and without the lines around it.
    pub(crate) fn base64(&self) -> String {
        STANDARD.encode(&self.der)
    }

    /// In upper case, as the official Python SDK sends it.
    pub(crate) fn sha1(&self) -> String {
        self.pairs(&SHA1_FOR_LEGACY_USE_ONLY).to_ascii_uppercase()
    }

    /// In lower case, as the official Go SDK sends it.
    pub(crate) fn sha256(&self) -> String {
        self.pairs(&SHA256)
    }

    fn pairs(&self, algorithm: &'static Algorithm) -> String {
        let digest = digest(algorithm, &self.der);
        let pairs: Vec<String> = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        pairs.join(":")
    }
}

/// The texts of the subject and the public key, in DER.
fn read(der: &[u8]) -> pkcs8::der::Result<(Vec<String>, Vec<u8>)> {
    let mut reader = SliceReader::new(der)?;
    let (subject, key) = reader.sequence(|certificate| {
        let parts = certificate.sequence(|body| {
            let first: AnyRef<'_> = body.decode()?;
            // The version is left out of certificates of the first version; then the serial number is first.
            let version = Tag::ContextSpecific { constructed: true, number: TagNumber(0) };
            if first.header().tag() == version {
                let _serial_number: AnyRef<'_> = body.decode()?;
            }
            for _ in 0..3 {
                let _algorithm_issuer_validity: AnyRef<'_> = body.decode()?;
            }
            let subject: AnyRef<'_> = body.decode()?;
            let key: SubjectPublicKeyInfoRef<'_> = body.decode()?;
            let _extensions = body.read_slice(body.remaining_len())?;
            Ok::<_, pkcs8::der::Error>((subject, key.to_der()?))
        })?;
        let _signature = certificate.read_slice(certificate.remaining_len())?;
        Ok::<_, pkcs8::der::Error>(parts)
    })?;
    reader.finish()?;
    Ok((texts(subject.value())?, key))
}

/// The values of all attributes of a name.
fn texts(name: &[u8]) -> pkcs8::der::Result<Vec<String>> {
    let mut texts = Vec::new();
    let mut sets = SliceReader::new(name)?;
    while !sets.is_finished() {
        let set: AnyRef<'_> = sets.decode()?;
        let mut attributes = SliceReader::new(set.value())?;
        while !attributes.is_finished() {
            let attribute: AnyRef<'_> = attributes.decode()?;
            let mut parts = SliceReader::new(attribute.value())?;
            let _kind: AnyRef<'_> = parts.decode()?;
            let value = AnyRef::from_der(parts.read_slice(parts.remaining_len())?)?;
            texts.extend(str::from_utf8(value.value()).ok().map(str::to_owned));
        }
    }
    Ok(texts)
}

fn tenancy(subject: &[String]) -> Option<String> {
    ["opc-tenant:", "opc-identity:"]
        .into_iter()
        .find_map(|prefix| subject.iter().find_map(|text| text.strip_prefix(prefix)))
        .filter(|tenancy| !tenancy.is_empty())
        .map(str::to_owned)
}

/// A file that is no certificate.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// The block is not in the form of X.509.
    #[error("the certificate is damaged")]
    Damaged,
    /// There is no PEM block of a certificate.
    #[error("expected a certificate (-----BEGIN CERTIFICATE-----), found none")]
    NoPem,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixture(name: &str) -> Vec<u8> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/federation/");
        std::fs::read(format!("{folder}{name}.pem")).unwrap()
    }

    #[test]
    fn a_certificate_names_its_tenancy_and_its_key() {
        let found = InstanceCertificate::from_pem(&fixture("cert")).unwrap();
        assert_eq!(found.tenancy(), Some("ocid1.tenancy.oc1..aaaa"));
        let pem = include_bytes!("../../../fixtures/keys/rsa2048_a.pkcs8.pem");
        let key = crate::PrivateKey::from_pem(pem, None).unwrap();
        assert_eq!(Some(found.key_fingerprint()), key.fingerprint());
        assert_eq!(found.sha1(), SHA1);
        assert_eq!(found.sha256(), SHA256_PAIRS);
        let other = InstanceCertificate::from_pem(&fixture("no_tenancy")).unwrap();
        assert_eq!(other.tenancy(), None);
    }

    #[test]
    fn services_are_named_otherwise() {
        let named = |texts: &[&str]| {
            tenancy(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(named(&["x", "opc-identity:i"]).as_deref(), Some("i"));
        assert_eq!(named(&["opc-identity:i", "opc-tenant:t"]).as_deref(), Some("t"));
        assert_eq!(named(&["opc-tenant:", "xopc-tenant:t"]), None);
    }

    #[test]
    fn damage_anywhere_is_an_error_or_another_certificate_and_never_a_panic() {
        assert_eq!(InstanceCertificate::from_pem(b"").unwrap_err(), CertificateError::NoPem);
        let key = include_bytes!("../../../fixtures/keys/rsa2048_a.pkcs8.pem");
        assert_eq!(InstanceCertificate::from_pem(key).unwrap_err(), CertificateError::NoPem);
        let der = InstanceCertificate::from_pem(&fixture("cert")).unwrap().der;
        let read = |der: &[u8]| {
            let block = STANDARD.encode(der);
            let pem = format!("-----BEGIN CERTIFICATE-----\n{block}\n-----END CERTIFICATE-----\n");
            InstanceCertificate::from_pem(pem.as_bytes())
        };
        for end in 0..der.len() {
            assert_eq!(read(&der[..end]).unwrap_err(), CertificateError::Damaged, "{end}");
        }
        for index in 0..der.len() {
            let mut damaged = der.clone();
            damaged[index] ^= 0x21;
            let _ = read(&damaged);
        }
    }

    const SHA1: &str = "7C:E2:25:87:8C:62:08:E1:DE:08:E8:EB:D1:28:A9:60:25:39:7B:47";
    const SHA256_PAIRS: &str = "14:d4:95:bd:2b:9c:e7:43:73:71:1f:b0:b5:5d:ed:ff:0f:37:eb:4e:2c:ed:63:4a:27:41:ad:ab:81:3c:93:d7";
}
