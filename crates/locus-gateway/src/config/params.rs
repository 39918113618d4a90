//! The models of the file: what a client may ask for, and how each is reached.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use locus::{Endpoint, Family, ModelId, Transport, route};
use serde_json::{Map, Value};

use super::defaults::{Defaults, defaults};
use super::error::ConfigError;
use super::file::{Entry, File, Params, Scalar};
use super::provider::{LeftOut, Provider, provider};
use super::value::{Reader, position, refused};
use crate::price::Price;
use crate::secret::Secret;

/// One entry of `model_list`.
#[derive(Clone, Debug)]
pub(crate) struct ModelConfig {
    /// What clients ask for; a `*` at the end stands for anything.
    pub(crate) name: String,
    /// The name of the deployment in logs, metrics and on the status page.
    pub(crate) id: Arc<str>,
    /// Where it stands in the file, for errors.
    pub(crate) path: String,
    pub(crate) target: Target,
    /// What the operator says about the model, where its id does not.
    pub(crate) family: Option<Family>,
    pub(crate) transport: Option<Transport>,
    pub(crate) identity: Identity,
    pub(crate) share: Share,
    /// How many calls may be under way at a time; the next ones wait.
    pub(crate) places: Option<usize>,
    /// How long it rests after failures; otherwise the general time.
    pub(crate) cooldown: Option<Duration>,
    /// Those with a lower number take all calls as long as one of them can.
    pub(crate) order: u32,
    /// How many attempts of a call there may be after one that failed here; otherwise the general number.
    pub(crate) retries: Option<u32>,
    /// How long a streamed call may take to begin.
    pub(crate) stream_timeout: Option<Duration>,
    /// What a token costs, where the operator says so.
    pub(crate) price: Option<Price>,
    pub(crate) defaults: Defaults,
    /// `model_info`, as it stands in the file.
    pub(crate) info: Map<String, Value>,
}

/// What part of the calls a deployment takes, in proportion to the others of its name. The first of these that any of them has
/// counts, and who has none of it gets nothing, as LiteLLM's simple-shuffle has it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Share {
    pub(crate) weight: f64,
    pub(crate) rpm: f64,
    pub(crate) tpm: f64,
}

/// The model to call.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Target {
    /// This id.
    Id(String),
    /// This id, hosted on an endpoint of a dedicated AI cluster.
    Dedicated { id: String, endpoint: String },
    /// What the `*` of the name stands for, behind this.
    AsAsked { prefix: String },
}

/// Who calls, and where: what makes two deployments share one client and its connections.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Identity {
    pub(crate) api_base: Option<String>,
    pub(crate) api_key: Option<Secret>,
    pub(crate) auth_type: Option<String>,
    pub(crate) compartment_id: Option<String>,
    pub(crate) config_file: Option<String>,
    pub(crate) fingerprint: Option<String>,
    pub(crate) key: Option<Secret>,
    pub(crate) key_file: Option<String>,
    pub(crate) key_passphrase: Option<Secret>,
    pub(crate) profile: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) tenancy: Option<String>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) user: Option<String>,
}

impl ModelConfig {
    /// Every id, with what the environment says.
    pub(super) fn every() -> Self {
        Self {
            name: "*".to_owned(),
            id: Arc::from("environment"),
            path: "the environment".to_owned(),
            target: Target::AsAsked { prefix: String::new() },
            family: None,
            transport: None,
            identity: Identity::default(),
            share: Share::default(),
            places: None,
            cooldown: None,
            order: u32::MAX,
            retries: None,
            stream_timeout: None,
            price: None,
            defaults: Defaults::default(),
            info: Map::new(),
        }
    }
}

/// The models of the file. Without a `model_list` there is nothing to serve, which is an error.
pub(super) fn models(
    reader: &Reader<'_>,
    file: &File,
    left_out: &BTreeMap<usize, LeftOut>,
) -> Result<Vec<ModelConfig>, ConfigError> {
    let entries = file.model_list.as_deref().unwrap_or_default();
    if entries.is_empty() {
        let message =
            "expected a list of models, found none; without a file every oci: id is served";
        return Err(ConfigError::at("model_list", (0, 0), message));
    }
    let settings = file.litellm_settings.as_ref();
    let router = file.router_settings.as_ref();
    let places = [
        ("router_settings.timeout", router.and_then(|it| it.timeout.as_ref())),
        ("litellm_settings.request_timeout", settings.and_then(|it| it.request_timeout.as_ref())),
    ];
    let mut timeout = None;
    for (path, scalar) in places {
        timeout = timeout.or(reader.seconds(path, scalar)?);
    }
    let stream_timeout = router.and_then(|it| it.stream_timeout.as_ref());
    let stream_timeout = reader.seconds("router_settings.stream_timeout", stream_timeout)?;
    let places = router.and_then(|it| it.default_max_parallel_requests.as_ref());
    let places = places_of(reader, "router_settings.default_max_parallel_requests", places)?;
    let general = General { timeout, stream_timeout, places };
    let entries = entries.iter().enumerate().filter(|(at, _)| !left_out.contains_key(at));
    entries.map(|(at, entry)| model(reader, at, entry, general)).collect()
}

/// What applies to models that do not say.
#[derive(Clone, Copy)]
struct General {
    timeout: Option<Duration>,
    stream_timeout: Option<Duration>,
    places: Option<usize>,
}

fn places_of(
    reader: &Reader<'_>,
    path: &str,
    scalar: Option<&Scalar>,
) -> Result<Option<usize>, ConfigError> {
    let expected = "a whole number above 0";
    reader.parsed(path, scalar, expected, |text| {
        text.parse().ok().filter(|places| (1..=MOST_PLACES).contains(places))
    })
}

/// Far more than one process serves at a time.
const MOST_PLACES: usize = 1_000_000;

fn model(
    reader: &Reader<'_>,
    at: usize,
    entry: &Entry,
    general: General,
) -> Result<ModelConfig, ConfigError> {
    let path = format!("model_list[{at}]");
    let key = |name: &str| format!("{path}.litellm_params.{name}");
    let params = &entry.litellm_params;
    let name_path = format!("{path}.model_name");
    let name = reader.text(&name_path, Some(&entry.model_name))?.unwrap_or_default();
    let name = name.trim().to_owned();
    if name.is_empty() {
        return Err(refused(&name_path, &entry.model_name, "a name"));
    }
    let target = target(reader, &key, &name, params)?;
    let share = |name: &str, scalar: &Option<Scalar>| {
        let share = reader.parsed(&key(name), scalar.as_ref(), "a number, 0 or more", |text| {
            text.parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0)
        })?;
        Ok(share.unwrap_or_default())
    };
    let number = |name: &str, scalar: &Option<Scalar>| {
        let number = reader.number(&key(name), scalar.as_ref())?;
        Ok(number.map(|number| u32::try_from(number).unwrap_or(u32::MAX)))
    };
    let retries = number("max_retries", &params.max_retries)?;
    let retries = number("num_retries", &params.num_retries)?.or(retries);
    let stream_timeout = reader.seconds(&key("stream_timeout"), params.stream_timeout.as_ref())?;
    if reader.flag(&key("drop_params"), params.drop_params.as_ref())? == Some(false) {
        reader.warn(key("drop_params"), super::routing::DROP_PARAMS);
    }
    let id = entry.model_info.as_ref().and_then(|info| info.id.as_ref());
    let id = reader.text(&format!("{path}.model_info.id"), id)?;
    let family = reader.parsed(
        &key("oci_family"),
        params.oci_family.as_ref(),
        "cohere, gemini, gpt-oss, grok, llama, openai or other",
        family,
    )?;
    let transport = reader.parsed(
        &key("oci_transport"),
        params.oci_transport.as_ref(),
        "v1, responses or native",
        |text| text.parse().ok(),
    )?;
    Ok(ModelConfig {
        family,
        transport,
        id: Arc::from(id.unwrap_or_else(|| format!("{name}#{at}"))),
        target,
        identity: identity(reader, &key, params, general.timeout)?,
        share: Share {
            weight: share("weight", &params.weight)?,
            rpm: share("rpm", &params.rpm)?,
            tpm: share("tpm", &params.tpm)?,
        },
        places: places_of(
            reader,
            &key("max_parallel_requests"),
            params.max_parallel_requests.as_ref(),
        )?
        .or(general.places),
        cooldown: reader.seconds(&key("cooldown_time"), params.cooldown_time.as_ref())?,
        // Those without one come last.
        order: number("order", &params.order)?.unwrap_or(u32::MAX),
        retries,
        stream_timeout: stream_timeout.or(general.stream_timeout),
        price: price(reader, &path, entry)?,
        defaults: defaults(reader, &key, params)?,
        info: entry.info.clone(),
        name,
        path,
    })
}

/// What a token costs, as `model_info` or, as LiteLLM allows as well, `litellm_params` say.
fn price(reader: &Reader<'_>, path: &str, entry: &Entry) -> Result<Option<Price>, ConfigError> {
    let (info, params) = (entry.model_info.as_ref(), &entry.litellm_params);
    let cost = |name: &str, info: Option<&Scalar>, params: &Option<Scalar>| {
        let (section, scalar) = match info {
            Some(scalar) => ("model_info", Some(scalar)),
            None => ("litellm_params", params.as_ref()),
        };
        let is_cost = |cost: &f64| cost.is_finite() && *cost >= 0.0;
        reader.parsed(
            &format!("{path}.{section}.{name}"),
            scalar,
            "US dollars for a token",
            |text| text.parse().ok().filter(is_cost),
        )
    };
    let prompt = cost(
        "input_cost_per_token",
        info.and_then(|info| info.input_cost_per_token.as_ref()),
        &params.input_cost_per_token,
    )?;
    let answer = cost(
        "output_cost_per_token",
        info.and_then(|info| info.output_cost_per_token.as_ref()),
        &params.output_cost_per_token,
    )?;
    let cached = cost(
        "cache_read_input_token_cost",
        info.and_then(|info| info.cache_read_input_token_cost.as_ref()),
        &params.cache_read_input_token_cost,
    )?;
    let base = info.and_then(|info| info.base_model.as_ref());
    let base = reader.text(&format!("{path}.model_info.base_model"), base)?;
    if let (None, Some(base)) = (prompt, base) {
        let listed = Price::listed(&base);
        if listed.is_none() {
            let message = "has no effect: no price is known of it here; set input_cost_per_token";
            reader.warn(format!("{path}.model_info.base_model"), message);
        }
        return Ok(listed);
    }
    let Some(prompt) = prompt else {
        if answer.is_some() || cached.is_some() {
            let message = "has no effect without input_cost_per_token";
            reader.warn(format!("{path}.model_info.output_cost_per_token"), message);
        }
        return Ok(None);
    };
    // Embeddings have no answer to pay for.
    let answer = answer.unwrap_or_default();
    Ok(Some(Price { prompt, answer, cached: cached.unwrap_or(prompt) }))
}

fn family(text: &str) -> Option<Family> {
    Some(match text.to_ascii_lowercase().as_str() {
        "cohere" => Family::Cohere,
        "gemini" => Family::Gemini,
        "gpt-oss" => Family::GptOss,
        "grok" => Family::Grok,
        "llama" => Family::Llama,
        "openai" => Family::OpenAi,
        "other" => Family::Other,
        _ => return None,
    })
}

fn target(
    reader: &Reader<'_>,
    key: &impl Fn(&str) -> String,
    name: &str,
    params: &Params,
) -> Result<Target, ConfigError> {
    let told = reader.required_reference(&key("model"), Some(&params.model))?.unwrap_or_default();
    let model = told.trim();
    let wrong = |expected: &str| Err(refused(&key("model"), &params.model, expected));
    let provider = provider(reader, params, model);
    // The service has no such prefix; that of OCI is known below.
    let model = match (provider, model.split_once('/')) {
        (Provider::OciByKey, Some((_, id))) => id,
        _ => model,
    };
    let mode = reader.parsed(
        &key("oci_serving_mode"),
        params.oci_serving_mode.as_ref(),
        "ON_DEMAND or DEDICATED",
        |text| match text.to_ascii_uppercase().as_str() {
            "ON_DEMAND" => Some(false),
            "DEDICATED" => Some(true),
            _ => None,
        },
    )?;
    let endpoint = reader.text(&key("oci_endpoint_id"), params.oci_endpoint_id.as_ref())?;
    if mode == Some(true) {
        return Ok(match endpoint {
            Some(endpoint) => Target::Dedicated { id: model.to_owned(), endpoint },
            None => Target::Id(model.to_owned()),
        });
    }
    if endpoint.is_some() {
        let message = "has no effect without oci_serving_mode: DEDICATED";
        reader.warn(key("oci_endpoint_id"), message);
    }
    if let Some(prefix) = model.strip_suffix('*') {
        let prefix =
            ["oci/", "oci:"].iter().find_map(|it| prefix.strip_prefix(it)).unwrap_or(prefix);
        return if name.ends_with('*') {
            Ok(Target::AsAsked { prefix: prefix.to_owned() })
        } else {
            wrong("a model without *, or a model_name that ends in * too")
        };
    }
    if params.oci_transport.is_some() {
        // With it an id of an unknown vendor has a route, too.
        return Ok(Target::Id(model.to_owned()));
    }
    match ModelId::parse(model).map(route) {
        Ok(Ok(_) | Err(locus::RouteError::OtherOperation { .. })) => {
            Ok(Target::Id(model.to_owned()))
        }
        Ok(Err(error)) | Err(error) => {
            Err(ConfigError::at(&key("model"), position(&params.model), error.to_string()))
        }
    }
}

fn identity(
    reader: &Reader<'_>,
    key: &impl Fn(&str) -> String,
    params: &Params,
    timeout: Option<Duration>,
) -> Result<Identity, ConfigError> {
    let text = |name: &str, scalar: &Option<Scalar>| reader.text(&key(name), scalar.as_ref());
    let secret = |name: &str, scalar: &Option<Scalar>| Ok(text(name, scalar)?.map(Secret::new));
    let api_base = text("api_base", &params.api_base)?;
    if let (Some(url), Some(scalar)) = (&api_base, &params.api_base)
        && let Err(error) = Endpoint::parse(origin(url))
    {
        let path = key("api_base");
        return Err(ConfigError::at(&path, position(scalar), error.to_string()));
    }
    let mut api_key = secret("oci_api_key", &params.oci_api_key)?;
    if let Some(scalar) = &params.api_key {
        let model = reader.quietly(&params.model).unwrap_or_default();
        if provider(reader, params, &model) == Provider::OciByKey {
            api_key = api_key.or(secret("api_key", &Some(scalar.clone()))?);
        } else {
            reader.unknown(vec![key("api_key")]);
        }
    }
    Ok(Identity {
        api_base: api_base.map(|url| origin(&url).to_owned()),
        api_key,
        auth_type: text("oci_auth_type", &params.oci_auth_type)?,
        compartment_id: text("oci_compartment_id", &params.oci_compartment_id)?,
        config_file: text("oci_config_file", &params.oci_config_file)?,
        fingerprint: text("oci_fingerprint", &params.oci_fingerprint)?,
        key: secret("oci_key", &params.oci_key)?,
        key_file: text("oci_key_file", &params.oci_key_file)?,
        key_passphrase: secret("oci_key_passphrase", &params.oci_key_passphrase)?,
        profile: text("oci_profile", &params.oci_profile)?,
        region: text("oci_region", &params.oci_region)?,
        tenancy: text("oci_tenancy", &params.oci_tenancy)?,
        timeout: reader.seconds(&key("timeout"), params.timeout.as_ref())?.or(timeout),
        user: text("oci_user", &params.oci_user)?,
    })
}

/// The part of an `api_base` that is the endpoint: LiteLLM takes one with the path of an operation too.
pub(super) fn origin(url: &str) -> &str {
    ["/20231130", "/openai/v1"]
        .iter()
        .find_map(|path| url.find(path).and_then(|end| url.get(..end)))
        .unwrap_or(url)
        .trim_end_matches('/')
}
