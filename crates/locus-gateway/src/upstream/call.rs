//! One call of a client: attempts at deployments, then at fallbacks, within one budget, and nothing after the first byte.

use std::sync::Arc;
use std::time::Duration;

use locus::router::Model;
use tokio::time::{Instant, sleep};

use super::{Deployment, Group, Lease, Upstreams};
use crate::config::{FallbackKind, Identity};
use crate::failure::{Cause, Failure};
use crate::metrics::Metrics;
use crate::price::Price;

/// What is done at a deployment.
pub(crate) trait Operation: Send {
    type Output: Send;

    /// One attempt. It fails before anything has reached the client, or not at all.
    fn attempt(
        &mut self,
        deployment: &Deployment,
        model: Model,
    ) -> impl Future<Output = Result<Self::Output, Failure>> + Send;
}

/// A call and its budget.
pub(crate) struct Call<'a> {
    upstreams: &'a Upstreams,
    metrics: &'a Metrics,
    begun: Instant,
    attempts: u32,
    /// The only place that can take the call, because it keeps what the call continues.
    place: Option<Identity>,
}

/// The outcome of a call that succeeded.
pub(crate) struct Served<T> {
    pub(crate) output: T,
    pub(crate) lease: Lease,
    /// The name that was served in the end: the one that was asked for, or its fallback.
    pub(crate) group: Arc<str>,
    pub(crate) attempts: u32,
    /// What its tokens cost, if that is known.
    pub(crate) price: Option<Price>,
}

impl<'a> Call<'a> {
    pub(crate) fn new(upstreams: &'a Upstreams, metrics: &'a Metrics) -> Self {
        Self { upstreams, metrics, begun: Instant::now(), attempts: 0, place: None }
    }

    /// The same at one place only.
    pub(crate) fn at(self, place: Option<Identity>) -> Self {
        Self { place, ..self }
    }

    /// Tries the deployments of a name, then those of the names that stand in for it.
    pub(crate) async fn run<O: Operation>(
        mut self,
        asked: &str,
        operation: &mut O,
    ) -> Result<Served<O::Output>, Failure> {
        let Some((group, rest)) = self.upstreams.find(asked) else { return Err(unknown(asked)) };
        let failure = match self.group(group, rest, operation).await {
            Ok(served) => return Ok(served),
            Err(failure) => failure,
        };
        for name in self.fallbacks(&failure, &group.name) {
            let Some((stand_in, rest)) = self.upstreams.find(name) else { continue };
            if stand_in.name == group.name || self.begun.elapsed() > self.budget() {
                continue;
            }
            self.metrics.fallback(&group.name);
            tracing::info!(target: "locus_gateway", from = &*group.name, to = name, "fallback");
            if let Ok(served) = self.group(stand_in, rest, operation).await {
                return Ok(served);
            }
        }
        // What the first one said tells more than what its stand-ins did.
        Err(failure)
    }

    async fn group<O: Operation>(
        &mut self,
        group: &Group,
        rest: &str,
        operation: &mut O,
    ) -> Result<Served<O::Output>, Failure> {
        let routing = self.upstreams.routing();
        let mut tried: Vec<Arc<str>> = Vec::new();
        loop {
            let place = self.place.as_ref();
            let chosen = group.choose(routing.strategy, place, &tried, fastrand::f64());
            let Some(deployment) = chosen else { return Err(elsewhere(&group.name)) };
            let lease = Lease::new(deployment);
            self.attempts += 1;
            let attempt = operation.attempt(deployment, deployment.model(rest)).await;
            let failure = match attempt {
                Ok(output) => {
                    deployment.succeeded();
                    self.metrics.attempt(deployment.id(), "success");
                    let group = Arc::clone(&group.name);
                    let price = deployment.price(rest);
                    return Ok(Served { output, lease, group, attempts: self.attempts, price });
                }
                Err(failure) => failure,
            };
            drop(lease);
            self.metrics.attempt(deployment.id(), outcome(&failure));
            self.judge(deployment, group, &failure);
            tried.push(Arc::clone(deployment.id()));
            let others = group.at(self.place.as_ref()).any(|it| !tried.contains(it.id()));
            match self.wait(deployment, &failure, others) {
                Some(Duration::ZERO) => {}
                Some(wait) => sleep(wait).await,
                None => return Err(failure),
            }
        }
    }

    /// Lets a deployment rest that fails, if there is another one.
    fn judge(&self, deployment: &Deployment, group: &Group, failure: &Failure) {
        let routing = self.upstreams.routing();
        let is_its_fault = matches!(failure.cause, Cause::Unavailable | Cause::Deployment);
        if is_its_fault && group.deployments().len() > 1 {
            let rest = routing.cooldown.max(failure.retry_after.unwrap_or_default());
            deployment.failed(routing.allowed_fails, rest);
        }
    }

    /// How long to wait before another attempt in the same group; `None` if there is to be none.
    fn wait(&self, deployment: &Deployment, failure: &Failure, others: bool) -> Option<Duration> {
        let routing = self.upstreams.routing();
        let retries = deployment.retries().unwrap_or(routing.retries);
        let spent = self.begun.elapsed();
        let wait = match failure.cause {
            _ if self.attempts > retries || spent > routing.budget => return None,
            Cause::Unavailable | Cause::Deployment if others => Duration::ZERO,
            Cause::Unavailable => {
                failure.retry_after.unwrap_or_else(|| backoff(self.attempts, fastrand::f64()))
            }
            _ => return None,
        };
        (spent.saturating_add(wait) <= routing.budget).then_some(wait)
    }

    fn budget(&self) -> Duration {
        self.upstreams.routing().budget
    }

    fn fallbacks(&self, failure: &Failure, group: &str) -> &'a [String] {
        let routing = self.upstreams.routing();
        match failure.cause {
            Cause::Client | Cause::Uncertain => &[],
            Cause::ContextWindow => routing.fallbacks(FallbackKind::ContextWindow, group),
            Cause::ContentPolicy => routing.fallbacks(FallbackKind::ContentPolicy, group),
            Cause::Unavailable | Cause::Deployment => routing.fallbacks(FallbackKind::Any, group),
        }
    }
}

/// The wait before the attempt after `attempts`, with a random number from 0 to 1: half a second, doubled each time, up to a
/// quarter less, as OpenAI's SDKs wait.
fn backoff(attempts: u32, random: f64) -> Duration {
    let doubled = FIRST_WAIT.saturating_mul(1 << attempts.saturating_sub(1).min(8));
    doubled.min(LONGEST_WAIT).mul_f64(1.0 - random.clamp(0.0, 1.0) / 4.0)
}

/// The failure of a call for a name that is not served.
pub(crate) fn unknown(asked: &str) -> Failure {
    if asked.is_empty() {
        // The model is no less missing than in a body without it.
        let message = "expected the name of a model, found none";
        let status = http::StatusCode::BAD_REQUEST;
        return Failure::new(status, "missing_required_parameter", message)
            .about("model")
            .with_hint("GET /v1/models lists the names");
    }
    Failure::new(
        http::StatusCode::NOT_FOUND,
        "model_not_found",
        format!("no model is called {:?} here", shortened(asked)),
    )
    .with_hint("GET /v1/models lists the names")
}

/// A group always has a deployment, but not at each place.
fn elsewhere(group: &str) -> Failure {
    Failure::bad_request(format!("what is continued was not made where {group} is served"))
        .with_hint("go on with the model that began it, or send the whole conversation as input")
}

/// A name that a client made up, short enough for a message.
fn shortened(name: &str) -> String {
    name.chars().take(100).collect()
}

fn outcome(failure: &Failure) -> &'static str {
    match failure.cause {
        Cause::Client => "refused",
        Cause::ContextWindow => "context_window",
        Cause::ContentPolicy => "content_policy",
        Cause::Unavailable => "unavailable",
        Cause::Deployment => "misconfigured",
        Cause::Uncertain => "uncertain",
    }
}

const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(8);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_stay_below_the_longest() {
        assert_eq!(backoff(1, 0.0), Duration::from_millis(500));
        assert_eq!(backoff(2, 0.0), Duration::from_secs(1));
        assert_eq!(backoff(1, 1.0), Duration::from_millis(375));
        assert_eq!(backoff(40, 0.0), LONGEST_WAIT);
    }
}
