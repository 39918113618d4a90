//! How calls find a deployment, and what happens when one fails.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_saphyr::Spanned;

use super::error::ConfigError;
use super::file::{Alias, Fallbacks, File, Scalar};
use super::params::ModelConfig;
use super::provider::LeftOut;
use super::value::{Reader, position, refused};

/// How calls find a deployment, and what happens when one fails.
#[derive(Clone, Debug)]
pub(crate) struct Routing {
    pub(crate) strategy: Strategy,
    /// How many attempts may follow the first, over all deployments and fallbacks of a call.
    pub(crate) retries: u32,
    /// The age of a call after which no further attempt is begun.
    pub(crate) budget: Duration,
    /// The same for some kinds of failures.
    pub(crate) retry_policy: RetryPolicy,
    /// The shortest wait before another attempt at the same deployment.
    pub(crate) retry_after: Duration,
    /// How many failures in a row a deployment may have before it rests; as many as is usual for a failure, if nobody says.
    pub(crate) allowed_fails: Option<u32>,
    /// How long it rests; `None` if none ever does.
    pub(crate) cooldown: Option<Duration>,
    /// How far from a model its stand-ins may be, when these have stand-ins of their own.
    pub(crate) max_fallbacks: usize,
    /// Other names of models.
    pub(crate) aliases: BTreeMap<String, String>,
    /// Those of them that no list shows.
    pub(crate) unlisted: BTreeSet<String>,
    fallbacks: BTreeMap<(FallbackKind, String), Vec<String>>,
    default_fallbacks: Vec<String>,
}

/// Which deployment of a name takes a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Strategy {
    /// By chance, in proportion to the weights.
    Weighted,
    /// The one with the fewest calls under way.
    LeastBusy,
}

/// How many attempts may follow the first one, by what became of it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct RetryPolicy {
    /// After 401 and 403.
    pub(crate) authentication: Option<u32>,
    /// After 429.
    pub(crate) rate_limit: Option<u32>,
    /// After 5xx, which the service says before it has begun.
    pub(crate) internal: Option<u32>,
}

/// The failure that a fallback is for.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum FallbackKind {
    Any,
    ContentPolicy,
    ContextWindow,
}

impl Default for Routing {
    fn default() -> Self {
        Self {
            strategy: Strategy::Weighted,
            retries: 2,
            budget: Duration::from_secs(60),
            retry_policy: RetryPolicy::default(),
            retry_after: Duration::ZERO,
            allowed_fails: None,
            cooldown: Some(Duration::from_secs(5)),
            max_fallbacks: 5,
            aliases: BTreeMap::new(),
            unlisted: BTreeSet::new(),
            fallbacks: BTreeMap::new(),
            default_fallbacks: Vec::new(),
        }
    }
}

impl Routing {
    /// The models that stand in for another one after a failure of a kind, in order. The model has several names, of which the
    /// first that the file says something about counts.
    ///
    /// Where the file has no stand-ins for a kind at all, those for any failure take its calls, as in LiteLLM.
    pub(crate) fn fallbacks(&self, kind: FallbackKind, names: &[&str]) -> &[String] {
        let is_told = self.fallbacks.keys().any(|(other, _)| *other == kind);
        let kind = if is_told { kind } else { FallbackKind::Any };
        let found = names.iter().find_map(|name| self.fallbacks.get(&(kind, (*name).to_owned())));
        let every = || self.fallbacks.get(&(kind, EVERY.to_owned()));
        match found.or_else(every) {
            Some(models) => models,
            None if kind == FallbackKind::Any => &self.default_fallbacks,
            None => &[],
        }
    }
}

pub(super) fn routing(
    reader: &Reader<'_>,
    file: &File,
    models: &[ModelConfig],
    left_out: &BTreeMap<usize, LeftOut>,
) -> Result<Routing, ConfigError> {
    let router = file.router_settings.as_ref();
    let settings = file.litellm_settings.as_ref();
    let mut routing = Routing::default();
    if let Some(strategy) = strategy(reader, router.and_then(|it| it.routing_strategy.as_ref()))? {
        routing.strategy = strategy;
    }
    let retries = [
        ("router_settings.num_retries", router.and_then(|it| it.num_retries.as_ref())),
        ("litellm_settings.num_retries", settings.and_then(|it| it.num_retries.as_ref())),
    ];
    if let Some(count) = first_number(reader, retries)? {
        routing.retries = count;
    }
    let fails = [
        ("router_settings.allowed_fails", router.and_then(|it| it.allowed_fails.as_ref())),
        ("litellm_settings.allowed_fails", settings.and_then(|it| it.allowed_fails.as_ref())),
    ];
    routing.allowed_fails = first_number(reader, fails)?;
    let cooldown = router.and_then(|it| it.cooldown_time.as_ref());
    if let Some(time) = reader.seconds("router_settings.cooldown_time", cooldown)? {
        routing.cooldown = Some(time);
    }
    let disable = router.and_then(|it| it.disable_cooldowns.as_ref());
    if reader.flag("router_settings.disable_cooldowns", disable)? == Some(true) {
        routing.cooldown = None;
    }
    let wait = router.and_then(|it| it.retry_after.as_ref());
    let wait = reader.seconds("router_settings.retry_after", wait)?;
    routing.retry_after = wait.unwrap_or_default();
    let most = router.and_then(|it| it.max_fallbacks.as_ref());
    if let Some(most) = reader.number("router_settings.max_fallbacks", most)? {
        routing.max_fallbacks = usize::try_from(most).unwrap_or(usize::MAX);
    }
    let policy = router.and_then(|it| it.retry_policy.as_ref());
    routing.retry_policy = retry_policy(reader, policy)?;
    let drop_params = settings.and_then(|it| it.drop_params.as_ref());
    if reader.flag("litellm_settings.drop_params", drop_params)? == Some(false) {
        reader.warn("litellm_settings.drop_params", DROP_PARAMS);
    }
    let known =
        Known { models, left_out, aliases: router.and_then(|it| it.model_group_alias.as_ref()) };
    for (alias, model) in known.aliases.into_iter().flatten() {
        let (name, is_hidden) = match &model.value {
            Alias::Name(name) => (name, false),
            Alias::Item { model, hidden } => (model, hidden.unwrap_or_default()),
        };
        let path = format!("router_settings.model_group_alias.{alias}");
        let place = (model.defined.line(), model.defined.column());
        let Some(name) = reader.followed(&path, name)? else { continue };
        let Some(name) = known.named(reader, &path, &name, place)? else { continue };
        routing.aliases.insert(alias.clone(), name);
        if is_hidden {
            routing.unlisted.insert(alias.clone());
        }
    }
    for (section, fallbacks, default, context, policy) in [
        (
            "litellm_settings",
            settings.and_then(|it| it.fallbacks.as_ref()),
            settings.and_then(|it| it.default_fallbacks.as_ref()),
            settings.and_then(|it| it.context_window_fallbacks.as_ref()),
            settings.and_then(|it| it.content_policy_fallbacks.as_ref()),
        ),
        (
            "router_settings",
            router.and_then(|it| it.fallbacks.as_ref()),
            router.and_then(|it| it.default_fallbacks.as_ref()),
            router.and_then(|it| it.context_window_fallbacks.as_ref()),
            router.and_then(|it| it.content_policy_fallbacks.as_ref()),
        ),
    ] {
        for (kind, key, list) in [
            (FallbackKind::Any, "fallbacks", fallbacks),
            (FallbackKind::ContextWindow, "context_window_fallbacks", context),
            (FallbackKind::ContentPolicy, "content_policy_fallbacks", policy),
        ] {
            let path = format!("{section}.{key}");
            known.add(reader, &path, kind, list, &mut routing.fallbacks)?;
        }
        if let Some(default) = default {
            let path = format!("{section}.default_fallbacks");
            // What router_settings say counts, and the other section does not.
            routing.default_fallbacks = known.all(reader, &path, default)?;
        }
    }
    Ok(routing)
}

fn first_number<const N: usize>(
    reader: &Reader<'_>,
    places: [(&str, Option<&Scalar>); N],
) -> Result<Option<u32>, ConfigError> {
    for (path, scalar) in places {
        if let Some(count) = reader.number(path, scalar)? {
            return Ok(Some(u32::try_from(count).unwrap_or(u32::MAX)));
        }
    }
    Ok(None)
}

fn strategy(reader: &Reader<'_>, scalar: Option<&Scalar>) -> Result<Option<Strategy>, ConfigError> {
    let path = "router_settings.routing_strategy";
    let strategy = reader.text(path, scalar)?;
    let (Some(text), Some(scalar)) = (strategy.as_deref(), scalar) else { return Ok(None) };
    let (strategy, words) = match text {
        "simple-shuffle" => return Ok(Some(Strategy::Weighted)),
        "least-busy" => return Ok(Some(Strategy::LeastBusy)),
        "latency-based-routing" => (Strategy::LeastBusy, LATENCY),
        "usage-based-routing" | "usage-based-routing-v2" => (Strategy::Weighted, USAGE),
        "cost-based-routing" => (Strategy::Weighted, COST),
        _ => return Err(refused(path, scalar, "simple-shuffle or least-busy")),
    };
    reader.warn(path, words);
    Ok(Some(strategy))
}

/// LiteLLM's counts by kind of error. Those for failures that are never tried again here are warned about.
fn retry_policy(
    reader: &Reader<'_>,
    policy: Option<&BTreeMap<String, Scalar>>,
) -> Result<RetryPolicy, ConfigError> {
    let mut read = RetryPolicy::default();
    for (name, scalar) in policy.into_iter().flatten() {
        let path = format!("router_settings.retry_policy.{name}");
        let count = reader.number(&path, Some(scalar))?;
        let count = count.map(|count| u32::try_from(count).unwrap_or(u32::MAX));
        match name.as_str() {
            "AuthenticationErrorRetries" => read.authentication = count,
            "RateLimitErrorRetries" => read.rate_limit = count,
            "InternalServerErrorRetries" => read.internal = count,
            _ if count == Some(0) => {}
            _ => reader.warn(path, POLICY),
        }
    }
    Ok(read)
}

/// The names that a fallback may use.
struct Known<'f> {
    models: &'f [ModelConfig],
    left_out: &'f BTreeMap<usize, LeftOut>,
    aliases: Option<&'f BTreeMap<String, Spanned<Alias>>>,
}

impl Known<'_> {
    fn add(
        &self,
        reader: &Reader<'_>,
        path: &str,
        kind: FallbackKind,
        list: Option<&Fallbacks>,
        fallbacks: &mut BTreeMap<(FallbackKind, String), Vec<String>>,
    ) -> Result<(), ConfigError> {
        let mut section = BTreeMap::new();
        for (at, map) in list.into_iter().flatten().enumerate() {
            for (model, stand_ins) in map {
                let path = format!("{path}[{at}].{model}");
                let names = self.all(reader, &path, stand_ins)?;
                if self.is_left_out(model) {
                    continue;
                }
                if model != EVERY && !self.is_asked_for(model) {
                    reader.warn(path, "has no effect: no model_name or alias is called so");
                }
                // Of several lists for one model the first counts, as in LiteLLM.
                section.entry((kind, model.clone())).or_insert(names);
            }
        }
        fallbacks.extend(section);
        Ok(())
    }

    /// The names of a list, without those that are not served here.
    fn all(
        &self,
        reader: &Reader<'_>,
        path: &str,
        names: &[Scalar],
    ) -> Result<Vec<String>, ConfigError> {
        let mut all = Vec::with_capacity(names.len());
        for (at, name) in names.iter().enumerate() {
            let path = format!("{path}[{at}]");
            let Some(text) = reader.text(&path, Some(name))? else { continue };
            all.extend(self.named(reader, &path, &text, position(name))?);
        }
        Ok(all)
    }

    /// A name that is served; `None`, with a warning, if it is that of a model of another provider.
    fn named(
        &self,
        reader: &Reader<'_>,
        path: &str,
        name: &str,
        place: (u64, u64),
    ) -> Result<Option<String>, ConfigError> {
        if self.is_model(name) || self.is_alias(name) {
            return Ok(Some(name.to_owned()));
        }
        if self.is_left_out(name) {
            reader.warn(path, format!("{name} has no effect: it is a model of another provider"));
            return Ok(None);
        }
        let message = format!("expected a model_name of model_list, found {name}");
        Err(ConfigError::at(path, place, message))
    }

    /// Whether a client can ask for this name, as it is or with a provider before it.
    fn is_asked_for(&self, name: &str) -> bool {
        self.is_model(name) || self.is_alias(name) || self.is_model(&format!("oci/{name}"))
    }

    fn is_model(&self, name: &str) -> bool {
        self.models.iter().any(|model| fits(&model.name, name))
    }

    fn is_alias(&self, name: &str) -> bool {
        self.aliases.is_some_and(|aliases| aliases.contains_key(name))
    }

    fn is_left_out(&self, name: &str) -> bool {
        !self.is_model(name) && self.left_out.values().any(|model| fits(&model.name, name))
    }
}

/// Whether a name is served by a `model_name`, which may end in `*`.
fn fits(model_name: &str, name: &str) -> bool {
    model_name == name
        || model_name.strip_suffix('*').is_some_and(|prefix| name.starts_with(prefix))
}

/// The key of stand-ins for every model that has none of its own.
const EVERY: &str = "*";

const LATENCY: &str = "latency-based-routing is not here: least-busy takes its place, which comes      near it, since fast deployments have fewer calls under way";

const USAGE: &str = "usage-based-routing is not here: simple-shuffle takes its place, which      spreads calls by weight, else by rpm, else by tpm, and holds nobody to them";

const COST: &str = "cost-based-routing is not here: simple-shuffle takes its place; give the      cheaper deployments a lower order";

const POLICY: &str = "has no effect: such a failure is not tried again, since the service would      say the same or may have billed the call";

/// What is said about `drop_params: false`.
pub(super) const DROP_PARAMS: &str = "false has no effect: what a model cannot take is left out, \
     and the header x-locus-losses says so";
