//! How calls find a deployment, and what happens when one fails.

use std::collections::BTreeMap;
use std::time::Duration;

use super::error::ConfigError;
use super::file::{Fallbacks, File, Scalar};
use super::params::ModelConfig;
use super::value::{Reader, refused};

/// How calls find a deployment, and what happens when one fails.
#[derive(Clone, Debug)]
pub(crate) struct Routing {
    pub(crate) strategy: Strategy,
    /// How many attempts may follow the first, over all deployments and fallbacks of a call.
    pub(crate) retries: u32,
    /// The age of a call after which no further attempt is begun.
    pub(crate) budget: Duration,
    /// How many failures in a row a deployment may have before it rests.
    pub(crate) allowed_fails: u32,
    /// How long it rests.
    pub(crate) cooldown: Duration,
    /// Other names of models.
    pub(crate) aliases: BTreeMap<String, String>,
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
            allowed_fails: 3,
            cooldown: Duration::from_secs(5),
            aliases: BTreeMap::new(),
            fallbacks: BTreeMap::new(),
            default_fallbacks: Vec::new(),
        }
    }
}

impl Routing {
    /// The models that stand in for another one after a failure of a kind, in order.
    pub(crate) fn fallbacks(&self, kind: FallbackKind, model: &str) -> &[String] {
        match self.fallbacks.get(&(kind, model.to_owned())) {
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
) -> Result<Routing, ConfigError> {
    let router = file.router_settings.as_ref();
    let settings = file.litellm_settings.as_ref();
    let mut routing = Routing::default();
    let strategy = router.and_then(|it| it.routing_strategy.as_ref());
    let strategy = reader.parsed(
        "router_settings.routing_strategy",
        strategy,
        "simple-shuffle or least-busy",
        |text| match text {
            "simple-shuffle" => Some(Strategy::Weighted),
            "least-busy" => Some(Strategy::LeastBusy),
            _ => None,
        },
    )?;
    routing.strategy = strategy.unwrap_or(routing.strategy);
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
    if let Some(count) = first_number(reader, fails)? {
        routing.allowed_fails = count;
    }
    let cooldown = router.and_then(|it| it.cooldown_time.as_ref());
    if let Some(time) = reader.seconds("router_settings.cooldown_time", cooldown)? {
        routing.cooldown = time;
    }
    let drop_params = settings.and_then(|it| it.drop_params.as_ref());
    if reader.flag("litellm_settings.drop_params", drop_params)? == Some(false) {
        reader.warn("litellm_settings.drop_params", DROP_PARAMS);
    }
    let known = Known { models, aliases: router.and_then(|it| it.model_group_alias.as_ref()) };
    for (alias, model) in known.aliases.into_iter().flatten() {
        let path = format!("router_settings.model_group_alias.{alias}");
        known.check(&path, model)?;
        routing.aliases.insert(alias.clone(), model.value.clone());
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
            known.add(&path, kind, list, &mut routing.fallbacks)?;
        }
        for (at, model) in default.into_iter().flatten().enumerate() {
            known.check(&format!("{section}.default_fallbacks[{at}]"), model)?;
            routing.default_fallbacks.push(model.value.clone());
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

/// The names that a fallback may use.
struct Known<'f> {
    models: &'f [ModelConfig],
    aliases: Option<&'f BTreeMap<String, Scalar>>,
}

impl Known<'_> {
    fn add(
        &self,
        path: &str,
        kind: FallbackKind,
        list: Option<&Fallbacks>,
        fallbacks: &mut BTreeMap<(FallbackKind, String), Vec<String>>,
    ) -> Result<(), ConfigError> {
        for (at, map) in list.into_iter().flatten().enumerate() {
            for (model, stand_ins) in map {
                let mut names = Vec::with_capacity(stand_ins.len());
                for (place, name) in stand_ins.iter().enumerate() {
                    self.check(&format!("{path}[{at}].{model}[{place}]"), name)?;
                    names.push(name.value.clone());
                }
                fallbacks.insert((kind, model.clone()), names);
            }
        }
        Ok(())
    }

    fn check(&self, path: &str, name: &Scalar) -> Result<(), ConfigError> {
        let is_model = self.models.iter().any(|model| match model.name.strip_suffix('*') {
            Some(prefix) => name.value.starts_with(prefix),
            None => model.name == name.value,
        });
        let is_alias = self.aliases.is_some_and(|aliases| aliases.contains_key(&name.value));
        if is_model || is_alias {
            return Ok(());
        }
        Err(refused(path, name, "a model_name of model_list"))
    }
}

/// What is said about `drop_params: false`.
pub(super) const DROP_PARAMS: &str = "false has no effect: what a model cannot take is left out, \
     and the header x-locus-losses says so";
