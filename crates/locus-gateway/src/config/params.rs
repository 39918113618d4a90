//! The models of the file: what a client may ask for, and how each is reached.

use std::sync::Arc;
use std::time::Duration;

use locus::wire::chat::{ChatRequest, ReasoningEffort};
use locus::wire::responses::ResponsesRequest;
use locus::wire::{Nullable, Number};
use locus::{Endpoint, Family, ModelId, Transport, route};

use super::error::ConfigError;
use super::file::{Entry, File, Params, Scalar};
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
    pub(crate) weight: u32,
    /// Those with a lower number take all calls as long as one of them can.
    pub(crate) order: u32,
    /// How many attempts of a call there may be after one that failed here; otherwise the general number.
    pub(crate) retries: Option<u32>,
    /// How long a streamed call may take to begin.
    pub(crate) stream_timeout: Option<Duration>,
    /// What a token costs, where the operator says so.
    pub(crate) price: Option<Price>,
    pub(crate) defaults: Defaults,
}

/// The model to call.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Target {
    /// This id.
    Id(String),
    /// This id, hosted on an endpoint of a dedicated AI cluster.
    Dedicated { id: String, endpoint: String },
    /// What the `*` of the name stands for.
    AsAsked,
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

/// Parameters that a request gets when the client does not say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Defaults {
    temperature: Option<Number>,
    top_p: Option<Number>,
    max_tokens: Option<u64>,
    max_completion_tokens: Option<u64>,
    frequency_penalty: Option<Number>,
    presence_penalty: Option<Number>,
    seed: Option<i64>,
    reasoning_effort: Option<ReasoningEffort>,
}

impl Defaults {
    pub(crate) fn apply(&self, request: &mut ChatRequest) {
        fn fill<T: Clone>(slot: &mut Option<T>, default: &Option<T>) {
            if slot.is_none() {
                slot.clone_from(default);
            }
        }
        fill(&mut request.temperature, &self.temperature);
        fill(&mut request.top_p, &self.top_p);
        fill(&mut request.frequency_penalty, &self.frequency_penalty);
        fill(&mut request.presence_penalty, &self.presence_penalty);
        fill(&mut request.seed, &self.seed);
        fill(&mut request.reasoning_effort, &self.reasoning_effort);
        // Two names of one limit: the client's wins, whichever it used.
        if request.max_tokens.is_none() && request.max_completion_tokens.is_none() {
            request.max_tokens = self.max_tokens;
            request.max_completion_tokens = self.max_completion_tokens;
        }
    }
}

impl Defaults {
    /// The same for a request of the Responses API; what that has no parameter for is returned.
    pub(crate) fn apply_to_response(&self, request: &mut ResponsesRequest) -> Vec<String> {
        fn fill<T: Clone>(slot: &mut Nullable<T>, default: Option<&T>) {
            if let (Nullable::Absent, Some(default)) = (&*slot, default) {
                *slot = Nullable::Value(default.clone());
            }
        }
        fill(&mut request.temperature, self.temperature.as_ref());
        fill(&mut request.top_p, self.top_p.as_ref());
        let limit = self.max_completion_tokens.or(self.max_tokens);
        fill(&mut request.max_output_tokens, limit.as_ref());
        if let (Some(effort), false) = (&self.reasoning_effort, request.reasoning == Nullable::Null)
        {
            let mut reasoning = request.reasoning.as_option().cloned().unwrap_or_default();
            reasoning.effort.get_or_insert_with(|| effort.clone());
            request.reasoning = Nullable::Value(reasoning);
        }
        let without = [
            ("frequency_penalty", self.frequency_penalty.is_some()),
            ("presence_penalty", self.presence_penalty.is_some()),
            ("seed", self.seed.is_some()),
        ];
        let without = without.into_iter().filter(|(_, is_set)| *is_set);
        without
            .map(|(name, _)| format!("{name} of the configuration is unknown to the Responses API"))
            .collect()
    }
}

impl ModelConfig {
    /// Every id, with what the environment says.
    pub(super) fn every() -> Self {
        Self {
            name: "*".to_owned(),
            id: Arc::from("environment"),
            path: "the environment".to_owned(),
            target: Target::AsAsked,
            family: None,
            transport: None,
            identity: Identity::default(),
            weight: 1,
            order: u32::MAX,
            retries: None,
            stream_timeout: None,
            price: None,
            defaults: Defaults::default(),
        }
    }
}

/// The models of the file. Without a `model_list` there is nothing to serve, which is an error.
pub(super) fn models(reader: &Reader<'_>, file: &File) -> Result<Vec<ModelConfig>, ConfigError> {
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
    let general = Timeouts { timeout, stream_timeout };
    entries.iter().enumerate().map(|(at, entry)| model(reader, at, entry, general)).collect()
}

/// What applies to models that do not say.
#[derive(Clone, Copy)]
struct Timeouts {
    timeout: Option<Duration>,
    stream_timeout: Option<Duration>,
}

fn model(
    reader: &Reader<'_>,
    at: usize,
    entry: &Entry,
    general: Timeouts,
) -> Result<ModelConfig, ConfigError> {
    let path = format!("model_list[{at}]");
    let key = |name: &str| format!("{path}.litellm_params.{name}");
    let params = &entry.litellm_params;
    let name = entry.model_name.value.trim().to_owned();
    if name.is_empty() {
        return Err(refused(&format!("{path}.model_name"), &entry.model_name, "a name"));
    }
    let target = target(reader, &key, &name, params)?;
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
        weight: number("weight", &params.weight)?.unwrap_or(1),
        // Those without one come last.
        order: number("order", &params.order)?.unwrap_or(u32::MAX),
        retries,
        stream_timeout: stream_timeout.or(general.stream_timeout),
        price: price(reader, &path, entry)?,
        defaults: defaults(reader, &key, params)?,
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
    let model = params.model.value.trim();
    let wrong = |expected: &str| Err(refused(&key("model"), &params.model, expected));
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
        let is_all = prefix.is_empty() || ["oci/", "oci:"].contains(&prefix);
        return if is_all && name.ends_with('*') {
            Ok(Target::AsAsked)
        } else {
            wrong("oci/* under a model_name that ends in * too")
        };
    }
    let is_other =
        model.split_once('/').is_some_and(|(provider, _)| !provider.eq_ignore_ascii_case("oci"));
    if is_other {
        return wrong("a model of OCI such as oci/xai.grok-4");
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
    Ok(Identity {
        api_base: api_base.map(|url| origin(&url).to_owned()),
        api_key: secret("oci_api_key", &params.oci_api_key)?,
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
fn origin(url: &str) -> &str {
    ["/20231130", "/openai/v1"]
        .iter()
        .find_map(|path| url.find(path).and_then(|end| url.get(..end)))
        .unwrap_or(url)
        .trim_end_matches('/')
}

fn defaults(
    reader: &Reader<'_>,
    key: &impl Fn(&str) -> String,
    params: &Params,
) -> Result<Defaults, ConfigError> {
    let number = |name: &str, scalar: &Option<Scalar>| {
        reader.parsed(&key(name), scalar.as_ref(), "a number", |text| {
            let integer = text.parse::<i64>().ok().map(Number::from);
            integer.or_else(|| {
                text.parse::<f64>().ok().filter(|value| value.is_finite()).map(Number::from)
            })
        })
    };
    let effort = reader.text(&key("reasoning_effort"), params.reasoning_effort.as_ref())?;
    // What LiteLLM calls `disable` the service calls `none`.
    let effort = effort.map(|text| if text == "disable" { "none".to_owned() } else { text });
    Ok(Defaults {
        temperature: number("temperature", &params.temperature)?,
        top_p: number("top_p", &params.top_p)?,
        max_tokens: reader.number(&key("max_tokens"), params.max_tokens.as_ref())?,
        max_completion_tokens: reader
            .number(&key("max_completion_tokens"), params.max_completion_tokens.as_ref())?,
        frequency_penalty: number("frequency_penalty", &params.frequency_penalty)?,
        presence_penalty: number("presence_penalty", &params.presence_penalty)?,
        seed: reader.parsed(&key("seed"), params.seed.as_ref(), "a whole number", |text| {
            text.parse().ok()
        })?,
        reasoning_effort: effort.as_deref().map(ReasoningEffort::from),
    })
}
