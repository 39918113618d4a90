//! TLS with the crypto provider passed as a value, never looked up in the process.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use crate::build_error::BuildError;

/// The certificate authorities that a server's certificate may come from.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Roots {
    /// Those of the operating system, or the bundled ones where it has none, as in an empty container. The variables
    /// `SSL_CERT_FILE` and `SSL_CERT_DIR`, which say where the system keeps them, are the only ones this crate looks at.
    #[default]
    Platform,
    /// The ones of Mozilla's programme that are compiled in.
    Bundled,
    /// Only the ones in this PEM text.
    Pem(Vec<u8>),
}

pub(crate) fn client_config(roots: &Roots) -> Result<ClientConfig, BuildError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| {
            BuildError::new("roots", "the crypto provider offers neither TLS 1.2 nor TLS 1.3")
        })?
        .with_root_certificates(store(roots)?)
        .with_no_client_auth();
    Ok(config)
}

fn store(roots: &Roots) -> Result<RootCertStore, BuildError> {
    match roots {
        Roots::Bundled => Ok(bundled()),
        Roots::Platform => {
            let mut store = RootCertStore::empty();
            // Single certificates of a system that cannot be read are left out; with none at all the bundled ones serve.
            store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            Ok(if store.is_empty() { bundled() } else { store })
        }
        Roots::Pem(pem) => {
            let mut store = RootCertStore::empty();
            for certificate in CertificateDer::pem_slice_iter(pem) {
                let certificate =
                    certificate.map_err(|_| BuildError::new("roots", "the PEM text is damaged"))?;
                store.add(certificate).map_err(|_| {
                    BuildError::new("roots", "a certificate of the PEM text cannot be used")
                })?;
            }
            if store.is_empty() {
                return Err(BuildError::new("roots", "the PEM text holds no certificate"));
            }
            Ok(store)
        }
    }
}

fn bundled() -> RootCertStore {
    RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_or_empty_pem_is_refused() {
        for pem in
            ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
        {
            assert!(client_config(&Roots::Pem(pem.into())).is_err(), "{pem}");
        }
    }

    #[test]
    fn there_are_always_roots() {
        assert!(!store(&Roots::Platform).unwrap().is_empty());
        assert!(store(&Roots::Bundled).unwrap().len() > 100);
    }
}
