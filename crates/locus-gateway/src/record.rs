//! What is known of a call, kept until it is over, then counted and logged.

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::StatusCode;
use locus::wire::chat::Usage;

use crate::app::App;
use crate::failure::Failure;
use crate::keys::Grant;
use crate::price::Price;
use crate::traffic::Ended;
use crate::upstream::Lease;

/// One call of a client. Dropping it ends it: every way out of a call is one.
pub(crate) struct Record {
    app: Arc<App>,
    started: Instant,
    endpoint: &'static str,
    streamed: bool,
    /// The name of the group, which is the operator's and therefore one of few; never what a client made up.
    model: Option<Arc<str>>,
    lease: Option<Lease>,
    usage: Option<Usage>,
    /// About how many tokens of an answer came before it ended without telling.
    partial: u64,
    price: Option<Price>,
    first_byte: Option<Duration>,
    opc_request_id: Option<String>,
    key: String,
    grant: Option<Grant>,
    /// In US dollars, once it is settled.
    cost: f64,
    outcome: Outcome,
}

enum Outcome {
    /// Still under way; if it is dropped like this, the client has left.
    Open,
    Complete,
    Failed(Failure),
}

impl Record {
    pub(crate) fn new(app: Arc<App>, endpoint: &'static str) -> Self {
        app.metrics.in_flight.inc();
        Self {
            app,
            started: Instant::now(),
            endpoint,
            streamed: false,
            model: None,
            lease: None,
            usage: None,
            partial: 0,
            price: None,
            first_byte: None,
            opc_request_id: None,
            key: String::new(),
            grant: None,
            cost: 0.0,
            outcome: Outcome::Open,
        }
    }

    pub(crate) fn model(&mut self, group: &Arc<str>) {
        self.model = Some(Arc::clone(group));
    }

    /// Notes whose key it is, and what was taken out of its limits.
    pub(crate) fn granted(&mut self, key: &str, grant: Grant) {
        key.clone_into(&mut self.key);
        self.grant = Some(grant);
    }

    pub(crate) fn served_by(&mut self, lease: Lease) {
        self.lease = Some(lease);
    }

    pub(crate) fn is_streamed(&mut self) {
        self.streamed = true;
    }

    pub(crate) fn usage(&mut self, usage: Option<&Usage>) {
        self.usage = usage.cloned();
    }

    /// Notes what came of an answer that has not told its usage: a token has some four bytes.
    pub(crate) fn partial(&mut self, bytes: u64) {
        self.partial = bytes / 4;
    }

    pub(crate) fn price(&mut self, price: Option<Price>) {
        self.price = price;
    }

    pub(crate) fn opc_request_id(&mut self, id: Option<&str>) {
        self.opc_request_id = id.map(str::to_owned);
    }

    /// Notes that the first piece of a stream goes out.
    pub(crate) fn first_byte(&mut self) {
        if self.first_byte.is_none() {
            self.first_byte = Some(self.started.elapsed());
        }
    }

    pub(crate) fn complete(&mut self) {
        self.outcome = Outcome::Complete;
    }

    pub(crate) fn failed(&mut self, failure: &Failure) {
        if failure.opc_request_id.is_some() {
            self.opc_request_id = failure.opc_request_id.as_deref().map(str::to_owned);
        }
        self.outcome = Outcome::Failed(failure.clone());
    }
}

impl Record {
    /// Whether the call was admitted without the store that counts for all gateways.
    pub(crate) fn is_counted_alone(&self) -> bool {
        self.grant.as_ref().is_some_and(Grant::is_alone)
    }

    /// Takes what was really used out of the limits, and waits until every gateway can see that. It is for calls that are over;
    /// dropping the record does the same without waiting.
    pub(crate) async fn settled(&mut self) {
        if let Some((grant, tokens)) = self.settle() {
            grant.settle_for_all(tokens, self.cost).await;
        }
    }

    /// What to take out of which limits, once: tokens, and the dollars that are noted as the cost.
    ///
    /// An answer that the client left, or that broke off, has told nothing; then what came of it counts, with the guess of its prompt.
    fn settle(&mut self) -> Option<(Grant, u64)> {
        let grant = self.grant.take()?;
        let prompt = grant.estimate().prompt;
        let total = self.usage.as_ref().and_then(Usage::total);
        let price = self.price.unwrap_or(Price::NOTHING);
        let (tokens, dollars) = match (&self.outcome, &self.usage, total) {
            (_, Some(usage), Some(tokens)) => (tokens, price.of_usage(usage)),
            // The service has done nothing.
            (Outcome::Failed(_), ..) if self.first_byte.is_none() => (0, 0.0),
            _ => (prompt.saturating_add(self.partial), price.of(prompt, self.partial)),
        };
        self.cost = dollars;
        Some((grant, tokens))
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        let elapsed = self.started.elapsed();
        let settled = self.settle();
        let cost = self.cost;
        let (status, code) = match &self.outcome {
            Outcome::Open => (CLIENT_LEFT, "client_left"),
            Outcome::Complete => (StatusCode::OK.as_u16(), ""),
            Outcome::Failed(failure) => {
                (failure.status.as_u16(), failure.code.as_deref().unwrap_or_default())
            }
        };
        let model = self.model.as_deref().unwrap_or_default();
        let deployment = self.lease.as_ref().map_or("", Lease::name);
        if let Some((grant, tokens)) = settled {
            grant.settle(tokens, cost);
        }
        if let Outcome::Failed(failure) = &self.outcome {
            self.app.recent.push(self.endpoint, model, failure);
        }
        let first_event = self.first_byte.filter(|_| self.streamed);
        let ended = Ended {
            is_failed: matches!(self.outcome, Outcome::Failed(_)),
            elapsed,
            first_event,
            usage: self.usage.as_ref(),
        };
        self.app.traffic.add(self.started + elapsed, self.model.as_ref(), &ended);
        let metrics = &self.app.metrics;
        metrics.in_flight.dec();
        metrics.call(self.endpoint, model, status, elapsed);
        if let Some(first_event) = first_event {
            metrics.first_byte(model, first_event);
        }
        if cost > 0.0 {
            metrics.cost(model, cost);
        }
        if let Some(usage) = &self.usage {
            metrics.tokens(model, usage);
        }
        let tokens = |count: Option<u64>| count.unwrap_or_default();
        let usage = self.usage.as_ref();
        tracing::info!(
            target: "locus_gateway::access",
            endpoint = self.endpoint,
            status,
            code,
            model,
            deployment,
            key = self.key,
            stream = self.streamed,
            ms = elapsed.as_secs_f64() * 1e3,
            first_byte_ms = self.first_byte.map(|first| first.as_secs_f64() * 1e3),
            prompt_tokens = tokens(usage.and_then(|usage| usage.prompt_tokens)),
            completion_tokens = tokens(usage.and_then(|usage| usage.completion_tokens)),
            cost,
            opc_request_id = self.opc_request_id.as_deref().unwrap_or_default(),
        );
    }
}

/// What proxies log when the client closed the connection before the answer was complete.
const CLIENT_LEFT: u16 = 499;
