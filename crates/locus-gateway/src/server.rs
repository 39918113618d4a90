//! Connections: accepted, served, drained.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::app::{App, Phase, router};
use crate::cors;

/// An open port of a gateway.
#[derive(Debug)]
#[must_use = "nothing is served before `serve`"]
pub struct Server {
    app: AppHandle,
    listener: TcpListener,
    address: SocketAddr,
    drain: Duration,
}

impl Server {
    pub(crate) fn new(app: Arc<App>, listener: TcpListener, drain: Duration) -> io::Result<Self> {
        let address = listener.local_addr()?;
        Ok(Self { app: AppHandle(app), listener, address, drain })
    }

    /// The address that it listens on, with the port that the system chose if it was to choose one.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `shutdown` is ready, then lets answers under way come to their end, for as long as
    /// [`GatewayBuilder::drain`](crate::GatewayBuilder::drain) says. Streams that take longer end with an error event.
    pub async fn serve(self, shutdown: impl Future<Output = ()>) {
        let app = self.app.0;
        let patience = app.limits.patience;
        let router = router(Arc::clone(&app));
        if let Some(store) = &app.live().store {
            store.keep();
        }
        let accounts = tokio::spawn(keep_accounts(Arc::clone(&app)));
        let graceful = GracefulShutdown::new();
        let mut connections = JoinSet::new();
        let mut shutdown = std::pin::pin!(shutdown);
        loop {
            tokio::select! {
                () = &mut shutdown => break,
                _ = connections.join_next(), if !connections.is_empty() => {}
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        let app = Arc::clone(&app);
                        connections.spawn(connection(stream, app, router.clone(), patience, &graceful));
                    }
                    // The client is gone again, or the process has no file descriptor to spare for now.
                    Err(error) => {
                        tracing::warn!(target: "locus_gateway", %error, "cannot accept");
                        sleep(ACCEPT_PAUSE).await;
                    }
                },
            }
        }
        drop(self.listener);
        app.enter(Phase::Draining);
        let mut drained = std::pin::pin!(graceful.shutdown());
        if timeout(self.drain, &mut drained).await.is_err() {
            app.enter(Phase::Closing);
            if timeout(LAST_WORDS, drained).await.is_err() {
                tracing::warn!(target: "locus_gateway", "some connections were cut");
            }
        }
        connections.shutdown().await;
        accounts.abort();
        save(&app).await;
        if let Some(store) = &app.live().store {
            store.flush().await;
        }
    }
}

/// Writes down what keys have spent, now and then.
async fn keep_accounts(app: Arc<App>) {
    loop {
        sleep(SAVED_EVERY).await;
        // A reload may have brought one, from outside of the runtime or from one that has ended.
        if let Some(store) = &app.live().store {
            store.keep();
        }
        save(&app).await;
    }
}

/// The disk may take its time, which is not that of the streams.
async fn save(app: &App) {
    let live = app.live();
    // It fails only if the runtime ends, which does not wait for it either.
    let _ = tokio::task::spawn_blocking(move || live.keys.save_or_warn()).await;
}

/// One connection to its end. What goes wrong with it is the client's leaving, which the call's own record tells.
fn connection(
    stream: TcpStream,
    app: Arc<App>,
    router: Router,
    patience: Duration,
    graceful: &GracefulShutdown,
) -> impl Future<Output = ()> + use<> {
    // Without it the system holds small pieces back for up to 40 ms. It fails only for a connection that is gone.
    let _ = stream.set_nodelay(true);
    let service =
        service_fn(move |request| cors::answer(Arc::clone(&app), router.clone(), request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience)
        .max_buf_size(LARGEST_BUFFER)
        .serve_connection(TokioIo::new(stream), service);
    let watched = graceful.watch(connection);
    async move {
        let _ = watched.await;
    }
}

/// The app, which has nothing to show.
struct AppHandle(Arc<App>);

impl std::fmt::Debug for AppHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("App")
    }
}

/// What is read of a client at once, what the head of its request may have, and what is kept for it beyond the piece that is being
/// written. hyper's own is 408 KiB.
const LARGEST_BUFFER: usize = 64 * 1024;

/// What a crash forgets is what was spent since the last time.
const SAVED_EVERY: Duration = Duration::from_secs(5);

/// Time for error events to reach clients that still read.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Long enough not to spin while descriptors are short.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);
