//! What all requests share, and the paths that they come in on.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Instant;

use axum::Router;
use axum::routing::{get, post};
use tokio::sync::watch;

use crate::clock;
use crate::config::{Config, Origins};
use crate::error::Error;
use crate::event_stream::Closing;
use crate::keys::Keys;
use crate::metrics::Metrics;
use crate::receive::Limits;
use crate::recent::Recent;
use crate::routes;
use crate::shared::Store;
use crate::stored::Stored;
use crate::traffic::Traffic;
use crate::upstream::Upstreams;

/// What all requests share.
pub(crate) struct App {
    live: RwLock<Arc<Live>>,
    pub(crate) metrics: Metrics,
    pub(crate) recent: Recent,
    pub(crate) traffic: Traffic,
    pub(crate) stored: Arc<Stored>,
    pub(crate) limits: Limits,
    pub(crate) insecure: bool,
    address: OnceLock<SocketAddr>,
    closing: watch::Sender<Phase>,
}

/// What a reload replaces. A request keeps the one that it began with.
pub(crate) struct Live {
    pub(crate) upstreams: Upstreams,
    pub(crate) keys: Keys,
    /// Where gateways count together.
    pub(crate) store: Option<Arc<Store>>,
    pub(crate) origins: Origins,
    /// When the configuration was read, in seconds since 1970.
    pub(crate) since: u64,
}

/// How far the gateway is with ending.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Phase {
    Serving,
    /// No new connections; answers go on.
    Draining,
    /// Streams end with an error.
    Closing,
}

impl App {
    pub(crate) fn new(config: &Config, limits: Limits, insecure: bool) -> Result<Self, Error> {
        let metrics = Metrics::new();
        let live = Live::new(config, None, &metrics)?;
        Ok(Self {
            live: RwLock::new(Arc::new(live)),
            metrics,
            recent: Recent::default(),
            traffic: Traffic::new(Instant::now()),
            stored: Arc::default(),
            limits,
            insecure,
            address: OnceLock::new(),
            closing: watch::Sender::new(Phase::Serving),
        })
    }

    pub(crate) fn live(&self) -> Arc<Live> {
        Arc::clone(&self.live.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes a new configuration; if it cannot be used, the old one stays.
    pub(crate) fn reload(&self, config: &Config) -> Result<(), Error> {
        if let Some(address) = self.address.get() {
            self.check_exposure(*address, config.has_keys())?;
        }
        // New clients, even for identities that are the same by name: their keys may have been changed behind it.
        let before = self.live();
        // Keys that come back with other limits go on with what they have spent, which has to be in the store by then.
        before.keys.save_or_warn();
        let live = Live::new(config, Some(&before), &self.metrics)?;
        if let Some(store) = &live.store {
            store.keep();
        }
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(live);
        Ok(())
    }

    /// Notes the address that is listened on.
    pub(crate) fn listens_on(&self, address: SocketAddr) {
        // With several listeners the first one that others can reach is the one that counts.
        if !address.ip().is_loopback() {
            let _ = self.address.set(address);
        }
    }

    pub(crate) fn check_exposure(&self, address: SocketAddr, has_keys: bool) -> Result<(), Error> {
        if has_keys || self.insecure || address.ip().is_loopback() {
            Ok(())
        } else {
            Err(Error::Exposed { address })
        }
    }

    pub(crate) fn enter(&self, phase: Phase) {
        self.closing.send_replace(phase);
    }

    pub(crate) fn phase(&self) -> Phase {
        *self.closing.borrow()
    }

    /// Ready when streams must end.
    pub(crate) fn closing(&self) -> Closing {
        let mut phase = self.closing.subscribe();
        Box::pin(async move {
            // It fails only when the app is gone, and with it every stream.
            let _ = phase.wait_for(|phase| *phase == Phase::Closing).await;
        })
    }
}

impl Live {
    fn new(config: &Config, before: Option<&Self>, metrics: &Metrics) -> Result<Self, Error> {
        let known = before.and_then(|before| before.store.as_ref());
        let store = match &config.store {
            None => None,
            Some(store) => Some(match known.filter(|known| known.is_at(store)) {
                Some(known) => Arc::clone(known),
                None => Store::new(store, &metrics.store)?,
            }),
        };
        let keys = Keys::new(config, before.map(|before| &before.keys), store.as_ref())?;
        if store.is_none() && keys.have_limits() {
            tracing::info!(
                target: "locus_gateway",
                "limits of keys are counted by this gateway alone; others share them with router_settings.redis_host"
            );
        }
        Ok(Self {
            upstreams: Upstreams::new(config, store.as_ref())?,
            keys,
            store,
            origins: config.origins.clone(),
            since: clock::unix_seconds(),
        })
    }
}

/// What the service keeps, whose paths are passed on.
fn kept() -> Router<Arc<App>> {
    let all = || get(routes::resources).post(routes::resources).delete(routes::resources);
    ["files", "vector_stores", "conversations", "containers"].iter().fold(
        Router::new(),
        |router, kind| {
            router.route(&format!("/{kind}"), all()).route(&format!("/{kind}/{{*rest}}"), all())
        },
    )
}

/// The paths of the gateway. What is under `/v1` is there without it too, as in LiteLLM, and where OCI's and Azure's clients look.
pub(crate) fn router(app: Arc<App>) -> Router {
    let api = Router::new()
        .route("/chat/completions", post(routes::chat))
        .route("/completions", post(routes::completions))
        .route("/messages", post(routes::messages))
        .route("/messages/count_tokens", post(routes::count_tokens))
        .route("/responses", post(routes::responses))
        .route("/responses/input_tokens", post(routes::count_input_tokens))
        .route("/responses/{id}", get(routes::kept).delete(routes::kept))
        .route("/responses/{id}/cancel", post(routes::kept))
        .route("/responses/{id}/input_items", get(routes::kept))
        .merge(kept())
        .route("/embeddings", post(routes::embeddings))
        .route("/rerank", post(routes::rerank))
        .route("/moderations", post(routes::moderations))
        .route("/models", get(routes::models))
        .route("/models/{*id}", get(routes::model))
        .route("/model/info", get(routes::model_info))
        .route("/model_group/info", get(routes::model_group_info))
        .route("/utils/token_counter", post(routes::token_counter));
    Router::new()
        .merge(api.clone())
        .nest("/v1", api.clone())
        // Azure's clients of today, and those that were written for the service itself.
        .nest("/openai/v1", api.clone())
        // Azure's clients until then, with `api-version` in the query.
        .nest("/openai", api)
        .route("/openai/deployments/{*rest}", post(routes::deployments))
        .route("/engines/{*rest}", post(routes::deployments))
        // Cohere's clients of today ask for it, and take the same answer.
        .route("/v2/rerank", post(routes::rerank))
        .route("/", get(routes::status))
        .route("/status", get(routes::status_with_key))
        .route("/health", get(routes::health))
        .route("/health/liveliness", get(routes::alive))
        .route("/health/liveness", get(routes::alive))
        .route("/live", get(routes::alive))
        .route("/health/readiness", get(routes::ready))
        .route("/ready", get(routes::ready))
        .route("/metrics", get(routes::metrics))
        .fallback(routes::not_found)
        .method_not_allowed_fallback(routes::method_not_allowed)
        .with_state(app)
}
