//! The shape of the file, before anything in it is understood.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};
use serde_saphyr::{Spanned, options};

use super::error::ConfigError;

/// A scalar with its place. Numbers and flags are read as text too, so that each of them can be a reference to a variable.
pub(super) type Scalar = Spanned<String>;

#[derive(Debug, Default, Deserialize)]
pub(super) struct File {
    /// Other files, whose content comes after that of this one.
    pub(super) include: Option<Vec<Scalar>>,
    pub(super) model_list: Option<Vec<Entry>>,
    pub(super) credential_list: Option<Vec<Credential>>,
    pub(super) litellm_settings: Option<LitellmSettings>,
    pub(super) router_settings: Option<RouterSettings>,
    pub(super) general_settings: Option<GeneralSettings>,
    pub(super) environment_variables: Option<BTreeMap<String, Option<Scalar>>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Entry {
    pub(super) model_name: Scalar,
    pub(super) litellm_params: Params,
    pub(super) model_info: Option<ModelInfo>,
    /// All of `model_info`, as it stands in the file.
    #[serde(skip)]
    pub(super) info: Map<String, Value>,
}

/// A second look at the same text, for what is told as it is.
#[derive(Deserialize)]
struct Infos {
    model_list: Vec<Info>,
}

#[derive(Deserialize)]
struct Info {
    model_info: Option<Map<String, Value>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Params {
    pub(super) model: Scalar,
    pub(super) custom_llm_provider: Option<Scalar>,
    /// The entry of `credential_list` that has what is not said here.
    pub(super) litellm_credential_name: Option<Scalar>,
    pub(super) api_base: Option<Scalar>,
    pub(super) api_key: Option<Scalar>,
    pub(super) oci_api_key: Option<Scalar>,
    pub(super) oci_auth_type: Option<Scalar>,
    pub(super) oci_compartment_id: Option<Scalar>,
    pub(super) oci_config_file: Option<Scalar>,
    pub(super) oci_endpoint_id: Option<Scalar>,
    pub(super) oci_family: Option<Scalar>,
    pub(super) oci_fingerprint: Option<Scalar>,
    pub(super) oci_key: Option<Scalar>,
    pub(super) oci_key_file: Option<Scalar>,
    pub(super) oci_key_passphrase: Option<Scalar>,
    pub(super) oci_profile: Option<Scalar>,
    pub(super) oci_region: Option<Scalar>,
    pub(super) oci_serving_mode: Option<Scalar>,
    pub(super) oci_tenancy: Option<Scalar>,
    pub(super) oci_transport: Option<Scalar>,
    pub(super) oci_user: Option<Scalar>,
    pub(super) weight: Option<Scalar>,
    pub(super) rpm: Option<Scalar>,
    pub(super) tpm: Option<Scalar>,
    pub(super) max_parallel_requests: Option<Scalar>,
    pub(super) cooldown_time: Option<Scalar>,
    pub(super) timeout: Option<Scalar>,
    pub(super) stream_timeout: Option<Scalar>,
    pub(super) max_retries: Option<Scalar>,
    pub(super) num_retries: Option<Scalar>,
    pub(super) order: Option<Scalar>,
    pub(super) drop_params: Option<Scalar>,
    pub(super) input_cost_per_token: Option<Scalar>,
    pub(super) output_cost_per_token: Option<Scalar>,
    pub(super) cache_read_input_token_cost: Option<Scalar>,
    pub(super) temperature: Option<Scalar>,
    pub(super) top_p: Option<Scalar>,
    pub(super) max_tokens: Option<Scalar>,
    pub(super) max_completion_tokens: Option<Scalar>,
    pub(super) frequency_penalty: Option<Scalar>,
    pub(super) presence_penalty: Option<Scalar>,
    pub(super) seed: Option<Scalar>,
    pub(super) reasoning_effort: Option<Spanned<Effort>>,
}

/// Parts of identities that several models have in common.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Credential {
    pub(super) credential_name: Scalar,
    pub(super) credential_values: CredentialValues,
    /// Words for people.
    #[serde(rename = "credential_info")]
    _credential_info: Option<Value>,
}

/// The parts of an identity, each of which a model says itself or takes from a credential. A macro, since neither the places of
/// values nor the names of unknown keys survive serde's `flatten`.
macro_rules! credential_values {
    ($($part:ident),+ $(,)?) => {
        #[derive(Clone, Debug, Default, Deserialize)]
        pub(super) struct CredentialValues {
            $(pub(super) $part: Option<Scalar>,)+
        }

        impl Params {
            /// Takes from a credential what is not said here.
            pub(super) fn fill(&mut self, values: &CredentialValues) {
                $(if self.$part.is_none() {
                    self.$part.clone_from(&values.$part);
                })+
            }
        }
    };
}

credential_values!(
    api_base,
    api_key,
    oci_api_key,
    oci_auth_type,
    oci_compartment_id,
    oci_config_file,
    oci_fingerprint,
    oci_key,
    oci_key_file,
    oci_key_passphrase,
    oci_profile,
    oci_region,
    oci_tenancy,
    oci_user,
);

/// Facts about a model for people and dashboards; `id` names the deployment in logs and metrics.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ModelInfo {
    pub(super) id: Option<Scalar>,
    pub(super) base_model: Option<Scalar>,
    pub(super) input_cost_per_token: Option<Scalar>,
    pub(super) output_cost_per_token: Option<Scalar>,
    pub(super) cache_read_input_token_cost: Option<Scalar>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct LitellmSettings {
    pub(super) drop_params: Option<Scalar>,
    pub(super) num_retries: Option<Scalar>,
    pub(super) request_timeout: Option<Scalar>,
    pub(super) allowed_fails: Option<Scalar>,
    pub(super) fallbacks: Option<Fallbacks>,
    pub(super) default_fallbacks: Option<Vec<Scalar>>,
    pub(super) context_window_fallbacks: Option<Fallbacks>,
    pub(super) content_policy_fallbacks: Option<Fallbacks>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct RouterSettings {
    pub(super) routing_strategy: Option<Scalar>,
    pub(super) num_retries: Option<Scalar>,
    pub(super) timeout: Option<Scalar>,
    pub(super) stream_timeout: Option<Scalar>,
    pub(super) allowed_fails: Option<Scalar>,
    pub(super) cooldown_time: Option<Scalar>,
    pub(super) disable_cooldowns: Option<Scalar>,
    pub(super) retry_after: Option<Scalar>,
    pub(super) retry_policy: Option<BTreeMap<String, Scalar>>,
    pub(super) max_fallbacks: Option<Scalar>,
    pub(super) default_max_parallel_requests: Option<Scalar>,
    pub(super) fallbacks: Option<Fallbacks>,
    pub(super) default_fallbacks: Option<Vec<Scalar>>,
    pub(super) context_window_fallbacks: Option<Fallbacks>,
    pub(super) content_policy_fallbacks: Option<Fallbacks>,
    pub(super) model_group_alias: Option<BTreeMap<String, Spanned<Alias>>>,
    pub(super) redis_url: Option<Scalar>,
    pub(super) redis_host: Option<Scalar>,
    pub(super) redis_port: Option<Scalar>,
    pub(super) redis_username: Option<Scalar>,
    pub(super) redis_password: Option<Scalar>,
    pub(super) redis_ssl: Option<Scalar>,
    pub(super) redis_db: Option<Scalar>,
    pub(super) redis_namespace: Option<Scalar>,
    pub(super) redis_timeout: Option<Scalar>,
    pub(super) redis_on_failure: Option<Scalar>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct GeneralSettings {
    pub(super) master_key: Option<Scalar>,
    pub(super) keys_file: Option<Scalar>,
    pub(super) keys_db: Option<Scalar>,
    pub(super) cors_origins: Option<Vec<Scalar>>,
}

/// How much a model thinks; LiteLLM also takes the object of the Responses API, whose summary has no place in chat completions.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Effort {
    Word(String),
    Object { effort: String, summary: Option<Value> },
}

/// The model that another name stands for.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Alias {
    Name(String),
    Item { model: String, hidden: Option<bool> },
}

/// A list of mappings from a model to the models that stand in for it.
pub(super) type Fallbacks = Vec<BTreeMap<String, Vec<Scalar>>>;

/// Reads the text; the second value is the paths of the keys that the file has and the shape has not.
pub(super) fn read(text: &str) -> Result<(File, Vec<String>), ConfigError> {
    let mut unknown = Vec::new();
    // Messages with an excerpt of the file could show a key.
    let options = options! { with_snippet: false };
    let file = serde_saphyr::with_deserializer_from_str_with_options(text, options, |reader| {
        serde_ignored::deserialize(reader, |path| unknown.push(path_of(&path)))
    });
    unknown.retain(|path| !path.ends_with(SPANNED));
    match file {
        Ok(mut file) => {
            add_infos(&mut file, text);
            Ok((file, unknown))
        }
        Err(error) => Err(ConfigError {
            file: None,
            path: None,
            position: error.location().map(|place| (place.line(), place.column())),
            message: message(&error.to_string()),
        }),
    }
}

fn add_infos(file: &mut File, text: &str) {
    let entries = file.model_list.as_deref_mut().unwrap_or_default();
    if entries.iter().all(|entry| entry.model_info.is_none()) {
        return;
    }
    // A text that was read once can be read again, but for keys that are no texts, which JSON has not.
    let infos = serde_saphyr::from_str::<Infos>(text).map(|infos| infos.model_list);
    for (entry, info) in entries.iter_mut().zip(infos.unwrap_or_default()) {
        entry.info = info.model_info.unwrap_or_default();
    }
}

/// A path as people write it: `model_list[0].litellm_params.rpm`.
fn path_of(path: &serde_ignored::Path<'_>) -> String {
    use serde_ignored::Path;
    match path {
        Path::Root => String::new(),
        Path::Seq { parent, index } => format!("{}[{index}]", path_of(parent)),
        Path::Map { parent, key } => {
            let parent = path_of(parent);
            if parent.is_empty() { key.clone() } else { format!("{parent}.{key}") }
        }
        Path::Some { parent }
        | Path::NewtypeStruct { parent }
        | Path::NewtypeVariant { parent } => path_of(parent),
    }
}

/// One line, without the place, which is told apart.
fn message(text: &str) -> String {
    let text = text.split(" at line ").next().unwrap_or(text);
    // The advice of the reader's author is for those who call it.
    let text = text
        .split([',', ';'])
        .next()
        .filter(|_| text.contains("DuplicateKeyPolicy") || text.contains("Option<"))
        .unwrap_or(text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What stands between a key and its value where the value's place is asked for; `Spanned` ignores it itself.
const SPANNED: &str = ".__serde_saphyr_private_spanned";
