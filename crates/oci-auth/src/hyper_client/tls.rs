//! TLS with the crypto provider passed as a value, never looked up in the process.

use std::sync::{Arc, OnceLock};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

/// The certificate authorities that a server's certificate may come from.
#[derive(Clone, Debug, Default)]
pub(super) enum Roots {
    #[default]
    Platform,
    Bundled,
    Pem(Vec<u8>),
}

/// How servers are trusted. The authorities of the system are read when the first of them is met.
#[derive(Debug)]
pub(super) struct Tls {
    roots: Roots,
    config: OnceLock<Result<ClientConfig, HyperClientError>>,
}

impl Tls {
    /// Authorities that were given are looked at now.
    pub(super) fn new(roots: Roots) -> Result<Self, HyperClientError> {
        let is_given = matches!(roots, Roots::Pem(_));
        let tls = Self { roots, config: OnceLock::new() };
        if is_given {
            tls.config()?;
        }
        Ok(tls)
    }

    pub(super) fn config(&self) -> Result<ClientConfig, HyperClientError> {
        self.config.get_or_init(|| client_config(&self.roots)).clone()
    }
}

fn client_config(roots: &Roots) -> Result<ClientConfig, HyperClientError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| HyperClientError {
            reason: "the crypto provider offers neither TLS 1.2 nor TLS 1.3",
        })?
        .with_root_certificates(store(roots)?)
        .with_no_client_auth();
    Ok(config)
}

fn store(roots: &Roots) -> Result<RootCertStore, HyperClientError> {
    let mut store = RootCertStore::empty();
    match roots {
        Roots::Bundled => store.roots = webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        Roots::Platform => {
            // Single certificates that cannot be read are left out; with none at all the bundled ones serve.
            store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            if store.is_empty() {
                return self::store(&Roots::Bundled);
            }
        }
        Roots::Pem(pem) => {
            for certificate in CertificateDer::pem_slice_iter(pem) {
                let certificate = certificate
                    .map_err(|_| HyperClientError { reason: "the PEM text is damaged" })?;
                store.add(certificate).map_err(|_| HyperClientError {
                    reason: "a certificate of the PEM text cannot be used",
                })?;
            }
            if store.is_empty() {
                return Err(HyperClientError { reason: "the PEM text holds no certificate" });
            }
        }
    }
    Ok(store)
}

/// Certificate authorities that cannot be used.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("cannot use the certificate authorities: {reason}")]
pub struct HyperClientError {
    reason: &'static str,
}
