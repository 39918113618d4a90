//! The models that the service lists, for names that stand for any of them.

use std::sync::Arc;
use std::time::Duration;

use locus::Client;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

/// The ids that an endpoint lists, asked for again when they are old.
#[derive(Debug, Default)]
pub(super) struct Listed(Mutex<Option<(Instant, Arc<[String]>)>>);

impl Listed {
    /// The ids; none if the endpoint does not tell. No page of Oracle's documents that it does.
    pub(super) async fn ids(&self, client: &Client) -> Arc<[String]> {
        let mut known = self.0.lock().await;
        if let Some((at, ids)) = &*known
            && at.elapsed() < FRESH
        {
            return Arc::clone(ids);
        }
        let ids: Arc<[String]> = match timeout(PATIENCE, client.transport().models()).await {
            Ok(Ok(answer)) => {
                answer.into_inner().data.into_iter().filter_map(|model| model.id).collect()
            }
            Ok(Err(error)) => {
                tracing::debug!(target: "locus_gateway", %error, "the service lists no models");
                Arc::default()
            }
            Err(_) => Arc::default(),
        };
        *known = Some((Instant::now(), Arc::clone(&ids)));
        ids
    }
}

/// New models come a few times a year; a minute keeps those who ask often off the service.
const FRESH: Duration = Duration::from_secs(60);

/// Programs ask for this list when they start, and can do without it.
const PATIENCE: Duration = Duration::from_secs(5);
