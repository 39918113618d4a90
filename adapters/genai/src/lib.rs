//! Clients of `genai` at OCI Generative AI.
//!
#![doc = include_str!("../README.md")]

use genai::adapter::AdapterKind;
use genai::resolver::{AuthData, AuthResolver, Endpoint, ServiceTargetResolver};
use genai::{ModelIden, ServiceTarget};
use locus::Env;

/// A client of `genai` that could not be pointed at OCI.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no API key.
    #[error(
        "expected an API key of Generative AI in OCI_GENAI_API_KEY, which is all that genai can send, found none"
    )]
    NoKey,
    /// A variable cannot be read.
    #[error("expected text in the environment")]
    Env(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Gives the API key of Generative AI that the environment has: `LOCUS_OCI_GENAI_API_KEY`, then `OCI_GENAI_API_KEY`.
///
/// # Errors
/// [`Error`] if there is none.
pub fn auth_resolver(env: &Env) -> Result<AuthResolver, Error> {
    let key = key(env)?;
    Ok(AuthResolver::from_resolver_fn(move |_: ModelIden| Ok(Some(AuthData::from_single(key)))))
}

/// Sends models whose names begin with `oci:`, or all, to the OpenAI-compatible API of an endpoint with that key.
///
/// # Errors
/// As for [`auth_resolver`].
pub fn target_resolver(
    env: &Env,
    endpoint: &locus::Endpoint,
) -> Result<ServiceTargetResolver, Error> {
    let key = key(env)?;
    let base_url: std::sync::Arc<str> = format!("{endpoint}/openai/v1/").into();
    Ok(ServiceTargetResolver::from_resolver_fn(move |target: ServiceTarget| {
        let name = target.model.model_name.to_string();
        let id = locus::ModelId::parse(&name).map_or(name.as_str(), |id| id.as_str()).to_owned();
        Ok(ServiceTarget {
            endpoint: Endpoint::from_owned(base_url),
            auth: AuthData::from_single(key),
            model: ModelIden::new(AdapterKind::OpenAI, id),
        })
    }))
}

fn key(env: &Env) -> Result<String, Error> {
    let found = env.first(&["LOCUS_OCI_GENAI_API_KEY", "OCI_GENAI_API_KEY"]);
    let found = found.map_err(|error| Error::Env(error.into()))?;
    found.map(|(_, key)| key.to_owned()).ok_or(Error::NoKey)
}
