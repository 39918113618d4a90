//! A gateway and its settings.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

use crate::app::App;
use crate::config::Config;
use crate::error::Error;
use crate::receive::Limits;
use crate::server::Server;

/// A gateway. Clones are handles of the same one.
#[derive(Clone)]
pub struct Gateway {
    app: Arc<App>,
    drain: Duration,
}

impl Gateway {
    /// Begins to describe a gateway that serves a configuration.
    pub fn builder(config: Config) -> GatewayBuilder {
        GatewayBuilder {
            config,
            limits: Limits { bytes: DEFAULT_BODY_LIMIT, patience: DEFAULT_PATIENCE },
            drain: DEFAULT_DRAIN,
            insecure: false,
        }
    }

    /// Opens a port. Nothing is served before [`Server::serve`].
    ///
    /// # Errors
    /// [`Error::Bind`], and [`Error::Exposed`] for an address that other machines reach, if no key protects it.
    pub async fn bind(&self, address: SocketAddr) -> Result<Server, Error> {
        let has_keys = !self.app.live().keys.is_open();
        self.app.check_exposure(address, has_keys)?;
        let listener =
            TcpListener::bind(address).await.map_err(|source| Error::Bind { address, source })?;
        self.app.listens_on(address);
        Server::new(Arc::clone(&self.app), listener, self.drain)
            .map_err(|source| Error::Bind { address, source })
    }

    /// Serves another configuration from now on. Calls under way go on with the one that they began with. Files are read
    /// again, those with keys as well.
    ///
    /// # Errors
    /// [`Error`] if it cannot be used; the old one is then served as before.
    pub fn reload(&self, config: &Config) -> Result<(), Error> {
        self.app.reload(config)
    }
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let live = self.app.live();
        f.debug_struct("Gateway").field("upstreams", &live.upstreams).finish_non_exhaustive()
    }
}

/// What a [`Gateway`] is told.
#[derive(Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct GatewayBuilder {
    config: Config,
    limits: Limits,
    drain: Duration,
    insecure: bool,
}

impl GatewayBuilder {
    /// The largest body of a request, in bytes. Default: 32 MiB, which a few images fit into. It is held in memory.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.limits.bytes = bytes;
        self
    }

    /// How long a client may take for the head of a request, and between two pieces of its body; a connection without a request
    /// is closed after as long. Default: 30 s. Too long a time lets a few clients hold many connections.
    pub fn patience(mut self, time: Duration) -> Self {
        self.limits.patience = time;
        self
    }

    /// How long answers may go on after the gateway was told to end. Default: 30 s, as long as Kubernetes waits.
    pub fn drain(mut self, time: Duration) -> Self {
        self.drain = time;
        self
    }

    /// Serves whoever reaches it, even without keys: everybody on the network can then use, and pay with, the account.
    pub fn dangerously_serve_everybody(mut self) -> Self {
        self.insecure = true;
        self
    }

    /// Reads the keys and makes the clients of the service. Nothing is sent.
    ///
    /// # Errors
    /// [`Error::Client`] naming the model whose credentials or region cannot be used.
    pub fn build(self) -> Result<Gateway, Error> {
        let app = App::new(&self.config, self.limits, self.insecure)?;
        Ok(Gateway { app: Arc::new(app), drain: self.drain })
    }
}

const DEFAULT_BODY_LIMIT: usize = 32 * 1024 * 1024;
const DEFAULT_PATIENCE: Duration = Duration::from_secs(30);
const DEFAULT_DRAIN: Duration = Duration::from_secs(30);
