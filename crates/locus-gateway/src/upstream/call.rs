//! One call of a client: attempts at deployments, then at fallbacks, within one budget, and nothing after the first byte.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use locus::router::Model;
use tokio::time::{Instant, sleep};

use super::{Deployment, Group, Lease, Upstreams};
use crate::config::{FallbackKind, Identity};
use crate::failure::{Cause, Failure};
use crate::metrics::Metrics;
use crate::price::Price;
use crate::routes::Way;

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
    fallbacks: u32,
    /// The only place that can take the call, because it keeps what the call continues.
    place: Option<Identity>,
    /// What the client says about attempts and stand-ins.
    retries: Option<u32>,
    stand_ins: Option<Vec<String>>,
}

/// The outcome of a call that succeeded.
pub(crate) struct Served<T> {
    pub(crate) output: T,
    pub(crate) lease: Lease,
    /// The name that was served in the end: the one that was asked for, or its fallback.
    pub(crate) group: Arc<str>,
    pub(crate) attempts: u32,
    /// How many stand-ins were asked.
    pub(crate) fallbacks: u32,
    /// What its tokens cost, if that is known.
    pub(crate) price: Option<Price>,
}

impl<T> Served<T> {
    pub(crate) fn way(&self) -> Way<'_> {
        Way {
            deployment: self.lease.name(),
            group: &self.group,
            attempts: self.attempts,
            fallbacks: self.fallbacks,
        }
    }
}

impl<'a> Call<'a> {
    pub(crate) fn new(upstreams: &'a Upstreams, metrics: &'a Metrics) -> Self {
        Self {
            upstreams,
            metrics,
            begun: Instant::now(),
            attempts: 0,
            fallbacks: 0,
            place: None,
            retries: None,
            stand_ins: None,
        }
    }

    /// The same at one place only.
    pub(crate) fn at(self, place: Option<Identity>) -> Self {
        Self { place, ..self }
    }

    /// The same with what the client says: how many attempts may follow the first, and which names stand in.
    pub(crate) fn told(self, retries: Option<u32>, stand_ins: Option<Vec<String>>) -> Self {
        Self { retries, stand_ins, ..self }
    }

    /// Tries the deployments of a name, then those of the names that stand in for it.
    pub(crate) async fn run<O: Operation>(
        mut self,
        asked: &str,
        operation: &mut O,
    ) -> Result<Served<O::Output>, Failure> {
        let Some((group, rest)) = self.upstreams.find(asked) else {
            return Err(self.upstreams.unknown(asked));
        };
        let failure = match self.group(group, rest, operation).await {
            Ok(served) => return Ok(served),
            Err(failure) => failure,
        };
        let mut tried = vec![(&*group.name, rest)];
        // A stand-in that fails has stand-ins of its own, which go before the next of its siblings.
        let mut open = Vec::new();
        let told = self.stand_ins.take();
        match &told {
            None => self.stand_ins(&failure, asked, group, 1, &mut open),
            Some(_) if matches!(failure.cause, Cause::Client | Cause::Uncertain) => {}
            // They have none of their own.
            Some(names) => {
                open.extend(names.iter().rev().map(|name| (name.as_str(), usize::MAX - 1)));
            }
        }
        while let Some((name, depth)) = open.pop() {
            let Some((stand_in, rest)) = self.upstreams.find(name) else { continue };
            // The names of a pattern are different models.
            let is_pattern = stand_in.name.ends_with('*');
            let is_tried = |(other, part): &(&str, &str)| {
                *other == &*stand_in.name && (!is_pattern || *part == rest)
            };
            if tried.iter().any(is_tried) || self.begun.elapsed() > self.budget() {
                continue;
            }
            tried.push((&*stand_in.name, rest));
            self.fallbacks += 1;
            self.metrics.fallback(&group.name);
            tracing::info!(target: "locus_gateway", from = &*group.name, to = name, "fallback");
            match self.group(stand_in, rest, operation).await {
                Ok(served) => return Ok(served),
                Err(next) => self.stand_ins(&next, name, stand_in, depth + 1, &mut open),
            }
        }
        // What the first one said tells more than what its stand-ins did.
        Err(failure)
    }

    /// Adds those that stand in for a name after a failure, the first of them last.
    fn stand_ins<'n>(
        &self,
        failure: &Failure,
        asked: &str,
        group: &Group,
        depth: usize,
        open: &mut Vec<(&'n str, usize)>,
    ) where
        'a: 'n,
    {
        let routing = self.upstreams.routing();
        if depth > routing.max_fallbacks {
            return;
        }
        let kind = match failure.cause {
            Cause::Client | Cause::Uncertain => return,
            Cause::ContextWindow => FallbackKind::ContextWindow,
            Cause::ContentPolicy => FallbackKind::ContentPolicy,
            Cause::Unavailable | Cause::Deployment => FallbackKind::Any,
        };
        let bare = asked.split_once('/').map_or(asked, |(_, bare)| bare);
        let names = routing.fallbacks(kind, &[asked, bare, &group.name]);
        open.extend(names.iter().rev().map(|name| (name.as_str(), depth)));
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
            let patience = routing.budget.saturating_sub(self.begun.elapsed());
            let lease = Lease::take(deployment, patience).await?;
            self.attempts += 1;
            let attempt = operation.attempt(deployment, deployment.model(rest)).await;
            let failure = match attempt {
                Ok(output) => {
                    deployment.succeeded();
                    self.metrics.attempt(deployment.id(), "success");
                    let group = Arc::clone(&group.name);
                    let price = deployment.price(rest);
                    let (attempts, fallbacks) = (self.attempts, self.fallbacks);
                    return Ok(Served { output, lease, group, attempts, fallbacks, price });
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
        let Some(cooldown) = routing.cooldown else { return };
        if is_its_fault && group.deployments().len() > 1 {
            let rest = deployment
                .cooldown()
                .unwrap_or_else(|| cooldown.max(failure.retry_after.unwrap_or_default()));
            let is_certain =
                failure.cause == Cause::Deployment || failure.status == TOO_MANY_REQUESTS;
            // More calls would hear the same of who is over a limit or may not be asked.
            let usual = if is_certain { 0 } else { USUAL_FAILS };
            deployment.failed(routing.allowed_fails.unwrap_or(usual), rest);
        }
    }

    /// How long to wait before another attempt in the same group; `None` if there is to be none.
    fn wait(&self, deployment: &Deployment, failure: &Failure, others: bool) -> Option<Duration> {
        let routing = self.upstreams.routing();
        let policy = match failure.status.as_u16() {
            401 | 403 => routing.retry_policy.authentication,
            429 => routing.retry_policy.rate_limit,
            500..=599 => routing.retry_policy.internal,
            _ => None,
        };
        let told = self.retries.or(policy).or_else(|| deployment.retries());
        let retries = told.unwrap_or(routing.retries);
        let spent = self.begun.elapsed();
        let wait = match failure.cause {
            _ if self.attempts > retries || spent > routing.budget => return None,
            Cause::Unavailable | Cause::Deployment if others => Duration::ZERO,
            Cause::Unavailable => {
                let wait = failure.retry_after;
                let wait = wait.unwrap_or_else(|| backoff(self.attempts, fastrand::f64()));
                wait.max(routing.retry_after)
            }
            _ => return None,
        };
        (spent.saturating_add(wait) <= routing.budget).then_some(wait)
    }

    fn budget(&self) -> Duration {
        self.upstreams.routing().budget
    }
}

/// The wait before the attempt after `attempts`, with a random number from 0 to 1: half a second, doubled each time, up to a
/// quarter less, as OpenAI's SDKs wait.
fn backoff(attempts: u32, random: f64) -> Duration {
    let doubled = FIRST_WAIT.saturating_mul(1 << attempts.saturating_sub(1).min(8));
    doubled.min(LONGEST_WAIT).mul_f64(1.0 - random.clamp(0.0, 1.0) / 4.0)
}

/// A group always has a deployment, but not at each place.
fn elsewhere(group: &str) -> Failure {
    Failure::bad_request(format!("what is continued was not made where {group} is served"))
        .with_hint("go on with the model that began it, or send the whole conversation as input")
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

const TOO_MANY_REQUESTS: StatusCode = StatusCode::TOO_MANY_REQUESTS;

/// As many failures in a row as LiteLLM lets pass by default.
const USUAL_FAILS: u32 = 3;

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
