//! The deployments behind the names that clients ask for, and the choice between them.

mod call;
mod client;
mod deployment;
mod listed;

use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) use call::{Call, Operation, Served, unknown};
pub(crate) use deployment::{Deployment, Lease};

use crate::config::{Config, Identity, Routing, Strategy};
use crate::error::Error;
use crate::price::Price;
use crate::shared::Store;
use client::Clients;

/// Every name that can be asked for, with its deployments.
pub(crate) struct Upstreams {
    groups: Vec<Group>,
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
        Ok(Self { groups, routing: config.routing.clone() })
    }

    pub(crate) fn routing(&self) -> &Routing {
        &self.routing
    }

    /// The names that are no patterns, with the aliases.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let names = self.groups.iter().map(|group| &*group.name);
        names
            .filter(|name| !name.ends_with('*'))
            .chain(self.routing.aliases.keys().map(String::as_str))
    }

    /// The names that the patterns stand for, as far as the service lists its models.
    pub(crate) async fn listed(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for group in &self.groups {
            let Some(prefix) = group.name.strip_suffix('*') else { continue };
            let Some(deployment) = group.deployments.first() else { continue };
            for id in &*deployment.listed().await {
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
        let first = rested.iter().map(|it| it.order()).min();
        let rested = rested.into_iter().filter(|it| Some(it.order()) == first);
        match strategy {
            Strategy::LeastBusy => rested.min_by_key(|it| it.calls_under_way()),
            Strategy::Weighted => {
                let rested: Vec<_> = rested.collect();
                let total: f64 = rested.iter().map(|it| it.weight()).sum();
                let mut left = random.clamp(0.0, 1.0) * total;
                let last = rested.last().copied();
                let drawn = rested.into_iter().find(|it| {
                    left -= it.weight();
                    left < 0.0
                });
                drawn.or(last)
            }
        }
    }
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
