//! The certificates of a tenancy: root, intermediate, that of the instance, and those of the cluster.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyUsagePurpose, PKCS_RSA_SHA256, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{RootCertStore, ServerConfig};

use crate::error::Error;
use crate::keys::KeyPair;

/// Two authorities that have nothing to do with each other: that of instances, and that of a cluster.
///
/// Their own keys are elliptic, which are made at once; no client looks at them but to verify.
pub(crate) struct Certificates {
    intermediate: CertifiedIssuer<'static, rcgen::KeyPair>,
    verifier: Arc<dyn ClientCertVerifier>,
    cluster: CertifiedIssuer<'static, rcgen::KeyPair>,
    cluster_pem: String,
}

/// Whom a certificate of an instance is for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) tenancy: &'a str,
    pub(crate) instance: &'a str,
}

impl Certificates {
    pub(crate) fn generate() -> Result<Self, Error> {
        let root = CertifiedIssuer::self_signed(authority("PKISVC Identity Root"), key()?)
            .map_err(failed)?;
        let intermediate = CertifiedIssuer::signed_by(
            authority("PKISVC Identity Intermediate us-chicago-1"),
            key()?,
            &root,
        )
        .map_err(failed)?;
        let cluster = CertifiedIssuer::self_signed(authority("K8s CA"), key()?).map_err(failed)?;

        let mut roots = RootCertStore::empty();
        roots.add(root.der().clone()).map_err(|_| Error::Certificate)?;
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::new(provider()))
                .build()
                .map_err(|_| Error::Certificate)?;
        let cluster_pem = cluster.pem();
        Ok(Self { intermediate, verifier, cluster, cluster_pem })
    }

    /// Makes the certificate of an instance, valid from five minutes before `now` for `life` after it.
    pub(crate) fn issue(
        &self,
        key: &KeyPair,
        subject: Subject<'_>,
        now: SystemTime,
        life: Duration,
    ) -> Result<CertificateDer<'static>, Error> {
        let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut params = CertificateParams::default();
        params.not_before = date_time_ymd(1970, 1, 1) + since.saturating_sub(CLOCK_MARGIN);
        params.not_after = date_time_ymd(1970, 1, 1) + (since + life);
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let mut name = DistinguishedName::new();
        name.push(DnType::CommonName, subject.instance);
        // The library keeps one value of each type, so the second unit goes by the number of its type.
        let unit = DnType::CustomDnType(vec![2, 5, 4, 11]);
        name.push(unit, format!("opc-instance:{}", subject.instance));
        name.push(DnType::OrganizationalUnitName, format!("opc-tenant:{}", subject.tenancy));
        params.distinguished_name = name;

        let key = PrivatePkcs8KeyDer::from(key.pkcs8_der());
        let key =
            rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&key, &PKCS_RSA_SHA256).map_err(failed)?;
        let certificate = params.signed_by(&key, &self.intermediate).map_err(failed)?;
        Ok(certificate.der().clone())
    }

    /// The certificate that has signed those of instances, in DER.
    pub(crate) fn intermediate(&self) -> &CertificateDer<'static> {
        self.intermediate.der()
    }

    /// Checks that a chain leads to the root and that all of it is valid now; the error says what is wrong.
    pub(crate) fn check_chain(
        &self,
        leaf: &[u8],
        intermediates: &[Vec<u8>],
        now: SystemTime,
    ) -> Result<(), String> {
        let intermediates: Vec<_> =
            intermediates.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
        let now = UnixTime::since_unix_epoch(now.duration_since(UNIX_EPOCH).unwrap_or_default());
        self.verifier
            .verify_client_cert(&CertificateDer::from(leaf), &intermediates, now)
            .map(|_| ())
            .map_err(|error| error.to_string())
    }

    /// The authority of the cluster, in PEM.
    pub(crate) fn cluster_ca_pem(&self) -> &str {
        &self.cluster_pem
    }

    /// TLS for a server of the cluster that is reached at an address.
    pub(crate) fn server_config(&self, address: IpAddr) -> Result<Arc<ServerConfig>, Error> {
        let names =
            [address.to_string(), "localhost".to_owned(), "kubernetes.default.svc".to_owned()];
        let mut params = CertificateParams::new(names).map_err(failed)?;
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.distinguished_name = named("kubernetes");
        let key = key()?;
        let certificate = params.signed_by(&key, &self.cluster).map_err(failed)?;
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        ServerConfig::builder_with_provider(Arc::new(provider()))
            .with_safe_default_protocol_versions()
            .and_then(|builder| {
                builder
                    .with_no_client_auth()
                    .with_single_cert(vec![certificate.der().clone()], key.into())
            })
            .map(Arc::new)
            .map_err(|_| Error::Certificate)
    }
}

fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.use_authority_key_identifier_extension = true;
    params.distinguished_name = named(name);
    params
}

fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

fn key() -> Result<rcgen::KeyPair, Error> {
    rcgen::KeyPair::generate().map_err(failed)
}

fn provider() -> rustls::crypto::CryptoProvider {
    rustls::crypto::ring::default_provider()
}

fn failed(_: rcgen::Error) -> Error {
    Error::Certificate
}

/// A certificate is valid from a little before it is made, so that a clock may be late.
const CLOCK_MARGIN: Duration = Duration::from_secs(300);

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);

    #[test]
    fn a_chain_is_checked_to_its_root_and_by_the_clock() {
        let (mine, other) = (Certificates::generate().unwrap(), Certificates::generate().unwrap());
        let key = KeyPair::generate().unwrap();
        let subject =
            Subject { tenancy: "ocid1.tenancy.oc1..a", instance: "ocid1.instance.oc1..b" };
        let now = UNIX_EPOCH + Duration::from_secs(1_788_688_081);
        let leaf = mine.issue(&key, subject, now, DAY).unwrap();
        let between = vec![mine.intermediate().to_vec()];

        assert_eq!(mine.check_chain(&leaf, &between, now), Ok(()));
        assert_eq!(mine.check_chain(&leaf, &between, now - CLOCK_MARGIN), Ok(()));
        let says = |verdict: Result<(), String>, what: &str| {
            let text = verdict.unwrap_err();
            assert!(text.contains(what), "{text}");
        };
        says(mine.check_chain(&leaf, &between, now + DAY * 2), "expired");
        says(mine.check_chain(&leaf, &between, now - DAY), "not valid yet");
        says(mine.check_chain(&leaf, &[], now), "UnknownIssuer");
        says(mine.check_chain(&leaf, &[other.intermediate().to_vec()], now), "BadSignature");
        says(other.check_chain(&leaf, &between, now), "BadSignature");
        says(mine.check_chain(&leaf[1..], &between, now), "BadEncoding");
        // The intermediate is nobody's instance.
        assert!(mine.check_chain(&between[0], &[], now).is_err());
    }

    #[test]
    fn the_subject_names_instance_and_tenancy_in_units_of_their_own() {
        let certificates = Certificates::generate().unwrap();
        let subject =
            Subject { tenancy: "ocid1.tenancy.oc1..a", instance: "ocid1.instance.oc1..b" };
        let key = KeyPair::generate().unwrap();
        let leaf = certificates.issue(&key, subject, SystemTime::now(), DAY).unwrap();
        for unit in ["opc-tenant:ocid1.tenancy.oc1..a", "opc-instance:ocid1.instance.oc1..b"] {
            // The type 2.5.4.11 and a UTF8String of this length in DER.
            let mut pattern = vec![0x06, 0x03, 0x55, 0x04, 0x0b, 0x0c, unit.len() as u8];
            pattern.extend(unit.as_bytes());
            assert!(leaf.windows(pattern.len()).any(|window| window == pattern), "{unit}");
        }
    }
}
