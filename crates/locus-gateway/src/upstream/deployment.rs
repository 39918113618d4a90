//! One way to a model, and how it fares.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::StatusCode;
use locus::router::Model;
use locus::wire::chat::ChatRequest;
use locus::wire::responses::ResponsesRequest;
use locus::{Client, Transport};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

use super::listed::Listed;
use crate::config::{Identity, ModelConfig, Share, Target};
use crate::failure::{Cause, Failure};
use crate::price::Price;
use crate::shared::Store;

/// One way to a model: an identity, a place and an id.
pub(crate) struct Deployment {
    config: ModelConfig,
    client: Client,
    listed: Listed,
    /// Of a model that is always the same.
    price: Option<Price>,
    calls: AtomicUsize,
    /// For the calls at a time, if there is a limit.
    places: Option<Arc<Semaphore>>,
    health: Mutex<Health>,
    /// Where gateways tell each other who rests, and by which name.
    shared: Option<(Arc<Store>, Box<str>)>,
}

#[derive(Clone, Copy, Default)]
struct Health {
    failures_in_a_row: u32,
    rests_until: Option<Instant>,
}

impl Deployment {
    pub(crate) fn new(config: &ModelConfig, client: Client, store: Option<&Arc<Store>>) -> Self {
        let listed_price = match &config.target {
            Target::Id(id) | Target::Dedicated { id, .. } => Price::listed(id),
            Target::AsAsked { .. } => None,
        };
        let target = match &config.target {
            Target::Id(id) => id,
            Target::Dedicated { endpoint, .. } => endpoint,
            Target::AsAsked { .. } => "*",
        };
        let shared = store.map(|store| {
            let place = client.endpoint().host();
            (Arc::clone(store), store.name_of(&["deployment", &config.id, target, place]))
        });
        Self {
            price: config.price.or(listed_price),
            config: config.clone(),
            client,
            listed: Listed::default(),
            calls: AtomicUsize::new(0),
            places: config.places.map(|places| Arc::new(Semaphore::new(places))),
            health: Mutex::default(),
            shared,
        }
    }

    pub(crate) fn id(&self) -> &Arc<str> {
        &self.config.id
    }

    /// The model to call; `asked` is what the client's name has in place of the `*`.
    pub(crate) fn model(&self, asked: &str) -> Model {
        let mut model = match &self.config.target {
            Target::Id(id) => self.client.model(id),
            Target::Dedicated { id, endpoint } => self.client.model(id).at_endpoint(endpoint),
            Target::AsAsked { prefix } => self.client.model(format!("{prefix}{asked}")),
        };
        if let Some(family) = self.config.family {
            model = model.of_family(family);
        }
        if let Some(transport) = self.config.transport {
            model = model.over(transport);
        }
        model
    }

    /// What a token costs; `asked` as in [`model`](Self::model).
    pub(crate) fn price(&self, asked: &str) -> Option<Price> {
        match &self.config.target {
            Target::AsAsked { prefix } => {
                self.price.or_else(|| Price::listed(&format!("{prefix}{asked}")))
            }
            _ => self.price,
        }
    }

    /// The client of the service, for what belongs to no model.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// What can stand in place of the `*`, by the ids that the service lists.
    pub(crate) async fn listed(&self) -> Vec<String> {
        let Target::AsAsked { prefix } = &self.config.target else { return Vec::new() };
        let ids = self.listed.ids(&self.client).await;
        ids.iter().filter_map(|id| id.strip_prefix(&**prefix)).map(str::to_owned).collect()
    }

    /// The id that is called, for people.
    pub(crate) fn target(&self) -> &str {
        match &self.config.target {
            Target::Id(id) | Target::Dedicated { id, .. } => id,
            Target::AsAsked { .. } => "as asked",
        }
    }

    /// The ids that are called for a name with a `*`, with one of their own.
    pub(crate) fn pattern(&self) -> Option<String> {
        match &self.config.target {
            Target::AsAsked { prefix } => Some(format!("{prefix}*")),
            Target::Id(_) | Target::Dedicated { .. } => None,
        }
    }

    /// The host that is called, for people.
    pub(crate) fn host(&self) -> &str {
        self.client.endpoint().host()
    }

    /// Fills in the parameters that the client left out.
    pub(crate) fn apply_defaults(&self, request: &mut ChatRequest) {
        self.config.defaults.apply(request);
    }

    /// The same for a request that goes to the Responses API; what that has no place for is returned.
    pub(crate) fn apply_defaults_to_response(&self, request: &mut ResponsesRequest) -> Vec<String> {
        self.config.defaults.apply_to_response(request)
    }

    /// The endpoint of a dedicated AI cluster that hosts the model.
    pub(crate) fn endpoint_id(&self) -> Option<&str> {
        match &self.config.target {
            Target::Dedicated { endpoint, .. } => Some(endpoint),
            Target::Id(_) | Target::AsAsked { .. } => None,
        }
    }

    /// The API that the operator chose.
    pub(crate) fn transport(&self) -> Option<Transport> {
        self.config.transport
    }

    /// Who calls, and where: what the service keeps is kept for both.
    pub(crate) fn identity(&self) -> &Identity {
        &self.config.identity
    }

    pub(crate) fn order(&self) -> u32 {
        self.config.order
    }

    /// How many attempts there may be after one that failed here, where that is not the general number.
    pub(crate) fn retries(&self) -> Option<u32> {
        self.config.retries
    }

    /// Waits for a stream to begin, as long as the operator lets it.
    pub(crate) async fn begun<T>(
        &self,
        work: impl Future<Output = Result<T, Failure>> + Send,
    ) -> Result<T, Failure> {
        let Some(limit) = self.config.stream_timeout else { return work.await };
        timeout(limit, work).await.unwrap_or_else(|_| Err(slow(limit)))
    }

    /// What part of the calls it takes.
    pub(crate) fn share(&self) -> Share {
        self.config.share
    }

    /// How long it rests after failures, where that is not the general time.
    pub(crate) fn cooldown(&self) -> Option<Duration> {
        self.config.cooldown
    }

    /// What the operator says about the model, for who asks.
    pub(crate) fn config(&self) -> &ModelConfig {
        &self.config
    }

    /// Whether one more call would have to wait.
    pub(crate) fn is_full(&self) -> bool {
        self.places.as_ref().is_some_and(|places| places.available_permits() == 0)
    }

    pub(crate) fn calls_under_way(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }

    pub(crate) fn is_resting(&self) -> bool {
        self.rests_until().is_some_and(|until| until > Instant::now())
    }

    pub(crate) fn rests_until(&self) -> Option<Instant> {
        let here = self.health().rests_until;
        let shared = self.shared.as_ref();
        here.max(shared.and_then(|(store, name)| store.rests_until(name)))
    }

    /// Notes that a call succeeded.
    pub(crate) fn succeeded(&self) {
        let mut health = self.health();
        if health.failures_in_a_row > 0 || health.rests_until.is_some() {
            let did_rest = health.rests_until.is_some();
            *health = Health::default();
            if let Some((store, name)) = self.shared.as_ref().filter(|_| did_rest) {
                store.rest(name, Duration::ZERO);
            }
        }
    }

    /// Notes that a call failed through no fault of the client's.
    pub(crate) fn failed(&self, allowed_fails: u32, rest: Duration) {
        let mut health = self.health();
        health.failures_in_a_row = health.failures_in_a_row.saturating_add(1);
        if health.failures_in_a_row > allowed_fails {
            health.rests_until = Some(Instant::now() + rest);
            if let Some((store, name)) = &self.shared {
                store.rest(name, rest);
            }
        }
    }

    fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call under way on a deployment; dropping it ends it.
pub(crate) struct Lease {
    deployment: Arc<Deployment>,
    place: Option<OwnedSemaphorePermit>,
}

impl Lease {
    /// Waits for a place, if there is a limit of them, as long as the call may take at all.
    pub(crate) async fn take(
        deployment: &Arc<Deployment>,
        patience: Duration,
    ) -> Result<Self, Failure> {
        let place = match &deployment.places {
            None => None,
            // It is never closed, so only time can run out.
            Some(places) => match timeout(patience, Arc::clone(places).acquire_owned()).await {
                Ok(Ok(place)) => Some(place),
                _ => return Err(full(deployment.id())),
            },
        };
        let mut lease = Self::new(deployment);
        lease.place = place;
        Ok(lease)
    }

    /// One that waits for nobody.
    pub(crate) fn new(deployment: &Arc<Deployment>) -> Self {
        deployment.calls.fetch_add(1, Ordering::Relaxed);
        Self { deployment: Arc::clone(deployment), place: None }
    }

    /// The deployment's name.
    pub(crate) fn name(&self) -> &str {
        self.deployment.id()
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.deployment.calls.fetch_sub(1, Ordering::Relaxed);
        drop(self.place.take());
    }
}

/// Nothing was sent, so stand-ins may take the call.
fn full(deployment: &str) -> Failure {
    let message = format!("{deployment} has as many calls under way as max_parallel_requests lets");
    let failure = Failure::new(StatusCode::TOO_MANY_REQUESTS, "deployment_busy", message);
    Failure { cause: Cause::Unavailable, ..failure }
}

/// The service may have begun, and billed, the answer; so this is not tried again.
fn slow(limit: Duration) -> Failure {
    let message = format!("the stream did not begin within {} s", limit.as_secs_f64());
    let failure = Failure::new(StatusCode::GATEWAY_TIMEOUT, "upstream_timeout", message);
    Failure { cause: Cause::Uncertain, ..failure }
}
