//! HTTP/2, for whoever chooses it: several connections, each with a bounded number of streams.
//!
//! A client of the usual kind has one connection for all its streams, whose window is shared: three answers that nobody reads
//! starve all others. Here a connection has room for every stream that it carries, and a stream begins only where there is room.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body::{Frame, SizeHint};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http2::{self, Builder, SendRequest};
use hyper_util::client::legacy::connect::Connection as _;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::{sleep, timeout};
use tower_service::Service;

use crate::connect::{ConnectTimedOut, Connector};
use crate::service::{Body, HttpService, SendError};

/// HTTP/2 over as many connections as the streams of the moment need.
pub(crate) struct Multiplexed {
    connector: Connector,
    limit: Duration,
    connections: Mutex<Vec<Connection>>,
    /// Held by whoever connects; the others may find room in what comes of it.
    connecting: tokio::sync::Mutex<()>,
}

struct Connection {
    sender: SendRequest<Full<Bytes>>,
    driver: Arc<Driver>,
    /// Counts the streams: each holds a clone.
    streams: Arc<()>,
}

impl Connection {
    fn has_room(&self) -> bool {
        // One clone is this one's own.
        Arc::strong_count(&self.streams) <= STREAMS.min(self.driver.limit())
    }
}

/// What carries a connection's requests: polled by its task, and asked in between.
struct Driver {
    connection: Mutex<http2::Connection<Stream, Full<Bytes>, TokioExecutor>>,
    has_ended: AtomicBool,
}

type Stream = <Connector as Service<Uri>>::Response;

impl Driver {
    /// How many streams the service takes at a time.
    fn limit(&self) -> usize {
        self.lock().current_max_send_streams()
    }

    fn poll(&self, cx: &mut Context<'_>) -> Poll<()> {
        // What broke the connection is told to each of its streams.
        let polled = Pin::new(&mut *self.lock()).poll(cx).map(drop);
        self.has_ended.store(polled.is_ready(), Ordering::Relaxed);
        polled
    }

    fn lock(&self) -> MutexGuard<'_, http2::Connection<Stream, Full<Bytes>, TokioExecutor>> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits for what the service sends first (RFC 9113 section 3.4); hyper tells nobody that it has come.
async fn settings(driver: &Driver) -> Result<(), SendError> {
    while driver.limit() == UNKNOWN {
        if driver.has_ended.load(Ordering::Relaxed) {
            return Err(SendError::connecting(NO_HTTP_2));
        }
        sleep(LOOK).await;
    }
    Ok(())
}

/// Room for one stream.
struct Room {
    sender: SendRequest<Full<Bytes>>,
    place: Arc<()>,
}

impl Multiplexed {
    /// A connection has to be ready within the limit.
    pub(crate) fn new(connector: Connector, limit: Duration) -> Self {
        let (connections, connecting) = (Mutex::default(), tokio::sync::Mutex::default());
        Self { connector, limit, connections, connecting }
    }

    /// Room on a connection that is open or is opened now.
    async fn room(&self, request: &Request<Bytes>) -> Result<Room, SendError> {
        if let Some(room) = self.room_at_hand() {
            return Ok(room);
        }
        let _connecting = self.connecting.lock().await;
        if let Some(room) = self.room_at_hand() {
            return Ok(room);
        }
        let connection = self.connect(request).await?;
        let room = Room { sender: connection.sender.clone(), place: connection.streams.clone() };
        self.lock().push(connection);
        Ok(room)
    }

    fn room_at_hand(&self) -> Option<Room> {
        let mut connections = self.lock();
        connections.retain(|connection| !connection.sender.is_closed());
        // The first one with room, so that those behind fall idle and are closed by the service.
        let connection = connections.iter().find(|connection| connection.has_room())?;
        Some(Room { sender: connection.sender.clone(), place: connection.streams.clone() })
    }

    async fn connect(&self, request: &Request<Bytes>) -> Result<Connection, SendError> {
        let mut connector = self.connector.clone();
        poll_fn(|cx| connector.poll_ready(cx)).await.map_err(SendError::connecting)?;
        let io = connector.call(request.uri().clone()).await.map_err(SendError::connecting)?;
        // Without TLS nothing is negotiated, and both sides have to know.
        let is_encrypted = request.uri().scheme() == Some(&http::uri::Scheme::HTTPS);
        if is_encrypted && !io.connected().is_negotiated_h2() {
            return Err(SendError::connecting(NO_HTTP_2));
        }
        let handshake = Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .initial_stream_window_size(WINDOW)
            .initial_connection_window_size(WINDOW * STREAMS_U32)
            .initial_max_send_streams(UNKNOWN)
            .keep_alive_interval(KEEP_ALIVE)
            .handshake(io);
        let (sender, driver) = handshake.await.map_err(SendError::connecting)?;
        let driver = Driver { connection: Mutex::new(driver), has_ended: AtomicBool::new(false) };
        let driver = Arc::new(driver);
        let driving = driver.clone();
        tokio::spawn(poll_fn(move |cx| driving.poll(cx)));
        timeout(self.limit, settings(&driver)).await.unwrap_or_else(|_| {
            Err(SendError::connecting(ConnectTimedOut { limit: self.limit }))
        })?;
        Ok(Connection { sender, driver, streams: Arc::default() })
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Connection>> {
        // A panic while it was held left whole entries behind.
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HttpService for Multiplexed {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Body>, SendError>> + Send + '_>> {
        Box::pin(async move {
            let Room { mut sender, place } = self.room(&request).await?;
            match sender.send_request(request.map(Full::new)).await {
                Ok(response) => {
                    Ok(response.map(|incoming| Body::new(Placed { incoming, _place: place })))
                }
                // Given back before any of it was written.
                Err(error) if error.is_canceled() => Err(SendError::connecting(error)),
                Err(error) => Err(SendError::sending(error)),
            }
        })
    }
}

/// A body that keeps its place on the connection until it is dropped.
struct Placed {
    incoming: Incoming,
    _place: Arc<()>,
}

impl http_body::Body for Placed {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        Pin::new(&mut self.incoming).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

/// The streams of one connection at most. Servers commonly take 100 or more; fewer of them lose less when a connection breaks.
const STREAMS: usize = STREAMS_U32 as usize;
const STREAMS_U32: u32 = 32;

/// No stream is begun before the service has said how many it takes.
const UNKNOWN: usize = 0;

/// What the service may send ahead on one stream, in bytes. A connection has this much for each of its streams, 8 MiB, so that
/// none that is not read takes another one's share.
const WINDOW: u32 = 256 * 1024;

/// How often a connection with streams on it is asked whether it is still there; hyper gives it up 20 s after that.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// How often a new connection is asked whether the service has said how many streams it takes, which is on its way by then.
const LOOK: Duration = Duration::from_millis(1);

const NO_HTTP_2: &str = "expected a service that speaks HTTP/2, found one that does not";
