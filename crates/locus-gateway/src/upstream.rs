//! The deployments behind the names that clients ask for, and the choice between them.

mod call;
mod client;
mod deployment;
mod listed;

use std::collections::BTreeMap;
use std::sync::Arc;

use http::StatusCode;

pub(crate) use call::{Call, Operation, Served};
pub(crate) use deployment::{Deployment, Lease};

use crate::config::{Config, Identity, LeftOut, Routing, Share, Strategy};
use crate::error::Error;
use crate::failure::Failure;
use crate::price::Price;
use crate::shared::Store;
use client::Clients;

/// Every name that can be asked for, with its deployments.
pub(crate) struct Upstreams {
    groups: Vec<Group>,
    /// The models of the file that are of other providers.
    left_out: Vec<LeftOut>,
    routing: Routing,
}

/// The deployments of one name.
pub(crate) struct Group {
    pub(crate) name: Arc<str>,
    deployments: Vec<Arc<Deployment>>,
}

impl Upstreams {
    pub(crate) fn new(config: &Config, store: Option<&Arc<Store>>) -> Result<Self, Error> {
        let mut clients = Clients::default();
        let mut groups: Vec<Group> = Vec::new();
        for model in &config.models {
            let client = clients.get(config, model)?;
            let deployment = Arc::new(Deployment::new(model, client, store));
            match groups.iter_mut().find(|group| *group.name == *model.name) {
                Some(group) => group.deployments.push(deployment),
                None => groups.push(Group {
                    name: Arc::from(model.name.as_str()),
                    deployments: vec![deployment],
                }),
            }
        }
        let (left_out, routing) = (config.left_out.clone(), config.routing.clone());
        Ok(Self { groups, left_out, routing })
    }

    pub(crate) fn routing(&self) -> &Routing {
        &self.routing
    }

    /// The names that are no patterns, with the aliases that are not hidden.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let names = self.groups.iter().map(|group| &*group.name);
        let aliases = self.routing.aliases.keys().map(String::as_str);
        names
            .filter(|name| !name.ends_with('*'))
            .chain(aliases.filter(|alias| !self.routing.unlisted.contains(*alias)))
    }

    /// What is said to who asks for a name that is not served.
    pub(crate) fn unknown(&self, asked: &str) -> Failure {
        if asked.is_empty() {
            // The model is no less missing than in a body without it.
            let message = "expected the name of a model, found none";
            return Failure::new(StatusCode::BAD_REQUEST, "missing_required_parameter", message)
                .about("model")
                .with_hint("GET /v1/models lists the names");
        }
        let shown: String = asked.chars().take(100).collect();
        let message = format!("no model is called {shown:?} here");
        let failure = Failure::new(StatusCode::NOT_FOUND, "model_not_found", message);
        match self.left_out.iter().find(|model| model.name == asked) {
            Some(LeftOut { model, .. }) => failure.with_hint(format!(
                "the configuration has it with {model}, which is a model of another provider than OCI"
            )),
            None => failure.with_hint("GET /v1/models lists the names"),
        }
    }

    /// The names that the patterns stand for, as far as the service lists its models.
    pub(crate) async fn listed(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for group in &self.groups {
            let Some(prefix) = group.name.strip_suffix('*') else { continue };
            let Some(deployment) = group.deployments.first() else { continue };
            for id in deployment.listed().await {
                let name = format!("{prefix}{id}");
                if !names.contains(&name) && self.named(&name).is_none() {
                    names.push(name);
                }
            }
        }
        names
    }

    pub(crate) fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The deployment of an id.
    pub(crate) fn deployment(&self, id: &str) -> Option<&Arc<Deployment>> {
        self.all().find(|deployment| &**deployment.id() == id)
    }

    /// A deployment of the one place that all of them call; `None` if there are several.
    pub(crate) fn only_place(&self) -> Option<&Arc<Deployment>> {
        let first = self.all().next()?;
        self.all().all(|other| other.identity() == first.identity()).then_some(first)
    }

    fn all(&self) -> impl Iterator<Item = &Arc<Deployment>> {
        self.groups.iter().flat_map(Group::deployments)
    }

    /// The group of exactly this name.
    pub(crate) fn named(&self, asked: &str) -> Option<&Group> {
        let name = self.routing.aliases.get(asked).map_or(asked, String::as_str);
        self.groups.iter().find(|group| *group.name == *name)
    }

    /// The group that serves a name, and what its `*` stands for: the name itself goes before the longest pattern.
    pub(crate) fn find<'n>(&self, asked: &'n str) -> Option<(&Group, &'n str)> {
        if let Some(group) = self.named(asked) {
            return Some((group, asked));
        }
        let pattern = |group: &&Group| {
            // No pattern stands for no name.
            let prefix = group.name.strip_suffix('*').filter(|_| !asked.is_empty());
            prefix.is_some_and(|prefix| asked.starts_with(prefix))
        };
        let group = self.groups.iter().filter(pattern).max_by_key(|group| group.name.len())?;
        let prefix = group.name.trim_end_matches('*');
        Some((group, asked.strip_prefix(prefix).unwrap_or(asked)))
    }
}

impl Upstreams {
    /// What a name costs wherever it is served; `None` if that is not known of each of its deployments.
    pub(crate) fn dearest(&self, asked: &str) -> Option<Price> {
        let (group, rest) = self.find(asked)?;
        let mut prices = group.deployments().iter().map(|deployment| deployment.price(rest));
        let first = prices.next()??;
        prices.try_fold(first, |dearest, price| Some(dearest.or_dearer(price?)))
    }
}

impl Group {
    pub(crate) fn deployments(&self) -> &[Arc<Deployment>] {
        &self.deployments
    }

    /// Those of one place, or all of them.
    fn at(&self, place: Option<&Identity>) -> impl Iterator<Item = &Arc<Deployment>> {
        self.deployments.iter().filter(move |it| place.is_none_or(|place| it.identity() == place))
    }

    /// Whether all of them call the same place.
    pub(crate) fn is_one_place(&self) -> bool {
        let first = self.deployments.first().map(|it| it.identity());
        self.at(first).count() == self.deployments.len()
    }

    /// Chooses a deployment, of one place if it must be that: one that was not tried in this call and does not rest, if there is one.
    ///
    /// `random` is a number from 0 to 1.
    fn choose(
        &self,
        strategy: Strategy,
        place: Option<&Identity>,
        tried: &[Arc<str>],
        random: f64,
    ) -> Option<&Arc<Deployment>> {
        let is_new = |deployment: &&Arc<Deployment>| !tried.contains(deployment.id());
        let there = || self.at(place);
        let rested: Vec<_> = there().filter(|it| is_new(it) && !it.is_resting()).collect();
        if rested.is_empty() {
            // Better one that may fail than none: the next to come back, a new one first.
            return there().min_by_key(|it| (!is_new(it), it.rests_until()));
        }
        // Those that are meant to stand in wait until none of the others can take the call.
        // One that is full has calls waiting already.
        let has_free = rested.iter().any(|it| !it.is_full());
        let rested: Vec<_> = rested.into_iter().filter(|it| !(has_free && it.is_full())).collect();
        let first = rested.iter().map(|it| it.order()).min();
        let rested = rested.into_iter().filter(|it| Some(it.order()) == first);
        match strategy {
            Strategy::LeastBusy => rested.min_by_key(|it| it.calls_under_way()),
            Strategy::Weighted => {
                let rested: Vec<_> = rested.collect();
                let shares = shares(&rested);
                let mut left = random.clamp(0.0, 1.0) * shares.iter().sum::<f64>();
                let shared = || rested.iter().zip(&shares).filter(|(_, share)| **share > 0.0);
                let drawn = shared().find(|(_, share)| {
                    left -= **share;
                    left < 0.0
                });
                drawn.or_else(|| shared().next_back()).map(|(it, _)| *it)
            }
        }
    }
}

/// The parts of the calls that deployments take: by weight, else by calls a minute, else by tokens a minute, else the same for all.
fn shares(deployments: &[&Arc<Deployment>]) -> Vec<f64> {
    let by = |part: fn(Share) -> f64| {
        let parts: Vec<f64> = deployments.iter().map(|it| part(it.share())).collect();
        parts.iter().any(|part| *part > 0.0).then_some(parts)
    };
    by(|share| share.weight)
        .or_else(|| by(|share| share.rpm))
        .or_else(|| by(|share| share.tpm))
        .unwrap_or_else(|| vec![1.0; deployments.len()])
}

/// The deployments by their ids, so that a reload can tell which of them are new.
impl std::fmt::Debug for Upstreams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let groups: BTreeMap<&str, Vec<&str>> = self
            .groups
            .iter()
            .map(|group| (&*group.name, group.deployments.iter().map(|it| &**it.id()).collect()))
            .collect();
        f.debug_struct("Upstreams").field("groups", &groups).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
