//! Clients of the service: one for each identity and place, shared by the deployments that have these in common.

use std::collections::BTreeMap;

use locus::auth::{CredentialError, Setting};
use locus::{Client, ClientBuilder, Deadlines, Endpoint, RetryPolicy};

use crate::config::{Config, Identity, ModelConfig};
use crate::error::Error;
use crate::secret::Secret;

/// The clients of a gateway. A key is read and parsed once, not for every request.
#[derive(Debug, Default)]
pub(super) struct Clients(BTreeMap<Identity, Client>);

impl Clients {
    /// The client for a model, made if there is none yet.
    pub(super) fn get(&mut self, config: &Config, model: &ModelConfig) -> Result<Client, Error> {
        if let Some(client) = self.0.get(&model.identity) {
            return Ok(client.clone());
        }
        let client = build(config, &model.identity).map_err(|source| Error::Client {
            model: format!("{} ({})", model.path, model.name),
            source: Box::new(source),
        })?;
        for warning in client.warnings() {
            tracing::warn!(target: "locus_gateway", model = model.name, "{warning}");
        }
        self.0.insert(model.identity.clone(), client.clone());
        Ok(client)
    }
}

fn build(config: &Config, identity: &Identity) -> Result<Client, locus::Error> {
    let built = builder(config, identity, identity.region.as_deref())?.build();
    match built {
        // Nobody says which region, neither the file nor the environment nor a profile: LiteLLM's.
        Err(locus::Error::Credentials(CredentialError::NoRegion { .. })) => {
            builder(config, identity, Some(DEFAULT_REGION))?.build()
        }
        other => other,
    }
}

fn builder(
    config: &Config,
    identity: &Identity,
    region: Option<&str>,
) -> Result<ClientBuilder, locus::Error> {
    let texts = [
        (Setting::AuthType, identity.auth_type.as_deref()),
        (Setting::Fingerprint, identity.fingerprint.as_deref()),
        (Setting::GenaiApiKey, identity.api_key.as_ref().map(Secret::reveal)),
        (Setting::Key, identity.key.as_ref().map(Secret::reveal)),
        (Setting::KeyFile, identity.key_file.as_deref()),
        (Setting::Passphrase, identity.key_passphrase.as_ref().map(Secret::reveal)),
        (Setting::Tenancy, identity.tenancy.as_deref()),
        (Setting::User, identity.user.as_deref()),
    ];
    let told: Vec<(Setting, &str)> =
        texts.into_iter().filter_map(|(setting, text)| Some((setting, text?))).collect();
    let env = config.vars.env_with(&told).map_err(CredentialError::from)?;
    // Attempts are the gateway's to count: it has one budget for a call, over all deployments.
    let mut builder = Client::builder(env).backend(config.backend).retry(RetryPolicy::NEVER);
    if let Some(file) = &identity.config_file {
        builder = builder.config_file(file);
    }
    if let Some(profile) = &identity.profile {
        builder = builder.profile(profile);
    }
    if let Some(region) = region {
        builder = builder.region(region);
    }
    if let Some(ocid) = &identity.compartment_id {
        builder = builder.compartment_id(ocid);
    }
    if let Some(timeout) = identity.timeout {
        builder = builder.deadlines(Deadlines {
            first_byte: timeout,
            idle: Deadlines::default().idle.min(timeout),
            ..Deadlines::default()
        });
    }
    let endpoint = match (&config.endpoint, &identity.api_base) {
        (Some(endpoint), _) => Some(endpoint.clone()),
        // It was read once already, when the configuration was checked.
        (None, Some(url)) => Endpoint::parse(url).ok(),
        (None, None) => None,
    };
    Ok(match endpoint {
        Some(endpoint) => builder.endpoint(endpoint),
        None => builder,
    })
}

/// What LiteLLM calls when nobody names a region.
const DEFAULT_REGION: &str = "us-ashburn-1";
