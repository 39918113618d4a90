//! Counters for Prometheus.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use locus::wire::chat::Usage;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

/// Everything that is counted. Labels hold names of the operator's choosing only, so that no client can make up new ones.
pub(crate) struct Metrics {
    registry: Registry,
    pub(crate) in_flight: Gauge,
    calls: Family<CallLabels, Counter>,
    duration: Family<ModelLabels, Histogram, fn() -> Histogram>,
    first_byte: Family<ModelLabels, Histogram, fn() -> Histogram>,
    tokens: Family<TokenLabels, Counter>,
    cost: Family<ModelLabels, Counter<f64, AtomicU64>>,
    attempts: Family<AttemptLabels, Counter>,
    fallbacks: Family<ModelLabels, Counter>,
    pub(crate) store: StoreMetrics,
}

/// What is counted of a store that gateways share; without one there are no numbers.
#[derive(Clone, Default)]
pub(crate) struct StoreMetrics {
    pub(crate) up: Family<[(&'static str, &'static str); 0], Gauge>,
    pub(crate) replicas: Family<[(&'static str, &'static str); 0], Gauge>,
    pub(crate) alone: Family<[(&'static str, &'static str); 0], Counter>,
    operations: Family<OperationLabels, Counter>,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct OperationLabels {
    operation: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct CallLabels {
    endpoint: &'static str,
    model: String,
    status: u16,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct ModelLabels {
    model: String,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct TokenLabels {
    model: String,
    kind: &'static str,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct AttemptLabels {
    deployment: String,
    outcome: &'static str,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("locus");
        let seconds: fn() -> Histogram = || Histogram::new(exponential_buckets(0.005, 2.0, 16));
        let metrics = Self {
            in_flight: Gauge::default(),
            calls: Family::default(),
            duration: Family::new_with_constructor(seconds),
            first_byte: Family::new_with_constructor(seconds),
            tokens: Family::default(),
            cost: Family::default(),
            attempts: Family::default(),
            fallbacks: Family::default(),
            store: StoreMetrics::default(),
            registry: Registry::default(),
        };
        registry.register("in_flight", "Calls under way", metrics.in_flight.clone());
        registry.register("requests", "Calls that are over", metrics.calls.clone());
        registry.register_with_unit(
            "request_duration",
            "From the head of the request to the end of the answer",
            Unit::Seconds,
            metrics.duration.clone(),
        );
        registry.register_with_unit(
            "time_to_first_event",
            "From the head of the request to the first piece of a stream",
            Unit::Seconds,
            metrics.first_byte.clone(),
        );
        registry.register("tokens", "Tokens as the service counted them", metrics.tokens.clone());
        registry.register_with_unit(
            "cost",
            "What calls have cost, as far as prices are known",
            Unit::Other("dollars".to_owned()),
            metrics.cost.clone(),
        );
        registry.register(
            "upstream_attempts",
            "Attempts at deployments by what came of them",
            metrics.attempts.clone(),
        );
        registry.register(
            "fallbacks",
            "Calls that went to another model than the named one",
            metrics.fallbacks.clone(),
        );
        metrics.store.register(&mut registry);
        Self { registry, ..metrics }
    }

    pub(crate) fn call(&self, endpoint: &'static str, model: &str, status: u16, elapsed: Duration) {
        let model = model.to_owned();
        self.calls.get_or_create(&CallLabels { endpoint, model: model.clone(), status }).inc();
        self.duration.get_or_create(&ModelLabels { model }).observe(elapsed.as_secs_f64());
    }

    pub(crate) fn first_byte(&self, model: &str, elapsed: Duration) {
        let labels = ModelLabels { model: model.to_owned() };
        self.first_byte.get_or_create(&labels).observe(elapsed.as_secs_f64());
    }

    pub(crate) fn tokens(&self, model: &str, usage: &Usage) {
        let counts = [("prompt", usage.prompt_tokens), ("completion", usage.completion_tokens)];
        for (kind, count) in counts {
            if let Some(count) = count {
                let labels = TokenLabels { model: model.to_owned(), kind };
                self.tokens.get_or_create(&labels).inc_by(count);
            }
        }
    }

    pub(crate) fn cost(&self, model: &str, dollars: f64) {
        let labels = ModelLabels { model: model.to_owned() };
        self.cost.get_or_create(&labels).inc_by(dollars);
    }

    pub(crate) fn attempt(&self, deployment: &str, outcome: &'static str) {
        let labels = AttemptLabels { deployment: deployment.to_owned(), outcome };
        self.attempts.get_or_create(&labels).inc();
    }

    pub(crate) fn fallback(&self, model: &str) {
        self.fallbacks.get_or_create(&ModelLabels { model: model.to_owned() }).inc();
    }

    /// The page of `/metrics`, in the OpenMetrics text format.
    pub(crate) fn page(&self) -> String {
        let mut page = String::new();
        // Writing into a string cannot fail.
        let _ = text::encode(&mut page, &self.registry);
        page
    }
}

impl StoreMetrics {
    fn register(&self, registry: &mut Registry) {
        registry.register("store_up", "Whether the store of limits is there", self.up.clone());
        registry.register(
            "store_replicas",
            "Gateways that share the store of limits, as it was heard of last",
            self.replicas.clone(),
        );
        registry.register(
            "store_operations",
            "Scripts that the store of limits was to run, by what came of them",
            self.operations.clone(),
        );
        registry.register(
            "counted_alone",
            "Calls that were admitted while the store of limits was away",
            self.alone.clone(),
        );
    }

    pub(crate) fn operation(&self, operation: &'static str, outcome: &'static str) {
        self.operations.get_or_create(&OperationLabels { operation, outcome }).inc();
    }
}

/// The media type of [`Metrics::page`].
pub(crate) const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
