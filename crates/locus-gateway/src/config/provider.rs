//! Whose model an entry names: LiteLLM's files often have those of several providers.

use std::collections::BTreeMap;

use locus::{ModelId, RouteError, route};

use super::error::ConfigError;
use super::file::{File, Params};
use super::params::origin;
use super::value::{Reader, refused};

/// The provider of a model.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Provider {
    Oci,
    /// OCI's endpoint as LiteLLM calls those of OpenAI's kind: with an API key.
    OciByKey,
    Other,
}

/// A model of another provider, which is not served here.
#[derive(Clone, Debug)]
pub(crate) struct LeftOut {
    /// What clients ask for.
    pub(crate) name: String,
    /// What LiteLLM would call.
    pub(crate) model: String,
}

/// Whose model it is, by its id, `custom_llm_provider` and `api_base`.
pub(super) fn provider(reader: &Reader<'_>, params: &Params, model: &str) -> Provider {
    let said = params.custom_llm_provider.as_ref().map(|it| it.value.trim());
    let prefix = model.split_once('/').map(|(prefix, _)| prefix);
    match said.or(prefix) {
        Some(name) if name.eq_ignore_ascii_case("oci") => Provider::Oci,
        Some(name) if OPENAI_LIKE.contains(&name) && is_oci(reader, params) => Provider::OciByKey,
        Some(_) => Provider::Other,
        None if model == "*" || params.oci_transport.is_some() => Provider::Oci,
        // LiteLLM infers the provider from a bare id. Those of OCI have a vendor's prefix; so do those of Bedrock, with a version
        // behind a colon.
        None if model.contains(':') && !model.starts_with("oci:") => Provider::Other,
        None => match ModelId::parse(model).map(route) {
            Ok(Ok(_) | Err(RouteError::OtherOperation { .. })) => Provider::Oci,
            _ if model.starts_with("oci:") || params.oci_serving_mode.is_some() => Provider::Oci,
            _ => Provider::Other,
        },
    }
}

/// Whether `api_base` is Oracle's.
fn is_oci(reader: &Reader<'_>, params: &Params) -> bool {
    let base = params.api_base.as_ref();
    let base = base.and_then(|base| reader.quietly(base));
    base.is_some_and(|url| {
        let host = origin(&url).strip_prefix("https://").unwrap_or_default();
        host.starts_with("inference.generativeai.")
    })
}

/// The entries of `model_list` that are of other providers, by their place.
pub(super) fn left_out(reader: &Reader<'_>, file: &File) -> BTreeMap<usize, LeftOut> {
    let entries = file.model_list.iter().flatten().enumerate();
    let others = entries.filter_map(|(at, entry)| {
        let model = reader.quietly(&entry.litellm_params.model)?;
        let is_other = provider(reader, &entry.litellm_params, model.trim()) == Provider::Other;
        let name = reader.quietly(&entry.model_name)?;
        is_other.then(|| (at, LeftOut { name: name.trim().to_owned(), model }))
    });
    others.collect()
}

/// Tells of each model that is left out. It is an error if nothing remains.
pub(super) fn tell(
    reader: &Reader<'_>,
    file: &File,
    left_out: &BTreeMap<usize, LeftOut>,
) -> Result<(), ConfigError> {
    let entries = file.model_list.as_deref().unwrap_or_default();
    if let (Some((at, _)), true) = (left_out.iter().next(), left_out.len() == entries.len())
        && let Some(entry) = entries.get(*at)
    {
        let path = format!("model_list[{at}].litellm_params.model");
        let expected = "a model of OCI such as oci/xai.grok-4";
        return Err(refused(&path, &entry.litellm_params.model, expected));
    }
    for (at, LeftOut { name, model }) in left_out {
        let is_served = entries.iter().enumerate().any(|(other, entry)| {
            !left_out.contains_key(&other) && entry.model_name.value.trim() == name
        });
        let then = if is_served {
            "its other deployments take all calls"
        } else {
            "who asks for it gets a 404"
        };
        reader.warn(
            format!("model_list[{at}]"),
            format!("{name} is left out: {model} is a model of another provider than OCI; {then}"),
        );
    }
    Ok(())
}

/// Completes the models that name an entry of `credential_list`.
pub(super) fn fill_credentials(reader: &Reader<'_>, file: &mut File) -> Result<(), ConfigError> {
    let credentials = file.credential_list.take().unwrap_or_default();
    for (at, entry) in file.model_list.iter_mut().flatten().enumerate() {
        let params = &mut entry.litellm_params;
        let Some(name) = params.litellm_credential_name.take() else { continue };
        let path = format!("model_list[{at}].litellm_params.litellm_credential_name");
        let told = reader.text(&path, Some(&name))?;
        let found = credentials
            .iter()
            .find(|credential| Some(&credential.credential_name.value) == told.as_ref());
        match found {
            Some(credential) => params.fill(&credential.credential_values),
            // LiteLLM may have it in its database, and another provider's is nobody's business here.
            None if told.is_none() || !is_plainly_oci(&params.model.value) => {}
            None => return Err(refused(&path, &name, "a credential_name of credential_list")),
        }
    }
    Ok(())
}

fn is_plainly_oci(model: &str) -> bool {
    model.starts_with("oci/")
}

/// The providers that LiteLLM calls by OpenAI's API at any address.
const OPENAI_LIKE: &[&str] = &["openai", "custom_openai", "openai_like", "hosted_vllm"];
