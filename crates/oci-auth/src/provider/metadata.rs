//! The metadata service of an instance, version 2: where it is, who it is, and in which region.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use http::header::{AUTHORIZATION, HeaderValue};
use http::{Request, Response, Uri};
use serde_json::Value;

use super::ProviderError;
use crate::drive::{Exchange, Patience};
use crate::exchange::{self, ExchangeError, Issuer};
use crate::network::Network;
use crate::region::{Region, Regions};
use crate::sign_error::SignError;

/// The metadata service. Clones remember together which address answered.
#[derive(Clone, Debug)]
pub(crate) struct Metadata {
    /// The addresses, the one that is tried first, without a final `/`.
    bases: Arc<[String]>,
    /// Which of them answered last.
    used: Arc<AtomicUsize>,
}

impl Metadata {
    /// At the address in `OCI_METADATA_BASE_URL`, such as `http://127.0.0.1:8787/opc/v2`; else at the two that every instance has.
    pub(crate) fn new(base: Option<&str>) -> Self {
        let base = base.map(str::trim).filter(|base| !base.is_empty());
        let bases: Arc<[String]> = match base {
            Some(base) => Arc::new([base.trim_end_matches('/').to_owned()]),
            None => BASES.map(str::to_owned).into(),
        };
        Self { bases, used: Arc::default() }
    }

    /// What is at a path such as `/identity/cert.pem`.
    pub(super) async fn get(
        &self,
        network: &Network,
        path: &str,
    ) -> Result<Vec<u8>, ProviderError> {
        let used = self.used.load(Ordering::Relaxed);
        let others = (0..self.bases.len()).filter(|index| *index != used);
        let mut first = None;
        for index in std::iter::once(used).chain(others) {
            let Some(base) = self.bases.get(index) else { continue };
            let uri = format!("{base}{path}").parse();
            let uri = uri.map_err(|_| ProviderError::from(ExchangeError::Endpoint))?;
            let patience = match self.bases.len() {
                1 => Patience::METADATA,
                _ => Patience::METADATA_OR_ELSEWHERE,
            };
            match network.drive(&*network.direct, &MetadataRequest { uri }, patience).await {
                Ok(found) => {
                    self.used.store(index, Ordering::Relaxed);
                    return Ok(found);
                }
                Err(ProviderError::NoAnswer { issuer, attempts, source })
                    if source.is_connecting() =>
                {
                    // The first address is the one that most instances have, so its failure is the one to tell.
                    first.get_or_insert(ProviderError::NoAnswer { issuer, attempts, source });
                }
                Err(other) => return Err(other),
            }
        }
        Err(first.unwrap_or_else(|| ExchangeError::Endpoint.into()))
    }

    /// The same as text without white space around it.
    pub(super) async fn text(
        &self,
        network: &Network,
        path: &str,
    ) -> Result<String, ProviderError> {
        let bytes = self.get(network, path).await?;
        let text = str::from_utf8(&bytes).ok().map(str::trim).filter(|text| !text.is_empty());
        let malformed = || ExchangeError::Malformed { issuer: Issuer::Metadata }.into();
        text.map(str::to_owned).ok_or_else(malformed)
    }

    /// The region of the instance: one of the tables, or one that the service itself describes with its realm.
    pub(crate) async fn region(
        &self,
        network: &Network,
        regions: &Regions,
    ) -> Result<Region, ProviderError> {
        let named = self.text(network, "/instance/region").await?;
        if let Ok(region) = regions.find(&named) {
            return Ok(region);
        }
        // A region newer than the tables. Who gives the key of the instance may also say where that key is good.
        let described = self.get(network, "/instance/regionInfo").await?;
        let described: Value = serde_json::from_slice(&described).unwrap_or_default();
        Region::described(&described).ok_or(ProviderError::NoRegion)
    }
}

/// One request to the metadata service, which is not signed.
struct MetadataRequest {
    uri: Uri,
}

impl Exchange for MetadataRequest {
    type Output = Vec<u8>;
    type Error = ExchangeError;

    fn issuer(&self) -> Issuer {
        Issuer::Metadata
    }

    fn next_request(&self, _: SystemTime) -> Result<Request<Vec<u8>>, SignError> {
        let mut request = Request::new(Vec::new());
        *request.uri_mut() = self.uri.clone();
        // It is no secret: it keeps out what can be talked into fetching a URL and cannot set a header.
        request.headers_mut().insert(AUTHORIZATION, HeaderValue::from_static("Bearer Oracle"));
        Ok(request)
    }

    fn handle_response(
        &self,
        response: &Response<Vec<u8>>,
        now: SystemTime,
    ) -> Result<Vec<u8>, ExchangeError> {
        Ok(exchange::success(Issuer::Metadata, response, now)?.to_vec())
    }
}

/// The addresses of the metadata service, over IPv4 and over IPv6.
const BASES: [&str; 2] = ["http://169.254.169.254/opc/v2", "http://[fd00:c1::a9fe:a9fe]/opc/v2"];
