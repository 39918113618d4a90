//! What the providers of tokens need of the world: two ways out, a clock, and keys.

use std::fmt;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::http_client::HttpClient;
use crate::session_keys::SessionKeySource;

/// The time, and the wait between attempts. `SystemClock` (feature `http`) is that of the system and of tokio.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> SystemTime;

    /// Ends after this time.
    fn sleep(&self, wait: Duration) -> Sleep;
}

/// A wait.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What the providers of tokens reach the world through. Clones share it.
///
/// There are two ways out: `direct` is for the metadata service of an instance and for the token service of a cluster, which
/// are on this machine or beside it and are never reached through a proxy; `service` is for everything else.
///
/// Nobody looks at the process behind it, so that a test can stand in for all of it.
#[derive(Clone)]
pub struct Network {
    pub(crate) direct: Arc<dyn HttpClient>,
    pub(crate) service: Arc<dyn HttpClient>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) keys: Arc<dyn SessionKeySource>,
    cluster: Option<Arc<dyn HttpClient>>,
    pub(crate) corrects_clock: bool,
}

impl Network {
    /// A network of the caller's.
    pub fn new(
        direct: impl HttpClient + 'static,
        service: impl HttpClient + 'static,
        clock: impl Clock + 'static,
        keys: impl SessionKeySource + 'static,
    ) -> Self {
        Self {
            direct: Arc::new(direct),
            service: Arc::new(service),
            clock: Arc::new(clock),
            keys: Arc::new(keys),
            cluster: None,
            corrects_clock: false,
        }
    }

    /// That of this machine: hyper without a proxy, the system's clock, keys made by `aws-lc-rs`.
    ///
    /// ```
    /// use oci_auth::{HyperClient, Network};
    ///
    /// let network = Network::system(HyperClient::builder().build()?);
    /// # drop(network);
    /// # Ok::<(), oci_auth::HyperClientError>(())
    /// ```
    #[cfg(all(feature = "http", feature = "session-keys"))]
    #[must_use]
    pub fn system(service: crate::HyperClient) -> Self {
        let direct = crate::HyperClient::metadata();
        Self::new(direct, service, crate::SystemClock, crate::GeneratedKeys::default())
    }

    /// Another client for the token service of a cluster, which must trust the cluster's certificate authority. Default: hyper
    /// with the authority in the file that the cluster gives to each pod; without the feature `http`, `direct`.
    #[must_use]
    pub fn cluster(mut self, client: impl HttpClient + 'static) -> Self {
        self.cluster = Some(Arc::new(client));
        self
    }

    /// Signs with the service's time once it has told that this machine's clock is more than five minutes off. Default: such a
    /// refusal is an error that shows both times, because a wrong clock is better set right: tokens and certificates are judged by
    /// it too.
    #[must_use]
    pub fn correct_clock(mut self) -> Self {
        self.corrects_clock = true;
        self
    }

    /// The client for the token service of a cluster.
    pub(crate) fn to_cluster(&self, authority: &Path) -> Arc<dyn HttpClient> {
        match &self.cluster {
            Some(client) => Arc::clone(client),
            None => self.trusting(authority),
        }
    }

    #[cfg(feature = "http")]
    #[expect(clippy::unused_self, reason = "without the feature it is used")]
    fn trusting(&self, authority: &Path) -> Arc<dyn HttpClient> {
        Arc::new(crate::hyper_client::TrustingFile::new(authority))
    }

    #[cfg(not(feature = "http"))]
    fn trusting(&self, _: &Path) -> Arc<dyn HttpClient> {
        Arc::clone(&self.direct)
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network")
            .field("corrects_clock", &self.corrects_clock)
            .finish_non_exhaustive()
    }
}
