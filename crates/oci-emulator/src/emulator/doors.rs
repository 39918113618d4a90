//! The ports of an emulator: the one for everything, and the one of a cluster.

use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use crate::error::Error;
use crate::identity::Door;
use crate::server::{self, Service};
use crate::wire::Socket;

/// What is listened on.
pub(super) struct Doors {
    pub(super) main: TcpListener,
    pub(super) cluster: Option<(TcpListener, TlsAcceptor)>,
}

/// Opens a port on loopback.
pub(super) async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), Error> {
    if !address.ip().is_loopback() {
        return Err(Error::NotLoopback { address });
    }
    let bind_error = |source| Error::Bind { address, source };
    let listener = TcpListener::bind(address).await.map_err(bind_error)?;
    let address = listener.local_addr().map_err(bind_error)?;
    Ok((listener, address))
}

/// Takes connections until told to stop; dropping it drops them all.
pub(super) async fn accept(
    doors: Doors,
    service: Arc<Service>,
    mut stopped: oneshot::Receiver<()>,
) {
    let mut connections = JoinSet::new();
    let mut number = 0;
    loop {
        tokio::select! {
            _ = &mut stopped => break,
            _ = connections.join_next(), if !connections.is_empty() => {}
            accepted = doors.next(), if connections.len() < MAX_CONNECTIONS => match accepted {
                Ok((stream, tls)) => {
                    connections.spawn(serve(Arc::clone(&service), stream, tls, number));
                    number += 1;
                }
                // The client is gone again, or the process has no file descriptor to spare for now.
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            },
        }
    }
    drop(doors);
    connections.shutdown().await;
}

impl Doors {
    /// The next connection, with what makes it TLS if it came in by the cluster's door.
    async fn next(&self) -> io::Result<(TcpStream, Option<TlsAcceptor>)> {
        let cluster = async {
            match &self.cluster {
                Some((listener, tls)) => Ok((listener.accept().await?.0, Some(tls.clone()))),
                None => pending().await,
            }
        };
        tokio::select! {
            accepted = self.main.accept() => Ok((accepted?.0, None)),
            accepted = cluster => accepted,
        }
    }
}

async fn serve(service: Arc<Service>, stream: TcpStream, tls: Option<TlsAcceptor>, number: u64) {
    let Some(tls) = tls else {
        return server::serve(service, Socket::Plain(stream), number, Door::Main).await;
    };
    // A client that does not trust the certificate ends the handshake, and that is all there is to it.
    if let Ok(Ok(stream)) = timeout(HANDSHAKE_TIMEOUT, tls.accept(stream)).await {
        server::serve(service, Socket::Tls(Box::new(stream)), number, Door::Cluster).await;
    }
}

/// More wait in the system's queue; below the usual limit of 1024 file descriptors for a process.
const MAX_CONNECTIONS: usize = 512;

/// Long enough not to spin while descriptors are short.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// As long as a head may take to arrive.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(30);
